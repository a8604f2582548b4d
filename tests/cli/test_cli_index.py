"""The commands that write: what they take in and out, refuse and mend, and say about it."""

from __future__ import annotations

import fcntl
import gzip
import io
import json
import shutil
from pathlib import Path

import pytest

from search.article import Article
from search.query import Archive, open_archive
from search.sources import FORMATS
from tests.cli.conftest import Run
from tests.conftest import day

GOOD = '{"id":"g1","title":"Crane falls"}\n{"id":"g2","title":"Ferry late"}\n'


class Terminal(io.StringIO):
    """Standard input at which somebody sits and types."""

    def isatty(self) -> bool:
        return True


class Impatient(io.RawIOBase):
    """Standard input at which somebody presses Ctrl-C."""

    def readable(self) -> bool:
        return True

    def readinto(self, _: object) -> int:
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder; the archive in it, meant by default, is not made yet."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("NEWS_ARCHIVE", str(tmp_path / "archive"))
    return tmp_path / "work"


def get(home: Path, identity: str) -> Article | None:
    with open_archive(home.parent / "archive") as opened:
        return opened.get(identity)


def found(home: Path, query: str = "*") -> list[str]:
    with open_archive(home.parent / "archive") as opened:
        return opened.ids(query)


# --- index ------------------------------------------------------------------------------------------


def test_index_makes_an_archive_and_counts(run: Run, home: Path) -> None:
    Path("a.jsonl").write_text(GOOD)
    assert run("index", "a.jsonl") == (0, "added 2, updated 0, unchanged 0, rejected 0\n", "")
    Path("a.jsonl").write_text(GOOD.replace("late", "sunk"))
    assert run("index", "a.jsonl") == (0, "added 0, updated 1, unchanged 1, rejected 0\n", "")
    assert found(home, "sunk") == ["g2"]


