"""Readers that may not write: they see all that is acknowledged, or say that they cannot."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.article import Article
from search.errors import ArchiveError, ArchiveReadOnly
from search.query import Archive, open_archive
from tests.engines import open_engine

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become a user without rights"
)
NOBODY = 65_534


@pytest.fixture
def location() -> Iterator[Path]:
    """An archive that everybody may read and only its owner may write."""
    folder = Path(tempfile.mkdtemp(prefix="news-rights-"))
    folder.chmod(0o755)
    add(folder / "archive", "x")
    yield folder / "archive"
    shutil.rmtree(folder)


def add(location: Path, name: str) -> None:
    engine = open_engine(location, create=True)
    engine.add([Article(id=f"{name}{n}", title="Tide", body=f"{name} {n}") for n in range(3)])
    engine.close()


def as_nobody(work: Callable[[], object]) -> None:
    """Do the work in a process without rights; what it asserts has to hold."""
    child = os.fork()
    if not child:
        code = 1
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


def with_log(location: Path) -> None:
    """Leave the newest batch in the WAL, as a copy of a live archive has it."""
    held = sqlite3.connect(location / "articles.db")
    held.execute("SELECT count(*) FROM articles").fetchone()
    held.execute("BEGIN")
    held.execute("SELECT count(*) FROM articles").fetchone()
    add(location, "y")
    copy = location.with_name("copy")
    shutil.copytree(location, copy)
    held.close()
    shutil.rmtree(location)
    copy.rename(location)


def test_whoever_may_not_write_searches_what_there_is(location: Path) -> None:
    def work() -> None:
        with open_archive(location) as archive:
            assert archive.search("tide").total == 3
            assert archive.search("tide").warnings == ()
            with pytest.raises(ArchiveReadOnly):
                archive.delete(["x0"])

    as_nobody(work)


def test_whoever_may_not_write_reads_saved_searches_and_takes_no_delivery(location: Path) -> None:
    with open_archive(location) as archive:
        archive.save("tide", "tide", start=1)

    def work() -> None:
        with open_archive(location) as archive:
            assert [each.name for each in archive.saved()] == ["tide"]
            for change in (lambda: archive.new(), lambda: archive.save("x", "tide")):
                with pytest.raises(ArchiveReadOnly):
                    change()
            with pytest.raises(ArchiveReadOnly):
                archive.remove_saved("tide")

    as_nobody(work)


def test_whoever_may_not_write_never_misses_what_is_in_the_log(location: Path) -> None:
    with_log(location)
    (location / "articles.db-shm").unlink()

    def work() -> None:
        with pytest.raises(ArchiveReadOnly, match=r"articles\.db-wal"):
            open_archive(location)

    as_nobody(work)
    with open_archive(location) as archive:
        assert archive.count("tide") == 6


def test_whoever_may_not_write_reads_the_log_where_that_can_be_done(location: Path) -> None:
    with_log(location)

    def work() -> None:
        with open_archive(location) as archive:
            assert archive.search("tide").total == 6

    as_nobody(work)


def test_a_reader_without_rights_stays_current(location: Path) -> None:
    ready, go = os.pipe(), os.pipe()

    def look(archive: Archive) -> None:
        results = archive.search("tide")
        assert results.total == len(results.hits) == 7
        assert results.warnings == ()
        assert archive.search("zebra").hits[0].article.body == "zebra"
        assert archive.get("x0") is None

    def work() -> None:
        with open_archive(location) as archive:
            assert archive.count("tide") == 3
            os.write(ready[1], b".")
            os.read(go[0], 1)
            look(archive)

    child = os.fork()
    if not child:
        code = 1
        try:
            os.setuid(NOBODY)
            work()
            code = 0
        except ArchiveError:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.read(ready[0], 1)
    add(location, "y")
    engine = open_engine(location)
    engine.add(
        [
            Article(id="x1", title="Tide", body="zebra"),
            Article(id="z", title="Tide"),
            Article(id="w", title="Tide"),
        ]
    )
    engine.delete(["x0"])
    engine.close()
    os.write(go[1], b".")
    assert os.waitpid(child, 0)[1] == 0
    for end in (*ready, *go):
        os.close(end)
