"""Results as people and programs get them: layout, stable schemas, and nothing unsafe let through."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from search.article import Article, Precision
from search.dates import Interval
from search.engine import Bin, Facet, Facets, FacetValue, Hit, Results, Stats, Timeline
from search.present import schema, table, terminal
from search.present.safe import printable, when
from search.present.study import print_kwic
from search.query import Kwic, KwicLine
from search.snippets import Snippet
from tests.conftest import ARTICLES, day

HOSTILE = "\x1b[31mred\x07 \u202eback\u202c \x9b2Jgone"
HIT = Hit(ARTICLES[0], 1.23456789, Snippet("A strike, a long strike.", ((2, 8), (17, 23))), ((8, 14),))
BARE = Hit(Article(id="bare", body="Old."), 0.5)
KEYWORDS = Facet(
    "keyword",
    (FacetValue("strike", 8, "keyword:strike"), FacetValue("crude oil", 1, 'keyword:"crude oil"')),
    distinct=5,
    missing=2,
)
MONTHS = Timeline(
    "month",
    (
        Bin("2025-02", day("2025-02-01"), 1_200, "date:2025-02-01Z..2025-02-28Z"),
        Bin("2025-03", day("2025-03-01"), 0, "date:2025-03-01Z..2025-03-31Z"),
        Bin("2025-04", day("2025-04-01"), 600, "date:2025-04-01Z..2025-04-30Z"),
    ),
    undated=3,
    imprecise=12,
)
PAGE = Results(12_345, (HIT, BARE), Facets((KEYWORDS,)), "next-page", "strike", ("odd",))
STATS = Stats(
    "papers", 1_234, 5, day("2025-01-01"), day("2025-03-01T12:30"), 99_999, "english",
    ("desk", "places"), 2, 3_000_000, 1_500_000, 7, 7, "1/english/x", "native",
)  # fmt: skip


def shown(draw: Callable[[Console], None], color: str = "never") -> str:
    """What `draw` prints on a console that is no terminal."""
    out = io.StringIO()
    draw(terminal.open_console(out, color))
    return out.getvalue()


def results_text(results: Results, color: str = "never") -> str:
    return shown(lambda console: terminal.print_results(console, results, UTC, results.next), color)


# --- for people -------------------------------------------------------------------------------------


def test_a_page_shows_count_query_hits_facets_and_the_way_on() -> None:
    lines = results_text(PAGE).splitlines()
    assert lines[:10] == [
        "12,345 articles  strike",
        "",
        "1. Harbour *strike* begins in Port Alder",
        "   2025-02-10 08:20 UTC · Herald · Ana Ruiz, Bo Lund · a1",
        "   A *strike*, a long *strike*.",
        "   https://news.herald.example/strike?id=1",
        "",
        "2. (no title)",
        "   undated · bare",
        "",
    ]
    assert lines[10] == "keyword  2 of 5 shown, 2 without"
    assert lines[-1] == "next page: next-page"


def test_one_article_is_not_called_articles() -> None:
    assert results_text(Results(1, (HIT,), read_as="x")).startswith("1 article  x\n")


def test_the_last_page_has_no_way_on() -> None:
    assert "next page" not in results_text(Results(1, (HIT,)))


def test_times_are_shown_in_the_zone_asked_for() -> None:
    text = shown(lambda console: terminal.print_results(console, PAGE, ZoneInfo("Asia/Tokyo")))
    assert "2025-02-10 17:20 +09:00" in text


def test_bars_are_in_proportion_and_the_smallest_can_be_seen() -> None:
    values = tuple(FacetValue(name, count, "") for name, count in (("a", 1_000), ("b", 500), ("c", 1)))
    text = shown(lambda console: terminal.print_facets(console, [Facet("keyword", values, 3, 0)]))
    title, whole, half, least = text.strip().splitlines()
    assert title == "keyword  3 values"
    assert whole.count("█") == 2 * half.count("█") > 0
    assert whole.split()[:2] == ["a", "1,000"]
    assert least.split()[:2] == ["c", "1"]
    assert len(least.split()) == 3


@pytest.mark.parametrize("width", [44, 80, 100])
def test_facets_and_contexts_fit_a_narrow_terminal(width: int) -> None:
    values = [("2024-11", 1_234), ("crude oil and gas", 20)]
    named = tuple(FacetValue(name, count, f"keyword:{name:.7}..2024") for name, count in values)
    contexts = [
        KwicLine(identity, None, "instant", "", "body", left, "strike", right)
        for identity, left, right in (("c" * 21, "a word " * 6, " and one" * 5), ("a1", "", ""))
    ]
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    terminal.print_facets(console, [Facet("keyword", named, 2, 0)])
    print_kwic(console, Kwic(2, 2, tuple(contexts)), 40, fits=True)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert sum("keyword:" in line for line in lines) == 2
    assert len({line.index("strike") for line in lines if "strike" in line}) == 1
    assert sum("c" * 21 in line for line in lines) == 1


def test_a_facet_shows_the_term_that_narrows_to_a_value() -> None:
    text = shown(lambda console: terminal.print_facets(console, [KEYWORDS]))
    assert text.splitlines()[-2].endswith("  keyword:strike")
    assert text.splitlines()[-1].endswith('  keyword:"crude oil"')


def test_a_timeline_shows_empty_intervals_and_the_undated() -> None:
    lines = shown(lambda console: terminal.print_timeline(console, MONTHS)).splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [
        ["2025-02", "1,200"],
        ["2025-03", "0"],
        ["2025-04", "600"],
    ]
    assert lines[0].count("█") == 2 * lines[2].count("█") > 0
    assert "█" not in lines[1]
    assert lines[3] == "3 without a date, 12 known only to the year"


def test_an_article_is_shown_whole() -> None:
    text = shown(lambda console: terminal.print_article(console, ARTICLES[0], UTC))
    assert text == (
        "Harbour strike begins in Port Alder\n"
        "published  2025-02-10 08:20 UTC\n"
        "source     Herald\n"
        "authors    Ana Ruiz, Bo Lund\n"
        "keywords   strike, Harbour\n"
        "language   en\n"
        "url        https://news.herald.example/strike?id=1\n"
        "desk       labour\n"
        "places     port-alder\n"
        "id         a1\n"
        "\nDockers walked out at dawn.\n"
        "\n- 1,340 dockers on strike\n- Talks on Thursday\n"
        "\nThe strike began at six. The Bank of Marenne watched closely.\n"
        "\nMr. Achterhof called it absurd.\n"
    )


def test_stats_are_one_a_line() -> None:
    text = shown(lambda console: terminal.print_stats(console, STATS))
    facts = dict(line.split("  ", 1) for line in text.splitlines())
    assert facts["articles"].strip() == "1,234"
    assert facts["dates"].strip() == "2025-01-01 to 2025-03-01 (UTC)"
    assert facts["extra fields"].strip() == "desk, places"
    assert facts["state"].strip() == "revision 7, searchable"
    assert facts["store"].strip() == "3.0 MB"


def test_stats_of_an_empty_archive_that_lags_say_so() -> None:
    empty = Stats("papers", 0, 0, None, None, 0, "english", (), 0, 0, 0, 2, 1, "1/english/x", "numpy")
    text = shown(lambda console: terminal.print_stats(console, empty))
    assert "dates           none" in text
    assert "not yet searchable" in text


def test_text_from_articles_cannot_steer_a_terminal() -> None:
    article = Article(
        id="h", title="T" + HOSTILE, description="D" + HOSTILE, highlights=("H" + HOSTILE,),
        body="B" + HOSTILE,
        keywords=("k" + HOSTILE,), authors=("a" + HOSTILE,), source="s" + HOSTILE, url="u" + HOSTILE,
        extra={"desk": ("x" + HOSTILE,)},
    )  # fmt: skip
    hit = Hit(article, 1.0, Snippet("S" + HOSTILE, ((0, 1),)), ((0, 1),))
    facet = Facet("keyword", (FacetValue("v" + HOSTILE, 1, "q" + HOSTILE),), 1, 0)
    text = results_text(Results(1, (hit,), Facets((facet,)), read_as="r" + HOSTILE))
    text += shown(lambda console: terminal.print_article(console, article, UTC))
    assert text.count("back") == 17
    assert not {char for char in text if char != "\n" and not char.isprintable()}


def test_text_from_articles_cannot_steer_a_terminal_from_data_either() -> None:
    article = Article(id="h", title="T" + HOSTILE, keywords=("k" + HOSTILE,), body="B" + HOSTILE)
    results = Results(1, (Hit(article, 1.0, Snippet("S" + HOSTILE, ())),), read_as="r" + HOSTILE)
    line = schema.to_json(article)
    assert json.loads(line) == article.as_record()
    for text in (line, schema.to_json(results), "".join(table.hits_as_table(results.hits))):
        assert not {char for char in text if char != "\n" and not char.isprintable()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\x1b[0mb", "a[0mb"),
        ("a\rb\x00c\x7fd\x85e", "abcde"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("naïve 日本 🙂", "naïve 日本 🙂"),
    ],
)
def test_printable_takes_out_what_moves_colours_or_turns(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_text_from_articles_is_not_read_as_markup() -> None:
    article = Article(id="m", title="[bold]Tide[/bold] :crane:")
    assert "1. [bold]Tide[/bold] :crane:" in results_text(Results(1, (Hit(article, 1.0),)))


def test_long_lines_are_not_broken_where_there_is_no_terminal() -> None:
    article = Article(id="l", title="Tide", body="word " * 100)
    text = shown(lambda console: terminal.print_article(console, article, UTC))
    assert ("word " * 100).strip() in text.splitlines()


def test_matches_are_in_colour_where_colour_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    text = results_text(PAGE, "always")
    assert "\x1b[" in text
    assert "*strike*" not in text
    assert "\x1b[" not in results_text(PAGE, "never")
    assert "\x1b[" not in results_text(PAGE, "auto")


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://news.example/a b", "https://news.example/a b"),
        ("https://news.example/\u202etxt", "https://news.example/txt"),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_title_links_to_its_article_where_there_is_colour(
    monkeypatch: pytest.MonkeyPatch, url: str, link: str | None
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    page = Results(1, (Hit(Article(id="l", title="Tide", url=url), 1.0),))
    links = re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b", results_text(page, "always"))
    assert set(links) == ({link} if link else set())
    assert "\x1b" not in results_text(page, "never")


# --- for programs -----------------------------------------------------------------------------------

FACET_RECORD = {
    "values": [
        {"value": "strike", "count": 8, "query": "keyword:strike"},
        {"value": "crude oil", "count": 1, "query": 'keyword:"crude oil"'},
    ],
    "distinct": 5,
    "missing": 2,
    "imprecise": 0,
}
HIT_RECORD = {
    "id": "a1",
    "score": 1.234568,
    "title": "Harbour strike begins in Port Alder",
    "source": "Herald",
    "url": "https://news.herald.example/strike?id=1",
    "language": "en",
    "keywords": ["strike", "Harbour"],
    "authors": ["Ana Ruiz", "Bo Lund"],
    "published": "2025-02-10T08:20:00Z",
    "extra": {"desk": ["labour"], "places": ["port-alder"]},
    "title_marks": [[8, 14]],
    "snippet": {"text": "A strike, a long strike.", "marks": [[2, 8], [17, 23]]},
}


def test_results_as_json_have_this_schema() -> None:
    assert json.loads(schema.to_json(PAGE)) == {
        "total": 12_345,
        "read_as": "strike",
        "expanded_with": [],
        "did_you_mean": None,
        "parts": [],
        "warnings": ["odd"],
        "first": 1,
        "next": "next-page",
        "hits": [HIT_RECORD, {"id": "bare", "score": 0.5}],
        "facets": {"keyword": FACET_RECORD},
    }


def test_hits_as_json_lines_are_the_hits_of_the_json() -> None:
    lines = list(schema.results_as_json_lines(PAGE))
    page = json.loads(schema.to_json(PAGE))
    assert [json.loads(line) for line in lines[:2]] == page.pop("hits")
    assert json.loads(lines[2]) == page
    assert list(schema.results_as_json_lines(replace(PAGE, facets=Facets()))) == lines[:2]
    assert all(line.index("\n") == len(line) - 1 for line in lines)


def test_hits_as_csv_have_these_columns() -> None:
    assert list(csv.reader(io.StringIO("".join(table.hits_as_table(PAGE.hits))))) == [
        ["id", "published", "score", "title", "source", "authors", "keywords", "url", "snippet"],
        [
            "a1", "2025-02-10T08:20:00Z", "1.2346", "Harbour strike begins in Port Alder", "Herald",
            "Ana Ruiz; Bo Lund", "strike; Harbour", "https://news.herald.example/strike?id=1",
            "A strike, a long strike.",
        ],
        ["bare", "", "0.5000", "", "", "", "", "", ""],
    ]  # fmt: skip


@pytest.mark.parametrize("start", ["=1+1", "+1+2", "-1-A1", "-", "@cmd"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    results = Results(1, (Hit(Article(id="f", title=start, source=start), 1.0, Snippet(start)),))
    row = list(csv.reader(io.StringIO("".join(table.hits_as_table(results.hits)))))[1]
    assert [row[column] for column in (3, 4, 8)] == [f"'{start}"] * 3


def test_facets_have_these_schemas() -> None:
    assert json.loads(schema.to_json(Facets([KEYWORDS]))) == {"keyword": FACET_RECORD}
    assert "".join(table.facets_as_table([KEYWORDS])) == (
        "field,value,count,query\n"
        "keyword,strike,8,keyword:strike\n"
        'keyword,crude oil,1,"keyword:""crude oil"""\n'
    )
    assert list(table.facets_as_table([KEYWORDS], "tsv"))[2] == 'keyword\tcrude oil\t1\tkeyword:"crude oil"\n'


