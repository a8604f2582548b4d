"""The times of articles, from the formats that files write them in; and zones."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import PRECISIONS, Precision, written_time
from search.dates import (
    DayOrder,
    Period,
    Stamp,
    UnreadableDate,
    read_stamp,
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


@pytest.mark.parametrize("written", HALF_SEVENS.split(" | "))
def test_the_same_instant_is_read_from_each_of_its_forms(written: str) -> None:
    assert read_stamp(f" {written}\n") == Stamp(utc(HALF_SEVEN))


TUESDAYS = (
    "2025-02-11 | 20250211 | 2025-042 | 2025-W07-2 | 2025W072 | 2025-02-11Z | 2025-02-11+01:00 | "
    "2025-2-11 | 2025/02/11 | 2025.02.11 | 2025 February 11 | February 11, 2025 | February 11 2025 | "
    "Feb. 11, 2025 | February 11th, 2025 | 11 February 2025 | 11th February 2025 | 11th of February 2025 | "
    "11-FEB-2025 | 11FEB 2025 | Tue, 11 Feb 2025 | Tuesday, February 11, 2025 | Tues. 11 Feb. 2025 | "
    "Dienstag, 11. Februar 2025 | Di, 11. Feb. 2025 | mardi 11 février 2025 | 11 févr. 2025 | "
    "martes, 11 de febrero de 2025 | martedì 11 febbraio 2025 | dinsdag 11 februari 2025 | "
    "terça-feira, 11 de fevereiro de 2025 | 11 FÉVRIER 2025"
)


@pytest.mark.parametrize("written", TUESDAYS.split(" | "))
def test_a_date_without_a_time_is_that_day_in_every_zone(written: str) -> None:
    assert read_stamp(f" {written}\n", BERLIN) == Stamp(utc(TUESDAY), "day")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1850-03", "1850-03"),
        ("March 1850", "1850-03"),
        ("March, 1850", "1850-03"),
        ("Mar. 1850", "1850-03"),
        ("03/1850", "1850-03"),
        ("3/1850", "1850-03"),
        ("März 1850", "1850-03"),
        ("Jänner 1850", "1850-01"),
        ("août 1850", "1850-08"),
        ("aout 1850", "1850-08"),
        ("marzo de 1850", "1850-03"),
        ("set. 1850", "1850-09"),
        ("mei 1850", "1850-05"),
        ("dezembro de 1850", "1850-12"),
        ("1899", "1899"),
    ],
)
def test_a_month_and_a_year_are_no_day(written: str, expected: str) -> None:
    first = utc(f"{expected}-01-01"[:10] if len(expected) == 4 else f"{expected}-01")
    assert read_stamp(written, BERLIN) == Stamp(first, "year" if len(expected) == 4 else "month")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-366", "2024-12-31"),
        ("2026-W53-7", "2027-01-03"),
        ("Sept. 9, 2025", "2025-09-09"),
        ("1er février 2024", "2024-02-01"),
        ("mar. 5 mars 2024", "2024-03-05"),
        ("Mar 5 2024", "2024-03-05"),
        # the weekday is wrong
        ("Monday, 5 March 2024", "2024-03-05"),
        # numbers that can be read only one way
        ("13/04/2024", "2024-04-13"),
        ("04/13/2024", "2024-04-13"),
        ("13-04-2024", "2024-04-13"),
        ("31.12.2024", "2024-12-31"),
        ("Sa, 31.12.2024", "2024-12-31"),
        # the first and last years of news
        ("1501-01-01", "1501-01-01"),
        ("2199-12-31", "2199-12-31"),
    ],
)
def test_a_day_is_read(written: str, expected: str) -> None:
    assert read_stamp(written, BERLIN) == Stamp(utc(expected), "day")


@pytest.mark.parametrize(
    "month",
    "december december, dezember Dezember décembre dicembre dezembro de_dezembro_de of_December".split(),
)
def test_a_month_that_begins_like_the_word_de_is_a_month(month: str) -> None:
    assert read_stamp(f"5 {month.replace('_', ' ')} 2011") == Stamp(utc("2011-12-05"), "day")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-02-11T18", "2025-02-11T18:00"),
        ("2025-02-11T18:30", "2025-02-11T18:30"),
        ("2025-02-11T18:30:15.25", "2025-02-11T18:30:15.250000"),
        ("2025-02-11T18:30:15.1234567Z", "2025-02-11T18:30:15.123456"),
        # the ends of a day
        ("2025-02-11T24:00", "2025-02-12T00:00"),
        ("2025-06-30T23:59:60Z", "2025-06-30T23:59:59"),
        ("Tue, 11 Feb 2025 24:00:00 GMT", "2025-02-12T00:00"),
        ("Tue, 11 Feb 2025 23:59:60 GMT", "2025-02-11T23:59:59"),
        ("March 5, 2024 12:00 am", "2024-03-05T00:00"),
        ("March 5, 2024 12 pm", "2024-03-05T12:00"),
        # a year of two digits, as RFC 822 and 850 have it
        ("Thu, 11 Feb 99 18:30:15 GMT", "1999-02-11T18:30:15"),
        ("Tuesday, 05-Mar-24 14:30:00 GMT", "2024-03-05T14:30"),
        # a Unix time in seconds, milliseconds, microseconds
        ("1739298615.5", "2025-02-11T18:30:15.500000"),
        ("-1000000000", "1938-04-24T22:13:20"),
        # as pages and exports write it
        ("November 19, 2019, 07:47 PM EST", "2019-11-20T00:47"),
        ("2024-03-05 14:00 CET", "2024-03-05T13:00"),
        ("2024-07-05 14:00 CEST", "2024-07-05T12:00"),
        ("Tuesday, 5 March 2024 2:30 PM GMT", "2024-03-05T14:30"),
        ("5 Mar 2024 14:30", "2024-03-05T14:30"),
        ("Mar 5, 2024 at 2:30 pm", "2024-03-05T14:30"),
        ("Mar 5, 2024, 2:30:15 p.m.", "2024-03-05T14:30:15"),
        ("Mar 5, 2024 | 2 p.m. EST", "2024-03-05T19:00"),
        ("2:30 p.m. EST, March 5, 2024", "2024-03-05T19:30"),
        ("14:30 - 5 March 2024", "2024-03-05T14:30"),
        ("14:30 Tue 5 Mar 2024", "2024-03-05T14:30"),
        ("5. März 2024, 14:30 Uhr", "2024-03-05T14:30"),
        ("mardi 5 mars 2024 à 14:30", "2024-03-05T14:30"),
        ("5 marzo 2024 alle 14:30", "2024-03-05T14:30"),
        ("5 de março de 2024 às 14:30", "2024-03-05T14:30"),
        ("2024/03/05 14:30:00 +0100", "2024-03-05T13:30"),
        ("2012-02-19 1:44:51 -0400", "2012-02-19T05:44:51"),
        ("2012-02-19T9:05", "2012-02-19T09:05"),
        ("2024-03-05T7:30:00Z", "2024-03-05T07:30"),
        ("13/04/2024 9:05", "2024-04-13T09:05"),
        ("13/04/2024, 18:30:15", "2024-04-13T18:30:15"),
        ("04/13/2024 2:30 PM EDT", "2024-04-13T18:30"),
        # as programs print it
        ("Tue Mar 05 2024 14:00:00 GMT+0100 (Central European Standard Time)", "2024-03-05T13:00"),
        ("Tue Mar  5 14:00:00 CET 2024", "2024-03-05T13:00"),
        ("Tue Mar 05 14:00:00 +0000 2024", "2024-03-05T14:00"),
        ("Tue Mar  5 14:00:00 2024", "2024-03-05T14:00"),
        ("Tue, 05 Mar 2024 14:00:00 +0100 (CET)", "2024-03-05T13:00"),
        ("2024-03-05 14:00:00 UTC+2", "2024-03-05T12:00"),
        # Moscow had another offset for some years
        ("2012-03-05 14:00 MSK", "2012-03-05T10:00"),
        ("2024-03-05 14:00 MSK", "2024-03-05T11:00"),
    ],
)
def test_an_instant_is_read(written: str, expected: str) -> None:
    assert read_stamp(written) == Stamp(utc(expected))
    assert read_stamp(written).instant.tzinfo is UTC


_ZONES = (
    "UT 0 | UTC 0 | GMT 0 | Z 0 | EST -5 | EDT -4 | CST -6 | CDT -5 | MST -7 | MDT -6 | PST -8 | PDT -7 | "
    "WET 0 | WEST 1 | CET 1 | CEST 2 | EET 2 | EEST 3 | MSK 3 | HKT 8 | SGT 8 | JST 9 | KST 9 | "
    "AEST 10 | AEDT 11 | NZST 12 | NZDT 13"
)


@pytest.mark.parametrize("named", _ZONES.split(" | "))
def test_a_zone_is_known_by_its_abbreviation_where_that_means_one_only(named: str) -> None:
    name, hours = named.split()
    expected = Stamp(utc("2024-03-05T12:00") - timedelta(hours=int(hours)))
    assert read_stamp(f"5 Mar 2024 12:00 {name}", BERLIN) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-07-11T12:00", "2025-07-11T10:00"),
        ("13/04/2024 12:00", "2024-04-13T10:00"),
        ("20250211193015", HALF_SEVEN),
        ("Tue, 11 Feb 2025 19:30:15", HALF_SEVEN),
        ("February 11, 2025 at 7:30:15 pm", HALF_SEVEN),
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
    assert read_stamp(written, BERLIN) == Stamp(utc(expected))


@pytest.mark.parametrize(
    ("written", "order", "expected"),
    [
        ("03/04/2024", "day-first", Stamp(utc("2024-04-03"), "day")),
        ("03/04/2024", "month-first", Stamp(utc("2024-03-04"), "day")),
        ("3.4.2024 18:30", "day-first", Stamp(utc("2024-04-03T18:30"))),
        ("3.4.2024 18:30", "month-first", Stamp(utc("2024-04-03T18:30"))),
        ("3.4.2024", None, Stamp(utc("2024-04-03"), "day")),
        ("04.13.2024", "day-first", Stamp(utc("2024-04-13"), "day")),
        ("3-4-2024", "month-first", Stamp(utc("2024-03-04"), "day")),
        ("04/13/2024", "day-first", Stamp(utc("2024-04-13"), "day")),
    ],
)
def test_the_order_decides_where_both_readings_are_days(
    written: str, order: DayOrder | None, expected: Stamp
) -> None:
    assert read_stamp(written, UTC, order) == expected


@pytest.mark.parametrize("about", ["c. ", "c ", "C.", "ca. ", "ca ", "circa ", "Circa "])
def test_about_a_year_is_the_year(about: str) -> None:
    assert read_stamp(f"{about}1950") == Stamp(utc("1950-01-01"), "year", approximate=True)
    with pytest.raises(UnreadableDate):
        read_stamp(f"{about}1950-02")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("3/4/2024", "^3/4/2024 can be 2024-03-04 or 2024-04-03; say which with --dayfirst or --monthfirst"),
        ("05-03-2024, 14:30 Uhr", "05-03-2024 can be 2024-03-05 or 2024-05-03"),
        ("13/13/2024", "no day 13/13/2024"),
        ("13/04/2024 25:00", "no time 25:00"),
        ("2024-13-45", "no day 2024-13-45"),
        ("2023-02-29", "no day 2023-02-29"),
        ("2024-13", "no month 13"),
        ("1914-18", "no month 18"),
        ("2025-W07", "2025-W07 is a whole week; write the day, as in 2025-W07-1"),
        ("2025-W53-1", "no day 2025-W53-1"),
        ("2025-02-11T25:00", "no time 25:00"),
        ("2025-02-11T24:01", "no time 24:01"),
        ("2025-02-11T18:60", "no time 18:60"),
        ("2025-06-30T23:59:61Z", "no time 23:59:61"),
        ("5 March 2024 14:30 pm", "no time 14:30 pm"),
        ("5 March 2024 0:30 am", "no time 0:30 am"),
        ("14:30, March 2024", "has a time, but no day"),
        ("2025-02-11T18:30+25:00", r"offset \+25:00"),
        ("Tue, 11 Feb 2025 18:30:15 IST", "time zone IST is unknown or ambiguous; write it as an offset"),
        ("Tue, 11 Feb 2025 18:30:15 BST", "time zone BST is unknown or ambiguous"),
        ("Tue, 11 Feb 2025 18:30:15 EST+0100", r"time zone EST\+0100 is unknown or ambiguous"),
        ("0000-01-01", "no day 0000-01-01"),
        ("not a date", "'not a date' is not a date in a known format"),
        ("2025-02-11T18:30\x00", r"'2025-02-11T18:30\\x00' is not"),
        ("", "'' is not a date"),
    ],
)
def test_what_is_no_instant_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(UnreadableDate, match=reason):
        read_stamp(written)


OTHER_YEARS = "0001-01-01 1500-12-31 2200-01-01 2199-12-31T23:30-01:00 9999-12-31T24:00 7299999999 1500 9999"


@pytest.mark.parametrize("written", OTHER_YEARS.split())
def test_a_year_that_cannot_be_of_news_is_refused(written: str) -> None:
    with pytest.raises(UnreadableDate, match=r"the year \d+ is not between 1501 and 2199"):
        read_stamp(written)


NO_DATES = (
    "Sun, 30 Feb 2025 18:30:15 GMT | Tue, 11 Feb 2025 25:30:15 GMT | 31 February 2025 | 11 Foo 2025 | "
    "10000-01-01 | 1e400 | 0 | 2025-02-11T | yesterday | c. May 1850 | circa 1850s | Spring 1850 | 1850s | "
    "1850? | about March 1850 | 1911/12 | 1914-1918 | March 5 | 5 March | 202403 | 12 | 3/5/24 | 14:30 | "
    "Updated 5 March 2024 | 5 March 2024 in 2024 | 5 14:30 March 2024 | Mar 2024 2024 | Tuesday 2024"
)


@pytest.mark.parametrize("written", NO_DATES.split(" | "))
def test_what_is_in_no_known_form_is_refused(written: str) -> None:
    with pytest.raises(UnreadableDate, match=r"is not a date in a known format|there is no"):
        read_stamp(written)


_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1502, 1, 1), datetime(2198, 12, 31), timezones=_offsets))
def test_every_aware_time_reads_back_from_its_iso_form(moment: datetime) -> None:
    assert read_stamp(moment.isoformat(), BERLIN).instant == moment


@given(st.dates(date(1501, 1, 1), date(2199, 12, 31)), st.sampled_from(PRECISIONS[1:]))
def test_a_time_that_is_no_instant_reads_back_as_it_is_written(day: date, precision: Precision) -> None:
    found = read_stamp(written_time(datetime.combine(day, time(), UTC), precision), BERLIN)
    assert found.precision == precision
    assert (
        written_time(found.instant, precision)
        == day.isoformat()[: {"year": 4, "month": 7, "day": 10}[precision]]
    )


@given(st.text(st.sampled_from("0123456789-/.:,T Z+WFebGMT") | st.characters(), max_size=30))
def test_any_text_is_an_instant_of_news_or_refused(text: str) -> None:
    with suppress(UnreadableDate):
        assert 1501 <= read_stamp(text, BERLIN).instant.year <= 2199
