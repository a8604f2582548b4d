"""The times of articles, from the formats that files write them in; and zones."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.dates import (
    DayOrder,
    Period,
    UnreadableDate,
    read_instant,
    read_zone,
)
from search.errors import InvalidRequest

BERLIN = read_zone("Europe/Berlin")
NOW = datetime(2025, 2, 12, 15, 30, tzinfo=UTC)  # a Wednesday
TUESDAY = "2025-02-11T00:00"
HALF_SEVEN = "2025-02-11T18:30:15"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def period(first: str | None, end: str | None) -> Period:
    return Period(utc(first) if first else None, utc(end) if end else None)


# --- zones --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["UTC", "utc", "Z"])
def test_utc_is_known_by_these_names(name: str) -> None:
    assert read_zone(name) is UTC


@pytest.mark.parametrize(
    "name", ["", "Vesk/Port Alder", "../../etc/passwd", "/etc/passwd", "Europe", "a\x00b"]
)
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(InvalidRequest, match="zones are written like Europe/Berlin"):
        read_zone(name)


# --- the time of an article ---------------------------------------------------------------------


HALF_SEVENS = (
    "2025-02-11 18:30:15 | 20250211T183015Z | 2025-02-11T18:30:15Z | 2025-02-11t18:30:15z | "
    "2025-02-11 18:30:15 UTC | 2025-02-11 18:30:15 GMT | 2025-02-11T19:30:15+01 | "
    "2025-02-11T19:30:15+0100 | 2025-02-11T19:30:15 +01:00 | 2025-02-11T13:00:15-05:30 | "
    "Tue, 11 Feb 2025 18:30:15 GMT | Tue, 11 Feb 2025 18:30:15 UT | Tue, 11 Feb 2025 18:30:15 Z | "
    "Tue, 11 Feb 2025 18:30:15 -0000 | Tue, 11 Feb 2025 19:30:15 +0100 | "
    "Tue, 11 Feb 2025 13:30:15 EST | Tue, 11 Feb 2025 14:30:15 EDT | Tue, 11 Feb 2025 10:30:15 PST | "
    "Tue, 11 Feb 25 18:30:15 GMT | 11-FEB-2025 18:30:15 | 1739298615 | 1739298615000 | 1739298615000000"
)
TUESDAYS = (
    "2025-02-11 | 20250211 | 2025-042 | 2025-W07-2 | 2025W072 | February 11, 2025 | Feb. 11, 2025 | "
    "11 February 2025 | 11-FEB-2025"
)


@pytest.mark.parametrize("written", TUESDAYS.split(" | "))
def test_a_day_is_its_first_instant(written: str) -> None:
    assert read_instant(f" {written}\n") == utc(TUESDAY)


@pytest.mark.parametrize("written", HALF_SEVENS.split(" | "))
def test_the_same_instant_is_read_from_each_of_its_forms(written: str) -> None:
    assert read_instant(written) == utc(HALF_SEVEN)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-02", "2025-02-01T00:00"),
        ("2024-366", "2024-12-31T00:00"),
        ("2025-W07", "2025-02-10T00:00"),
        ("2026-W53-7", "2027-01-03T00:00"),
        # with a time
        ("2025-02-11T18", "2025-02-11T18:00"),
        ("2025-02-11T18:30", "2025-02-11T18:30"),
        ("2025-02-11T18:30:15.25", "2025-02-11T18:30:15.250000"),
        ("2025-02-11T18:30:15.1234567Z", "2025-02-11T18:30:15.123456"),
        # the ends of a day
        ("2025-02-11T24:00", "2025-02-12T00:00"),
        ("2025-06-30T23:59:60Z", "2025-06-30T23:59:59"),
        ("Thu, 11 Feb 99 18:30:15 GMT", "1999-02-11T18:30:15"),
        ("Tue, 11 Feb 2025 24:00:00 GMT", "2025-02-12T00:00"),
        ("Tue, 11 Feb 2025 23:59:60 GMT", "2025-02-11T23:59:59"),
        ("Sept. 9, 2025", "2025-09-09T00:00"),
        # a Unix time in seconds, milliseconds, microseconds
        ("1739298615.5", "2025-02-11T18:30:15.500000"),
        ("-1000000000", "1938-04-24T22:13:20"),
        # numbers that can be read only one way
        ("13/04/2024", "2024-04-13T00:00"),
        ("04/13/2024", "2024-04-13T00:00"),
        ("31.12.2024", "2024-12-31T00:00"),
        ("13/04/2024 9:05", "2024-04-13T09:05"),
        ("13/04/2024, 18:30:15", "2024-04-13T18:30:15"),
        # the first and last years of news
        ("1501-01-01", "1501-01-01T00:00"),
        ("2199-12-31", "2199-12-31T00:00"),
        ("2012-02-19 1:44:51 -0400", "2012-02-19T05:44:51"),
        ("2012-02-19T9:05", "2012-02-19T09:05"),
    ],
)
def test_an_instant_is_read(written: str, expected: str) -> None:
    found = read_instant(written)
    assert found == utc(expected)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-02-11", "2025-02-10T23:00"),
        ("2025-07-11T12:00", "2025-07-11T10:00"),
        ("13/04/2024 12:00", "2024-04-13T10:00"),
        ("20250211193015", HALF_SEVEN),
        ("Tue, 11 Feb 2025 19:30:15", HALF_SEVEN),
        ("February 11, 2025", "2025-02-10T23:00"),
        # what says its zone, or needs none, is not in the zone given
        ("Tue, 11 Feb 2025 18:30:15 -0000", HALF_SEVEN),
        ("2025-02-11 18:30:15 UTC", HALF_SEVEN),
        ("1739298615", HALF_SEVEN),
        # the hour from 2 is not there on this day: moved on by the hour
        ("2025-03-30T02:30", "2025-03-30T01:30"),
        ("2025-03-30T03:30", "2025-03-30T01:30"),
        ("2025-03-30T24:00", "2025-03-30T22:00"),
        # the hour from 2 is there twice on this day: the first of them
        ("2025-10-26T02:30", "2025-10-26T00:30"),
        ("2025-10-26T03:30", "2025-10-26T02:30"),
        ("2025-10-26T02:30+01:00", "2025-10-26T01:30"),
    ],
)
def test_an_instant_without_a_zone_is_in_the_zone_given(written: str, expected: str) -> None:
    assert read_instant(written, BERLIN) == utc(expected)


@pytest.mark.parametrize(
    ("written", "order", "expected"),
    [
        ("03/04/2024", "day-first", "2024-04-03T00:00"),
        ("03/04/2024", "month-first", "2024-03-04T00:00"),
        ("3.4.2024 18:30", "day-first", "2024-04-03T18:30"),
        ("04/13/2024", "day-first", "2024-04-13T00:00"),
    ],
)
def test_the_order_decides_where_both_readings_are_days(written: str, order: DayOrder, expected: str) -> None:
    assert read_instant(written, UTC, order) == utc(expected)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("03/04/2024", "03/04/2024 can be 2024-03-04 or 2024-04-03; write the one you mean"),
        ("13/13/2024", "no day 13/13/2024"),
        ("13/04/2024 25:00", "no time 25:00"),
        ("2024-13-45", "no day 2024-13-45"),
        ("2023-02-29", "no day 2023-02-29"),
        ("2025-W53", "no day 2025-W53"),
        ("2025-02-11T25:00", "no time 25:00"),
        ("2025-02-11T24:01", "no time 24:01"),
        ("2025-02-11T18:60", "no time 18:60"),
        ("2025-06-30T23:59:61Z", "no time 23:59:61"),
        ("2025-02-11T18:30+25:00", r"offset \+25:00"),
        ("Tue, 11 Feb 2025 18:30:15 IST", "time zone IST is ambiguous"),
        ("Tue, 11 Feb 2025 18:30:15 CET", "time zone CET is ambiguous"),
        ("0000-01-01", "no day 0000-01-01"),
        ("not a date", "'not a date' is not a date in a format read here"),
        ("2025-02-11T18:30\x00", r"'2025-02-11T18:30\\x00' is not"),
        ("", "'' is not a date"),
    ],
)
def test_what_is_no_instant_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(UnreadableDate, match=reason):
        read_instant(written)


OTHER_YEARS = "0001-01-01 1500-12-31 2200-01-01 2199-12-31T23:30-01:00 9999-12-31T24:00 7299999999"


@pytest.mark.parametrize("written", OTHER_YEARS.split())
def test_a_year_that_cannot_be_of_news_is_refused(written: str) -> None:
    with pytest.raises(UnreadableDate, match=r"the year \d+ is not one of news"):
        read_instant(written)


NO_DATES = (
    "Sun, 30 Feb 2025 18:30:15 GMT | Tue, 11 Feb 2025 25:30:15 GMT | 31 February 2025 | 11 Foo 2025 | "
    "10000-01-01 | 1e400 | 0 | 2025-02-11T | yesterday"
)


@pytest.mark.parametrize("written", NO_DATES.split(" | "))
def test_what_is_in_no_known_form_is_refused(written: str) -> None:
    with pytest.raises(UnreadableDate, match=r"is not a date in a format read here|there is no"):
        read_instant(written)


_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1502, 1, 1), datetime(2198, 12, 31), timezones=_offsets))
def test_every_aware_time_reads_back_from_its_iso_form(moment: datetime) -> None:
    assert read_instant(moment.isoformat(), BERLIN) == moment


@given(st.text(st.sampled_from("0123456789-/.:,T Z+WFebGMT") | st.characters(), max_size=30))
def test_any_text_is_an_instant_of_news_or_refused(text: str) -> None:
    with suppress(UnreadableDate):
        assert 1501 <= read_instant(text, BERLIN).year <= 2199