def test_a_timeline_has_these_schemas() -> None:
    read = json.loads(schema.to_json(MONTHS))
    assert list(read) == ["interval", "undated", "imprecise", "bins"]
    assert (read["interval"], read["undated"], read["imprecise"], len(read["bins"])) == ("month", 3, 12, 3)
    assert read["bins"][0] == {
        "name": "2025-02",
        "start": "2025-02-01T00:00:00Z",
        "count": 1_200,
        "query": "date:2025-02-01Z..2025-02-28Z",
    }


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_an_article_as_json_is_one_line_that_reads_back(article: Article) -> None:
    line = schema.to_json(article)
    assert "\n" not in line
    assert Article.restored(json.loads(line)) == article


def test_stats_as_json_have_this_schema() -> None:
    assert json.loads(schema.to_json(STATS)) == {
        "location": "papers", "articles": 1_234, "undated": 5, "first": "2025-01-01T00:00:00Z",
        "last": "2025-03-01T12:30:00Z", "words": 99_999, "language": "english",
        "extra_fields": ["desk", "places"], "segments": 2, "store_size": 3_000_000,
        "index_size": 1_500_000, "revision": 7, "indexed_revision": 7, "analyzer": "1/english/x",
        "kernels": "native", "length_drift": 0.0,
    }  # fmt: skip


