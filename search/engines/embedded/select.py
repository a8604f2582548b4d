"""Matches to what is shown: the page of hits, the counts by value, the counts by time.

The order is total: by score, or time, then newest, then id; so a page can begin just after any hit.
"""

from __future__ import annotations

from datetime import tzinfo
from heapq import nsmallest

from search.codec.counts import by_interval, by_value, extent, missing
from search.codec.matches import Matches
from search.codec.order import Ordering, Place, texts_lowest_first
from search.codec.postings import Docs
from search.codec.view import IndexView
from search.dates import Interval, Period, boundaries, interval_name
from search.deadline import checked
from search.engine import MAX_BINS, Bin, Cursor, Facet, FacetRequest, FacetValue, Sort, Timeline
from search.engines.embedded.documents import SEPARATOR, microseconds, moment
from search.errors import LimitExceeded
from search.language import Dates, Phrase, Word

_ORDERINGS: dict[Sort, Ordering] = {
    "relevance": Ordering("score", "published", "id"),
    "newest": Ordering("highest", "published", "id"),
    "oldest": Ordering("lowest", "published", "id"),
}
_DAYS = {"year": 365, "month": 28, "week": 7, "day": 1}


def page(view: IndexView, matches: Matches, sort: Sort, after: Cursor | None, limit: int) -> list[Place]:
    """The first `limit` matches in order, of those past `after`."""
    past = None if after is None else Place(after.id, after.score, microseconds(after.published))
    return _ORDERINGS[sort].first(view, matches, limit, past)


def cursor(place: Place, sort: Sort) -> Cursor:
    """The cursor that goes on after `place`."""
    return Cursor(sort, place.score, moment(place.number), place.text)


def ids_oldest_first(view: IndexView, docs: Docs) -> list[str]:
    """The documents' ids, oldest first and those without a time last, then by id."""
    return texts_lowest_first(view, docs, "published", "id")


def facet(view: IndexView, docs: Docs, request: FacetRequest, zone: tzinfo) -> Facet:
    """The counts that `request` asks for over the documents."""
    if request.interval is not None:
        line = timeline(view, docs, request.interval, zone)
        values = tuple(FacetValue(part.name, part.count, part.query) for part in line.bins if part.count)
        return Facet(f"date:{request.interval}", values, len(values), line.undated)
    found, without = by_value(view, request.field, docs)
    written: dict[str, tuple[int, int, str]] = {}
    for term, count in checked(found.items(), view.check):
        folded, _, shown = term.partition(SEPARATOR)
        total, fewer, best = written.get(folded, (0, 0, ""))
        fewer, best = min((-count, shown or folded), (fewer, best))
        written[folded] = (total + count, fewer, best)
    every = checked(written.values(), view.check)
    common = nsmallest(request.limit, every, key=lambda value: (-value[0], value[2]))
    values = tuple(
        FacetValue(shown, total, str(value_query(request.field, shown))) for total, _, shown in common
    )
    return Facet(request.field, values, len(written), without)


def value_query(field: str, value: str) -> Word | Phrase:
    """The leaf that finds the articles with a value, as a person would write it."""
    plain = value.replace("-", "").replace("_", "").replace(".", "").isalnum() and value.lower() != "none"
    return Word(value, field) if plain and field != "author" else Phrase(value, field)


def timeline(view: IndexView, docs: Docs, interval: Interval, zone: tzinfo) -> Timeline:
    """The documents by time, from the first interval that has one to the last."""
    undated = missing(view, "published", docs)
    span = extent(view, "published", docs)
    if span is None:
        return Timeline(interval, (), undated)
    first, last = (moment(number) for number in span)
    assert first is not None
    assert last is not None
    if (last - first).days // _DAYS[interval] > MAX_BINS:
        raise LimitExceeded(f"that is more than {MAX_BINS:,} {interval}s; count by a longer interval")
    edges = boundaries(first, last, interval, zone)
    counts = by_interval(view, "published", docs, [microseconds(edge) for edge in edges])
    bins = tuple(
        Bin(interval_name(start, interval, zone), start, count, str(Dates(Period(start, end))))
        for start, end, count in zip(edges, edges[1:], counts, strict=False)
    )
    return Timeline(interval, bins, undated)
