"""A process that is killed, at whatever it was about to do, loses nothing and leaves nothing behind."""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count as count_from
from pathlib import Path

import pytest

from search.backends import maintained
from search.engine import Engine
from tests.engines import open_engine
from tests.faults.archives import KINDS, TORTURE, Outcomes, bodies, make, notices, searched, whole_again
from tests.faults.conftest import Count
from tests.faults.killing import forked, killed_before

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kills") / "archive"
    make(folder)
    return folder


def tries(kind: str, template: Path, folder: Path, step: int) -> Iterator[int]:
    outcomes = Outcomes(template, kind, folder / "scratch")
    for event in range(0, 100_000, step):
        location = folder / "tried" / "archive"
        shutil.copytree(template, location)
        killed, acknowledged = killed_before(event, KINDS[kind], location)
        outcomes.check(location, acknowledged=acknowledged)
        shutil.rmtree(folder / "tried")
        yield event
        if not killed:
            return


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_to_a_kill(kind: str, template: Path, tmp_path: Path, count: Count) -> None:
    tried = list(tries(kind, template, tmp_path, 1 if TORTURE else 17))
    assert len(tried) > (20 if TORTURE else 2)
    count(f"kills, {kind}", len(tried))


def additions(location: Path, tells: int) -> None:
    """Add two articles at a time without end, telling of each time."""
    engine = open_engine(location)
    for number in count_from(0):
        engine.add(notices(20 + 2 * number, 22 + 2 * number))
        os.write(tells, b".")


def test_nothing_is_lost_to_a_kill_while_the_system_writes(
    template: Path, tmp_path: Path, count: Count
) -> None:
    moments, rounds = random.Random(7), 400 if TORTURE else 4
    before, written = bodies(template), 0
    for _ in range(rounds):
        location = Path(shutil.copytree(template, tmp_path / "tried"))
        process, hears = forked(partial(additions, location))
        acknowledged = len(os.read(hears, 1))
        select.select([], [], [], moments.uniform(0, 0.1))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        with os.fdopen(hears, "rb") as heard:
            acknowledged += len(heard.read())
        stored = bodies(location)
        added = len(stored) - len(before)
        assert stored == before | {article.id: article.body for article in notices(20, 20 + added)}
        assert added in (2 * acknowledged, 2 * acknowledged + 2)
        whole_again(location, stored)
        written += added
        shutil.rmtree(location)
    assert written >= 2 * rounds
    count("kills at any time", rounds)


@pytest.mark.parametrize("forget", [False, True])
def test_a_rebuild_killed_after_a_killed_deletion_keeps_what_the_deletion_left_to_do(
    tmp_path: Path, count: Count, forget: bool
) -> None:
    base = tmp_path / "base" / "archive"
    engine = open_engine(base, create=True)
    engine.add(notices(0, 3))
    engine.close()

    def run(location: Path, change: Callable[[Engine], object]) -> None:
        engine = open_engine(location)
        change(engine)
        engine.close()

    def delete(location: Path) -> None:
        run(location, lambda engine: engine.delete(["n0"], forget=forget))

    lagging = tmp_path / "lagging" / "archive"
    for event in count_from():  # the first at which the store has the deletion, and the index has not
        shutil.rmtree(lagging.parent, ignore_errors=True)
        shutil.copytree(base, lagging)
        assert killed_before(event, delete, lagging)[0]
        if len(list(maintained(lagging).articles())) == 2:
            break
    tried = 0
    for event in count_from(0, 1 if TORTURE else 9):
        location = tmp_path / "tried" / "archive"
        shutil.rmtree(location.parent, ignore_errors=True)
        shutil.copytree(lagging, location)
        killed, _ = killed_before(event, lambda at: run(at, lambda engine: engine.rebuild()), location)
        if not killed:
            break
        tried += 1
        run(location, lambda engine: engine.add(notices(10, 11)))
        assert maintained(location).verify("deep").problems == ()
        assert searched(location).keys() == {"n1", "n2", "n10"}
    assert tried > 10
    count("kills of a rebuild after a killed deletion", tried)
