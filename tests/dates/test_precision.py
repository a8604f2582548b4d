"""Dates of less than a moment: a day is that calendar day in every zone, a month and a year likewise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.archive.question import Question
from search.article import Article, Precision
from search.dates import INTERVALS, Interval, read_zone
from search.errors import InvalidRequest
from search.query import Archive, open_archive
from tests.conftest import day

DAYS = [
    date.fromisoformat(written)
    for written in (
        "1899-07-04 1883-11-18 1931-04-30 1987-10-25 2010-11-06 2010-11-07 2011-12-29 2011-12-30 2011-12-31 "
        "2018-02-17 2018-11-04 2024-03-05 2024-03-10 2024-11-03 2025-01-01 2025-03-30 2025-10-26 2025-12-31"
    ).split()
]
"""Days on which clocks change somewhere, days that some place skipped, and a few others."""

PLACES = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc"))


def of(written: str, precision: Precision) -> Article:
    return Article(id=written, title="Tide tables", published=day(written), precision=precision)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An article of each of the days."""
    with open_archive(tmp_path_factory.mktemp("days") / "archive", create=True) as archive:
        archive.add(of(each.isoformat(), "day") for each in DAYS)
        yield archive


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[Archive]:
    """An instant, a day, a month and a year, all of 2024, and an undated one."""
    with open_archive(tmp_path / "mixed", create=True) as archive:
        archive.add(
            [
                Article(id="moment", title="Tide tables", published=day("2024-03-05T02:00")),
                of("2024-03-05", "day"),
                of("2024-03-01", "month"),
                of("2024-01-01", "year"),
                Article(id="undated", title="Tide tables"),
            ]
        )
        yield archive


@settings(max_examples=300)
@given(st.sampled_from(DAYS), st.sampled_from(PLACES), st.sampled_from([-366, -31, -2, -1, 1, 2, 31]))
def test_a_day_is_found_by_its_own_day_in_every_zone_and_by_no_other(
    days: Archive, own: date, place: str, other: int
) -> None:
    zone = read_zone(place)
    assert own.isoformat() in days.at(zone=zone).ids(f"date:{own}")
    assert own.isoformat() in days.at(zone=zone).ids(Question("*", since=own, until=own))
    assert own.isoformat() not in days.at(zone=zone).ids(f"date:{own + timedelta(days=other)}")
    assert own.isoformat() not in days.at(zone=zone).ids(f"since:{own + timedelta(days=1)}")
    assert own.isoformat() not in days.at(zone=zone).ids(f"before:{own}")
    assert own.isoformat() in days.at(zone=zone).ids(f"until:{own}")
    read_as = days.at(zone=zone).search(f"date:{own}").read_as
    assert days.ids(read_as) == days.at(zone=zone).ids(f"date:{own}")


@settings(max_examples=100)
@given(st.sampled_from(PLACES), st.sampled_from(INTERVALS))
def test_days_are_counted_alike_in_every_zone(days: Archive, place: str, interval: Interval) -> None:
    here, there = (
        days.at(zone=zone).facets("since:2010", f"date:{interval}")[0] for zone in (UTC, read_zone(place))
    )
    assert [(v.value, v.count) for v in here.values] == [(v.value, v.count) for v in there.values]
    for value in there.values if interval != "weekday" else ():
        assert days.count(value.query) == value.count


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("date:2024-03-05", ["2024-01-01", "2024-03-01", "2024-03-05"]),  # the instant is of the 4th there
        ("date:2024-03-04", ["2024-01-01", "2024-03-01", "moment"]),
        ("date:2024-03", ["2024-01-01", "2024-03-01", "2024-03-05", "moment"]),
        ("date:2024-04", ["2024-01-01"]),
        ("date:2023..2025", ["2024-01-01", "2024-03-01", "2024-03-05", "moment"]),
        ("date:2024-03-05T12", ["2024-01-01", "2024-03-01", "2024-03-05"]),
        ("before:2024-03-05", ["2024-01-01", "2024-03-01", "moment"]),
        ("after:2024-03-05", ["2024-01-01", "2024-03-01"]),
        ("after:2024", []),
        ("date:2024-03-05 precision:day", ["2024-03-05"]),
        ("date:2024 precision:(month OR year)", ["2024-01-01", "2024-03-01"]),
        ("precision:none", ["undated"]),
        ("-date:2024", ["undated"]),
    ],
)
def test_an_article_is_found_where_it_could_have_been_published(
    mixed: Archive, query: str, found: list[str]
) -> None:
    assert sorted(mixed.at(zone="America/New_York").ids(query)) == found


