"""`news export`: every match in every format, complete or not there, and what a spreadsheet makes of it."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet

from search.article import Article
from search.present import table
from search.query import Archive, open_archive
from tests.cli.conftest import Run
from tests.conftest import ARTICLES, day

pytestmark = pytest.mark.usefixtures("home")

COLUMNS = "id published title source authors keywords url language description".split()
TABLES = ("csv", "tsv", "jsonl")


def rows_of(text: str, form: str) -> list[dict[str, str]]:
    if form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    dialect = "excel" if form == "csv" else "excel-tab"
    return list(csv.DictReader(io.StringIO(text), dialect=dialect))


@pytest.mark.parametrize("form", TABLES)
def test_every_match_is_a_row_oldest_first_with_the_extra_fields(run: Run, form: str) -> None:
    code, out, err = run("export", "-f", form)
    rows = rows_of(out, form)
    assert (code, err) == (0, "")
    assert list(rows[0]) == [*COLUMNS, "desk", "places"]
    assert [row["id"] for row in rows] == ["a1", "a2", "a3", "a4"]
    assert rows[0]["published"] == "2025-02-10T08:20:00Z"
    assert rows[0]["authors"] == (["Ana Ruiz", "Bo Lund"] if form == "jsonl" else "Ana Ruiz; Bo Lund")
    assert rows[0]["places"] == (["port-alder"] if form == "jsonl" else "port-alder")


def test_the_default_is_csv_and_ids_are_ids(run: Run) -> None:
    assert run("export", "strike")[1] == run("export", "strike", "--format", "csv")[1]
    assert run("export", "strike", "-f", "ids")[1] == "a1\na2\n"


def test_more_than_a_page_can_have_is_exported_and_needs_no_time_limit(run: Run, tmp_path: Path) -> None:
    with open_archive(tmp_path / "many", create=True) as archive:
        archive.add(Article(id=f"n{number:05}", title="Tide") for number in range(10_001))
    code, out, _ = run("export", "tide", "-f", "ids", "-a", str(tmp_path / "many"))
    assert (code, len(out.split())) == (0, 10_001)


@pytest.mark.parametrize(
    ("chosen", "columns"),
    [
        (("-c", "title,id"), ["title", "id"]),
        (("-c", "id", "-c", "keyword, desk,lang"), ["id", "keywords", "desk", "language"]),
        (("-c", "id,ID"), ["id"]),
        (("-c", "+body"), [*COLUMNS, "desk", "places", "body"]),
        (("-c", "+precision,+modified"), [*COLUMNS, "desk", "places", "precision", "modified"]),
    ],
)
def test_columns_are_those_that_were_chosen_in_their_order(
    run: Run, chosen: tuple[str, ...], columns: list[str]
) -> None:
    assert run("export", *chosen)[1].splitlines()[0] == ",".join(columns)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-c", "titel"), "there is no column “titel”; did you mean title? Columns are id, published, title"),
        (("-c", "since"), "there is no column “since”"),
        (("-f", "jsonl", "--excel"), "--excel is for --format csv, not for jsonl"),
        (("-f", "ids", "-c", "title"), "--format ids has columns of its own"),
        (("-o", "rows.xyz"), "the name rows.xyz tells no format; give --format"),
        (("--limit", "3"), "No such option"),
    ],
)
def test_an_export_that_means_nothing_is_refused_and_writes_nothing(
    run: Run, home: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run("export", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not list(home.glob("rows*"))


def test_body_and_paragraphs_are_whole_in_csv_and_on_one_line_in_tsv(run: Run) -> None:
    body = ARTICLES[0].body
    assert "\n" in body
    (row,) = rows_of(run("export", "id:a1", "-c", "body")[1], "csv")
    assert row == {"body": body}
    assert run("export", "id:a1", "-c", "id,body", "-f", "tsv")[1].splitlines() == [
        "id\tbody",
        "a1\t" + " ".join(body.split()),
    ]


def test_nothing_found_is_an_empty_table_and_exits_with_1(run: Run) -> None:
    code, out, err = run("export", "zeppelin", "-c", "id")
    assert (code, out) == (1, "id\n")
    assert "nothing found; the query was read as: zeppelin" in err


def test_notes_about_the_query_are_on_standard_error(run: Run) -> None:
    assert "“the” is a very common word" in run("export", "the strike", "-f", "ids")[2]


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "form"), [("x.csv", "csv"), ("x.tsv", "tsv"), ("x.jsonl", "jsonl"), ("x.ndjson", "jsonl")]
)
def test_the_name_of_the_file_tells_the_format(run: Run, home: Path, name: str, form: str) -> None:
    code, out, err = run("export", "strike", "-o", name)
    assert (code, out, err) == (0, f"wrote 2 articles to {name}\n", "")
    assert (home / name).read_text() == run("export", "strike", "-f", form)[1]
    assert [path.name for path in home.glob(".*")] == []


def test_parquet_has_lists_and_times_with_their_precision(run: Run, home: Path) -> None:
    with open_archive("archive") as archive:
        archive.add([Article(id="d", title="Flood", published=day("1899-07-01"), precision="month")])
    assert run("export", "-o", "x.parquet", "-c", "id,published,authors,desk,body")[0] == 0
    found = parquet.read_table(home / "x.parquet")
    assert found.column_names == ["id", "published", "precision", "authors", "desk", "body"]
    assert str(found.schema.field("published").type) == "timestamp[us, tz=UTC]"
    rows = {row["id"]: row for row in found.to_pylist()}
    assert (rows["d"]["published"], rows["d"]["precision"]) == (day("1899-07-01"), "month")
    assert (rows["a1"]["published"], rows["a1"]["precision"]) == (day("2025-02-10T08:20"), "instant")
    assert (rows["a1"]["authors"], rows["a1"]["desk"]) == (["Ana Ruiz", "Bo Lund"], ["labour"])
    assert rows["a1"]["body"] == ARTICLES[0].body
    assert rows["a4"]["published"] is None


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_an_exact_export_is_indexed_to_the_same_articles(run: Run, form: str) -> None:
    everything = "+body,+highlights,+modified,+precision" if form == "jsonl" else "+body,+highlights"
    assert run("export", "-c", everything, "-o", f"x.{form}")[0] == 0
    assert run("index", f"x.{form}", "-a", "again")[0] == 0
    with open_archive("again") as again, open_archive("archive") as archive:
        assert list(again.scan("*")) == list(archive.scan("*"))


def test_an_interrupted_export_leaves_the_file_of_before_and_no_half(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> Iterator[Article]:
        yield from ARTICLES[:2]
        raise KeyboardInterrupt

    (home / "x.csv").write_text("before")
    monkeypatch.setattr(Archive, "scan", interrupted)
    code, out, err = run("export", "-o", "x.csv")
    assert (code, out, (home / "x.csv").read_text()) == (130, "", "before")
    assert err.split("\n") == ["news: nothing was written to x.csv", "", "news: interrupted", ""]
    assert {path.name for path in home.glob("*x.csv*")} == {"x.csv"}
    assert len(run("export", "-f", "jsonl")[1].splitlines()) == 2  # to standard output each row as it comes


def test_a_signal_leaves_no_half_file(home: Path, tmp_path: Path) -> None:
    with open_archive(tmp_path / "many", create=True) as archive:
        archive.add(Article(id=f"n{number}", title="Tide", body="word " * 200) for number in range(6_000))
    script = (
        "import os, signal, sys, search.archive.export as export\n"
        "row_of, rows = export.row_of, iter(range(10**9))\n"
        "def slow(article, columns):\n"
        "    if next(rows) == 5_000: os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return row_of(article, columns)\n"
        "import search.archive.archive as archive\n"
        "archive.row_of = slow\n"
        "from search.cli import main\n"
        "main(['export', '-c', '+body', '-o', 'x.csv', '-a', 'many'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(__file__).parent.parent.parent), "XDG_STATE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 128 + signal.SIGTERM, done.stderr
    assert {path.name for path in home.glob("*x.csv*")} == set()


def test_a_folder_that_is_not_there_is_named(run: Run) -> None:
    code, out, err = run("export", "-o", "nowhere/x.csv")
    assert (code, out) == (2, "")
    assert "nowhere" in err
    assert "No such file or directory" in err


def test_a_file_that_is_replaced_keeps_its_mode(run: Run, home: Path) -> None:
    place = home / "private.csv"
    place.write_text("before")
    place.chmod(0o600)
    assert run("export", "strike", "-o", "private.csv")[0] == 0
    assert place.read_text().startswith("id,")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_pipe_of_the_shell_is_written_to(home: Path) -> None:
    command = [sys.executable, "-m", "search", "export", "strike", "-f", "ids", "-o", "/dev/stdout"]
    ended = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    assert (ended.stdout.split(), ended.stderr) == (["a1", "a2"], "")


def test_what_a_killed_export_left_is_removed_by_the_next(run: Run, home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left = home / f".x.csv.{ended.pid}.part"
    others = [home / f".x.csv.{os.getppid()}.part", home / ".x.csv.notes.part", home / ".y.csv.1.part"]
    for path in (left, *others):
        path.write_text("half")
    assert run("export", "strike", "-o", "x.csv")[0] == 0
    assert not left.exists()
    assert all(path.exists() for path in others)


def test_a_link_keeps_being_one_and_a_device_is_written_to(run: Run, home: Path) -> None:
    (home / "place.csv").write_text("before")
    (home / "x.csv").symlink_to("place.csv")
    assert run("export", "strike", "-o", "x.csv")[0] == 0
    assert (home / "x.csv").is_symlink()
    assert len((home / "place.csv").read_text().splitlines()) == 3
    assert run("export", "strike", "-f", "csv", "-o", "/dev/null")[0] == 0
    assert not Path("/dev/null").is_file()


def test_an_export_is_of_one_moment(home: Path) -> None:
    assert home.exists()
    with open_archive("archive") as archive:
        rows = archive.export("*", ["id", "title"])
        first = next(rows)
        archive.delete(["a2"])
        archive.add([Article(id="a3", title="Changed"), Article(id="new", title="New")])
        found = [first, *rows]
    assert [row["id"] for row in found] == ["a1", "a2", "a3", "a4"]
    assert found[2]["title"] == ARTICLES[2].title


# --- spreadsheets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [("-f", "csv"), ("-f", "csv", "--excel"), ("-f", "tsv")])
@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ('=HYPERLINK("http://evil.example")', '\'=HYPERLINK("http://evil.example")'),
        ("@here", "'@here"),
        ("-1+1", "'-1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("＝1+1", "'＝1+1"),
        ("-77.0365", "-77.0365"),
        ("+1.5e-3", "+1.5e-3"),
        ("-", "'-"),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_that_begins_a_formula_is_text_and_a_number_stays_one(
    run: Run, form: tuple[str, ...], title: str, cell: str
) -> None:
    with open_archive("archive") as archive:
        archive.add([Article(id="f", title=title)])
    out = run("export", "id:f", "-c", "title", *form)[1]
    lines = out.split("\t") if "tsv" in form else [row[0] for row in csv.reader(io.StringIO(out))]
    assert lines[-1].removesuffix("\n").removeprefix("title\n") == cell


def test_excel_gets_its_mark_its_line_ends_and_no_cell_that_is_too_long(run: Run, home: Path) -> None:
    with open_archive("archive") as archive:
        archive.add([Article(id="long", title="Ärger", body="wort " * 10_000)])
    code, _, err = run("export", "id:long", "-c", "id,title,body", "--excel", "-o", "x.csv")
    assert (code, err) == (0, "news: cells cut to the 32,767 characters that Excel holds: 1\n")
    raw = (home / "x.csv").read_bytes()
    assert raw.startswith("\ufeffid,title,body\r\nlong,Ärger,wort ".encode())
    row = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))[1]
    assert (len(row[2]), row[2][-1]) == (table.MAX_EXCEL_CELL, "…")
    assert not run("export", "id:a1", "-c", "id")[1].startswith("\ufeff")


# --- the library ------------------------------------------------------------------------------------


def test_rows_of_the_library_are_dicts_that_json_takes(archive: Archive) -> None:
    rows = list(archive.export("strike", ["id", "published", "keyword", "precision", "modified"]))
    assert rows[0] == {
        "id": "a1",
        "published": "2025-02-10T08:20:00Z",
        "keywords": ["strike", "Harbour"],
        "precision": "instant",
        "modified": None,
    }
    assert json.loads(json.dumps(rows)) == rows
    assert [list(row) for row in archive.export("id:a1")] == [[*COLUMNS, "desk", "places"]]
