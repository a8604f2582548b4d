"""The Whoosh index of an archive: written from changes, read as arrays.

Beside what Whoosh writes there is `covers.json`, which says what the newest commit holds: up to which
revision of the store, made by which analyzer. It is put in place after the commit; where it lags
behind, the changes since are applied again, which does no harm.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

from whoosh.index import EmptyIndexError

from search.analysis import Analyzer
from search.codec.segment import contents, create
from search.codec.view import IndexView
from search.engines.embedded.schema import index_schema
from search.errors import IndexUnusable

INDEX_FORMAT = 4
"""Raised when `schema` changes: an index of another format is made anew."""

NAME = "articles"

_OPENINGS = 100
"""How often a commit is tried to be opened that a writer replaces meanwhile."""

_READING_ERRORS = (OSError, ValueError, KeyError, IndexError, EOFError, AttributeError, TypeError)


@dataclass(frozen=True, slots=True)
class Covered:
    """What the newest commit of an index holds."""

    format: int
    analyzer: str
    revision: int
    generation: int
    extra_fields: tuple[str, ...]


class ArchiveIndex:
    """The index in the folder `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note = path / "covers.json"
        self._covered: tuple[tuple[int, int], Covered] | None = None

    # --- reading --------------------------------------------------------------------------------

    def stamp(self) -> tuple[int, int]:
        """Changes whenever there is a newer commit; (0, 0) where there is no index."""
        try:
            status = self._note.stat()
        except FileNotFoundError:
            return (0, 0)
        return status.st_ino, status.st_mtime_ns

    def covered(self) -> Covered:
        """What the index holds; raises `IndexUnusable`."""
        stamp = self.stamp()
        if self._covered is None or self._covered[0] != stamp or stamp == (0, 0):
            self._covered = stamp, self._read_note()
        return self._covered[1]

    def _read_note(self) -> Covered:
        try:
            read = json.loads(self._note.read_bytes())
            covered = Covered(**{**read, "extra_fields": tuple(read["extra_fields"])})
        except FileNotFoundError as error:
            raise self._unusable(f"there is no index in {self.path}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise self._unusable(f"{self._note} is damaged") from error
        if covered.format != INDEX_FORMAT:
            raise self._unusable(f"the index in {self.path} has format {covered.format}, not {INDEX_FORMAT}")
        return covered

    def view(self) -> IndexView:
        """The newest commit, open for reading; raises `IndexUnusable`."""
        before = None
        for _ in range(_OPENINGS):
            schema = index_schema(self.covered().extra_fields)
            generation = None
            try:
                segments, generation = contents(self.path, NAME, schema)
                return IndexView(self.path, segments)
            except FileNotFoundError as error:
                # A writer may have put the next commit in place since, and removed what we read of.
                if generation is not None and generation == before:
                    raise self._unusable(f"the index in {self.path} is not whole ({error})") from error
                before = generation
            except (EmptyIndexError, pickle.UnpicklingError, struct.error, *_READING_ERRORS) as error:
                raise self._unusable(f"the index in {self.path} cannot be read ({error})") from error
        raise self._unusable(f"the index in {self.path} has no commit that stays to be read")

    def size(self) -> int:
        """Bytes of all its files."""
        return sum(entry.stat().st_size for entry in os.scandir(self.path) if entry.is_file())

    def _unusable(self, what: str) -> IndexUnusable:
        return IndexUnusable(f"{what}; the articles are whole, run: news rebuild", self.path.parent)

    # --- writing --------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, analyzer: Analyzer) -> ArchiveIndex:
        """A new empty index in a new folder."""
        path.mkdir()
        made = cls(path)
        generation = create(path, NAME, index_schema(()))
        made.cover(Covered(INDEX_FORMAT, analyzer.version, 0, generation, ()))
        return made

    def cover(self, covered: Covered) -> None:
        """Note what the commit just made holds."""
        written = self._note.with_suffix(".new")
        with written.open("w") as file:
            json.dump(asdict(covered), file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._note)

    def replace_with(self, other: ArchiveIndex) -> None:
        """Put the finished index `other` in the place of this one."""
        old = self.path.with_name(self.path.name + ".old")
        if old.exists():
            shutil.rmtree(old)
        if self.path.exists():
            self.path.rename(old)
        other.path.rename(self.path)
        shutil.rmtree(old, ignore_errors=True)
