"""Writers, some killed while they hold the lock, and readers at once: nothing is lost or seen by half."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from search.article import Article
from search.backends import maintained
from search.engine import SearchRequest
from search.errors import ArchiveLocked, SearchError
from search.language import parse_query
from tests.asking import ask
from tests.engines import open_engine
from tests.faults.archives import TORTURE
from tests.faults.conftest import Count
from tests.faults.events import watching
from tests.faults.killing import forked

WRITERS, READERS, BATCHES = (8, 8, 110) if TORTURE else (3, 2, 4)
PAIR = 2
"""Articles of a batch: all of them are to be seen, or none."""


def batch(writer: int, number: int) -> list[Article]:
    return [
        Article(id=f"w{writer}-{number}-{part}", title=f"Notice w{writer}b{number}", body="of tides")
        for part in range(PAIR)
    ]


def write(location: Path, writer: int, note: Path, _: int) -> None:
    """Adds batch after batch; every other writer is killed in the midst of its last."""
    engine = open_engine(location, wait=300)
    for number in range(BATCHES):
        if number == BATCHES - 1 and writer % 2:
            left = 10 + writer

            def killed(_event: str, _path: str) -> None:
                nonlocal left
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

            with watching(location, killed):
                engine.add(batch(writer, number))
        else:
            engine.add(batch(writer, number))
        with note.open("a") as acknowledged:
            acknowledged.write(f"{writer}-{number}\n")
    engine.close()


def read(location: Path, stop: Path, tells: int) -> None:
    """Searches until it is told to stop; each answer has whole batches, and no fewer than the one before."""
    engine = open_engine(location)
    request = SearchRequest(parse_query("notice").tree, limit=100_000)
    before = done = 0
    while not stop.exists():
        results = ask(engine).search(request)
        assert results.total == len(results.hits) >= before
        assert results.total % PAIR == 0
        before, done = results.total, done + 1
    engine.close()
    os.write(tells, b"%d" % done)


def test_nothing_is_lost_or_seen_by_half(tmp_path: Path, count: Count) -> None:
    location, stop, note = tmp_path / "archive", tmp_path / "stop", tmp_path / "acknowledged"
    open_engine(location, create=True).close()
    note.touch()
    writers = [forked(partial(write, location, n, note)) for n in range(WRITERS)]
    readers = [forked(partial(read, location, stop)) for _ in range(READERS)]
    killed = 0
    for process, hears in writers:
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
        os.close(hears)
    stop.touch()
    searches = 0
    for process, hears in readers:
        searches += int(os.read(hears, 20) or 0)
        os.close(hears)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert killed == WRITERS // 2
    acknowledged = note.read_text().split()
    assert len(acknowledged) >= WRITERS * BATCHES - killed
    engine = open_engine(location)
    engine.add([Article(id="last", title="Last")])  # at once: no lock has stayed
    engine.close()
    stored = {article.id for article in maintained(location).articles()}
    assert {f"w{each}-{part}" for each in acknowledged for part in range(PAIR)} <= stored
    assert maintained(location).verify("deep").problems == ()
    count("commits of writers side by side", len(acknowledged))
    count("searches meanwhile", searches)
    count("writers killed with the lock", killed)


def second_writer_at(event: int, location: Path) -> bool | None:
    """Add an article; at its event of this number, from 0 on, another writer tries to add one.

    Whether that one was let in; None if there are fewer events. Asserts that what was acknowledged is found.
    """
    left, let_in = event, None

    def intrude(kind: str, _path: str) -> None:
        nonlocal left, let_in
        left -= kind != "sql"  # when SQLite has locks of its own
        if left >= 0 or let_in is not None:
            return
        second = open_engine(location)
        try:
            second.add([Article(id="second", title="Second notice")])
            let_in = True
        except ArchiveLocked:
            let_in = False
        finally:
            second.close()

    first = open_engine(location)
    with watching(location, intrude):
        first.add([Article(id="first", title="First notice")])
    assert set(ask(first).ids(parse_query("notice").tree)) == {"first", *(["second"] if let_in else [])}
    first.close()
    assert maintained(location).verify().problems == ()
    return let_in


def intrusions(folder: Path, step: int) -> Iterator[bool]:
    for event in range(0, 1_000, step):
        location = folder / str(event)
        open_engine(location, create=True).close()
        let_in = second_writer_at(event, location)
        if let_in is None:
            return
        yield let_in


def test_a_second_writer_is_kept_out_until_the_first_is_done(tmp_path: Path, count: Count) -> None:
    let_in = list(intrusions(tmp_path, 1 if TORTURE else 3))
    assert let_in.count(False) > 4
    count("second writers that tried", len(let_in))


def test_this_harness_sees_a_lock_that_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcntl.flock", lambda *_: None)
    with pytest.raises((AssertionError, SearchError)):
        list(intrusions(tmp_path, 1))
