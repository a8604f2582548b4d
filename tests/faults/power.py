"""The states that a disk can be in after a loss of power, of a folder that is being written to.

What has been made durable by fsync is there: bytes of a file, names of a folder. Of everything else it
is open how much has reached the disk. A name that was made, changed or removed since may be there or
not, each by itself. A file that was written to since has what it had, nothing, zeros, or part of it.

SQLite's own files are left out of this: they are taken as they are, for it makes them durable by calls
that are not seen here, and is tested in this way by its own authors.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations
from pathlib import Path

from tests.faults.archives import TORTURE
from tests.faults.events import watching

Names = dict[str, int]
"""What a folder has: the inode of each name."""

Left = Callable[[bytes, bytes], bytes]

LEFT: tuple[Left, ...] = (
    lambda now, _: now,
    lambda _, durable: durable,
    lambda now, _: bytes(len(now)),
)
"""What may be left of a file that was not made durable, given what it has now and what is durable."""

MIXES = 120 if TORTURE else 4
"""How many states there are beside, of each subset of names, in which files are torn, each in its way."""


def torn(chance: random.Random) -> Left:
    """Part of a file, up to anywhere; behind that zeros, or nothing."""
    share, length = chance.random(), chance.random() < 0.5

    def left(now: bytes, _: bytes) -> bytes:
        cut = int(share * len(now))
        return now[:cut] + bytes(len(now) - cut if length else 0)

    return left


MOST_SUBSETS = 24


@dataclass(slots=True)
class Disk:
    """What is in a folder by inode, folders and files, SQLite's aside."""

    root: int = 0
    folders: dict[int, Names] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)
    store: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, held: dict[int, int] | None = None) -> Disk:
        """What is there; `held` gets an open descriptor of each file, so that no inode is used again."""
        seen = cls(folder.stat().st_ino)
        for path, _, files in os.walk(folder):
            names = seen.folders.setdefault(Path(path).stat().st_ino, {})
            for entry in Path(path).iterdir():
                if entry.name.startswith("articles.db"):
                    seen.store[entry.name] = entry.read_bytes()
                    continue
                inode = names[entry.name] = entry.stat().st_ino
                if entry.name in files:
                    seen.files[inode] = entry.read_bytes()
                    if held is not None and inode not in held:
                        held[inode] = os.open(entry, os.O_RDONLY)
        return seen

    def copy(self) -> Disk:
        return Disk(self.root, {n: dict(f) for n, f in self.folders.items()}, dict(self.files), self.store)

    def write(self, folder: Path) -> None:
        """Make the folder as this says."""

        def make(inode: int, path: Path) -> None:
            path.mkdir(parents=True)
            for name, each in self.folders[inode].items():
                if each in self.folders:
                    make(each, path / name)
                else:
                    (path / name).write_bytes(self.files[each])

        make(self.root, folder)
        for name, content in self.store.items():
            if not name.endswith("-shm"):
                (folder / name).write_bytes(content)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is on the disk for certain, and what the running system sees, at one moment."""

    durable: Disk
    now: Disk
    past: dict[int, bytes]
    acknowledged: bool

    def states(self, chance: random.Random) -> Iterator[Disk]:
        """The legal states after a loss of power at this moment; where there are too many, some."""
        changed = [
            (folder, name)
            for folder, names in self.now.folders.items()
            for name in sorted(names.keys() | self.durable.folders.get(folder, {}).keys())
            if names.get(name) != self.durable.folders.get(folder, {}).get(name)
        ]
        subsets = chain.from_iterable(combinations(changed, size) for size in range(len(changed) + 1))
        chosen = list(subsets) if len(changed) <= 4 else [(), tuple(changed)]
        for _ in range(MOST_SUBSETS if len(changed) > 4 else 0):
            chosen.append(tuple(change for change in changed if chance.random() < 0.5))
        for subset in chosen:
            for way in (*LEFT, *[None] * MIXES):
                disk = self.durable.copy()
                disk.store = self.now.store
                for inode in self.now.folders:
                    disk.folders.setdefault(inode, {})
                for inode, content in (self.past | self.now.files).items():
                    known = self.durable.files.get(inode, b"")
                    left = way or chance.choice((*LEFT, torn(chance)))
                    disk.files[inode] = content if known == content else left(content, known)
                for folder, name in subset:
                    disk.folders[folder].pop(name, None)
                    if name in self.now.folders[folder]:
                        disk.folders[folder][name] = self.now.folders[folder][name]
                yield disk


def moments(folder: Path, change: Callable[[Path], object]) -> list[Moment]:
    """Change what is in the folder, and note what is on the disk ahead of each event, and at the end."""
    held: dict[int, int] = {}
    past: dict[int, bytes] = {}
    durable = Disk.of(folder, held)
    seen: list[Moment] = []

    def look() -> Disk:
        now = Disk.of(folder, held)
        past.update(now.files)
        return now

    def before(event: str, _: str) -> None:
        now = look()
        if not seen or now != seen[-1].now or event == "fsync":
            seen.append(Moment(durable.copy(), now, past, acknowledged=False))

    def synced(path: Path) -> None:
        if path.is_dir():
            now = look()
            inode = path.stat().st_ino
            if inode in now.folders:
                durable.folders[inode] = dict(now.folders[inode])
                for each in now.folders[inode].values():
                    if each in now.folders:
                        durable.folders.setdefault(each, {})
        elif path.is_relative_to(folder) and not path.name.startswith("articles.db"):
            durable.files[path.stat().st_ino] = path.read_bytes()

    with watching(folder, before, synced):
        change(folder)
    seen.append(Moment(durable.copy(), look(), past, acknowledged=True))
    for descriptor in held.values():
        os.close(descriptor)
    return seen


def drawn(seen: list[Moment], most: int) -> list[tuple[Disk, bool]]:
    """At most so many different states of all the moments, the same each time."""
    chance = random.Random(1)
    found: dict[int, tuple[Disk, bool]] = {}
    for moment in seen:
        for disk in moment.states(chance):
            key = hash(repr((disk.folders, disk.files, disk.store, moment.acknowledged)))
            found.setdefault(key, (disk, moment.acknowledged))
    states = list(found.values())
    return states if len(states) <= most else chance.sample(states, most)
