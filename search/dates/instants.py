"""The time of an article as files write it, and its precision: a grammar, no guesses.

    time      = date [clock [zone]] | clock [zone] date | [weekday] month day clock [zone] year
    date      = ISO 8601, whole or only to the month or the year
              | [weekday] (day month year | month day year | day/month/year) | year month day
              | month year | month/year | ("c." | "ca." | "circa") year
    clock     = hour:minute[:second[.fraction]] [am | pm] | hour (am | pm)
    zone      = offset | name | (GMT | UTC) offset

Or a Unix time. The names of months and days are in `names`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from search.article import EARLIEST_YEAR, LATEST_YEAR, Precision
from search.dates.names import find_month, find_zone, is_weekday
from search.errors import InvalidRequest

DayOrder = Literal["day-first", "month-first"]

_CIRCA = re.compile(r"(?:circa|ca?\.?) ?(?=\d)", re.IGNORECASE)

MAX_DATE_LENGTH = 80
"""Longest date of an article in characters."""


class UnreadableDate(ValueError):
    """A text that is not a date; the message is one sentence that says why.

    The caller knows if the text is of a query, an argument or a document, and raises or notes that.
    """


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as a file gives it: an instant in UTC, and the precision to which it is known.

    A day, a month or a year is the same in every zone; `instant` is then its first instant in UTC. A year is
    `approximate` if it is written as "c. 1850".
    """

    instant: datetime
    precision: Precision = "instant"
    approximate: bool = False


def read_zone(name: str) -> tzinfo:
    """Return the zone with this name ("Europe/Berlin", "UTC"); raises `InvalidRequest` if it is unknown."""
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidRequest(
            f"there is no time zone {name!r}; zones are written like Europe/Berlin or UTC"
        ) from error


NUMERIC_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[T ,]+(\d{1,2}:\d\d(?::\d\d)?))?", re.ASCII)

_COMMON_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-](?:0\d|1[0-4]):\d\d)")
_ISO = re.compile(
    r"(?P<day>\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d|\d{4}-\d{3})"
    r"(?:(?:T ?| )(?P<clock>\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?) ?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?"
    r"|(?:Z|[+-]\d\d:\d\d)?)",
    re.IGNORECASE | re.ASCII,
)
_ISO_WEEK = re.compile(r"\d{4}-?W\d\d", re.IGNORECASE | re.ASCII)
_EPOCH = re.compile(r"-?(?:\d{9,10}|\d{12,13}|\d{15,16})(?:\.\d+)?", re.ASCII)
_COMPACT = re.compile(r"(\d{8})(\d{6})", re.ASCII)

_CLOCK = re.compile(
    r"(?<![\d:.])(?P<clock>\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?|\d{1,2}(?= ?[ap]\.? ?m\b))(?![\d:])"
    r"(?: ?(?P<half>[ap])(?:m\b|\. ?m\.))?(?: ?(?:uhr|uur|hrs?)\b)?"
    r"(?: ?\(?(?P<name>(?-i:[A-Z]{1,5})|gmt|utc|z)\b\)?)?"
    r"(?: ?(?P<offset>[+-]\d\d?(?::?\d\d)?)\b)?(?(offset)(?: \([^()]*\))?)",
    re.IGNORECASE | re.ASCII,
)
_BETWEEN = r"(?:[\s,|·•–—-]|\b(?:at|um|à|a las|alle|às|om)\b|(?<=\d)T)*"
_BEFORE, _AFTER = (re.compile(edge, re.IGNORECASE) for edge in (rf"{_BETWEEN}\Z", rf"\A{_BETWEEN}"))
_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<day>\d\d?)(?:st|nd|rd|th|er|\.|º)?(?: (?:of|de)(?= ))?[ -]?{_NAME},?(?: de| del)?[ -]"
        r"(?P<year>\d\d|\d{4})",
        rf"{_NAME} (?P<day>\d\d?)(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}}),? {_NAME} (?P<day>\d\d?)",
        rf"{_NAME},?(?: of| de| del)? (?P<year>\d{{4}})",
        r"(?P<year>\d{4})(?P<mark>[/.-])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)",
        r"(?P<first>\d\d?)(?P<mark>[/.-])(?P<second>\d\d?)(?P=mark)(?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d\d)",
        r"(?P<month>\d\d?)/(?P<year>\d{4})",
        r"(?P<year>\d{4})",
    )
]
_WEEKDAY = re.compile(r"(?P<name>[^\W\d_]{2,10}(?:-feira)?)[.,]{0,2} ")


