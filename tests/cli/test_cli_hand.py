"""At hand: numbers of hits, quiet commands, output files, errors and schemas for programs, progress."""

from __future__ import annotations

import io
import json
import re
import stat
import sys
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from click.shell_completion import CompletionItem

from search.article import Article
from search.cli import main, news
from search.cli.completion import ColonComplete
from search.cli.progress import Moment, ReadFiles, show_progress
from search.dates import INTERVALS
from search.present.json_schemas import SCHEMA_NAMES
from search.query import open_archive
from tests.cli.conftest import Run
from tests.cli.test_cli_changes import OUTPUTS_OF_CHANGES

pytestmark = pytest.mark.usefixtures("home")


# --- the numbers of hits ----------------------------------------------------------------------------


def test_a_number_shows_that_hit_of_the_last_search(run: Run) -> None:
    run("search", "strike")
    code, out, err = run("show", "2")
    assert (code, err) == (0, "news: hit 2 of: news search strike\n")
    assert out.startswith("Bank of Marenne cuts its rate\n")


def test_pages_of_one_search_add_up_and_another_search_begins_again(run: Run) -> None:
    for page in ("1", "2"):
        run("search", "-n", "2", "--sort", "oldest", "--page", page)
    assert json.loads(run("show", "1", "-f", "json")[1])["id"] == "a1"
    assert json.loads(run("show", "4", "-f", "json")[1])["id"] == "a4"
    run("search", "rate")
    code, _, err = run("show", "4")
    assert (code, err) == (
        1, "news: no article has the id 4, and it is not a hit that was shown by: news search rate\n",
    )  # fmt: skip


def test_without_a_last_search_in_this_archive_a_number_is_no_hit(run: Run) -> None:
    run("search", "strike")
    with open_archive("other", create=True) as other:
        other.add([Article(id="o1", title="Tide")])
    code, out, err = run("show", "1", "-a", "other")
    assert (code, out) == (1, "")
    assert "no article has the id 1, and there is no last search in this archive" in err


def test_an_article_with_a_number_for_its_id_is_shown_and_the_hit_with_hit(run: Run) -> None:
    with open_archive("archive") as archive:
        archive.add([Article(id="1", title="The one")])
    run("search", "strike")
    assert run("show", "1")[1:] == (run("show", "1")[1], "")
    assert run("show", "1")[1].startswith("The one\n")
    assert run("show", "--hit", "1")[1].startswith("Harbour strike begins")


def test_a_hit_that_was_deleted_since_is_named(run: Run) -> None:
    run("search", "strike")
    run("delete", "a2", "--yes")
    code, _, err = run("show", "2")
    assert (code, err) == (1, "news: hit 2 of the last search, a2, is not in the archive any more\n")


@pytest.mark.parametrize("command", ["show", "history"])
def test_an_unknown_id_was_no_json(run: Run, command: str) -> None:
    code, _, err = run(command, "gone", "-f", "json")
    assert (code, json.loads(err)["error"]["code"]) == (1, "invalid-request")
    assert "no article has the id gone" in json.loads(err)["error"]["message"]


def test_the_query_of_similar_articles_is_shown_in_short(run: Run) -> None:
    text = (
        "The mayor of the harbour met dockers and the union at a bank about wages, rates, ferries and cranes"
    )
    with open_archive("archive") as archive:
        archive.add([Article(id="b1", title=text), Article(id="b2", title=f"Again: {text.lower()}")])
    head = run("similar", "b1")[1].splitlines()[0]
    assert re.search(r"  (?:\w+ OR ){6}… \(\d\d words\)$", head)
    assert "…" not in json.loads(run("similar", "b1", "-f", "json")[1])["read_as"]


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "ids"])
def test_hits_without_numbers_are_not_remembered(run: Run, form: str) -> None:
    run("search", "strike")
    run("search", "rate", "-f", form)
    assert run("show", "1")[1].startswith("Harbour strike begins")


