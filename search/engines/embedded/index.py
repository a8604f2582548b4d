"""The Whoosh index of an archive: written from changes, read as arrays.

What a commit consists of is in its manifest (see `search.codec.manifest`), with a note of ours: up to
which revision of the store it goes, made by which analyzer. Where it lags behind the store, the changes
since are applied again, which does no harm.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from search.analysis import Analyzer
from search.codec.layout import BadLayout
from search.codec.manifest import (
    MANIFEST,
    BadManifest,
    Manifest,
    check_file,
    read_manifest,
    seal,
    sync_folder,
    write_manifest,
)
from search.codec.segment import ArraySegment
from search.codec.view import IndexView
from search.codec.writer import ArrayWriter
from search.engines.embedded.schema import index_schema
from search.errors import IndexUnusable

INDEX_FORMAT = 6
"""Raised when `schema` changes: an index of another format is made anew."""

NAME = "articles"

_OPENINGS = 100
"""How often a commit is tried to be opened that a writer replaces meanwhile."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What the newest commit of an index holds."""

    format: int
    analyzer: str
    revision: int
    extra_fields: tuple[str, ...]


class ArchiveIndex:
    """The index in the folder `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._manifest: tuple[tuple[int, int], Manifest] | None = None
        self._checked: dict[str, tuple[int, int, int]] = {}  # what files were like that were found whole

    # --- reading --------------------------------------------------------------------------------

    def stamp(self) -> tuple[int, int]:
        """Changes whenever there is a newer commit; (0, 0) where there is no index."""
        try:
            status = (self.path / MANIFEST).stat()
        except FileNotFoundError:
            return (0, 0)
        return status.st_ino, status.st_mtime_ns

    def covered(self) -> Covered:
        """What the index holds; raises `IndexUnusable`."""
        note = self._newest().note
        return Covered(**{**note, "extra_fields": tuple(note["extra_fields"])})

    def _newest(self) -> Manifest:
        with self.translated():
            stamp = self.stamp()
            if self._manifest is None or self._manifest[0] != stamp or stamp == (0, 0):
                manifest = read_manifest(self.path, NAME)
                if (found := manifest.note.get("format")) != INDEX_FORMAT:
                    raise BadManifest(f"it has format {found}, not {INDEX_FORMAT}")
                self._manifest = stamp, manifest
            return self._manifest[1]

    def view(self) -> IndexView:
        """The newest commit, open for reading, its files checked; raises `IndexUnusable`."""
        before = None
        for _ in range(_OPENINGS):
            manifest = self._newest()
            try:
                with self.translated():
                    self._check(manifest)
                    return IndexView(self.path, list(manifest.segments))
            except IndexUnusable:
                # A writer may have put the next commit in place since, and removed what we read of.
                if manifest.generation == before or self.stamp() == (0, 0):
                    raise
                before, self._manifest = manifest.generation, None
        raise self._unusable("it has no commit that stays to be read")

    def segments(self) -> tuple[ArraySegment, ...]:
        """The segments of the newest commit; raises `IndexUnusable`."""
        return self._newest().segments

    def check(self, *, whole: bool = False) -> None:
        """Raise `IndexUnusable` unless the files of the newest commit are all there, as they were written.

        With `whole` every byte is read, also of large files that look untouched.
        """
        manifest = self._newest()
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
            manifest = self._newest()
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                with self.translated():
                    for name, sealed in manifest.files.items():
                        shutil.copy2(self.path / name, folder / name)
                        check_file(folder / name, sealed, whole=True)
                        seal(folder / name)
            except IndexUnusable:
                if manifest.generation == before:
                    raise
                before, self._manifest = manifest.generation, None  # perhaps replaced meanwhile
            else:
                sync_folder(folder)
                return write_manifest(folder, manifest)

    def size(self) -> int:
        """Bytes of the files of the newest commit."""
        return sum(sealed.size for sealed in self._newest().files.values())

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise `IndexUnusable` for what goes wrong in reading the index.

        Files that are as they were written can still hold nonsense, if whoever wrote them was wrong.
        """
        try:
            yield
        except FileNotFoundError as error:
            missing = Path(error.filename or "").name
            what = f"{missing} is missing" if missing and self.path.is_dir() else "there is none"
            raise self._unusable(what) from error
        except OSError as error:
            raise self._unusable(f"it cannot be read: {error.strerror or error}") from error
        except (BadManifest, BadLayout) as error:
            raise self._unusable(str(error)) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._unusable(f"it cannot be read ({error})") from error

    def _unusable(self, what: str) -> IndexUnusable:
        return IndexUnusable(
            f"the index in {self.path} is of no use: {what}; the articles are whole, run: news rebuild",
            self.path.parent,
        )

    # --- writing --------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, analyzer: Analyzer) -> ArchiveIndex:
        """A new empty index in a new folder."""
        path.mkdir()
        sync_folder(path.parent)
        ArrayWriter(path, NAME, index_schema(()), anew=True).commit(note_of(analyzer, 0, ()))
        return cls(path)

    def adopt(self, other: ArchiveIndex) -> None:
        """Make what the finished index `other` holds the newest commit of this one, and `other` be gone.

        Whatever interrupts this, the last commit stays to be read, or the new one is.
        """
        made = read_manifest(other.path, NAME)
        self.path.mkdir(exist_ok=True)
        sync_folder(self.path.parent)
        writer = ArrayWriter(self.path, NAME, index_schema(made.note["extra_fields"]), anew=True)
        for segment in made.segments:
            name = segment.path(other.path).name
            (other.path / name).rename(self.path / name)
        writer.segments = list(made.segments)
        writer.commit(made.note)
        shutil.rmtree(other.path, ignore_errors=True)


def note_of(analyzer: Analyzer, revision: int, extra_fields: tuple[str, ...]) -> dict[str, object]:
    """What a commit says of itself that covers `revision` of the store."""
    return asdict(Covered(INDEX_FORMAT, analyzer.version, revision, extra_fields))
