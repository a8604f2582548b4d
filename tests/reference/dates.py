"""Articles by date: each one looked at by itself, each day walked over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from search.article import Article
from search.dates import Interval, Period
from search.engine import Bin, Timeline
from search.language import Dates

DAY = timedelta(days=1)
TOO_COARSE = {
    "day": {"month", "year"},
    "week": {"month", "year"},
    "month": {"year"},
    "year": set[str](),
}
"""The precisions that are too coarse for each interval."""


def may_be_in(article: Article, period: Period) -> bool:
    """True if the article is of the period, or could be."""
    at = article.published
    if at is None:
        return False
    if article.precision == "instant":
        return (period.start is None or period.start <= at) and (period.end is None or at < period.end)
    day = at.date()
    after = day + DAY
    while article.precision != "day" and _name(after, article.precision) == _name(day, article.precision):
        after += DAY
    start, end = (None if b is None else b.replace(tzinfo=None) for b in (period.start, period.end))
    first, last = (datetime.combine(d, time()) for d in (day, after))
    return (start is None or start < last) and (end is None or first < end)


def timeline(articles: Iterable[Article], interval: Interval, zone: tzinfo) -> Timeline:
    """The articles by time."""
    own = list(articles)
    dated = [article for article in own if article.published is not None]
    fit = [article for article in dated if article.precision not in TOO_COARSE[interval]]
    days = [_day(article, zone) for article in fit]
    counts = Counter(_name(day, interval) for day in days)
    bins = []
    if days:
        for first in _firsts(min(days), max(days), interval):
            name = _name(first, interval)
            after = first + DAY
            while _name(after, interval) == name:
                after += DAY
            start, end = (datetime.combine(day, time(), zone) for day in (first, after))
            query = str(Dates(Period(start, end)))
            bins.append(Bin(name, start.astimezone(UTC), counts[name], query))
    return Timeline(interval, tuple(bins), len(own) - len(dated), len(dated) - len(fit))


def _day(article: Article, zone: tzinfo) -> date:
    """The day that an article is counted on: its own, or the last that has begun in the zone."""
    at = article.published
    assert at is not None
    if article.precision != "instant":
        return at.date()
    near = at.astimezone(zone).date()
    around = (near + steps * DAY for steps in (-1, 0, 1))
    return max(day for day in around if datetime.combine(day, time(), zone).astimezone(UTC) <= at)


def _firsts(first: date, last: date, interval: Interval) -> Iterator[date]:
    """The first day of each interval, from the one with `first` to the one with `last`."""
    day = first
    while _name(day - DAY, interval) == _name(first, interval):
        day -= DAY
    while day <= last:
        if _name(day - DAY, interval) != _name(day, interval):
            yield day
        day += DAY


def _name(day: date, interval: str) -> str:
    match interval:
        case "week":
            return f"{day.isocalendar().year}-W{day.isocalendar().week:02}"
        case "day":
            return day.isoformat()
        case "month":
            return day.isoformat()[:7]
        case _:
            return day.isoformat()[:4]
