"""The arrivals that a query finds: the articles that matched as they came, and those that match since."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from search.article import Article
from search.backends.embedded.store import Store
from search.engine import Arrivals, Engine, Historied, Mark, Reader, Watch
from search.errors import LimitExceeded
from search.language import Node, Wildcard, parse_query
from tests.asking import ask
from tests.engine.test_as_of import IDS, take
from tests.engines import open_engine
from tests.reference import ReferenceEngine
from tests.strategies import articles, queries

HISTORIES = int(os.environ.get("NEWS_HISTORIES", "8"))
"""How many random histories are tried."""

_crawled_or_not = st.builds(
    lambda article, crawled: article if crawled else replace(article, crawled=None), articles, st.booleans()
)
_steps = st.one_of(
    st.tuples(st.just("add"), st.lists(_crawled_or_not, min_size=1, max_size=5, unique_by=lambda a: a.id)),
    st.tuples(st.just("delete"), st.sets(st.sampled_from(IDS), min_size=1, max_size=3)),
    st.tuples(st.just("withdraw"), st.sets(st.sampled_from(IDS), min_size=1, max_size=1)),
    st.tuples(st.just("forget"), st.sets(st.sampled_from(IDS), min_size=1, max_size=1)),
)


def told(arrivals: Arrivals) -> dict[tuple[str, str], tuple[str, Article]]:
    assert arrivals.failure is None
    found: dict[tuple[str, str], tuple[str, Article]] = {
        (each.article.id, each.reason): (each.group, each.article) for each in arrivals.found
    }
    assert len(found) == len(arrivals.found)
    return found


def of_query(reader: Reader, text: str, after: int, *, changes: bool = False) -> dict[str, str]:
    """The reasons to tell of each article, with + between."""
    (arrivals,) = reader.arrivals([Watch(parse_query(text).tree, Mark.at(after), changes)])
    found: dict[str, str] = {}
    for identity, reason in told(arrivals):
        found[identity] = f"{found[identity]} + {reason}" if identity in found else reason
    return found


@settings(max_examples=HISTORIES, phases=[Phase.generate], deadline=None)
@given(st.lists(_steps, min_size=2, max_size=6), st.lists(queries, min_size=2, max_size=4), st.booleans())
def test_agrees_with_the_reference(steps: list[tuple[str, object]], asked: list[Node], changes: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine, reference = open_engine(Path(folder) / "archive", create=True), ReferenceEngine()
        revisions = [(0, 0)]
        for what, given_to in steps:
            take(engine, what, given_to)
            take(reference, what, given_to)
            revisions.append((ask(engine).state().revision, len(reference.states) - 1))
        pairs = [(query, own, other) for query in asked for own, other in revisions]
        found = ask(engine).arrivals([Watch(query, Mark.at(own), changes) for query, own, _ in pairs])
        expected = reference.arrivals([Watch(query, Mark.at(other), changes) for query, _, other in pairs])
        for (query, own, _), one, another in zip(pairs, found, expected, strict=True):
            assert told(one) == told(another), f"{query} after {own}"
        engine.close()


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Revision 1: a and b come; 2: b is about a ferry; 3: c comes, and has the text of a; 4: c is changed."""
    text = "The ferry of Port Alder runs again from Monday, said the line after a week of talks. " * 2
    made = open_engine(tmp_path / "archive", create=True)
    made.add([Article(id="a", title="Ferry runs", body=text), Article(id="b", title="Mill shut")])
    made.add([Article(id="b", title="Ferry to mill shut")])
    made.add([Article(id="c", title="Ferry back", body=text)])
    made.add([Article(id="c", title="Ferry is back", body=text)])
    return made


def test_an_article_arrives_with_the_revision_that_brought_it(engine: Engine) -> None:
    reader = ask(engine)
    assert of_query(reader, "ferry", 0) == {"a": "new", "c": "new"}
    assert of_query(reader, "ferry", 1) == {"c": "new"}
    assert of_query(reader, "ferry", 4) == {}
    (arrivals,) = reader.arrivals([Watch(parse_query("ferry").tree, Mark.at(0))])
    assert [(each.revision, each.article.title) for each in arrivals.found] == [
        (1, "Ferry runs"),
        (3, "Ferry back"),  # as it came
    ]
    assert [each.group for each in arrivals.found] == ["a", "a"]


