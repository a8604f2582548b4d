"""Matches to answers: the page of hits, the counts by value, the counts by time.

The order is total: by score, or time, then newest, then id; so a page can begin just after any hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import nsmallest

from search.article import PRECISIONS, Precision
from search.backends.embedded.columns import SEPARATOR, microseconds, moment, precisions
from search.backends.embedded.copies import tallies, tally
from search.backends.embedded.value_leaves import matching_values
from search.dates import Interval, Period, boundaries, interval_name
from search.deadline import checked
from search.engine import MAX_BINS, Cursor, Facet, FacetRequest, FacetValue, Sort
from search.errors import LimitExceeded
from search.index.evaluate.counts import by_interval, by_value, end_to_end, extent, interval_numbers, missing
from search.index.evaluate.matches import Matches, contained
from search.index.evaluate.order import Ordering, Place, texts_lowest_first
from search.index.format.layout import MISSING
from search.index.kernels import Docs
from search.index.read.snapshot import Snapshot
from search.language import Dates, Phrase, Word, value_leaf

RELEVANCE = Ordering("score", "published", "id")
_ORDERINGS: dict[Sort, Ordering] = {
    "relevance": RELEVANCE,
    "newest": Ordering("highest", "published", "id"),
    "oldest": Ordering("lowest", "published", "id"),
}
_HOURS: dict[Interval, int] = {
    "year": 365 * 24, "quarter": 90 * 24, "month": 28 * 24, "week": 7 * 24, "day": 24, "hour": 1,
}  # fmt: skip
_COARSEST: dict[Interval, Precision] = {
    "year": "year", "quarter": "month", "month": "month", "week": "day", "day": "day", "hour": "instant",
}  # fmt: skip
"""The coarsest precision with which a time is in one interval."""


def page(view: Snapshot, matches: Matches, sort: Sort, after: Cursor | None, limit: int) -> list[Place]:
    """The first `limit` matches after `after`, in order."""
    past = None if after is None else Place(after.id, after.score, microseconds(after.published))
    return _ORDERINGS[sort].first(view, matches, limit, past)


def cursor(place: Place, sort: Sort) -> Cursor:
    """The cursor that goes on after `place`."""
    return Cursor(sort, place.score, moment(place.number), place.text)


def ids_oldest_first(view: Snapshot, docs: Docs) -> list[str]:
    """The documents' ids, oldest first and those without a time last, then by id."""
    return texts_lowest_first(view, docs, "published", "id")


def facet(view: Snapshot, docs: Docs, request: FacetRequest, zone: tzinfo) -> Facet:
    """The counts that `request` asks for over the documents."""
    if request.interval is not None:
        return _by_time(view, docs, request.interval, zone, texts=request.texts)
    found, without = by_value(view, request.field, docs)
    written: dict[str, tuple[int, int, str]] = {}
    for term, count in checked(found.items(), view.check):
        folded, _, shown = term.partition(SEPARATOR)
        total, fewer, best = written.get(folded, (0, 0, ""))
        fewer, best = min((-count, shown or folded), (fewer, best))
        written[folded] = (total + count, fewer, best)
    every = checked(written.values(), view.check)
    common = nsmallest(request.limit, every, key=lambda value: (-value[0], value[2]))
    leaves = [value_leaf(request.field, shown) for _, _, shown in common]
    values = tuple(
        FacetValue(shown, total, str(leaf), *(_tally(view, docs, leaf) if request.texts else ()))
        for (total, _, shown), leaf in zip(common, leaves, strict=True)
    )
    return Facet(request.field, values, len(written), without)


def _tally(view: Snapshot, docs: Docs, leaf: Word | Phrase) -> tuple[int, int]:
    """Count the texts and the sources of the documents that a leaf matches."""
    field = leaf.field or ""
    whole = Phrase(leaf.text, field)
    own = view.values(field).docs(lambda known: matching_values(whole, field, known, view.check))
    return tally(view, docs.compress(contained(view, docs, own)))


def _by_time(view: Snapshot, docs: Docs, interval: Interval, zone: tzinfo, *, texts: bool) -> Facet:
    """Count the documents by time, in every interval that has one.

    A date that is a day, month or year is counted by the calendar, in intervals of at least its own length.
    """
    undated, imprecise, name = missing(view, "published", docs), 0, f"date:{interval}"
    exact, whole = docs, docs[:0]
    if (classes := precisions(view)) is not None:
        dated = docs.compress(view.numbers("published").take(docs) != MISSING)
        own, coarsest = classes.numbers.take(dated), PRECISIONS.index(_COARSEST[interval])
        exact, whole = dated.compress(own == 0), dated.compress((own > 0) & (own <= coarsest))
        imprecise = len(dated) - len(exact) - len(whole)
    times = [at.astimezone(zone).replace(tzinfo=None) for at in _extent(view, exact)]
    times += [at.replace(tzinfo=None) for at in _extent(view, whole)]
    if not times:
        return Facet(name, (), 0, undated, imprecise)
    first, last = min(times), max(times)
    if (last - first) // timedelta(hours=_HOURS[interval]) > MAX_BINS:
        raise LimitExceeded(f"that is more than {MAX_BINS:,} {interval}s; count by a longer interval")
    # One more at each end: where clocks go back over midnight, times do not follow each other as instants do.
    edges = boundaries(first - timedelta(days=1), last + timedelta(days=1), interval, zone)
    parts = [
        (exact, [microseconds(edge) for edge in edges]),
        (whole, [microseconds(edge.replace(tzinfo=UTC)) for edge in edges]),
    ]
    instants, days = (by_interval(view, "published", own, bounds) for own, bounds in parts)
    counts = [sum(both) for both in zip(instants, days, strict=True)]
    counted = [number for number, count in enumerate(counts) if count]
    tallied = _tallied_by_time(view, parts, len(edges)) if texts else None
    values = tuple(
        FacetValue(
            interval_name(edges[number], interval),
            counts[number],
            str(Dates(Period(edges[number], edges[number + 1]))),
            *((own[number] for own in tallied) if tallied else ()),
        )
        for number in checked(counted, view.check)
    )
    return Facet(name, values, len(values), undated, imprecise)


def _tallied_by_time(
    view: Snapshot, parts: Sequence[tuple[Docs, list[int]]], count: int
) -> tuple[list[int], list[int]]:
    """Count the texts and the sources in each interval; each part has documents, and edges for them."""
    numbers = [interval_numbers(view, "published", docs, bounds) for docs, bounds in parts]
    return tallies(view, end_to_end([docs for docs, _ in parts]), end_to_end(numbers), count)


def _extent(view: Snapshot, docs: Docs) -> Iterator[datetime]:
    """The first and the last time, if there is any."""
    for number in extent(view, "published", docs) or ():
        at = moment(number)
        assert at is not None
        yield at