def test_without_an_option_or_a_setting_the_archive_is_index_data_here(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEWS_ARCHIVE")
    Path("a.jsonl").write_text(GOOD)
    assert run("index", "a.jsonl")[0] == 0
    assert (home / "index_data" / "articles.db").exists()
    assert run("count", "--archive", "index_data")[1] == "2\n"


def test_index_reads_several_files_and_folders(run: Run, home: Path) -> None:
    Path("in").mkdir()
    Path("in/a.txt").write_text("Crane falls\nIt was old.\nVery.")
    Path("in/b.csv").write_text("id,title\nb,Ferry late\n")
    Path("c.jsonl.gz").write_bytes(gzip.compress(GOOD.encode()))
    assert run("index", "in", "c.jsonl.gz")[:2] == (0, "added 4, updated 0, unchanged 0, rejected 0\n")
    assert len(found(home)) == 4


def test_index_reads_standard_input(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert run("index", "-")[0] == 0
    assert set(found(home)) == {"g1", "g2"}


def test_no_archive_is_made_in_a_folder_that_is_for_everything(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.jsonl").write_text(GOOD)
    monkeypatch.setenv("HOME", str(home))
    for folder in ("/", str(home)):
        code, _, err = run("index", "a.jsonl", "--archive", folder)
        assert (code, "a folder of its own" in err) == (2, True)
    assert not (home / "articles.db").exists()
    assert run("index", "a.jsonl", "--archive", str(home / "news"))[0] == 0


def test_an_interrupted_index_counts_what_is_stored_and_exits_with_130(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.jsonl").write_text(GOOD + "broken\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Impatient())))
    code, out, err = run("index", "a.jsonl", "-")
    assert (code, out) == (130, f"added {len(found(home))}, updated 0, unchanged 0, rejected 1\n")
    assert "the articles counted above are in the archive" in err
    assert err.endswith("news: interrupted\n")


def test_index_takes_the_good_names_the_bad_and_exits_with_3(run: Run, home: Path) -> None:
    Path("a.jsonl").write_text(GOOD + "broken\n" + '{"title":"Tide","body":7}\n')
    Path(".hidden").touch()
    code, out, err = run("index", ".")
    assert (code, out) == (3, "added 2, updated 0, unchanged 0, rejected 2\n")
    assert err.splitlines() == [
        "news: rejected a.jsonl, line 3: not JSON: Expecting value at character 1",
        "news: rejected a.jsonl, line 4: body is a number, not text",
        "news: rejected: not-json 1, bad-field 1",
        "news: skipped: hidden 1",
    ]
    assert set(found(home)) == {"g1", "g2"}


def test_index_names_ten_rejects_and_writes_all_to_a_file(run: Run) -> None:
    Path("a.jsonl").write_text(GOOD + "broken\n" * 12)
    _, _, err = run("index", "a.jsonl")
    assert err.count("news: rejected a.jsonl") == 10
    assert "not-json 12; --rejects FILE lists them all" in err
    code, _, err = run("index", "a.jsonl", "--rejects", "bad.jsonl")
    assert code == 3
    assert "--rejects" not in err
    lines = [json.loads(line) for line in Path("bad.jsonl").read_text().splitlines()]
    assert len(lines) == 12
    reason = "not JSON: Expecting value at character 1"
    place = {"path": "a.jsonl", "place": "line 3", "taken": False}
    assert lines[0] == {**place, "code": "not-json", "reason": reason}


def test_a_file_name_that_would_steer_a_terminal_is_shown_escaped(run: Run) -> None:
    for name in ("a\x1b[31m.jsonl", "b\nc.jsonl"):
        Path(name).write_text("broken")
    _, _, err = run("index", ".", "--rejects", "../bad.jsonl")
    assert r"rejected a\x1b[31m.jsonl, line 1" in err
    assert r"rejected b\nc.jsonl, line 1" in err
    assert "\x1b" not in err
    paths = [json.loads(line)["path"] for line in Path("../bad.jsonl").read_text().splitlines()]
    assert paths == [r"a\x1b[31m.jsonl", r"b\nc.jsonl"]


def test_a_bad_date_is_noted_or_rejected_when_strict(run: Run, home: Path) -> None:
    Path("a.csv").write_text("id,title,date\nd,Tide,soonish\n")
    code, out, err = run("index", "a.csv", "--strict")
    assert (code, out) == (3, "added 0, updated 0, unchanged 0, rejected 1\n")
    assert "unreadable-date 1" in err
    code, out, err = run("index", "a.csv")
    assert (code, out) == (0, "added 1, updated 0, unchanged 0, rejected 0\n")
    assert err.startswith("news: noted: unreadable-date 1, first in a.csv, line 2: 'soonish'")
    assert found(home, "date:none") == ["d"]


@pytest.mark.parametrize(
    ("written", "options", "expected"),
    [
        ("01/02/2024", ["--dayfirst"], "2024-02-01"),
        ("01/02/2024", ["--monthfirst"], "2024-01-02"),
        ("2024-02-01", ["--tz", "Asia/Tokyo"], "2024-02-01"),
        ("2024-02-01 08:00", ["--tz", "Asia/Tokyo"], "2024-01-31T23:00:00Z"),
    ],
)
def test_dates_are_read_by_the_options(
    run: Run, home: Path, written: str, options: list[str], expected: str
) -> None:
    Path("a.csv").write_text(f"id,title,date\nd,Tide,{written}\n")
    assert run("index", "a.csv", *options)[0] == 0
    found_there = get(home, "d")
    assert found_there is not None
    assert found_there.as_record()["published"] == expected


def test_map_says_what_the_source_calls_the_fields(run: Run, home: Path) -> None:
    Path("a.csv").write_text("nr,hed,day\n7,Tide,2024-02-01\n")
    assert run("index", "a.csv", "--map", "id=nr, title=hed,published=day")[0] == 0
    assert get(home, "7") == Article(id="7", title="Tide", published=day("2024-02-01"), precision="day")


def test_encoding_and_format_are_options(run: Run, home: Path) -> None:
    Path("a.page").write_bytes("id;title\nc;Café shut\n".encode("latin-1"))
    assert run("index", "a.page")[0] == 3
    assert run("index", "a.page", "--format", "csv")[0] == 3
    assert run("index", "a.page", "--format", "csv", "--encoding", "latin-1")[0] == 0
    assert get(home, "c") == Article(id="c", title="Café shut")


def test_every_format_of_the_library_can_be_chosen(run: Run) -> None:
    assert f"[{'|'.join(FORMATS)}|ids]" in "".join(run("index", "--help")[1].split())


def test_the_language_is_that_of_the_stems_and_stays(run: Run, home: Path) -> None:
    Path("a.jsonl").write_text('{"id":"d","title":"Die Häuser am Hafen"}')
    assert run("index", "a.jsonl", "--language", "german")[0] == 0
    assert found(home, "Haus") == ["d"]
    code, _, err = run("index", "a.jsonl", "--language", "french")
    assert (code, err) == (0, "news: the archive is in german already; --language french changes nothing\n")


def test_an_unknown_language_makes_no_archive(run: Run, home: Path) -> None:
    Path("a.jsonl").write_text(GOOD)
    code, _, err = run("index", "a.jsonl", "--language", "klingon")
    assert code == 2
    assert "languages are arabic, danish" in err
    assert not (home.parent / "archive").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nowhere",), "there is no file or folder nowhere"),
        ((), "Missing argument"),
        (("a.jsonl", "--map", "headline=hed"), "fields are id, title"),
        (("a.jsonl", "--map", "title"), "'title' is not FIELD=NAME"),
        (("a.jsonl", "--encoding", "morse"), "there is no encoding 'morse'"),
        (("a.jsonl", "--format", "odt"), "'text', 'jsonl', 'json', 'csv'"),
        (("a.jsonl", "--tz", "Mars/Base"), "there is no time zone 'Mars/Base'"),
        (("a.jsonl", "--rejects", "no/where/bad.jsonl"), "cannot be written: No such file"),
        (("a.jsonl", "--archive", "a.jsonl"), "a.jsonl is a file; choose a folder"),
    ],
)
def test_index_refuses_and_makes_nothing(
    run: Run, home: Path, arguments: tuple[str, ...], reason: str
) -> None:
    Path("a.jsonl").write_text(GOOD)
    code, out, err = run("index", *arguments)
    assert (code, out) == (2, "")
    assert reason in err
    assert not (home.parent / "archive").exists()


