"""The period of time that a person asks for, and the intervals of timelines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal, TypeVar, get_args

from search.article import EARLIEST_YEAR, LATEST_YEAR, Precision
from search.dates.instants import NUMERIC_DATE, UnreadableDate, numeric_day, shortened

Interval = Literal["year", "quarter", "month", "week", "day", "hour", "weekday"]
"""A span of the calendar to count by; or the day of the week, in which all its days are counted together."""

INTERVALS: tuple[Interval, ...] = get_args(Interval)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Bound = TypeVar("Bound", bound=date | None)


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """The times from `start` up to but not including `end`; None stands for an open side.

    Each bound is aware and has the offset of the zone that was asked for. It is an instant for articles with
    a time, and a calendar day for articles without one. A calendar day that a zone skipped has no instants.
    Equal periods have equal offsets.
    """

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        start, end = (None if bound is None else _fixed(bound) for bound in (self.start, self.end))
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        if start is None or end is None or start < end:
            return
        if start > end or start.replace(tzinfo=None) >= end.replace(tzinfo=None):
            raise UnreadableDate("the range ends before it starts")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Period) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def bounds(self, precision: Precision) -> tuple[datetime | None, datetime | None]:
        """Return the bounds in UTC of `Article.published` for articles of this precision in the period.

        An instant is compared as it is. A day, month or year is compared by the calendar, and is in the
        period if any part of it is.
        """
        start, end = self.start, self.end
        if precision == "instant":
            return start and start.astimezone(UTC), end and end.astimezone(UTC)
        whole = start and datetime.combine(_first_day(start.date(), precision), time(), UTC)
        return whole, end and end.replace(tzinfo=UTC)

    def __str__(self) -> str:
        """Write the period in the query language: in whole days if it has them, else as exactly as needed.

        Each bound has its own offset: 2025-02-11Z or 2025-03-30+01:00..2025-03-30+02:00.
        """
        bounds = [bound for bound in (self.start, self.end) if bound is not None]
        step, pattern = timedelta(days=1), "%Y-%m-%d"
        if any(bound.microsecond for bound in bounds):
            step, pattern = timedelta(microseconds=1), "%Y-%m-%dT%H:%M:%S.%f"
        elif any(bound.time() != time() for bound in bounds):
            step, pattern = timedelta(seconds=1), "%Y-%m-%dT%H:%M:%S"
        first = "" if self.start is None else f"{self.start:{pattern}}{_offset(self.start)}"
        last = "" if self.end is None else f"{self.end - step:{pattern}}{_offset(self.end)}"
        return first if first == last else f"{first}..{last}"


_MAX_OFFSET = timedelta(hours=16)
"""Every real offset from UTC is smaller; a bound with a larger one is converted to UTC."""


def _fixed(bound: datetime) -> datetime:
    """Replace the zone of a bound by the offset that it has at that time."""
    offset = bound.utcoffset()
    if offset is None:
        raise ValueError("a period has aware bounds")
    if abs(offset) >= _MAX_OFFSET or offset.microseconds:
        return bound.astimezone(UTC)
    return bound.replace(tzinfo=timezone(offset), fold=0)


def _offset(bound: datetime) -> str:
    return "Z" if bound.tzinfo == UTC else bound.isoformat()[len(bound.replace(tzinfo=None).isoformat()) :]


def _first_day(day: date, precision: Precision) -> date:
    match precision:
        case "year":
            return day.replace(month=1, day=1)
        case "month":
            return day.replace(day=1)
        case _:
            return day


_UNITS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}
_AGO = re.compile(r"(\d{1,11})\s*(?:([hdwmy])|(hour|day|week|month|year)s?)(?:\s+ago)?", re.IGNORECASE)
_LAST_SPAN = re.compile(
    r"(last|past|this|next)\s+(?:(\d{1,11})\s+)?(hour|day|week|month|year)s?", re.IGNORECASE
)
_PARTIAL = re.compile(
    r"(?P<year>\d{4})(?:-(?:(?P<month>\d\d?)(?:-(?P<day>\d\d?))?|W(?P<week>\d\d)|Q(?P<quarter>[1-4])))?"
    r"(?:[T ](?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?)?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?)?",
    re.IGNORECASE | re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)


def checked_bound(bound: Bound) -> Bound:
    """Return the bound; raises `UnreadableDate` if it is too far in the past or in the future."""
    if bound is not None and not EARLIEST_YEAR - 1 <= bound.year <= LATEST_YEAR + _MARGIN_YEARS:
        raise UnreadableDate("that is too far in the past or in the future to be a date of news")
    return bound


def read_period(text: str, *, zone: tzinfo, now: datetime) -> Period:
    """Read the period that `text` means for a person in `zone` at the aware time `now`.

    "7d" is the one day seven days ago, and "2w" is the week from Monday two weeks ago. So "2w..1w" is a range
    of whole weeks, and `since:7d` starts at the first instant of a day. Raises `UnreadableDate`.
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
    if match := NUMERIC_DATE.fullmatch(text):
        if match[4]:
            raise UnreadableDate("a day with a time is written like 2025-02-11T18:30")
        day = numeric_day(text)
        return _day_period(day, zone)
    return _spoken_period(text, here, zone)


