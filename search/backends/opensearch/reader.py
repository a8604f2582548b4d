"""One moment of an archive on a cluster, as a `search.engine.Reader`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import islice
from typing import NoReturn

from search.article import Article
from search.backends.evaluate.columns import microseconds, moment
from search.backends.evaluate.documents import DocumentCollector
from search.backends.evaluate.explanation import of_proximity
from search.backends.evaluate.held import HeldArticles
from search.backends.evaluate.highlights import highlights
from search.backends.opensearch.client import Cluster, PointLost
from search.backends.opensearch.documents import analyze
from search.backends.opensearch.explanation import Explainer
from search.backends.opensearch.facets import counting, facets_of
from search.backends.opensearch.filters import NOT_KEPT
from search.backends.opensearch.lexicon import Lexicon, Query
from search.backends.opensearch.moment import PAGE, SHOWN, Moment, article_of
from search.backends.opensearch.pages import page, ranked, window_places
from search.backends.opensearch.suggestions import completions, corrections, near_values
from search.backends.opensearch.translate import Translator
from search.backends.opensearch.words import QueryWords, words_of
from search.dates import INTERVALS
from search.deadline import Deadline
from search.engine import (
    DEFAULT_RANKING,
    MIN_SCORE,
    Arrivals,
    Background,
    CopyGroup,
    Distinctive,
    Explanation,
    FacetRequest,
    Facets,
    Hit,
    Ranking,
    Results,
    SearchRequest,
    State,
    Stats,
    Suggestion,
    Watch,
    neighbours,
)
from search.errors import InvalidRequest, LimitExceeded
from search.fields import COUNTED_DATES, FACET_FIELDS, TEXT_FIELDS, field_name
from search.index.kernels import KERNELS
from search.language import Node
from search.once import once
from search.snippets import Highlight
from search.text import Analyzer, fold

MAX_IDLE = 4
"""Collectors, with the words that they remember, that are kept for the next questions."""

MAX_LOOKED_UP = 20_000
"""Articles whose text is read for one query, at most."""


class ClusterReader:
    """The articles at one moment, begun with the first question; for one thread.

    `collectors` lends what indexes articles in memory.
    """

    def __init__(
        self, cluster: Cluster, at: Moment, deadline: Deadline | None, collectors: list[DocumentCollector]
    ) -> None:
        self._cluster, self._at, self._deadline, self._collectors = cluster, at, deadline, collectors
        self._known: tuple[int, QueryWords | None] = 0, None

    # --- what a question needs ------------------------------------------------------------------

    @property
    def _analyzer(self) -> Analyzer:
        return _analyzer_for(self._at.generation.language)

    @property
    def _lexicon(self) -> Lexicon:
        return Lexicon(self._cluster, self._at.generation.lexicon, self._deadline)

    def _words(self) -> QueryWords:
        """The words that were looked up at this moment."""
        begun, words = self._known
        if words is None or begun != self._at.begun:
            words = QueryWords(self._lexicon, self._analyzer, self._languages, self._at.count)
            self._known = self._at.begun, words
        return words

    def _languages(self) -> Iterable[str]:
        """The languages of the articles; without articles the language of the archive."""
        known = self._at.generation.languages
        if len(known) > 1:
            counts, _ = self._at.count({name: {"term": {f"language.{name}": True}} for name in sorted(known)})
            known = frozenset(name for name, articles in counts.items() if articles)
        return known or [self._analyzer.language]

    def _translator(self, words: QueryWords, *nodes: Node | None) -> Translator:
        """A translator that has looked up all words of some trees."""
        words.learn(word for node in nodes if node is not None for word in words_of(node))

        def look_up(node: Node, candidates: Query) -> list[str]:
            return self._looked_up(words, node, candidates)

        return Translator(words, look_up)

    def _looked_up(self, words: QueryWords, node: Node, candidates: Query) -> list[str]:
        """The ids of the candidates that a node matches, found by indexing them in memory."""
        if (count := self._at.total(candidates)) > MAX_LOOKED_UP:
            raise LimitExceeded(
                f"“{node}” is looked up in the text of at most {MAX_LOOKED_UP:,} articles, and {count:,} "
                "have its words; ask for more words or for fewer dates"
            )
        found: list[str] = []
        for hits in self._at.walk(candidates, source=SHOWN):
            with self._held(words, [article_of(hit) for hit in hits]) as held:
                found += held.matching(node)
        return found

    @contextmanager
    def _held(
        self, words: QueryWords, articles: Sequence[tuple[Article, int | None]]
    ) -> Iterator[HeldArticles]:
        """Articles, indexed in memory."""
        language = self._analyzer.language
        try:
            collector = self._collectors.pop()
        except IndexError:
            collector = DocumentCollector(Analyzer(language))
        rows = [(article, None if seen is None else moment(seen)) for article, seen in articles]
        yield HeldArticles(
            rows, collector, self._analyzer, words.known, self._at.generation.extra_fields, self._at.check
        )
        if len(self._collectors) < MAX_IDLE:  # after an error never: it may be half full
            self._collectors.append(collector)

    # --- answers --------------------------------------------------------------------------------

    def search(self, request: SearchRequest) -> Results:
        if request.collapse or any(facet.texts for facet in request.facets):
            _refuse("groups of copies", "one hit for each text")
        _check_ranking(request.ranking)
        return self._at.answer(lambda: self._search(request))

    def _search(self, request: SearchRequest) -> Results:
        counted = [self._counted(facet) for facet in request.facets]
        words = self._words()
        translator = self._translator(words, request.query, request.prefer)
        found = page(self._at, translator, words, request, counting(counted))
        facets = Facets()
        if counted:
            query = translator.matching(request.query)
            facets = Facets(facets_of(self._at, query, counted, found.counted, request.zone))
        articles = found.articles
        if len(articles) < len(found.places):
            articles = self._articles(place.identity for place in found.places)
        hits = tuple(
            Hit(*articles[place.identity][:1], place.score, seen=articles[place.identity][1])
            for place in found.places
        )
        marked: tuple[Highlight, ...] = ()
        if request.highlight and hits:
            words.learn_forms(words_of(request.query))
            marked = highlights(request.query, words.forms)
        return Results(
            total=found.total,
            hits=hits,
            facets=facets,
            next=str(found.places[-1].cursor(request.sort)) if found.places and found.more else None,
            warnings=self._warnings,
            highlights=marked,
        )

    def _counted(self, request: FacetRequest) -> FacetRequest:
        extra = self._at.generation.extra_fields
        field = field_name(request.field, extra)
        is_known = field in FACET_FIELDS or field in extra
        if (field not in COUNTED_DATES) if request.interval is not None else not is_known:
            countable = ", ".join((*FACET_FIELDS, *extra, *(f"date:{interval}" for interval in INTERVALS)))
            raise InvalidRequest(f"{request.field!r} cannot be counted by; fields that can are {countable}")
        return FacetRequest(field or request.field, request.limit, request.interval)

    def ids(self, query: Node) -> list[str]:
        def found() -> list[str]:
            matching = self._translator(self._words(), query).matching(query)
            pages = self._at.walk(matching, source=False, size=10 * PAGE)
            return [hit["sort"][1] for hits in pages for hit in hits]

        return self._at.answer(found)

    def scan(self, query: Node) -> Iterator[Article]:
        matching = self._at.answer(lambda: self._translator(self._words(), query).matching(query))
        for hits in self._at.pages(matching, source=SHOWN):
            yield from (article_of(hit)[0] for hit in hits)

    def get(self, identities: Sequence[str]) -> dict[str, Article]:
        found = self._at.answer(lambda: self._articles(identities))
        return {identity: article for identity, (article, _) in found.items()}

    def _articles(self, identities: Iterable[str]) -> dict[str, tuple[Article, datetime | None]]:
        """The articles with these ids, each with when it was first seen."""
        found: dict[str, tuple[Article, datetime | None]] = {}
        every = iter(dict.fromkeys(identities))
        while some := list(islice(every, PAGE)):
            for article, seen in self._at.articles({"terms": {"id": some}}, len(some)):
                found[article.id] = article, None if seen is None else moment(seen)
        return found

    def revisions(self, identities: Sequence[str]) -> dict[str, int]:  # noqa: ARG002 - there is no history
        return {}

    def first_seen(self, identities: Sequence[str]) -> dict[str, datetime]:
        found = self._at.answer(lambda: self._articles(identities))
        return {identity: seen for identity, (_, seen) in found.items() if seen is not None}

    def copies(self, name: str) -> CopyGroup | None:  # noqa: ARG002 - whichever it is
        _refuse("groups of copies", "the copies of an article")

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        every = list(words)
        return self._at.answer(lambda: self._words().document_frequencies(every))

    def vocabulary(
        self, *, field: str | None = None, prefix: str = "", near: str = "", count: int = 10
    ) -> tuple[Suggestion, ...]:
        if field is not None:
            name = field
            return self._at.answer(lambda: near_values(self._at, name, near, count))
        if near:
            return self._at.answer(lambda: corrections(self._words(), self._lexicon, fold(near), count))
        return self._at.answer(lambda: completions(self._words(), self._lexicon, fold(prefix), count))

    def distinctive(
        self,
        query: Node,  # noqa: ARG002 - whichever it is
        against: Background,  # noqa: ARG002
        *,
        count: int,  # noqa: ARG002
        texts: int,  # noqa: ARG002
        score: float = MIN_SCORE,  # noqa: ARG002
    ) -> Distinctive:
        _refuse("groups of copies", "distinctive words, for which copies count once")

    def arrivals(self, watches: Sequence[Watch], *, limit: int | None = None) -> list[Arrivals]:  # noqa: ARG002 - refused before
        if watches:
            _refuse("order in which articles came", "new articles of saved searches")
        return []

    def explain(self, query: Node, identity: str, ranking: Ranking = DEFAULT_RANKING) -> Explanation | None:
        _check_ranking(ranking)
        return self._at.answer(lambda: self._explained(query, identity, ranking))

    def _explained(self, query: Node, identity: str, ranking: Ranking) -> Explanation | None:
        found = self._articles([identity]).get(identity)
        if found is None:
            return None
        words = self._words()
        translator, article = self._translator(words, query), found[0]
        seen = None if found[1] is None else microseconds(found[1])
        with self._held(words, [(article, seen)]) as held:
            if not held.has(query, identity):
                return Explanation(0, str(query), (), False)
            averages = self._at.generation.averages
            analyzed = analyze(article, self._analyzer)
            explainer = Explainer(analyzed, held, translator, words, averages)
            parts = tuple(explainer.explain(query))
            pairs = neighbours(query, ranking.proximity) if ranking.proximity is not None else ()
            if ranking.proximity is not None and pairs:
                scored = ranked(translator, query, None, DEFAULT_RANKING)
                places = window_places(self._at, scored, query, ranking.proximity.window)
                if any(place.identity == identity for place in places):
                    nearness = dict(zip(map(str, pairs), held.nearness(query, ranking), strict=True))
                    score = sum(part.value for part in parts)
                    if any(nearness.values()):
                        parts += (of_proximity(nearness, ranking.proximity.share(len(pairs)), score),)
        return Explanation(sum(part.value for part in parts), str(query), parts)

    def state(self) -> State:
        known = self._at.generation
        return State(
            known.archive,
            0,
            known.language,
            known.extra_fields,
            self._warnings,
            has_copies=False,
            has_history=False,
        )

    @once
    def _warnings(self) -> tuple[str, ...]:
        known = self._at.generation
        if self._analyzer.gives_terms_of(known.analyzer, known.stemmers):
            return ()
        return (
            "the words of the archive were analysed by other rules or stemmers than those here, so that "
            "some are not found; run: news rebuild",
        )

    def stats(self) -> Stats:
        return self._at.answer(self._stats)

    def _stats(self) -> Stats:
        known = self._at.generation
        aggs = {
            "undated": {"missing": {"field": "published"}},
            **{field: {"sum": {"field": f"lengths.{field}"}} for field in TEXT_FIELDS},
        }
        found = self._at.ask({"size": 0, "track_total_hits": True, "aggs": aggs})
        counted, articles = found["aggregations"], int(found["hits"]["total"]["value"])
        sizes = self._cluster.call(
            "GET", f"/{known.index},{known.lexicon}/_stats/store,segments", deadline=self._deadline
        )
        own = sizes["indices"].get(known.index, {"primaries": {}})["primaries"]
        if "store" not in own:
            raise PointLost(f"no part of {known.index} has a node")
        lengths = {field: int(counted[field]["value"]) for field in TEXT_FIELDS}
        first, last = self._end("asc"), self._end("desc")
        return Stats(
            location=str(self._cluster.location),
            articles=articles,
            undated=counted["undated"]["doc_count"],
            first=first,
            last=last,
            words=sum(lengths.values()),
            language=known.language,
            extra_fields=known.extra_fields,
            segments=own["segments"]["count"],
            store_size=own["store"]["size_in_bytes"],
            index_size=sizes["_all"]["total"]["store"]["size_in_bytes"],
            revision=0,
            indexed_revision=0,
            analyzer=known.analyzer,
            kernels=KERNELS,
            length_drift=_drift(known.averages, lengths, articles),
        )

    def _end(self, direction: str) -> datetime | None:
        """The first or the last time of an article; None if no article has a time."""
        body = {"query": {"exists": {"field": "published"}}, "size": 1, "sort": [{"published": direction}]}
        hits = self._at.ask({**body, "_source": ["published"]})["hits"]["hits"]
        return moment(hits[0]["_source"]["published"]) if hits else None


def _drift(averages: dict[str, float] | object, lengths: dict[str, int], articles: int) -> float:
    """The largest distance of an average length from the one that scores are made with, as its share."""
    if not isinstance(averages, dict) or not articles:
        return 0.0
    return max(
        (abs((lengths[field] / articles or 1.0) / average - 1) for field, average in averages.items()),
        default=0.0,
    )


def _check_ranking(ranking: Ranking) -> None:
    """Raise `InvalidRequest` for numbers of a ranking that are part of the index."""
    own = ranking.fields, ranking.k1, ranking.earliness
    if own != (DEFAULT_RANKING.fields, DEFAULT_RANKING.k1, DEFAULT_RANKING.earliness):
        raise InvalidRequest(
            "an archive on OpenSearch ranks with the fields' weights, k1 and earliness of its index; leave "
            "them as they are in DEFAULT_RANKING"
        )


def _refuse(kept: str, asked: str) -> NoReturn:
    raise InvalidRequest(NOT_KEPT.format(kept, asked))


@cache
def _analyzer_for(language: str) -> Analyzer:
    """The analyzer of queries in a language, which is made once."""
    return Analyzer(language)
