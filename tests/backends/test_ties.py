"""Articles that are lost are never called whole: an index that covers more than its articles.db is damage."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from search.article import Article
from search.backends import maintained
from search.backends.embedded.engine import EmbeddedEngine
from search.backends.embedded.store import Store
from search.cli import main
from search.engine import Level
from search.errors import ArchiveDamaged, IndexUnusable
from search.query import open_archive
from tests.engines import open_engine

LEVELS: tuple[Level, ...] = ("quick", "full", "deep")


def articles(name: str, word: str = "tide") -> list[Article]:
    return [Article(id=f"{name}{n}", title=f"Notice {n}", body=f"{word} {name}{n}") for n in range(3)]


def add(location: Path, name: str, word: str = "tide") -> None:
    with open_archive(location, create=True) as archive:
        archive.add(articles(name, word))


def lost_log(folder: Path) -> Path:
    """The newest batch is in the WAL, and the WAL is gone."""
    add(folder / "a", "x")
    shutil.copy(folder / "a" / "articles.db", folder / "older.db")
    add(folder / "a", "y")
    shutil.copy(folder / "older.db", folder / "a" / "articles.db")
    return folder / "a"


def index_of_another_archive(folder: Path) -> Path:
    add(folder / "a", "x")
    add(folder / "b", "z")
    shutil.rmtree(folder / "a" / "index")
    shutil.copytree(folder / "b" / "index", folder / "a" / "index")
    return folder / "a"


def another_history(folder: Path) -> Path:
    """As far as the index, but not the same: an older copy that went on by itself."""
    add(folder / "a", "x")
    shutil.copytree(folder / "a", folder / "copy")
    add(folder / "a", "y", "zebra")
    add(folder / "copy", "y", "ostrich")
    for name in ("articles.db", "articles.db-wal", "articles.db-shm"):
        (folder / "a" / name).unlink(missing_ok=True)
    shutil.copy(folder / "copy" / "articles.db", folder / "a" / "articles.db")
    return folder / "a"


def no_store(folder: Path) -> Path:
    add(folder / "a", "x")
    for path in (folder / "a").glob("articles.db*"):
        path.unlink()
    return folder / "a"


def empty_store(folder: Path) -> Path:
    location = no_store(folder)
    (location / "articles.db").touch()
    return location


LOSSES: dict[str, Callable[[Path], Path]] = {
    "the log is lost": lost_log,
    "the index is of another archive": index_of_another_archive,
    "the articles have another history": another_history,
    "there is no articles.db": no_store,
    "articles.db is empty": empty_store,
}

COMMANDS = {
    "search": ["search", "tide"],
    "count": ["count", "tide"],
    "facets": ["facets", "tide"],
    "timeline": ["timeline", "tide"],
    "stats": ["stats"],
    "verify quick": ["verify", "--quick"],
    "verify": ["verify"],
    "verify deep": ["verify", "--deep"],
    "backup": ["backup", "kept"],
    "index": ["index", "more.jsonl"],
    "delete": ["delete", "x1", "--yes"],
    "rebuild": ["rebuild"],
    "upgrade": ["upgrade"],
}


@pytest.mark.parametrize("loss", LOSSES)
def test_lost_articles_are_damage_for_every_command(
    loss: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    location = LOSSES[loss](tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("more.jsonl").write_text('{"id": "more", "title": "Tide"}\n')
    for name, command in COMMANDS.items():
        with pytest.raises(SystemExit) as ended:
            main([*command, "--archive", str(location)])
        out, err = capsys.readouterr()
        assert (ended.value.code, out) == (5, ""), name
        assert "restore a backup: news restore" in err, name
        assert "run: news rebuild" not in err, name
    assert not Path("kept").exists()
    with pytest.raises(SystemExit):
        main(["doctor", "--archive", str(location)])
    out, _ = capsys.readouterr()
    assert "restore a backup" in out


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("loss", LOSSES)
def test_verify_finds_that_articles_are_lost(loss: str, level: Level, tmp_path: Path) -> None:
    location = LOSSES[loss](tmp_path)
    verdict = maintained(location).verify(level)
    assert verdict.problems
    assert "restore" in verdict.fix


def test_what_is_left_can_be_gone_on_with_when_that_is_meant(tmp_path: Path) -> None:
    location = lost_log(tmp_path)
    (location / "index").rename(tmp_path / "aside")
    with open_archive(location) as archive:
        archive.rebuild()
        assert archive.ids("tide") == ["x0", "x1", "x2"]
    assert maintained(location).verify("deep").problems == ()


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    add(tmp_path / "a", "x")
    return tmp_path / "a"


def test_a_writer_between_store_and_index_never_looks_like_loss(pair: Path) -> None:
    reader, writer = open_engine(pair), open_engine(pair)
    with open_archive(pair) as archive:
        assert archive.count("tide") == 3

        def stream() -> Iterator[Article]:
            yield from articles("y")
            seen.append((archive.search("tide").total, archive.search("tide").warnings))

        seen: list[tuple[int, tuple[str, ...]]] = []
        writer.add(stream())
        assert seen == [(3, ())]
        assert archive.count("tide") == 6
    reader.close()
    writer.close()


def test_an_archive_that_was_replaced_is_read_and_written_as_it_now_is(pair: Path, tmp_path: Path) -> None:
    add(tmp_path / "b", "z")
    with open_archive(pair) as archive:
        assert archive.count("tide") == 3
        pair.rename(tmp_path / "old")
        (tmp_path / "b").rename(pair)
        assert archive.ids("tide") == ["z0", "z1", "z2"]
        assert [hit.article.id for hit in archive.search("z1").hits] == ["z1"]
        assert archive.add(articles("y")).added == 3
    assert maintained(pair).verify("deep").articles == 6
    assert maintained(tmp_path / "old").verify("deep").articles == 3


def test_nothing_is_added_to_an_archive_that_was_moved_away(pair: Path, tmp_path: Path) -> None:
    with open_archive(pair) as archive:
        (pair / "articles.db").rename(tmp_path / "moved.db")
        with pytest.raises(ArchiveDamaged, match="is gone"):
            archive.add(articles("y"))
        with pytest.raises(ArchiveDamaged, match="is gone"):
            archive.count("tide")


def test_a_reader_shows_articles_as_they_were_when_its_commit_was_made(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_archive(pair) as archive, open_archive(pair) as other:
        seen: list[tuple[str, ...]] = []

        def look(*_: object, **__: object) -> None:
            results = archive.search("tide")
            seen.append(tuple(hit.article.body for hit in results.hits) + results.warnings)
            raise RuntimeError

        monkeypatch.setattr("search.backends.embedded.update.Update.commit", look)
        with pytest.raises(RuntimeError):
            other.add([Article(id="x0", title="Notice 0", body="changed"), Article(id="n", title="Tide")])
        assert sorted(seen[0]) == ["tide x0", "tide x1", "tide x2"]
        after = archive.search("tide")
        assert "not yet searchable" in after.warnings[0]
        assert {hit.article.body for hit in after.hits} == {"tide x0", "tide x1", "tide x2"}
        monkeypatch.undo()
        other.add([Article(id="last", title="Tide")])
        assert archive.search("tide").total == 4
        assert archive.search("changed").total == 1
        assert archive.search("tide").warnings == ()


def test_an_index_that_is_behind_is_said_by_every_command(
    pair: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(pair / "index", tmp_path / "before")
    add(pair, "later")
    shutil.rmtree(pair / "index")
    (tmp_path / "before").rename(pair / "index")
    for command in (
        ["count", "tide"],
        ["facets", "tide", "--by", "source"],
        ["timeline", "tide"],
        ["suggest", "tid"],
    ):
        with pytest.raises(SystemExit):
            main([*command, "--archive", str(pair)])
        assert "not yet searchable; run: news rebuild" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--archive", str(pair)])
    assert ended.value.code == 0
    assert "up to date" not in capsys.readouterr().out


def test_doctor_ends_with_5_where_articles_are_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    location = lost_log(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--archive", str(location)])
    assert ended.value.code == 5
    assert "has lost articles" in capsys.readouterr().out


@pytest.mark.parametrize("segments", [[], {}])
def test_an_index_without_its_segments_is_not_answered_from(pair: Path, segments: object) -> None:
    path = pair / "index" / "manifest.json"
    line = json.loads(path.read_bytes().partition(b"\n")[0])
    line["segments"] = segments
    sealed = json.dumps(line).encode()
    path.write_bytes(sealed + b"\n%08x\n" % zlib.crc32(sealed))
    with open_archive(pair) as archive, pytest.raises(IndexUnusable):
        archive.count("*")


def test_a_reader_beside_a_writer_that_finishes_is_not_told_to_rebuild(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = EmbeddedEngine._snapshot

    def later(engine: EmbeddedEngine) -> AbstractContextManager[Store]:
        monkeypatch.undo()
        add(pair, "later")  # between the reader's look at the index and its look at the store
        return taken(engine)

    engine = open_engine(pair)
    monkeypatch.setattr(EmbeddedEngine, "_snapshot", later)
    with engine.reader() as reader:
        assert reader.state().warnings == ()
    engine.close()


def test_a_new_index_does_not_hide_that_articles_are_lost(pair: Path) -> None:
    with closing(sqlite3.connect(pair / "articles.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM articles WHERE number = (SELECT min(number) FROM articles)")
    with open_archive(pair) as archive, pytest.raises(ArchiveDamaged, match="has lost articles"):
        archive.rebuild()
    assert "lost articles" in maintained(pair).verify("full").problems[0]
