"""Archives of each format that was ever released are read as they are, and brought up to date by a write.

`tests/archives` has one of each, made by the version that wrote the format.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.article import Article
from search.backends import maintained
from search.errors import InvalidRequest
from search.query import Archive, open_archive
from tests.faults.archives import TORTURE
from tests.faults.killing import killed_before

FORMAT_1 = Path(__file__).parent.parent / "archives" / "format-1.tar.gz"
IDS = {
    "notice-1", "ABC-1", "https://news.example/a?b=1#c", "notice-4", "notice-5", "undated-7", "Ärger/8",
}  # fmt: skip


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """An archive of format 1: seven articles in three segments, one put in again, one deleted."""
    with tarfile.open(FORMAT_1) as packed:
        packed.extractall(tmp_path / "archive", filter="data")
    return tmp_path / "archive"


def digests(location: Path) -> dict[str, str]:
    files = (
        path for path in location.rglob("*") if path.is_file() and path.suffix not in (".db-shm", ".db-wal")
    )
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_an_index_that_knows_no_sentences_says_how_it_comes_to_know_them(location: Path) -> None:
    with open_archive(location) as archive:
        assert (archive.count("mill NEAR/50 july"), archive.count("mill NOTNEAR/1 nothing")) == (1, 2)
        for query in ("mill NEAR/S july", "mill NOTNEAR/S nothing", "lead:mill"):
            with pytest.raises(InvalidRequest, match="run: news rebuild"):
                archive.count(query)
        archive.rebuild()
        assert archive.count("mill NOTNEAR/S nothing") == 2


@pytest.mark.parametrize("query", ["seen:2025", "modified:none", "mill -seen:today"])
def test_an_index_that_knows_one_date_says_how_it_comes_to_know_the_others(
    location: Path, query: str
) -> None:
    with open_archive(location) as archive:
        for ask in (
            lambda: archive.count(query),
            lambda: archive.search("*", sort="seen"),
            lambda: archive.facets("*", "seen:month"),
            lambda: archive.timeline("*", "modified:week"),
        ):
            with pytest.raises(InvalidRequest, match="run: news upgrade"):
                ask()
        archive.upgrade()
        archive.add([Article(id="new", title="Mill saved")])
        assert archive.ids("seen:*") == ["new"]  # when the others came was not kept
        assert archive.search("*", sort="seen", limit=1).hits[0].id == "new"
        assert archive.count("modified:none") == 8


def test_an_old_archive_is_read_as_it_is(location: Path) -> None:
    before = digests(location)
    with open_archive(location) as archive:
        assert set(archive.ids("*")) == IDS
        results = archive.search("*")
        assert {hit.article.id for hit in results.hits} == IDS
        assert any("news upgrade" in warning for warning in results.warnings)
        assert archive.ids("mill july") == ["notice-4"]
        assert archive.ids("id:ABC-1") == ["ABC-1"]
        assert archive.search("dredging").hits[0].article.id == "ABC-1"
        assert archive.explain("ABC-1", "dredging").matches
        assert archive.history("ABC-1") == ()
        assert archive.count("date:2025-03-08") == 1
    assert (maintained(location).verify().problems, maintained(location).verify().articles) == ((), 7)
    assert {article.id for article in maintained(location).articles()} == IDS
    assert digests(location) == before


def test_a_copy_of_an_old_archive_is_old(location: Path, tmp_path: Path) -> None:
    maintained(location).copy_to(tmp_path / "copy")
    with open_archive(tmp_path / "copy") as archive:
        assert any("news upgrade" in warning for warning in archive.search("*").warnings)
        assert archive.count("*") == 7


def test_a_write_brings_an_old_archive_up_to_date(location: Path) -> None:
    reader = open_archive(location)
    assert reader.count("*") == 7
    with open_archive(location) as archive:
        stored = {article.id: article for article in maintained(location).articles()}
        added = archive.add([Article(id="notice-4", title="Mill open"), stored["ABC-1"]])
        assert (added.updated, added.unchanged) == (1, 1)
        assert archive.search("*").warnings == ()
        assert [version.article.title for version in archive.history("notice-4")] == [
            "Mill to close in July", "Mill open",
        ]  # fmt: skip
        assert archive.history("ABC-1")[0].at is None  # the time was not kept
        assert archive.history("notice-4")[1].at is not None
    assert (maintained(location).verify("deep").problems, maintained(location).verify().articles) == ((), 7)
    assert reader.count('title:"mill open"') == 1
    assert reader.history("notice-4")[1].article.title == "Mill open"
    reader.close()


def test_an_old_archive_is_upgraded_once(location: Path) -> None:
    told: list[tuple[int, int]] = []
    with open_archive(location) as archive:
        assert archive.upgrade(lambda done, total: told.append((done, total)))
        assert told[-1] == (7, 7)
        assert not archive.upgrade()
        assert set(archive.ids("*")) == IDS
        assert archive.ids("id:ABC-1") == ["ABC-1"]
    assert maintained(location).verify("deep").problems == ()


def test_an_old_index_may_not_go_further_than_its_articles(location: Path) -> None:
    with closing(sqlite3.connect(location / "articles.db")) as connection, connection:
        connection.execute("UPDATE meta SET value = 3 WHERE key = 'revision'")
    assert "lost articles" in maintained(location).verify("quick").problems[0]


def upgrade(location: Path) -> None:
    with open_archive(location) as archive:
        archive.upgrade()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_an_upgrade_that_is_killed_loses_nothing(location: Path, tmp_path: Path) -> None:
    expected = {article.id: article for article in maintained(location).articles()}
    event, tried = 0, 0
    while True:
        target = tmp_path / f"tried{event}" / "archive"
        maintained(location).copy_to(target)
        killed, acknowledged = killed_before(event, upgrade, target)
        assert {article.id: article for article in maintained(target).articles()} == expected
        with open_archive(target) as archive:
            assert set(archive.ids("*")) == IDS
            assert {hit.article for hit in archive.search("*").hits} == set(expected.values())
            assert not (archive.upgrade() and acknowledged)
        assert maintained(target).verify("deep").problems == ()
        if not killed:
            break
        tried, event = tried + 1, event + (1 if TORTURE else 7)
    assert tried > (60 if TORTURE else 8)


def before_searches(location: Path, more: Callable[[Archive], object] = bool) -> Path:
    """Make an archive as it was in format 2, which had no saved searches."""
    with open_archive(location, create=True) as archive:
        archive.add([Article(id="a", title="Ferry"), Article(id="b", title="Mill")])
        archive.add([Article(id="b", title="Mill shut")])
        more(archive)
    with closing(sqlite3.connect(location / "articles.db")) as connection, connection:
        connection.execute("DROP INDEX articles_by_came")
        connection.execute("ALTER TABLE articles DROP COLUMN came")
        for table in ("searches", "deliveries", "delivered", "told"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 2")
    return location


def test_an_archive_without_saved_searches_is_read_as_it_is(tmp_path: Path) -> None:
    location = before_searches(tmp_path / "archive")
    before = digests(location)
    with open_archive(location) as archive:
        assert any("news upgrade" in warning for warning in archive.search("*").warnings)
        assert (archive.count("mill"), len(archive.history("b"))) == (1, 2)
        assert archive.at(as_of=1).count("shut") == 0
        assert (archive.saved(), archive.delivered()) == ((), ())
        assert archive.new().number == 0
        with pytest.raises(InvalidRequest, match="no saved search"):
            archive.new("ferry")
        with pytest.raises(InvalidRequest, match="no delivery"):
            archive.delivery(1)
    assert maintained(location).verify("deep").problems == ()
    assert digests(location) == before


def test_the_revisions_that_brought_articles_are_found_by_the_upgrade(tmp_path: Path) -> None:
    crawled = Article(id="c", title="Ferry", crawled=datetime(2001, 2, 3, tzinfo=UTC))

    def more(archive: Archive) -> None:
        archive.add([crawled])
        archive.add([Article(id="c", title="Ferry sinks")])
        archive.add([Article(id="d", title="Ferry d")])

    with open_archive(before_searches(tmp_path / "archive", more)) as archive:
        archive.save("two", "*", start=2)
        archive.save("four", "*", start=4)
        found = {name: [e.id for e in archive.new(name).entries] for name in ("two", "four")}
        assert found == {"two": ["c", "d"], "four": ["d"]}


def test_the_first_saved_search_brings_an_archive_up_to_date(tmp_path: Path, location: Path) -> None:
    for old, expected in ((before_searches(tmp_path / "second"), ["a"]), (location, [])):
        with open_archive(old) as archive:
            archive.save("ferry", "ferry", start=1)
            # When the articles of format 1 came is not known, so they are not new.
            assert [entry.id for entry in archive.new().entries] == expected
            archive.add([Article(id="new", title="Ferry sinks")])
            while (delivery := archive.new()).number:
                archive.confirm(delivery)
            assert [entry.id for entry in archive.delivered()] == ["new", *expected]
            assert archive.search("*").warnings == ()
        assert maintained(old).verify("deep").problems == ()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_an_upgrade_to_saved_searches_that_is_killed_is_done_or_not(tmp_path: Path) -> None:
    old, tried = before_searches(tmp_path / "old"), 0
    for event in range(0, 1_000, 1 if TORTURE else 4):
        target = tmp_path / f"tried{event}" / "archive"
        maintained(old).copy_to(target)
        killed, acknowledged = killed_before(event, upgrade, target)
        with open_archive(target) as archive:
            assert archive.ids("*") == ["a", "b"]
            assert not (archive.upgrade() and acknowledged)
            archive.save("ferry", "ferry", start=1)
            assert [entry.id for entry in archive.new().entries] == ["a"]
        assert maintained(target).verify().problems == ()
        if not killed:
            break
        tried += 1
    assert tried > 2
