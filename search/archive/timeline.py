"""Matches by time, with empty intervals: a date facet with its gaps filled."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from itertools import pairwise

from search.dates import Interval, Period, boundaries, interval_name
from search.deadline import Check, checked
from search.engine import Bin, Facet, Timeline
from search.language import Dates


def timeline(facet: Facet, interval: Interval, zone: tzinfo, check: Check) -> Timeline:
    """The timeline of a facet by date, from its first interval to its last."""
    if not facet.values:
        return Timeline(interval, (), facet.missing, facet.imprecise)
    counts = {value.value: value.count for value in facet.values}
    edges = boundaries(_start(facet.values[0].value), _start(facet.values[-1].value), interval, zone)
    bins = []
    for start, end in checked(pairwise(edges), check):
        name = interval_name(start, interval)
        query = str(Dates(Period(start, end)))
        bins.append(Bin(name, start.astimezone(UTC), counts.get(name, 0), query))
    return Timeline(interval, tuple(bins), facet.missing, facet.imprecise)


def _start(name: str) -> datetime:
    """The calendar time at which an interval of this name begins."""
    if "W" in name:
        year, week = name.split("-W")
        return datetime.combine(date.fromisocalendar(int(year), int(week), 1), time())
    year, month, day = (*name.split("-"), "1", "1")[:3]
    return datetime(int(year), int(month), int(day))