def read_stamp(text: str, zone: tzinfo = UTC, order: DayOrder | None = None) -> Stamp:
    """Read a time and its precision.

    Reads ISO 8601, RFC 822 and the formats of browsers, Unix and web pages, with the names of months and
    days in seven languages. A Unix time is in seconds, milli- or microseconds by its magnitude. d/m/y and
    m/d/y are read if `order` says which, or if only one of them is a date; with dots the day is first. A time
    of day without a zone is in `zone`; if it occurs twice, it is the first one. The weekday may be wrong. A
    second 60 is read as 59.

    Raises `UnreadableDate` for any other text, and for a year out of range.
    """
    if _COMMON_ISO.fullmatch(text):
        with suppress(ValueError, OverflowError):  # the error is reported below
            return _checked(datetime.fromisoformat(text).astimezone(UTC))
    text = " ".join(text.split())
    if match := _ISO.fullmatch(text):
        day = _iso_day(match["day"].upper())
        if match["clock"] is None:
            return _whole(day, "day")
        return _at(day, _read_clock(match["clock"]), _zone_of(match["zone"] or "", zone))
    if match := _COMPACT.fullmatch(text):
        return read_stamp(f"{match[1]}T{match[2]}", zone, order)
    if _EPOCH.fullmatch(text):
        return _checked(_epoch_instant(float(text)))
    if _ISO_WEEK.fullmatch(text):
        raise UnreadableDate(f"{text} is a whole week; write the day, as in {text}-1")
    if len(text) > MAX_DATE_LENGTH:
        raise _unreadable(text)
    if (circa := _CIRCA.match(text)) and (year := text[circa.end() :]).isdecimal():
        return replace(read_stamp(year, zone), approximate=True)
    return _spoken(text, zone, order)


def _spoken(text: str, zone: tzinfo, order: DayOrder | None) -> Stamp:
    """Read a date with a time of day before it, after it, or none."""
    if (clock := _CLOCK.search(text)) is None:
        return _whole(*_read_date(text, order))
    before, after = _BEFORE.sub("", text[: clock.start()]), _AFTER.sub("", text[clock.end() :])
    if before and after and not (len(after) == 4 and after.isdecimal()):
        raise _unreadable(text)
    day, precision = _read_date(f"{before} {after}".strip(), order, within=text)
    if precision != "day":
        raise UnreadableDate(f"{shortened(text)} has a time, but no day")
    away = _zone_of((clock["name"] or "") + (clock["offset"] or ""), zone)
    return _at(day, _read_clock(clock["clock"], clock["half"] or ""), away)


def _read_date(written: str, order: DayOrder | None, within: str = "") -> tuple[date, Precision]:
    """Read the first day of a date, and its precision; `within` is the whole text with the time of day."""
    rests = [written]
    if (weekday := _WEEKDAY.match(written)) and is_weekday(weekday["name"]):
        rests.append(written[weekday.end() :])  # "mar" is Tuesday for some, March for others
    for rest in rests:
        match = next((match for form in _FORMS if (match := form.fullmatch(rest))), None)
        found = match.groupdict() if match else {}
        whole = bool(found.keys() & {"day", "first"})
        month = find_month(found["name"]) if "name" in found else int(found.get("month", 1))
        if not found or month is None or (rest is not written and not whole):
            continue
        year = int(found["year"])
        if len(found["year"]) == 2 and within:  # as RFC 822 has it, where there is always a time of day
            year += 1900 if year > 68 else 2000
        if "first" in found:
            return numeric_day(rest, order, advice="say which with --dayfirst or --monthfirst"), "day"
        day = _day(year, month, int(found.get("day", 1)))
        return day, "day" if whole else "month" if found.keys() & {"name", "month"} else "year"
    raise _unreadable(within or written)


def _whole(day: date, precision: Precision) -> Stamp:
    return _checked(datetime.combine(day, time(), UTC), precision)


