"""A query ends soon after its deadline, or when it is cancelled: every step of it looks at the time."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.archive.question import Question
from search.article import Article
from search.dates import Interval
from search.deadline import CHECK_EVERY, Deadline, checked
from search.engine import FacetRequest, Reader, SearchRequest
from search.errors import (
    ArchiveDamaged,
    DeadlineExceeded,
    InvalidRequest,
    LimitExceeded,
    QuerySyntaxError,
    SearchError,
)
from search.index.evaluate import matches
from search.index.format.lexicon import Lexicon, lexicon_arrays
from search.index.postings import patterns, postings, proximity
from search.index.postings.postings import Counted, summed
from search.index.postings.proximity import Spans, near, phrase, unite_spans, united_places
from search.language import parse_query
from search.query import Archive, open_archive
from search.snippets import Highlight, snippet
from tests.asking import ask


class Counting(Deadline):
    """A deadline that is past at the so manieth look at it."""

    __slots__ = ("looks", "most")

    def __init__(self, most: int = sys.maxsize) -> None:
        super().__init__(1.0, float("inf"))
        self.looks, self.most = 0, most

    def check(self) -> None:
        self.looks += 1
        if self.looks > self.most:
            raise DeadlineExceeded("too many looks")
        super().check()


ASKED: dict[str, Callable[[Archive, Deadline], Any]] = {
    "search": lambda archive, deadline: archive.search("strike OR storm", timeout=deadline),
    "expand": lambda archive, deadline: archive.search("strike", expand=True, timeout=deadline),
    "nothing": lambda archive, deadline: archive.search("harbour servces keyword:eern", timeout=deadline),
    "any": lambda archive, deadline: archive.search(Question("str* storm?", any_word=True), timeout=deadline),
    "count": lambda archive, deadline: archive.count("strike", timeout=deadline),
    "facets": lambda archive, deadline: archive.facets("strike", "keyword", timeout=deadline),
    "timeline": lambda archive, deadline: archive.timeline("strike", timeout=deadline),
    "scan": lambda archive, deadline: list(archive.scan("strike", timeout=deadline)),
    "ids": lambda archive, deadline: archive.ids("strike", timeout=deadline),
    "similar": lambda archive, deadline: archive.similar("a1", timeout=deadline),
    "background": lambda archive, deadline: archive.background("a2", timeout=deadline),
    "suggest": lambda archive, deadline: archive.suggest("strk", timeout=deadline),
    "explain": lambda archive, deadline: archive.explain("a1", "strike", timeout=deadline),
}


@pytest.mark.parametrize("name", ASKED)
def test_each_look_at_the_time_can_end_what_is_asked(archive: Archive, name: str) -> None:
    ask = ASKED[name]
    expected = ask(archive, Counting())  # what is worked out once a commit is, then
    counting = Counting()
    assert ask(archive, counting) == expected
    assert counting.looks
    for most in range(counting.looks):
        with pytest.raises(DeadlineExceeded):
            ask(archive, Counting(most))
        assert ask(archive, Counting()) == expected  # nothing is left half done


def test_a_deadline_is_a_limit_and_can_be_cancelled_from_another_thread(archive: Archive) -> None:
    begun, going = threading.Event(), threading.Event()

    class Slow(Counting):
        def check(self) -> None:
            begun.set()
            going.wait()
            super().check()

    slow = Slow()

    def cancel() -> None:
        begun.wait()
        slow.cancel()
        going.set()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(DeadlineExceeded, match="the query was cancelled"):
        archive.search("strike", timeout=slow)
    canceller.join()
    assert issubclass(DeadlineExceeded, LimitExceeded)
    assert archive.count("strike", timeout=Deadline.after(60)) == 2
    assert archive.count("strike", timeout=Deadline.after(float("inf"))) == 2
    with pytest.raises(InvalidRequest):
        archive.count("strike", timeout=float("nan"))


@pytest.mark.parametrize(
    "error", [QuerySyntaxError("odd", "a (b", 2, 3), DeadlineExceeded("late"), InvalidRequest("no")]
)
def test_errors_can_be_pickled(error: SearchError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


# --- steps of what is large ---------------------------------------------------------------------------


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a million articles would have in many steps, four have too."""
    for module, name in (
        (patterns, "CHUNK_STRINGS"),
        (proximity, "BLOCK_POSITIONS"),
        (postings, "MAX_SORTED_POSTINGS"),
    ):
        monkeypatch.setattr(module, name, 4)
    monkeypatch.setattr("search.index.read.values.CHECK_EVERY", 4)
    monkeypatch.setattr("search.backends.embedded.reader.CHECK_ARTICLES", 4)
    monkeypatch.setattr(matches, "MIN_SPARSITY", 1)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with open_archive(tmp_path_factory.mktemp("many") / "archive", create=True) as archive:
        archive.add(
            Article(
                id=f"n{n}",
                title=f"Notice number{n} of the harbour",
                body=f"The harbour and the storm{n} of the day.",
                keywords=(f"key{n}", "all"),
            )
            for n in range(60)
        )
        yield archive


