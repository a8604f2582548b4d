"""Matches to answers: the page of hits, the counts by value, the counts by time.

The order is total: by score, or time, then newest, then id; so a page can begin just after any hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from heapq import nsmallest

from search.backends.evaluate.bins import bin_of, counted_precisions, edges_of, first_monday
from search.backends.evaluate.columns import (
    SEPARATOR,
    date_field,
    dated_column,
    microseconds,
    moment,
    precisions,
)
from search.backends.evaluate.copies import tallies, tally
from search.backends.evaluate.value_leaves import matching_values
from search.dates import Interval
from search.deadline import checked
from search.engine import Cursor, Facet, FacetRequest, FacetValue, Sort
from search.index.evaluate.counts import by_interval, by_value, end_to_end, extent, interval_numbers
from search.index.evaluate.matches import Matches, contained
from search.index.evaluate.order import Ordering, Place, texts_lowest_first
from search.index.format.layout import MISSING
from search.index.kernels import Docs
from search.index.read.snapshot import Snapshot
from search.language import Phrase, Word, value_leaf

RELEVANCE = Ordering("score", "published", "id")
_ORDERINGS: dict[Sort, Ordering] = {
    "relevance": RELEVANCE,
    "newest": Ordering("highest", "published", "id"),
    "oldest": Ordering("lowest", "published", "id"),
    "modified": Ordering("highest", "modified", "id"),
    "seen": Ordering("highest", "seen", "id"),
}
KEPT_COUNTS = 8
"""Counts of every document by time that a snapshot keeps, at most."""


def page(view: Snapshot, matches: Matches, sort: Sort, after: Cursor | None, limit: int) -> list[Place]:
    """The first `limit` matches after `after`, in order."""
    if sort in ("modified", "seen"):
        dated_column(view, sort)
    past = None if after is None else Place(after.id, after.score, microseconds(after.time))
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
        return _by_time_kept(view, docs, request, request.interval, zone)
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


def _by_time_kept(
    view: Snapshot, docs: Docs, request: FacetRequest, interval: Interval, zone: tzinfo
) -> Facet:
    """`_by_time`, kept if it is over every document: each share of the matches is a part of that."""
    if len(docs) < view.count:
        return _by_time(view, docs, request, interval, zone)
    kept = view.keep("counts of all by time", make=dict[tuple[FacetRequest, tzinfo], Facet])
    if (found := kept.get((request, zone))) is None:
        found = _by_time(view, docs, request, interval, zone)
        if len(kept) >= KEPT_COUNTS:
            kept.clear()
        kept[request, zone] = found
    return found


def _by_time(view: Snapshot, docs: Docs, request: FacetRequest, interval: Interval, zone: tzinfo) -> Facet:
    """Count the documents by one of their dates, in every interval that has one.

    A date that is a day, month or year is counted by the calendar, in intervals of at least its own length.
    """
    date = date_field(request.field)
    column, written = dated_column(view, date), f"{date}:{interval}"
    dated = docs.compress(view.numbers(column).take(docs) != MISSING)
    undated, imprecise = len(docs) - len(dated), 0
    exact, whole = dated, docs[:0]
    if (classes := precisions(view, date)) is not None:
        own, coarsest = classes.numbers.take(dated), len(counted_precisions(interval))
        exact, whole = dated.compress(own == 0), dated.compress((own > 0) & (own <= coarsest))
        imprecise = len(dated) - len(exact) - len(whole)
    times = [at.astimezone(zone).replace(tzinfo=None) for at in _extent(view, column, exact)]
    times += [at.replace(tzinfo=None) for at in _extent(view, column, whole)]
    if not times:
        return Facet(written, (), 0, undated, imprecise)
    edges = edges_of(times, interval, zone)
    parts = [
        (exact, [microseconds(edge) for edge in edges]),
        (whole, [microseconds(edge.replace(tzinfo=UTC)) for edge in edges]),
    ]
    instants, days = (by_interval(view, column, own, bounds) for own, bounds in parts)
    counts = [sum(both) for both in zip(instants, days, strict=True)]
    numbers = [interval_numbers(view, column, own, bounds) for own, bounds in parts] if request.texts else []
    if interval == "weekday":
        monday = first_monday(edges)
        counts = [sum(counts[(monday + day) % 7 :: 7]) for day in range(7)]
        numbers = [(own - monday) % 7 for own in numbers]
    docs, size = end_to_end([exact, whole]), max(7, len(edges))
    tallied = tallies(view, docs, end_to_end(numbers), size) if numbers else None

    def value(number: int) -> FacetValue:
        name, query = bin_of(edges, number, interval, date)
        return FacetValue(name, counts[number], query, *((own[number] for own in tallied) if tallied else ()))

    counted = [number for number, count in enumerate(counts) if count]
    values = tuple(map(value, checked(counted, view.check)))
    return Facet(written, values, len(values), undated, imprecise)


def _extent(view: Snapshot, column: str, docs: Docs) -> Iterator[datetime]:
    """The first and the last time in a column, if there is any."""
    for number in extent(view, column, docs) or ():
        at = moment(number)
        assert at is not None
        yield at
