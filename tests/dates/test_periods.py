"""What a person means by a date, and the intervals that counts are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.dates import (
    INTERVALS,
    Interval,
    Period,
    UnreadableDate,
    boundaries,
    interval_name,
    read_period,
    read_zone,
)

BERLIN = read_zone("Europe/Berlin")
NOW = datetime(2025, 2, 12, 15, 30, tzinfo=UTC)  # a Wednesday
TUESDAY = "2025-02-11T00:00"
HALF_SEVEN = "2025-02-11T18:30:15"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def period(first: str | None, end: str | None) -> Period:
    return Period(utc(first) if first else None, utc(end) if end else None)


# --- the period a person means ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "first", "end"),
    [
        ("2025", "2025-01-01", "2026-01-01"),
        ("2025-02", "2025-02-01", "2025-03-01"),
        ("2025-02-11", "2025-02-11", "2025-02-12"),
        ("2025-2-1", "2025-02-01", "2025-02-02"),
        ("20250211", "2025-02-11", "2025-02-12"),
        ("2025-W07", "2025-02-10", "2025-02-17"),
        ("2025-w01", "2024-12-30", "2025-01-06"),
        ("2026-W53", "2026-12-28", "2027-01-04"),
        ("2025-Q1", "2025-01-01", "2025-04-01"),
        ("2025-q4", "2025-10-01", "2026-01-01"),
        ("2025-02-11T18", "2025-02-11T18:00", "2025-02-11T19:00"),
        ("2025-02-11T18:30", "2025-02-11T18:30", "2025-02-11T18:31"),
        ("2025-02-11T18:30+02:00", "2025-02-11T16:30", "2025-02-11T16:31"),
        ("today", "2025-02-12", "2025-02-13"),
        ("yesterday", "2025-02-11", "2025-02-12"),
        ("7d", "2025-02-05", "2025-02-06"),
        ("2w", "2025-01-27", "2025-02-03"),
        ("14M", "2023-12-01", "2024-01-01"),
        ("1y", "2024-01-01", "2025-01-01"),
        ("3h", "2025-02-12T12:00", "2025-02-12T13:00"),
        ("3 days ago", "2025-02-09", "2025-02-10"),
        ("last week", "2025-02-03", "2025-02-10"),
        ("this month", "2025-02-01", "2025-03-01"),
        ("next year", "2026-01-01", "2027-01-01"),
        ("last 3 days", "2025-02-09", "2025-02-13"),
        ("13/04/2024", "2024-04-13", "2024-04-14"),
        ("11 February 2025", "2025-02-11", "2025-02-12"),
        ("feb 2025", "2025-02-01", "2025-03-01"),
        ("march", "2024-03-01", "2024-04-01"),
        ("monday", "2025-02-10", "2025-02-11"),
        ("ayer", "2025-02-11", "2025-02-12"),
    ],
)
def test_a_period_is_read(written: str, first: str, end: str) -> None:
    found = read_period(written, zone=UTC, now=NOW)
    assert (found.start, found.end) == (utc(first), utc(end))


@pytest.mark.parametrize(
    ("written", "first", "end"),
    [
        ("2025-02-11", "2025-02-10T23:00", "2025-02-11T23:00"),
        ("2025-03", "2025-02-28T23:00", "2025-03-31T22:00"),
        ("2025-03-30", "2025-03-29T23:00", "2025-03-30T22:00"),  # 23 hours
        ("2025-10-26", "2025-10-25T22:00", "2025-10-26T23:00"),  # 25 hours
        ("2025-10-26T02", "2025-10-26T00:00", "2025-10-26T01:00"),
        ("2025-02-11Z", "2025-02-11T00:00", "2025-02-12T00:00"),
        ("yesterday", "2025-02-11T23:00", "2025-02-12T23:00"),
    ],
)
def test_a_period_is_read_in_the_zone(written: str, first: str, end: str) -> None:
    late = datetime(2025, 2, 12, 23, 30, tzinfo=UTC)  # the 13th in Berlin
    found = read_period(written, zone=BERLIN, now=late)
    assert (found.start, found.end) == (utc(first), utc(end))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("03/04/2024", "03/04/2024 can be 2024-03-04 or 2024-04-03"),
        ("31/31/2024", "no day 31/31/2024"),
        ("2024-02-30", "no day or time 2024-02-30"),
        ("2025-W53", "no day or time 2025-W53"),
        ("2025T18", "a time needs a whole day before it"),
        ("2201", "the year 2201"),
        ("99999", "'99999' is not a date; dates are written like 2025-02-11"),
        ("", "'' is not a date"),
        ("next 2 weeks", "a count goes with last or past"),
        ("last 99999999999 years", "too far in the past"),
    ],
)
def test_what_is_no_period_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(UnreadableDate, match=reason):
        read_period(written, zone=UTC, now=NOW)


# --- periods ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "end", "written"),
    [
        ("2025-02-11", "2025-02-12", "2025-02-11Z"),
        ("2025-02-01", "2025-03-01", "2025-02-01Z..2025-02-28Z"),
        ("2025-02-01", None, "2025-02-01Z.."),
        (None, "2025-03-01", "..2025-02-28Z"),
        (HALF_SEVEN, "2025-02-11T18:30:16", "2025-02-11T18:30:15Z"),
        ("2025-02-11T18:00", "2025-02-12", "2025-02-11T18:00:00Z..2025-02-11T23:59:59Z"),
        ("2025-02-11", "2025-02-11T18:00", "2025-02-11T00:00:00Z..2025-02-11T17:59:59Z"),
    ],
)
def test_a_period_is_written_in_whole_days_where_it_has_them(
    first: str | None, end: str | None, written: str
) -> None:
    assert str(period(first, end)) == written


@pytest.mark.parametrize(
    ("zone", "asked", "written"),
    [
        ("America/New_York", "2024-03-05", "2024-03-05-05:00"),
        ("America/New_York", "2024-03-10", "2024-03-10-05:00..2024-03-10-04:00"),  # clocks change
        ("Europe/Berlin", "2025-W30", "2025-07-21+02:00..2025-07-27+02:00"),
        ("Asia/Kathmandu", "2024", "2024-01-01+05:45..2024-12-31+05:45"),
        ("America/New_York", "1850-06-01", "1850-06-01-04:56:02"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30-10:00..2011-12-30+14:00"),  # which had no hour of it
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04-03:00..2018-11-04-02:00"),  # begins at 01:00
        ("Europe/Berlin", "2025-10-26T02", "2025-10-26T02:00:00+02:00..2025-10-26T01:59:59+01:00"),
        ("UTC", "2025-02-11T18:30:15.25", "2025-02-11T18:30:15.250000Z..2025-02-11T18:30:15.259999Z"),
    ],
)
def test_a_period_is_written_with_the_offsets_of_its_place_and_reads_back(
    zone: str, asked: str, written: str
) -> None:
    found = read_period(asked, zone=read_zone(zone), now=NOW)
    assert str(found) == written
    first, _, last = written.partition("..")
    bounds = [read_period(bound, zone=UTC, now=NOW) for bound in (first, last or first)]
    assert Period(bounds[0].start, bounds[1].end) == found


def test_periods_of_the_same_instants_in_different_places_are_different() -> None:
    here = Period(datetime(2025, 2, 11, 1, tzinfo=BERLIN))
    assert here != period("2025-02-11", None)
    assert here.start == period("2025-02-11", None).start
    assert here != "2025"
    assert len({here, period("2025-02-11", None), Period(datetime(2025, 2, 11, 1, tzinfo=BERLIN))}) == 2


def test_an_offset_that_no_place_has_is_taken_in_utc() -> None:
    odd = datetime(2025, 2, 11, tzinfo=timezone(timedelta(hours=20)))
    assert str(Period(odd)) == "2025-02-10T04:00:00Z.."


@pytest.mark.parametrize(("first", "end"), [("2025-03-01", "2025-02-01"), ("2025-02-01", "2025-02-01")])
def test_a_period_that_ends_before_it_starts_is_refused(first: str, end: str) -> None:
    with pytest.raises(UnreadableDate, match="the range ends before it starts"):
        period(first, end)


# --- intervals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "interval", "zone", "edges"),
    [
        ("2025-02-11T18:30", "2025-02-11T18:30", "day", UTC, ["2025-02-11", "2025-02-12"]),
        ("2025-02-11", "2025-02-12", "day", UTC, ["2025-02-11", "2025-02-12", "2025-02-13"]),
        ("2025-03-29T23:00", "2025-03-30T21:59", "day", BERLIN, ["2025-03-29T23", "2025-03-30T22"]),
        ("2025-10-26T00:30", "2025-10-26T22:59", "day", BERLIN, ["2025-10-25T22", "2025-10-26T23"]),
        ("2026-12-31", "2027-01-01", "week", UTC, ["2026-12-28", "2027-01-04"]),
        ("2025-01-31", "2025-03-01", "month", UTC, ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"]),
    ],
)  # fmt: skip
def test_intervals_begin_and_end_at_these_instants(
    first: str, last: str, interval: Interval, zone: tzinfo, edges: list[str]
) -> None:
    start, end = (utc(time).astimezone(zone).replace(tzinfo=None) for time in (first, last))
    assert boundaries(start, end, interval, zone) == [utc(edge) for edge in edges]


@pytest.mark.parametrize(
    ("start", "interval", "name"),
    [
        ("2025-01-01", "year", "2025"),
        ("2025-02-11", "day", "2025-02-11"),
        ("2024-12-30", "week", "2025-W01"),
        ("2026-12-28", "week", "2026-W53"),
        ("2025-10-01", "quarter", "2025-Q4"),
        ("2025-02-11T18", "hour", "2025-02-11T18"),
    ],
)
def test_an_interval_is_named_as_a_query_names_it(start: str, interval: Interval, name: str) -> None:
    assert interval_name(utc(start), interval) == name


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.integers(0, 90 * 24 * 60),
    st.sampled_from([each for each in INTERVALS if each != "weekday"]),
    st.sampled_from([UTC, BERLIN, read_zone("America/New_York")]),
)
def test_intervals_have_no_gap_and_their_names_read_back_as_them(
    start: datetime, minutes: int, interval: Interval, zone: tzinfo
) -> None:
    last = start + timedelta(minutes=minutes)
    edges = boundaries(start, last, interval, zone)
    calendar = [edge.replace(tzinfo=None) for edge in edges]
    assert calendar[0] <= start < calendar[1]
    assert calendar[-2] <= last < calendar[-1]
    for edge, following in pairwise(edges):
        read = read_period(interval_name(edge, interval), zone=zone, now=NOW)
        assert read.start is not None
        assert read.start.astimezone(UTC) == edge.astimezone(UTC)
        # Where the clock is changed, an hour of the calendar lasts two hours or none, a written one one.
        assert interval == "hour" or read == Period(edge, following)
