"""What the embedded engine must do beside: its files, its lock, its commits."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from search.article import Article
from search.backends import maintained
from search.backends.embedded.store import Store, updates
from search.backends.embedded.update import Update
from search.backends.evaluate.leaves import MAX_EXPANSIONS
from search.engine import Added, Engine, FacetRequest, SearchRequest
from search.errors import (
    ArchiveExists,
    ArchiveLocked,
    ArchiveNotFound,
    IndexUnusable,
    InvalidRequest,
    LimitExceeded,
    OtherAnalyzer,
)
from search.index.format.manifest import MANIFEST, read_manifest, write_manifest
from search.language import parse_query
from search.query import open_archive
from tests.asking import ask
from tests.conftest import ARTICLES, day
from tests.engines import open_engine


def ids(engine: Engine, query: str) -> set[str]:
    """The ids of all matches."""
    return set(ask(engine).ids(parse_query(query, extra_fields=("places", "desk")).tree))


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """Where an archive of the four articles is, closed."""
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add(ARTICLES)
    engine.close()
    return tmp_path / "archive"


def test_reading_never_makes_an_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFound, match="news index"):
        open_engine(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_does_not_take_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "articles.db").write_bytes(b"")
    with pytest.raises(ArchiveExists):
        open_engine(tmp_path, create=True)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveExists):
        open_engine(tmp_path / "file", create=True)
    (tmp_path / "other" / "index").mkdir(parents=True)
    with pytest.raises(ArchiveExists):
        open_engine(tmp_path / "other", create=True)


def test_what_a_callers_articles_raise_is_not_called_damage(location: Path) -> None:
    def stream() -> Iterator[Article]:
        yield Article(id="new", title="Tide")
        b"\xff".decode()

    engine = open_engine(location)
    with pytest.raises(UnicodeDecodeError):
        engine.add(stream())
    assert ask(engine).get(["new"]).get("new") is None
    engine.close()


def test_a_catch_up_that_is_cut_short_twice_finds_each_article_once(
    location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.backends.embedded.writing.MAX_SEGMENT_ARTICLES", 4)
    monkeypatch.setattr("search.backends.embedded.writing.BATCH_ARTICLES", 2)
    engine = open_engine(location)
    before = ask(engine).stats().articles
    real = Update.commit

    def cut_short(*_: object, **__: object) -> None:
        raise RuntimeError

    def cut_short_after_one(update: Update, *given: Any, **named: Any) -> None:
        monkeypatch.setattr(Update, "commit", cut_short)
        real(update, *given, **named)

    for broken in (cut_short, cut_short_after_one, cut_short_after_one):
        monkeypatch.setattr(Update, "commit", broken)
        with pytest.raises(RuntimeError):
            engine.add([Article(id=f"c{n}", title="Tide zyx") for n in range(9)])
        results = ask(engine).search(SearchRequest(parse_query("zyx").tree, limit=100))
        assert results.total == len(results.hits)
    monkeypatch.setattr(Update, "commit", real)
    engine.add([Article(id="last", title="Tide")])
    assert len(ask(engine).ids(parse_query("zyx").tree)) == 9
    assert ask(engine).stats().articles == before + 10
    assert maintained(location).verify("deep").problems == ()
    engine.close()


def test_another_engine_sees_what_was_added(location: Path) -> None:
    reader, writer = open_engine(location), open_engine(location)
    assert ids(reader, "fresh") == set()
    writer.add([Article(id="a5", title="Fresh")])
    assert ids(reader, "fresh") == {"a5"}


def test_only_one_writes_at_a_time(location: Path) -> None:
    from search.backends.embedded.lock import writing

    engine = open_engine(location)
    with writing(location), pytest.raises(ArchiveLocked) as caught:
        engine.add([Article(title="Late")])
    assert caught.value.pid
    assert "UTC" in str(caught.value)
    assert engine.add([Article(title="Late")]) == Added(added=1)


def test_a_writer_waits_for_another_as_long_as_it_is_told_to(location: Path) -> None:
    held, waiting = Event(), Event()

    def holding() -> Iterator[Article]:
        held.set()
        assert waiting.wait(30)
        yield Article(id="first", title="First")

    one, other = open_engine(location), open_engine(location, wait=30)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one.add, holding())
        assert held.wait(30)
        second = pool.submit(other.add, [Article(id="second", title="Second")])
        with pytest.raises(ArchiveLocked):
            open_engine(location).add([Article(title="Late")])
        waiting.set()
        assert first.result() == second.result() == Added(added=1)
    assert {"first", "second"} <= ids(open_engine(location), "*")
    one.close()
    other.close()


def test_writing_nothing_new_writes_nothing(location: Path) -> None:
    engine = open_engine(location)
    before = {path: path.stat().st_mtime_ns for path in (location / "index").iterdir()}
    assert engine.add(ARTICLES) == Added(unchanged=4)
    assert {path: path.stat().st_mtime_ns for path in (location / "index").iterdir()} == before
    assert ask(engine).stats().revision == 1


def stored_behind_the_index(location: Path) -> None:
    """What a crash between the store's commit and the index's leaves."""
    store = Store(location)
    with store.changing() as changes:
        changes.put([Article(id="a5", title="Stored only"), replace(ARTICLES[0], title="Changed")])
    with store.changing() as changes:
        changes.delete(["a2"])
    store.close()


def test_says_that_the_index_is_behind_and_mends_it_with_the_next_write(location: Path) -> None:
    stored_behind_the_index(location)
    engine = open_engine(location)
    results = ask(engine).search(SearchRequest(parse_query("storm").tree))
    assert results.total == 1
    assert "news rebuild" in results.warnings[0]
    engine.add([Article(id="a6", title="Next")])
    assert ids(engine, "*") == {"a1", "a3", "a4", "a5", "a6"}
    assert ids(engine, "title:changed OR title:stored") == {"a1", "a5"}
    assert ask(engine).search(SearchRequest(parse_query("*").tree)).warnings == ()


def test_rebuild_brings_the_index_up_to_date(location: Path) -> None:
    stored_behind_the_index(location)
    engine = open_engine(location)
    steps: list[tuple[int, int]] = []
    engine.rebuild(lambda done, total: steps.append((done, total)))
    assert ids(engine, "*") == {"a1", "a3", "a4", "a5"}
    assert steps[-1] == (4, 4)
    assert ask(engine).state().warnings == ()


def remove(index: Path) -> None:
    shutil.rmtree(index)


def noted(index: Path, **changes: object) -> None:
    """Let the newest commit say something else of itself."""
    manifest = read_manifest(index, "articles")
    write_manifest(index, replace(manifest, note={**manifest.note, **changes}))


def damage_the_manifest(index: Path) -> None:
    (index / MANIFEST).write_text("{")


def age_the_manifest(index: Path) -> None:
    noted(index, format=0)


def flip_a_byte(index: Path) -> None:
    segment = next(index.glob("*.arrays"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 3] ^= 1
    segment.write_bytes(content)


def cut_a_segment(index: Path) -> None:
    segment = next(index.glob("*.arrays"))
    os.truncate(segment, segment.stat().st_size - 1)


def remove_a_segment(index: Path) -> None:
    next(index.glob("*.arrays")).unlink()


@pytest.mark.parametrize(
    "harm", [remove, damage_the_manifest, age_the_manifest, flip_a_byte, cut_a_segment, remove_a_segment]
)
def test_an_index_of_no_use_is_an_error_that_rebuild_mends(
    location: Path, harm: Callable[[Path], None]
) -> None:
    harm(location / "index")
    engine = open_engine(location)
    with pytest.raises(IndexUnusable, match="news rebuild"):
        ask(engine).search(SearchRequest(parse_query("strike").tree))
    engine.rebuild(lambda *_: None)
    assert ids(engine, "strike") == {"a1", "a2"}


def test_an_index_of_another_analyzer_is_made_anew_only_where_that_is_asked_for(location: Path) -> None:
    noted(location / "index", analyzer="0/english/nltk-0")
    engine = open_engine(location)
    changes: list[Callable[[], object]] = [
        lambda: engine.add([Article(id="a5", title="Fresh")]),
        lambda: engine.delete(["a1"]),
        engine.optimize,
    ]
    for change in changes:
        with pytest.raises(OtherAnalyzer, match="news rebuild"):
            change()
    assert ids(engine, "*") == {"a1", "a2", "a3", "a4"}
    assert "analysed by other" in ask(engine).state().warnings[0]
    engine.rebuild()
    changes[0]()
    assert "nltk-0" not in ask(engine).stats().analyzer
    assert ids(engine, "*") == {"a1", "a2", "a3", "a4", "a5"}


def test_the_revisions_of_articles_are_looked_up_by_their_ids(location: Path) -> None:
    asked: list[str] = []
    with closing(sqlite3.connect(location / "articles.db")) as connection:
        connection.set_trace_callback(asked.append)
        assert updates.revisions(connection, ["a1", "none"], 1) == {"a1": 1}
        (query,) = asked
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    read = [step for step in plan if "articles" in step or "versions" in step]
    assert read
    assert all("(id=?" in step for step in read), "a million articles are not read for a few"


def test_threads_get_the_same_answers(location: Path) -> None:
    engine = open_engine(location)
    queries = ["strike", '"bank of marenne"', "date:2025-03", "dock*"] * 25
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda query: frozenset(ids(engine, query)), queries))
    assert answers[:4] == [frozenset(ids(engine, query)) for query in queries[:4]]
    assert set(zip(queries, answers, strict=True)) == set(zip(queries[:4], answers[:4], strict=True))


def test_reading_goes_on_while_another_engine_commits_and_merges(location: Path) -> None:
    writer = open_engine(location)

    def write() -> None:
        for number in range(40):
            writer.add([Article(id=f"n{number}", title=f"Notice {number}")])

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        totals = []
        while not writing.done():
            reader = open_engine(location)
            totals.append(ask(reader).search(SearchRequest(parse_query("notice OR storm").tree)).total)
            reader.close()
        writing.result()
    assert totals == sorted(totals)
    assert reader_total(location) == 41


def reader_total(location: Path) -> int:
    """What an engine that is opened now finds of the notices and the storm."""
    return ask(open_engine(location)).search(SearchRequest(parse_query("notice OR storm").tree)).total


def test_many_batches_stay_few_segments(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    for number in range(20):
        engine.add([Article(id=f"n{number}", title=f"Notice {number}")])
    assert ask(engine).stats().segments <= 8
    assert ask(engine).search(SearchRequest(parse_query("notice").tree)).total == 20


def test_optimizing_makes_one_segment_without_what_was_deleted(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    for number in range(5):
        engine.add([Article(id=f"n{number}", title=f"Notice {number}")])
    engine.delete(["n3"])
    before = ask(engine).search(SearchRequest(parse_query("notice -2").tree))
    engine.optimize()
    assert ask(engine).stats().segments == 1
    assert ask(engine).search(SearchRequest(parse_query("notice -2").tree)) == before
    generation = {path.name for path in (tmp_path / "archive" / "index").iterdir()}
    assert len([name for name in generation if name.endswith(".arrays")]) == 1


def test_an_archive_keeps_its_language(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True, language="spanish")
    engine.add([Article(id="es", title="Las inundaciones", body="Canción del río")])
    engine.close()
    engine = open_engine(tmp_path / "archive", language="english")
    assert ask(engine).state().language == "spanish"
    for query in ("inundación", "inundacion", "cancion", "canciones", "CANCIÓN"):
        assert ids(engine, query) == {"es"}, query


def test_refuses_to_count_by_what_cannot_be_counted(location: Path) -> None:
    engine = open_engine(location)
    for field in ("body", "nonsense", "url"):
        with pytest.raises(InvalidRequest, match="keyword"):
            ask(engine).search(SearchRequest(parse_query("*").tree, facets=(FacetRequest(field),)))


def test_refuses_a_timeline_of_too_many_bins(location: Path) -> None:
    with open_archive(location) as archive:
        archive.add(Article(title=date, published=day(date)) for date in ("1901-01-01", "2190-01-01"))
        assert len(archive.timeline("*", "year").bins) == 290
        with pytest.raises(LimitExceeded, match="longer interval"):
            archive.timeline("*", "day")


@pytest.mark.parametrize("pattern", ["ab*", "*b0*", "a?0*", "keyword:ab*"])
def test_a_pattern_stands_for_no_more_words_than_the_limit(tmp_path: Path, pattern: str) -> None:
    request = SearchRequest(parse_query(pattern).tree)

    def found(count: int) -> int:
        words = tuple(f"ab0{number}" for number in range(count))
        engine = open_engine(tmp_path / str(count), create=True)
        engine.add([Article(title="Tide", body=" ".join(words), keywords=words)])
        try:
            return ask(engine).search(request).total
        finally:
            engine.close()

    assert found(MAX_EXPANSIONS) == 1
    with pytest.raises(LimitExceeded, match="more than 4,096 words"):
        found(MAX_EXPANSIONS + 1)
