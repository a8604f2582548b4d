"""`news kwic`, `collocations`, `distinctive`, `coverage`, and the shares and charts of `news timeline`."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from search.article import Article
from search.present.chart import Chart, chart_as_svg, chart_of, sparkline
from search.query import Archive, open_archive
from tests.cli.conftest import Run

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """Sixty articles: January and March of two papers; half are on a ferry by night."""
    monkeypatch.setenv("NEWS_ARCHIVE", str(tmp_path / "papers"))
    monkeypatch.setenv("NEWS_TZ", "UTC")
    with open_archive(tmp_path / "papers", create=True) as archive:
        archive.add(
            Article(
                id=f"n{number}",
                title=f"{'Ferry' if number % 2 else 'Wheat'} {number}",
                body="The night ferry is late" if number % 2 else "The price is up",
                source="Herald" if number % 4 < 2 else "Gazette",
                published=datetime(2025, (1, 3)[number // 30], 1 + number % 28, tzinfo=UTC),
            )
            for number in range(60)
        )
        yield archive


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_kwic_puts_matches_one_below_the_other(run: Run) -> None:
    code, out, err = run("kwic", "body:ferry", "-w", "12", "-n", "2")
    lines = out.splitlines()
    assert (code, err, lines[0]) == (0, "", "30 matches in 30 articles")
    assert [line.index("ferry is") for line in lines[1:]] == [12, 12]
    assert lines[1].rstrip().endswith("2025-01-02  n1")
    (row,) = rows_of(run("kwic", "body:ferry", "-f", "csv", "-n", "1")[1])
    assert (row["left"], row["match"], row["right"]) == ("The night ", "ferry", " is late")
    assert json.loads(run("kwic", "body:ferry", "-f", "json", "-n", "1")[1])["total"] == 30
    assert run("kwic", "zanzibar")[0] == 1
    assert run("kwic", "source:herald")[0] == 2


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl"])
def test_rows_of_kwic_ended_at_the_limit_in_silence(run: Run, kind: str) -> None:
    command = ("kwic", "body:ferry", "--format", kind)
    everything = f"news kwic body:ferry --limit all --format {kind}"
    assert run(*command, "-n", "7")[2] == f"news: 7 of 30; all: {everything}\n"
    code, out, err = run(*command, "--limit", "all")
    assert (code, err, len(out.splitlines())) == (0, "", 30 + (kind != "jsonl"))
    assert run("kwic", "body:ferry", "-n", "none")[0] == 2


def test_words_ended_at_the_limit_in_silence(run: Run) -> None:
    for command in (["collocations", "ferry"], ["distinctive", "title:ferry", "--against", "archive"]):
        assert (
            run(*command, "-n", "1")[2]
            == f"news: the first 1; all: {shlex.join(['news', *command])} --limit all\n"
        )
        code, out, err = run(*command, "-n", "all", "-f", "csv")
        assert (code, err) == (0, "")
        assert len(out.splitlines()) > 1


def test_values_of_facets_ended_at_the_limit_in_silence(run: Run) -> None:
    err = run("facets", "--by", "source:1", "-f", "csv", "ferry")[2]
    assert err == "news: source: 1 of 2; all: news facets ferry --by source:2 --format csv\n"
    assert run("facets", "--by", "source:2", "-f", "csv", "ferry")[2] == ""


def test_collocations_name_the_words_nearby(run: Run) -> None:
    near = "14.00  near in 30 of 30 articles\n"
    assert run("collocations", "ferry") == (0, f"late   {near}night  {near}", "")
    rows = rows_of(run("collocations", "ferry", "-w", "1", "-f", "csv")[1])
    assert [row["word"] for row in rows] == ["night"]
    assert json.loads(run("collocations", "ferry", "-w", "sentence", "-f", "json")[1])["window"] == "sentence"
    assert run("collocations", "ferry", "-w", "page")[0] == 2


def test_distinctive_words_come_with_what_they_are_measured_against(run: Run) -> None:
    code, out, _ = run("distinctive", "title:ferry", "--against", "archive", "--with-query")
    assert (code, out.splitlines()[0]) == (0, "30 texts against 30 of archive")
    assert run("distinctive", "title:ferry", "--against", "source:(")[0] == 2
    rows = json.loads(run("distinctive", "title:ferry", "--against", "title:wheat", "-f", "json")[1])
    assert (rows["inside"], rows["outside"], rows["against"]) == (30, 30, "title:wheat")


def test_a_timeline_has_shares_and_no_data_where_there_is_none(run: Run) -> None:
    lines = run("timeline", "title:ferry", "--share", "-f", "text")[1].splitlines()
    assert "15 of 30   50.0 %  [33.2, 66.8]" in lines[0]
    assert lines[1].split() == ["2025-02", "no", "data"]
    assert lines[3] == "of: * · 1 month without data"
    rows = rows_of(run("timeline", "title:ferry", "--share")[1])
    assert [(row["month"], row["total"], row["share"], row["state"]) for row in rows] == [
        ("2025-01", "30", "0.5", "ok"),
        ("2025-02", "0", "", "no data"),
        ("2025-03", "30", "0.5", "partial"),
    ]


def test_a_month_without_articles_looked_like_one_without_matches(run: Run, papers: Archive) -> None:
    lines = run("timeline", "title:ferry", "-f", "text")[1].splitlines()
    assert lines[1].split() == ["2025-02", "no", "data"]
    code, out, err = run("timeline", "title:ferry")
    assert out.splitlines()[:3] == [
        "month,start,count",
        "2025-01,2025-01-01T00:00:00Z,15",
        "2025-02,2025-02-01T00:00:00Z,0",
    ]
    note = "1 month without data, where the count is 0; --share has a column for that"
    assert (code, err) == (0, f"news: {note}\n")
    months = json.loads(run("timeline", "title:ferry", "-f", "json")[1])["bins"]
    assert [(each["count"], each.get("state")) for each in months] == [(15, None), (0, "no data"), (15, None)]
    papers.add([Article(id="undated", title="Ferry")])
    assert run("timeline", "title:ferry")[2] == f"news: 1 without a date, {note}\n"
    assert run("timeline", "title:ferry", "--share")[2] == "news: 1 without a date\n"
    assert "1 without a date" in run("timeline", "title:ferry", "--vs", "wheat")[2]


def test_the_first_column_of_several_timelines_is_named_by_what_it_has(run: Run) -> None:
    for options, name in (
        (["--per", "source:1"], "source"),
        (["--vs", "title:wheat"], "query"),
        (["--vs", "title:wheat", "--per", "source:1"], "query"),
    ):
        assert run("timeline", "title:ferry", *options)[1].startswith(f"{name},month,start,count\n")
    assert run("coverage", "-f", "csv")[1].startswith("source,month,start,count\n")


def test_queries_and_sources_stand_side_by_side(run: Run) -> None:
    lines = run("timeline", "title:ferry", "--vs", "title:wheat", "-f", "text")[1].splitlines()
    table = [["title:ferry", "title:wheat"], ["2025-01", "15", "15"], ["2025-02", *("no data".split() * 2)]]
    assert [line.split() for line in lines] == [*table, ["2025-03", "15", "15"]]
    rows = rows_of(run("timeline", "title:ferry", "--per", "source:1")[1])
    assert {row["source"] for row in rows} == {"Gazette"}
    both = json.loads(run("timeline", "title:ferry", "--per", "source", "-f", "json")[1])
    assert [each["count"] for each in both["Herald"]["bins"]] == [8, 0, 7]


def test_coverage_names_the_holes(run: Run) -> None:
    lines = run("coverage")[1].splitlines()
    assert lines[0].split() == ["all", "60", "2025-01", "to", "2025-03", "█", "█", "without:", "2025-02"]
    assert [line.split()[0] for line in lines[1:]] == ["Gazette", "Herald"]
    assert rows_of(run("coverage", "-f", "csv", "--by", "year")[1])[0]["count"] == "60"


def test_every_line_of_a_chart_has_a_stroke_and_a_key_of_its_own() -> None:
    chart = Chart(
        ("2025", "2026"), {f"query {number}": (1.0, float(number)) for number in range(17)}, share=False
    )
    root = ElementTree.fromstring(chart_as_svg(chart, "many"))
    strokes = [(each.get("stroke"), each.get("stroke-dasharray")) for each in root.iter(f"{SVG}polyline")]
    assert len({*strokes}) == len(strokes) == 17
    height = float(root.attrib["viewBox"].split()[3])
    keys = [each for each in root.iter(f"{SVG}text") if (each.text or "").startswith("query ")]
    assert len({(each.get("x"), each.get("y")) for each in keys}) == 17
    assert all(float(each.attrib["y"]) < height for each in keys)


def test_a_chart_has_a_bar_an_interval_or_a_line_a_query(run: Run) -> None:
    root = ElementTree.fromstring(run("timeline", "title:ferry", "--share", "-f", "svg")[1])
    shown = [title.text for title in root.iter(f"{SVG}title")]
    assert shown == ["title:ferry", "2025-01: 50.00 %", "2025-03: 50.00 %"]
    assert [rect.get("fill") for rect in root.iter(f"{SVG}rect")].count("#eee") == 1
    root = ElementTree.fromstring(run("timeline", "title:ferry", "--vs", "<b>&", "-f", "svg")[1])
    assert len(list(root.iter(f"{SVG}circle"))) == 4  # no line over the month without data
    assert "<b>&" in {text.text for text in root.iter(f"{SVG}text")}


def test_a_line_is_broken_where_there_is_no_data() -> None:
    chart = Chart(("a", "b", "c", "d"), {"x": (1.0, None, 2.0, 3.0), "y": (0.0, 1.0, 1.0, 0.0)}, share=False)
    root = ElementTree.fromstring(chart_as_svg(chart, "title"))
    points = [line.get("points", "").count(",") for line in root.iter(f"{SVG}polyline")]
    assert (points, len(list(root.iter(f"{SVG}circle")))) == ([2, 4], 1)
    assert sparkline([0, None, 4, 8]) == " ·▅█"
    assert chart_of({}, share=False).names == ()
