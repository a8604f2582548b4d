"""The engine on a cluster gives the answers of the reference, on random articles and queries.

NEWS_TREES is the number of random trees (default 150).
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from datetime import timedelta, tzinfo
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from search.article import Article
from search.dates import INTERVALS
from search.engine import SORTS, Engine, FacetRequest, Ranking, Recency, SearchRequest
from search.language import Node, Word, parse_query, sought_words
from search.text import words as text_words
from tests.asking import ask
from tests.clusters import RunningCluster
from tests.engine.test_equality import FACETS, IDS, OTHER_DATES, walk
from tests.engines import open_engine
from tests.reference import ReferenceEngine
from tests.strategies import START, WORDS, ZONES, articles, queries

pytestmark = pytest.mark.cluster

TREES = int(os.environ.get("NEWS_TREES", "150"))
OF_ONE_ARCHIVE = 50

_numbers = count(1)

batches = st.lists(st.lists(articles, min_size=1, max_size=8), min_size=1, max_size=4)


@settings(
    max_examples=max(1, TREES // OF_ONE_ARCHIVE),
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
@given(batches, st.sets(st.sampled_from(IDS), max_size=6), st.data())
def test_agrees_with_the_reference_over_three_shards(
    cluster: RunningCluster, batches: list[list[Article]], gone: set[str], data: st.DataObject
) -> None:
    name = f"equal{next(_numbers)}"
    reference = ReferenceEngine()
    with closing(open_engine(cluster.location(name, "?shards=3"), create=True)) as engine:
        for batch in batches:
            assert engine.add(batch) == reference.add(batch)
        assert engine.delete(gone) == reference.delete(gone)

        @settings(max_examples=OF_ONE_ARCHIVE, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
        @given(queries, st.sampled_from(ZONES))
        def agree_on_all(query: Node, zone: tzinfo) -> None:
            agree(engine, reference, query, zone)

        if reference.articles:
            agree_on_all()
        pages(engine, data.draw(queries))
        words(engine, reference)
        engine.rebuild()
        if reference.articles:
            same_scores(engine, reference, 0.1)
            agree(engine, reference, data.draw(queries), data.draw(st.sampled_from(ZONES)))
    cluster.remove(name)


def agree(engine: Engine, reference: ReferenceEngine, query: Node, zone: tzinfo) -> None:
    """Everything about a query but scores has the same answer; a score is explained."""
    known = ask(engine).state().extra_fields
    facets = tuple(f for f in FACETS if f.field != "places" or f.field in known)
    facets += tuple(FacetRequest("date", interval=interval) for interval in INTERVALS)
    facets += tuple(FacetRequest(date, interval=interval) for date, interval in OTHER_DATES)
    request = SearchRequest(query, limit=50, facets=facets, zone=zone)
    with engine.reader() as reader:
        found, expected = reader.search(request), ask(reference).search(request)
        assert found.total == expected.total, str(query)
        assert {hit.id: hit.seen for hit in found.hits} == {hit.id: hit.seen for hit in expected.hits}
        for facet, wanted in zip(found.facets, expected.facets, strict=True):
            assert facet.field == wanted.field
            assert [(v.value, v.count) for v in facet.values] == [(v.value, v.count) for v in wanted.values]
            assert (facet.distinct, facet.missing, facet.imprecise) == (
                wanted.distinct,
                wanted.missing,
                wanted.imprecise,
            )
        for sort in SORTS[1:]:
            in_order = SearchRequest(query, sort=sort, limit=50)
            assert [hit.article for hit in reader.search(in_order).hits] == [
                hit.article for hit in ask(reference).search(in_order).hits
            ]
        for hit in found.hits[:1]:
            explained = reader.explain(query, hit.id)
            assert explained is not None
            assert explained.matches
            assert explained.value == sum(part.value for part in explained.parts)
        assert reader.ids(query) == ask(reference).ids(query)
        assert [article.id for article in reader.scan(query)] == ask(reference).ids(query)
        sought = list(sought_words(query))
        assert reader.document_frequencies(sought) == ask(reference).document_frequencies(sought)


def pages(engine: Engine, query: Node) -> None:
    """The pages of a query, one after the other, are its matches in order."""
    whole = [hit.id for hit in ask(engine).search(SearchRequest(query, limit=50)).hits]
    assert walk(engine, query, "relevance", 2) == whole
    for sort in SORTS[1:]:
        whole = [hit.id for hit in ask(engine).search(SearchRequest(query, sort, limit=50)).hits]
        assert walk(engine, query, sort, 3) == whole
    assert walk(engine, query, "oldest", 3) == ask(engine).ids(query)


def words(engine: Engine, reference: ReferenceEngine) -> None:
    """Words and values near to what was typed."""
    near = [("keyword", "crudeoil"), ("author", "ruiz"), ("source", "Heralt"), ("lang", "fr-ca")]
    for field, sought in near:
        found = ask(engine).vocabulary(field=field, near=sought, count=5)
        assert found == ask(reference).vocabulary(field=field, near=sought, count=5)
    for word in ("strke", "bnak", "cafs", "storms"):
        assert ask(engine).vocabulary(near=word) == ask(reference).vocabulary(near=word)


def same_scores(engine: Engine, reference: ReferenceEngine, rel: float) -> None:
    """The scores of single words, of recency and of words to prefer.

    Where a word has two terms, as in articles of two languages, the first place of each of them counts here,
    and in the reference the first place of both.
    """
    recency = Ranking(recency=Recency(timedelta(hours=9), START + timedelta(days=2)))
    for word in (word for word in dict.fromkeys(WORDS) if len(text_words(word)) == 1):
        for field in (None, "title"):
            for ranking in (Ranking(), recency):
                request = SearchRequest(Word(word, field), limit=50, ranking=ranking)
                same(engine, reference, request, rel)
    prefer = parse_query("strike OR bank^3").tree
    same(engine, reference, SearchRequest(Word("storm"), limit=50, prefer=prefer), rel)
    same(engine, reference, SearchRequest(parse_query("strike bank").tree, limit=50), rel)


@settings(max_examples=3, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
@given(st.lists(articles, min_size=6, max_size=12))
def test_scores_in_one_language_are_equal(cluster: RunningCluster, given_to: list[Article]) -> None:
    def plain(text: str) -> str:
        return text.replace("é", "e")

    name, reference = f"equal{next(_numbers)}", ReferenceEngine()
    english = [
        replace(
            each,
            language="en",
            title=plain(each.title),
            description=plain(each.description),
            highlights=tuple(map(plain, each.highlights)),
            body=plain(each.body),
        )
        for each in given_to
    ]
    with closing(open_engine(cluster.location(name, "?shards=3"), create=True)) as engine:
        for each in (engine, reference):
            each.add(english)
        engine.rebuild()
        same_scores(engine, reference, 1e-3)
    cluster.remove(name)


def same(engine: Engine, reference: ReferenceEngine, request: SearchRequest, rel: float) -> None:
    """Each hit has the score of the reference."""
    with engine.reader() as reader:
        hits = reader.search(request).hits
        expected = {hit.id: hit.score for hit in ask(reference).search(request).hits}
        assert {hit.id: hit.score for hit in hits} == pytest.approx(expected, rel=rel, abs=1e-5), request
        explained = [reader.explain(request.query, hit.id) for hit in hits[:1]]
        if request.prefer is None and request.ranking.recency is None:
            values = [each.value for each in explained if each is not None]
            assert values == pytest.approx([hit.score for hit in hits[:1]], rel=1e-3)