def test_json_keeps_letters_as_they_are() -> None:
    assert "café" in schema.to_json(Article(title="café"))


@pytest.mark.parametrize(
    ("moment", "zone", "precision", "expected"),
    [
        (None, UTC, "instant", "undated"),
        (day("2025-02-10T08:20"), UTC, "instant", "2025-02-10 08:20 UTC"),
        (day("2025-02-10T08:20"), ZoneInfo("Europe/London"), "instant", "2025-02-10 08:20 UTC"),
        (day("2025-02-10T23:20"), ZoneInfo("Europe/Berlin"), "instant", "2025-02-11 00:20 +01:00"),
        (day("1850-06-01"), ZoneInfo("America/New_York"), "instant", "1850-05-31 19:03 -04:56:02"),
        (day("2024-03-05"), ZoneInfo("America/New_York"), "day", "2024-03-05"),
        (day("2024-03-01"), ZoneInfo("America/New_York"), "month", "2024-03"),
        (day("1899-01-01"), ZoneInfo("America/New_York"), "year", "1899"),
    ],
)
def test_a_time_is_shown_as_exactly_as_it_is_known(
    moment: datetime | None, zone: tzinfo, precision: Precision, expected: str
) -> None:
    assert when(moment, zone, precision) == expected


def test_a_day_is_written_as_a_day_in_every_format() -> None:
    article = Article(id="d", title="Tide", published=day("2024-03-05"), precision="day")
    results = Results(1, (Hit(article, 1.0),), read_as="tide")
    assert "\n   2024-03-05 · d\n" in shown(
        lambda console: terminal.print_results(console, results, ZoneInfo("America/New_York"))
    )
    assert json.loads(schema.to_json(results))["hits"][0]["published"] == "2024-03-05"
    assert [json.loads(line)["published"] for line in schema.results_as_json_lines(results)] == ["2024-03-05"]
    assert ["d", "2024-03-05"] in [
        row[:2] for row in csv.reader(io.StringIO("".join(table.hits_as_table(results.hits))))
    ]


