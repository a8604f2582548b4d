"""Readers: each is of one commit, waits for nobody, and pins nothing for long."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search.article import Article
from search.deadline import Deadline
from search.engine import SearchRequest
from search.errors import ArchiveError, DeadlineExceeded
from search.language import parse_query
from search.query import Archive, Question, open_archive
from tests.conftest import ARTICLES
from tests.engines import open_engine


def notices(count: int, text: str = "harbour") -> list[Article]:
    return [Article(id=f"n{n}", title=f"Notice {n}", body=f"{text} {n}") for n in range(count)]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(ARTICLES)
        yield archive


def test_readers_in_threads_go_on_while_a_writer_waits_for_its_input(archive: Archive) -> None:
    """A count waited for an `add` whose articles came slowly, for as long as they took."""
    reading, found = threading.Event(), []

    def slowly() -> Iterator[Article]:
        yield from notices(1)
        assert reading.wait(60)  # until every reader has answered
        yield from notices(3)

    with ThreadPoolExecutor(9) as pool:
        writing = pool.submit(archive.engine.add, slowly())
        found = [
            each.result(60) for each in [pool.submit(archive.count, "strike OR notice") for _ in range(8)]
        ]
        reading.set()
        writing.result(60)
    assert found == [2] * 8
    assert archive.count("notice") == 3


def test_a_reader_stays_with_its_commit_whatever_is_written_meanwhile(archive: Archive) -> None:
    tree = parse_query("strike OR harbour OR notice").tree
    with archive.engine.reader() as reader:
        state, before = reader.state(), reader.search(SearchRequest(tree))
        archive.add([Article(id="a1", title="Strike ends"), *notices(5)])
        archive.delete(["a2"])
        archive.rebuild()
        assert reader.search(SearchRequest(tree)) == before
        assert reader.state() == state
        assert reader.get(["a1", "a2", "n1"]) == {a.id: a for a in ARTICLES if a.id in ("a1", "a2")}
        assert reader.ids(tree) == [hit.id for hit in reader.scan(tree)]
    assert archive.get("a1") == Article(id="a1", title="Strike ends")


def test_articles_stored_and_not_yet_in_the_index_are_not_shown(tmp_path: Path) -> None:
    """Between the two commits of a write an article is shown as the index has it."""
    from search.backends.embedded.store import Store

    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(ARTICLES)
        store = Store(tmp_path / "archive")
        with store.changing() as changes:
            changes.put([Article(id="a1", title="Strike over")])
        store.close()
        (hit,) = archive.search("id:a1").hits
        assert hit.article == ARTICLES[0] == archive.get("a1")


def test_a_scan_that_is_left_half_way_keeps_nothing_from_a_writer(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(notices(3))
        stream = archive.scan("notice")
        first = next(stream)
        assert archive.delete(["n2"], forget=True) == 1  # which has to empty the WAL
        assert {first.id, *(article.id for article in stream)} <= {"n0", "n1", "n2"}


def test_a_deadline_is_the_readers_own(archive: Archive) -> None:
    past = Deadline.after(60)
    past.cancel()
    with archive.engine.reader(past) as late, archive.engine.reader() as other:
        request = SearchRequest(parse_query("strike").tree)
        assert other.search(request).total == 2
        with pytest.raises(DeadlineExceeded):
            late.search(request)
        assert other.search(request).total == 2


def test_a_thread_reads_what_it_wrote(archive: Archive) -> None:
    def write_and_read(name: str) -> list[int]:
        found = []
        for number in range(4):
            archive.engine.add([Article(id=f"{name}{number}", title=f"{name}word")])
            found.append(archive.count(f"{name}word"))
        return found

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(write_and_read, ["one", "two", "three"])) == [[1, 2, 3, 4]] * 3


def test_what_is_closed_while_it_is_read_is_closed_afterwards(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add(ARTICLES)
    with engine.reader() as reader:
        engine.close()
        assert reader.get(["a1"])["a1"] == ARTICLES[0]
    open_files = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    stores = [path for path in open_files if path.name.startswith("articles.db")]
    assert not [path for path in stores if path.is_relative_to(tmp_path)]


def test_a_version_changes_with_each_change_and_with_nothing_else(archive: Archive) -> None:
    seen = [archive.version()]
    archive.count("strike")
    archive.engine.optimize()
    assert archive.version() == seen[0]
    archive.add(notices(1))
    seen.append(archive.version())
    archive.add(notices(1))  # unchanged
    assert archive.version() == seen[1]
    archive.delete(["n0"])
    seen.append(archive.version())
    archive.rebuild()
    assert archive.version() == seen[2]
    assert archive.prune(timedelta(microseconds=1)) > 0
    seen.append(archive.version())
    assert len(set(seen)) == 4


@pytest.mark.parametrize(
    ("question", "depends"),
    [
        (Question("strike"), False),
        (Question("strike date:2025-02"), False),
        (Question("strike date:yesterday"), True),
        (Question("strike OR (storm when:7d)"), True),
        (Question("strike", since="2025-01"), False),
        (Question("strike", since="last week"), True),
        (Question("today strikes"), False),
    ],
)
def test_results_say_whether_time_alone_may_change_them(
    archive: Archive, question: Question, depends: bool
) -> None:
    assert archive.search(question).depends_on_now is depends
    assert archive.search(question, recency="7d").depends_on_now


def test_a_question_is_asked_of_any_archive_at_any_moment(archive: Archive) -> None:
    yesterday = Question("date:yesterday")
    assert archive.at(now=datetime(2025, 3, 9, 12, tzinfo=UTC)).ids(yesterday) == ["a2"]
    assert archive.at(now=datetime(2025, 3, 10, 12, tzinfo=UTC)).ids(yesterday) == []
    assert archive.at(now=datetime(2025, 3, 9, 12, tzinfo=UTC)).at(zone="Asia/Tokyo").ids(yesterday) == ["a2"]


def test_threads_with_different_queries_find_what_one_thread_finds(tmp_path: Path) -> None:
    """Two queries of AND and OR, nested the other way round, waited for each other for ever; and phrases
    that are looked for in blocks shared an array."""
    words = "harbour strike ferry market storm rate council budget".split()
    chance = random.Random(1)
    articles = [
        Article(id=f"i{n}", title=f"t{n}", body=" ".join(chance.choices(words, k=120))) for n in range(1_500)
    ]
    queries = [f'"{first} {second}"' for first in words[:4] for second in words[4:]]
    queries += ["(harbour OR strike) AND (ferry OR market)", "(harbour strike) OR (ferry market)"] * 4
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(articles)
        alone = {query: archive.count(query) for query in queries}
        assert alone['"harbour storm"'] == sum("harbour storm" in article.body for article in articles)

        def ask(seed: int) -> list[tuple[str, int]]:
            order = random.Random(seed).sample(queries, len(queries))
            return [(query, archive.count(query)) for query in order * 3]

        pool = ThreadPoolExecutor(8)
        answers = [pool.submit(ask, seed) for seed in range(8)]
        found = [pair for answer in answers for pair in answer.result(60)]
        pool.shutdown()
    assert [(query, count) for query, count in found if count != alone[query]] == []
    assert len(found) == 8 * 3 * len(queries)


def test_a_closed_archive_answers_no_more(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive", create=True)
    archive.add(ARTICLES)
    archive.count("strike")
    archive.close()
    with pytest.raises(ArchiveError, match="closed"):
        archive.count("strike")
    with pytest.raises(ArchiveError, match="closed"):
        archive.add(ARTICLES)
