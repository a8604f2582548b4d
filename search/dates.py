"""Dates as people and files write them, to instants; and periods of time to count by.

Two questions, two functions: `read_instant` reads the time of an article (a format, no guessing),
`read_period` reads what a person asks for, which is never a point but a stretch of time:

    "2025" "2025-02" "2025-02-11" "2025-W07" "2025-02-11T18"      the year, month, day, week, hour
    "today" "yesterday" "last week" "this month" "7d" "2w"        relative to `now`, in the zone
    "11 February 2025" "feb 2025" "3 days ago"                    spoken, through dateparser
    "03/04/2024"                                                  refused: March 4 or 3 April?

Everything is worked out in the zone given and comes back in UTC. In a daylight-saving fold the first
reading is taken (fold=0); a time in the gap is moved on by the gap.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from search.article import EARLIEST_YEAR, LATEST_YEAR
from search.errors import InvalidRequest

Interval = Literal["year", "month", "week", "day"]
INTERVALS: tuple[Interval, ...] = ("year", "month", "week", "day")

DayOrder = Literal["day-first", "month-first"]


class UnreadableDate(ValueError):
    """A text that is no date here; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Period:
    """The instants from `start` up to but not including `end`, both UTC; None is without bound."""

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise UnreadableDate("the range ends before it starts")

    def __and__(self, other: Period) -> Period:
        """The common part; raises `UnreadableDate` when there is none."""
        starts = [start for start in (self.start, other.start) if start is not None]
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(starts, default=None), min(ends, default=None))

    def __str__(self) -> str:
        """As the query language writes it: in UTC, whole days where they are, else whole seconds."""
        whole_days = all(t is None or t.timetz() == time(tzinfo=UTC) for t in (self.start, self.end))
        step = timedelta(days=1) if whole_days else timedelta(seconds=1)
        form = "%Y-%m-%dZ" if whole_days else "%Y-%m-%dT%H:%M:%SZ"
        first = "" if self.start is None else f"{self.start:{form}}"
        last = "" if self.end is None else f"{self.end - step:{form}}"
        return first if first == last else f"{first}..{last}"


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


# --- the time of an article ---------------------------------------------------------------------

_RFC822_ZONES = frozenset("UT UTC GMT EST EDT CST CDT MST MDT PST PDT Z".split())
_ISO_LIKE = re.compile(
    r"(?P<date>\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(?:-?\d)?|\d{4}-\d{3}|\d{4}-\d\d)"
    r"(?:[T ]+(?P<time>\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?)"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_COMMONEST = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-](?:0\d|1[0-4]):\d\d)")
_NUMERIC = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[T ,]+(\d{1,2}:\d\d(?::\d\d)?))?")
_NAMED = re.compile(
    r"(?:(?P<m1>[A-Za-z]{3,9})\.? (?P<d1>\d{1,2})|(?P<d2>\d{1,2}) (?P<m2>[A-Za-z]{3,9})\.?),? (?P<year>\d{4})"
)
_EPOCH = re.compile(r"-?\d{9,20}(?:\.\d+)?")


def read_instant(text: str, zone: tzinfo = UTC, order: DayOrder | None = None) -> datetime:
    """The time that `text` gives, in UTC.

    Reads ISO 8601 (a naive time is in `zone`; a date alone is its first instant), RFC 822 with its
    own zone names, "February 11, 2025" and "11 February 2025", a Unix time in seconds, milli- or
    microseconds by its magnitude, and d/m/y or m/d/y when `order` says which or only one of them can
    be. A second 60 is read as 59.

    Raises `UnreadableDate` for anything else, and for years that cannot be of news.
    """
    text = text.strip()
    if _COMMONEST.fullmatch(text):
        with suppress(ValueError):  # what is wrong with it is said below
            return _checked(datetime.fromisoformat(text).astimezone(UTC))
    if match := _ISO_LIKE.fullmatch(text):
        return _checked(_iso_instant(match, zone))
    if _EPOCH.fullmatch(text):
        return _checked(_epoch_instant(float(text)))
    if match := _NUMERIC.fullmatch(text):
        day = _numeric_day(int(match[1]), int(match[2]), int(match[3]), order)
        clock = _read_clock(match[4].zfill(5) if match[4] and match[4][1] == ":" else match[4] or "00:00")
        return _checked(_at(day, clock, zone))
    if match := _NAMED.fullmatch(text):
        month = match["m1"] or match["m2"]
        text = f"{match['d1'] or match['d2']} {month[:3]} {match['year']} 00:00"
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
            day = datetime.strptime(written, "%Y-%j").date()
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
        return _at(day, _read_clock(match["time"]), UTC) - (away if offset[0] == "+" else -away)
    return _at(day, _read_clock(match["time"]), zone)


