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
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.index import EmptyIndexError
from whoosh.query import Term
from whoosh.reading import SegmentReader

from search.analysis import Analyzer
from search.article import Article
from search.codec.view import IndexView
from search.engines.embedded.schema import document, index_schema
from search.errors import IndexUnusable

INDEX_FORMAT = 1
"""Raised when `schema` changes: an index of another format is made anew."""

NAME = "articles"

MERGE_FACTOR = 8
"""How many segments of about one size stand side by side before they are merged into one."""

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
        try:
            return IndexView(self._open(self.covered().extra_fields).reader())
        except (EmptyIndexError, pickle.UnpicklingError, struct.error, *_READING_ERRORS) as error:
            raise self._unusable(f"the index in {self.path} cannot be read ({error})") from error

    def size(self) -> int:
        """Bytes of all its files."""
        return sum(entry.stat().st_size for entry in os.scandir(self.path) if entry.is_file())

    def _open(self, extra_fields: Iterable[str]) -> Any:
        return whoosh_index.open_dir(self.path, indexname=NAME, schema=index_schema(extra_fields))

    def _unusable(self, what: str) -> IndexUnusable:
        return IndexUnusable(f"{what}; the articles are whole, run: news rebuild", self.path.parent)

    # --- writing --------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, analyzer: Analyzer) -> ArchiveIndex:
        """A new empty index in a new folder."""
        path.mkdir()
        made = cls(path)
        created = whoosh_index.create_in(path, index_schema(()), indexname=NAME)
        made._cover(created, analyzer, 0, ())
        return made

    def apply(
        self,
        articles: Sequence[Article],
        gone: Iterable[str],
        revision: int,
        analyzer: Analyzer,
    ) -> None:
        """Commit a change: what has an id of `gone` is taken out, then `articles` are put in.

        The index then covers `revision`. Nothing is changed if this raises.
        """
        covered = self.covered()
        new = {name for article in articles for name in article.extra} - set(covered.extra_fields)
        extra_fields = tuple(sorted({*covered.extra_fields, *new}))
        opened = self._open(extra_fields)
        writer = opened.writer(limitmb=256)
        try:
            self._delete(opened, writer, gone)
            for article in articles:
                writer.add_document(**document(article, analyzer))
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=_merge_tiers)
        self._cover(opened, analyzer, revision, extra_fields)

    @staticmethod
    def _delete(opened: Any, writer: Any, gone: Iterable[str]) -> None:
        with opened.searcher() as searcher:
            for identity in gone:
                for number in searcher.docs_for_query(Term("id", identity)):
                    writer.delete_document(number)

    def _cover(self, opened: Any, analyzer: Analyzer, revision: int, extra_fields: Sequence[str]) -> None:
        covered = Covered(
            INDEX_FORMAT, analyzer.version, revision, opened.latest_generation(), tuple(extra_fields)
        )
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


def _merge_tiers(writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh's merge policy: merge only when `MERGE_FACTOR` segments of about one size stand together.

    So each article is merged a logarithmic number of times, and a small commit rewrites only what
    is small.
    """
    by_size = sorted(segments, key=lambda segment: -segment.doc_count())
    smallest = by_size[-MERGE_FACTOR:]
    if len(smallest) < MERGE_FACTOR:
        return by_size
    if smallest[0].doc_count() > MERGE_FACTOR * max(1, smallest[-1].doc_count()):
        return by_size
    for segment in smallest:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return by_size[:-MERGE_FACTOR]
