"""Matches to what is shown: the page of hits, the counts by value, the counts by time.

The order is total: by score, or time, then newest, then id; so a page can begin just after any hit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from search.codec.fields import MISSING
from search.codec.matches import Matches
from search.codec.view import Docs, Floats, IndexView, Ints
from search.dates import Interval, Period, boundaries, interval_name
from search.engine import MAX_BINS, Bin, Cursor, Facet, FacetRequest, FacetValue, Sort, Timeline
from search.engines.embedded.schema import SEPARATOR, microseconds, moment
from search.errors import LimitExceeded
from search.language import Dates, Phrase, Word


@dataclass(frozen=True, slots=True)
class Place:
    """A hit before its article is fetched."""

    id: str
    score: float
    published: int  # microseconds, or MISSING

    def cursor(self, sort: Sort) -> Cursor:
        return Cursor(sort, self.score, moment(self.published), self.id)


def page(view: IndexView, matches: Matches, sort: Sort, after: Cursor | None, limit: int) -> list[Place]:
    """The first `limit` matches in order, of those past `after`."""
    first, second = _keys(view, matches, sort)
    candidates = np.arange(len(matches.docs))
    if after is not None:
        at = microseconds(after.published)
        first_at, second_at = _key(sort, after.score, at)
        later = (first > first_at) | ((first == first_at) & (second > second_at))
        tied = np.flatnonzero((first == first_at) & (second == second_at))
        ids = view.texts("id", matches.docs[tied])
        beyond = tied[[identity > after.id for identity in ids]] if ids else tied
        candidates = np.concatenate([np.flatnonzero(later), beyond])
    if limit <= 0 or not len(candidates):
        return []
    if limit < len(candidates):
        bound = np.partition(first[candidates], limit - 1)[limit - 1]
        candidates = candidates[first[candidates] <= bound]
    order = candidates[np.lexsort((second[candidates], first[candidates]))]
    if limit < len(order):
        last = order[limit - 1]
        tied_or_before = (first[order] < first[last]) | (second[order] <= second[last])
        order = order[tied_or_before]
    docs = matches.docs[order]
    published = view.column("published")[docs].tolist()
    details = (view.texts("id", docs), matches.scores[order].tolist(), published)
    places = [Place(*detail) for detail in zip(*details, strict=True)]
    places.sort(key=lambda place: (*_key(sort, place.score, place.published), place.id))
    return places[:limit]


def _keys(view: IndexView, matches: Matches, sort: Sort) -> tuple[Floats | Ints, Floats | Ints]:
    """Two arrays to sort ascending by, the second where the first is equal."""
    published = view.column("published")[matches.docs]
    if sort == "relevance":
        return -matches.scores, -published
    return (_oldest_first(published) if sort == "oldest" else -published), np.zeros(len(published))


def _key(sort: Sort, score: float, published: int) -> tuple[float, float]:
    """What `_keys` has for one match."""
    if sort == "relevance":
        return -score, -published
    oldest = -MISSING if published == MISSING else published
    return (oldest if sort == "oldest" else -published), 0


def _oldest_first(published: Ints) -> Ints:
    return np.where(published == MISSING, -MISSING, published)


def ids_in_time_order(view: IndexView, docs: Docs) -> list[str]:
    """The documents' ids, oldest first and those without a time last, then by id."""
    times = _oldest_first(view.column("published")[docs]).tolist()
    return [identity for _, identity in sorted(zip(times, view.texts("id", docs), strict=True))]


def facet(view: IndexView, docs: Docs, request: FacetRequest, zone: tzinfo) -> Facet:
    """The counts that `request` asks for over the documents."""
    if request.interval is not None:
        line = timeline(view, docs, request.interval, zone)
        values = tuple(FacetValue(part.name, part.count, part.query) for part in line.bins if part.count)
        return Facet(f"date:{request.interval}", values, len(values), line.undated)
    found = view.values(request.field)
    inside = np.zeros(view.size, np.bool_)
    inside[docs] = True
    matched = inside[found.docs]
    counts = np.bincount(found.ordinals[matched], minlength=len(found.terms))
    written: dict[str, tuple[int, int, str]] = {}
    for ordinal in np.flatnonzero(counts):
        folded, _, shown = found.terms[ordinal].partition(SEPARATOR)
        count = int(counts[ordinal])
        total, fewer, best = written.get(folded, (0, 0, ""))
        fewer, best = min((-count, shown or folded), (fewer, best))
        written[folded] = (total + count, fewer, best)
    common = sorted(written.values(), key=lambda value: (-value[0], value[2]))
    values = tuple(
        FacetValue(shown, total, str(_value_query(request.field, shown)))
        for total, _, shown in common[: request.limit]
    )
    missing = len(docs) - len(np.unique(found.docs[matched]))
    return Facet(request.field, values, len(written), missing)


def _value_query(field: str, value: str) -> Word | Phrase:
    plain = value.replace("-", "").replace("_", "").replace(".", "").isalnum() and value.lower() != "none"
    return Word(value, field) if plain and field != "author" else Phrase(value, field)


def timeline(view: IndexView, docs: Docs, interval: Interval, zone: tzinfo) -> Timeline:
    """The documents by time, from the first interval that has one to the last."""
    published = view.column("published")[docs]
    dated = published[published != MISSING]
    undated = len(docs) - len(dated)
    if not len(dated):
        return Timeline(interval, (), undated)
    first, last = moment(int(dated.min())), moment(int(dated.max()))
    assert first is not None
    assert last is not None
    days = (last - first).days
    if days // {"year": 365, "month": 28, "week": 7, "day": 1}[interval] > MAX_BINS:
        raise LimitExceeded(f"that is more than {MAX_BINS:,} {interval}s; count by a longer interval")
    edges = boundaries(first, last, interval, zone)
    places = np.searchsorted(np.array([microseconds(edge) for edge in edges]), dated, side="right") - 1
    counts = np.bincount(places, minlength=len(edges) - 1)
    bins = tuple(
        Bin(interval_name(start, interval, zone), start, int(count), str(Dates(Period(start, end))))
        for start, end, count in zip(edges, edges[1:], counts, strict=False)
    )
    return Timeline(interval, bins, undated)
