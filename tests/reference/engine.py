"""The answers of the reference as an engine: each worked out from all articles, for every question again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import cast

from search.article import Article
from search.changes import levels_between
from search.deadline import Deadline
from search.engine import (
    DEFAULT_RANKING,
    MIN_SCORE,
    Arrival,
    Arrivals,
    Background,
    Copies,
    CopyGroup,
    Distinctive,
    Explanation,
    Facet,
    FacetRequest,
    Facets,
    FacetValue,
    Hit,
    Progress,
    Ranking,
    Reason,
    Results,
    SearchRequest,
    State,
    Stats,
    Suggestion,
    Watch,
)
from search.fields import DateField
from search.language import Node, Word
from search.snippets import Snippet
from search.text import Analyzer, fold_value
from tests.reference.bm25f import scores
from tests.reference.dates import by_date
from tests.reference.distinctive import distinctive
from tests.reference.facets import date_facet, value_facet
from tests.reference.history import ReferenceHistory
from tests.reference.matches import matches
from tests.reference.proximity import reranked
from tests.reference.spans import Texts
from tests.reference.values import values
from tests.reference.vocabulary import completions, corrections, near_values


class ReferenceEngine(ReferenceHistory):
    """Keeps articles in a dict and looks at all of them for every question."""

    location = "memory"

    def __init__(self, language: str = "english") -> None:
        self.analyzer = Analyzer(language)
        super().__init__(self.analyzer)

    def _dated(self) -> dict[str, Article]:
        """The articles, each with the time when it was first seen for that of its crawl."""
        return {i: replace(a, crawled=self.seen.get(i, a.crawled)) for i, a in self.articles.items()}

    def _texts(self) -> Texts:
        return Texts(self.articles, self.analyzer, self.groups)

    def search(self, request: SearchRequest) -> Results:
        texts, dated = self._texts(), self._dated()
        found = scores(request.query, dated, texts, request.ranking)
        liked = {} if request.prefer is None else scores(request.prefer, dated, texts, request.ranking)
        found = {i: (score + liked.get(i, 0.0)) * self._faded(i, request) for i, score in found.items()}
        first = sorted(found, key=lambda i: self._key("relevance", found[i], self.articles[i]))
        found |= reranked(request.query, {i: found[i] for i in first}, texts, request.ranking)
        every = [dated[i] for i in found]
        shown = self._one_of_each(found) if request.collapse else set(found)
        order = sorted(shown, key=lambda i: self._key(request.sort, found[i], dated[i]))
        if request.after is not None:
            at = request.after
            past = Article(id=at.id, title="x", published=at.time)
            if request.sort in ("modified", "seen"):
                past = Article(id=at.id, title="x", modified=at.time, crawled=at.time)
            bound = self._key(request.sort, at.score, past)
            order = [i for i in order if self._key(request.sort, found[i], dated[i]) > bound]
        hits = tuple(
            Hit(self.articles[i], found[i], copies=self._copies_of(i), seen=dated[i].crawled)
            for i in order[: request.limit]
        )
        facets = Facets(self._facet(every, facet, request.zone) for facet in request.facets)
        tally = self._tally(every) if request.collapse else (None, None)
        return Results(len(found), hits, facets, texts=tally[0], sources=tally[1])

    def frozen(self) -> ReferenceEngine:
        """This engine as it is now, whatever happens to it later."""
        then, groups = copy(self), copy(self.groups)
        groups.members = dict(groups.members)
        then.articles, then.groups = dict(self.articles), groups
        then.withdrawn, then.seen = dict(self.withdrawn), dict(self.seen)
        then.past = {identity: [*past] for identity, past in self.past.items()}
        then.states = [*map(dict, self.states)]
        return then

    def _group(self, identity: str) -> str:
        return self.groups.members[identity].group or identity

    def _one_of_each(self, found: Iterable[str]) -> set[str]:
        def place(identity: str) -> tuple[bool, float, str]:
            at = self.articles[identity].published
            founder = self._group(identity).partition("#")[0] == identity
            return not founder, at.timestamp() if at else math.inf, identity

        best: dict[str, str] = {}
        for identity in found:
            group = self._group(identity)
            best[group] = min(best.get(group, identity), identity, key=place)
        return set(best.values())

    def _copies_of(self, identity: str) -> Copies | None:
        group = self._group(identity)
        others = [self.articles[i] for i in self.articles if i != identity and self._group(i) == group]
        return Copies(group, len(others), self._tally(others)[1]) if others else None

    def _tally(self, articles: Iterable[Article]) -> tuple[int, int]:
        own = list(articles)
        sources = {fold_value(article.source) for article in own if article.source}
        return len({self._group(article.id) for article in own}), len(sources)

    def _faded(self, identity: str, request: SearchRequest) -> float:
        published = self.articles[identity].published
        recency = request.ranking.recency
        if recency is None:
            return 1.0
        if published is None or published > recency.now:
            return 1 - recency.share
        halvings: float = (recency.now - published) / recency.half_life
        return float(1 - recency.share + recency.share * 0.5**halvings)

    @staticmethod
    def _key(sort: str, score: float, article: Article) -> tuple[float, float, str]:
        if sort in ("modified", "seen"):
            (article,) = by_date([article], sort)
        stamp = article.published.timestamp() if article.published else None
        newest = math.inf if stamp is None else -stamp
        if sort == "relevance":
            return (-score, newest, article.id)
        return (newest if sort != "oldest" else math.inf if stamp is None else stamp, 0, article.id)

    def _facet(self, matched: Sequence[Article], facet: FacetRequest, zone: tzinfo) -> Facet:
        if facet.interval is not None:
            found = date_facet(matched, facet.interval, zone, cast(DateField, facet.field))
        else:
            found = value_facet(matched, facet.field, facet.limit)
        if not facet.texts:
            return found
        return replace(found, values=tuple(self._tallied(matched, facet, found, zone)))

    def _tallied(
        self, matched: Sequence[Article], asked: FacetRequest, facet: Facet, zone: tzinfo
    ) -> Iterator[FacetValue]:
        for value in facet.values:
            if asked.interval is not None:
                field = cast(DateField, asked.field)
                alone = ((a, date_facet([a], asked.interval, zone, field).values) for a in matched)
                own = [a for a, found in alone if value.value in [each.value for each in found]]
            else:
                folded = fold_value(value.value)
                own = [a for a in matched if folded in map(fold_value, values(a, facet.field))]
            yield replace(value, texts=self._tally(own)[0], sources=self._tally(own)[1])

    def copies(self, name: str) -> CopyGroup | None:
        found = self.groups.group(name)
        if not found:
            return None
        group = self._group(found[0])
        order = sorted(found, key=lambda i: (i != group, self._key("oldest", 0.0, self.articles[i])))
        digests = {i for i, member in self.groups.members.items() if group in member.parts}
        held = sorted(digests, key=lambda i: self._key("oldest", 0.0, self.articles[i]))
        return CopyGroup(group, tuple(self.articles[i] for i in order), tuple(self.articles[i] for i in held))

    def explain(self, query: Node, identity: str, ranking: Ranking = DEFAULT_RANKING) -> Explanation | None:
        if identity not in self.articles:
            return None
        request = SearchRequest(query, limit=len(self.articles), ranking=replace(ranking, recency=None))
        found = {hit.article.id: hit.score for hit in self.search(request).hits}
        return Explanation(found.get(identity, 0.0), str(query), matches=identity in found)

    def distinctive(
        self, query: Node, against: Background, *, count: int, texts: int, score: float = MIN_SCORE
    ) -> Distinctive:
        inside = {*self.ids(query)}
        outside = {*(self.articles if isinstance(against, str) else self.ids(against))} - inside
        ids = map(self._one_of_each, (self.articles, inside, outside))
        every, there, elsewhere = ([self.articles[i] for i in sorted(own)] for own in ids)
        return distinctive(self.analyzer, every, there, elsewhere, against, count, texts, score)

    def arrivals(self, watches: Sequence[Watch], *, limit: int | None = None) -> list[Arrivals]:
        assert limit is None, "the reference cuts no look"
        return [self._arrivals(watch) for watch in watches]

    def _arrivals(self, watch: Watch) -> Arrivals:
        """Look at the states in which articles came, and compare the last one with the one at the mark.

        The arrivals have no revision and no time, which a dict does not have.
        """

        def found(versions: Mapping[str, Article]) -> set[str]:
            articles = {**self.articles, **versions}
            dated = {i: replace(a, crawled=self.seen[i] or datetime.now(UTC)) for i, a in articles.items()}
            return matches(watch.query, dated, Texts(articles, self.analyzer, self.groups)) & versions.keys()

        def brought(identity: str) -> int:
            """The state since which the article has been there all the time."""
            without = [n for n, state in enumerate(self.states) if identity not in state]
            return without[-1] + 1 if without else 0

        after = watch.mark.revision
        first = {i: brought(i) for i in self.articles}
        came = {i: self.states[n][i] for i, n in first.items() if n > after}
        shown: list[tuple[Article, Reason]] = [(came[i], "new") for i in found(came)]
        if watch.changes:
            before = {i: came.get(i) or self.states[after][i] for i in self.articles}
            earlier = found(before)
            for i in found({i: a for i, a in self.articles.items() if a != before[i]}):
                now = self.articles[i]
                if i not in earlier:
                    shown.append((now, "now matches"))
                elif not {"headline", "text"}.isdisjoint(levels_between(before[i], now)):
                    shown.append((now, "changed"))
        at = datetime.min.replace(tzinfo=UTC)
        return Arrivals(
            tuple(
                Arrival(
                    replace(article, description="", highlights=(), body=""),
                    Snippet(""),
                    0,
                    at,
                    reason,
                    self._group(article.id),
                )
                for article, reason in shown
            ),
            watch.mark,
        )

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        texts = self._texts()
        return {word: len(matches(Word(word), self.articles, texts)) for word in words}

    def vocabulary(
        self, *, field: str | None = None, prefix: str = "", near: str = "", count: int = 10
    ) -> tuple[Suggestion, ...]:
        if field is not None:
            return near_values([*self.articles.values()], field, near, count)
        texts = self._texts()

        def frequency(word: str) -> int:
            return len(matches(Word(word), self.articles, texts))

        if near:
            return corrections(self.articles, frequency, near, count)
        return completions(self.articles, self.analyzer, frequency, prefix, count)

    def ids(self, query: Node) -> list[str]:
        return sorted(
            matches(query, self._dated(), self._texts()),
            key=lambda i: self._key("oldest", 0.0, self.articles[i]),
        )

    def scan(self, query: Node) -> Iterator[Article]:
        return (self.articles[i] for i in self.ids(query))

    def get(self, identities: Sequence[str]) -> dict[str, Article]:
        return {i: self.articles[i] for i in identities if i in self.articles}

    @contextmanager
    def reader(self, deadline: Deadline | None = None) -> Iterator[ReferenceEngine]:  # noqa: ARG002
        yield self

    @contextmanager
    def reader_as_of(
        self,
        revision: int,
        deadline: Deadline | None = None,  # noqa: ARG002
    ) -> Iterator[ReferenceEngine]:
        made = ReferenceEngine(self.analyzer.language)
        made.articles = self.as_of([*self.states[revision]], revision)
        yield made

    def revisions(self, identities: Sequence[str]) -> dict[str, int]:
        raise NotImplementedError(f"the reference does not know which revision made {identities}")

    def version(self) -> str:
        return str(sorted((i, article.digest().hex()) for i, article in self.articles.items()))

    def rebuild(self, progress: Progress | None = None) -> None:
        if progress is not None:
            progress(len(self.articles), len(self.articles))

    def upgrade(self, progress: Progress | None = None) -> bool:  # noqa: ARG002  # there is nothing to do
        return False

    def optimize(self, *, whole: bool = True) -> None:
        """There is nothing to be made faster."""

    def first_seen(self, identities: Sequence[str]) -> dict[str, datetime]:
        return {identity: at for identity in identities if (at := self.seen.get(identity))}

    def state(self) -> State:
        names = {name for article in self.articles.values() for name in article.extra}
        return State("", 0, self.analyzer.language, tuple(sorted(names)))

    def stats(self) -> Stats:
        raise NotImplementedError("the reference has no files to describe")

    def close(self) -> None:
        self.articles = {}