def looks(archive: Archive, query: str, **options: Any) -> int:
    counting = Counting()
    ask(archive.engine, counting).search(SearchRequest(parse_query(query).tree, **options))
    return counting.looks


@pytest.mark.parametrize(
    ("query", "least"),
    [
        ("*umber*", 15),  # forms that match a wildcard
        ("number1~2", 15),  # or are a few edits away
        ("numb*", 10),
        ('"the harbour"', 2),
        ('"the harbour"~3', 10),
        ("the NEAR/5 harbour", 10),
        ("(the OR storm*) NEAR/5 harbour", 20),
        (" OR ".join(f"storm{n}" for n in range(60)), 180),
        ("keyword:k*1", 15),
        ("keyword:key1~", 15),
    ],
)
@pytest.mark.usefixtures("small_steps")
def test_a_large_step_is_made_of_small_ones(many: Archive, query: str, least: int) -> None:
    assert looks(many, query) >= least


@pytest.mark.usefixtures("small_steps")
def test_facets_pages_and_hints_look_at_the_time_too(many: Archive) -> None:
    plain = looks(many, "harbour", limit=0)
    assert looks(many, "harbour", limit=0, facets=(FacetRequest("keyword"),)) >= plain + 15
    assert looks(many, "harbour", limit=60) >= plain + 15
    calls: list[Callable[[Reader], object]] = [
        lambda reader: reader.vocabulary(near="nubmer1", count=1),
        lambda reader: reader.vocabulary(field="keyword", near="kye1", count=1),
        lambda reader: reader.ids(parse_query("*").tree),
    ]
    for call in calls:
        counting = Counting()
        call(ask(many.engine, counting))
        assert counting.looks >= 2


