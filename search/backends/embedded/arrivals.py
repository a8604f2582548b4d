"""The articles that came or changed after a revision, and that queries find.

They are indexed once more, in memory and alone, so that a thousand queries cost no more on a large archive
than on a small one. An article that came is searched in the version in which it came, also where it has
changed since, so that the outcome does not depend on how often one looks. Words have the terms that they have
in the whole archive, and copies the groups.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from search.article import Article
from search.backends.embedded.columns import numbers_of
from search.backends.embedded.compile import Compiler
from search.backends.embedded.copies import copies_of, originals
from search.backends.embedded.documents import DocumentCollector, batch_of
from search.backends.embedded.store import Store
from search.backends.embedded.store.updates import Arrived
from search.backends.embedded.terms import WordTerms
from search.backends.embedded.texts import ArticleTexts
from search.backends.embedded.value_leaves import ValueLeaf
from search.changes import Edits, levels_between
from search.engine import DEFAULT_RANKING, Arrival, Arrivals, Reason, Watch
from search.errors import DeadlineExceeded, SearchError
from search.index.copies.column import docs_with, group_names
from search.index.evaluate.matches import DocList, Matches, has
from search.index.read.snapshot import Snapshot
from search.index.write.invert import segment_arrays
from search.language import Dates, Everything, Is, Length, Missing, Node
from search.once import once
from search.snippets import Highlight
from search.text import Analyzer

BATCH_ARTICLES = 5_000
"""Articles that are indexed at a time."""


@dataclass(slots=True)
class _Found:
    """The arrivals that one watch has found so far, each with its place in the order in which they came."""

    arrivals: list[tuple[int, int, Arrival]] = field(default_factory=list)
    highlights: dict[Highlight, None] = field(default_factory=dict)
    failure: SearchError | None = None

    def done(self) -> Arrivals:
        if self.failure is not None:
            return Arrivals(failure=self.failure)
        ordered = sorted(self.arrivals, key=lambda each: each[:2])
        return Arrivals(tuple(arrival for _, _, arrival in ordered), tuple(self.highlights))


class ArrivalFinder:
    """Finds arrivals in one commit: its `view`, and the articles of `store` as they were at its revision."""

    def __init__(
        self, view: Snapshot, store: Store, revision: int, analyzer: Analyzer, extra_fields: Sequence[str]
    ) -> None:
        self._view, self._store, self._revision = view, store, revision
        self._extra_fields = extra_fields
        self._terms = WordTerms(view, analyzer)
        self._collector = DocumentCollector(Analyzer(analyzer.language))
        self._groups: dict[str, str] = {}

    def find(self, watches: Sequence[Watch], *, changes: bool) -> list[Arrivals]:
        """The arrivals for each watch."""
        found = [_Found() for _ in watches]
        for after in sorted({watch.after for watch in watches}):
            own = [
                (each, watch.query)
                for each, watch in zip(found, watches, strict=True)
                if watch.after == after
            ]
            times = self._store.times_of(after, self._revision)
            for some in self._store.arrived(after, self._revision, BATCH_ARTICLES):
                self._view.check()
                batch = _Batch(self._store, some, after, self._revision, changes=changes)
                self._search(own, batch, times)
        return [each.done() for each in found]

    def _search(
        self, searches: Sequence[tuple[_Found, Node]], batch: _Batch, times: Mapping[int, datetime]
    ) -> None:
        """Search a batch with each of the queries that share their `after`."""
        came, before = (self._indexed(each, batch.seen, {}) for each in (batch.came, batch.before))
        now = self._indexed(batch.changed, batch.seen, batch.edits)
        for found, query in searches:
            if found.failure is not None:
                continue
            try:
                new, highlights = _find(came, query)
                later, more = _find(now, query)
                earlier, _ = _find(before, query)
            except DeadlineExceeded:
                raise
            except SearchError as error:  # of this query alone
                found.failure = error
                continue
            found.highlights.update(dict.fromkeys(highlights + more))
            reasons: dict[str, Reason] = dict.fromkeys(new, "new")
            for identity in later - new:
                if identity not in earlier:
                    reasons[identity] = "now matches"
                elif batch.differs(identity):
                    reasons[identity] = "changed"
            for identity, reason in reasons.items():
                revision = batch.first[identity] if reason == "new" else batch.revisions[identity]
                article, group = batch.now[identity], self._group(identity)
                arrival = Arrival(article, revision, times[revision], reason, group)
                found.arrivals.append((revision, batch.numbers[identity], arrival))

    def _group(self, identity: str) -> str:
        """The name of the group of copies of an article, which many queries may find."""
        if identity not in self._groups:
            docs = docs_with(self._view, "id", identity)[:1]
            self._groups[identity] = group_names(self._view, docs)[0] if len(docs) else identity
        return self._groups[identity]

    def _indexed(
        self, articles: Mapping[str, Article], seen: Mapping[str, datetime], edits: Mapping[str, Edits]
    ) -> _Index | None:
        if not articles:
            return None
        rows = [(article, edits.get(i), seen.get(i)) for i, article in articles.items()]
        self._collector.add(batch_of(rows, [0] * len(rows), 0, self._extra_fields))
        view = self._view.beside(segment_arrays(self._collector.documents()), len(rows))
        return _Index(self._view, view, self._terms, articles)


class _Batch:
    """Some of the articles that came or changed, in each version that is looked at, by id.

    `came` has them as they came, `before` as they were before any of the changes, `changed` as they are now
    if they have changed.
    """

    def __init__(
        self, store: Store, some: Sequence[Arrived], after: int, revision: int, *, changes: bool
    ) -> None:
        ids = [each.identity for each in some]
        self.now = store.get(ids, revision)
        self.revisions = store.revisions(ids, revision)
        self.numbers = {each.identity: each.number for each in some}
        self.seen = store.first_seen(ids)
        self.first: dict[str, int] = {}
        for each in some:
            article, first = self.now.get(each.identity), each.first
            if article is not None and article.crawled is not None and after < each.oldest <= revision:
                first = each.oldest
            if article is not None and first is not None:
                self.first[each.identity] = first
        self.came = {i: self.now[i] for i in self.first}
        earlier: dict[int, list[str]] = {}
        for identity, first in self.first.items():
            if self.revisions[identity] != first:
                earlier.setdefault(first, []).append(identity)
        for first, replaced in earlier.items():
            self.came |= store.get(replaced, first)  # unless that version has been pruned
        self.before: dict[str, Article] = {}
        self.changed: dict[str, Article] = {}
        self.edits: dict[str, Edits] = {}
        if changes:
            known = [i for i in self.now if i not in self.first and self.revisions[i] > after]
            self.before = store.get(known, after)
            self.changed = {i: self.now[i] for i in [*known, *(i for own in earlier.values() for i in own)]}
            self.edits = store.edits([*self.changed], after)

    def differs(self, identity: str) -> bool:
        """True if the headline or the text of an article has other words than before."""
        levels = levels_between(self.before[identity], self.now[identity])
        return not {"headline", "text"}.isdisjoint(levels)


class _Index:
    """Some articles, indexed alone in `view`; the `whole` archive has the groups of their copies."""

    def __init__(
        self, whole: Snapshot, view: Snapshot, terms: WordTerms, articles: Mapping[str, Article]
    ) -> None:
        self._view, self._ids = view, [*articles]
        texts = ArticleTexts(view, lambda ids: {i: articles[i] for i in ids})
        self._compiler = _Compiler(whole, view, terms, texts, self._ids)

    def find(self, query: Node) -> tuple[set[str], tuple[Highlight, ...]]:
        """The ids of the articles that a query finds, and the words to mark in them."""
        plan = self._compiler.plan(query)
        found = {self._ids[doc] for doc in plan.matches.docs.tolist()}
        return found, plan.highlights() if found else ()


def _find(index: _Index | None, query: Node) -> tuple[set[str], tuple[Highlight, ...]]:
    return (set(), ()) if index is None else index.find(query)


class _Compiler(Compiler):
    """Compiles queries for a view of some articles, whose copies are all in the `whole` archive."""

    def __init__(
        self,
        whole: Snapshot,
        view: Snapshot,
        terms: WordTerms,
        texts: ArticleTexts,
        identities: Collection[str],
    ) -> None:
        super().__init__(view, terms, texts, DEFAULT_RANKING)
        self._whole, self._identities = whole, identities

    def _filtered(self, node: Everything | Dates | Missing | Length | Is) -> Matches:
        if isinstance(node, Is) and node.mark in ("original", "copy"):
            return self._same(originals(self._whole, of_copies=node.mark == "copy"))
        return super()._filtered(node)

    def _valued(self, leaf: ValueLeaf, field: str) -> Matches:
        if field == "copies":
            return self._same(copies_of(self._whole, leaf))
        return super()._valued(leaf, field)

    def _same(self, matches: Matches) -> Matches:
        """The documents of the view whose articles match in the whole archive."""
        wanted = [identity.encode() for identity, doc in self._places if has(matches, doc)]
        return DocList(self._view, self._view.values("id").docs(lambda known: numbers_of(known, wanted)))

    @once
    def _places(self) -> list[tuple[str, int]]:
        """The document of each article in the whole archive."""

        def places() -> Iterator[tuple[str, int]]:
            for identity in self._identities:
                for doc in docs_with(self._whole, "id", identity).tolist():
                    yield identity, doc

        return list(places())