def test_changes_are_told_with_their_reason(engine: Engine) -> None:
    reader = ask(engine)
    assert of_query(reader, "ferry", 0, changes=True) == {
        "a": "new",
        "b": "now matches",
        "c": "new + changed",
    }
    assert of_query(reader, "ferry", 1, changes=True) == {"b": "now matches", "c": "new + changed"}
    assert of_query(reader, "ferry", 3, changes=True) == {"c": "changed"}
    assert of_query(reader, "ferry -is", 3, changes=True) == {}
    engine.add([Article(id="a", title="Ferry runs", body="The ferry runs.", source="Post")])
    engine.add([Article(id="a", title="Ferry runs", body="The ferry runs.", source="Herald")])
    assert of_query(ask(engine), "ferry", 5, changes=True) == {}  # other metadata


def test_a_silent_edit_is_told_once(engine: Engine) -> None:
    reader = ask(engine)
    assert of_query(reader, "is:silent", 0) == {}
    assert of_query(reader, "is:silent", 3, changes=True) == {"c": "now matches"}
    assert of_query(reader, "is:silent", 4, changes=True) == {}
    engine.add([Article(id="c", title="Correction: ferry is not back")])
    assert of_query(ask(engine), "is:silent", 4, changes=True) == {}


def test_copies_have_the_groups_of_the_whole_archive(engine: Engine) -> None:
    reader = ask(engine)
    assert of_query(reader, "copies:a", 2) == of_query(reader, "is:copy", 2) == {"c": "new"}
    assert of_query(reader, "is:original", 2) == of_query(reader, "copies:b", 2) == {}
    assert of_query(reader, "is:original", 0) == {"a": "new", "b": "new"}


def test_a_query_that_cannot_be_answered_fails_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.backends.evaluate.leaves.MAX_EXPANSIONS", 1)
    watches = [Watch(Wildcard("*"), Mark.at(0)), Watch(parse_query("ferry").tree, Mark.at(0))]
    failed, found = ask(engine).arrivals(watches)
    assert isinstance(failed.failure, LimitExceeded)
    assert len(found.found) == 2


def test_articles_that_are_gone_do_not_arrive(engine: Engine) -> None:
    engine.delete(["a"])
    engine.withdraw({"c": None})
    assert of_query(ask(engine), "ferry", 0, changes=True) == {"b": "now matches"}
    engine.add([Article(id="a", title="Ferry runs")])
    assert of_query(ask(engine), "ferry", 0) == {"a": "new"}
    assert of_query(ask(engine), "ferry", 5) == {"a": "new"}  # it came again, and was not delivered before


def test_an_article_whose_first_version_is_pruned_is_searched_as_it_is(engine: Engine) -> None:
    assert isinstance(engine, Historied)
    engine.prune(datetime.now(UTC))
    assert of_query(ask(engine), "ferry", 0) == {"a": "new", "b": "new", "c": "new"}


def test_changes_that_the_index_does_not_cover_wait(engine: Engine, tmp_path: Path) -> None:
    store = Store(tmp_path / "archive")
    with store.changing() as changes:  # as a writer leaves it that is killed before it comes to the index
        changes.put([Article(id="a", title="Ferry sinks"), Article(id="d", title="Ferry d")])
    store.close()
    assert of_query(ask(engine), "ferry", 4, changes=True) == {}
    assert of_query(ask(engine), "is:silent", 4, changes=True) == {}
    engine.delete(["b"])  # which comes to it
    assert of_query(ask(engine), "ferry", 4, changes=True) == {"a": "changed", "d": "new"}


def test_an_article_whose_source_says_when_it_was_seen_arrives_when_it_comes(engine: Engine) -> None:
    crawled = datetime(2001, 2, 3, tzinfo=UTC)
    engine.add([Article(id="x", title="Ferry of old", crawled=crawled)])
    engine.add([Article(id="x", title="Ferry of old, again", crawled=crawled)])
    assert of_query(ask(engine), "ferry", 4) == {"x": "new"}
    assert of_query(ask(engine), "ferry seen:2001", 4) == {"x": "new"}
    assert of_query(ask(engine), "ferry", 5) == {}