@pytest.mark.parametrize(
    ("interval", "counts", "imprecise"),
    [
        ("day", {"2024-03-04": 1, "2024-03-05": 1}, 2),
        ("week", {"2024-W10": 2}, 2),
        ("month", {"2024-03": 3}, 1),
        ("year", {"2024": 4}, 0),
    ],
)
def test_an_article_is_counted_in_no_interval_finer_than_it_is_known(
    mixed: Archive, interval: Interval, counts: dict[str, int], imprecise: int
) -> None:
    line = mixed.at(zone="America/New_York").timeline("*", interval)
    assert {part.name: part.count for part in line.bins} == counts
    assert (line.undated, line.imprecise) == (1, imprecise)
    (facet,) = mixed.at(zone="America/New_York").facets("*", f"date:{interval}")
    assert {value.value: value.count for value in facet.values} == counts
    assert (facet.missing, facet.imprecise) == (1, imprecise)


def test_a_timeline_of_what_is_too_imprecise_for_it_is_empty(mixed: Archive) -> None:
    line = mixed.timeline("precision:year", "day")
    assert (line.bins, line.undated, line.imprecise) == ((), 0, 1)


def test_precisions_are_counted(mixed: Archive) -> None:
    (facet,) = mixed.facets("*", "precision")
    assert {value.value: value.count for value in facet.values} == dict.fromkeys(
        ("instant", "day", "month", "year"), 1
    )
    assert facet.missing == 1


def test_order_and_first_and_last_take_the_first_instant_in_utc(mixed: Archive) -> None:
    in_order = ["2024-01-01", "2024-03-01", "2024-03-05", "moment", "undated"]
    assert [hit.article.id for hit in mixed.search("*", sort="oldest").hits] == in_order
    assert mixed.stats().first == day("2024-01-01")


def test_a_bound_of_the_library_is_a_day_as_a_date_and_an_instant_as_a_datetime(mixed: Archive) -> None:
    assert mixed.count(Question("precision:instant", until=date(2024, 3, 5))) == 1
    assert mixed.count(Question("precision:instant", until=datetime(2024, 3, 5))) == 0
    assert mixed.count(Question("precision:instant", until=datetime(2024, 3, 5, 2))) == 1
    berlin = datetime(2024, 3, 6, tzinfo=read_zone("Europe/Berlin"))
    assert mixed.count(Question("precision:day", since=berlin)) == 0  # though it is the 5th still in UTC


def test_a_range_to_an_instant_reads_back_to_the_same_answer(mixed: Archive) -> None:
    asked = Question("*", since=datetime(2024, 3, 5, 1), until=datetime(2024, 3, 5, 2))
    read = mixed.search(asked).read_as
    assert mixed.ids(read) == mixed.ids(asked)
    assert "moment" in mixed.ids(read)


@pytest.mark.parametrize("bound", [date.min, datetime.max.replace(tzinfo=UTC), date(2300, 1, 1)])
def test_a_bound_beyond_all_news_is_refused_by_name(mixed: Archive, bound: date) -> None:
    with pytest.raises(InvalidRequest, match="since: that is too far in the past or in the future"):
        mixed.at(zone="Europe/Berlin").search(Question("*", since=bound))


def test_a_day_that_a_place_skipped_can_be_counted_by_there(tmp_path: Path) -> None:
    with open_archive(tmp_path / "apia", create=True) as archive:
        archive.add(
            Article(title="Tide", id=str(hours), published=day("2011-12-29T18:00") + timedelta(hours=hours))
            for hours in range(0, 36, 3)
        )
        line = archive.at(zone="Pacific/Apia").timeline("*", "day")
        assert {part.name: part.count for part in line.bins} == {
            "2011-12-29": 6,
            "2011-12-30": 0,
            "2011-12-31": 6,
        }


def test_what_is_older_than_a_day_is_of_a_day_before(tmp_path: Path) -> None:
    with open_archive(tmp_path / "older", create=True) as archive:
        archive.add(
            Article(id=f"{written}{n}", title="Tide tables of Skerrow", body=f"Tide number {n} {written}",
                    published=day(written), precision="day")
            for written in ("2024-03-04", "2024-03-05") for n in range(2)
        )  # fmt: skip
        found = archive.background("2024-03-050")
        assert all(hit.article.id.startswith("2024-03-04") for hit in found.hits)
        assert found.hits
