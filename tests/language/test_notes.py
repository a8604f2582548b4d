"""Text that looks like syntax, and operators that are left out: how they are read, with which note."""

from __future__ import annotations

import pytest

from search.language import (
    Fuzzy,
    Node,
    Phrase,
    Wildcard,
    Word,
    leaves,
    parse_query,
)
from tests.language.reading import read

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("written", "canonical", "note"),
    [
        ("Trends on Tuesday: Robots", "Trends AND on AND Tuesday AND Robots", "“Tuesday:” was read as text"),
        ("Robots (Update:)", "Robots AND Update", "“Update:” was read as text"),
        ("autor: Ruiz", "autor AND Ruiz", "did you mean author:?"),
        (
            "see http://x.com/a?b=c*d",
            r'see AND "http://x.com/a\?b=c\*d"',
            "to find an article by its address",
        ),
        ("title:(https://x.com OR a)", 'title:"https://x.com" OR title:a', "was read as text"),
        ("opec price w/5", "opec AND price AND w/5", "did you mean NEAR/5?"),
        ("pre5 opec price", "pre5 AND opec AND price", "did you mean ADJ/5?"),
        ("opec NEAR price", "opec AND NEAR AND price", "did you mean NEAR/10?"),
        ("opec same price", "opec AND same AND price", "did you mean NEAR/P?"),
        ("Words: a history", "Words AND a AND history", "“Words:” was read as text"),
        ("a || b||c", "a OR b OR c", "“||” was read as OR"),
        ("a && b", "a AND b", "“&&” was read as AND"),
        ("oil/gold", "oil/gold", "was read as a word; did you mean oil OR gold?"),
        ("/opec.*/", "/opec.*/", "was read as a word; did you mean opec*?"),
        ("plain language?", "plain AND language", "the ? of “language?” was read as a question mark"),
        ("a (plain language?) OR b", "a AND plain AND language OR b", "was read as a question mark"),
        ("title:(plain language?)", "title:plain AND title:language", "was read as a question mark"),
        ("plain language ?", "plain AND language", "has no letter or digit and was left out"),
        (
            "source(s) say opec",
            "source AND say AND opec",
            "“(s)” was left out: a word is found in its singular",
        ),
        ("author(s) title:ship(s)", "author AND title:ship", "“(s)” was left out"),
        ("desk(oil)", "desk AND oil", "“desk(” was read as a word, as there is no such field"),
        ("date is 1987", "date AND is AND 1987", "“date is 1987” was read as words; did you mean date:1987?"),
        ("date aft 1987", "date AND aft AND 1987", "did you mean after:1987?"),
        ("opec..price", "opec..price", "was read as a word; did you mean opec AND price?"),
        ('"opec price"/5', '"opec price" AND /5', 'was read as a word; did you mean "opec price"~5?'),
        ('"pric! rise"', '"pric! rise"', 'was read as it is; did you mean "pric* rise"?'),
        ("storm (again)?", "storm AND again", "has no letter or digit and was left out"),
    ],
)
def test_text_that_looks_like_syntax_is_text_with_a_note(written: str, canonical: str, note: str) -> None:
    found = read(written)
    assert str(found) == canonical
    assert any(note in each for each in found.notes)
    assert read(canonical).tree == found.tree


@pytest.mark.parametrize(
    "canonical",
    ["language?", "plain AND language?", "NOT plain AND language?", "plain OR language?",
     "a NEAR/5 language?", "lead:plain AND lead:language?", "keyword:plain AND keyword:language?",
     "colo?r AND wom?n"],
)  # fmt: skip
def test_a_question_mark_beside_an_operator_is_a_wildcard(canonical: str) -> None:
    tree = read(canonical).tree
    assert str(tree) == canonical
    assert any(isinstance(leaf, Wildcard) for leaf in leaves(tree))


def test_a_question_mark_at_the_end_is_a_wildcard_beside_other_wildcards() -> None:
    assert str(read("harb* strike?")) == "harb* AND strike?"
    assert str(read("keyword:harbour keyword:strike?")) == "keyword:harbour AND keyword:strike?"


def test_an_operator_in_small_letters_that_is_left_out_has_a_note() -> None:
    (note,) = read("opec or gold", stop_words=frozenset(["or"])).notes
    assert note.endswith(
        "“or” is a very common word and was left out; quote it to require it; as an operator write OR"
    )


def test_a_single_word_with_a_question_mark_has_a_note() -> None:
    assert read("output?").notes == (
        "the ? of “output?” stands for one letter; for the word itself leave it out",
    )
    assert read("educat??").notes == read("wom?n").notes == ()


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("罢工*", Word("罢工")),
        ("*罢工*", Word("罢工")),
        ("title:หยุด*", Word("หยุด", "title")),
        ("keyword:罢工*", Wildcard("罢工*", "keyword")),
        ("파업*", Wildcard("파업*")),  # Korean has spaces
        ("url:http://x.com/a", Word("http://x.com/a", "url")),
        ('id:" a  b "', Phrase(" a  b ", "id")),
        (r"id:\“x\”", Word("“x”", "id")),
        (r'"a \“b\” c"', Phrase("a “b” c")),
        ("keyword:crude-oil~1", Fuzzy("crude-oil", 1, "keyword")),
    ],
)
def test_these_are_read_so(written: str, tree: Node) -> None:
    assert read(written).tree == tree
    assert read(str(tree)).tree == tree


@pytest.mark.parametrize(
    "written",
    ["lead:(-oil)", "title:oil NEAR/5 (body:gas OR gas)", "hlead:title:oil", "opec NOTNEAR/0 price",
     r"source:\-bbc", "desk:-5", "-=oil", r"lead:\-oil"],
)  # fmt: skip
def test_a_query_beside_these_faults_is_read(written: str) -> None:
    found = parse_query(written, extra_fields=["desk"])
    assert parse_query(str(found), extra_fields=["desk"]).tree == found.tree