# --- delete and rebuild -----------------------------------------------------------------------------


def test_delete_takes_out_by_id_each_once(run: Run, archive: Archive) -> None:
    assert run("delete", "a1", "gone", "a1", "a4", "--yes") == (0, "deleted 2\n", "")
    assert archive.ids("*") == ["a2", "a3"]


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (("--query", "strike"), ["a3", "a4"]),
        (("-q", "storm bank", "--any"), ["a4"]),
        (("--since", "2025-03"), ["a1", "a4"]),
        (("--until", "2025-03-08", "-q", "bank"), ["a3", "a4"]),
        (("--since", "2025-04", "--tz", "Europe/Berlin"), ["a1", "a2", "a4"]),
    ],
)
def test_delete_takes_out_by_query(
    run: Run, archive: Archive, arguments: tuple[str, ...], left: list[str]
) -> None:
    code, out, _ = run("delete", "-y", *arguments)
    assert (code, out) == (0, f"deleted {4 - len(left)}\n")
    assert archive.ids("*") == left


def test_a_dry_run_prints_the_ids_and_deletes_nothing(run: Run, archive: Archive) -> None:
    assert run("delete", "-q", "strike", "--dry-run") == (0, "a1\na2\n", "news: would delete 2\n")
    assert archive.count("*") == 4


def test_delete_with_nobody_to_ask_deletes_nothing(
    run: Run, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    code, out, err = run("delete", "a1")
    assert (code, out) == (2, "")
    assert "add --yes to delete, or --dry-run to list the ids" in err
    assert archive.count("*") == 4


@pytest.mark.parametrize(("answer", "left"), [("y\n", 3), ("n\n", 4), ("", 4)])
def test_delete_asks_at_a_terminal(
    run: Run, archive: Archive, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    code, out, err = run("delete", "a1")
    assert "Delete 1 article?" in out + err
    assert (code == 0) == (left == 3)
    assert archive.count("*") == left


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("zz", "--yes"), 1, "no such article"),
        (("-q", "zeppelin", "--yes"), 1, "no such article"),
        (("--yes",), 2, "either ids, or --query"),
        (("a1", "-q", "strike", "--yes"), 2, "either ids, or --query"),
        (("-q", "nofield:x", "--yes"), 2, "  ^^^^^^^"),
        (("-q", "", "--yes"), 2, "the query is empty"),
        (("--since", "2025-03", "--until", "2025-01", "--yes"), 2, "ends before it starts"),
    ],
)
def test_delete_refuses(
    run: Run, archive: Archive, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    ended, out, err = run("delete", *arguments)
    assert (ended, out) == (code, "")
    assert reason in err
    assert archive.count("*") == 4


@pytest.mark.parametrize("damage", ["gone", "broken"])
def test_rebuild_makes_the_index_anew_from_the_articles(
    run: Run, home: Path, archive: Archive, damage: str
) -> None:
    archive.close()
    index = home.parent / "archive" / "index"
    before = run("search", "strike", "--format", "json")[1]
    if damage == "gone":
        shutil.rmtree(index)
    else:
        (index / "manifest.json").write_text("{")
    for command in ("search", "count", "timeline", "facets", "stats"):
        code, out, err = run(command)
        assert (code, out) == (5, "")
        assert str(index) in err
        assert "the articles are whole, run: news rebuild" in err
    assert run("rebuild") == (0, "rebuilt the index of 4 articles\n", "")
    assert json.loads(run("search", "strike", "--format", "json")[1])["total"] == json.loads(before)["total"]
    assert found(home) == ["a1", "a2", "a3", "a4"]


@pytest.mark.parametrize("arguments", [("index", "a.jsonl"), ("delete", "a1", "--yes"), ("rebuild",)])
def test_a_locked_archive_is_not_written_and_can_be_read(
    run: Run, home: Path, archive: Archive, arguments: tuple[str, ...]
) -> None:
    Path("a.jsonl").write_text(GOOD)
    with (home.parent / "archive" / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4242 desk 2025-02-10 08:20:00 UTC\n")
        lock.flush()
        code, _, err = run(*arguments)
        assert code == 4
        assert "being written by process 4242 on desk since 2025-02-10 08:20:00 UTC; try again" in err
        assert run("count") == (0, "4\n", "")
    assert archive.count("*") == 4


def test_a_damaged_store_is_named_and_left_alone(run: Run, home: Path) -> None:
    Path("other").mkdir()
    Path("other/articles.db").write_text("no database " * 100)
    Path("a.jsonl").write_text(GOOD)
    for arguments in (("search", "x"), ("index", "a.jsonl"), ("rebuild",)):
        code, _, err = run(*arguments, "--archive", "other")
        assert code == 5
        assert "other/articles.db is damaged" in err
    assert (home / "other" / "articles.db").read_text() == "no database " * 100


COMMANDS = ["index", "search", "count", "timeline", "facets", "show", "stats", "delete", "rebuild"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: news {command}")
    assert command in run("--help")[1]
    assert run(command, "--no-such-option")[0] == 2
