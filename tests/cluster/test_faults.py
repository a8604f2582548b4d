"""A request of each kind of work meets a fault: the work is done, or an `ArchiveError` is raised.

With NEWS_FAULTS set each request does in turn, otherwise each third, and of a rebuild each thirteenth.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from itertools import count

import pytest

from search.article import Article
from search.backends import maintained
from search.backends.opensearch import rebuild
from search.engine import Engine, FacetRequest, SearchRequest
from search.errors import ArchiveError
from search.language import Everything, Word
from tests.asking import ask
from tests.cluster.proxy import Falsified, Fault, answered, cut, proxied
from tests.clusters import RunningCluster
from tests.conftest import ARTICLES
from tests.engines import open_engine

pytestmark = pytest.mark.cluster

_UNKNOWN = b'{"error": {"type": "index_not_found_exception", "reason": "no such index"}, "status": 404}'
_STARTING = (
    b'{"error": {"type": "cluster_block_exception", "reason": "blocked by: [SERVICE_UNAVAILABLE/1/state not '
    b'recovered / initialized];"}, "status": 503}'
)
FAULTS: dict[str, Falsified] = {
    "lost": cut,
    "unknown": answered(404, _UNKNOWN),
    "starting": answered(503, _STARTING),
}
"""Answers that are lost, and those that a node gives while it starts."""

STRIKE = SearchRequest(Word("strike"), facets=(FacetRequest("source"),))


def search(engine: Engine, _: int) -> None:
    found = ask(engine).search(STRIKE)
    assert (found.total, len(found.hits), found.facets[0].distinct) == (2, 2, 1)


WORK: dict[str, Callable[[Engine, int], object]] = {
    "add": lambda engine, number: engine.add([Article(id=f"n{number}", title=f"Number {number}")]),
    "change": lambda engine, number: engine.add([Article(id="a3", title=f"Changed {number}")]),
    "delete": lambda engine, number: engine.delete(["gone", f"there{number}"]),
    "withdraw": lambda engine, number: engine.withdraw({f"there{number}": None, "gone": 3}),
    "rebuild": lambda engine, _: engine.rebuild(),
    "merge": lambda engine, _: engine.optimize(),
    "search": search,
    "version": lambda engine, _: engine.version(),
}
"""What is done with a number; an article there{number} is in the archive before."""


def numbers_step(work: str) -> int:
    """The distance of the requests that meet a fault."""
    return 1 if os.environ.get("NEWS_FAULTS") else 13 if work == "rebuild" else 3


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("work", WORK)
def test_a_fault_at_any_request_is_survived_or_told(
    cluster: RunningCluster, work: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(rebuild, "READERS_SECONDS", 0.0)  # a moment whose answer was lost stays for minutes
    name = f"each-{work}-{fault}"
    with (
        proxied(cluster.nodes["node0"].port) as proxy,
        closing(open_engine(cluster.location(name), create=True)) as whole,
    ):
        whole.add(ARTICLES)
        done, numbers = [], count(step=numbers_step(work))
        with closing(open_engine(proxy.location(name))) as engine:
            engine.version()
            for number in numbers:
                whole.add([Article(id=f"there{number}", title="There")])
                proxy.faults[:] = [Fault("", FAULTS[fault], after=number)]
                try:
                    WORK[work](engine, number)
                    done.append(number)
                except ArchiveError:
                    assert fault != "lost"
                if proxy.faults:
                    break
        proxy.faults.clear()
        assert done[-1] == number > 0  # the last one met no fault
        tried = list(range(0, number + 1, numbers_step(work)))
        for again in [
            *sorted({*tried} - {*done}),
            number,
        ]:  # an error has left nothing that stands in the way
            WORK[work](whole, again)
        found = {article.id: article for article in ask(whole).scan(Everything())}
        expected = {article.id: article for article in ARTICLES}
        if work == "change":
            expected["a3"] = found["a3"]
            assert found["a3"].title == f"Changed {number}"
        added = {f"n{each}" for each in tried} if work == "add" else set()
        there = set() if work in ("delete", "withdraw") else {f"there{each}" for each in tried}
        assert found.keys() == expected.keys() | added | there
        assert {identity: found[identity] for identity in expected} == expected
    assert maintained(cluster.location(name)).verify("deep").problems == ()
    cluster.remove(name)
