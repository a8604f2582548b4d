"""Nothing acknowledged is lost, and no answer is wrong, when nodes of three are killed.

NEWS_KILLS is the number of rounds (default 2). In each, one node or two are killed while articles are added,
searched, rebuilt or transferred, and started again.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from search.archive.transfer import transfer_archive
from search.article import Article
from search.backends import maintained
from search.backends.opensearch import rebuild
from search.engine import Engine, SearchRequest
from search.errors import ArchiveError, ArchiveLocked, ArchiveUnavailable
from search.language import Everything, Word
from tests.asking import ask
from tests.clusters import RunningCluster, start_cluster
from tests.engines import open_engine

pytestmark = pytest.mark.cluster

ROUNDS = int(os.environ.get("NEWS_KILLS", "2"))
SEED = int(os.environ.get("NEWS_KILLS_SEED", "1"))

BASE = 150
WORK = ("add", "rebuild", "transfer out", "transfer in")
VICTIMS = ("the manager", "another", "two")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """Three nodes; a shard whose node is gone is given to another after a second."""
    started = start_cluster(3, tmp_path_factory.mktemp("nodes"))
    yield started
    started.stop()


class Doing:
    """Work that goes on in a thread until it is told to end; `wrong` has what must not be."""

    def __init__(self, step: Callable[[], object]) -> None:
        self.done, self.failed = 0, 0
        self.wrong: list[str] = []
        self._step, self._ending = step, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._step()
                self.done += 1
            except (ArchiveUnavailable, ArchiveLocked):
                self.failed += 1
            except Exception as error:
                self.wrong.append(f"{type(error).__name__}: {error}")
                return

    def end(self) -> None:
        self._ending.set()
        self._thread.join()
        assert self.wrong == []


def numbered(first: int, count: int, word: str) -> list[Article]:
    """New articles."""
    return [
        Article(id=f"{word}{n}", title=f"{word} number {n}", body=f"the {word} {n} was written")
        for n in range(first, first + count)
    ]


class Writing:
    """Adds, changes, deletes and cancels; `acknowledged` has the articles as these writes have left them."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._step = engine, 0
        self.acknowledged: dict[str, Article] = {}

    def __call__(self) -> None:
        """The next write, or after an error the same again."""
        number, kind = divmod(self._step, 4)
        batch = numbered(20 * number, 20, "fresh")
        changed = replace(batch[0], title=f"fresh and changed {number}")
        match kind:
            case 0:
                self._engine.add(batch)
                self.acknowledged |= {article.id: article for article in batch}
            case 1:
                self._engine.add([changed])
                self.acknowledged[changed.id] = changed
            case 2:
                self._engine.delete([batch[1].id])
                self.acknowledged.pop(batch[1].id, None)
            case _:
                self._engine.withdraw({batch[2].id: None})
                self.acknowledged.pop(batch[2].id, None)
        self._step += 1


def settle(nodes: RunningCluster, killed: list[str]) -> None:
    """Start nodes again, and wait for two copies of each shard; what stands still is started again."""
    for name in killed:
        nodes.start(name)
    for _ in range(6):
        until = time.monotonic() + 40
        while time.monotonic() < until:
            with suppress(Exception):
                health = nodes.call(
                    "GET", "/_cluster/health?wait_for_status=green&wait_for_nodes=3&timeout=5s"
                )
                assert isinstance(health, dict)
                if not health["timed_out"]:
                    return
        start_again(nodes)
    raise AssertionError("a shard lacks a copy for four minutes")


def start_again(nodes: RunningCluster) -> None:
    """Start the nodes again from which a copy comes to no end, as docs/opensearch.md says."""
    told = nodes.call("GET", "/_recovery?active_only=true")
    assert isinstance(told, dict)
    shards = [shard for index in told.values() for shard in index["shards"]]
    for name in {shard["source"]["name"] for shard in shards if "name" in shard["source"]}:
        sys.stderr.write(f"started again: {name}\n")
        nodes.kill(name)
        nodes.start(name)


