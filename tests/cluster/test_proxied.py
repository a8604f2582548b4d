"""Faults of the network and the cluster are told truthfully, and a repeated request does no harm."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest
import trustme

from search.article import Article
from search.backends import condition, maintained, restored
from search.backends.opensearch import client, moment, rebuild
from search.deadline import Deadline
from search.engine import Added, SearchRequest
from search.errors import (
    ArchiveError,
    ArchiveFull,
    ArchiveUnavailable,
    DeadlineExceeded,
    SearchError,
)
from search.language import parse_query
from search.query import open_archive
from tests.asking import ask
from tests.cluster.proxy import Fault, Proxied, answered, cut, delayed, proxied
from tests.clusters import RunningCluster
from tests.conftest import ARTICLES
from tests.engines import open_engine

pytestmark = pytest.mark.cluster

_numbers = count(1)
STRIKE = SearchRequest(parse_query("strike").tree)


@pytest.fixture
def name(cluster: RunningCluster) -> Iterator[str]:
    """A name for a new archive, which is removed in the end."""
    made = f"proxied{next(_numbers)}"
    yield made
    cluster.remove(made)


@pytest.fixture
def proxy(cluster: RunningCluster) -> Iterator[Proxied]:
    with proxied(cluster.nodes["node0"].port) as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon what is repeated."""
    monkeypatch.setattr(client, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(moment, "PATIENCE_SECONDS", 0.3)


def test_articles_whose_acknowledgement_is_lost_are_counted_once(proxy: Proxied, name: str) -> None:
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        proxy.faults.append(Fault("write/_bulk", cut))
        assert engine.add(ARTICLES) == Added(added=4)
        changed = Article(id="a1", title="Harbour quiet")
        proxy.faults.append(Fault("write/_bulk", cut))
        assert engine.add([changed, ARTICLES[1]]) == Added(updated=1, unchanged=1)
        proxy.faults.append(Fault("write/_bulk", cut))
        assert engine.add([Article(id="t", title="one"), Article(id="t", title="two")]) == Added(
            added=1, updated=1
        )
        assert ask(engine).get(["a1"]) == {"a1": changed}
        assert ask(engine).search(SearchRequest(parse_query("*").tree)).total == 5


def test_halves_of_answers_are_asked_for_again(proxy: Proxied, name: str) -> None:
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        proxy.halved.add("write/_bulk")
        assert engine.add(ARTICLES) == Added(added=4)
        proxy.halved.add("_search?")
        assert ask(engine).search(STRIKE).total == 2
        assert not proxy.halved


def test_a_busy_cluster_is_asked_again(proxy: Proxied, name: str) -> None:
    busy = json.dumps({"error": {"type": "circuit_breaking_exception", "reason": "too large"}}).encode()
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        proxy.faults.append(Fault("write/_bulk", answered(429, busy), times=2))
        engine.add(ARTICLES)
        proxy.faults.append(Fault("_search?", answered(429, busy), times=2))
        assert ask(engine).search(STRIKE).total == 2


@pytest.mark.usefixtures("impatient")
def test_a_cluster_that_stays_busy_is_an_error(proxy: Proxied, name: str) -> None:
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        proxy.faults.append(Fault("/_search?", answered(429, b"{}"), times=99))
        with pytest.raises(ArchiveUnavailable, match="too much to do"):
            ask(engine).search(STRIKE)


def test_a_late_answer_is_past_the_deadline(proxy: Proxied, name: str) -> None:
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        engine.add(ARTICLES)
        proxy.faults.append(Fault("/_search?", delayed(1.0), times=9))
        asked = len(proxy.asked)
        with engine.reader(Deadline.after(0.4)) as reader, pytest.raises(DeadlineExceeded):
            reader.search(STRIKE)
        assert sum("/_search?" in each for each in proxy.asked[asked:]) <= 2  # it is not asked again
        proxy.faults.clear()
        with engine.reader(Deadline.after(9)) as reader:
            assert reader.search(STRIKE).total == 2


def partial(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    """The answer of two shards of three."""
    told = json.loads(answer[1])
    told["_shards"] = {"total": 3, "successful": 2, "skipped": 0, "failed": 1}
    return answer[0], json.dumps(told).encode()


@pytest.mark.usefixtures("impatient")
def test_the_answer_of_some_shards_only_is_an_error(proxy: Proxied, name: str) -> None:
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        engine.add(ARTICLES)
        proxy.faults.append(Fault("POST /_search?", partial, times=99))
        with pytest.raises(ArchiveUnavailable, match=r"1 of 3 shards failed"):
            ask(engine).search(STRIKE)
        proxy.faults[:] = [Fault("POST /_search?", partial)]
        assert ask(engine).search(STRIKE).total == 2  # of another moment


@pytest.mark.usefixtures("impatient")
def test_a_moment_that_is_lost_after_an_answer_cannot_go_on(proxy: Proxied, name: str) -> None:
    lost = json.dumps({"error": {"type": "search_context_missing_exception", "reason": "gone"}}).encode()
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        engine.add(ARTICLES)
        with engine.reader() as reader:
            assert reader.search(STRIKE).total == 2
            proxy.faults.append(Fault("POST /_search?", answered(404, lost)))
            for _ in range(2):  # and never with another moment
                with pytest.raises(ArchiveUnavailable, match="ask again"):
                    reader.search(STRIKE)


def test_a_shard_that_takes_no_writes_is_named(proxy: Proxied, name: str) -> None:
    failure = {"shard": 1, "reason": {"type": "retry_on_primary_exception", "reason": "not in primary mode"}}
    refreshed = {"_shards": {"total": 2, "successful": 1, "failed": 1, "failures": [failure]}}
    stages = [
        ("INIT", "node7", 0),
        ("INDEX", "node7", 0),
        ("TRANSLOG", "node7", 0),
        ("TRANSLOG", None, 99_000),
    ]
    shards = [
        {
            "id": number,
            "stage": stage,
            "total_time_in_millis": 376_000,
            "source": {"name": node} if node else {},
            "translog": {"total_time_in_millis": in_translog},
        }
        for number, (stage, node, in_translog) in enumerate(stages)
    ]
    recovery = {f"news-{name}.000001": {"shards": shards}}
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        proxy.faults.append(Fault("_refresh", answered(200, json.dumps(refreshed).encode())))
        with pytest.raises(ArchiveUnavailable, match=r"takes no writes \(not in primary mode\); news doctor"):
            engine.add(ARTICLES)
    proxy.faults.append(Fault("_recovery", answered(200, json.dumps(recovery).encode())))
    told = [line for line in condition(proxy.location(name)) if "for 376 seconds" in line]
    assert told[0].endswith(
        "read from node7 for 376 seconds → it may stand still: start node7 again (docs/opensearch.md)"
    )
    assert ["→" in line for line in told] == [True, False, False, False]  # the others go on


def test_a_rebuild_of_an_index_without_nodes_is_refused(proxy: Proxied, name: str) -> None:
    starting = {"shards": {"0": [{"routing": {"primary": True}}]}}
    for indices in ({}, {f"news-{name}.000001": starting}):
        with closing(open_engine(proxy.location(name), create=True)) as engine:
            engine.add(ARTICLES)
            told = json.dumps({"_all": {"total": {}}, "indices": indices}).encode()
            proxy.faults.append(Fault("_stats/indexing", answered(200, told)))
            with pytest.raises(ArchiveUnavailable, match="has no node"):
                engine.rebuild()
            assert proxy.faults == []


def test_a_snapshot_is_taken_though_an_answer_is_lost(
    cluster: RunningCluster, proxy: Proxied, name: str
) -> None:
    repository = {"type": "fs", "settings": {"location": str(cluster.snapshots / name)}}
    cluster.call("PUT", f"/_snapshot/{name}", repository)
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        engine.add(ARTICLES)
    for part in ("one.beside", "one"):
        proxy.faults.append(Fault(f"PUT /_snapshot/{name}/{part}", cut))
    assert maintained(proxy.location(name)).copy_to(f"{name}/one").problems == ()
    again = "again" + name
    for part in ("one.beside", "one"):
        proxy.faults.append(Fault(f"{name}/{part}/_restore", cut))
    assert restored(f"{name}/one", proxy.location(again)).articles == 4
    assert proxy.faults == []
    with closing(open_engine(proxy.location(again))) as engine:
        assert ask(engine).search(STRIKE).total == 2
    cluster.remove(again)


def test_a_full_disk_is_told_as_such(proxy: Proxied, name: str) -> None:
    block = "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, "
    block += "index has read-only-allow-delete block];"
    told = {"error": {"type": "cluster_block_exception", "reason": block}, "status": 429}
    items = {"errors": True, "items": [{"create": told} for _ in ARTICLES]}
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        proxy.faults.append(Fault("write/_bulk", answered(200, json.dumps(items).encode())))
        with pytest.raises(ArchiveFull, match="make room"):
            engine.add(ARTICLES)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            b'{"version": {"number": "7.10.2", "build_flavor": "default"}}',
            "Elasticsearch or another server 7.10.2",
        ),
        (b'{"version": {"number": "1.3.0", "distribution": "opensearch"}}', "opensearch 1.3.0"),
        (b'{"version": {"number": "9.0.0", "distribution": "opensearch"}}', "before 4.0"),
        (b'{"hello": 1}', "another server"),
        (b"<html>", "not JSON"),
    ],
)
def test_another_server_is_refused(proxy: Proxied, body: bytes, message: str) -> None:
    proxy.faults.append(Fault("GET /", answered(200, body)))
    with pytest.raises(ArchiveError, match=message):
        open_engine(proxy.location("any"))


