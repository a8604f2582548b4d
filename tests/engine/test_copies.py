"""The embedded engine gives the copies that the reference gives, on random texts, edits and deletions."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from search.article import Article
from search.dates import INTERVALS
from search.engine import Engine, FacetRequest, Historied, SearchRequest
from search.language import parse_query
from tests.asking import ask
from tests.engine.test_as_of import HISTORIES, as_of
from tests.engines import open_engine
from tests.reference import ReferenceEngine
from tests.strategies import START

WORDS = ("crane", "harbour", "of", "dockers", "strike") * 2
BLOCKS = [" ".join(f"{word}{number}" for word in WORDS) + f" and {number}00 tonnes" for number in range(12)]
"""Paragraphs that articles are made of; each has one number."""

bodies = st.lists(st.sampled_from(BLOCKS), min_size=0, max_size=6, unique=True).map("\n".join)
articles = st.builds(
    Article,
    id=st.sampled_from([f"id{number}" for number in range(9)]),
    title=st.sampled_from(["Strike at the port", "A strike", "Port closed"]),
    body=bodies,
    description=st.sampled_from(["", "", "Dockers walk out."]),
    source=st.sampled_from(["", "Herald", "herald", "Post"]),
    published=st.none() | st.integers(0, 30).map(lambda number: START + timedelta(days=number)),
)
IDS = [f"id{number}" for number in range(9)]
batches = st.lists(articles, min_size=1, max_size=6, unique_by=lambda article: article.id)
steps = st.lists(batches | st.sets(st.sampled_from(IDS)), max_size=6)
ASKED = ["*", "strike", "is:original", "is:copy", "port -is:copy", *(f"copies:{each}" for each in IDS)]
QUERIES = [parse_query(text).tree for text in ASKED]


def agree(engine: Engine, reference: ReferenceEngine) -> None:
    """The groups, the hits of each text and the counts are the same."""
    for identity in IDS:
        assert ask(engine).copies(identity) == ask(reference).copies(identity)
    dates = (FacetRequest("date", interval=interval, texts=True) for interval in INTERVALS)
    facets = (FacetRequest("source", texts=True), *dates)
    for query in QUERIES:
        request = SearchRequest(query, "oldest", 50, facets=facets, collapse=True)
        found, expected = ask(engine).search(request), ask(reference).search(request)
        assert [(hit.id, hit.copies) for hit in found] == [(hit.id, hit.copies) for hit in expected], str(
            query
        )
        assert (found.total, found.texts, found.sources) == (expected.total, expected.texts, expected.sources)
        for own, wanted in zip(found.facets, expected.facets, strict=True):
            counts = [(v.value, v.count, v.texts, v.sources) for v in own.values]
            assert counts == [(v.value, v.count, v.texts, v.sources) for v in wanted.values]


@settings(max_examples=HISTORIES, phases=[Phase.generate])
@given(steps)
def test_copies_are_the_references_also_after_changes_and_a_rebuild(
    steps: list[list[Article] | set[str]],
) -> None:
    reference, seen = ReferenceEngine(), dict[int, ReferenceEngine]()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "archive", create=True)
        for step in steps:
            for each in (engine, reference):
                if isinstance(step, set):
                    each.delete(step)
                else:
                    each.add(step)
            agree(engine, reference)
            seen[ask(engine).state().revision] = reference.frozen()
        for revision, then in seen.items():
            agree(as_of(engine, revision), then)
        engine.optimize()
        agree(engine, reference)
        engine.rebuild()
        agree(engine, reference)
        for revision, then in seen.items():
            agree(as_of(engine, revision), then)
        assert isinstance(engine, Historied)
        engine.prune(datetime.now(UTC))
        agree(engine, reference)
        engine.close()


def test_dropping_versions_changes_no_group(tmp_path: Path) -> None:
    engine, text = open_engine(tmp_path / "archive", create=True), "\n".join(BLOCKS[:3])
    engine.add([Article(id="a", title="One", body=text), Article(id="b", title="Two", body=BLOCKS[5])])
    engine.add([Article(id="b", title="Two", body=text)])
    engine.add([Article(id="a", title="One", body=BLOCKS[7])])
    engine.add([Article(id="c", title="A digest", body="\n".join(BLOCKS))])
    engine.add([Article(id="c", title="A digest", body="\n".join(BLOCKS[:8]))])
    before = [ask(engine).copies(identity) for identity in "abc"]
    assert before[1] is not None
    assert before[1].group == "a"
    assert isinstance(engine, Historied)
    assert engine.prune(datetime.now(UTC)) == 3
    assert [ask(engine).copies(identity) for identity in "abc"] == before


def test_an_article_placed_again_does_not_join_one_that_came_after_it(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    bodies = {"a": BLOCKS[:6], "b": BLOCKS[:6], "f": BLOCKS[2:11], "e": BLOCKS[1:11]}
    for identity, body in bodies.items():
        engine.add([Article(id=identity, title="One", body="\n".join(body))])
    engine.delete(["a"], forget=True)
    groups = {each: ask(engine).copies(each) for each in "bef"}
    assert {each: group and group.group for each, group in groups.items()} == {"b": "b", "e": "f", "f": "f"}
    engine.rebuild()
    assert {each: ask(engine).copies(each) for each in "bef"} == groups
