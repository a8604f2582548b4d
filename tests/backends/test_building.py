"""Large batches, which a process of its own analyses."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.article import Article
from search.backends.embedded import builder
from search.engine import Added, SearchRequest
from search.errors import ArchiveError
from search.language import parse_query
from tests.asking import ask
from tests.engines import open_engine

pytestmark = pytest.mark.skipif(
    not Path(f"/proc/self/task/{os.getpid()}/children").exists() or len(os.sched_getaffinity(0)) < 2,
    reason="needs a second core, and /proc to see the process",
)

CRAWLED = datetime(2025, 2, 11, tzinfo=UTC)
ENOUGH = 2 * builder.MIN_ARTICLES_FOR_PROCESS + 1


def notices(count: int) -> Iterator[Article]:
    """Articles that all have a word in common, and each one of its own."""
    for number in range(count):
        text = "Of tides; see Port-Alder’s café."
        yield Article(id=f"n{number}", title=f"Notice {number}", body=text, crawled=CRAWLED)


def children() -> list[int]:
    """The processes that this one has started."""
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]


def total(location: Path, query: str) -> int:
    """How many a new engine finds."""
    engine = open_engine(location)
    found = ask(engine).search(SearchRequest(parse_query(query).tree)).total
    engine.close()
    return found


def test_a_large_batch_is_indexed_as_a_small_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = open_engine(tmp_path / "here", create=True)
    there = open_engine(tmp_path / "there", create=True)
    seen: list[int] = []

    def watched() -> Iterator[Article]:
        yield from notices(ENOUGH)
        seen.extend(children())
        yield Article(id="n7", title="Seven again", body="Cafe.", crawled=CRAWLED)

    assert there.add(watched()) == Added(added=ENOUGH, updated=1)
    assert seen
    monkeypatch.setattr(builder, "MIN_ARTICLES_FOR_PROCESS", 10**9)
    here.add([*notices(ENOUGH), Article(id="n7", title="Seven again", body="Cafe.", crawled=CRAWLED)])
    for query in ("notice", "n", "7", "again", "cafe", '"see port alder\'s"', "tides -7", "id:n7", "not*"):
        request = SearchRequest(parse_query(query).tree, limit=20)
        assert ask(there).search(request) == ask(here).search(request), query
    there.close()
    here.close()
    assert not children()


def test_the_process_is_used_again_for_the_next_batch(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add(notices(ENOUGH))
    (first,) = children()
    engine.add(Article(id=article.id, title=f"{article.title} again") for article in notices(ENOUGH))
    assert children() == [first]
    engine.close()
    assert total(tmp_path / "archive", "again") == total(tmp_path / "archive", "notice") == ENOUGH


def test_a_process_that_was_started_for_too_few_articles_ends_with_its_engine(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add(notices(builder.MIN_ARTICLES_TO_START + 1))
    assert len(children()) == 1
    engine.close()
    assert not children()
    assert total(tmp_path / "archive", "notice") == builder.MIN_ARTICLES_TO_START + 1


def test_a_process_that_is_killed_while_it_is_sent_articles_loses_nothing(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add([Article(id="kept", title="Kept notice")])

    def interrupted() -> Iterator[Article]:
        yield from notices(ENOUGH)
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        yield from notices(3 * ENOUGH)

    with pytest.raises(ArchiveError, match="SIGKILL"):
        engine.add(interrupted())
    assert ask(engine).get(["n0"]).get("n0") is None
    assert ask(engine).state().warnings == ()
    assert engine.add(notices(ENOUGH)) == Added(added=ENOUGH)
    engine.close()
    assert total(tmp_path / "archive", "notice") == ENOUGH + 1


def test_a_process_that_is_killed_before_it_has_written_loses_nothing(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)

    def interrupted() -> Iterator[Article]:
        yield from notices(ENOUGH)
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(ArchiveError, match="SIGKILL"):
        engine.add(interrupted())
    engine.add([Article(id="next", title="Next notice")])
    stored = sum(ask(engine).get([f"n{number}"]).get(f"n{number}") is not None for number in range(ENOUGH))
    engine.close()
    assert stored in (0, ENOUGH)
    assert total(tmp_path / "archive", "notice") == stored + 1


def test_articles_that_break_off_leave_nothing_behind(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)

    def broken() -> Iterator[Article]:
        yield from notices(ENOUGH)
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError, match="gone"):
        engine.add(broken())
    assert not children()
    assert engine.add(notices(3)) == Added(added=3)
    engine.close()
    assert total(tmp_path / "archive", "notice") == 3