def test_an_index_that_is_not_closed_everywhere_is_not_replaced(proxy: Proxied, name: str) -> None:
    told = b'{"acknowledged": false, "shards_acknowledged": false, "indices": []}'
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        engine.add(ARTICLES)
        proxy.faults.append(Fault("_block/write", answered(200, told), times=2))
        with pytest.raises(ArchiveUnavailable, match="could not be closed"):
            engine.rebuild()
        assert engine.add([Article(id="later", title="Later")]) == Added(added=1)


def test_an_alias_is_moved_once_though_the_answer_is_lost(
    proxy: Proxied, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    with closing(open_engine(proxy.location(name), create=True)) as engine:
        engine.add(ARTICLES)
        proxy.faults.append(Fault("POST /_aliases", cut, times=2))  # when it is closed, and when it is moved
        engine.rebuild()
        assert ask(engine).search(SearchRequest(parse_query("*").tree)).total == 4


def test_articles_that_another_writer_has_put_in_are_not_counted_as_added(proxy: Proxied, name: str) -> None:
    location = proxy.location(name)
    with closing(open_engine(location, create=True)) as engine, closing(open_engine(location)) as other:

        def first(answer: tuple[int, bytes]) -> tuple[int, bytes]:
            other.add(ARTICLES)
            return answer

        proxy.faults.append(Fault("_mget", first))
        assert engine.add(ARTICLES) == Added(unchanged=4)


def test_nothing_listens() -> None:
    with pytest.raises(ArchiveUnavailable, match="cannot be reached"):
        open_engine("opensearch+http://127.0.0.1:9/any")


def test_connections_are_encrypted_verified_and_of_a_user(
    cluster: RunningCluster,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusted = tmp_path_factory.mktemp("trust") / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    target = cluster.nodes["node0"].port
    with proxied(target, context=context, user="editor", password="s3cret-Wörd") as proxy:
        location = proxy.location(name, encrypted=True)

        def refused() -> str:
            with pytest.raises(SearchError) as raised:
                open_engine(location, create=True)
            text = str(raised.value) + repr(raised.value.__dict__)
            assert "s3cret" not in text
            return text

        assert "certificate" in refused()
        assert not proxy.asked  # nothing was sent to a server that is not known
        monkeypatch.setenv("NEWS_OPENSEARCH_CA", str(trusted))
        assert "NEWS_OPENSEARCH_USER" in refused()
        monkeypatch.setenv("NEWS_OPENSEARCH_USER", "editor")
        monkeypatch.setenv("NEWS_OPENSEARCH_PASSWORD", "wrong-s3cret")
        assert "is refused" in refused()
        monkeypatch.setenv("NEWS_OPENSEARCH_PASSWORD", "s3cret-Wörd")
        with closing(open_engine(location, create=True)) as engine:
            assert engine.add(ARTICLES) == Added(added=4)
            assert "s3cret" not in engine.location + engine.version() + repr(ask(engine).stats())
        with open_archive(location) as archive:
            assert archive.search("strike").total == 2
        assert maintained(location).verify("deep").problems == ()
        assert "s3cret" not in json.dumps(cluster.call("GET", f"/news-{name}.*/_search"))
        monkeypatch.setenv("NEWS_OPENSEARCH_CA", str(trusted.with_name("missing.pem")))
        assert "names no file of certificates" in refused()


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SearchError) as raised:
        open_engine("opensearch://editor:s3cret@127.0.0.1/any")
    assert "s3cret" not in str(raised.value)
    assert "NEWS_OPENSEARCH_PASSWORD" in str(raised.value)
