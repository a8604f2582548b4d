"""Rebuilds behind the alias while writers and readers go on, and when they are lost."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from search.article import Article
from search.backends import condition, maintained
from search.backends.opensearch import lease, rebuild, writing
from search.backends.opensearch.bulk import Write, write_all
from search.backends.opensearch.documents import server_id
from search.engine import Added, Engine
from search.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveLocked,
    ArchiveNotFound,
    ArchiveReadOnly,
    ArchiveUnavailable,
    IndexUnusable,
)
from search.language import Everything
from tests.asking import ask
from tests.cluster.helping import engine_cluster, engine_index, ids, numbered, repeated
from tests.clusters import RunningCluster
from tests.conftest import ARTICLES
from tests.engines import open_engine

pytestmark = pytest.mark.cluster


def test_an_index_with_other_averages_is_made_by_a_rebuild(engine: Engine) -> None:
    engine.add([Article(id="short", title="One word")])
    engine.add([Article(id=f"long{n}", title="One " * 9, body="word " * 300) for n in range(9)])
    assert ask(engine).stats().length_drift > 1
    engine.rebuild()
    assert ask(engine).stats().length_drift == 0
    assert len(ids(engine)) == 10


def test_optimizing_leaves_one_segment_for_each_shard(engine: Engine) -> None:
    for number in range(4):
        engine.add(numbered(10 * number, 10 * number + 10))
    engine.optimize()
    assert ask(engine).stats().segments == 2
    assert len(ids(engine)) == 40


def test_one_process_rebuilds_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "ABANDONED_SECONDS", 0.3)
    engine.add(ARTICLES)
    held = lease.Lease(engine_cluster(engine))
    monkeypatch.setattr(lease, "_is_dead", lambda _: False)

    def renew(_: int) -> None:
        held.renew(now=True)
        time.sleep(0.05)

    with repeated(renew), pytest.raises(ArchiveLocked, match="process"):
        engine.rebuild()
    engine.rebuild()  # the note was not renewed any more
    assert len(ids(engine)) == 4


def test_a_rebuild_that_fails_leaves_the_old_index_open_to_writers(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.add(ARTICLES)

    def fail(_: object) -> None:
        raise ArchiveDamaged("made up", "here")

    monkeypatch.setattr(rebuild._Rebuild, "_take_out_deleted", fail)
    with pytest.raises(ArchiveDamaged, match="made up"):
        engine.rebuild()
    assert engine.add([Article(id="later", title="Later")]) == Added(added=1)
    monkeypatch.undo()
    engine.rebuild()
    assert len(ids(engine)) == 5


def test_writers_open_an_index_that_a_dead_rebuild_has_closed(
    location: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.add(ARTICLES)
    name = location.rpartition("/")[2].partition("?")[0]
    dead = lease.Lease(engine_cluster(engine))  # of this process, and never renewed
    lease.close_to_writers(engine_cluster(engine), f"news-{name}.000001", dead.token)
    monkeypatch.setattr(lease, "ABANDONED_SECONDS", 0.5)
    assert engine.add([Article(id="later", title="Later")]) == Added(added=1)
    assert len(ids(engine)) == 5
    lease.close_to_writers(engine_cluster(engine), f"news-{name}.000001", dead.token)
    assert engine.delete(["later"]) == 1


def test_an_index_that_an_operator_has_closed_stays_closed(cluster: RunningCluster, engine: Engine) -> None:
    engine.add(ARTICLES)
    name = engine.location.rpartition("/")[2]
    cluster.call("PUT", f"/news-{name}.000001/_settings", {"index.blocks.write": True})
    with pytest.raises(ArchiveReadOnly, match=r"index\.blocks\.write"):
        engine.add([Article(id="later", title="Later")])
    lease.open_to_writers(engine_cluster(engine), f"news-{name}.000001", "a-rebuild-that-did-not-close-it")
    assert any("blocks.write is set" in line for line in condition(engine.location))


def test_a_missing_part_is_named_and_made_again_by_a_rebuild(cluster: RunningCluster, engine: Engine) -> None:
    engine.add(ARTICLES)
    for part in (".000001.lexicon", ".notes.1"):
        current = engine_index(engine)
        own = part.replace(".000001", f".{current.rpartition('.')[2]}")
        cluster.call("DELETE", f"/news-{engine.location.rpartition('/')[2]}{own}")
        with pytest.raises(IndexUnusable, match="news rebuild"):
            engine.add([Article(id="more", title="More")])
        if "notes" in part:
            told = [line for line in condition(engine.location) if ".notes.1: missing" in line]
            assert "news rebuild" in told[0]
        engine.rebuild()
        assert ids(engine, "strik*") == {"a1", "a2"}


def test_a_rebuild_keeps_the_number_of_shards_unless_another_is_given(location: str, engine: Engine) -> None:
    engine.add(ARTICLES)

    def shards() -> int:
        told = engine_cluster(engine).call("GET", f"/{engine_index(engine)}/_settings")
        return int(told[engine_index(engine)]["settings"]["index"]["number_of_shards"])

    for written, expected in (("", 2), ("?shards=3", 3), ("", 3)):
        with closing(open_engine(location.partition("?")[0] + written)) as again:
            again.rebuild()
        assert shards() == expected
    assert len(ids(engine)) == 4


def test_a_rebuild_that_stood_still_while_writers_went_on_gives_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.add(ARTICLES)
    count_of = rebuild._Rebuild._count

    def stand_still(self: rebuild._Rebuild, index: str) -> int:
        counted = count_of(self, index)
        lease.open_to_writers(self._cluster, self._old.index)  # as a writer does that has waited long enough
        engine.add([Article(id="between", title="Between")])
        return counted

    monkeypatch.setattr(rebuild._Rebuild, "_count", stand_still)
    with pytest.raises(ArchiveError):
        engine.rebuild()
    monkeypatch.undo()
    assert "between" in ids(engine)
    engine.rebuild()
    assert len(ids(engine)) == 5


def test_a_rebuild_that_lost_its_lease_leaves_the_next_one_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.add(ARTICLES)
    taking_over = rebuild._Rebuild.take_over

    def overtaken(self: rebuild._Rebuild) -> None:
        monkeypatch.setattr(rebuild._Rebuild, "take_over", taking_over)
        self._lease.release()  # as if another process had found it dead
        with closing(open_engine(engine.location)) as other:
            other.rebuild()
            assert other.add([Article(id="after", title="After")]) == Added(added=1)
        taking_over(self)

    monkeypatch.setattr(rebuild._Rebuild, "take_over", overtaken)
    with pytest.raises(ArchiveError):
        engine.rebuild()
    assert ids(engine) == {"a1", "a2", "a3", "a4", "after"}
    assert engine.add([Article(id="last", title="Last")]) == Added(added=1)


def test_a_rebuild_that_was_overtaken_early_does_not_remove_the_index_in_use(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.add(ARTICLES)
    removing = rebuild._Rebuild._remove_unless_moved
    cluster = engine_cluster(engine)
    left = f"{engine_index(engine)[:-6]}000009"
    cluster.call("PUT", f"/{left}")  # by an earlier rebuild

    def overtaken(self: rebuild._Rebuild, name: str) -> None:
        monkeypatch.setattr(rebuild._Rebuild, "_remove_unless_moved", removing)
        cluster.call(
            "POST", "/_aliases", {"actions": [{"add": {"index": left, "alias": cluster.location.alias}}]}
        )
        cluster.call("DELETE", f"/{self._old.index}/_alias/{cluster.location.alias}")
        removing(self, name)

    monkeypatch.setattr(rebuild._Rebuild, "_remove_unless_moved", overtaken)
    with pytest.raises(ArchiveError):
        engine.rebuild()
    assert cluster.call("GET", f"/{left}/_alias")[left]["aliases"]
    cluster.call("DELETE", f"/{left}")


def test_nothing_is_written_to_a_closed_index_whose_block_is_taken_away(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.add(ARTICLES)
    monkeypatch.setattr(writing, "PATIENCE_SECONDS", 0.3)
    index, cluster = engine_index(engine), engine_cluster(engine)
    closing_one = lease.Lease(cluster)
    lease.close_to_writers(cluster, index, closing_one.token)
    cluster.call("PUT", f"/{index}/_settings", {"index.blocks.write": None})  # of a request that was held up
    with pytest.raises(ArchiveUnavailable, match="being replaced"):
        engine.add([Article(id="later", title="Later")])
    with pytest.raises(ArchiveUnavailable, match="being replaced"):
        engine.delete(["a1"])
    assert verify_problems(engine) == ()
    lease.open_to_writers(cluster, index, "another")  # opens nothing, as that one has not closed it
    with pytest.raises(ArchiveUnavailable, match="being replaced"):
        engine.add([Article(id="later", title="Later")])
    lease.open_to_writers(cluster, index, closing_one.token)
    assert engine.add([Article(id="later", title="Later")]) == Added(added=1)
    closing_one.release()
    assert ids(engine) == {"a1", "a2", "a3", "a4", "later"}


def verify_problems(engine: Engine) -> tuple[str, ...]:
    return maintained(engine.location).verify("quick").problems


def test_a_document_that_a_rebuild_sends_late_does_not_replace_a_newer_one(engine: Engine) -> None:
    engine.add(ARTICLES)
    engine.add([Article(id="a1", title="Second")])
    engine.rebuild()
    old = Article(id="a1", title="First")
    index, cluster = engine_index(engine), engine_cluster(engine)
    sent = {"index": {"_id": server_id("a1"), "version": 1, "version_type": "external_gte"}}
    assert write_all(cluster, f"{index}.write", [Write(sent, {"id": old.id})]) == [409]
    assert ask(engine).get(["a1"])["a1"].title == "Second"


def test_an_archive_that_was_removed_is_not_made_again_by_a_rebuild(
    cluster: RunningCluster, location: str, engine: Engine
) -> None:
    cluster.remove(engine.location.rpartition("/")[2])
    for work in (engine.rebuild, engine.optimize, lambda: engine.add(ARTICLES), lambda: ask(engine).stats()):
        with pytest.raises((ArchiveNotFound, ArchiveUnavailable)):
            work()
    with pytest.raises(ArchiveNotFound):
        maintained(location).beside()
    with closing(open_engine(location, create=True)) as again:
        assert again.add(ARTICLES) == Added(added=4)


def test_a_reader_goes_on_while_the_index_is_rebuilt(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.1)
    engine.add(numbered(0, 2_500))
    with engine.reader() as reader:
        scanned = reader.scan(Everything())
        first = next(scanned)
        thread = threading.Thread(target=engine.rebuild)
        thread.start()
        while "000001" in engine_index(engine):
            time.sleep(0.05)
        assert len([first, *scanned]) == 2_500
    thread.join()
    assert len(ids(engine)) == 2_500
