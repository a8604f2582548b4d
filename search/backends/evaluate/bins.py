"""The intervals by which dates are counted: where they begin, their names and queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from search.article import PRECISIONS, Precision
from search.dates import WEEKDAYS, Interval, Period, boundaries, interval_name
from search.engine import MAX_BINS
from search.errors import LimitExceeded
from search.fields import DateField
from search.language import Dates

_HOURS: dict[Interval, int] = {
    "year": 365 * 24, "quarter": 90 * 24, "month": 28 * 24, "week": 7 * 24, "day": 24, "hour": 1,
    "weekday": 7 * 24,
}  # fmt: skip
_COARSEST: dict[Interval, Precision] = {
    "year": "year", "quarter": "month", "month": "month", "week": "day", "day": "day", "hour": "instant",
    "weekday": "day",
}  # fmt: skip
"""The coarsest precision with which a time is in one interval."""


def counted_precisions(interval: Interval) -> tuple[Precision, ...]:
    """The precisions other than instant with which a time is in one interval."""
    return PRECISIONS[1 : PRECISIONS.index(_COARSEST[interval]) + 1]


def edges_of(times: Sequence[datetime], interval: Interval, zone: tzinfo) -> list[datetime]:
    """Where each interval begins, from before the first of some local times to after the last.

    Raises `LimitExceeded`.
    """
    first, last = min(times), max(times)
    if (last - first) // timedelta(hours=_HOURS[interval]) > MAX_BINS:
        raise LimitExceeded(f"that is more than {MAX_BINS:,} {interval}s; count by a longer interval")
    # One more at each end: where clocks go back over midnight, times do not follow each other as instants do.
    return boundaries(first - timedelta(days=1), last + timedelta(days=1), interval, zone)


def first_monday(edges: Sequence[datetime]) -> int:
    """The number of the first of some days that is a Monday."""
    return -edges[0].weekday() % 7


def bin_of(edges: Sequence[datetime], number: int, interval: Interval, date: DateField) -> tuple[str, str]:
    """The name of an interval, and the query that finds it, "" for a weekday, which counts from Monday."""
    if interval == "weekday":
        return WEEKDAYS[number], ""
    return (
        interval_name(edges[number], interval),
        str(Dates(Period(edges[number], edges[number + 1]), date)),
    )
