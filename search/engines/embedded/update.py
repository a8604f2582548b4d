"""A change to the index of an archive: from articles to a commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from search.analysis import Analyzer
from search.article import Article
from search.codec.lexicon import Lexicon
from search.codec.segment import ArraySegment
from search.codec.writer import ArrayWriter
from search.engines.embedded.building import SegmentBuilder
from search.engines.embedded.index import NAME, ArchiveIndex, note_of
from search.engines.embedded.schema import index_schema


class Update:
    """A change being collected: articles put in, each in place of the one with its id, others taken out.

    Nothing of it is done unless `commit` is called.
    """

    def __init__(self, index: ArchiveIndex, builder: SegmentBuilder) -> None:
        self._index, self._builder = index, builder
        self._covered = index.covered()
        self._extra_fields = set(self._covered.extra_fields)
        self._gone: set[bytes] = set()
        self._numbers: dict[str, int] = {}
        self._count = 0
        self._superseded: list[int] = []
        self._segment = ArraySegment(NAME)

    def put(self, articles: Sequence[Article]) -> None:
        """Put articles in; of equal ids, here or in earlier calls, the last stays."""
        for number, article in enumerate(articles, start=self._count):
            self._extra_fields.update(article.extra)
            if (earlier := self._numbers.get(article.id)) is not None:
                self._superseded.append(earlier)
            self._numbers[article.id] = number
        self._count += len(articles)
        self._builder.add(articles)

    def remove(self, identities: Iterable[str]) -> None:
        """Take out what the index has had until now under these ids."""
        self._gone.update(identity.encode() for identity in identities)

    def prepare(self) -> None:
        """Begin to write the segment of what was put in; nothing can be put in after that."""
        self._builder.start(self._segment.path(self._index.path))

    def commit(self, revision: int, analyzer: Analyzer, *, optimize: bool = False) -> None:
        """Put the change in place; the index then covers `revision`. `optimize` makes one segment of all."""
        fields = tuple(sorted(self._extra_fields))
        writer = ArrayWriter(self._index.path, NAME, index_schema(fields))
        if self._gone:
            view = self._index.view()
            writer.delete(view.values("id").docs(lambda ids: _numbers(ids, self._gone)).tolist())
        if self._count:
            self._segment.set_doc_count(self._builder.finish())
            self._segment.delete_documents(self._superseded)
            writer.segments.append(self._segment)
        writer.commit(note_of(analyzer, revision, fields), optimize=optimize)


def _numbers(ids: Lexicon, wanted: Iterable[bytes]) -> list[int]:
    return [number for identity in wanted if (number := ids.number(identity)) >= 0]
