"""Sentences and paragraphs in arrays of bytes begin where they begin in strings, read sign by sign."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.index.kernels import PARAGRAPH, SENTENCE
from search.text import ABBREVIATIONS, paragraph_spans, parts_of_words, word_spans
from tests.index.pairs import kernels

KEYS = kernels.abbreviation_keys([word.encode() for word in sorted(ABBREVIATIONS)])


def marked(text: str) -> tuple[list[int], list[int]]:
    """The numbers of the sentence and of the paragraph of each word, by the marks of its piece."""
    raw = b"\n" + text.encode() + b"\n" + bytes(24)
    pieces = kernels.cut_pieces(np.frombuffer(raw.lower(), np.uint8))
    marks = kernels.mark_boundaries(np.frombuffer(raw, np.uint8), pieces[0], KEYS)
    offsets = [len(text[:start].encode()) + 1 for start, _ in word_spans(text)]
    ends = (pieces[0] + pieces[1]).tolist()
    owners = [next(number for number, end in enumerate(ends) if offset < end) for offset in offsets]
    found = []
    for bit in (SENTENCE, PARAGRAPH):
        begun = np.cumsum(marks & bit > 0).tolist()
        numbers = [begun[owner] for owner in owners]
        ranks = {number: rank for rank, number in enumerate(dict.fromkeys(numbers))}
        found.append([ranks[number] for number in numbers])
    return found[0], found[1]


PIECES = (
    "strike Strike 5 U.S. Mr. dept. J. a.m. É é … ... . ! ? ?! ” “ ’ ‘ « » ( ) [ ] ' \" - — – • £5 , ; : "
    "don’t it's naïve $5 #A * € ؟ ۔ । ॥ है؟ و। \n \n\n \t  \u00a0 \u2009 \u2028 no."
).split(" ")
LINES = ["the pier and the quay " * 3, "sailed on " * 12, "of it.", "“So.”"]
_texts = st.lists(
    st.sampled_from([*PIECES, *LINES, " ", "  ", " ", "\n", "\n", "\n\n", "\n  "]), max_size=14
).map("".join)


@settings(max_examples=500)
@given(_texts)
def test_bytes_and_strings_have_the_same_boundaries(text: str) -> None:
    assert marked(text) == parts_of_words(text, word_spans(text))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The ferry sailed. Nobody came.", [0, 0, 0, 1, 1]),
        ("Mr. Ruiz of the U.S. Navy spoke. He left.", [0, 0, 0, 0, 0, 0, 0, 1, 1]),
        ("“Stop.” She left. Why? (He knew.)", [0, 1, 1, 2, 3, 3]),
        ("It cost 5.3 million. 40 came... All paid.", [0, 0, 0, 0, 1, 1, 2, 2]),
        ("A heading\n\nthe text, e.g. wrapped\nlines", [0, 0, 1, 1, 1, 1, 1]),
        ("ends in small. letters", [0, 0, 0, 0]),
        ("a space that does not break.\u00a0Strike", [0, 0, 0, 0, 0, 0, 1]),
        ("a thin one…\u2009“Strike”", [0, 0, 0, 1]),
        ("Shares rose. $5 was paid. #Ferry (*Crane)", [0, 0, 1, 1, 1, 2, 2]),
        ("यह है। वह था। क्या؟ نعم۔ لا", [0, 0, 1, 1, 2, 3, 4]),
    ],
)
def test_sentences_begin_here(text: str, sentences: list[int]) -> None:
    assert marked(text)[0] == sentences


def test_a_quotation_of_very_many_signs_takes_no_time() -> None:
    assert marked("Stop." + '"' * 100_000 + " Now." + " " * 100_000 + "Go. On")[0][-2:] == [0, 1]


WRAPPED = "The ferry sailed at six in the morning with two hundred people.\nNobody saw it"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (WRAPPED, [0] * 15),
        ("Cats sleep.\nDogs bark.", [0, 0, 1, 1]),
        ("Ferry news\n" + "Dogs bark and " * 9, [0, 0, *[1] * 27]),
        ("Dogs bark and " * 9 + "\nthe end", [*[0] * 27, 1, 1]),
        ("no stop here\nnor there", [0, 0, 0, 0, 0]),
        ("A blank line\n\n  and an indented one", [0, 0, 0, 1, 1, 1, 1]),
    ],
)
def test_paragraphs_begin_here(text: str, paragraphs: list[int]) -> None:
    assert marked(text)[1] == paragraphs
    assert len(paragraph_spans(text)) == paragraphs[-1] + 1
