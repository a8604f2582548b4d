"""The first run of an archive, cut short at any point, leaves none or one that can be gone on with."""

from __future__ import annotations

import errno
import shutil
from functools import partial
from itertools import count as count_from
from pathlib import Path

import pytest

from search.backends import maintained
from search.errors import ArchiveError, ArchiveNotFound
from tests.engines import open_engine
from tests.faults.archives import TORTURE, bodies, notices, searched
from tests.faults.conftest import Count
from tests.faults.events import watching
from tests.faults.killing import interrupted, killed_before

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")

ARTICLES = notices(0, 3)
BODIES = {article.id: article.body for article in ARTICLES}


def first_run(location: Path) -> None:
    engine = open_engine(location, create=True)
    engine.add(ARTICLES)
    engine.close()


def check(location: Path, *, acknowledged: bool = False) -> None:
    """Assert that there is no archive or one that opens, and that the same run again makes it whole."""
    try:
        found = searched(location)
    except ArchiveNotFound:
        assert not acknowledged
    else:
        assert found in ({}, BODIES)
        assert found == BODIES or not acknowledged
    first_run(location)
    assert searched(location) == bodies(location) == BODIES
    assert maintained(location).verify("deep").problems == ()
    assert {path.name for path in location.iterdir()} <= {
        "articles.db", "articles.db-wal", "articles.db-shm", "index", "lock",
    }  # fmt: skip


def test_a_kill_of_the_first_run_leaves_none_or_one_that_opens(tmp_path: Path, count: Count) -> None:
    tried = 0
    for event in count_from(0, 1 if TORTURE else 7):
        location = tmp_path / "tried" / "archive"
        location.parent.mkdir()
        killed, acknowledged = killed_before(event, first_run, location)
        check(location, acknowledged=acknowledged)
        shutil.rmtree(location.parent)
        tried += killed
        if not killed:
            break
    assert tried > (60 if TORTURE else 7)
    count("kills of a first run", tried)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that Python closes
def test_an_interrupt_of_the_first_run_leaves_none_or_one_that_opens(tmp_path: Path, count: Count) -> None:
    tried = 0
    for line in count_from(0, 7 if TORTURE else 193):
        location = tmp_path / "archive"
        finished = interrupted(partial(first_run, location), line)
        check(location, acknowledged=finished is not False)
        shutil.rmtree(location)
        if finished is None:
            break
        tried += 1
    assert tried > 5
    count("interrupts of a first run", tried)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_failing_call_of_the_first_run_leaves_none_or_one_that_opens(
    tmp_path: Path, count: Count, code: int
) -> None:
    tried = 0
    for event in count_from(0, 1 if TORTURE else 7):
        location = tmp_path / "tried" / "archive"
        location.parent.mkdir()
        left = event

        def fail(_event: str, path: str) -> None:
            nonlocal left
            left -= 1
            if left == -1:
                raise OSError(code, "no", path)

        failed = False
        try:
            with watching(location.parent, fail):
                first_run(location)
        except (ArchiveError, OSError):
            failed = True
        check(location, acknowledged=not failed)
        shutil.rmtree(location.parent)
        tried += 1
        if left >= 0:
            break
    assert tried > 5
    count("failing calls of a first run", tried)
