"""The three dates of an article on the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from search.article import Article
from search.query import open_archive
from tests.cli.conftest import Run

LINES = [
    {"id": "a", "title": "Storm one", "source": "Herald", "date": "2025-02-10",
     "crawled": "2025-02-11T08:00:00Z"},
    {"id": "b", "title": "Storm two", "source": "Post", "date": "2024-05-01",
     "date_download": "2025-02-11T09:00:00Z"},
    {"id": "c", "title": "Storm three", "date": "2025-02-12T10:00:00Z", "updated": "2025-02-13T10:00:00Z",
     "crawled": "2025-02-14T09:00:00Z"},
]  # fmt: skip


@pytest.fixture
def storms(run: Run, home: Path) -> Run:
    (home / "storms.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    assert run("index", "storms.jsonl", "-a", "storms")[0] == 0

    def asked(*words: str) -> tuple[int, str, str]:
        return run(*words, "-a", "storms")

    return asked


def ids(run: Run, *words: str) -> list[str]:
    return run("search", *words, "-f", "ids")[1].split()


def test_articles_are_found_and_sorted_by_each_date(storms: Run) -> None:
    assert ids(storms, "storm", "seen:2025-02-11", "--sort", "seen") == ["b", "a"]
    assert ids(storms, "storm", "--sort", "seen") == ["c", "b", "a"]
    assert ids(storms, "storm", "--sort", "modified") == ["c", "a", "b"]
    assert ids(storms, "modified:2025-02-13") == ["c"]
    assert ids(storms, "seen:2025-02-11", "date:..2024") == ["b"]


def test_counts_by_each_date_say_texts_and_sources_where_they_are_asked_for(storms: Run) -> None:
    table = storms("facets", "storm", "--by", "seen:day", "--texts", "-f", "csv")[1]
    assert [list(row.values())[:5] for row in csv.DictReader(io.StringIO(table))] == [
        ["seen:day", "2025-02-11", "2", "2", "2"],
        ["seen:day", "2025-02-14", "1", "1", "0"],
    ]
    rows = csv.DictReader(io.StringIO(storms("timeline", "storm", "--by", "seen:week", "--texts")[1]))
    assert list(rows) == [
        {"week": "2025-W07", "start": "2025-02-10T00:00:00Z", "count": "3", "texts": "3", "sources": "2"}
    ]
    assert "2 texts, 2 sources" in storms("timeline", "storm", "--by", "seen:day", "--texts", "-f", "text")[1]
    assert "2 texts, 2 sources" in storms("facets", "storm", "--by", "seen:day", "--texts")[1]
    assert "texts" not in storms("facets", "storm", "--by", "seen:day")[1]


def test_a_timeline_by_weekday_has_seven_rows(storms: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(storms("timeline", "storm", "--by", "weekday", "--tz", "UTC")[1])))
    assert [(row["weekday"], row["start"], row["count"]) for row in rows] == [
        ("Monday", "", "1"), ("Tuesday", "", "0"), ("Wednesday", "", "2"), ("Thursday", "", "0"),
        ("Friday", "", "0"), ("Saturday", "", "0"), ("Sunday", "", "0"),
    ]  # fmt: skip
    found = json.loads(storms("timeline", "storm", "--by", "seen:weekday", "-f", "json")[1])
    assert (found["date"], found["interval"], found["bins"][1]["count"]) == ("seen", "weekday", 2)
    assert found["bins"][1]["start"] is None
    assert storms("timeline", "storm", "--by", "weekday", "-f", "svg")[1].count("<title>") >= 1


def test_an_unknown_interval_is_a_usage_error(storms: Run) -> None:
    code, _, err = storms("timeline", "storm", "--by", "fortnight")
    assert code == 2
    assert "intervals are year, quarter, month, week, day, hour, weekday" in err


def test_a_dump_begins_anew_or_tells_when_the_articles_were_seen(run: Run, storms: Run, home: Path) -> None:
    dumped = [json.loads(line)["crawled"] for line in storms("dump")[1].splitlines()]
    assert dumped == ["2025-02-11T08:00:00Z", "2025-02-11T09:00:00Z", "2025-02-14T09:00:00Z"]
    with open_archive("archive") as archive:
        then = archive.first_seen(archive.ids("*"))
    assert run("dump", "--seen", "-o", "all.jsonl")[0] == run("index", "all.jsonl", "-a", "again")[0] == 0
    assert run("dump", "-o", "plain.jsonl")[0] == run("index", "plain.jsonl", "-a", "anew")[0] == 0
    with open_archive("again") as again, open_archive("anew") as anew:
        assert again.first_seen(again.ids("*")) == then
        assert all(seen > max(then.values()) for seen in anew.first_seen(anew.ids("*")).values())
    assert run("dump", "-a", "again")[1] == (home / "all.jsonl").read_text()
    assert run("dump", "--versions", "--seen")[0] == 2


def test_extra_fields_of_an_older_archive_that_now_are_dates_stay(run: Run, home: Path) -> None:
    stored = {"id": "a", "title": "Storm", "extra": {"seen": ["twice", "thrice"], "desk": ["north"]}}
    with open_archive("older", create=True) as older:
        assert older.add([Article.restored(stored)]).unindexed == ("seen",)
        assert older.ids("desk:north seen:today") == ["a"]
        assert older.state().extra_fields == ("desk",)
        older.delete(["a"])
        assert older.at(as_of=1).state().extra_fields == ("desk",)
    crawled = {
        "id": "b", "title": "Storm", "crawled": "2025-02-11T08:00:00Z", "extra": {"crawled": ["by hand"]},
    }  # fmt: skip
    (home / "old.jsonl").write_text(json.dumps(crawled))
    assert run("index", "old.jsonl", "-a", "older")[0] == 0
    with open_archive("older") as older:
        assert older.ids('seen:2025-02-11 x_crawled:"by hand"') == ["b"]


def test_show_and_export_tell_when_an_article_was_seen(storms: Run) -> None:
    assert "\nseen       2025-02-11 08:00 UTC\n" in storms("show", "a", "--tz", "UTC")[1]
    table = storms("export", "-c", "id,seen,modified", "--tz", "UTC")[1]
    assert table.splitlines() == [
        "id,seen,modified",
        "b,2025-02-11T09:00:00Z,",
        "a,2025-02-11T08:00:00Z,",
        "c,2025-02-14T09:00:00Z,2025-02-13T10:00:00Z",
    ]
    assert "Y2  - 2025/02/11" in storms("show", "a", "-f", "ris")[1]
    assert "Y2  - 2025/02/11" in storms("export", "id:a", "-f", "ris")[1]
