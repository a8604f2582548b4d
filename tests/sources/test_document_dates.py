"""The dates of documents: read as what they say, or noted and left out, never guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from search.article import Article, Precision
from search.sources import Accepted, Note, ReadOptions, Rejected
from tests.conftest import day
from tests.sources.test_bad_documents import read

BERLIN = ZoneInfo("Europe/Berlin")

DATES: dict[str, tuple[object, datetime | None]] = {
    "no date": ("not a date", None),
    "a month 13": ("2024-13-45", None),
    "a leap day in a common year": ("2023-02-29", None),
    "an aware time": ("2024-05-01T10:00:00+03:00", day("2024-05-01T07:00")),
    "a naive time, in the zone": ("2024-05-01T10:00:00", day("2024-05-01T08:00")),
    "a zone of RFC 822": ("Wed, 01 May 2024 10:00:00 EST", day("2024-05-01T15:00")),
    "a time in the gap of summer time": ("2025-03-30T02:30", day("2025-03-30T01:30")),
    "a time in the fold of winter time": ("2025-10-26T02:30", day("2025-10-26T00:30")),
    "a leap second": ("2016-12-31T23:59:60Z", day("2016-12-31T23:59:59")),
    "a time of the year 1899": ("1899-06-01T00:00Z", day("1899-06-01")),
    "seconds since 1970": ("1700000000", day("2023-11-14T22:13:20")),
    "milliseconds since 1970": ("1700000000000", day("2023-11-14T22:13:20")),
    "microseconds since 1970": ("1700000000000000", day("2023-11-14T22:13:20")),
    "seconds before 1970": (-1_000_000_000, day("1938-04-24T22:13:20")),
    "half a second since 1970": (1_700_000_000.5, datetime(2023, 11, 14, 22, 13, 20, 500_000, UTC)),
    "a year of two digits": ("Mon, 01 Jan 24 10:00:00 GMT", day("2024-01-01T10:00")),
    "a week": ("2024-W05-3T00:00Z", day("2024-01-31")),
    "a day of the year": ("2024-032T00:00Z", day("2024-02-01")),
    "midnight at the end of a day": ("2024-01-01T24:00:00Z", day("2024-01-02")),
    "a day that can only be one": ("13/02/2024 00:30", day("2024-02-12T23:30")),
    "a time to come": ("2099-01-01T00:00Z", day("2099-01-01")),
    "a truth value": (True, None),
    "a list": ([2024], None),
}


@pytest.mark.parametrize(("written", "expected"), DATES.values(), ids=DATES)
def test_the_date_of_a_document(tmp_path: Path, written: object, expected: datetime | None) -> None:
    content = json.dumps({"title": "Tide", "date": written})
    (item,) = read(tmp_path, "a.jsonl", content, ReadOptions(zone=BERLIN))
    assert isinstance(item, Accepted)
    assert item.article.published == expected
    assert [note.code for note in item.notes] == ([] if expected else ["unreadable-date"])


UNREADABLE = [
    *("not a date", "2024-13-45", "2023-02-29", "2024-05-01T10:00+25:00", "Wed, 01 May 2024 10:00:00 IST"),
    *("0001-01-01", "9999-01-01", "10000-01-01", "1e400", "1700000000000000000000", "01/02/2024"),
]


@pytest.mark.parametrize("written", UNREADABLE)
def test_a_date_that_cannot_be_read_rejects_the_document_where_reading_is_strict(
    tmp_path: Path, written: str
) -> None:
    (item,) = read(tmp_path, "a.csv", f'title,date\nTide,"{written}"\n', ReadOptions(strict=True))
    assert isinstance(item, Rejected)
    assert item.code == "unreadable-date"


def test_an_ambiguous_date_is_refused_with_both_readings(tmp_path: Path) -> None:
    (item,) = read(tmp_path, "a.csv", "title,date\nTide,01/02/2024\n")
    assert isinstance(item, Accepted)
    (note,) = item.notes
    assert note == Note("unreadable-date", note.detail)
    assert "2024-01-02" in note.detail
    assert "2024-02-01" in note.detail


PRECISE: dict[str, tuple[object, datetime, Precision]] = {
    "an instant": ("2024-05-01T00:00Z", day("2024-05-01"), "instant"),
    "midnight as it is written": ("2024-05-01 00:00:00", day("2024-04-30T22:00"), "instant"),
    "a day": ("2024-05-01", day("2024-05-01"), "day"),
    "a day in words": ("May 1, 2024", day("2024-05-01"), "day"),
    "a day as a number": (20240501, day("2024-05-01"), "day"),
    "a month": ("1850-03", day("1850-03-01"), "month"),
    "a month in words": ("March 1850", day("1850-03-01"), "month"),
    "a year": ("1899", day("1899-01-01"), "year"),
    "a year as a number": (1899, day("1899-01-01"), "year"),
}


@pytest.mark.parametrize(("written", "expected", "precision"), PRECISE.values(), ids=PRECISE)
def test_a_date_is_known_as_exactly_as_it_is_written_in_every_zone(
    tmp_path: Path, written: object, expected: datetime, precision: Precision
) -> None:
    content = json.dumps({"title": "Tide", "date": written})
    for zone in (BERLIN, ZoneInfo("America/New_York")) if precision != "instant" else (BERLIN,):
        (item,) = read(tmp_path, "a.jsonl", content, ReadOptions(zone=zone))
        assert isinstance(item, Accepted)
        assert (item.article.published, item.article.precision) == (expected, precision)
        assert Article.restored(item.article.as_record()) == item.article


A_DAY_IN = {
    "a.txt": "Tide\n2025-03-02\nHigh.\n",
    "a.csv": "title,date\nTide,2025-03-02\n",
    "a.md": "---\ntitle: Tide\ndate: 2025-03-02\n---\nHigh.\n",
    "b.md": "+++\ntitle = 'Tide'\ndate = 2025-03-02\n+++\nHigh.\n",
    "a.rss": "<rss><item><title>Tide</title><pubDate>Sun, 2 Mar 2025</pubDate></item></rss>",
    "a.json": '{"version":"https://jsonfeed.org/version/1","items":[{"title":"T","date_published":"2025-03-02"}]}',
    "a.xml": '<nitf><head><docdata><date.issue norm="20250302"/></docdata></head><body><body.content><p>High.'
    "</p></body.content></body></nitf>",
    "b.json": '{"uri":"n","headline":"Tide","versioncreated":"2025-03-02"}',
    "a.eml": "From: a@b.example\nSubject: Tide\nDate: Sun, 2 Mar 2025\n\nHigh.\n",
}


@pytest.mark.parametrize("name", A_DAY_IN)
def test_a_day_is_a_day_in_every_format(tmp_path: Path, name: str) -> None:
    (item,) = read(tmp_path, name, A_DAY_IN[name], ReadOptions(zone=BERLIN))
    assert isinstance(item, Accepted)
    assert (item.article.published, item.article.precision) == (day("2025-03-02"), "day")


A_GUESS_IN = {name: content.replace("2025-03-02", "in the 1950s") for name, content in A_DAY_IN.items()} | {
    "a.rss": A_DAY_IN["a.rss"].replace("Sun, 2 Mar 2025", "in the 1950s"),
    "a.xml": A_DAY_IN["a.xml"].replace("20250302", "in the 1950s"),
    "a.eml": A_DAY_IN["a.eml"].replace("Sun, 2 Mar 2025", "in the 1950s"),
    "b.md": A_DAY_IN["b.md"].replace("2025-03-02", "'in the 1950s'"),
}
del A_GUESS_IN["a.txt"]  # there it is a line of text


@pytest.mark.parametrize("name", A_GUESS_IN)
def test_what_is_no_date_is_kept_as_it_is_written_and_noted(tmp_path: Path, name: str) -> None:
    (item,) = read(tmp_path, name, A_GUESS_IN[name])
    assert isinstance(item, Accepted)
    assert item.article.published is None
    assert item.article.extra["date_as_written"] == ("in the 1950s",)
    assert [note.code for note in item.notes] == ["unreadable-date"]
    (item,) = read(tmp_path, name, A_GUESS_IN[name], ReadOptions(strict=True))
    assert isinstance(item, Rejected)
    assert item.code == "unreadable-date"


@pytest.mark.parametrize("name", A_GUESS_IN)
def test_about_a_year_was_undated(tmp_path: Path, name: str) -> None:
    content = A_GUESS_IN[name].replace("in the 1950s", "c. 1950")
    (item,) = read(tmp_path, name, content, ReadOptions(strict=True))
    assert isinstance(item, Accepted)
    assert (item.article.published, item.article.precision) == (day("1950-01-01"), "year")
    assert item.notes == (Note("approximate-date", "'c. 1950' was read as the year"),)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.md"])
def test_a_file_read_again_with_an_order_makes_no_second_articles(tmp_path: Path, name: str) -> None:
    content = {
        "a.csv": "title,date,modified\nTide,3/4/2024,3/5/2024 10:00\n",
        "a.jsonl": '{"title": "Tide", "date": "3/4/2024", "crawled": "3/4/2024 10:00"}\n',
        "a.md": "---\ntitle: Tide\ndate: 3/4/2024\n---\nHigh.\n",
    }[name]
    found = []
    for order in (None, "day-first", "month-first"):
        (item,) = read(tmp_path, name, content, ReadOptions(order=order))
        assert isinstance(item, Accepted)
        found.append(item.article)
    assert [each.published for each in found] == [None, day("2024-04-03"), day("2024-03-04")]
    assert len({each.id for each in found}) == 1


@pytest.mark.parametrize(
    ("changed", "modified", "kept", "codes"),
    [
        ("2024-05-02T10:00Z", day("2024-05-02T10:00"), None, []),
        ("2024-05-01T10:00Z", None, None, []),
        ("2024-04-01T10:00Z", day("2024-04-01T10:00"), None, ["modified-before-published"]),
        ("2024-05-02", None, ("2024-05-02",), ["no-time-of-day"]),
        ("soon", None, ("soon",), ["unreadable-date"]),
    ],
)
def test_a_time_of_change(
    tmp_path: Path, changed: str, modified: datetime | None, kept: tuple[str] | None, codes: list[str]
) -> None:
    content = json.dumps({"title": "Tide", "date": "2024-05-01T10:00Z", "date_modified": changed})
    (item,) = read(tmp_path, "a.jsonl", content)
    assert isinstance(item, Accepted)
    assert (item.article.modified, item.article.extra.get("modified_as_written")) == (modified, kept)
    assert [note.code for note in item.notes] == codes


def test_a_change_on_the_day_of_publication_is_not_before_it_in_any_zone(tmp_path: Path) -> None:
    content = json.dumps({"title": "Tide", "date": "2024-05-01", "modified": "2024-05-01T00:30+14:00"})
    (item,) = read(tmp_path, "a.jsonl", content)
    assert isinstance(item, Accepted)
    assert item.notes == ()
