"""No query crashes: every kind of node at its limits, through everything that walks over trees."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import TypeVar

import pytest

from search.archive.question import Question
from search.engine import SearchRequest
from search.errors import LimitExceeded, SearchError
from search.language import (
    Node,
    Not,
    leaves,
    parse_query,
    sought_words,
    text_query,
)
from search.language.limits import (
    MAX_CANONICAL_LENGTH,
    MAX_CLAUSES,
    MAX_DEPTH,
    MAX_NESTING,
    MAX_PHRASE_WORDS,
    MAX_QUERY_WORD,
)
from search.language.trees import depth
from search.query import Archive
from search.snippets import snippet
from tests.asking import ask
from tests.conftest import ARTICLES

Made = TypeVar("Made")

FRAMES = 300
"""How deep within itself a caller's own code may be."""


def alternating(levels: int) -> str:
    """AND within OR within AND …, each with a NEAR, a boost and an exclusion beside it."""
    query = "strike"
    for level in range(levels):
        operator = (" OR ", " AND ")[level % 2]
        query = f"(bank{operator}{query}{operator}harbour)^1.5"
    return query


LONGEST = {
    "near": " NEAR/5 ".join(["strike"] * MAX_DEPTH),
    "adj": " ADJ/1000 ".join(["the"] * MAX_DEPTH),
    "near within near": "the NEAR/9 (" * 31 + "the" + ")" * 31,
    "near in a sentence": " NEAR/S ".join(["the"] * MAX_DEPTH),
    "notnear": " NOTNEAR/5 ".join(["strike"] * MAX_DEPTH),
    "notnear in a paragraph": "the NOTNEAR/P (" * 31 + "bank" + ")" * 31,
    "zones": "lead:" * (MAX_DEPTH - 1) + "strike",
    "first words": "first:10000(" * 31 + "the NEAR/S bank" + ")" * 31,
    "at least": "atleast:255(" + " OR ".join(f"w{n}" for n in range(MAX_CLAUSES - 1)) + ")",
    "capitals": "caps:(" + " OR ".join(f"W{n}" for n in range(MAX_CLAUSES - 1)) + ")",
    "capitals in a row": " NEAR/P ".join(["caps:The"] * 40),
    "exact": '="' + "the " * MAX_PHRASE_WORDS + '"~1000',
    "phrase pattern": '"the ' + "* " * (MAX_PHRASE_WORDS - 2) + 'st*"',
    "phrase of wildcards": '"' + "st* " * MAX_PHRASE_WORDS + '"~9',
    "or": " OR ".join(f"w{n}" for n in range(MAX_CLAUSES)),
    "and": " ".join(["strike"] * 2 + [f"w{n}" for n in range(MAX_CLAUSES - 2)]),
    "not": "-(strike " * 31 + "bank" + ")" * 31,
    "boost": alternating(31),
    "phrase": '"' + "strike " * MAX_PHRASE_WORDS + '"',
    "phrase with slop": '"' + "the " * MAX_PHRASE_WORDS + '"~1000',
    "word": "w" * MAX_QUERY_WORD,
    "prefix": "s" * (MAX_QUERY_WORD - 1) + "*",
    "wildcard": "*" + "s*" * 120,
    "fuzzy": "s" * (MAX_QUERY_WORD - 2) + "~2",
    "parentheses": "(" * MAX_NESTING + "strike" + ")" * MAX_NESTING,
    "set": "title:(" + " OR ".join(f"w{n}" for n in range(MAX_CLAUSES - 1)) + ")",
    "dates": " ".join(["date:2025-02-10"] * 300),
    "missing": " OR ".join(["author:none", "places:none", "date:none"] * 100),
    "everything": " ".join(["*"] * 500),
    "id": "id:" + "x" * 512,
    "values": "keyword:(" + " OR ".join(["crude*", "earn~", '"crude oil"'] * 100) + ")",
}


