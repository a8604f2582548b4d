"""The embedded engine gives the answers of the reference, on random articles and queries."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta, tzinfo
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from search.archive.timeline import timeline
from search.article import Article
from search.dates import INTERVALS, Interval
from search.deadline import no_deadline
from search.engine import (
    AGAINST,
    DEFAULT_RANKING,
    SORTS,
    Background,
    Cursor,
    Engine,
    FacetRequest,
    FieldWeight,
    Historied,
    Proximity,
    Ranking,
    Recency,
    SearchRequest,
    Sort,
)
from search.fields import DateField
from search.language import Near, Node, NotNear, Word, parse_query, sought_words
from tests.asking import ask
from tests.engines import open_engine
from tests.reference import ReferenceEngine
from tests.reference.dates import TOO_COARSE
from tests.reference.dates import timeline as timeline_of
from tests.strategies import START, ZONES, articles, queries

FACETS = tuple(
    FacetRequest(field) for field in ("keyword", "author", "source", "site", "lang", "precision", "places")
)

OTHER_DATES: tuple[tuple[DateField, Interval], ...] = (
    ("modified", "week"), ("seen", "hour"), ("seen", "weekday"),
)  # fmt: skip

OTHER_RANKING = Ranking(
    fields=(FieldWeight("title", 3.0, 0.3), FieldWeight("body", 1.0, 0.0)),
    k1=0.9,
    earliness=0.25,
    recency=Recency(timedelta(hours=9), START + timedelta(days=2)),
    proximity=Proximity(weight=0.7, distance=2, window=3, words=4),
)

IDS = [f"id{n}" for n in range(12)]
batches = st.lists(st.lists(articles, min_size=1, max_size=6), min_size=1, max_size=4)


def agree(
    engine: Engine, reference: ReferenceEngine, query: Node, zone: tzinfo, *, grouped: bool = True
) -> None:
    """Everything that can be asked about a query has the same answer; copies too, if `grouped`."""
    known = ask(engine).state().extra_fields
    facets = tuple(f for f in FACETS if f.field != "places" or f.field in known)
    facets += tuple(FacetRequest("date", interval=interval) for interval in INTERVALS)
    facets += tuple(FacetRequest(date, interval=interval) for date, interval in OTHER_DATES)
    request = SearchRequest(query, limit=50, facets=facets, zone=zone)
    found, expected = ask(engine).search(request), ask(reference).search(request)
    assert found.total == expected.total, str(query)
    assert {hit.article.id for hit in found.hits} == {hit.article.id for hit in expected.hits}
    scores = {hit.article.id: hit.score for hit in expected.hits}
    for hit in found.hits:
        assert hit.score == pytest.approx(scores[hit.article.id], rel=1e-5, abs=1e-9)
    for hit in found.hits[:3]:
        explained = ask(engine).explain(query, hit.article.id)
        assert explained is not None
        assert explained.matches
        assert explained.value == sum(term.value for term in explained.parts)
        assert explained.value == pytest.approx(hit.score, rel=1e-5, abs=1e-6)
    wishes = SearchRequest(
        query, limit=50, prefer=parse_query("strike OR title:storm^3").tree, ranking=OTHER_RANKING
    )
    wanted_scores = {hit.article.id: hit.score for hit in ask(reference).search(wishes).hits}
    for hit in ask(engine).search(wishes).hits:
        assert hit.score == pytest.approx(wanted_scores[hit.article.id], rel=1e-5, abs=1e-6)
    for facet, wanted in zip(found.facets, expected.facets, strict=True):
        assert facet.field == wanted.field
        assert [(v.value, v.count) for v in facet.values] == [(v.value, v.count) for v in wanted.values]
        assert facet.distinct == wanted.distinct
        assert (facet.missing, facet.imprecise) == (wanted.missing, wanted.imprecise)
        coarse = TOO_COARSE.get(facet.field.removeprefix("date:"), ())
        exact = " ".join(f"-precision:{precision}" for precision in sorted(coarse))
        for value in filter(lambda value: value.query, facet.values[:2]):
            narrowed = parse_query(f"({query}) {value.query} {exact}", extra_fields=("places",)).tree
            assert ask(engine).search(SearchRequest(narrowed, limit=0)).total == value.count
    assert {hit.id: hit.seen for hit in found.hits} == {hit.id: hit.seen for hit in expected.hits}
    for sort in SORTS[1:]:
        in_order = SearchRequest(query, sort=sort, limit=50)
        assert [hit.article for hit in ask(engine).search(in_order).hits] == [
            hit.article for hit in ask(reference).search(in_order).hits
        ]
    for field, sought in (
        ("keyword", "crudeoil"),
        ("author", "ruiz"),
        ("source", "Heralt"),
        ("lang", "fr-ca"),
    ):
        near = ask(engine).vocabulary(field=field, near=sought, count=5)
        assert near == ask(reference).vocabulary(field=field, near=sought, count=5)
    for against in (*AGAINST, parse_query("storm OR rates").tree) if grouped else ():
        assert word_counts(engine, query, against) == word_counts(reference, query, against)
    sought_for = list(sought_words(query))
    assert ask(engine).document_frequencies(sought_for) == ask(reference).document_frequencies(sought_for)
    assert ask(engine).ids(query) == ask(reference).ids(query)
    dated = [replace(reference.articles[i], crawled=reference.seen[i]) for i in reference.ids(query)]
    for date, interval in (("date", "day"), *OTHER_DATES):
        asked = FacetRequest(date, interval=interval)
        (facet,) = ask(engine).search(SearchRequest(query, limit=0, facets=(asked,), zone=zone)).facets
        assert timeline(facet, interval, zone, no_deadline) == timeline_of(dated, interval, zone, date)


def word_counts(engine: Engine, query: Node, against: Background) -> object:
    """The articles with each word, inside and outside; its form may be one of deleted articles."""
    found = ask(engine).distinctive(query, against, count=1_000, texts=1, score=-math.inf)
    rows = sorted((round(word.score, 6), word.inside, round(word.outside, 6)) for word in found.words)
    return found.inside, round(found.outside, 6), rows


def walk(engine: Engine, query: Node, sort: Sort, step: int, ranking: Ranking = DEFAULT_RANKING) -> list[str]:
    """The ids of every page, one after the other."""
    seen: list[str] = []
    after = None
    while True:
        page = ask(engine).search(SearchRequest(query, sort, step, after, ranking=ranking))
        seen += [hit.article.id for hit in page.hits]
        if page.next is None:
            return seen
        after = Cursor.read(page.next, sort)


@settings(max_examples=16, phases=[Phase.generate])
@given(
    batches, st.sets(st.sampled_from(IDS)), st.lists(queries, min_size=4, max_size=8), st.sampled_from(ZONES)
)
def test_agrees_with_the_reference(
    batches: list[list[Article]], gone: set[str], asked: list[Node], zone: tzinfo
) -> None:
    reference = ReferenceEngine()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "archive", create=True)
        for batch in batches:
            assert engine.add(batch) == reference.add(batch)
        assert engine.delete(gone) == reference.delete(gone)
        for query in asked:
            if reference.articles:
                agree(engine, reference, query, zone)
            for ranking in (DEFAULT_RANKING, OTHER_RANKING):
                request = SearchRequest(query, limit=50, ranking=ranking)
                whole = [hit.article.id for hit in ask(engine).search(request).hits]
                assert walk(engine, query, "relevance", 2, ranking) == whole
            assert walk(engine, query, "oldest", 3) == ask(engine).ids(query)
        engine.rebuild(lambda *_: None)
        for query in asked:
            if reference.articles:
                agree(engine, reference, query, zone)
        engine.close()


@settings(max_examples=300)
@given(queries)
def test_a_query_reads_back_as_the_tree_it_was_written_from(tree: Node) -> None:
    assert parse_query(str(tree), extra_fields=("places",)).tree == tree


def updates(engine: Historied, last: int) -> Counter[tuple[Article, Article]]:
    """The article before and after each update, how often."""
    return Counter((before.article, after.article) for before, after in engine.updates(0, last))


_steps = st.tuples(st.sampled_from("abc"), st.sampled_from(["one", "two", "gone", "cancelled"]))


@given(st.lists(_steps, max_size=8))
def test_every_state_of_the_past_is_that_of_the_reference(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, reference = open_engine(Path(folder) / "archive", create=True), ReferenceEngine()
        for identity, what in steps:
            for engine in (ours, reference):
                if what in ("gone", "cancelled") and identity not in reference.articles and engine is ours:
                    break  # nothing would change, so there would be no revision
                if what == "gone":
                    engine.delete([identity])
                elif what == "cancelled":
                    engine.withdraw({identity: None})
                else:
                    engine.add([Article(id=identity, title=what)])
        assert isinstance(ours, Historied)
        for revision in range(len(reference.states)):
            assert ours.as_of("abc", revision) == reference.as_of("abc", revision)
            assert ours.changed_since(revision) == reference.changed_since(revision)
        last = len(reference.states) - 1
        assert updates(ours, last) == updates(reference, last)
        ours.close()


_letters = st.sampled_from("kqwz").map(Word)
_nested = st.recursive(
    _letters,
    lambda inner: (
        st.builds(Near, inner, inner, st.integers(1, 4), st.booleans())
        | st.builds(NotNear, inner, inner, st.integers(1, 2))
    ),
    max_leaves=5,
)


@settings(max_examples=12, phases=[Phase.generate])
@given(
    st.lists(st.text("kqwz", min_size=1, max_size=9), min_size=20, max_size=30),
    st.lists(_nested, min_size=20),
)
def test_pairs_within_pairs_are_found_wherever_they_stand(texts: list[str], asked: list[Node]) -> None:
    given_to = [Article(id=f"{number}", title=" ".join(text)) for number, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder:
        engine, reference = open_engine(Path(folder) / "archive", create=True), ReferenceEngine()
        for each in (engine, reference):
            each.add(given_to)
        for query in asked:
            assert ask(engine).ids(query) == ask(reference).ids(query), str(query)
        engine.close()
