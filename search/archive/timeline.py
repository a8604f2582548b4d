"""Matches by time: a date facet with its gaps filled, beside all articles of the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from search.archive.attention import bursts, state_of, wilson
from search.dates import WEEKDAYS, Interval, Period, boundaries, interval_name, interval_start
from search.deadline import Check, checked
from search.engine import Bin, Facet, FacetValue, Timeline
from search.fields import COUNTED_DATES, DateField
from search.language import Dates


@dataclass(frozen=True, slots=True)
class Denominator:
    """The articles among which matches are counted: the matches of the query `of`, by date.

    The archive has articles from `first` to `last`, or none with a date. The query has `bounds`, a start and
    an end, if it asks for a time.
    """

    of: str
    facet: Facet
    first: datetime | None
    last: datetime | None
    bounds: tuple[datetime | None, datetime | None] = (None, None)

    def covers(self, period: Period) -> bool:
        """True if the archive has articles from before the period until after it; of weekdays it does.

        A period that is not all asked for is not covered.
        """
        start, end = period.start, period.end
        since, until = self.bounds
        begun = start is None or (self.first is not None and self.first <= start)
        begun = begun and (start is None or since is None or since <= start)
        ended = end is None or (self.last is not None and end <= self.last)
        return begun and ended and (end is None or until is None or end <= until)


def timeline(
    facet: Facet,
    interval: Interval,
    zone: tzinfo,
    check: Check,
    among: Denominator | None = None,
    ends: tuple[str, str] | None = None,
    *,
    texts: bool = False,
    with_bursts: bool = False,
) -> Timeline:
    """The timeline of a facet by date, from its first interval to its last, or between the names `ends`.

    The facet, and the one that it is counted `among`, have counts of texts and sources: `texts` shows them,
    and `with_bursts` finds bursts by them.
    """
    of, date = among.of if among else "", _date_of(facet)
    if ends is None:
        if not facet.values:
            return Timeline(interval, (), facet.missing, facet.imprecise, of, date)
        ends = facet.values[0].value, facet.values[-1].value
    found = {value.value: value for value in facet.values}
    nothing = FacetValue("", 0, "", 0, 0)
    totals = {value.value: value.count for value in among.facet.values} if among else {}
    bins = []
    for name, period in checked(_spans(ends, interval, zone), check):
        start = None if period.start is None else period.start.astimezone(UTC)
        query = "" if start is None else str(Dates(period, date))
        value = found.get(name, nothing)
        own = Bin(name, start, value.count, query)
        if texts:
            own = replace(own, texts=value.texts, sources=value.sources)
        if among is not None:
            own = _with_share(own, totals.get(name, 0), among.covers(period))
        bins.append(own)
    if among is not None and with_bursts:
        _mark_bursts(bins, facet, among.facet, check)
    return Timeline(interval, tuple(bins), facet.missing, facet.imprecise, of, date)


def _spans(ends: tuple[str, str], interval: Interval, zone: tzinfo) -> Iterator[tuple[str, Period]]:
    """The intervals from one name to another, by name; a weekday is all of time."""
    if interval == "weekday":
        yield from ((weekday, Period()) for weekday in WEEKDAYS)
        return
    for start, end in pairwise(boundaries(interval_start(ends[0]), interval_start(ends[1]), interval, zone)):
        yield interval_name(start, interval), Period(start, end)


def _date_of(facet: Facet) -> DateField:
    """The date by which a facet counts."""
    name = facet.field.partition(":")[0]
    return next(date for date in COUNTED_DATES if date == name)


def _mark_bursts(bins: list[Bin], facet: Facet, among: Facet, check: Check) -> None:
    matching, every = ({each.value: each.texts or 0 for each in own.values} for own in (facet, among))
    places = [place for place, each in enumerate(bins) if every.get(each.name)]
    names = [bins[place].name for place in places]
    found = bursts([matching.get(name, 0) for name in names], [every[name] for name in names], check)
    for number, ratio in found.items():
        bins[places[number]] = replace(bins[places[number]], burst=ratio)


def _with_share(own: Bin, total: int, within: bool) -> Bin:
    low, high = wilson(own.count, total) if total else (None, None)
    share = own.count / total if total else None
    return replace(own, total=total, share=share, low=low, high=high, state=state_of(total, within))
