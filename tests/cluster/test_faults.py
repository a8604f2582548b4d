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

EACH = bool(os.environ.get("NEWS_FAULTS"))

WORK: dict[str, Callable[[Engine, int], object]] = {
    "add": lambda engine, number: engine.add([Article(id=f"n{number}", title=f"Number {number}")]),
    "change": lambda engine, number: engine.add([Article(id="a1", title=f"Changed {number}")]),
    "delete": lambda engine, number: engine.delete(["gone", f"n{number}"]),
    "withdraw": lambda engine, number: engine.withdraw({f"n{number}": None, "gone": 3}),
    "rebuild": lambda engine, _: engine.rebuild(),
    "merge": lambda engine, _: engine.optimize(),
    "search": lambda engine, _: ask(engine).search(
        SearchRequest(Word("strike"), facets=(FacetRequest("source"),))
    ),
    "version": lambda engine, _: engine.version(),
}


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
        done, numbers = [], count(step=1 if EACH else 13 if work == "rebuild" else 3)
        with closing(open_engine(proxy.location(name))) as engine:
            engine.version()
            for number in numbers:
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
        WORK[work](whole, 1_000)  # nothing that an error has left stands in the way
        found = set(ask(whole).ids(Everything())) - {article.id for article in ARTICLES}
        if work == "add":
            assert {f"n{each}" for each in (*done, 1_000)} <= found
        else:
            assert found == set()
        assert ask(whole).get([article.id for article in ARTICLES]).keys() == {each.id for each in ARTICLES}
    assert maintained(cluster.location(name)).verify("deep").problems == ()
    cluster.remove(name)