def _spoken_span(which: str, count: str | None, unit: str, here: datetime, zone: tzinfo) -> Period:
    if count is None:
        steps = {"last": -1, "past": -1, "this": 0, "next": 1}[which]
        return _unit_period(unit, here, steps, zone)
    if which in ("this", "next"):
        raise UnreadableDate(
            f"“{which} {count} {unit}s” cannot be read as a date; a count goes with last or past"
        )
    first = _unit_period(unit, here, -int(count), zone)
    return Period(first.start, _unit_period(unit, here, 0, zone).end)


_MARGIN_YEARS = 2
"""Years beyond the range that can be read with a zone: a canonical query holds bounds in other offsets."""


def _partial_period(match: re.Match[str], zone: tzinfo) -> Period:
    year, week, quarter = int(match["year"]), match["week"], match["quarter"]
    if written := match["zone"]:
        zone = UTC if written.upper() == "Z" else _fixed_zone(written)
    margin = _MARGIN_YEARS if written else 0
    if not EARLIEST_YEAR - margin <= year <= LATEST_YEAR + 1 + margin:
        raise UnreadableDate(f"the year {year} is not between {EARLIEST_YEAR + 1} and {LATEST_YEAR}")
    if match["hour"] and not match["day"]:
        raise UnreadableDate("a time needs a whole day before it, as in 2025-02-11T18:30")
    try:
        if week:
            return _unit_period(
                "week", datetime.combine(date.fromisocalendar(year, int(week), 1), time()), 0, zone
            )
        month = 3 * int(quarter) - 2 if quarter else int(match["month"] or 1)
        start = datetime(year, month, int(match["day"] or 1))
        if match["hour"] is None:
            unit = "day" if match["day"] else "month" if match["month"] else "quarter" if quarter else "year"
            return _unit_period(unit, start, 0, zone)
        clock = [int(match[part] or 0) for part in ("hour", "minute", "second")]
        start = start.replace(hour=clock[0], minute=clock[1], second=clock[2], tzinfo=zone)
    except ValueError as error:
        if isinstance(error, UnreadableDate):
            raise
        raise UnreadableDate(f"there is no day or time {match.group()}") from error
    if fraction := match["fraction"]:
        start = start.replace(microsecond=int(fraction.ljust(6, "0")))
        return _passing(start, timedelta(microseconds=10 ** (6 - len(fraction))))
    length = timedelta(hours=1) if not match["minute"] else timedelta(minutes=1)
    return _passing(start, timedelta(seconds=1) if match["second"] else length)