def test_only_the_user_can_read_the_last_search_and_a_broken_file_of_it_is_no_error(
    run: Run, home: Path
) -> None:
    run("search", "strike")
    kept = home / "state" / "news" / "last.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for content in ("", "[]", "{", '{"x": 1}', '{"x": {"search": "y", "hits": 3}}'):
        kept.write_text(content)
        assert run("show", "1")[0] == 1
        assert run("search", "strike")[0] == 0
        assert run("show", "1")[0] == 0


def test_a_state_folder_that_cannot_be_made_does_not_stop_a_search(run: Run, home: Path) -> None:
    (home / "state").write_text("a file")
    assert run("search", "strike")[::2] == (0, "")


# --- quiet commands and output files ----------------------------------------------------------------


def test_quiet_commands_print_only_results_and_errors(run: Run, home: Path) -> None:
    (home / "new.jsonl").write_text('{"id": "n", "title": "Tide", "published": "32 May"}\n')
    assert run("index", "new.jsonl", "-q") == (0, "", "")
    assert run("verify", "-q") == (0, "", "")
    assert run("rebuild", "--quiet") == (0, "", "")
    assert run("delete", "n", "--yes", "--quiet") == (0, "", "")
    assert run("export", "strike", "-o", "x.csv", "-q") == (0, "", "")
    assert run("search", "the strike", "-n", "1", "-f", "ids", "-q") == (0, "a1\n", "")
    assert run("search", "zeppelin", "-q") == (1, "", "")


def test_quiet_commands_still_say_what_went_wrong(run: Run, home: Path) -> None:
    (home / "bad.jsonl").write_text('{"id": "n"}\n')
    code, out, err = run("index", "bad.jsonl", "-q")
    assert (code, out) == (3, "")
    assert "rejected bad.jsonl, line 1" in err
    assert "no article has the id x" in run("show", "x", "-q")[2]
    assert "never closed" in run("search", '"open', "-q")[2]


@pytest.mark.parametrize(
    "command",
    [
        ("search", "strike"),
        ("search", "strike", "-f", "json"),
        ("facets", "-f", "csv"),
        ("timeline", "-f", "tsv"),
        ("show", "a1"),
        ("stats", "-f", "json"),
        ("similar", "a1", "-f", "ids"),
        ("dump",),
    ],
)
def test_output_goes_to_a_file_as_it_would_to_standard_output(
    run: Run, home: Path, command: tuple[str, ...]
) -> None:
    printed = run(*command)
    assert run(*command, "-o", "out.txt") == (printed[0], "", printed[2])
    assert (home / "out.txt").read_text() == printed[1]
    assert run(*command, "-o", "-")[1] == printed[1]


def test_a_file_is_as_it_was_after_an_error(run: Run, home: Path) -> None:
    (home / "out.txt").write_text("before")
    code, _, err = run("search", '"open', "-o", "out.txt")
    assert (code, (home / "out.txt").read_text()) == (2, "before")
    assert "nothing was written to out.txt" in err
    assert run("search", "zeppelin", "-f", "csv", "-o", "out.txt")[0] == 1
    assert (home / "out.txt").read_text().startswith("id,")


# --- errors for programs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "span", "near"),
    [
        (("search", "storm autor:x", "-f", "json"), "query-syntax", [6, 11], "author"),
        (("search", '"open', "--format=jsonl"), "query-syntax", [0, 1], None),
        (("count", "strike", "--limt", "3", "-f", "json"), "usage", None, None),
        (("search", "--limt", "3", "-fjson"), "usage", None, "--limit"),
        (("serach", "-f", "json"), "usage", None, "search"),
        (("get", "x", "-f", "json"), "usage", None, "show"),
        (("export", "-c", "titel", "-f", "jsonl"), "invalid-request", None, "title"),
        (("search", "-a", "nowhere", "-f", "json"), "archive-not-found", None, None),
        (("search", "-n", "20000", "-f", "json"), "limit-exceeded", None, None),
        (("export", "-o", "nowhere/x", "-f", "jsonl"), "file", None, None),
    ],
)
def test_an_error_is_one_object_where_json_was_asked_for(
    run: Run, arguments: tuple[str, ...], code: str, span: list[int] | None, near: str | None
) -> None:
    ended, out, err = run(*arguments)
    error = json.loads(err.splitlines()[-1])["error"]
    assert (ended, out) == (7 if code == "limit-exceeded" else 2, "")
    assert (error["code"], error["span"]) == (code, span)
    assert error["did_you_mean"] == near or code == "usage"
    assert error["message"]
    assert "\n" not in error["message"]


def test_the_format_of_the_input_is_not_that_of_errors(run: Run) -> None:
    assert run("index", "nowhere", "-f", "json")[2] == "news: there is no file or folder nowhere\n"


# --- schemas ----------------------------------------------------------------------------------------

OUTPUTS = [
    (
        "search",
        ("search", "strike", "-n", "1", "--facet", "keyword", "--facet", "date:month", "-f", "json"),
        False,
    ),
    ("search", ("search", "zeppelin strike", "-f", "json"), False),
    ("search", ("similar", "a1", "-f", "json"), False),
    ("hit", ("search", "-f", "jsonl", "--facet", "source"), True),
    ("row", ("export", "-f", "jsonl", "-c", "+body,+modified,+precision,+highlights"), True),
    ("article", ("dump",), True),
    ("article", ("show", "a1", "a2", "-f", "json"), True),
    ("facets", ("facets", "-f", "json"), False),
    ("timeline", ("timeline", "-f", "json"), False),
    ("timeline", ("timeline", "-f", "json", "--bursts", "--by", "week"), False),
    ("timelines", ("coverage", "-f", "json"), False),
    ("timelines", ("timeline", "-f", "json", "--vs", "strike", "--share"), False),
    ("kwic", ("kwic", "strike", "-f", "json"), False),
    ("collocations", ("collocations", "strike", "-f", "json"), False),
    ("distinctive", ("distinctive", "strike", "--against", "archive", "-f", "json"), False),
    ("suggest", ("suggest", "str", "-f", "json"), False),
    ("explain", ("explain", "a1", "strike", "-f", "json"), False),
    ("stats", ("stats", "-f", "json"), False),
    ("history", ("history", "a1", "-f", "json"), False),
    ("copies", ("copies", "a1", "-f", "json"), False),
    ("copy", ("copies", "a1", "-f", "jsonl"), True),
    ("version", ("dump", "--versions"), True),
]


def closed(schema: Any) -> Any:
    """The schema, without room for properties that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(each) for name, each in schema.items()}
    return {"additionalProperties": False} | inner if "properties" in schema and "type" in schema else inner


@pytest.mark.parametrize(("name", "command", "by_line"), OUTPUTS)
def test_each_output_is_as_its_schema_says_and_has_nothing_else(
    run: Run, name: str, command: tuple[str, ...], by_line: bool
) -> None:
    schema = json.loads(run("schema", name)[1])
    assert schema.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
    check = fastjsonschema.compile(closed(schema))
    out = run(*command)[1]
    found = [json.loads(line) for line in out.splitlines()] if by_line else [json.loads(out)]
    assert [check(each) for each in found] == found


def test_an_error_is_as_its_schema_says(run: Run) -> None:
    check = fastjsonschema.compile(closed(json.loads(run("schema", "error")[1])))
    assert check(json.loads(run("search", "autor:x", "-f", "json")[2]))["error"]["did_you_mean"] == "author"


def test_every_schema_is_listed_and_held_to(run: Run) -> None:
    listed = [line.split()[0] for line in run("schema")[1].splitlines()]
    assert listed == list(SCHEMA_NAMES)
    of_changes = {name for name, *_ in OUTPUTS_OF_CHANGES} | {"saved", "new", "entry"}
    assert {name for name, *_ in OUTPUTS} | of_changes | {"error"} == set(SCHEMA_NAMES)
    assert run("schema", "x")[0] == 2


# --- completion -------------------------------------------------------------------------------------


def completions(monkeypatch: pytest.MonkeyPatch, typed: str) -> list[str]:
    """What bash is given for the last of the words, which it breaks at colons."""
    words = typed.replace(":", " : ").split() + ([""] if typed.endswith(" ") else [])
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    complete = ColonComplete(news, {}, "news", "_NEWS_COMPLETE")
    return [line.partition(",")[2] for line in complete.complete().splitlines()]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("news search sou", ["source:"]),
        ("news search pla", ["places:"]),
        ("news search stri", ["strike"]),
        ("news search source:", ["Herald", '\\"Agence\\ Côte\\"']),
        ("news search keyword:cr", ['\\"crude\\ oil\\"']),
        ("news search title:mar", ["marenne"]),
        ("news search storm -- desk:l", ["labour"]),
        ("news search --facet da", [f"date:{interval}" for interval in INTERVALS]),
        ("news facets --by date:mo", ["month"]),
        ("news timeline x --per da", []),
        ("news timeline x --per aut", ["author"]),
        ("news export -c id,ti", ["id,title"]),
        ("news schema ver", ["version"]),
        ("news help da", ["dates"]),
        ("news help sea", ["search"]),
        ("news show ", []),
        ("news search -a nowhere sou", []),
    ],
)
def test_fields_values_and_words_are_completed(
    monkeypatch: pytest.MonkeyPatch, typed: str, expected: list[str]
) -> None:
    assert completions(monkeypatch, typed) == expected


@pytest.mark.parametrize("command", ["show", "similar", "explain", "history", "diff", "copies", "background"])
def test_ids_of_the_last_search_are_completed(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    run("search", "strike", "--sort", "newest")
    ids = run("search", "strike", "--sort", "newest", "-f", "ids")[1].split()
    assert completions(monkeypatch, f"news {command} ") == ids
    assert completions(monkeypatch, f"news {command} {ids[0]}") == ids[:1]


def test_folders_are_completed_for_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "news\nsearch\n-a\n")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert ColonComplete(news, {}, "news", "_NEWS_COMPLETE").complete() == "dir,"
    assert ColonComplete(news, {}, "news", "x").source_template.count("nospace") == 1
    assert CompletionItem("x").type == "plain"


# --- progress ---------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch, columns: int = 80) -> Terminal:
    """Makes standard error a terminal."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    return shown


@pytest.mark.parametrize(
    ("done", "total", "bar", "text"),
    [
        (1_000, None, "", "1,000 articles"),
        (0, 2_000, "─" * 27, "0 of 2,000 articles"),
        (1_000, 2_000, "━" * 12 + "─" * 13, "1,000 of 2,000 articles"),
        (2_000, 2_000, "━" * 25, "2,000 of 2,000 articles"),
    ],
)
def test_progress_has_a_bar_for_a_known_total_only_and_an_empty_one_at_nothing(
    monkeypatch: pytest.MonkeyPatch, done: int, total: int | None, bar: str, text: str
) -> None:
    terminal = terminal_of(monkeypatch)
    with show_progress("articles") as move:
        move(done, total)
    last = terminal.getvalue().split("\r")
    drawn = next(line for line in reversed(last) if text in line)
    assert "".join(re.findall("[━─]", drawn)) == bar


def test_progress_says_nothing_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress("articles") as move:
        move(1, 2)
    assert capsys.readouterr() == ("", "")


def test_reading_is_measured_in_bytes_of_all_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal_of(monkeypatch)
    folder = home / "in"
    (folder / ".hidden").mkdir(parents=True)
    (folder / ".hidden" / "x").write_bytes(bytes(5_000))
    (folder / "a.txt").write_bytes(bytes(1_000_000))
    (folder / "b.txt").write_bytes(bytes(3_000_000))
    (folder / "link").symlink_to(folder / "b.txt")
    files = ReadFiles([folder], lambda: 7)
    assert files.look() == Moment(0.0, ("0 bytes of 4.0 MB", "7 articles", ""))
    for name, read, share, counted in (("a.txt", 10, 0.0, "10 bytes"), ("b.txt", 2_000_000, 0.75, "3.0")):
        with (folder / name).open("rb") as stream:
            files.open(folder / name, stream)
            stream.read(read)
            now = files.look()
            assert (round(now.share or 0, 2), now.counts[0], now.name) == (
                share,
                f"{counted} of 4.0 MB",
                name,
            )
    assert files.look().share == 1.0  # a file that is closed has been read
    assert ReadFiles([Path("-")], lambda: 7).look() == Moment(None, ("7 articles", ""))


@pytest.mark.parametrize("columns", [30, 44, 60, 80, 160])
def test_the_line_of_progress_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, home: Path, columns: int
) -> None:
    terminal = terminal_of(monkeypatch, columns)
    name = "a-name-that-is-longer-than-most-names-are-and-goes-on.jsonl"
    (home / name).write_text('{"title": "Tide"}\n' * 500)
    with pytest.raises(SystemExit) as ended:
        main(["index", name, "-a", "new"])
    assert ended.value.code == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    lines = [line.rstrip("\n") for line in plain.split("\r") if "articles" in line]
    assert lines
    assert max(map(len, lines)) <= columns
    if columns >= 80:
        assert "goes-on.jsonl" in lines[-1]


def test_checking_and_exporting_to_a_file_show_progress_and_quiet_ones_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = terminal_of(monkeypatch)

    def drawn(*arguments: str) -> bool:
        terminal.seek(0)
        terminal.truncate()
        with pytest.raises(SystemExit):
            main(arguments)
        return "articles" in terminal.getvalue()

    assert drawn("verify")
    assert drawn("export", "-o", "x.csv")
    assert not drawn("verify", "-q")
    assert not drawn("export", "-f", "csv")
