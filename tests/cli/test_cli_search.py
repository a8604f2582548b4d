"""The commands that read: what they print, where, in which format, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.article import Article
from search.query import open_archive
from tests.cli.conftest import Run
from tests.conftest import ARTICLES

pytestmark = pytest.mark.usefixtures("home")

READERS = ["search", "count", "timeline", "facets", "show", "stats"]


def ids(run: Run, *arguments: str) -> list[str]:
    """The ids that a search prints."""
    return run("search", "--format", "ids", *arguments)[1].split()


# --- search -----------------------------------------------------------------------------------------


def test_search_prints_hits_as_text(run: Run) -> None:
    code, out, err = run("search", "strike")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "2 articles  strike",
        "",
        "1. Harbour *strike* begins in Port Alder",
        "   2025-02-10 08:20 UTC · Herald · Ana Ruiz, Bo Lund · a1",
        "   1,340 dockers on *strike*",
        "   https://news.herald.example/strike?id=1",
        "",
        "2. Bank of Marenne cuts its rate",
        "   2025-03-08 12:00 UTC · herald · Bo Lund · a2",
        "   *Striking* dockers were not mentioned.",
    ]


def test_search_prints_json_of_a_stable_schema(run: Run) -> None:
    code, out, err = run("search", "strike", "--limit", "1", "--facet", "places", "--format", "json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    names = "total read_as warnings expanded_with did_you_mean parts first next hits facets"
    assert list(found) == names.split()
    assert (found["total"], found["read_as"], found["warnings"]) == (2, "strike", [])
    assert isinstance(found["next"], str)
    (hit,) = found["hits"]
    assert hit.pop("score") > 0
    assert datetime.fromisoformat(hit.pop("seen")).tzinfo == UTC
    snippet = {"text": "1,340 dockers on strike", "marks": [[17, 23]]}
    record = {
        k: v for k, v in ARTICLES[0].as_record().items() if k not in ("body", "highlights", "description")
    }
    assert hit == {**record, "title_marks": [[8, 14]], "snippet": snippet}
    values = [{"value": v, "count": n, "query": f"places:{v}"} for v, n in (("port-alder", 2), ("vesk", 1))]
    assert found["facets"] == {"places": {"values": values, "distinct": 2, "missing": 0, "imprecise": 0}}


def test_search_prints_the_same_hits_as_json_lines_csv_and_ids(run: Run) -> None:
    whole = json.loads(run("search", "strike", "-f", "json")[1])["hits"]
    assert [json.loads(line) for line in run("search", "strike", "-f", "jsonl")[1].splitlines()] == whole
    header, *rows = csv.reader(io.StringIO(run("search", "strike", "-f", "csv")[1]))
    assert header == "id published score title source authors keywords url snippet".split()
    assert [row[0] for row in rows] == [hit["id"] for hit in whole] == ids(run, "strike") == ["a1", "a2"]
    assert rows[0][8] == "1,340 dockers on strike"


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv", "ids"])
def test_search_that_finds_nothing_exits_with_1(run: Run, form: str) -> None:
    code, out, err = run("search", "zeppelin", "--format", form)
    assert code == 1
    match form:
        case "json":
            assert json.loads(out)["total"] == 0
        case "csv":
            assert out.count("\n") == 1
        case _:
            assert out == ""
    assert ("nothing found; the query was read as: zeppelin" in err) == (form == "text")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), {"a1", "a2", "a3", "a4"}),
        (("bank", "strike"), {"a1", "a2"}),
        (("bank strike",), {"a1", "a2"}),
        (("--any", "storm", "bank"), {"a1", "a2", "a3"}),
        (("--", "-strike"), {"a3", "a4"}),
        (("--since", "2025-03"), {"a2", "a3"}),
        (("--until", "2025-03-08"), {"a1", "a2"}),
        (("--since", "2025-03-08", "--until", "2025-03-08"), {"a2"}),
        (("--since", "2025-04", "--tz", "Europe/Berlin"), {"a3"}),
        (("--since", "2025-04", "--tz", "UTC"), set()),
        (('title:"port alder" OR places:vesk',), {"a1", "a2"}),
    ],
)
def test_search_selects(run: Run, arguments: tuple[str, ...], expected: set[str]) -> None:
    assert set(ids(run, *arguments)) == expected


@pytest.mark.parametrize(
    ("sort", "expected"), [("newest", ["a3", "a2", "a1", "a4"]), ("oldest", ["a1", "a2", "a3", "a4"])]
)
def test_search_sorts(run: Run, sort: str, expected: list[str]) -> None:
    assert ids(run, "--sort", sort) == expected


def test_search_puts_the_best_match_first(run: Run) -> None:
    assert ids(run, "strike", "--sort", "relevance") == ids(run, "strike") == ["a1", "a2"]


def test_the_limit_is_an_option_or_a_setting(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "settings.toml").write_text("limit = 3\n")
    monkeypatch.setenv("NEWS_CONFIG", str(home / "settings.toml"))
    assert len(ids(run)) == 3
    assert len(ids(run, "--limit", "1")) == 1
    assert run("search", "-n", "0")[:2] == (0, "4 articles  *\n")


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("step", [1, 3])
def test_pages_follow_each_other_without_gap_or_repeat(
    run: Run, tmp_path: Path, sort: str, step: int
) -> None:
    where = str(tmp_path / "many")
    with open_archive(where, create=True) as opened:
        opened.add(
            Article(id=f"p{n}", title="Tide " * (1 + n % 3), published=ARTICLES[n % 4].published)
            for n in range(8)
        )
    asked = ["tide", "--sort", sort, "--archive", where]
    whole = ids(run, *asked)
    seen: list[str] = []
    after: list[str] = []
    while True:
        page = json.loads(
            run("search", "tide", "--sort", sort, "-n", str(step), "-f", "json", "-a", where, *after)[1]
        )
        assert page["total"] == 8
        seen += [hit["id"] for hit in page["hits"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert seen == whole
    assert len(set(seen)) == 8


def test_the_text_of_a_page_says_how_to_go_on(run: Run) -> None:
    last = run("search", "strike", "--limit", "1")[1].splitlines()[-1]
    command = "next page: news search strike --limit 1 --page 2"
    assert last == command
    assert ids(run, "strike", "--limit", "1", "--page", "2") == ["a2"]


def test_a_word_that_was_left_out_is_a_note_on_standard_error(run: Run) -> None:
    code, out, err = run("search", "the", "strike", "--format", "ids")
    assert (code, out) == (0, "a1\na2\n")
    assert err.startswith("news: “the” is a very common word")


def test_colour_is_an_option(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in run("search", "strike", "--color", "always")[1]
    assert "\x1b[" not in run("search", "strike", "--color", "never")[1]


# --- count, timeline, facets ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((), "4"), (("strike",), "2"), (("--any", "storm", "bank"), "3"), (("*", "--since", "2025-03"), "2")],
)
def test_count_prints_one_number(run: Run, arguments: tuple[str, ...], expected: str) -> None:
    assert run("count", *arguments) == (0, f"{expected}\n", "")


def test_count_of_nothing_is_0_and_exits_with_1(run: Run) -> None:
    assert run("count", "zeppelin") == (1, "0\n", "")


def test_a_timeline_in_a_pipe_is_csv(run: Run) -> None:
    expected = "month,start,count\n2025-02,2025-02-01T00:00:00Z,1\n2025-03,2025-03-01T00:00:00Z,2\n"
    assert run("timeline") == (0, expected, "news: 1 without a date\n")
    assert run("timeline", "--format", "csv", "--by", "month")[1] == expected


def test_a_timeline_as_text_has_bars(run: Run) -> None:
    lines = run("timeline", "-f", "text", "--by", "week", "strike")[1].splitlines()
    counts = {"2025-W07": "1", "2025-W08": "no", "2025-W09": "no", "2025-W10": "1"}
    assert dict(line.split()[:2] for line in lines) == counts
    assert "█" in lines[0]


def test_a_timeline_as_json_is_in_the_zone(run: Run) -> None:
    out = run("timeline", "-f", "json", "--by", "year", "--tz", "Asia/Tokyo", "storm OR undated")[1]
    query = "date:2025-01-01+09:00..2025-12-31+09:00"
    assert json.loads(out) == {
        "interval": "year",
        "undated": 1,
        "imprecise": 0,
        "bins": [{"name": "2025", "start": "2024-12-31T15:00:00Z", "count": 1, "query": query}],
    }


@pytest.mark.parametrize(
    ("by", "first"), [("year", "2025"), ("month", "2025-02"), ("week", "2025-W07"), ("day", "2025-02-10")]
)
def test_a_timeline_is_by_any_interval(run: Run, by: str, first: str) -> None:
    rows = list(csv.reader(io.StringIO(run("timeline", "--by", by)[1])))
    assert rows[0] == [by, "start", "count"]
    assert rows[1][0] == first
    assert sum(int(row[2]) for row in rows[1:]) == 3


def test_facets_are_of_keywords_sources_and_authors(run: Run) -> None:
    code, out, _ = run("facets", "--format", "csv")
    assert code == 0
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["field", "value", "count", "query"]
    assert ["source", "Herald", "3", "source:Herald"] in rows
    assert ["keyword", "crude oil", "1", 'keyword:"crude oil"'] in rows
    assert ["author", "Bo Lund", "2", 'author:"Bo Lund"'] in rows
    assert {row[0] for row in rows[1:]} == {"keyword", "source", "author"}


def test_facets_are_by_what_is_asked_for(run: Run) -> None:
    read = json.loads(run("facets", "--by", "author:1", "--by", "date:month", "-f", "json")[1])
    assert list(read) == ["author", "date:month"]
    assert [(value["value"], value["count"]) for value in read["author"]["values"]] == [("Bo Lund", 2)]
    assert (read["author"]["distinct"], read["author"]["missing"]) == (2, 2)
    assert [value["count"] for value in read["date:month"]["values"]] == [1, 2]


def test_facets_as_text_have_bars_and_narrowing_terms(run: Run) -> None:
    lines = run("facets", "strike", "--by", "places")[1].strip().splitlines()
    assert lines[0] == "places  2 values"
    assert lines[1].split()[:2] == ["port-alder", "2"]
    assert lines[1].endswith("places:port-alder")


@pytest.mark.parametrize("command", ["timeline", "facets"])
def test_counting_nothing_exits_with_1(run: Run, command: str) -> None:
    assert run(command, "zeppelin", "--format", "csv")[0] == 1


# --- show, stats ------------------------------------------------------------------------------------


def test_show_prints_whole_articles_as_text(run: Run) -> None:
    code, out, err = run("show", "a4", "a1")
    assert (code, err) == (0, "")
    first, second = out.split("\n\nHarbour strike")
    first, seen = re.subn(r"\nseen       [\d-]{10} \d\d:\d\d UTC", "", first)
    assert seen == 1
    assert first == (
        "Undated notes\npublished  undated\nsource     Herald\nid         a4\n\n"
        "Nothing is known of when this was written."
    )
    assert second.endswith("\n\nMr. Achterhof called it absurd.\n")


def test_show_prints_articles_as_json_lines(run: Run) -> None:
    code, out, _ = run("show", "a2", "a1", "--format", "json")
    read = [Article.restored(json.loads(line)) for line in out.splitlines()]
    assert code == 0
    assert read == [ARTICLES[1], ARTICLES[0]]


def test_show_names_an_id_that_is_not_there_and_shows_the_others(run: Run) -> None:
    code, out, err = run("show", "gone", "a4", "-f", "json")
    assert (code, json.loads(err)["error"]["message"]) == (1, "no article has the id gone")
    assert json.loads(out)["id"] == "a4"


def test_show_finds_an_article_by_its_address(run: Run) -> None:
    code, out, err = run("show", ARTICLES[0].url, "-f", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["id"] == "a1"
    code, out, err = run("show", "https://news.herald.example/gone")
    assert (code, out, err) == (1, "", "news: no article has the id https://news.herald.example/gone\n")


def test_stats_describe_the_archive(run: Run) -> None:
    read = json.loads(run("stats", "--format", "json")[1])
    assert (
        list(read)
        == (
            "location articles undated first last words language extra_fields segments store_size "
            "index_size revision indexed_revision analyzer kernels length_drift"
        ).split()
    )
    assert (read["articles"], read["undated"], read["language"]) == (4, 1, "english")
    assert (read["first"], read["last"]) == ("2025-02-10T08:20:00Z", "2025-03-31T23:30:00Z")
    assert read["extra_fields"] == ["desk", "places"]
    code, out, err = run("stats")
    assert (code, err) == (0, "")
    assert "2025-02-10 to 2025-03-31 (UTC)" in out
    assert "searchable" in out


# --- what goes wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code", "reason", "pointer"),
    [
        ("nofield:x", 2, "there is no field “nofield”", ("  nofield:x", "  ^^^^^^^")),
        ("bank (strike", 2, "never closed", ("  bank (strike", "       ^")),
        ("bank) strike", 2, "never opened", ("  bank) strike", "      ^")),
        ('bank "strike', 2, "never closed", ('  bank "strike', "       ^")),
        ("date:2024-13", 2, "no day or time 2024-13", ("  date:2024-13", "       ^^^^^^^")),
        ("date:03/04/2024", 2, "2024-03-04 or 2024-04-03", ("  date:03/04/2024", "       ^^^^^^^^^^")),
        ("strike~9", 2, "1 or 2 edits", ("  strike~9", "        ^^")),
        ("strike^0", 2, "a boost is a number", ("  strike^0", "        ^^")),
        ("", 2, "the query is empty; write * for every article", ()),
        ("a*", 7, "at least 2 letters", ()),
        ("(" * 100 + "a" + ")" * 100, 7, "nested more than 64", ()),
        (" ".join(f"w{n}" for n in range(600)), 7, "more than 512 words", ()),
    ],
)
@pytest.mark.parametrize("command", ["search", "count"])
def test_a_query_that_cannot_be_read_is_pointed_at(
    run: Run, command: str, query: str, code: int, reason: str, pointer: tuple[str, ...]
) -> None:
    ended, out, err = run(command, query)
    assert (ended, out) == (code, "")
    message, *lines = err.splitlines()
    assert message.startswith("news: ")
    assert reason in message
    hint = ("news: how queries are written: news help query",) if code == 2 else ()
    assert tuple(lines) == pointer + hint


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("--since", "2025-03", "--until", "2025-01"), 2, "the range ends before it starts"),
        (("--since", "2024-02-30"), 2, "since: there is no day"),
        (("--until", "soonish"), 2, "until: 'soonish' is not a date"),
        (("--tz", "Mars/Base"), 2, "there is no time zone 'Mars/Base'"),
        (("--limit", "-1"), 2, "must not be negative"),
        (("--limit", "10001"), 7, "at most 10,000 hits"),
        (("--limit", "ten"), 2, "not a valid integer"),
        (("--after", "nonsense"), 2, "not a cursor"),
        (("--facet", "mood"), 2, "'mood' cannot be counted by; fields that can are keyword, author"),
        (("--facet", "keyword:0"), 2, "a facet has 1 to 10,000 values"),
        (("--facet", "date"), 2, "date:year, date:quarter"),
        (("--sort", "title"), 2, "'relevance', 'newest', 'oldest'"),
        (("--format", "xml"), 2, "'text', 'json', 'jsonl', 'csv', 'tsv', 'ids'"),
        (("--colour",), 2, "--color"),
    ],
)  # fmt: skip
def test_an_option_that_means_nothing_is_refused(
    run: Run, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    ended, out, err = run("search", "strike", *arguments)
    assert (ended, out) == (code, "")
    assert reason in err


def test_a_cursor_belongs_to_its_sort(run: Run) -> None:
    cursor = json.loads(run("search", "strike", "-n", "1", "--sort", "newest", "-f", "json")[1])["next"]
    code, _, err = run("search", "strike", "--after", cursor)
    assert code == 2
    assert "sorted by newest, not relevance" in err


@pytest.mark.parametrize("command", READERS)
def test_a_read_never_makes_an_archive(run: Run, tmp_path: Path, command: str) -> None:
    code, out, err = (
        run(command, "x", "-a", str(tmp_path / "no"))
        if command != "stats"
        else run(command, "-a", str(tmp_path / "no"))
    )
    assert (code, out) == (2, "")
    assert f"no archive at {tmp_path / 'no'}; make one with: news index PATH" in err
    inside, archive = tmp_path / "archive" / "index", tmp_path / "archive"
    assert f"no archive at {inside}, but there is one at {archive}" in run("count", "-a", str(inside))[2]
    assert not (tmp_path / "no").exists()