def _passing(start: datetime, length: timedelta) -> Period:
    """Return the period of this length from `start` on, in elapsed time."""
    return Period(start, (start.astimezone(UTC) + length).astimezone(start.tzinfo))


def _fixed_zone(offset: str) -> tzinfo:
    hours, minutes, seconds = (int(offset[at : at + 2] or 0) for at in (1, 4, 7))
    if hours > 15 or minutes > 59 or seconds > 59:
        raise UnreadableDate(f"there is no time zone with the offset {offset}")
    away = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(away if offset[0] == "+" else -away)


def _unit_period(unit: str, moment: datetime, steps: int, zone: tzinfo) -> Period:
    """Return the hour, day, week (from Monday), month or year `steps` after the one at naive `moment`."""
    try:
        start, end = (_unit_start(unit, moment, steps + ahead) for ahead in (0, 1))
        first, last = (t.replace(tzinfo=zone) for t in (start, end))
        if unit == "hour":  # hours are counted in elapsed time, across changes of the clock
            this = moment.replace(minute=0, second=0, microsecond=0, tzinfo=zone).astimezone(UTC)
            first, last = ((this + timedelta(hours=steps + ahead)).astimezone(zone) for ahead in (0, 1))
    except (OverflowError, ValueError) as error:
        raise UnreadableDate("that is too far in the past or in the future to be a date of news") from error
    if start.year < EARLIEST_YEAR - _MARGIN_YEARS or end.year > LATEST_YEAR + 2 + _MARGIN_YEARS:
        raise UnreadableDate("that is too far in the past or in the future to be a date of news")
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
        case "month" | "quarter":
            length = 3 if unit == "quarter" else 1
            number = (moment.year * 12 + moment.month - 1) // length + steps
            return datetime(number * length // 12, number * length % 12 + 1, 1)
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
    moment = found.date_obj.replace(tzinfo=None)
    if found.period == "time" and ":" in text:
        return _passing(moment.replace(second=0, microsecond=0, tzinfo=zone), timedelta(minutes=1))
    unit = {"time": "hour"}.get(found.period, found.period)
    return _unit_period(unit if unit in ("hour", "week", "month", "year") else "day", moment, 0, zone)


def boundaries(first: datetime, last: datetime, interval: Interval, zone: tzinfo) -> list[datetime]:
    """Return the starts of all intervals from `first` to `last`, and the end of the last interval.

    `first` and `last` are naive, in `zone`; the result has fixed offsets like the bounds of a `Period`. No
    interval is left out, so bins made of neighbours have no gap. Weekdays are days here.
    """
    unit = "day" if interval == "weekday" else interval
    edges = [_unit_start(unit, first, 0)]
    while edges[-1] <= last:
        edges.append(_unit_start(unit, edges[-1], 1))
    return [_fixed(edge.replace(tzinfo=zone)) for edge in edges]


def interval_name(start: datetime, interval: Interval) -> str:
    """Write the interval that begins at `start` as in a query.

    It is 2025, 2025-Q1, 2025-02, 2025-W07, 2025-02-11 or 2025-02-11T18. A weekday is Monday, in no query.
    """
    match interval:
        case "weekday":
            return WEEKDAYS[start.weekday()]
        case "week":
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02}"
        case "quarter":
            return f"{start.year}-Q{(start.month + 2) // 3}"
        case _:
            return start.isoformat()[: {"year": 4, "month": 7, "day": 10, "hour": 13}[interval]]


def interval_start(name: str) -> datetime:
    """The calendar time at which the interval with this name begins, which is not a weekday."""
    if "W" in name:
        year, week = name.split("-W")
        return datetime.combine(date.fromisocalendar(int(year), int(week), 1), time())
    if "Q" in name:
        year, quarter = name.split("-Q")
        return datetime(int(year), 3 * int(quarter) - 2, 1)
    day, _, hour = name.partition("T")
    year, month, of_month = (*day.split("-"), "1", "1")[:3]
    return datetime(int(year), int(month), int(of_month), int(hour or 0))
