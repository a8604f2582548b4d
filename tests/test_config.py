"""Settings and surroundings: the configuration file, the environment, and what output goes into."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search.cli import main
from search.cli.options import resolve
from search.config import DEFAULT_ARCHIVE, Config, load_config, local_zone
from search.errors import InvalidRequest
from search.query import Archive

Program = Callable[..., subprocess.CompletedProcess[bytes]]

ROOT = Path(__file__).parent.parent
WHOLE = 'archive = "~/papers"\ntz = "Europe/Berlin"\nlimit = 25\ncolor = "always"\n'


def configured(tmp_path: Path, content: str | bytes, **environment: str) -> Config:
    """What a file with this content, and these variables, make of the settings."""
    path = tmp_path / "settings.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_config({"NEWS_CONFIG": str(path), **environment}, path.parent)


def test_an_empty_file_leaves_the_defaults(tmp_path: Path) -> None:
    assert configured(tmp_path, "") == Config(archive=DEFAULT_ARCHIVE, tz="", limit=10, color="auto")


def test_all_settings_are_read_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert configured(tmp_path, WHOLE) == Config(tmp_path / "papers", "Europe/Berlin", 25, "always")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = configured(tmp_path, WHOLE, NEWS_ARCHIVE="elsewhere", NEWS_TZ="Asia/Tokyo")
    assert (config.archive, config.tz, config.limit) == (Path("elsewhere"), "Asia/Tokyo", 25)


def test_empty_variables_say_nothing(tmp_path: Path) -> None:
    config = configured(
        tmp_path, 'archive = "papers"\ntz = "UTC"\n', NEWS_ARCHIVE="", NEWS_TZ="", NO_COLOR=""
    )
    assert config == Config(Path("papers"), "UTC", 10, "auto")


@pytest.mark.parametrize(("content", "color"), [("", "never"), ('color = "always"', "always")])
def test_no_color_means_never_unless_the_file_says_otherwise(
    tmp_path: Path, content: str, color: str
) -> None:
    assert configured(tmp_path, content, NO_COLOR="1").color == color


@pytest.mark.parametrize("limit", [0, 10_000])
def test_the_limit_can_be_at_its_bounds(tmp_path: Path, limit: int) -> None:
    assert configured(tmp_path, f"limit = {limit}").limit == limit


WRONG = {
    "a setting that does not exist": (
        'archiv = "x"',
        "'archiv' is not a setting; settings are archive, tz, limit",
    ),
    "a number for the archive": ("archive = 7", "archive must be text"),
    "a list for the zone": ('tz = ["UTC"]', "tz must be text"),
    "text for the limit": ('limit = "10"', "limit must be a number"),
    "a truth value for the limit": ("limit = true", "limit must be a number"),
    "a fraction for the limit": ("limit = 1.5", "limit must be a number"),
    "a negative limit": ("limit = -1", "limit must be from 0 to 10000"),
    "a limit past any page": ("limit = 10001", "limit must be from 0 to 10000"),
    "a colour that does not exist": ('color = "red"', "color must be one of auto, always, never"),
    "no TOML": ("limit = 10\ntz = \n", "line 2"),
    "a setting twice": ("limit = 1\nlimit = 2\n", "line 2"),
    "bytes that are no UTF-8": (b'tz = "\xff"', "utf-8"),
    "a file far too large": (b"#" * 70_000, "larger than 64 KiB"),
}


@pytest.mark.parametrize(("content", "reason"), WRONG.values(), ids=WRONG)
def test_the_file_is_named_with_what_is_wrong_in_it(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        configured(tmp_path, content)
    assert str(raised.value).startswith(str(tmp_path / "settings.toml"))
    assert reason in str(raised.value)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"gone\.toml cannot be read: No such file"):
        load_config({"NEWS_CONFIG": str(tmp_path / "gone.toml")}, tmp_path)


def test_the_usual_file_need_not_be_there_and_is_read_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_config({}, tmp_path) == Config()
    (tmp_path / "config.toml").write_text("limit = 3\n")
    assert load_config({}, tmp_path).limit == 3
    for name in ("NEWS_CONFIG", "NEWS_TZ"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    (tmp_path / "settings" / "news").mkdir(parents=True)
    (tmp_path / "settings" / "news" / "config.toml").write_text('tz = "Asia/Tokyo"\n')
    assert str(resolve(None).zone) == "Asia/Tokyo"


def test_the_file_that_is_named_is_the_one_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("limit = 3\n")
    (tmp_path / "mine.toml").write_text("limit = 4\n")
    assert load_config({"NEWS_CONFIG": str(tmp_path / "mine.toml")}, tmp_path).limit == 4


@pytest.mark.parametrize(("name", "offset"), [("UTC", 0), ("Asia/Tokyo", 9)])
def test_a_zone_is_found_by_its_name(name: str, offset: int) -> None:
    assert datetime(2025, 2, 1, tzinfo=local_zone(name)).utcoffset() == timedelta(hours=offset)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="Mars/Base"):
        local_zone("Mars/Base")


def test_no_name_is_the_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setattr("tzlocal.unix._cache_tz", None)  # what another test had it look up
    assert datetime(2025, 2, 1, tzinfo=UTC).astimezone(local_zone("")).hour == 9


def test_a_command_names_the_file_that_is_wrong_and_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text("limit = 'many'\n")
    monkeypatch.setenv("NEWS_CONFIG", str(tmp_path / "bad.toml"))
    with pytest.raises(SystemExit) as ended:
        main(["search", "strike"])
    assert ended.value.code == 2
    assert capsys.readouterr() == ("", f"news: {tmp_path / 'bad.toml'}, line 1: limit must be a number\n")


# --- as a program -----------------------------------------------------------------------------------


@pytest.fixture
def program(archive: Archive, tmp_path: Path) -> Program:
    """Runs Python with these arguments, the archive of four articles being the one meant."""
    assert archive.count("*") == 4

    def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "NEWS_ARCHIVE": str(tmp_path / "archive"), **environment},
            capture_output=True,
            check=False,
            timeout=60,
        )

    return program


CLOSED_PIPE = """import os, subprocess, sys
reading, writing = os.pipe()
os.close(reading)
subprocess.run([sys.executable, "-m", "search", *sys.argv[1:]], stdout=writing)
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_output_into_a_closed_pipe_ends_without_a_traceback(program: Program, form: str) -> None:
    ended = program("-c", CLOSED_PIPE, "search", "strike", "--format", form)
    assert (ended.stdout, ended.stderr) == (b"", b"")


def test_output_that_is_ascii_only_gets_question_marks(program: Program) -> None:
    ended = program("-m", "search", "search", "storm", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"caf? in Vesk" in ended.stdout


@pytest.mark.parametrize(("no_color", "coloured"), [("1", False), ("", True)])
def test_no_color_takes_the_colour_out(program: Program, no_color: str, coloured: bool) -> None:
    forced = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    ended = program("-m", "search", "search", "storm", NO_COLOR=no_color, **forced)
    assert ended.returncode == 0
    assert (b"\x1b[" in ended.stdout) == coloured


LISTS = """import sys
from search.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"nltk", "numpy", "whoosh", "rich", "sqlite3", "dateparser"}),
        (["search", "strike", "--format", "json"], {"nltk", "rich", "dateparser"}),
    ],
)
def test_what_is_slow_to_import_is_imported_only_where_it_is_used(
    program: Program, arguments: list[str], unwanted: set[str]
) -> None:
    ended = program("-c", LISTS, *arguments)
    assert ended.returncode == 0
    modules = set(ended.stderr.decode().split())
    assert "search.cli" in modules
    assert not unwanted & modules