def _read_clock(written: str) -> timedelta:
    """The time of day as a distance from midnight; 24:00 is the next midnight, second 60 is 59."""
    whole, _, fraction = written.replace(",", ".").partition(".")
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


def _epoch_instant(number: float) -> datetime:
    for scale in (1.0, 1e3, 1e6):
        if abs(number / scale) < 7.3e9:  # seconds until the year 2201
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=number / scale)
    raise UnreadableDate("the number is too large for a Unix time")


def _numeric_day(first: int, second: int, year: int, order: DayOrder | None) -> date:
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

    parsed = parsedate_tz(text)
    last = text.rsplit(None, 1)[-1] if text else ""
    named = last.strip("()").upper() if last.strip("()").isalpha() else ""
    if parsed is None or not re.search(r"[A-Za-z]{3}", text) or not re.search(r"\d{1,2}:\d\d", text):
        raise UnreadableDate(f"{shortened(text)} is not a date in a format read here")
    if named and named not in _RFC822_ZONES:
        raise UnreadableDate(f"the time zone {named} is ambiguous; write it as an offset")
    year, month, day, hour, minute, second = parsed[:6]
    try:
        clock = _read_clock(f"{hour:02}:{minute:02}:{second:02}")
        instant = _at(date(year, month, day), clock, zone if parsed[9] is None else UTC)
        return instant - timedelta(seconds=parsed[9] or 0)
    except (ValueError, OverflowError) as error:
        raise UnreadableDate(f"{shortened(text)} is not a date in a format read here") from error


