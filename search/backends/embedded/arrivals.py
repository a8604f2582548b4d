"""The articles that came or changed after a mark, and that queries find.

They are indexed once more, in memory and alone, so that a thousand queries cost no more on a large archive
than on a small one. An article that came is searched and shown in the version in which it came, also where it
has changed since, so that the new articles do not depend on how often one looks. The changes of an article
between two looks are one change. Words have the terms that they have in the whole archive, and copies the
groups.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from search.article import Article
from search.backends.embedded.store import Store, searches
from search.backends.embedded.store.updates import Arrived
from search.backends.evaluate.columns import numbers_of
from search.backends.evaluate.compile import Compiler
from search.backends.evaluate.copies import copies_of
from search.backends.evaluate.documents import DocumentCollector, batch_of, compared_fields
from search.backends.evaluate.terms import WordTerms
from search.backends.evaluate.texts import ArticleTexts
from search.backends.evaluate.value_leaves import ValueLeaf
from search.changes import Edits, levels_between
from search.engine import DEFAULT_RANKING, Arrival, Arrivals, Mark, Reason, Watch
from search.errors import DeadlineExceeded, InvalidRequest, LimitExceeded, SearchError
from search.index.copies.column import docs_with, group_docs, group_names, originals
from search.index.evaluate.matches import DocList, Matches, has
from search.index.kernels import MIN_WORDS
from search.index.read.snapshot import Snapshot
from search.index.write.invert import segment_arrays
from search.language import Dates, Everything, Is, Length, Missing, Node
from search.once import once
from search.snippets import Highlight, Markers, snippet
from search.text import Analyzer, fold

BATCH_ARTICLES = 2_000
"""Articles that are indexed at a time."""

_TEXTS = ("description", "highlights", "body")
_WORD = re.compile(r"\w+")


class _Search:
    """A watch, and the arrivals that it has found so far, each with its place in their order.

    `cut` is the place of the last one if the look has ended there.
    """

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.arrivals: list[tuple[int, int, Arrival]] = []
        self.failure: SearchError | None = None
        self.cut: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        return self.failure is None and self.cut is None

    def done(self, revision: int) -> Arrivals:
        mark = self.watch.mark
        if self.failure is not None:
            return Arrivals((), mark, self.failure)
        ordered = sorted(self.arrivals, key=lambda each: each[:2])
        after = Mark.at(revision) if self.cut is None else Mark(mark.revision, *self.cut)
        return Arrivals(tuple(arrival for _, _, arrival in ordered), after)


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
        self._members: dict[str, frozenset[str]] = {}
        self._times: Mapping[int, datetime] = {}

    def find(self, watches: Sequence[Watch], limit: int | None) -> list[Arrivals]:
        """The arrivals for each watch; one without `changes` has at most `limit`."""
        found = [_Search(watch) for watch in watches]
        self._times = self._store.times_of(min(watch.mark.revision for watch in watches), self._revision)
        self._find_new(found, limit)
        changing = [each for each in found if each.watch.changes]
        for after in sorted({each.watch.mark.revision for each in changing}):
            self._find_changed([each for each in changing if each.watch.mark.revision == after], after)
        return [each.done(self._revision) for each in found]

    def _find_new(self, found: Sequence[_Search], limit: int | None) -> None:
        """Search the articles that came after the marks, in the order in which they came."""
        first = min((each.watch.mark.came, each.watch.mark.number) for each in found)
        for some in self._store.came(first, self._revision, BATCH_ARTICLES):
            self._view.check()
            if not any(each.is_open for each in found):
                return
            places = {each.identity: (each.came, each.number) for each in some}
            ids = [*places]
            now = self._store.get(ids, self._revision)
            articles = _as_they_came(self._store, some, now, self._store.revisions(ids, self._revision))
            index = self._indexed(articles, self._store.first_seen(ids), {})
            last = some[-1].came, some[-1].number
            for each in found:
                if each.is_open and (each.watch.mark.came, each.watch.mark.number) < last:
                    self._take_new(each, index, articles, places, limit)

    def _take_new(
        self,
        search: _Search,
        index: _Index | None,
        articles: Mapping[str, Article],
        places: Mapping[str, tuple[int, int]],
        limit: int | None,
    ) -> None:
        watch = search.watch
        try:
            matching, highlights = _find(index, watch.query)
        except DeadlineExceeded:
            raise
        except (LimitExceeded, InvalidRequest) as error:  # of this query alone
            search.failure = error
            return
        mark = watch.mark.came, watch.mark.number
        ids = [identity for identity, place in places.items() if identity in matching and place > mark]
        if watch.name and ids:
            known = self._told(watch.name, ids) | self._store.known_by(ids, watch.start)
            ids = [identity for identity in ids if identity not in known]
        if limit is not None and not watch.changes and len(search.arrivals) + len(ids) > limit:
            ids = ids[: limit - len(search.arrivals)]
            search.cut = places[ids[-1]] if ids else search.arrivals[-1][:2]
        self._take(search, {i: ("new", *places[i]) for i in ids}, articles, highlights)

    def _find_changed(self, found: Sequence[_Search], after: int) -> None:
        """Search the articles that changed after a revision, or after they came, in both versions."""
        for some in self._store.touched(after, self._revision, BATCH_ARTICLES):
            self._view.check()
            if not any(each.is_open for each in found):
                return
            batch = _Batch(self._store, some, after, self._revision)
            before = self._indexed(batch.before, batch.seen, {})
            now = self._indexed(batch.changed, batch.seen, batch.edits)
            for each in found:
                if not each.is_open:
                    continue
                try:
                    later, highlights = _find(now, each.watch.query)
                    earlier, _ = _find(before, each.watch.query)
                except DeadlineExceeded:
                    raise
                except (LimitExceeded, InvalidRequest) as error:  # of this query alone
                    each.failure = error
                    continue
                reasons = {i: batch.reason(i, matched=i in earlier) for i in later}
                taken = {
                    i: (reason, batch.revisions[i], batch.numbers[i])
                    for i, reason in reasons.items()
                    if reason is not None
                }
                self._take(each, taken, batch.changed, highlights)

    def _take(
        self,
        search: _Search,
        found: Mapping[str, tuple[Reason, int, int]],
        articles: Mapping[str, Article],
        highlights: Sequence[Highlight],
    ) -> None:
        """Add arrivals to a search, given for each the reason, the revision and the number."""
        if not found:
            return
        name, markers = search.watch.name, Markers(highlights, self._view.check)
        prints = {identity: _fingerprint(articles[identity]) for identity in found}
        members = {identity: self._members_of(self._group(identity)) for identity in found}
        told, texts = set[str](), set[bytes]()
        if name:
            told = self._told(name, frozenset[str]().union(*members.values()))
            texts = self._store.of_searches(
                lambda known: searches.told_texts(known, name, prints.values()), texts
            )
        for identity, (reason, revision, number) in found.items():
            article = articles[identity]
            earlier = reason == "new" and (
                not told.isdisjoint(members[identity]) or prints[identity] in texts
            )
            record = {name: value for name, value in article.as_record().items() if name not in _TEXTS}
            arrival = Arrival(
                Article.restored(record),
                snippet(article, markers),
                revision,
                self._times[revision],
                reason,
                self._group(identity),
                prints[identity],
                earlier,
            )
            search.arrivals.append((revision, number, arrival))

    def _told(self, name: str, identities: Collection[str]) -> set[str]:
        return self._store.of_searches(lambda known: searches.told(known, name, identities), set())

    def _group(self, identity: str) -> str:
        """The name of the group of copies of an article, which many queries may find."""
        if identity not in self._groups:
            docs = docs_with(self._view, "id", identity)[:1]
            self._groups[identity] = group_names(self._view, docs)[0] if len(docs) else identity
        return self._groups[identity]

    def _members_of(self, group: str) -> frozenset[str]:
        """The ids of the articles of a group."""
        if group not in self._members:
            docs = group_docs(self._view, group)
            self._members[group] = frozenset(self._view.values("id").texts(docs))
        return self._members[group]

    def _indexed(
        self, articles: Mapping[str, Article], seen: Mapping[str, datetime], edits: Mapping[str, Edits]
    ) -> _Index | None:
        if not articles:
            return None
        rows = [(article, edits.get(i), seen.get(i)) for i, article in articles.items()]
        self._collector.add(batch_of(rows, [0] * len(rows), 0, self._extra_fields))
        view = self._view.beside(segment_arrays(self._collector.documents()), len(rows))
        return _Index(self._view, view, self._terms, articles)


def _as_they_came(
    store: Store, some: Sequence[Arrived], now: Mapping[str, Article], revisions: Mapping[str, int]
) -> dict[str, Article]:
    """Each article as it came; or as it is `now`, which `revisions` made, if that version has been pruned."""
    replaced: dict[int, list[str]] = {}
    for each in some:
        if each.identity in now and revisions[each.identity] != each.came:
            replaced.setdefault(each.came, []).append(each.identity)
    first = {each.identity: now[each.identity] for each in some if each.identity in now}
    for revision, identities in replaced.items():
        first |= store.get(identities, revision)
    return first


class _Batch:
    """The articles, of some, that changed after a revision or after they came, in two versions, by id.

    `before` has them as they were after that revision, or as they came if that was later; without versions
    that have been pruned. `changed` has them as they are now.
    """

    def __init__(self, store: Store, some: Sequence[Arrived], after: int, revision: int) -> None:
        ids = [each.identity for each in some]
        now = store.get(ids, revision)
        self.revisions = store.revisions(ids, revision)
        self.numbers = {each.identity: each.number for each in some}
        self.seen = store.first_seen(ids)
        some = [each for each in some if self.revisions.get(each.identity, 0) > max(after, each.came)]
        self.changed = {each.identity: now[each.identity] for each in some}
        there = [each.identity for each in some if each.came <= after]
        came = [each for each in some if each.came > after]
        self.before = store.get(there, after) | _as_they_came(store, came, now, self.revisions)
        self.edits = store.edits([*self.changed], after)

    def reason(self, identity: str, *, matched: bool) -> Reason | None:
        """The reason to tell of an article that matches now, and perhaps `matched` before; or None."""
        before = self.before.get(identity)
        if before is None:  # as it has been pruned
            return "changed"
        if not matched:
            return "now matches"
        levels = levels_between(before, self.changed[identity])
        return None if {"headline", "text"}.isdisjoint(levels) else "changed"


def _fingerprint(article: Article) -> bytes:
    """The same for the same words: of the body alone if it has enough to compare; b"" without words."""
    words = _WORD.findall(fold(article.body))
    if len(words) < MIN_WORDS:
        values = (getattr(article, name) for name in compared_fields(article))
        words = _WORD.findall(fold("\n".join(v if isinstance(v, str) else "\n".join(v) for v in values)))
    return sha256(" ".join(words).encode()).digest() if words else b""


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
            flags = originals(self._whole)  # which are kept with the commit
            return self._of_ids(i for i, doc in self._places if flags[doc] == (node.mark == "original"))
        return super()._filtered(node)

    def _valued(self, leaf: ValueLeaf, field: str) -> Matches:
        if field == "copies":
            matches = copies_of(self._whole, leaf)
            return self._of_ids(identity for identity, doc in self._places if has(matches, doc))
        return super()._valued(leaf, field)

    def _of_ids(self, identities: Iterable[str]) -> Matches:
        """The documents of the view with these ids."""
        wanted = [identity.encode() for identity in identities]
        return DocList(self._view, self._view.values("id").docs(lambda known: numbers_of(known, wanted)))

    @once
    def _places(self) -> list[tuple[str, int]]:
        """The document of each article in the whole archive."""

        def places() -> Iterator[tuple[str, int]]:
            for identity in self._identities:
                for doc in docs_with(self._whole, "id", identity).tolist():
                    yield identity, doc

        return list(places())