EXPANDED = {
    "languages": " ".join(f"(a{n} lang:norwegian)" for n in range(250)),
    "a row of languages": "lang:(" + " OR ".join(["norwegian", *(f"q{n}" for n in range(507))]) + ")",
    "capitals": "caps(" + " OR ".join(f"wo{n}" for n in range(400)) + ")",
    "capitals of phrases": "caps(" + " OR ".join(f'"w{n} the bank of"' for n in range(100)) + ")",
    "longer capitals": "allcaps(" + "ß" * 200 + ")",
    "a long stem": "s" * MAX_QUERY_WORD + "!",
    "a long word in a list": 'near5:"a ' + "w" * 300 + '"',
    "a long word before a colon": "w" * 300 + ": x",
    "a long wildcard in quotes": '"' + "s" * 300 + '* "',
    "a zone in a zone": "first:9 " * 40 + "a",
    "zones of another service": "a" + "".join(f"/F{n}/" for n in range(9, 50)),
    "two zones in each other": "first:9 lead:" * 30 + "a",
    "zones at each word": "first:10000 " * 60 + "(" + " OR ".join(f"w{n}" for n in range(500)) + ")",
}


@pytest.mark.parametrize("any_word", [False, True])
@pytest.mark.parametrize("kind", EXPANDED)
def test_a_canonical_form_that_the_limits_refuse_is_of_no_query(kind: str, *, any_word: bool) -> None:
    try:
        tree = parse_query(EXPANDED[kind], any_word=any_word).tree
    except SearchError:
        return
    assert parse_query(str(tree), max_length=MAX_CANONICAL_LENGTH).tree == tree


def test_queries_are_refused_for_the_length_of_their_canonical_form() -> None:
    for kind in ("languages", "capitals of phrases", "longer capitals", "a long stem", "zones at each word"):
        with pytest.raises(LimitExceeded):
            parse_query(EXPANDED[kind], any_word=kind == "languages")
    assert str(parse_query("first:9 first:8 a").tree) == "first:9 first:8(a)"


def deeply(frames: int, ask: Callable[[], Made]) -> Made:
    return ask() if not frames else deeply(frames - 1, ask)


@pytest.mark.parametrize("kind", LONGEST)
def test_every_kind_of_query_at_its_limits_is_answered(archive: Archive, kind: str) -> None:
    query = LONGEST[kind]

    def everything() -> None:
        tree = parse_query(query, extra_fields=("places", "desk")).tree
        assert parse_query(str(tree), extra_fields=("places", "desk")).tree == tree
        assert hash(tree) == hash(pickle.loads(pickle.dumps(tree)))
        assert repr(tree)
        assert list(leaves(tree))
        results = archive.search(query, facets=["keyword", "date:month"])
        assert archive.count(query) == results.total == len(archive.ids(query))
        archive.timeline(query)
        archive.facets(query, "source")
        archive.explain("a1", query)
        snippet(ARTICLES[0], results.highlights)
        ask(archive.engine).document_frequencies(sought_words(tree))
        archive.search(Question(query, any_word=True), expand=True)

    deeply(FRAMES, everything)


@pytest.mark.parametrize("operator", ["NEAR/5", "ADJ/1000"])
@pytest.mark.parametrize("words", [MAX_DEPTH + 1, 330, 499, MAX_CLAUSES])
def test_a_chain_of_near_that_is_too_long_is_refused(archive: Archive, operator: str, words: int) -> None:
    with pytest.raises(LimitExceeded, match="more than 64 operators stand one within the other"):
        deeply(FRAMES, lambda: archive.search(f" {operator} ".join(["ab"] * words)))


def test_the_depth_of_a_tree_is_found_however_deep_it_is() -> None:
    tree: Node = parse_query("a").tree
    for _ in range(100_000):
        tree = Not(tree)
    assert depth(tree) == 100_001
    while isinstance(tree, Not):  # taken apart one by one, as a tree so deep cannot be freed at once
        tree = tree.part
    assert depth(parse_query("a (b OR c NEAR/2 d) -e^2").tree) == 4


def test_operators_within_parentheses_count_too() -> None:
    with pytest.raises(LimitExceeded, match="operators"):
        parse_query(alternating(40))


def test_a_long_text_is_a_loose_query(archive: Archive) -> None:
    for text in ("harbour " * 20_000, "(" * 90 + "harbour", "a* harbour", "w" * 300 + " harbour"):
        assert archive.count(Question(text, any_word=True)) == 1
        with pytest.raises(SearchError):
            archive.count(text)
    found = text_query("strike bank")
    assert found is not None
    assert ask(archive.engine).search(SearchRequest(found.tree, limit=0)).total == 2
