"""A page of hits. The order is total: by score, or time, then newest, then id.

By relevance the first matches of a query with words side by side are ranked once more, by the nearness of
these words (`search.engine.ranking.Proximity`): the server gives the first of them, and then the nearness of
each pair there, for each distance.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from search.article import Article
from search.backends.evaluate.columns import microseconds, moment
from search.backends.opensearch.lexicon import Query
from search.backends.opensearch.moment import SHOWN, Moment, article_of
from search.backends.opensearch.translate import Translator
from search.backends.opensearch.words import QueryWords
from search.engine import Cursor, Ranking, SearchRequest, Sort, neighbours
from search.engine.ranking import Neighbours, Proximity
from search.fields import TEXT_FIELDS
from search.language import Node, Or

CHUNK = 10_000
"""Places that one request gives, at most."""

_NO_TIME = -(1 << 63)
_LAST = (1 << 63) - 1

_ORDERS: dict[Sort, tuple[str, str]] = {
    "relevance": ("published", "desc"),
    "newest": ("published", "desc"),
    "oldest": ("published", "asc"),
    "modified": ("modified", "desc"),
    "seen": ("seen", "desc"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A hit in its order: its score (0 in an order by time), its time in microseconds, its id."""

    score: float
    at: int | None
    identity: str

    def key(self) -> tuple[float, float, str]:
        """Sorts places by relevance; strings as the server does, by code points."""
        return -self.score, float("inf") if self.at is None else -self.at, self.identity

    def cursor(self, sort: Sort) -> Cursor:
        """The cursor that goes on after this place."""
        return Cursor(sort, self.score, None if self.at is None else moment(self.at), self.identity)


@dataclass(frozen=True, slots=True)
class Page:
    """The places on a page, if there are more, the number of all matches, and the counts beside it.

    `articles` has the articles by id, each with when it was first seen, if they came with the places.
    """

    places: tuple[Place, ...]
    more: bool
    total: int
    counted: dict[str, Any]
    articles: dict[str, tuple[Article, datetime | None]]


def page(
    at: Moment, translator: Translator, words: QueryWords, request: SearchRequest, counted: Query
) -> Page:
    """The page that a request asks for; `counted` are aggregations over all matches."""
    if request.sort != "relevance":
        query = {"constant_score": {"filter": translator.matching(request.query)}}
        pages = _Pages(at, query, request, counted)
        return pages.after(_place(request.after), request.limit, with_articles=True)
    query = ranked(translator, request.query, request.prefer, request.ranking)
    pages = _Pages(at, query, request, counted)
    proximity = request.ranking.proximity
    pairs = neighbours(request.query, proximity) if proximity is not None else ()
    if proximity is None or not pairs or not request.limit:
        return pages.after(_place(request.after), request.limit, with_articles=True)
    return _near(at, words, pages, request, pairs, proximity)


def window_places(at: Moment, query: Query, tree: Node, window: int) -> tuple[Place, ...]:
    """The first matches by score, which are ranked once more by nearness."""
    return _Pages(at, query, SearchRequest(tree), {}).after(None, window).places


