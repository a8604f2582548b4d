"""Arguments of the library about time, as text or values: bounds, zones and ages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from search.article import LATEST_YEAR
from search.dates import Period, UnreadableDate, checked_bound, read_period, read_zone
from search.errors import InvalidRequest

Moment = str | date | datetime
"""A bound in time: text as in a query ("2025-02", "last week"), a day, or a datetime, which is an instant.

A naive datetime is in the zone of the archive; an aware one counts days in its own zone."""

Zone = str | tzinfo

LATEST = datetime(LATEST_YEAR, 12, 31, tzinfo=UTC)
"""A moment later than any that is asked for."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AGE = re.compile(r"(\d{1,5})\s*(h|d|w|m|y)", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}


def zone_of(zone: Zone) -> tzinfo:
    """Return the zone for a name or a tzinfo; raises `InvalidRequest`."""
    if not isinstance(zone, str | tzinfo):
        raise InvalidRequest(f"zone must be a name or a tzinfo, not {type(zone).__name__}")
    return read_zone(zone) if isinstance(zone, str) else zone


def age_of(age: str | timedelta) -> timedelta:
    """Read an age such as "7d", "12h", "2w", "6m" or "1y"; raises `InvalidRequest`."""
    if isinstance(age, str):
        match = _AGE.fullmatch(age.strip())
        if match is None:
            raise InvalidRequest(f"{age!r} is not an age; ages are written like 12h, 7d, 2w, 6m or 1y")
        age = timedelta(hours=int(match[1]) * _HOURS[match[2].lower()])
    if age <= timedelta():
        raise InvalidRequest("an age must be longer than zero")
    return age


def next_full_hour(now: datetime) -> datetime:
    """Return the next full hour. Ages counted from it are the same on all pages of a search."""
    return now + (_EPOCH - now) % timedelta(hours=1)


def between(since: Moment | None, until: Moment | None, zone: tzinfo, now: datetime) -> Period | None:
    """Return the period from the first instant of `since` to the last of `until`; None if both are None.

    Raises `InvalidRequest`.
    """
    if since is None and until is None:
        return None
    start = None if since is None else period_of(since, "since", zone, now).start
    end = None if until is None else period_of(until, "until", zone, now).end
    try:
        return Period(start, end)
    except UnreadableDate as error:
        raise InvalidRequest(f"since {since} until {until}: {error}") from error


def period_of(moment: Moment, name: str, zone: tzinfo, now: datetime) -> Period:
    """The period that the argument `name` means, closed on both sides; raises `InvalidRequest`."""
    if not isinstance(moment, str | date):
        raise InvalidRequest(f"{name} must be text, a date or a datetime, not {type(moment).__name__}")
    try:
        if isinstance(moment, datetime):
            instant = checked_bound(moment if moment.utcoffset() is not None else moment.replace(tzinfo=zone))
            after = (instant.astimezone(UTC) + timedelta(microseconds=1)).astimezone(instant.tzinfo)
            return Period(instant, after)
        if isinstance(moment, date):
            days = (checked_bound(moment) + timedelta(days=ahead) for ahead in (0, 1))
            return Period(*(datetime.combine(day, time(), zone) for day in days))
        return read_period(moment, zone=zone, now=now)
    except UnreadableDate as error:
        raise InvalidRequest(f"{name}: {error}") from error