@pytest.mark.usefixtures("small_steps")
def test_small_steps_give_the_same_answers(many: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = ["*umber1*", "number1~2", '"the harbour"~3', "the NEAR/5 harbour", "storm*", "keyword:k*1"]
    stepped = [(many.ids(query), many.search(query).hits) for query in queries]
    monkeypatch.undo()
    assert [(many.ids(query), many.search(query).hits) for query in queries] == stepped


def test_a_long_article_is_read_in_steps() -> None:
    sought = [Highlight((frozenset(["storm"]),), ("body",))]
    for body in ("A storm rose. " * 3_000, "storm " * 3 * CHECK_EVERY):
        counting = Counting()
        snippet(Article(title="t", body=body), sought, check=counting.check)
        assert counting.looks >= 3


@pytest.mark.usefixtures("small_steps")
def test_places_worked_on_in_blocks_are_those_worked_on_at_once() -> None:
    rng = np.random.default_rng(7)

    def places(count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.unique(rng.integers(0, 9, count) << 32 | rng.integers(0, 12, count))

    for _ in range(50):
        words = [places(int(rng.integers(0, 60))) for _ in range(3)]
        spans = [Spans(own, own) for own in words]
        found = [
            near(spans[0], near(spans[1], spans[2], 2, ordered=False), 3, ordered=True),
            phrase(words, 2),
            phrase(words),
            unite_spans(spans),
            Spans(united_places(words), united_places(words)),
        ]
        with pytest.MonkeyPatch.context() as whole:
            whole.setattr(proximity, "BLOCK_POSITIONS", 1 << 20)
            expected = [
                near(spans[0], near(spans[1], spans[2], 2, ordered=False), 3, ordered=True),
                phrase(words, 2),
                phrase(words),
                unite_spans(spans),
                Spans(united_places(words), united_places(words)),
            ]
        for own, wanted in zip(found, expected, strict=True):
            assert own.starts.tolist() == wanted.starts.tolist()
            assert own.ends.tolist() == wanted.ends.tolist()


@pytest.mark.usefixtures("small_steps")
def test_many_postings_are_added_up_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    pieces = [
        Counted(
            np.sort(rng.integers(0, 20, size)).astype(np.int32),
            rng.integers(0, 4, size),
            rng.integers(0, 256, size).astype(np.uint8),
        )
        for size in (5, 9, 0, 30)
    ]
    many = summed(pieces)
    monkeypatch.setattr(postings, "MAX_SORTED_POSTINGS", 1 << 20)
    monkeypatch.setattr(postings, "MAX_SPARSITY", 0)
    few = summed(pieces)
    assert many.docs.tolist() == few.docs.tolist()
    assert many.frequencies.tolist() == few.frequencies.tolist()
    assert many.earliness.tolist() == few.earliness.tolist()


@pytest.mark.usefixtures("small_steps")
def test_the_near_strings_of_a_lexicon_are_those_found_one_by_one() -> None:
    strings = sorted(["strike", "strik", "stirke", "straße", "東京", "éa", "a", "", "strikes", "stroke"])
    lexicon = Lexicon(lexicon_arrays("x", strings), "x")
    for target in ("strike", "strase", "東", "ea", "a"):
        for distance in (1, 2):
            found = patterns.near(lexicon, target, distance, lambda: None)
            assert found == patterns.spelled_like(strings, target, distance)


def test_checked_looks_before_every_step() -> None:
    seen: list[int] = []
    assert list(checked(range(10), lambda: seen.append(1), 4)) == list(range(10))
    assert len(seen) == 3


def test_an_archive_on_disk_answers_after_a_query_was_ended(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([Article(id="x", title="A storm")])
        with pytest.raises(DeadlineExceeded):
            archive.search("storm", timeout=1e-9)
        assert archive.count("storm") == 1


def test_a_timeline_of_many_intervals_is_made_in_steps(tmp_path: Path) -> None:
    class Counting(Deadline):
        looks = 0

        def check(self) -> None:
            Counting.looks += 1

    def looks(by: Interval) -> int:
        Counting.looks = 0
        archive.timeline("tide", by, timeout=Counting(1.0, 0.0))
        return Counting.looks

    with open_archive(tmp_path / "archive", create=True) as archive:
        for year in (1980, 2025):
            archive.add([Article(id=str(year), title="Tide", published=datetime(year, 1, 1, tzinfo=UTC))])
        assert looks("day") >= looks("year") + 3, "16,437 bins, in steps of 4,096"


class Failing(Counting):
    """A deadline at which a file is found damaged."""

    __slots__ = ()

    def check(self) -> None:
        try:
            super().check()
        except DeadlineExceeded as error:
            raise ArchiveDamaged("a file cannot be read", Path("articles")) from error


@pytest.mark.parametrize(("kind", "error"), [(Counting, DeadlineExceeded), (Failing, ArchiveDamaged)])
@pytest.mark.parametrize("changes", [False, True])
def test_an_error_of_a_look_is_not_told_as_one_of_its_query(
    tmp_path: Path, kind: type[Counting], error: type[SearchError], *, changes: bool
) -> None:
    with open_archive(tmp_path / "watched", create=True) as archive:
        archive.add([Article(id="a", title="Ferry runs"), Article(id="b", title="Mill shut")])
        archive.save("ferry", "fer* -strike~", changes=changes)
        archive.add([Article(id="c", title="Ferry sinks"), Article(id="b", title="Ferry to mill")])
        looks = 0
        while True:
            try:
                delivery = archive.new(timeout=kind(looks))
            except error:
                looks += 1
            else:
                break
        assert looks > 3
        assert (len(delivery.entries), dict(delivery.failures)) == (1 + changes, {})