def ranked(translator: Translator, query: Node, prefer: Node | None, ranking: Ranking) -> Query:
    """The query with the scores of a ranking, but for proximity."""
    scored = translator.scored(query)
    if prefer is not None:
        parts = prefer.parts if isinstance(prefer, Or) else (prefer,)
        scored = {"bool": {"must": [scored], "should": [translator.scored(part) for part in parts]}}
    recency = ranking.recency
    if recency is None:
        return scored
    half_life, now = max(1, recency.half_life // timedelta(microseconds=1)), microseconds(recency.now)
    fresh = {"exp": {"published": {"origin": now, "scale": half_life, "decay": 0.5}}}
    functions = [
        {"filter": {"match_all": {}}, "weight": 1 - recency.share},
        {"filter": {"range": {"published": {"lte": now}}}, **fresh, "weight": recency.share},
    ]
    return {
        "function_score": {
            "query": scored, "functions": functions, "score_mode": "sum", "boost_mode": "multiply"
        }
    }  # fmt: skip


class _Pages:
    """The matches of a query, in the order of a request."""

    def __init__(self, at: Moment, query: Query, request: SearchRequest, counted: Query) -> None:
        self._at, self._sort, self._by_score = at, request.sort, request.sort == "relevance"
        field, direction = _ORDERS[request.sort]
        self._undated = _LAST if direction == "asc" else _NO_TIME
        order: list[object] = ["_score"] if self._by_score else []
        order += [{field: {"order": direction, "missing": "_last"}}, {"id": "asc"}]
        self._body: Query = {"query": query, "sort": order, "_source": False, "track_total_hits": True}
        self._counted = counted

    def after(
        self, place: Place | None, limit: int, *, with_articles: bool = False, counting: bool = True
    ) -> Page:
        """The first `limit` places after one, and with `counting` the counts over all matches."""
        body = {**self._body, "size": min(limit + 1, CHUNK) if limit else 0}
        if not limit:
            del body["sort"]
        elif place is not None:
            body["search_after"] = self._after(place)
        if self._counted and counting:
            body["aggs"] = self._counted
        if with_articles:
            body["_source"] = SHOWN
        found = first = self._at.ask(body)
        hits = list(found["hits"]["hits"])
        body.pop("aggs", None)
        while limit and len(hits) <= limit and len(found["hits"]["hits"]) == body["size"]:
            body |= {"search_after": hits[-1]["sort"], "size": min(limit + 1 - len(hits), CHUNK)}
            found = self._at.ask(body)
            hits += found["hits"]["hits"]
        articles = {}
        for article, seen in map(article_of, hits[:limit] if with_articles else ()):
            articles[article.id] = article, None if seen is None else moment(seen)
        places = tuple(map(self._read, hits[:limit]))
        total = int(first["hits"]["total"]["value"])
        return Page(places, len(hits) > limit, total, first.get("aggregations", {}), articles)

    def _after(self, place: Place) -> list[object]:
        score = [place.score] if self._by_score else []
        return [*score, self._undated if place.at is None else place.at, place.identity]

    def _read(self, hit: Query) -> Place:
        *score, at, identity = hit["sort"]
        return Place(float(score[0]) if score else 0.0, None if at == self._undated else at, identity)


def _near(
    at: Moment,
    words: QueryWords,
    pages: _Pages,
    request: SearchRequest,
    pairs: Sequence[Neighbours],
    proximity: Proximity,
) -> Page:
    """A page of matches whose first are ranked by nearness, too."""
    first = pages.after(None, proximity.window)
    near = _nearness(at, words, request.ranking, first.places, pairs, proximity)
    share = proximity.share(len(pairs))
    window = sorted(
        (
            replace(p, score=_single(p.score * _single(1 + share * near.get(p.identity, 0.0))))
            for p in first.places
        ),
        key=Place.key,
    )
    past = _place(request.after)
    left = window if past is None else [place for place in window if place.key() > past.key()]
    limit = request.limit
    if len(left) > limit or not first.more:
        return replace(first, places=tuple(left[:limit]), more=len(left) > limit)
    last = first.places[-1]
    if past is None or left or past.identity in {place.identity for place in first.places}:
        past = last
    rest = pages.after(past, limit - len(left), counting=False)
    more = rest.more if len(left) < limit else first.more
    return replace(first, places=(*left, *rest.places), more=more)


def _nearness(
    at: Moment,
    words: QueryWords,
    ranking: Ranking,
    places: Sequence[Place],
    pairs: Sequence[Neighbours],
    proximity: Proximity,
) -> dict[str, float]:
    """The sum of the nearness of the pairs in each of the places, by id; without 0."""
    if not places:
        return {}
    words.learn(word for pair in pairs for word in (pair.left.text, pair.right.text))
    should = []
    for pair in pairs:
        sides = [
            {"any_of": {"intervals": [{"match": {"query": term}} for term in words.terms(each.text)]}}
            for each in (pair.left, pair.right)
        ]
        best = [
            {
                "constant_score": {
                    "filter": {"intervals": {f"text.{own.field}": _within(sides, distance)}},
                    "boost": own.weight / distance,
                }
            }
            for own in ranking.fields
            if own.field in TEXT_FIELDS and pair.left.field in (None, own.field)
            for distance in range(1, proximity.distance + 1)
        ]
        should.append({"dis_max": {"queries": best}})
    ids = [place.identity for place in places]
    query = {"bool": {"filter": [{"terms": {"id": ids}}], "should": should, "minimum_should_match": 1}}
    body = {"query": query, "size": len(ids), "sort": ["_score", {"id": "asc"}], "_source": False}
    return {hit["sort"][1]: float(hit["sort"][0]) for hit in at.ask(body)["hits"]["hits"]}


def _within(sides: Sequence[Query], distance: int) -> Query:
    return {"all_of": {"ordered": True, "max_gaps": distance - 1, "intervals": list(sides)}}


def _place(after: Cursor | None) -> Place | None:
    if after is None:
        return None
    return Place(after.score, None if after.time is None else microseconds(after.time), after.id)


def _single(number: float) -> float:
    """The number as a float of 32 bits has it."""
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded
