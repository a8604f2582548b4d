"""Help: commands under headings, pages that are true, and a man page that has all of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from search.cli import news
from search.cli.options import EXIT_CODES, EXIT_MEANINGS
from search.cli.topics import DATES, QUERY, SETTINGS, TOPICS
from search.config import Config, load_config
from search.fields import FIELDS
from search.language import limits, parse_query
from tests.cli.conftest import Run

COMMANDS = sorted(news.commands)
ROWS = [(topic.name, *row) for topic in (QUERY, DATES) for section in topic.sections for row in section.rows]
RANGES = [(written, meaning) for _, written, meaning in ROWS if re.match(r"\d|\.\.", meaning)]


# --- the list of commands ---------------------------------------------------------------------------


def test_the_commands_stand_under_headings_each_once(run: Run) -> None:
    out = run("--help")[1]
    headings = {
        heading: re.findall(r"^  (\w+) ", block, re.MULTILINE)
        for heading, block in re.findall(r"^([A-Z][a-z ]+):\n((?:  .*\n)+)", out, re.MULTILINE)
    }
    assert list(headings) == [
        "Options",
        "Find",
        "Study",
        "Follow",
        "Serve",
        "Put in",
        "Understand",
        "Keep",
        "More help",
        "Exit codes",
    ]
    listed = [name for heading in list(headings)[1:8] for name in headings[heading]]
    assert sorted(listed) == COMMANDS
    assert news.list_commands(click.Context(news)) == listed


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_no_line_of_help_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for arguments in ([], *([name] for name in COMMANDS)):
        code, out, _ = run(*arguments, "--help")
        assert code == 0
        assert not [line for line in out.splitlines() if re.search(r"[a-z]\.\.\.$", line)]


def test_each_command_has_one_line_at_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("--help")[1].splitlines()
    for name in COMMANDS:
        (line,) = (line for line in lines if line.startswith(f"  {name} "))
        assert line.endswith("."), line


@pytest.mark.parametrize(
    ("typed", "meant"), [("get", "show"), ("find", "search"), ("serach", "search"), ("update", "index")]
)
def test_a_command_of_another_name_is_proposed(run: Run, typed: str, meant: str) -> None:
    code, out, err = run(typed, "x")
    assert (code, out) == (2, "")
    assert f"'{meant}'" in err


@pytest.mark.parametrize("typed", [["-a", "papers", "search", "x"], ["--since", "7d", "search", "x"]])
def test_an_option_before_the_command_is_sent_behind_it(run: Run, typed: list[str]) -> None:
    code, out, err = run(*typed)
    assert (code, out) == (2, "")
    assert f"give it after the command: news COMMAND … {typed[0]} …" in err
    assert "give it after" not in run("--nonsense", "search")[2]


def test_the_version_has_a_short_option(run: Run) -> None:
    assert run("-V") == run("--version")
    assert run("-V")[1].startswith("news, version ")


# --- the pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("topic", "written", "meaning"), ROWS)
def test_every_query_of_the_pages_can_be_read(topic: str, written: str, meaning: str) -> None:
    query = parse_query(written, extra_fields=("places",))
    assert query.notes == (), topic
    for other in re.findall(r"\(.*\) (?:AND|OR) .*", meaning):
        assert str(query) == str(parse_query(other))


@pytest.mark.parametrize(("written", "meaning"), RANGES)
def test_every_date_of_the_page_means_the_days_beside_it(written: str, meaning: str) -> None:
    now = datetime(2025, 3, 12, 15, 30, tzinfo=UTC)
    assert parse_query(written, now=now).tree == parse_query(f"date:{meaning}").tree


def test_the_page_of_dates_is_mostly_checked_by_value() -> None:
    assert len(RANGES) > 30


def test_the_pages_name_every_field_and_its_other_names(run: Run) -> None:
    page = run("help", "query")[1] + run("help", "dates")[1]
    for field in FIELDS:
        assert f"{field.name}:" in page
    others = {name for field in FIELDS for name in field.aliases}
    plural = {"keywords", "tags", "authors", "published"}
    assert {name for name in others if f"{name}:" not in page} == plural


def test_the_page_of_queries_names_the_limits_as_they_are(run: Run) -> None:
    page = " ".join(run("help", "query")[1].split())
    assert f"needs {limits.MIN_WILDCARD_LETTERS} letters or more" in page
    assert f"differs by at most {limits.MAX_EDITS} letters" in page
    assert f"at most {limits.MAX_DISTANCE:,} words" in page


def test_the_page_of_settings_names_all_there_are(tmp_path: object) -> None:
    variables, file = (section.rows for section in SETTINGS.sections)
    assert [name for name, _ in variables] == ["NEWS_ARCHIVE", "NEWS_TZ", "NEWS_CONFIG", "NO_COLOR"]
    path = f"{tmp_path}/all.toml"
    with open(path, "w") as settings:  # noqa: PTH123
        settings.write("\n".join(line for line, _ in file))
    config = load_config({"NEWS_CONFIG": path}, Path())
    assert (config.tz, config.limit, config.color) == ("Europe/Berlin", 20, "never")
    assert [line.split()[0] for line, _ in file] == [field.name for field in fields(Config)]


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_fits_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, topic: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, err = run("help", topic)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) < columns
    for section in TOPICS[topic].sections:
        assert f"\n{section.heading}:\n" in out
        for written, _ in section.rows:
            assert f"\n  {written}" in out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_its_help(run: Run, name: str) -> None:
    assert run("help", name) == run(name, "--help")


def test_help_alone_is_the_list_of_commands(run: Run) -> None:
    assert run("help") == run("--help")


def test_help_on_an_unknown_subject_names_the_topics(run: Run) -> None:
    code, out, err = run("help", "nonsense")
    assert (code, out) == (2, "")
    assert "There is no help on 'nonsense'. Topics are query, dates, output, settings" in err


# --- the man page -----------------------------------------------------------------------------------


def unescaped(roff: str) -> str:
    for escape, character in ((r"\-", "-"), (r"\(aq", "'"), (r"\(ga", "`"), (r"\&", ""), (r"\e", "\\")):
        roff = roff.replace(escape, character)
    return re.sub(r"\\\[u([0-9A-F]{4})\]", lambda found: chr(int(found[1], 16)), roff)


def test_the_man_page_has_every_command_option_topic_and_exit_code(run: Run) -> None:
    code, page, err = run("help", "--man")
    assert (code, err) == (0, "")
    assert page.startswith('.TH NEWS 1 "" "news-search ')
    lines = unescaped(page).splitlines()
    for name, command in news.commands.items():
        start = next(n for n, line in enumerate(lines) if line.startswith(f".SS news {name} "))
        end = next(n for n, line in enumerate(lines) if n > start and line.startswith((".SS", ".SH")))
        part = "\n".join(lines[start:end])
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else ():
                assert re.search(rf"^\.B .*{option}\b", part, re.MULTILINE), (name, option)
    for topic in TOPICS.values():
        assert f".SH {topic.name.upper()}" in lines
        for section in topic.sections:
            assert f".SS {section.heading}" in lines
            assert {f".B {written}" for written, _ in section.rows} <= set(lines)
    for exit_code, meaning in EXIT_MEANINGS.items():
        assert lines[lines.index(f".B {exit_code}") + 1] == meaning


def test_every_request_of_the_man_page_is_one_that_it_means(run: Run) -> None:
    requests = {line.split()[0] for line in run("help", "--man")[1].splitlines() if line[:1] in (".", "'")}
    assert requests == {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".nf", ".fi"}


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_reads_the_man_page_without_a_warning(run: Run) -> None:
    page = run("help", "--man")[1]
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"], input=page.encode(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_exit_codes_have_meanings() -> None:
    assert set(EXIT_CODES.values()) <= set(EXIT_MEANINGS)