def test_when_an_article_was_modified_is_shown() -> None:
    article = Article(id="m", title="Tide", published=day("2024-03-05"), modified=day("2024-03-06T07:30"))
    text = shown(lambda console: terminal.print_article(console, article, UTC))
    assert "published  2024-03-05 00:00 UTC\nmodified   2024-03-06 07:30 UTC\n" in text
    assert json.loads(schema.to_json(article))["modified"] == "2024-03-06T07:30:00Z"
    (line,) = schema.results_as_json_lines(Results(1, (Hit(article, 1.0),)))
    assert json.loads(line)["modified"] == "2024-03-06T07:30:00Z"


@pytest.mark.parametrize(
    ("interval", "rest"), [("day", "month or year"), ("week", "month or year"), ("month", "year")]
)
def test_what_is_in_no_interval_is_counted_below_and_beside(interval: Interval, rest: str) -> None:
    facet = Facet(f"date:{interval}", (FacetValue("x", 1, "date:x"),), 1, 2, 12)
    text = shown(lambda console: terminal.print_facets(console, [facet]))
    assert text.startswith(f"date:{interval}  1 value, 2 without, 12 known only to the {rest}\n")
    line = Timeline(interval, (), 0, 12)
    assert shown(lambda console: terminal.print_timeline(console, line)) == f"12 known only to the {rest}\n"