def victims(nodes: RunningCluster, kind: str, chance: random.Random) -> list[str]:
    manager = nodes.manager()
    others = [name for name in nodes.nodes if name != manager]
    match kind:
        case "the manager":
            return [manager]
        case "another":
            return [chance.choice(others)]
    return [manager, chance.choice(others)]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_acknowledged_is_lost(
    nodes: RunningCluster, tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "READERS_SECONDS", 5.0)  # what a lost reader has open stays for minutes
    chance = random.Random(SEED * 1_000 + number)
    work, kind = WORK[number % len(WORK)], VICTIMS[number % len(VICTIMS)]
    name = f"killed{number}"
    location = nodes.location(name, "?shards=3&replicas=1")
    base = numbered(0, BASE, "base")
    query = SearchRequest(Word("base"), limit=3)
    with closing(open_engine(location, create=True)) as engine, closing(open_engine(location)) as reading:
        engine.add(base)
        nodes.call("PUT", f"/news-{name}.*/_settings", {"index.unassigned.node_left.delayed_timeout": "1s"})
        adding = Writing(engine)

        def search() -> None:
            found = ask(reading).search(query)
            if found.total != BASE or len(found.hits) != 3:
                raise AssertionError(f"{found.total} of {BASE} were found")

        running = [Doing(search), Doing(adding)]
        going = [*running]
        elsewhere = (
            str(tmp_path / "copy") if work == "transfer out" else nodes.location(f"{name}b", "?shards=3")
        )
        match work:
            case "rebuild":
                with closing(open_engine(location)) as rebuilding:
                    going.append(Doing(rebuilding.rebuild))
                    killed = kill(nodes, kind, chance)
                    settle(nodes, killed)
                    time.sleep(2)
                    going.pop().end()
            case "transfer out" | "transfer in":
                source = location
                if work == "transfer in":
                    source = str(tmp_path / "source")
                    with closing(open_engine(source, create=True)) as made:
                        made.add(numbered(0, 3_000, "moved"))
                transferring = Doing(lambda: transfer_archive(source, elsewhere))
                killed = kill(nodes, kind, chance)
                settle(nodes, killed)
                transferring.end()
                going[1].end()
                going.pop()
                done = transfer_archive(source, elsewhere)
                assert done.different == ()
                if work == "transfer in":
                    assert (done.articles, done.others) == (3_000, 0)
            case _:
                killed = kill(nodes, kind, chance)
                settle(nodes, killed)
        for each in going:
            each.end()
        for left in reversed(range(100)):
            try:
                adding()  # the batch whose outcome is not known
                break
            except ArchiveError:
                assert left
                time.sleep(0.5)
        expected = adding.acknowledged | {each.id: each for each in base}
        assert set(ask(reading).ids(Everything())) == set(expected)
        assert ask(reading).get([*expected]) == expected
        told = f"{number}: {work}, {kind}: {len(adding.acknowledged)} acknowledged, {seen_by(running)}"
        sys.stderr.write(f"{told}\n")  # for the table of a long run
    assert maintained(location).verify("deep").problems == ()
    nodes.remove(name)
    with suppress(Exception):
        nodes.remove(f"{name}b")


def seen_by(going: list[Doing]) -> str:
    """Counts of what the threads have seen."""
    search, add = going[0], going[1]
    return f"{search.done} searches, {search.failed} refused; {add.done} batches, {add.failed} refused"


def kill(nodes: RunningCluster, kind: str, chance: random.Random) -> list[str]:
    """Kill nodes after a moment, and wait another moment."""
    time.sleep(chance.uniform(0.1, 2.0))
    killed = victims(nodes, kind, chance)
    for name in killed:
        nodes.kill(name)
    time.sleep(chance.uniform(0.5, 4.0))
    return killed
