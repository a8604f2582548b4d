"""The operators of the paid archives, asked of an archive: the articles found, and the words marked."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import Article
from search.backends.evaluate import texts
from search.engine import SearchRequest
from search.errors import LimitExceeded
from search.language import Near, Node, parse_query
from search.query import Archive, open_archive
from search.snippets import mark
from search.text import Analyzer, word_spans
from tests.asking import ask
from tests.engines import open_engine
from tests.reference.spans import Span, Texts

BODY = (
    "The ferry strike in Vesk began on Monday. Dock workers of the U.S. line met us. No ferry sailed.\n\n"
    "A strike of trams followed; the tram drivers struck. The Bank of old England paid the ferry crews.\n\n"
    "Ferry. Strike."
)
ARTICLE = Article(
    id="ferry",
    title="Tram strike",
    description="Ferries wait for the strike to end.",
    highlights=("The ferry is late", "strike goes on"),
    body=BODY,
)


@pytest.fixture
def ferries(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive", create=True)
    opened.add([ARTICLE, Article(id="aid", title="Aid for us", body="First aid.", extra={"lead": ("x",)})])
    return opened


def marked(archive: Archive, query: str, field: str) -> list[str]:
    """The marks in the texts of a field of the article about the ferry."""
    with archive.engine.reader() as reader:
        tree = parse_query(query).tree
        found = reader.search(SearchRequest(tree, highlight=True)).highlights
    value = getattr(ARTICLE, field)
    parts = (value,) if isinstance(value, str) else value
    return [text[start:end] for text in parts for start, end in mark(text, found, field)]


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("ferry NEAR/S strike", ["ferry strike"]),
        ("ferry ADJ/S strike", ["ferry strike"]),
        ("strike ADJ/S ferry", []),
        ("tram NEAR/P ferry", ["trams", "tram", "ferry"]),
        ("strike ADJ/P tram", ["strike", "trams", "tram"]),
        ("ferry NEAR/1 strike", ["ferry strike", "Ferry", "Strike"]),
        ("(ferry NEAR/S strike) NEAR/2 vesk", ["ferry strike", "Vesk"]),
        ("strike NOTNEAR/2 ferry", ["strike"]),
        ("ferry NOTNEAR/S strike", ["ferry", "ferry", "Ferry"]),
        ("first:3(strike)", ["strike"]),
        ("first:2(strike)", []),
        ("lead:ferry", ["ferry", "ferry"]),
        ("atleast:4(ferry)", ["ferry", "ferry", "ferry", "Ferry"]),
        ("=ferry", ["ferry", "ferry", "ferry", "Ferry"]),
        ("=trams", ["trams"]),
        ('"dock* of the"~1', ["Dock workers of the"]),
        ('"bank * old england"', ["Bank of old England"]),
        ("caps:US", ["U.S."]),
        ("caps:us", ["us"]),
        ("caps:Ferry", ["Ferry"]),
        ("caps:US NEAR/S dock", ["Dock", "U.S."]),
    ],
)
def test_a_mark_is_only_where_the_query_matches(ferries: Archive, query: str, marks: list[str]) -> None:
    assert marked(ferries, query, "body") == marks


@pytest.mark.parametrize(
    ("query", "field", "marks"),
    [
        ("ferry NEAR/P strike", "highlights", []),
        ("lead:(ferry OR strike)", "highlights", ["ferry", "strike"]),
        ("lead:strike", "title", []),
        ("hlead:strike", "title", ["strike"]),
        ("first:50(ferry)", "description", []),
    ],
)
def test_each_highlight_is_a_part_of_its_own(
    ferries: Archive, query: str, field: str, marks: list[str]
) -> None:
    assert marked(ferries, query, field) == marks


def test_a_snippet_marks_only_the_pair(ferries: Archive) -> None:
    (hit,) = ferries.search("bank NEAR/S crews").hits
    assert hit.snippet is not None
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["Bank", "crews"]
    (hit,) = ferries.search("body:(ferry NOTNEAR/S strike)").hits
    assert hit.snippet is not None
    assert "No [ferry] sailed." in "".join(
        f"[{part}]" if number % 2 else part
        for number, part in enumerate(_split(hit.snippet.text, hit.snippet.marks))
    )


def _split(text: str, marks: tuple[tuple[int, int], ...]) -> list[str]:
    edges = [0, *(edge for span in marks for edge in span), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("words:>20", ["ferry"]),
        ("words:2", ["aid"]),
        ("words:..2", ["aid"]),
        ("words:>500", []),
        ("atleast:5(ferry)", ["ferry"]),
        ("atleast:7(ferry)", []),
        ("body:atleast:4(ferry)", ["ferry"]),
        ("atleast:3(caps:Ferry)", []),
        ("caps:US OR caps:Aid", ["aid", "ferry"]),
        ("-caps:US", ["aid"]),
        ("extra.lead:x", ["aid"]),
    ],
)
def test_articles_are_found_by_length_count_and_capitals(
    ferries: Archive, query: str, found: list[str]
) -> None:
    assert sorted(hit.article.id for hit in ferries.search(query).hits) == found


def test_capitals_do_not_change_the_score(ferries: Archive) -> None:
    (hit,) = ferries.search("caps:US").hits
    scores = {each.article.id: each.score for each in ferries.search("exact:us").hits}
    assert hit.score == scores["ferry"]
    explained = ferries.explain("ferry", "caps:US")
    assert explained.value == pytest.approx(hit.score)
    assert not ferries.explain("aid", "caps:US").matches


def test_capitals_are_not_looked_up_in_very_many_texts(
    ferries: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "MAX_TEXTS", 1)
    with pytest.raises(LimitExceeded, match="at most 1 articles, and 2 have the words"):
        ferries.search("caps:US")
    assert ferries.search("caps:US dock").total == 1


WORDS = ("ferry", "strike", "tram", "Vesk", "the")
_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
_texts = st.lists(_words.map(str.capitalize), min_size=1, max_size=5).flatmap(
    lambda sentences: st.sampled_from([". ", ".\n\n", "; ", "! "]).map(lambda gap: gap.join(sentences))
)
_sides = st.sampled_from(
    ["ferry", "strike", '"the ferry"', "(tram OR Vesk)", "caps:Tram", "=the", '"st* the"~1']
)
_queries = st.one_of(
    st.tuples(
        _sides,
        st.sampled_from("NEAR/S ADJ/S NEAR/P ADJ/P NEAR/2 ADJ/3 NOTNEAR/2 NOTNEAR/S NOTNEAR/P".split()),
        _sides,
    ).map(" ".join),
    st.tuples(st.sampled_from(["lead:", "hlead:", "first:3", "first:5"]), _sides).map(
        lambda both: f"{both[0]}({both[1]})"
    ),
)


@given(_texts, _queries)
def test_the_marks_are_the_words_that_a_slow_search_finds(body: str, query: str) -> None:
    article = Article(id="a", title="x", body=body)
    tree = parse_query(query).tree
    expected = _taking_part(tree, article)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "archive", create=True)
        engine.add([article])
        highlights = ask(engine).search(SearchRequest(tree, highlight=True)).highlights
        engine.close()
    spans = word_spans(body)
    covered = {
        number
        for number, (start, end) in enumerate(spans)
        for first, last in mark(body, highlights, "body")
        if first <= start and end <= last
    }
    assert covered == expected


def _taking_part(tree: Node, article: Article) -> set[int]:
    """The positions of the words of the body that belong to a match, every pair tried."""
    slow = Texts({"a": article}, Analyzer())

    def spans(node: Node) -> set[Span]:
        return slow.spans(node, "a", "body")

    found = whole = spans(tree)
    if isinstance(tree, Near):
        orders = [(tree.left, tree.right)] + ([] if tree.ordered else [(tree.right, tree.left)])
        pairs = [(a, b) for x, y in orders for a in spans(x) for b in spans(y) if a[1] < b[0]]
        found = {span for a, b in pairs if (a[0], b[1]) in whole for span in (a, b)}
    return {at for first, last in found for at in range(first, last + 1)}
