"""Damage, snapshots, transfers, the command line and pages of an archive on a cluster."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from search.archive.transfer import transfer_archive
from search.article import Article
from search.backends import maintained, restored
from search.engine import Added, Engine
from search.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveExists,
    ArchiveNotFound,
    InvalidRequest,
)
from search.query import Archive, open_archive
from tests.asking import ask
from tests.cli.conftest import Run
from tests.cluster.helping import engine_cluster, ids
from tests.clusters import RunningCluster
from tests.conftest import ARTICLES
from tests.engines import open_engine
from tests.web.running import served

pytestmark = pytest.mark.cluster


def test_a_writer_that_outlives_the_archive_sends_its_words_again(
    cluster: RunningCluster, location: str, engine: Engine
) -> None:
    engine.add([Article(id="one", title="Strikes")])
    cluster.remove(engine.location.rpartition("/")[2])
    with closing(open_engine(location, create=True)):
        engine.add([Article(id="two", title="Strikes")])
        assert ids(engine, "strik*") == {"two"}


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
    name = "first"
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
            assert "/background" not in answer.text  # nor any other page that a cluster cannot give
            assert not {"/copies", "/history"} & set(re.findall(r"/article/[^/\"]+(/\w+)", answer.text))
        answer = httpx.get(f"{address}/api/v1/search", params={"q": "strike", "facet": "source"})
        assert answer.json()["total"] == 2
        engine.add([Article(id="later", title="A later strike")])
        answer = httpx.get(f"{address}/api/v1/search", params={"q": "strike", "facet": "source"})
        assert answer.json()["total"] == 3  # nothing older is kept
