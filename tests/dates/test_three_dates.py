"""Each of the three dates of an article is asked for, sorted by and counted by in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from search.article import Article
from search.dates import WEEKDAYS, read_zone
from search.errors import InvalidRequest, QuerySyntaxError
from search.fields import COUNTED_DATES, DateField
from search.query import Archive, open_archive

BERLIN = read_zone("Europe/Berlin")
NOW = datetime(2025, 3, 12, 12, tzinfo=BERLIN)

TIMES = tuple(
    datetime.fromisoformat(written)
    for written in (
        "2023-12-31T23:30:00Z",
        "2024-07-15T12:00:00Z",
        "2025-01-31T22:59:00Z",
        "2025-01-31T23:00:00Z",  # the first instant of February in Berlin
        "2025-02-11T17:30:00Z",
        "2025-02-11T17:59:59.999999Z",
        "2025-02-28T22:59:59Z",
        "2025-03-11T23:00:00Z",  # the first instant of today there
        "2025-03-12T10:00:00Z",
    )
)
EVERY = set(range(len(TIMES)))
SHIFTS: dict[DateField, int] = {"date": 0, "modified": 3, "seen": 6}
"""The times of article n: its date is time n, the others come so many later."""

UNDATED = Article(id="undated", title="Undated", crawled=datetime(1999, 1, 1, tzinfo=UTC))


def at(number: int, field: DateField) -> datetime:
    return TIMES[(number + SHIFTS[field]) % len(TIMES)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    articles = [
        Article(
            id=f"n{number}",
            title="Notice",
            published=at(number, "date"),
            modified=at(number, "modified"),
            crawled=at(number, "seen"),
        )
        for number in EVERY
    ]
    with open_archive(tmp_path_factory.mktemp("dates") / "archive", create=True) as made:
        made.add([*articles, UNDATED])
        yield made.at(zone=BERLIN, now=NOW)


def ids(field: DateField, places: set[int]) -> list[str]:
    return sorted(f"n{number}" for number in EVERY if TIMES.index(at(number, field)) in places)


@pytest.mark.parametrize("field", COUNTED_DATES)
@pytest.mark.parametrize(
    ("written", "places"),
    [
        ("2023", set()),
        ("2024", {0, 1}),
        ("2025", EVERY - {0, 1}),
        ("2025-01", {2}),
        ("2025-02", {3, 4, 5, 6}),
        ("2025-Q1", EVERY - {0, 1}),
        ("2024-Q3", {1}),
        ("2025-W07", {4, 5}),
        ("2025-02-11", {4, 5}),
        ("2025-02-12", set()),
        ("20250211", {4, 5}),
        ("13/02/2025", set()),
        ("28/02/2025", {6}),
        ("2025-02-11T18", {4, 5}),
        ("2025-02-11T18:30", {4}),
        ("2025-02-11T18:59:59", {5}),
        ("2025-02-11T17Z", {4, 5}),
        ("2025-02-11T17:30Z", {4}),
        ("2025-02-11T18:30+01:00", {4}),
        ('"11 February 2025"', {4, 5}),
        ("feb-2025", {3, 4, 5, 6}),
        ("2024..2025-01", {0, 1, 2}),
        ("2025-02..2025-03-11", {3, 4, 5, 6}),
        ("2025-02-28..", {6, 7, 8}),
        ("..2024", {0, 1}),
        ("[2025-01 TO 2025-02]", {2, 3, 4, 5, 6}),
        ("[2025-03 TO *]", {7, 8}),
        ("[* TO 2025-01]", {0, 1, 2}),
        (">=2025-03", {7, 8}),
        (">2025-02-11", {6, 7, 8}),
        ("<2025", {0, 1}),
        ("<=2025-02-11", {0, 1, 2, 3, 4, 5}),
        ("today", {7, 8}),
        ("yesterday", set()),
        ('"this month"', {7, 8}),
        ('"last month"', {3, 4, 5, 6}),
        ('"last 2 months"', EVERY - {0, 1}),
        ('"12 days ago"', {6}),
        ("12d", {6, 7, 8}),
        ("4w", {4, 5, 6, 7, 8}),
        ("4w..1w", {4, 5, 6}),
        ("2m", EVERY - {0, 1}),
        ("1y", EVERY),
        ("*", EVERY),
    ],
)
def test_a_date_is_asked_for_in_every_way(
    archive: Archive, field: DateField, written: str, places: set[int]
) -> None:
    assert sorted(set(archive.ids(f"{field}:{written}")) - {"undated"}) == ids(field, places)
    read = archive.search(f"notice {field}:{written}")
    assert sorted(hit.id for hit in archive.search(read.read_as, limit=20)) == ids(field, places)


@pytest.mark.parametrize("field", COUNTED_DATES)
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("03/04/2024", "2024-03-04 or 2024-04-03"),
        ("soonish", "is not a date"),
        ("2025..2024", "ends before it starts"),
        ("..", "at least one side"),
        ("2025-02-30", "there is no day"),
    ],
)
def test_an_unreadable_date_is_an_error_in_every_field(
    archive: Archive, field: DateField, written: str, message: str
) -> None:
    with pytest.raises(QuerySyntaxError, match=message) as error:
        archive.count(f"notice {field}:{written}")
    assert error.value.start == len(f"notice {field}:")


def test_articles_without_a_date_are_found(archive: Archive) -> None:
    assert archive.ids("modified:none") == archive.ids("date:none") == ["undated"]
    assert archive.ids("seen:none") == []
    assert archive.count("modified:*") == archive.count("-modified:none") == len(TIMES)


@pytest.mark.parametrize("sort", ["modified", "seen"])
def test_hits_are_sorted_by_a_date_the_latest_first_page_by_page(
    archive: Archive, sort: Literal["modified", "seen"]
) -> None:
    expected = sorted(EVERY, key=lambda number: at(number, sort), reverse=True)
    found, after = [], None
    while True:
        page = archive.search("*", sort=sort, limit=4, after=after)
        found += [hit.id for hit in page]
        after = page.next
        if after is None:
            break
    assert found == [*(f"n{number}" for number in expected), "undated"]


@pytest.mark.parametrize("field", COUNTED_DATES)
def test_counts_by_a_date_lead_to_its_articles(archive: Archive, field: DateField) -> None:
    (facet,) = archive.facets("notice", f"{field}:month")
    assert [(value.value, value.count) for value in facet.values] == [
        ("2024-01", 1), ("2024-07", 1), ("2025-01", 1), ("2025-02", 4), ("2025-03", 2),
    ]  # fmt: skip
    assert [archive.count(f"notice {value.query}") for value in facet.values] == [1, 1, 1, 4, 2]
    line = archive.timeline("notice", f"{field}:quarter", share=True)
    assert (line.date, line.interval, line.undated) == (field, "quarter", 0)
    assert [(each.name, each.count, each.state) for each in line.bins] == [
        ("2024-Q1", 1, "thin" if field == "seen" else "partial"),  # one more was seen long before
        ("2024-Q2", 0, "no data"),
        ("2024-Q3", 1, "thin"),
        ("2024-Q4", 0, "no data"),
        ("2025-Q1", 7, "partial"),
    ]


@pytest.mark.parametrize("field", COUNTED_DATES)
def test_articles_are_counted_by_the_day_of_the_week(archive: Archive, field: DateField) -> None:
    line = archive.timeline("notice", f"{field}:weekday", share=True, texts=True)
    local = [WEEKDAYS[moment.astimezone(BERLIN).weekday()] for moment in TIMES]
    assert [(each.name, each.count) for each in line.bins] == [(day, local.count(day)) for day in WEEKDAYS]
    assert {(each.start, each.query) for each in line.bins} == {(None, "")}
    assert {each.state for each in line.bins} <= {"thin", "no data"}
    (facet,) = archive.facets("notice", f"{field}:weekday")
    assert [value.value for value in facet.values] == [day for day in WEEKDAYS if day in local]
    with pytest.raises(InvalidRequest, match="weekdays"):
        archive.timeline("notice", f"{field}:weekday", bursts=True)


def test_a_weekday_is_a_day_of_the_zone(tmp_path: Path) -> None:
    late = Article(id="late", title="Late", published=datetime(2025, 2, 9, 23, 30, tzinfo=UTC))  # a Sunday
    whole = Article(id="day", title="Day", published=datetime(2025, 2, 9, tzinfo=UTC), precision="day")
    month = Article(id="month", title="Month", published=datetime(2025, 2, 1, tzinfo=UTC), precision="month")
    with open_archive(tmp_path / "archive", create=True) as made:
        made.add([late, whole, month])
        for zone, sunday, monday in (("UTC", 2, 0), ("Europe/Berlin", 1, 1)):
            line = made.at(zone=zone).timeline("*", "weekday")
            assert (line.bins[6].count, line.bins[0].count, line.imprecise) == (sunday, monday, 1)


@pytest.mark.parametrize("by", ["fortnight", "seen:", "keyword:week", "seen:fortnight", "week:seen", ""])
def test_an_unknown_interval_or_date_is_refused(archive: Archive, by: str) -> None:
    for count in (archive.timeline, archive.coverage):
        with pytest.raises(InvalidRequest, match="cannot count by"):
            count("*", by) if count == archive.timeline else archive.coverage(by)


def test_a_hit_and_an_export_tell_when_the_article_was_seen(archive: Archive) -> None:
    (hit,) = archive.search("id:n0")
    assert hit.seen == at(0, "seen")
    assert (hit.to_dict()["seen"], hit.to_dict()["modified"]) == (
        "2025-02-28T22:59:59Z", "2025-01-31T23:00:00Z",
    )  # fmt: skip
    (row,) = archive.export("id:n0", ["seen", "crawled", "modified"])
    assert row == {
        "seen": "2025-02-28T22:59:59Z", "crawled": "2025-02-28T22:59:59Z", "modified": "2025-01-31T23:00:00Z",
    }  # fmt: skip


def test_the_first_time_stays_whatever_becomes_of_an_article(tmp_path: Path) -> None:
    first, later = (datetime(2025, 2, day, tzinfo=UTC) for day in (11, 20))
    with open_archive(tmp_path / "archive", create=True) as made:
        made.add([Article(id="a", title="One", crawled=first)])
        made.add([Article(id="a", title="Two", crawled=later)])
        assert made.ids("seen:2025-02-11") == ["a"]
        made.delete(["a"])
        made.add([Article(id="a", title="Three", crawled=later)])
        assert made.ids("seen:2025-02-11") == ["a"]
        for revision in (1, 2):
            assert made.at(as_of=revision).search("seen:2025-02-11").hits[0].seen == first
        made.rebuild()
        assert made.ids("seen:2025-02-11") == ["a"]
        made.delete(["a"], forget=True)
        made.add([Article(id="a", title="Four", crawled=later)])
        assert made.ids("seen:2025-02-20") == ["a"]


def test_an_article_is_seen_when_it_comes_and_not_when_its_crawler_says_it_will_be(tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(days=400)
    with open_archive(tmp_path / "archive", create=True) as made:
        made.add([Article(id="a", title="A"), Article(id="b", title="B", crawled=soon)])
        made.add([Article(id="c", title="C", crawled=datetime(1969, 7, 20, tzinfo=UTC))])
        seen = [hit.seen for hit in made.search("*", sort="seen")]
    assert all(moment is not None and abs(moment - datetime.now(UTC)) < timedelta(hours=1) for moment in seen)


def test_another_time_of_a_change_or_a_crawl_alone_is_no_version(tmp_path: Path) -> None:
    first, later = (datetime(2025, 2, day, tzinfo=UTC) for day in (11, 20))
    with open_archive(tmp_path / "archive", create=True) as made:
        made.add([Article(id="a", title="A", modified=first, crawled=first)])
        assert made.add([Article(id="a", title="A", modified=later, crawled=later)]).unchanged == 1
        assert len(made.history("a")) == 1
        assert made.ids("modified:2025-02-11") == ["a"]