def shortened(text: str) -> str:
    """`text` in quotes, cut and with nothing unprintable, for a message."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


# --- the period a person means ------------------------------------------------------------------

_UNITS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}
_AGO = re.compile(r"(\d{1,11})\s*(?:([hdwmy])|(hour|day|week|month|year)s?)(?:\s+ago)?", re.IGNORECASE)
_LAST_SPAN = re.compile(
    r"(last|past|this|next)\s+(?:(\d{1,11})\s+)?(hour|day|week|month|year)s?", re.IGNORECASE
)
_PARTIAL = re.compile(
    r"(?P<year>\d{4})(?:-(?:(?P<month>\d\d?)(?:-(?P<day>\d\d?))?|W(?P<week>\d\d)|Q(?P<quarter>[1-4])))?"
    r"(?:T(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?)?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")


def read_period(text: str, *, zone: tzinfo, now: datetime) -> Period:
    """The stretch of time that `text` means, for a person in `zone` at the aware time `now`.

    "7d" and "3 days ago" are the unit that many units back (a day, a week from Monday, …): in a range
    "2w..1w" that reads as expected, and `since:7d` starts at the first instant of that day.
    Raises `UnreadableDate`.
    """
    text = " ".join(text.split())
    lower = text.lower()
    here = now.astimezone(zone)
    if lower in ("now", "today", "yesterday", "tomorrow"):
        back = {"yesterday": 1, "tomorrow": -1}.get(lower, 0)
        return _unit_period("day", here.replace(tzinfo=None), -back, zone)
    if match := _PARTIAL.fullmatch(text):
        return _partial_period(match, zone)
    if match := _COMPACT.fullmatch(text):
        return read_period("-".join(match.groups()), zone=zone, now=now)
    if match := _AGO.fullmatch(lower):
        unit = _UNITS.get(match[2]) or match[3]
        return _unit_period(unit, here.replace(tzinfo=None), -int(match[1]), zone)
    if match := _LAST_SPAN.fullmatch(lower):
        return _spoken_span(match[1], match[2], match[3], here.replace(tzinfo=None), zone)
    if match := _NUMERIC.fullmatch(text):
        day = _numeric_day(int(match[1]), int(match[2]), int(match[3]), None)
        return _day_period(day, zone)
    return _spoken_period(text, here, zone)


def _spoken_span(which: str, count: str | None, unit: str, here: datetime, zone: tzinfo) -> Period:
    if count is None:
        steps = {"last": -1, "past": -1, "this": 0, "next": 1}[which]
        return _unit_period(unit, here, steps, zone)
    if which in ("this", "next"):
        raise UnreadableDate(f"“{which} {count} {unit}s” is not a stretch of time read here")
    first = _unit_period(unit, here, -int(count), zone)
    return Period(first.start, _unit_period(unit, here, 0, zone).end)


def _partial_period(match: re.Match[str], zone: tzinfo) -> Period:
    year, week, quarter = int(match["year"]), match["week"], match["quarter"]
    if written := match["zone"]:
        zone = UTC if written.upper() == "Z" else datetime.strptime(written, "%z").tzinfo or UTC
    if not EARLIEST_YEAR < year <= LATEST_YEAR:
        raise UnreadableDate(f"the year {year} is not one of news")
    try:
        if week:
            return _unit_period(
                "week", datetime.combine(date.fromisocalendar(year, int(week), 1), time()), 0, zone
            )
        month = 3 * int(quarter) - 2 if quarter else int(match["month"] or 1)
        start = datetime(year, month, int(match["day"] or 1))
        if quarter:
            months = [_unit_period("month", start, steps, zone) for steps in (0, 2)]
            return Period(months[0].start, months[1].end)
        if match["hour"] is None:
            unit = "day" if match["day"] else "month" if match["month"] else "year"
            return _unit_period(unit, start, 0, zone)
        if not match["day"]:
            raise UnreadableDate("a time needs a whole day before it, as in 2025-02-11T18:30")
        start += timedelta(hours=int(match["hour"]))
        start = start.replace(minute=int(match["minute"] or 0), second=int(match["second"] or 0))
    except ValueError as error:
        if isinstance(error, UnreadableDate):
            raise
        raise UnreadableDate(f"there is no day or time {match.group()}") from error
    length = timedelta(hours=1) if not match["minute"] else timedelta(minutes=1)
    instant = start.replace(tzinfo=zone).astimezone(UTC)
    return Period(instant, instant + (timedelta(seconds=1) if match["second"] else length))


def _unit_period(unit: str, moment: datetime, steps: int, zone: tzinfo) -> Period:
    """The whole hour, day, week (from Monday), month or year `steps` from the one of naive `moment`."""
    try:
        start, end = (_unit_start(unit, moment, steps + ahead) for ahead in (0, 1))
        first, last = (t.replace(tzinfo=zone).astimezone(UTC) for t in (start, end))
    except (OverflowError, ValueError) as error:
        raise UnreadableDate("that is too long ago, or too far ahead, to be a date of news") from error
    if start.year <= EARLIEST_YEAR or end.year > LATEST_YEAR + 1:
        raise UnreadableDate("that is too long ago, or too far ahead, to be a date of news")
    return Period(first, last)


def _unit_start(unit: str, moment: datetime, steps: int) -> datetime:
    midnight = datetime.combine(moment.date(), time())
    match unit:
        case "hour":
            return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=steps)
        case "day":
            return midnight + timedelta(days=steps)
        case "week":
            return midnight - timedelta(days=moment.weekday()) + timedelta(weeks=steps)
        case "month":
            months = moment.year * 12 + moment.month - 1 + steps
            return datetime(months // 12, months % 12 + 1, 1)
        case _:
            return datetime(moment.year + steps, 1, 1)


def _day_period(day: date, zone: tzinfo) -> Period:
    return _unit_period("day", datetime.combine(day, time()), 0, zone)


def _spoken_period(text: str, here: datetime, zone: tzinfo) -> Period:
    if len(text) > 60 or not re.search(r"[^\W\d_]{3}", text):
        raise UnreadableDate(f"{shortened(text)} is not a date; dates are written like 2025-02-11")
    import dateparser

    settings = {
        "RELATIVE_BASE": here.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "RETURN_TIME_AS_PERIOD": True,
        "DATE_ORDER": "DMY",
    }
    found = dateparser.date.DateDataParser(
        languages=["en", "es", "fr", "de", "it", "pt", "nl"], settings=settings
    ).get_date_data(text)
    if found.date_obj is None:
        raise UnreadableDate(f"{shortened(text)} is not a date; dates are written like 2025-02-11")
    unit = found.period if found.period in ("day", "week", "month", "year") else "day"
    return _unit_period(unit, found.date_obj.replace(tzinfo=None), 0, zone)


# --- periods to count by ------------------------------------------------------------------------


def boundaries(first: datetime, last: datetime, interval: Interval, zone: tzinfo) -> list[datetime]:
    """Where the intervals begin that hold `first` to `last`, and where the last of them ends, in UTC.

    Every calendar interval between is there, so bins made of neighbours have no gap.
    """
    edges = [_unit_start(interval, first.astimezone(zone).replace(tzinfo=None), 0)]
    stop = last.astimezone(zone).replace(tzinfo=None)
    while edges[-1] <= stop:
        edges.append(_unit_start(interval, edges[-1], 1))
    return [edge.replace(tzinfo=zone).astimezone(UTC) for edge in edges]


def interval_name(start: datetime, interval: Interval, zone: tzinfo) -> str:
    """The interval that begins at `start` as a date query names it: 2025, 2025-02, 2025-W07, 2025-02-11."""
    local = start.astimezone(zone)
    if interval == "week":
        year, week, _ = local.isocalendar()
        return f"{year}-W{week:02}"
    return f"{local:%Y-%m-%d}"[: {"year": 4, "month": 7, "day": 10}[interval]]
