"""F. Options, configuration, environment."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import io
import os
import resource
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.bad_input.desk import BEFORE, Desk
from tests.bad_input.table import (
    DAMAGED,
    FATAL,
    FIRST,
    INTERRUPTED,
    LAST,
    LIMIT,
    LOCKED,
    NO_SPACE,
    OK,
    USAGE,
    Check,
    Line,
    ending,
    line,
)

if TYPE_CHECKING:
    import pytest
    from typing_extensions import Buffer

READING = ("search", "count", "timeline", "facets", "stats", "show a1", "verify", "dump", "rebuild")
_CAPABILITIES, _READ_SEARCH = 0x20080522, 1 << 2
"""The version of what `capset` takes, and the right of root to read everything, here its only one."""


@ending(USAGE)
def no_archive(desk: Desk) -> None:
    for command in READING:
        desk.news(*command.split(), "--archive", "gone").check(
            USAGE, "no archive at gone; make one with: news index PATH"
        )
        assert not (desk.folder / "gone").exists()


def elsewhere(code: int, words: str, make: Callable[[Path], object]) -> Check:
    """Something that is no archive of ours, which neither reading nor writing changes."""

    def look(desk: Desk) -> None:
        place = desk.folder / "other"
        make(place)
        before = _bytes(place)
        desk.write({"a.jsonl": FIRST})
        for command in ("search x", "rebuild", "verify"):
            desk.news(*command.split(), "--archive", "other").check(code, words)
        assert _bytes(place) == before

    return ending(code)(look)


def _bytes(place: Path) -> dict[Path, bytes]:
    found = place.rglob("*") if place.is_dir() else [place]
    return {path: path.read_bytes() for path in found if path.is_file() and "articles.db-" not in path.name}


def _foreign(place: Path) -> None:
    place.mkdir()
    with sqlite3.connect(place / "articles.db") as connection:
        connection.execute("CREATE TABLE things (name)")
    connection.close()


def _newer(place: Path) -> None:
    shutil.copytree("archive", place)
    with sqlite3.connect(place / "articles.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _garbage(place: Path) -> None:
    place.mkdir()
    (place / "articles.db").write_text("no database " * 100)


@ending(OK, FATAL)
def read_only(desk: Desk) -> None:
    """A process without rights, on files that are not its own, is as on a medium that cannot be written."""
    desk.write({"a.jsonl": FIRST})
    for beside in ("-wal", "-shm"):
        (desk.archive / f"articles.db{beside}").unlink(missing_ok=True)
    for path in (desk.folder, *desk.folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = desk.contents()
    code, said = _without_rights(desk, "search", "strike", "--format", "ids")
    assert (code, said.split()) == (OK, ["a1", "a2"]), said
    code, said = _without_rights(desk, "index", "a.jsonl")
    assert code == FATAL
    assert "archive" in said
    assert "Traceback" not in said
    assert desk.contents() == before
    for path in (desk.folder, *desk.folder.rglob("*")):
        path.chmod(0o755)


def _without_rights(desk: Desk, *arguments: str) -> tuple[int, str]:
    """The exit code of a command, and what it said, in a forked process that may read and not write."""
    hears, tells = os.pipe()
    process = os.fork()
    if not process:
        code = 99
        try:
            if os.geteuid() == 0:
                left = (ctypes.c_uint32 * 6)(_READ_SEARCH, _READ_SEARCH)
                assert ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(_CAPABILITIES), left) == 0
            ended = desk.news(*arguments)
            code = ended.code
            os.write(tells, (ended.out + ended.err).encode())
        except BaseException as error:
            os.write(tells, f"Traceback: {error!r}".encode())
        finally:
            os._exit(code)
    os.close(tells)
    with os.fdopen(hears) as heard:
        said = heard.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said


@ending(USAGE)
def crowded(desk: Desk) -> None:
    desk.write({"a.jsonl": FIRST})
    desk.patch.setenv("HOME", str(desk.folder))
    for place in ("/", str(desk.folder)):
        desk.news("index", "a.jsonl", "--archive", place).check(USAGE, "needs a folder of its own")
        desk.news("index", "a.jsonl", "--archive", place, "--force").check(USAGE, "--force")
    assert not (desk.folder / "articles.db").exists()


@ending(USAGE)
def configured(desk: Desk) -> None:
    desk.patch.setenv("NEWS_CONFIG", "news.toml")
    for content, *says in (
        ("tz = \nlimit = 3\n", "line 1"),
        ('tz = "UTC"\ncolour = 1\n', "line 2", "'colour' is not a setting; settings are"),
        ('tz = "UTC"\n\nlimit = "many"\n', "line 3", "limit must be a number"),
        ("limit = true\n", "line 1", "limit must be a number"),
        ("limit = -1\n", "line 1"),
        ("# " + "x" * 70_000, "larger than 64 KiB"),
        (b"tz = '\xff'", "not utf-8 at byte 6"),
        ("a = " + "[" * 5_000, "news.toml"),
        ("a" + ".a" * 3_000 + " = 1", "news.toml"),
    ):
        desk.write({"news.toml": content})
        desk.news("count").check(USAGE, "news.toml", *says)
    (desk.folder / "news.toml").unlink()
    desk.news("count").check(USAGE, "news.toml", "No such file")
    assert desk.added() == []


@ending(OK)
def bare(desk: Desk) -> None:
    """A process with next to no environment shows what it can of the text, and says the same counts."""
    poor = {"LANG": "C", "PYTHONIOENCODING": "ascii", "COLUMNS": "0", "NO_COLOR": "1", "NEWS_TZ": "UTC"}
    ended = desk.process("search", "café", environment=poor).check(OK, "1 article", "Storm floods", "in Vesk")
    assert "\x1b" not in ended.out


@ending(OK)
def closed_streams(desk: Desk) -> None:
    desk.write({"a.jsonl": FIRST})
    desk.process("count", closing=">&-").check(OK)
    desk.process("index", "a.jsonl", closing="<&- >&- 2>&-").check(OK)
    assert [article.id for article in desk.added()] == ["first"]


@ending(USAGE)
def no_input(desk: Desk) -> None:
    desk.process("index", "-", closing="<&-").check(USAGE, "standard input")
    assert desk.added() == []


def limited(kind: int, limit: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (limit, limit))


@ending(NO_SPACE, OK)
def small_limits(desk: Desk) -> None:
    """Of files, memory and lengths: whatever is said, what was there is there, and the next one goes on."""
    text = " ".join(f"w{n}" for n in range(40_000))
    desk.write({"a.jsonl": f'{{"id":"h","title":"Tide","body":"{text}"}}'})
    ended = desk.process("index", "a.jsonl", prepare=limited(resource.RLIMIT_FSIZE, 64 << 10))
    ended.check(NO_SPACE, "cannot grow")
    assert set(BEFORE) <= set(desk.ids())
    desk.process("count", "strike", prepare=limited(resource.RLIMIT_AS, 512 << 20)).check(OK, "2")
    desk.process("count", "strike", prepare=limited(resource.RLIMIT_NOFILE, 16)).check(OK, "2")
    desk.news("index", "a.jsonl").check(OK)
    assert [article.id for article in desk.added()] == ["h"]


@ending(LOCKED)
def two_writers(desk: Desk) -> None:
    desk.write({"a.jsonl": FIRST})
    before = desk.contents()
    with (desk.archive / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4242 desk 2025-02-10 08:20:00 UTC\n")
        lock.flush()
        for command in ("index a.jsonl", "delete a1 --yes", "rebuild", "index a.jsonl --wait 0.1"):
            desk.news(*command.split()).check(LOCKED, "process 4242 on desk since 2025-02-10", "--wait")
        desk.news("count").check(OK, "4")
    after = desk.contents()
    assert {name: after[name] for name in after if name != "lock"} == {
        name: before[name] for name in before if name != "lock"
    }


class Sending(io.RawIOBase):
    """Standard input that sends this process a signal where it is read."""

    def __init__(self, number: int) -> None:
        self._number = number

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:  # noqa: ARG002  # which stays empty
        signal.raise_signal(self._number)
        return 0


@ending(INTERRUPTED, OK)
def interrupted(desk: Desk) -> None:
    """While it reads and while it stores; a second signal, which ends it at once, is for `tests/faults`."""
    assert threading.current_thread() is threading.main_thread(), "only there can signals be taken"
    desk.write({"first.jsonl": FIRST, "last.jsonl": LAST})
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):  # whoever runs the tests may ignore them
        signal.signal(number, signal.default_int_handler)
    for number, name, counted in (
        (signal.SIGTERM, "first", "added 1, updated 0, unchanged 0"),
        (signal.SIGHUP, "last", "added 1, updated 0, unchanged 0"),
        (signal.SIGINT, "first", "added 0, updated 0, unchanged 1"),
    ):
        ended = desk.news("index", f"{name}.jsonl", "-", given=io.BufferedReader(Sending(number)))
        ended.check(128 + number, counted, "the articles counted above are in the archive", "interrupted")
    assert sorted(article.id for article in desk.added()) == ["first", "last"]
    synced, left = os.fsync, [signal.SIGINT]

    def fsync(descriptor: int) -> None:
        if left:
            signal.raise_signal(left.pop())
        synced(descriptor)

    desk.write({"a.jsonl": b'{"id":"h","title":"Ebb"}'})
    for command in ("index a.jsonl", "rebuild", "delete h --yes"):
        left[:] = [signal.SIGINT]
        with desk.patch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            desk.news(*command.split()).check(INTERRUPTED, "interrupted")
        assert not left
        desk.news("rebuild").check(OK)
        desk.news("verify", "--deep").check(OK)
    desk.news("search", "strike").check(OK)


@ending(NO_SPACE)
def disk_full(desk: Desk) -> None:
    """Before anything is durable, in the midst, and where files get their names."""
    desk.write({"a.jsonl": FIRST})

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    synced = os.fsync
    for call in ("fsync", "second fsync", "replace"):
        number = iter(range(100))

        def later(descriptor: int, number: object = number) -> None:
            if next(number):  # type: ignore[call-overload]
                full()
            synced(descriptor)

        with desk.patch.context() as patch:
            patch.setattr(os, call.split()[-1], later if call.startswith("second") else full)
            desk.news("index", "a.jsonl").check(NO_SPACE, "space")
        assert set(BEFORE) <= set(desk.ids())
        desk.news("verify").check(OK)
    desk.news("index", "a.jsonl").check(OK)
    assert [article.id for article in desk.added()] == ["first"]


@ending(OK)
def other_clocks(desk: Desk) -> None:
    """In 1970, in 2100 and back again: what is found and how it is ranked is the same."""
    desk.write({"a.jsonl": FIRST, "b.jsonl": LAST})
    found = []
    for years in ((2025, 2025), (1970, 1970), (2100, 2100), (2100, 1970)):
        place = "-".join(map(str, years))
        shutil.copytree(desk.archive, place)
        for year, name in zip(years, ("a.jsonl", "b.jsonl"), strict=True):
            with desk.patch.context() as patch:
                _set_clock(patch, year)
                desk.news("index", name, "--archive", place).check(OK, "added 1")
                ended = desk.news("search", "strike", "--format", "json", "--archive", place).check(OK)
                desk.news("verify", "--archive", place).check(OK)
        found.append(ended.out)
    assert len(set(found)) == 1


def _set_clock(patch: pytest.MonkeyPatch, year: int) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = UTC) -> Self:
            return cls(year, 6, 1, tzinfo=tz)

    patch.setattr("search.archive.archive.datetime", Clock)
    patch.setattr("time.time_ns", lambda: int(Clock.now().timestamp()) * 10**9)


@ending(OK)
def other_stemmer(desk: Desk) -> None:
    with desk.patch.context() as patch:
        patch.setattr("search.text.analyzer.stemmers_checksum", lambda: "of others")
        assert desk.news("search", "strike").check(OK).err == ""  # their stems are the same
        patch.setattr("search.text.analyzer.stems_fingerprint", lambda: "of others")
        ended = desk.news("search", "strike").check(OK, "analysed by other", "run: news rebuild")
        assert "2 articles" in ended.out
        desk.write({"new.jsonl": FIRST.replace(b"a1", b"a7")})
        desk.news("index", "new.jsonl").check(USAGE, "analysed by other", "first run: news rebuild")
        desk.news("rebuild").check(OK)
        assert desk.news("search", "strike").check(OK).err == ""


LINES: dict[int, Line] = {
    98: line("an archive that is not there", USAGE, no_archive),
    99: line(
        "what is no archive",
        (USAGE, DAMAGED),
        elsewhere(USAGE, "is not a folder", lambda place: place.write_text("x")),
        elsewhere(USAGE, "no archive at other", Path.mkdir),
        elsewhere(USAGE, "newer version of news", _newer),
        elsewhere(USAGE, "other", _foreign),
        elsewhere(DAMAGED, "articles.db is damaged", _garbage),
    ),
    100: line("an archive that cannot be written", (OK, FATAL), read_only),
    101: line("an archive in a folder for everything", USAGE, crowded),
    102: line("configurations that are none", USAGE, configured),
    103: line(
        "a poor environment",
        (OK, USAGE),
        bare,
        closed_streams,
        no_input,
        but="no crash is all that is asked; input that is closed cannot be read, and is said to be",
    ),
    104: line("small limits", (OK, NO_SPACE, LIMIT), small_limits),
    105: line("two writers", LOCKED, two_writers),
    106: line("signals", (INTERRUPTED, OK), interrupted),
    107: line("a full disk", NO_SPACE, disk_full),
    108: line("clocks that are wrong", OK, other_clocks),
    111: line("another version of NLTK", OK, other_stemmer),
}
