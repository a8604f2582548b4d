"""Articles by date: each one looked at by itself, each day walked over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from search.article import Article
from search.dates import Interval, Period
from search.engine import Bin, Timeline
from search.fields import DateField
from search.language import Dates

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TOO_COARSE = {
    "hour": {"day", "month", "year"},
    "day": {"month", "year"},
    "week": {"month", "year"},
    "month": {"year"},
    "quarter": {"year"},
    "year": set[str](),
    "weekday": {"month", "year"},
}
"""The precisions that are too coarse for each interval."""


WEEK = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def by_date(articles: Iterable[Article], field: str) -> list[Article]:
    """The articles with one of their dates in the place of the date of publication.

    The date when they were first seen is that of their crawl.
    """
    if field == "date":
        return list(articles)
    name = "crawled" if field == "seen" else field
    return [replace(a, published=getattr(a, name), precision="instant", modified=None) for a in articles]


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


def timeline(
    articles: Iterable[Article], interval: Interval, zone: tzinfo, field: DateField = "date"
) -> Timeline:
    """The articles by one of their dates."""
    own = by_date(articles, field)
    dated = [article for article in own if article.published is not None]
    fit = [article for article in dated if article.precision not in TOO_COARSE[interval]]
    step = HOUR if interval == "hour" else DAY
    times = [_slot(article, step, zone) for article in fit]
    counts = Counter(_name(at, interval) for at in times)
    bins = []
    if times and interval == "weekday":
        bins = [Bin(name, None, sum(WEEK[at.weekday()] == name for at in times), "") for name in WEEK]
    elif times:
        for first in _firsts(min(times), max(times), interval, step):
            name = _name(first, interval)
            after = first + step
            while _name(after, interval) == name:
                after += step
            start, end = (at.replace(tzinfo=zone) for at in (first, after))
            query = str(Dates(Period(start, end), field))
            bins.append(Bin(name, start.astimezone(UTC), counts[name], query))
    return Timeline(interval, tuple(bins), len(own) - len(dated), len(dated) - len(fit), "", field)


def _slot(article: Article, step: timedelta, zone: tzinfo) -> datetime:
    """The calendar day or hour of an article: its own, or the last that has begun in the zone."""
    at = article.published
    assert at is not None
    if article.precision != "instant":
        return datetime.combine(at.date(), time())
    local = at.astimezone(zone).replace(tzinfo=None)
    near = (
        local.replace(minute=0, second=0, microsecond=0) if step == HOUR else datetime.combine(local, time())
    )
    around = (near + steps * step for steps in (-1, 0, 1))
    return max(slot for slot in around if slot.replace(tzinfo=zone).astimezone(UTC) <= at)


def _firsts(first: datetime, last: datetime, interval: Interval, step: timedelta) -> Iterator[datetime]:
    """The first day or hour of each interval, from the one with `first` to the one with `last`."""
    at = first
    while _name(at - step, interval) == _name(first, interval):
        at -= step
    while at <= last:
        if _name(at - step, interval) != _name(at, interval):
            yield at
        at += step


def _name(at: date, interval: str) -> str:
    match interval:
        case "week":
            return f"{at.isocalendar().year}-W{at.isocalendar().week:02}"
        case "quarter":
            return f"{at.year}-Q{1 + (at.month - 1) // 3}"
        case "hour":
            return at.isoformat()[:13]
        case "day":
            return at.isoformat()[:10]
        case "month":
            return at.isoformat()[:7]
        case _:
            return at.isoformat()[:4]
