"""A change to the index of an archive: from articles to a commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from search.article import Article
from search.backends.embedded.builder import SegmentBuilder
from search.backends.embedded.index import NAME, ArchiveIndex, commit_info
from search.backends.embedded.regrouping import Articles, keep_last, place_all, place_last
from search.backends.embedded.schema import contents_of
from search.backends.embedded.store.layout import StoreState
from search.backends.evaluate.columns import COLUMNS, numbers_of
from search.changes import Edits
from search.engine import MAX_NAMED_FIELDS
from search.fields import MAX_EXTRA_FIELDS, MAX_INDEXED_FIELDS
from search.index.format.segment import Segment
from search.index.write.writer import ArrayWriter, Merging
from search.text import Analyzer


class Update:
    """A change being collected: articles put in, each in place of the one with its id, others taken out.

    Nothing of it is done unless `commit` is called.
    """

    def __init__(
        self,
        index: ArchiveIndex,
        builder: SegmentBuilder,
        fields: Iterable[str] | None = None,
        articles: Articles | None = None,
    ) -> None:
        """With `fields` only these extra fields are indexed, else the fields of the index and new ones.

        Without `articles`, whose texts are compared, copies are not looked for.
        """
        self._index, self._builder = index, builder
        self._covered, self._articles = index.covered(), articles
        self._extra_fields = dict.fromkeys(self._covered.extra_fields if fields is None else fields)
        self._may_grow = fields is None
        self.unindexed: dict[str, None] = {}
        self._gone: set[bytes] = set()
        self._numbers: dict[str, int] = {}
        self._fresh: dict[str, Article] = {}  # most copies are of the same commit
        self._count = 0
        self._superseded: list[int] = []
        self._segment = Segment(NAME)

    def put(
        self,
        articles: Sequence[Article],
        revisions: Sequence[int],
        edits: Mapping[str, Edits],
        seen: Mapping[str, datetime],
    ) -> None:
        """Put articles of these revisions in, with their updates and when they were first seen, by id.

        Of equal ids, also of earlier calls, the last stays.
        """
        for number, article in enumerate(articles, start=self._count):
            if (
                not article.extra.keys() <= self._extra_fields.keys()
                or len(article.extra) > MAX_INDEXED_FIELDS
            ):
                self._note_fields(article)
            if (earlier := self._numbers.get(article.id)) is not None:
                self._superseded.append(earlier)
            self._numbers[article.id] = number
            self._fresh[article.id] = article
        self._count += len(articles)
        self._builder.add(articles, revisions, self._extra_fields, edits, seen)

    def _note_fields(self, article: Article) -> None:
        """Take in the extra fields of an article that there is room for; name the others in `unindexed`."""
        for number, name in enumerate(article.extra):
            known = name in self._extra_fields
            if name in COLUMNS:  # of an article stored before `seen` was a field of every article
                self.unindexed[name] = None
            elif number < MAX_INDEXED_FIELDS and (
                known or (self._may_grow and len(self._extra_fields) < MAX_EXTRA_FIELDS)
            ):
                self._extra_fields[name] = None
            elif len(self.unindexed) < MAX_NAMED_FIELDS:
                self.unindexed[name] = None

    def remove(self, identities: Iterable[str]) -> None:
        """Take out the articles that the index has under these ids."""
        self._gone.update(identity.encode() for identity in identities)

    def prepare(self) -> None:
        """Begin to write the segment of the added articles; nothing can be put in after that."""
        self._builder.start(self._index.path / self._segment.file)

    def commit(
        self,
        state: StoreState,
        analyzer: Analyzer,
        merging: Merging = "due",
        *,
        expunge: bool = False,
        group: Literal["new", "none", "all", "kept"] = "new",
    ) -> None:
        """Put the change in place; the index then covers `state`.

        `merging` says which segments it merges, `expunge` erases removed articles from every segment. `group`
        says which articles are put into groups of copies: the new ones, or all if no article has a group yet;
        or that the articles put in are the ones taken out, and stay in the groups that they are in.
        """
        fields = tuple(sorted(self._extra_fields))
        writer = ArrayWriter(self._index.path, NAME, contents_of(fields))
        view, _ = self._index.view()
        if self._gone:
            writer.delete(view.values("id").docs(lambda ids: numbers_of(ids, self._gone)).tolist())
        if self._count:
            self._segment.count = self._builder.finish()
            self._segment.delete(self._superseded)
            writer.segments.append(self._segment)
            if group == "kept":
                keep_last(self._index.path, self._segment, view, self._numbers)
            if group == "new" and self._articles is not None:
                articles = replace(self._articles, read=self._read)
                place_last(self._index.path, writer.segments, articles, self._builder.collector)
        note = commit_info(analyzer, state, fields)
        writer.commit(note, merging, expunge=expunge, finish=self._place_all if group == "all" else None)

    def _read(self, identities: Sequence[str]) -> dict[str, Article]:
        assert self._articles is not None
        stored = self._articles.read([each for each in identities if each not in self._fresh])
        return {each: found for each in identities if (found := self._fresh.get(each) or stored.get(each))}

    def _place_all(self, segments: Sequence[Segment]) -> None:
        if self._articles is not None and segments:
            (segment,) = segments
            place_all(self._index.path, segment, self._articles, self._builder.collector)
