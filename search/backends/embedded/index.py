"""The Whoosh index of an archive: written from changes, read as arrays.

The manifest of a commit (see `search.index.format.manifest`) lists its files, and carries a note from here:
the archive, the last revision covered, the digest of the history up to it, and the analyzer.
Where it lags behind the store, the changes since are applied again, which does no harm.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from search.backends.embedded.stamp import stamp
from search.backends.embedded.store.layout import StoreState
from search.errors import ArchiveNotFound, IndexUnusable
from search.fields import TEXT_FIELDS
from search.index.format.layout import BadLayout, open_file
from search.index.format.manifest import (
    MANIFEST,
    BadManifest,
    Manifest,
    check_file,
    make_durable,
    read_manifest,
    sync_folder,
    write_manifest,
)
from search.index.format.segment import Segment
from search.index.format.soundness import contradictions
from search.index.read.snapshot import Snapshot
from search.text import Analyzer
from search.text.stemming import stemmers_checksum

INDEX_FORMAT = 9
"""Increased when `schema` changes: the next write rebuilds an index of another format."""

READ_FORMATS = (6, 7, 8, INDEX_FORMAT)
"""Formats that can be searched as they are. Before 9 only the date of publication is known; 6 and 7 know no
updates and copies; 6 folds ids, and names no archive."""

NAME = "articles"

_MAX_OPENINGS = 100
"""Attempts to open the newest commit while writers keep replacing it."""


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """The state of the archive that a commit covers: its `revision`, and the `digest` of its history."""

    format: int
    analyzer: str
    revision: int
    extra_fields: tuple[str, ...]
    archive: str = ""
    digest: str = ""
    stemmers: str = ""

    @classmethod
    def of(cls, note: Mapping[str, Any]) -> CommitInfo:
        """Read the note of a manifest; raises `BadManifest`."""
        found = note.get("format")
        if found not in READ_FORMATS or isinstance(found, bool):
            raise BadManifest(f"it has format {found!r:.20}, not {INDEX_FORMAT}")
        fields = note.get("extra_fields")
        texts = [note.get("analyzer"), *(note.get(name, "") for name in ("archive", "digest", "stemmers"))]
        revision = note.get("revision")
        if (
            not isinstance(fields, list)
            or not all(isinstance(text, str) for text in [*fields, *texts])
            or type(revision) is not int
            or not 0 <= revision < 1 << 62
        ):
            raise BadManifest(f"{MANIFEST} does not say what it covers")
        analyzer, archive, digest, stemmers = (str(text) for text in texts)
        return cls(int(found), analyzer, revision, tuple(fields), archive, digest, stemmers)


class ArchiveIndex:
    """The index in the folder `path`."""

    def __init__(self, path: Path) -> None:
        self.path, self._manifest_path = path, str(path / MANIFEST)
        self._manifest: tuple[tuple[int, int], Manifest, CommitInfo] | None = None
        self._checked: dict[str, tuple[int, int, int]] = {}  # what files were like that were found whole

    # --- reading --------------------------------------------------------------------------------

    def stamp(self) -> tuple[int, int]:
        """Changes whenever the archive does; (0, 0) where there is no index."""
        return stamp(self._manifest_path)

    def touch(self) -> None:
        """Change the stamp without a new commit, because the archive has changed beside the index."""
        now = time.time_ns()  # not as late as its file system says, which counts in longer steps
        os.utime(self._manifest_path, ns=(now, now))

    def covered(self) -> CommitInfo:
        """The state of the archive that the index covers; raises `IndexUnusable`."""
        return self._newest()[1]

    def _newest(self) -> tuple[Manifest, CommitInfo]:
        with self.translated():
            stamp = self.stamp()
            if self._manifest is None or self._manifest[0] != stamp or stamp == (0, 0):
                manifest = read_manifest(self.path, NAME)
                self._manifest = stamp, manifest, CommitInfo.of(manifest.note)
            return self._manifest[1:]

    def view(self) -> tuple[Snapshot, CommitInfo]:
        """The newest commit, open for reading and checked, and what it covers; raises `IndexUnusable`."""
        before = None
        for _ in range(_MAX_OPENINGS):
            manifest, covered = self._newest()
            try:
                with self.translated():
                    self._check(manifest)
                    view = Snapshot(self.path, list(manifest.segments))
                    _check_columns(view)
                    return view, covered
            except IndexUnusable:
                # A writer may have put the next commit in place since, and removed what we read of.
                if manifest.generation == before or self.stamp() == (0, 0):
                    raise
                before, self._manifest = manifest.generation, None
        raise self.unusable("it has no commit that stays to be read")

    def contradictions(self) -> list[str]:
        """Find contradictions between the arrays of the newest commit; a sentence each."""
        found = []
        with self.translated():
            for segment in self._newest()[0].segments:
                arrays = segment.open(self.path)
                found += [f"{segment.file}: {f}" for f in contradictions(arrays, segment.count)]
        return found

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Raise `IndexUnusable` for an error that the index is to blame for.

        Undamaged files can still hold nonsense, if the program that wrote them had a bug. After an error in
        the block they are checked; if they hold no contradiction, the error is a bug here and stays as it is.
        """
        try:
            yield
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if found := self.contradictions():
                raise self.unusable(found[0]) from error
            raise

    def segments(self) -> tuple[Segment, ...]:
        """The segments of the newest commit; raises `IndexUnusable`."""
        return self._newest()[0].segments

    def check(self, *, whole: bool = False) -> None:
        """Raise `IndexUnusable` unless the files of the newest commit are all there, as they were written.

        With `whole` every byte is read, also of large files that look untouched.
        """
        manifest, _ = self._newest()
        with self.translated():
            self._check(manifest, whole=whole)

    def _check(self, manifest: Manifest, *, whole: bool = False) -> None:
        for name, sealed in manifest.files.items():
            status = (self.path / name).stat()
            seen = status.st_ino, status.st_size, status.st_mtime_ns
            if whole or self._checked.get(name) != seen:
                check_file(self.path / name, sealed, whole=whole)
                self._checked[name] = seen
        self._checked = {name: seen for name, seen in self._checked.items() if name in manifest.files}

    def copy_to(self, folder: Path) -> None:
        """Copy the newest commit, checked, into a new folder; raises `IndexUnusable` and `OSError`."""
        before = None
        while True:
            manifest, _ = self._newest()
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                with self.translated():
                    for name, sealed in manifest.files.items():
                        with open_file(self.path / name) as source, (folder / name).open("xb") as copy:
                            shutil.copyfileobj(source, copy)
                        check_file(folder / name, sealed, whole=True)
                        make_durable(folder / name)
            except IndexUnusable:
                if manifest.generation == before:
                    raise
                before, self._manifest = manifest.generation, None  # perhaps replaced meanwhile
            else:
                sync_folder(folder)
                return write_manifest(folder, manifest)

    def size(self) -> int:
        """Bytes of the files of the newest commit."""
        return sum(sealed.size for sealed in self._newest()[0].files.values())

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise `IndexUnusable` for errors in opening the index; `ArchiveNotFound` if its archive is gone."""
        try:
            yield
        except (FileNotFoundError, NotADirectoryError) as error:
            if not self.path.parent.is_dir():
                raise ArchiveNotFound(f"the folder {self.path.parent} is gone", self.path.parent) from error
            missing = Path(error.filename or "").name
            what = f"{missing} is missing" if missing and self.path.is_dir() else "there is none"
            raise self.unusable(what) from error
        except OSError as error:
            raise self.unusable(f"it cannot be read: {error.strerror or error}") from error
        except (BadManifest, BadLayout) as error:
            raise self.unusable(str(error)) from error

    def unusable(self, what: str) -> IndexUnusable:
        """The error for an index that is wrong in this way."""
        return IndexUnusable(
            f"the index in {self.path} is of no use: {what}; the articles are whole, run: news rebuild",
            self.path.parent,
        )

    # --- writing --------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, note: Mapping[str, object]) -> ArchiveIndex:
        """A new empty index in a new folder, that covers what `note` says."""
        from search.backends.embedded.schema import contents_of
        from search.index.write.writer import ArrayWriter

        path.mkdir()
        sync_folder(path.parent)
        ArrayWriter(path, NAME, contents_of(()), fresh=True).commit(note)
        return cls(path)

    def adopt(self, other: ArchiveIndex) -> None:
        """Move the commit of the finished index `other` here as the newest one; `other` is then gone.

        After an interruption either the last commit can be read, or the new one.
        """
        from search.backends.embedded.schema import contents_of
        from search.index.write.writer import ArrayWriter

        made = read_manifest(other.path, NAME)
        for path in (self.path, self.path / MANIFEST):
            _set_aside(path, is_folder=path == self.path)
        self.path.mkdir(exist_ok=True)
        sync_folder(self.path.parent)
        writer = ArrayWriter(self.path, NAME, contents_of(made.note["extra_fields"]), fresh=True)
        for segment in made.segments:
            name = segment.file
            (other.path / name).rename(self.path / name)
        writer.segments = list(made.segments)
        writer.commit(made.note)
        shutil.rmtree(other.path, ignore_errors=True)


def _set_aside(path: Path, *, is_folder: bool) -> None:
    """Rename a file that stands in the place of a folder, or a folder in the place of a file."""
    if path.is_symlink() or (path.exists() and path.is_dir() != is_folder):
        path.rename(next(free for free in _names_beside(path) if not (free.exists() or free.is_symlink())))


def _names_beside(path: Path) -> Iterator[Path]:
    return (path.with_name(f"{path.name}.aside-{number}") for number in count(1))


def _check_columns(view: Snapshot) -> None:
    """Raise `BadLayout` unless each document has its fields of text, an id and a column for its time."""
    for part in view.segments:
        if part.text.keys() != set(TEXT_FIELDS):
            raise BadLayout("a segment has other fields of text than articles have")
        ids = part.values("id")
        if part.numbers("published") is None or ids is None or int(ids.doc_starts[-1]) != part.count:
            raise BadLayout("a segment has documents without ids or times")


def commit_info(analyzer: Analyzer, state: StoreState, extra_fields: Iterable[str] = ()) -> dict[str, object]:
    """The note of a commit that covers this state of the store."""
    fields = tuple(sorted(extra_fields))
    return asdict(
        CommitInfo(
            INDEX_FORMAT,
            analyzer.version,
            state.revision,
            fields,
            state.archive,
            state.digest,
            stemmers_checksum(),
        )
    )