def _at(day: date, clock: timedelta, zone: tzinfo) -> Stamp:
    try:
        return _checked((datetime.combine(day, time()) + clock).replace(tzinfo=zone).astimezone(UTC))
    except (OverflowError, ValueError) as error:
        raise UnreadableDate(_year_out_of_range(day.year)) from error


def _checked(instant: datetime, precision: Precision = "instant") -> Stamp:
    if not EARLIEST_YEAR < instant.year <= LATEST_YEAR:
        raise UnreadableDate(_year_out_of_range(instant.year))
    return Stamp(instant, precision)


def _year_out_of_range(year: int) -> str:
    return f"the year {year} is not between {EARLIEST_YEAR + 1} and {LATEST_YEAR}"


def _unreadable(text: str) -> UnreadableDate:
    return UnreadableDate(f"{shortened(text)} is not a date in a known format")


def _zone_of(written: str, zone: tzinfo) -> tzinfo:
    """Read a zone that is written as a name, an offset or both; `zone` if nothing is written."""
    name = written.rstrip("+-:0123456789")
    offset = written[len(name) :]
    called = find_zone(name) if name else zone
    if called is None or (name and offset and called is not UTC):
        raise UnreadableDate(f"the time zone {written} is unknown or ambiguous; write it as an offset")
    if not offset:
        return called
    hours, _, minutes = offset[1:].partition(":") if ":" in offset else (offset[1:3], "", offset[3:])
    if int(hours) > 15 or int(minutes or 0) > 59:
        raise UnreadableDate(f"there is no time zone with the offset {offset}")
    east = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(east if offset[0] == "+" else -east)


def _read_clock(written: str, half: str = "") -> timedelta:
    """Read a time of day as the time since midnight; 24:00 is the next midnight, second 60 is 59.

    `half` is "a" or "p" for the hours before and after noon, as in "2:30 pm".
    """
    whole, _, fraction = written.replace(",", ".").partition(".")
    whole = whole if whole[1:2].isdecimal() else f"0{whole}"
    digits = whole.replace(":", "").ljust(6, "0")
    hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if (
        hour > 24
        or minute > 59
        or second > 60
        or (hour == 24 and (minute or second))
        or (half and not 1 <= hour <= 12)
    ):
        raise UnreadableDate(f"there is no time {written}{half and f' {half}m'.lower()}")
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micro)


def _iso_day(written: str) -> date:
    try:
        if len(written) == 8 and written[4] == "-":
            day = date(int(written[:4]), 1, 1) + timedelta(days=int(written[5:]) - 1)
            if day.year != int(written[:4]):
                raise ValueError(written)
            return day
        return date.fromisoformat(written)
    except (ValueError, OverflowError) as error:
        raise UnreadableDate(f"there is no day {written}") from error


def _day(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise UnreadableDate(f"there is no month {month}")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableDate(f"there is no day {year:04}-{month:02}-{day:02}") from error


def _epoch_instant(number: float) -> datetime:
    digits = len(f"{abs(number):.0f}")
    scale = 1.0 if digits <= 10 else 1e3 if digits <= 13 else 1e6
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=number / scale)


def numeric_day(
    written: str, order: DayOrder | None = None, *, advice: str = "write the one you mean"
) -> date:
    """Return the day that d/m/y or m/d/y means; with dots it is d.m.y, if there is such a day.

    Raises `UnreadableDate`, with `advice` if it can be two days.
    """
    first, second, year = map(int, re.split(r"\D", written))
    readings: dict[DayOrder, date] = {}
    for name, month, day in (("day-first", second, first), ("month-first", first, second)):
        try:
            readings["day-first" if name == "day-first" else "month-first"] = date(year, month, day)
        except ValueError:
            continue
    if "." in written:
        order = "day-first"
    if order in readings:
        return readings[order]
    possible = sorted(set(readings.values()))
    if not possible:
        raise UnreadableDate(f"there is no day {written}")
    if len(possible) > 1:
        both = " or ".join(f"{day:%Y-%m-%d}" for day in possible)
        raise UnreadableDate(f"{written} can be {both}; {advice}")
    return possible[0]


def shortened(text: str) -> str:
    """Quote `text` for a message: at most 40 characters, unprintable ones escaped."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
