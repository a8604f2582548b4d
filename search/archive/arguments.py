"""Checks of the arguments that callers give: each raises `InvalidRequest` for a value without a meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar, cast

from search.article import Article
from search.dates import INTERVALS, Interval
from search.dates.bounds import age_of
from search.deadline import Deadline
from search.engine import MAX_HITS, FacetRequest, Progress
from search.errors import InvalidRequest, LimitExceeded
from search.fields import COUNTED_DATES, DateField, field_name

Timeout = float | Deadline | None
"""The time that an answer may take: seconds, a deadline that the caller may cancel, or None for no limit."""

Kind = TypeVar("Kind")

_NAMES: dict[type, str] = {
    str: "text",
    bool: "True or False",
    int: "a whole number",
    tzinfo: "a zone",
    Article: "an Article",
}
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def checked_as(kind: type[Kind], name: str, value: object) -> Kind:
    """`value`, which must be of this type."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        wanted = _NAMES.get(kind, kind.__name__)
        raise InvalidRequest(f"{name} must be {wanted}, not {type(value).__name__}")
    return value


def text_of(name: str, value: object) -> str:
    """A text; halves of characters, which no stored text has, are replaced."""
    return checked_as(str, name, value).translate(_HALVES)


def check_moments(since: object, until: object) -> None:
    """Raise `InvalidRequest` unless both bounds are of types that can be read."""
    for name, moment in (("since", since), ("until", until)):
        if not isinstance(moment, str | date | None):
            raise InvalidRequest(f"{name} must be text, a date or a datetime, not {type(moment).__name__}")


def now_of(now: object) -> datetime:
    """A moment, which must have a zone."""
    moment = checked_as(datetime, "now", now)
    if moment.tzinfo is None:
        raise InvalidRequest("now must be an aware datetime (it has no time zone)")
    return moment


def age_given(age: object) -> timedelta:
    """An age, as text ("7d") or as a timedelta."""
    return age_of(age if isinstance(age, timedelta) else text_of("an age", age))


def limit_of(limit: object) -> int:
    """A number of hits; raises `LimitExceeded` for more than a page can have."""
    if limit is None:
        raise InvalidRequest("limit must be a whole number, not None; scan gives every match")
    number = checked_as(int, "limit", limit)
    if number < 0:
        raise InvalidRequest("the limit must not be negative")
    if number > MAX_HITS:
        raise LimitExceeded(
            f"a page has at most {MAX_HITS:,} hits; for every match use news export (scan in Python)"
        )
    return number


def ids_of(ids: object) -> list[str]:
    """Ids, of which there are several."""
    if isinstance(ids, str) or not isinstance(ids, Iterable):
        raise InvalidRequest(f"ids must be several, in a list, not {type(ids).__name__}")
    return [text_of("an id", each) for each in ids]


def articles_of(articles: object, zone: tzinfo) -> Iterator[Article]:
    """Articles, or records of them with times in `zone`; each is looked at when it is taken."""
    if isinstance(articles, str | Mapping) or not isinstance(articles, Iterable):
        raise InvalidRequest(f"articles must be several, in a list or stream, not {type(articles).__name__}")
    return (
        Article.from_dict(each, zone=zone)
        if isinstance(each, Mapping)
        else checked_as(Article, "each of the articles", each)
        for each in articles
    )


def paths_of(paths: object) -> list[Path]:
    """Paths of files and folders: one, or several."""
    if isinstance(paths, str | Path):
        return [Path(paths)]
    if not isinstance(paths, Iterable):
        raise InvalidRequest(f"paths must be one path, or several in a list, not {type(paths).__name__}")
    return [each if isinstance(each, Path) else Path(text_of("a path", each)) for each in paths]


def progress_of(progress: object) -> Progress | None:
    """A function to call with progress, or None."""
    if progress is not None and not callable(progress):
        raise InvalidRequest(f"progress must be a function, not {type(progress).__name__}")
    return cast("Progress | None", progress)


def deadline_of(timeout: Timeout) -> Deadline | None:
    """The deadline that a timeout sets, from now on."""
    return timeout if timeout is None or isinstance(timeout, Deadline) else Deadline.after(timeout)


def facets_of(written: object) -> tuple[FacetRequest, ...]:
    """The facets asked for: one, or several."""
    if isinstance(written, str | FacetRequest):
        return (_facet(written),)
    if not isinstance(written, Iterable):
        raise InvalidRequest(f"facets must be several, in a list, not {type(written).__name__}")
    return tuple(_facet(facet) for facet in written)


def counting_by(by: object) -> FacetRequest:
    """The facet by which a timeline counts: an interval of the date, or of a date that is named before it.

    So "week", "date:week" and "seen:week" can be written.
    """
    first, _, detail = text_of("by", by).rpartition(":")
    if (date := _date(first or "date")) is None:
        raise InvalidRequest(f"cannot count by {by!r}; dates are {', '.join(COUNTED_DATES)}")
    if (interval := _interval(detail)) is None:
        raise InvalidRequest(f"cannot count by {by!r}; intervals are {', '.join(INTERVALS)}")
    return FacetRequest(date, interval=interval)


def _date(name: str) -> DateField | None:
    found = field_name(name)
    return next((date for date in COUNTED_DATES if date == found), None)


def _interval(name: str) -> Interval | None:
    return next((interval for interval in INTERVALS if interval == name.lower()), None)


def _facet(written: object) -> FacetRequest:
    if isinstance(written, FacetRequest):
        return written
    field, _, detail = text_of("a facet", written).partition(":")
    if (date := _date(field)) is not None:
        if (interval := _interval(detail)) is None:
            known = ", ".join(f"{date}:{name}" for name in INTERVALS)
            raise InvalidRequest(f"{written!r} is not a facet; dates are counted by {known}")
        return FacetRequest(date, interval=interval)
    if detail and not (detail.isdecimal() and 0 < int(detail) <= MAX_HITS):
        if detail.isdecimal():
            raise InvalidRequest(
                f"a facet has 1 to {MAX_HITS:,} values, not {detail:.20}: {field}:{MAX_HITS}"
            )
        raise InvalidRequest(f"{written!r} is not a facet; write keyword, source:20 or date:month")
    return FacetRequest(field, int(detail)) if detail else FacetRequest(field)
