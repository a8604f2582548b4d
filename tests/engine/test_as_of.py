"""A search as of a revision has the answers of an archive that was never changed after it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from search.article import Article
from search.backends.embedded import past
from search.dates import read_zone
from search.deadline import Deadline
from search.engine import Engine, Historied, Reader, SearchRequest
from search.errors import InvalidRequest, LimitExceeded
from search.language import Everything, Node, Word
from tests.asking import ask
from tests.engine.test_equality import agree
from tests.engines import open_engine
from tests.reference import ReferenceEngine
from tests.strategies import articles, queries

HISTORIES = int(os.environ.get("NEWS_HISTORIES", "8"))
"""How many random histories are tried."""

IDS = [f"id{n}" for n in range(12)]

_batch = st.lists(articles, min_size=1, max_size=5)
_steps = st.one_of(
    st.tuples(st.just("add"), _batch),
    st.tuples(st.just("add"), _batch),
    st.tuples(st.just("delete"), st.sets(st.sampled_from(IDS), min_size=1, max_size=3)),
    st.tuples(st.just("withdraw"), st.sets(st.sampled_from(IDS), min_size=1, max_size=1)),
    st.tuples(st.just("forget"), st.sets(st.sampled_from(IDS), min_size=1, max_size=1)),
    st.tuples(st.just("rebuild"), st.just(set[str]())),
)


@dataclass
class AsOf:
    """An engine as of a revision."""

    engine: Historied
    revision: int

    @contextmanager
    def reader(self, deadline: Deadline | None = None) -> Iterator[Reader]:
        with self.engine.reader_as_of(self.revision, deadline) as reader:
            yield reader


def as_of(engine: Engine, revision: int) -> Engine:
    assert isinstance(engine, Historied)
    return cast(Engine, AsOf(engine, revision))


def take(engine: Engine, what: str, given: object) -> None:
    match what:
        case "add":
            engine.add(cast("list[Article]", given))
        case "withdraw":
            engine.withdraw(dict.fromkeys(sorted(cast("set[str]", given))))
        case "rebuild":
            engine.rebuild()
        case _:
            engine.delete(sorted(cast("set[str]", given)), forget=what == "forget")


@settings(max_examples=HISTORIES, phases=[Phase.generate], deadline=None)
@given(
    st.lists(_steps, min_size=2, max_size=6),
    st.lists(queries, min_size=2, max_size=4),
    st.sampled_from(["UTC", "Europe/Berlin"]),
)
def test_agrees_with_a_fresh_archive_of_then(
    steps: list[tuple[str, object]], asked: list[Node], zone: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine, reference = open_engine(Path(folder) / "archive", create=True), ReferenceEngine()
        seen: list[tuple[int, dict[str, Article], ReferenceEngine]] = []
        for what, given_to in steps:
            take(engine, what, given_to)
            take(reference, what, given_to)
            for identity in cast("set[str]", given_to) if what == "forget" else ():
                for _, state, _ in seen:
                    state.pop(identity, None)
            seen.append((ask(engine).state().revision, dict(reference.articles), reference.frozen()))
        forgot = any(what == "forget" for what, _ in steps)
        for revision, state, frozen in seen:
            then = {i: article for i, article in state.items() if i not in reference.withdrawn}
            assert {a.id: a for a in ask(as_of(engine, revision)).scan(Everything())} == then
            if not then:
                continue
            fresh = ReferenceEngine()
            fresh.seen = dict(reference.seen)
            fresh.add(then.values())
            if not forgot:  # the groups of copies are the groups of then, not of articles that come today
                fresh.groups.members = {i: frozen.groups.members[i] for i in then}
            for query in asked:
                agree(as_of(engine, revision), fresh, query, read_zone(zone), grouped=not forgot)
        engine.close()


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Revision 1: harbours a and b; 2: b is about a strike; 3: a is deleted; 4: c comes."""
    made = open_engine(tmp_path / "archive", create=True)
    made.add([Article(id="a", title="Harbour opens"), Article(id="b", title="Harbour closes")])
    made.add([Article(id="b", title="Strike ends", extra={"desk": ("north",)})])
    made.delete(["a"])
    made.add([Article(id="c", title="Harbour opens again")])
    return made


def found(engine: Engine, revision: int, text: str) -> list[str]:
    return ask(as_of(engine, revision)).ids(Word(text))


def test_finds_the_articles_of_each_revision(engine: Engine) -> None:
    assert [found(engine, revision, "harbour") for revision in range(5)] == [
        [],
        ["a", "b"],
        ["a"],
        [],
        ["c"],
    ]
    assert [found(engine, revision, "strike") for revision in range(5)] == [[], [], ["b"], ["b"], ["b"]]
    assert ask(as_of(engine, 2)).get(["a", "b", "c"])["b"].title == "Strike ends"


def test_knows_the_extra_fields_of_then_that_no_article_has_any_more(engine: Engine) -> None:
    engine.add([Article(id="b", title="Strike ends")])
    engine.rebuild()
    assert ask(engine).state().extra_fields == ()
    assert ask(as_of(engine, 2)).state().extra_fields == ("desk",)
    assert ask(as_of(engine, 2)).ids(Word("north", "desk")) == ["b"]


def test_refuses_revisions_that_are_not_there(engine: Engine) -> None:
    for revision in (-1, 5):
        with pytest.raises(InvalidRequest, match="it has 0 to 4"):
            found(engine, revision, "harbour")


def test_refuses_more_changed_articles_than_the_limit(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MAX_REPLACED", 1)
    with pytest.raises(LimitExceeded, match=r"news dump --versions"):
        found(engine, 1, "harbour")
    assert found(engine, 2, "harbour") == ["a"]


def test_warns_of_articles_that_cannot_be_found_any_more(engine: Engine) -> None:
    assert isinstance(engine, Historied)
    assert ask(as_of(engine, 2)).state().warnings == ()
    engine.delete(["c"], forget=True)
    (warning,) = ask(as_of(engine, 2)).state().warnings
    assert "erased" in warning
    versions = engine.history("b")
    assert versions[0].until is not None
    assert engine.prune(versions[0].until) == 1
    assert "news prune" in ask(as_of(engine, 1)).state().warnings[0]
    assert len(ask(as_of(engine, 2)).state().warnings) == 1


def test_a_page_goes_on_after_the_hit_before(engine: Engine) -> None:
    reader = ask(as_of(engine, 1))
    first = reader.search(SearchRequest(Everything(), limit=1))
    assert [hit.id for hit in first.hits] == ["a"]
    assert first.next is not None
    assert first.total == 2


def test_earlier_states_of_one_commit_stay_apart(engine: Engine) -> None:
    for _ in range(2):
        for revision, expected in ((1, ["a", "b"]), (2, ["a"]), (4, ["c"])):
            assert found(engine, revision, "harbour") == expected
    assert ask(engine).ids(Word("harbour")) == ["c"]


def test_an_article_changed_twice_in_one_batch_has_each_state(tmp_path: Path) -> None:
    made = open_engine(tmp_path / "archive", create=True)
    one = Article(id="a", title="One")
    made.add([one, replace(one, title="Two"), replace(one, title="Three")])
    assert [found(made, revision, word) for revision, word in ((1, "one"), (2, "two"), (3, "three"))] == [
        ["a"]
    ] * 3