def test_an_index_of_one_segment_is_not_called_segments() -> None:
    text = shown(lambda console: terminal.print_stats(console, replace(STATS, segments=1)))
    assert "MB in 1 segment\n" in text


def test_matches_keep_their_marks_where_the_terminal_has_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "*strike*" in results_text(PAGE, "always")


def test_the_way_on_is_on_one_line_however_narrow_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "40")
    out = Narrow()
    command = "news search tide --after " + "x" * 200
    terminal.print_results(terminal.open_console(out, "never"), replace(PAGE, first=11), UTC, command)
    lines = out.getvalue().splitlines()
    assert lines[-1] == f"next page: {command}"
    assert any(line.startswith("11. Harbour") for line in lines)
    assert max(len(line) for line in lines[:-1] if "://" not in line) <= 40
    assert f"    {ARTICLES[0].url}" in lines  # in one piece, too


def test_an_address_that_is_the_id_is_shown_once_and_only_one_of_the_web_is_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    web, script = "https://herald.example/1", "javascript:alert(1)"
    hits = tuple(Hit(Article(id=web, title="Tide", url=url), 1.0) for url in (web, script))
    plain = results_text(Results(2, hits)).splitlines()
    assert plain[3:5] == ["   undated", f"   {web}"]
    assert plain[7:9] == [f"   undated · {web}", f"   {script}"]
    coloured = results_text(Results(2, hits), "always")
    assert re.findall(r"\x1b]8;[^;]*;([^\x1b]+)\x1b", coloured) == [web, web]
