"""Writers beside each other, rebuilds behind the alias, snapshots, transfers and the command line."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import pytest

from search.archive.transfer import transfer_archive
from search.article import Article
from search.backends import condition, maintained, restored
from search.backends.opensearch import lease, rebuild
from search.backends.opensearch.client import Cluster
from search.backends.opensearch.layout import newest
from search.backends.opensearch.location import read_location
from search.backends.opensearch.notes import Notes
from search.engine import Added, Engine, FacetRequest, SearchRequest
from search.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveExists,
    ArchiveLocked,
    ArchiveNotFound,
    ArchiveReadOnly,
    ArchiveUnavailable,
    IndexUnusable,
    InvalidRequest,
)
from search.language import Everything, Word, parse_query
from search.query import Archive, open_archive
from tests.asking import ask
from tests.cli.conftest import Run
from tests.clusters import RunningCluster
from tests.conftest import ARTICLES
from tests.engines import open_engine
from tests.web.running import served

pytestmark = pytest.mark.cluster

_numbers = count(1)


@pytest.fixture
def location(cluster: RunningCluster) -> Iterator[str]:
    """The address of a new archive, which is removed in the end."""
    name = f"writers{next(_numbers)}"
    yield cluster.location(name, "?shards=2")
    cluster.remove(name)


@pytest.fixture
def engine(location: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    with closing(open_engine(location, create=True)) as made:
        yield made


def ids(engine: Engine, query: str = "*") -> set[str]:
    return set(ask(engine).ids(parse_query(query).tree))


def numbered(first: int, last: int, body: str = "") -> list[Article]:
    """Articles with these numbers."""
    return [Article(id=f"n{n}", title=f"Number {n}", body=body) for n in range(first, last)]


@contextmanager
def repeated(step: Callable[[int], object]) -> Iterator[list[int]]:
    """Run a step again and again in a thread; gives the numbers of the steps that are done."""
    done: list[int] = []
    ending = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            for number in count():
                if ending.is_set():
                    return
                step(number)
                done.append(number)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield done
    finally:
        ending.set()
        thread.join()
    assert failures == []


def wait_for(done: list[int], more: int) -> None:
    """Wait until so many more steps are done."""
    wanted = len(done) + more
    while len(done) < wanted:
        time.sleep(0.01)


def test_of_two_writers_of_one_id_the_highest_version_stays(location: str, engine: Engine) -> None:
    def version(number: int) -> Article:
        return Article(id="one", title=f"Version {number}", extra={"version": (str(number),)})

    with closing(open_engine(location)) as other:
        counts: list[Added] = []
        threads = [
            threading.Thread(target=lambda w=w, n=n: counts.append(w.add([version(n)])))
            for n in range(1, 13)
            for w in [(engine, other)[n % 2]]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ask(engine).get(["one"])["one"] == version(12)
    assert sum(each.added for each in counts) == 1
    assert sum(each.added + each.updated + each.older for each in counts) == 12


def test_writers_with_equal_articles_count_each_once(location: str, engine: Engine) -> None:
    with closing(open_engine(location)) as other:
        counts: list[Added] = []
        threads = [
            threading.Thread(target=lambda w=w: counts.append(w.add(numbered(0, 600))))
            for w in (engine, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ids(engine) == {f"n{n}" for n in range(600)}
    assert (sum(each.added for each in counts), sum(each.unchanged for each in counts)) == (600, 600)


def test_what_is_written_while_the_index_is_rebuilt_is_in_the_new_one(location: str, engine: Engine) -> None:
    engine.add(numbered(0, 400, body="before"))
    with closing(open_engine(location)) as writer, closing(open_engine(location)) as reader:

        def write(number: int) -> None:
            new = numbered(1_000 + 10 * number, 1_010 + 10 * number)
            assert writer.add(new).added == 10
            assert writer.add([Article(id="n7", title=f"Changed {number}", body="before")]).updated == 1
            writer.delete([f"n{8 + number}"])

        def read(_: int) -> None:
            assert ask(reader).search(SearchRequest(Word("n3", "id"))).total == 1
            total = ask(reader).search(SearchRequest(Word("before"), limit=0)).total
            assert total > 400 - 300

        with repeated(write) as written, repeated(read) as asked:
            for _ in range(3):
                wait_for(written, 2)
                engine.rebuild()
            wait_for(asked, 2)
    steps = len(written)
    expected = {f"n{n}" for n in range(400)} - {f"n{8 + number}" for number in range(steps)}
    expected |= {f"n{1_000 + n}" for n in range(10 * steps)}
    assert ids(engine) == expected
    assert ask(engine).get(["n7"])["n7"].title == f"Changed {steps - 1}"
    assert maintained(location).verify("deep").problems == ()


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


def engine_cluster(engine: Engine) -> Cluster:
    """A connection to the cluster of an engine."""
    return Cluster(read_location(engine.location))


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
    assert any("blocks.write is set" in line for line in condition(engine.location))


def test_a_missing_part_is_named_and_made_again_by_a_rebuild(cluster: RunningCluster, engine: Engine) -> None:
    engine.add(ARTICLES)
    for part in (".000001.lexicon", ".notes.1"):
        current = engine_index(engine)
        own = part.replace(".000001", f".{current.rpartition('.')[2]}")
        cluster.call("DELETE", f"/news-{engine.location.rpartition('/')[2]}{own}")
        with pytest.raises(IndexUnusable, match="news rebuild"):
            engine.add([Article(id="more", title="More")])
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


def test_words_with_signs_around_them_are_found_in_every_order(engine: Engine) -> None:
    engine.add([*ARTICLES, Article(id="p", title="Prices rise 10% in C++ quotes", language="en")])
    for word in ("10%", "C++", "@strike", "$10", "'strike'", "strike!"):
        request = SearchRequest(Word(word), limit=9)
        by_time = replace(request, sort="newest")
        assert (
            ask(engine).search(request).total
            == ask(engine).search(by_time).total
            == len(ids_of(engine, word))
            > 0
        )


def ids_of(engine: Engine, word: str) -> list[str]:
    return ask(engine).ids(Word(word))


def test_marks_are_of_all_articles_and_not_of_those_on_the_page(engine: Engine) -> None:
    engine.add([*ARTICLES, Article(id="form", title="They strikes", language="en")])
    (found,) = ask(engine).search(SearchRequest(Word("strike"), limit=1, highlight=True)).highlights
    assert {"strike", "striking", "strikes"} <= found.words[0]


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


def test_an_article_that_is_put_in_again_meanwhile_is_not_taken_back(engine: Engine) -> None:
    def version(number: int) -> Article:
        return Article(id="w", title="Wire", extra={"version": (str(number),)})

    with closing(open_engine(engine.location)) as other:
        engine.add([version(1)])
        notes_of(engine).cancel({"w": 2})  # its deletion is still to come
        assert other.add([version(3)]) == Added(added=1)  # takes version 1 back first
        assert engine.add([version(1)]) == Added(withdrawn=1)
        assert ids(engine) == {"w"}
        notes_of(engine).cancel({"w": 3})
        (problem,) = maintained(engine.location).verify("full").problems
        assert "cancelled" in problem
        assert engine.add([version(3)]) == Added(withdrawn=1)
        assert ids(engine) == set()


def notes_of(engine: Engine) -> Notes:
    return Notes(engine_cluster(engine))


def test_a_writer_that_outlives_the_archive_sends_its_words_again(
    cluster: RunningCluster, location: str, engine: Engine
) -> None:
    engine.add([Article(id="one", title="Strikes")])
    cluster.remove(engine.location.rpartition("/")[2])
    with closing(open_engine(location, create=True)):
        engine.add([Article(id="two", title="Strikes")])
        assert ids(engine, "strik*") == {"two"}


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


def engine_index(engine: Engine) -> str:
    return newest(engine_cluster(engine)).index


def test_what_a_wire_cancels_stays_out(engine: Engine) -> None:
    def version(number: int) -> Article:
        return Article(id="w", title="Wire", extra={"version": (str(number),)})

    engine.add([version(1), *ARTICLES])
    assert engine.withdraw({"w": 2, "a1": None, "never": None}) == 2
    assert engine.add([version(2), ARTICLES[0]]) == Added(withdrawn=2)
    assert engine.add([version(3)]) == Added(added=1)
    engine.rebuild()
    assert engine.add([ARTICLES[0]]) == Added(withdrawn=1)
    assert engine.delete(["a1"], forget=True) == 0
    assert engine.add([ARTICLES[0]]) == Added(added=1)


def test_ids_and_values_of_any_kind(engine: Engine) -> None:
    odd = ["é" * 400, "_all", "a b/c?d#e", "Ünïcode", "日本", "\\", '"', "*", "A", "a", "." * 500]
    articles = [
        Article(
            id=each, title="Odd", keywords=(each[:200], "x" * 500), url="https://e.example/" + "ü" * 40_000
        )
        for each in odd
    ]
    added = engine.add(articles)
    assert (added.added, added.unindexed) == (len(odd), ("url",))
    assert ids(engine) == set(odd)
    assert ids(engine, "url:none") == set()
    assert ids(engine, "url:https*") == set(odd)
    assert {i: a.id for i, a in ask(engine).get(odd).items()} == {each: each for each in odd}
    for each in odd:
        assert ask(engine).ids(Word(each, "id")) == [each]
        assert each in ask(engine).ids(Word(each[:200], "keyword"))
    assert engine.delete(odd) == len(odd)
    assert ids(engine) == set()


def test_more_values_than_one_answer_has_are_all_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from search.backends.opensearch import facets

    monkeypatch.setattr(facets, "VALUES", 7)
    engine.add([replace(each, keywords=(f"k{n % 30}", "all")) for n, each in enumerate(numbered(0, 90))])
    request = SearchRequest(Everything(), limit=0, facets=(FacetRequest("keyword", 3),))
    (facet,) = ask(engine).search(request).facets
    assert facet.distinct == 31
    assert [(each.value, each.count) for each in facet.values] == [("all", 90), ("k0", 3), ("k1", 3)]


def test_a_bad_index_is_told_apart_from_a_missing_one(cluster: RunningCluster, location: str) -> None:
    with pytest.raises(ArchiveNotFound, match="news index"):
        open_engine(location)
    name = location.rpartition("/")[2].partition("?")[0]
    cluster.call("PUT", f"/news-{name}.000001", {"aliases": {f"news-{name}": {}}})
    with pytest.raises(ArchiveDamaged, match="is not an index of news"):
        open_engine(location)
    cluster.remove(name)
    meta = {"_meta": {"format": 99}, "properties": {"value": {"type": "object"}}}
    cluster.call("PUT", f"/news-{name}.000001", {"aliases": {f"news-{name}": {}}, "mappings": meta})
    with pytest.raises(ArchiveError, match="newer version"):
        open_engine(location)


def test_an_index_that_acknowledges_too_early_takes_no_articles(
    cluster: RunningCluster, engine: Engine
) -> None:
    name = engine.location.rpartition("/")[2]
    settings = {"index.translog.durability": "async"}
    cluster.call("PUT", f"/news-{name}.000001/_settings", settings)
    with pytest.raises(ArchiveError, match="durability"):
        engine.add(ARTICLES)


def test_damage_is_found(cluster: RunningCluster, location: str, engine: Engine) -> None:
    engine.add(ARTICLES)
    name = engine.location.rpartition("/")[2]
    assert maintained(location).verify("deep").problems == ()
    source = cluster.call("GET", f"/news-{name}.000001/_doc/a1")
    assert isinstance(source, dict)
    record = source["_source"]
    text = record["article"]
    record["article"] = text.replace("Harbour", "Another")
    cluster.call("PUT", f"/news-{name}.000001/_doc/a1?refresh=true", record)
    (problem,) = maintained(location).verify("full").problems
    assert "1 articles are not as they were written, such as 'a1'" in problem
    with pytest.raises(ArchiveDamaged, match="news verify"):
        ask(engine).get(["a1"])
    record["article"] = text  # whole again, but without its words
    cluster.call("PUT", f"/news-{name}.000001/_doc/a1?refresh=true", record)
    assert maintained(location).verify("full").problems == ()
    (problem,) = maintained(location).verify("deep").problems
    assert "not found by their words" in problem
    engine.rebuild()
    assert maintained(location).verify("deep").problems == ()


def test_a_snapshot_is_restored_under_another_name(
    cluster: RunningCluster, location: str, engine: Engine, tmp_path: Path
) -> None:
    engine.add(ARTICLES)
    engine.withdraw({"a3": None})
    folder = cluster.snapshots / "backups"
    cluster.call("PUT", "/_snapshot/backups", {"type": "fs", "settings": {"location": str(folder)}})
    name = f"first-{next(_numbers)}"
    assert maintained(location).copy_to(f"backups/{name}").articles == 3
    with pytest.raises(ArchiveExists):
        maintained(location).copy_to(f"backups/{name}")
    with pytest.raises(InvalidRequest, match="knows no repository"):
        maintained(location).copy_to("nowhere/first")
    with pytest.raises(InvalidRequest, match="REPOSITORY/NAME"):
        maintained(location).copy_to(tmp_path)
    with pytest.raises(ArchiveExists):
        restored(f"backups/{name}", location)
    other = cluster.location("writers-restored")
    assert restored(f"backups/{name}", other).articles == 3
    with closing(open_engine(other)) as again:
        assert ids(again) == ids(engine)
        assert again.add([ARTICLES[2]]) == Added(withdrawn=1)
        assert again.add([Article(id="new", title="New strike")]) == Added(added=1)
        assert "new" in ids(again, "strike")
    cluster.remove("writers-restored")


def test_archives_travel_both_ways(location: str, engine: Engine, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    with open_archive(source, create=True, language="german") as archive:
        archive.add(ARTICLES)
        archive.add([replace(ARTICLES[0], title="Harbour quiet")])
        archive.engine.withdraw({"a4": None})
        seen = archive.search("*", limit=9).hits
    there = f"{location.partition('?')[0]}-there"
    done = transfer_archive(source, there)
    assert (done.articles, done.added, done.others, done.different) == (3, 3, 0, ())
    assert done.left_behind[0].startswith("2 earlier versions")
    again = transfer_archive(source, there)
    assert (again.unchanged, again.added, again.updated) == (3, 0, 0)
    assert transfer_archive(there, back).different == ()
    with open_archive(back) as archive, open_archive(there) as on_cluster:
        assert archive.state().language == on_cluster.state().language == "german"
        for each in (archive, on_cluster):
            assert {article.digest() for article in each.scan("*")} == {hit.article.digest() for hit in seen}
            assert {hit.id: hit.seen for hit in each.search("*", limit=9)} == {h.id: h.seen for h in seen}
            assert each.engine.add([ARTICLES[3]]) == Added(withdrawn=1)
    with open_archive(there) as on_cluster:
        on_cluster.add([Article(id="more", title="More"), replace(ARTICLES[1], title="Other")])
    changed = transfer_archive(source, there)
    assert (changed.updated, changed.others, changed.different) == (1, 1, ())
    engine_cluster(engine).call("DELETE", f"/news-{there.rpartition('/')[2]}.*")


def test_everything_that_is_not_there_yet_is_refused_by_name(engine: Engine) -> None:
    engine.add(ARTICLES)
    archive = Archive(engine)
    for ask_for in (
        lambda: archive.search("strike", collapse=True),
        lambda: archive.copies("a1"),
        lambda: archive.search("is:copy"),
        lambda: archive.search("is:silent"),
        lambda: archive.search("changed:2025"),
        lambda: archive.search("copies:x"),
        lambda: archive.distinctive("strike"),
        lambda: archive.history("a1"),
        lambda: archive.background("a1"),
        lambda: archive.manifest("strike"),
        lambda: archive.at(as_of=1).search("strike"),
        lambda: archive.facets("strike", "source", texts=True),
    ):
        with pytest.raises(InvalidRequest, match=r"OpenSearch keeps no|this kind of archive|keeps no"):
            ask_for()


def test_the_commands_work_as_on_a_folder(location: str, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(each.as_record()) + "\n" for each in ARTICLES))

    def on_cluster(*arguments: str) -> tuple[int, str]:
        code, out, err = run(*arguments, "--archive", location)
        return code, out + err

    assert on_cluster("search", "strike")[0] == 2
    assert "added 4" in on_cluster("index", str(file))[1]
    assert on_cluster("count", "strike") == (0, "2\n")
    code, out = on_cluster("search", "harbour strike", "--format", "json")
    assert (code, [hit["id"] for hit in json.loads(out)["hits"]]) == (0, ["a1"])
    assert "OpenSearch 2." in on_cluster("doctor")[1]
    assert "searchable" in on_cluster("stats")[1]
    assert "revision" not in on_cluster("stats")[1]
    assert "is whole: 4 articles" in on_cluster("verify", "--deep")[1]
    assert on_cluster("rebuild")[0] == 0
    assert on_cluster("delete", "a4", "--yes")[0] == 0
    assert len(on_cluster("dump")[1].splitlines()) == 3
    code, out = on_cluster("search", "strike", "--collapse")
    assert (code, "keeps no groups of copies yet" in out) == (2, True)
    code, out, err = run("transfer", location, str(tmp_path / "copy"))
    assert (code, "every digest is the same" in out + err) == (0, True)
    assert run("count", "strike", "--archive", str(tmp_path / "copy"))[1] == "2\n"
    code, _, err = run("count", "strike", "--archive", "opensearch+http://127.0.0.1:9/none")
    assert (code, "cannot be reached" in err) == (8, True)


def test_pages_are_served_from_a_cluster(location: str, engine: Engine) -> None:
    engine.add(ARTICLES)
    with served(location) as server:
        address = server.address.rstrip("/")
        for path, part in (
            ("/search?q=strike", "Harbour"),
            ("/search?q=strike&sort=newest&by=day", "Harbour"),
            ("/article/a1", "Dockers"),
            ("/about", "4"),
        ):
            answer = httpx.get(address + path, follow_redirects=True)
            assert (answer.status_code, part in answer.text) == (200, True), path
        answer = httpx.get(f"{address}/api/v1/search", params={"q": "strike", "facet": "source"})
        assert answer.json()["total"] == 2
        engine.add([Article(id="later", title="A later strike")])
        answer = httpx.get(f"{address}/api/v1/search", params={"q": "strike", "facet": "source"})
        assert answer.json()["total"] == 3  # nothing older is kept
