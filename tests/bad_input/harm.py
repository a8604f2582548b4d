"""What is done to the files of an index."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from search.query import open_archive
from tests.bad_input.desk import Desk
from tests.conftest import ARTICLES

Damage = Callable[[Desk], object]


def files(desk: Desk) -> list[Path]:
    return sorted(path for path in desk.index.iterdir() if path.is_file())


def one(desk: Desk, pattern: str) -> Path:
    (found,) = desk.index.glob(pattern)
    return found


def flip(pattern: str) -> Damage:
    def change(desk: Desk) -> None:
        path = one(desk, pattern)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)

    return change


def cut(pattern: str, part: float, *, zeros: bool = False) -> Damage:
    """Only that part of the file is left, the rest gone or zeros."""

    def change(desk: Desk) -> None:
        path = one(desk, pattern)
        content = path.read_bytes()
        kept = content[: int(part * len(content))]
        path.write_bytes(kept + bytes(len(content) - len(kept)) * zeros)

    return change


def gone(pattern: str) -> Damage:
    return lambda desk: one(desk, pattern).unlink()


def put(name: str, content: bytes) -> Damage:
    return lambda desk: (desk.index / name).write_bytes(content)


def add(desk: Desk, name: str) -> None:
    """One more commit, here by the library."""
    with open_archive(desk.archive) as opened:
        opened.add([replace(ARTICLES[0], id=name)])


def exchanged(pattern: str) -> Damage:
    """A file of another archive's index in the place of ours."""

    def change(desk: Desk) -> None:
        shutil.rmtree("other", ignore_errors=True)
        with open_archive(desk.folder / "other", create=True) as opened:
            opened.add(ARTICLES[:2])
        (other,) = (desk.folder / "other" / "index").glob(pattern)
        shutil.copyfile(other, one(desk, pattern))

    return change


def whole_index_exchanged(desk: Desk) -> None:
    shutil.rmtree("other", ignore_errors=True)
    with open_archive(desk.folder / "other", create=True) as opened:
        opened.add(ARTICLES)
    shutil.rmtree(desk.index)
    shutil.copytree(desk.folder / "other" / "index", desk.index)


def hostile(desk: Desk) -> bytes:
    """A pickle that makes a file when it is loaded."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return open, (str(desk.folder / "sprung"), "w")

    return pickle.dumps(Trap())


def manifest_of_before(desk: Desk) -> None:
    manifest = (desk.index / "manifest.json").read_bytes()
    add(desk, "b1")
    (desk.index / "manifest.json").write_bytes(manifest)


def manifest_of_after(desk: Desk) -> None:
    """All files but the manifest are those of the commit before."""
    shutil.rmtree("earlier", ignore_errors=True)
    shutil.copytree(desk.index, "earlier")
    add(desk, "b1")
    shutil.copyfile(desk.index / "manifest.json", "earlier/manifest.json")
    shutil.rmtree(desk.index)
    shutil.copytree("earlier", desk.index)
