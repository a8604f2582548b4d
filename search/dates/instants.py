"""The time of an article, as files write it: a format, no guessing."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from search.article import EARLIEST_YEAR, LATEST_YEAR
from search.errors import InvalidRequest

DayOrder = Literal["day-first", "month-first"]


class UnreadableDate(ValueError):
    """A text that is no date here; the message says why in one sentence."""


def read_zone(name: str) -> tzinfo:
    """The zone called `name` ("Europe/Berlin", "UTC"); raises `InvalidRequest` for an unknown one."""
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidRequest(
            f"no time zone is called {name!r}; zones are written like Europe/Berlin or UTC"
        ) from error


_RFC822_ZONES = frozenset("UT UTC GMT EST EDT CST CDT MST MDT PST PDT Z".split())
_ISO_LIKE = re.compile(
    r"(?P<date>\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(?:-?\d)?|\d{4}-\d{3}|\d{4}-\d\d)"
    r"(?:[T ]+(?P<time>\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?|\d:\d\d(?::\d\d(?:[.,]\d+)?)?)"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE | re.ASCII,
)
_COMMONEST = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-](?:0\d|1[0-4]):\d\d)")
NUMERIC = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[T ,]+(\d{1,2}:\d\d(?::\d\d)?))?", re.ASCII)
_RFC822 = re.compile(
    r"(?:[A-Z]{3,9},? )?(?:\d{1,2}[ -][A-Z]{3,9}[ -](?:\d{4}|\d\d) \d{1,2}:\d\d(?::\d\d)?"
    r"(?P<zone> (?:[+-]\d\d:?\d\d|(?P<name>[A-Z]{1,5}))(?: \([^)]*\))?)?"
    r"|[A-Z]{3} \d{1,2} \d{1,2}:\d\d:\d\d \d{4})",
    re.IGNORECASE | re.ASCII,
)
_NAMED = re.compile(
    r"(?:(?P<m1>[A-Za-z]{3,9})\.? (?P<d1>\d{1,2})|(?P<d2>\d{1,2})[ -](?P<m2>[A-Za-z]{3,9})\.?),?"
    r"[ -](?P<year>\d{4})"
)
_HYPHENED = re.compile(r"\b(\d{1,2})-([A-Za-z]{3,9})-")
_EPOCH = re.compile(r"-?(?:\d{9,10}|\d{12,13}|\d{15,16})(?:\.\d+)?", re.ASCII)
_COMPACT_TIME = re.compile(r"(\d{8})(\d{6})", re.ASCII)
_MONTHS = "january february march april may june july august september october november december".split()


def read_instant(text: str, zone: tzinfo = UTC, order: DayOrder | None = None) -> datetime:
    """The time that `text` gives, in UTC.

    Reads ISO 8601 (a naive time is in `zone`; a date alone is its first instant), RFC 822 with its
    own zone names, "February 11, 2025" and "11 February 2025", a Unix time in seconds, milli- or
    microseconds by its magnitude, and d/m/y or m/d/y when `order` says which or only one of them can
    be. A second 60 is read as 59.

    Raises `UnreadableDate` for anything else, and for years that cannot be of news.
    """
    if not _COMMONEST.fullmatch(text):
        text = " ".join(text.split())
    else:
        with suppress(ValueError, OverflowError):  # what is wrong with it is said below
            return _checked(datetime.fromisoformat(text).astimezone(UTC))
    if match := _ISO_LIKE.fullmatch(text):
        return _checked(_iso_instant(match, zone))
    if match := _COMPACT_TIME.fullmatch(text):
        return read_instant(f"{match[1]}T{match[2]}", zone, order)
    if _EPOCH.fullmatch(text):
        return _checked(_epoch_instant(float(text)))
    if match := NUMERIC.fullmatch(text):
        day = numeric_day(int(match[1]), int(match[2]), int(match[3]), order)
        clock = _read_clock(match[4].zfill(5) if match[4] and match[4][1] == ":" else match[4] or "00:00")
        return _checked(_at(day, clock, zone))
    if match := _NAMED.fullmatch(text):
        month = (match["m1"] or match["m2"]).lower()
        number = next((n for n, name in enumerate(_MONTHS, 1) if month in (name, name[:3], name[:4])), 0)
        if number:
            day = _day(int(match["year"]), number, int(match["d1"] or match["d2"]))
            return _checked(_at(day, timedelta(), zone))
    return _checked(_rfc822_instant(text, zone))


def _checked(instant: datetime) -> datetime:
    if not EARLIEST_YEAR < instant.year <= LATEST_YEAR:
        raise UnreadableDate(f"the year {instant.year} is not one of news")
    return instant


def _iso_instant(match: re.Match[str], zone: tzinfo) -> datetime:
    written = match["date"].upper()
    try:
        if re.fullmatch(r"\d{4}-\d\d", written):
            day = date.fromisoformat(written + "-01")
        elif re.fullmatch(r"\d{4}-\d{3}", written):
            day = date(int(written[:4]), 1, 1) + timedelta(days=int(written[5:]) - 1)
            if day.year != int(written[:4]):
                raise ValueError(written)
        else:
            day = date.fromisoformat(written)
    except ValueError as error:
        raise UnreadableDate(f"there is no day {written}") from error
    if match["time"] is None:
        return _at(day, timedelta(), zone)
    offset = (match["zone"] or "").upper()
    if offset in ("Z", "UTC", "GMT"):
        zone = UTC
    elif offset:
        digits = offset[1:].replace(":", "").ljust(4, "0")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 15 or minutes > 59:
            raise UnreadableDate(f"no place has the offset {offset}")
        away = timedelta(hours=hours, minutes=minutes)
        return _moved(_at(day, _read_clock(match["time"]), UTC), -away if offset[0] == "+" else away)
    return _at(day, _read_clock(match["time"]), zone)


def _read_clock(written: str) -> timedelta:
    """The time of day as a distance from midnight; 24:00 is the next midnight, second 60 is 59."""
    whole, _, fraction = written.replace(",", ".").partition(".")
    whole = f"0{whole}" if whole[1:2] == ":" else whole
    digits = whole.replace(":", "").ljust(6, "0")
    hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise UnreadableDate(f"there is no time {written}")
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micro)


def _at(day: date, clock: timedelta, zone: tzinfo) -> datetime:
    try:
        return (datetime.combine(day, time(0)) + clock).replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise UnreadableDate(f"the year {day.year} is not one of news") from error


def _moved(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError as error:
        raise UnreadableDate(f"the year {instant.year} is not one of news") from error


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise UnreadableDate(f"there is no day {day} of that month in {year}") from error


def _epoch_instant(number: float) -> datetime:
    digits = len(f"{abs(number):.0f}")
    scale = 1.0 if digits <= 10 else 1e3 if digits <= 13 else 1e6
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=number / scale)


def numeric_day(first: int, second: int, year: int, order: DayOrder | None) -> date:
    """The day that d/m/y or m/d/y means; raises `UnreadableDate` where it can be two."""
    readings: dict[DayOrder, date] = {}
    for name, month, day in (("day-first", second, first), ("month-first", first, second)):
        try:
            readings["day-first" if name == "day-first" else "month-first"] = date(year, month, day)
        except ValueError:
            continue
    if order in readings:
        return readings[order]
    possible = sorted(set(readings.values()))
    if not possible:
        raise UnreadableDate(f"there is no day {first}/{second}/{year}")
    if len(possible) > 1:
        both = " or ".join(f"{day:%Y-%m-%d}" for day in possible)
        raise UnreadableDate(f"{first:02}/{second:02}/{year} can be {both}; write the one you mean")
    return possible[0]


def _rfc822_instant(text: str, zone: tzinfo) -> datetime:
    from email.utils import parsedate_tz

    text = _HYPHENED.sub(r"\1 \2 ", text)  # as of RFC 850, which is read with a zone only
    match = _RFC822.fullmatch(text)
    parsed = parsedate_tz(re.sub(r"([+-]\d\d):(\d\d)", r"\1\2", text)) if match else None
    if match is None or parsed is None:
        raise UnreadableDate(f"{shortened(text)} is not a date in a format read here")
    if match["name"] and match["name"].upper() not in _RFC822_ZONES:
        raise UnreadableDate(f"the time zone {match['name']} is ambiguous; write it as an offset")
    offset = timedelta(seconds=parsed[9] or 0)
    if abs(offset) > timedelta(hours=15) or offset.seconds % 900:
        raise UnreadableDate(f"no place has the offset of {shortened(text)}")
    year, month, day, hour, minute, second = parsed[:6]
    clock = _read_clock(f"{hour:02}:{minute:02}:{second:02}")
    return _moved(_at(_day(year, month, day), clock, UTC if match["zone"] else zone), -offset)


def shortened(text: str) -> str:
    """`text` in quotes, cut and with nothing unprintable, for a message."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
