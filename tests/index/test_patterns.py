"""The strings of a lexicon that match a wildcard or are near a word are those that a plain search finds."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.deadline import no_deadline
from search.index.format.lexicon import Lexicon, lexicon_arrays
from search.index.postings import patterns
from search.index.postings.patterns import (
    Unchanged,
    containing,
    matching,
    near,
    near_letters,
    wildcard_prefix,
)
from tests.index.test_kernels_of_scores import edits

LETTERS = "aabcé東😀"
_words = st.lists(st.text(LETTERS, max_size=8), max_size=30).map(sorted)
_patterns = st.lists(st.sampled_from([*LETTERS, "?", "*", "*"]), min_size=1, max_size=9).map("".join)
_targets = st.text(LETTERS, max_size=7)


@pytest.fixture(params=[(1 << 15, 256), (4, 256), (4, 0), (1 << 15, 0)], ids=str)
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few strings are searched as many are: in chunks, and by their bytes."""
    monkeypatch.setattr(patterns, "CHUNK_STRINGS", request.param[0])
    monkeypatch.setattr(patterns, "MAX_DECODED", request.param[1])


def lexicon_of(words: list[str]) -> Lexicon:
    return Lexicon(lexicon_arrays("x", words), "x")


def matches(pattern: str, word: str) -> bool:
    """Whether a wildcard matches, by its definition: character by character."""
    reached = {0}
    for char in pattern:
        if char == "*":
            reached = {after for at in reached for after in range(at, len(word) + 1)}
        else:
            reached = {at + 1 for at in reached if at < len(word) and char in ("?", word[at])}
    return len(word) in reached


def found_by(pattern: str, words: list[str]) -> list[int]:
    lexicon = lexicon_of(words)
    numbers = lexicon.starting(wildcard_prefix(pattern).encode())
    return [*chain.from_iterable(matching(lexicon, numbers, pattern, no_deadline))]


@pytest.mark.usefixtures("steps")
@given(_words, _patterns)
@example(["a", "aé", "é", "東"], "?")
@example(["aé", "é", "éa", "éé"], "*?é")
@example(["ab", "abab", "ababab"], "ab*ab")
@example(["", "", "a"], "*")
def test_a_wildcard_matches_as_it_does_character_by_character(words: list[str], pattern: str) -> None:
    assert found_by(pattern, words) == [n for n, word in enumerate(words) if matches(pattern, word)]


@pytest.mark.usefixtures("steps")
@given(_words, _patterns)
def test_a_wildcard_matches_a_part_of_each_string(words: list[str], pattern: str) -> None:
    lexicon, every = lexicon_of(words), range(len(words))
    found = matching(lexicon, every, pattern, no_deadline, lambda word: word.partition("é")[0])
    expected = [n for n, word in enumerate(words) if matches(pattern, word.partition("é")[0])]
    assert [*chain.from_iterable(found)] == expected


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 127, "*a*" + "?" * 252, "a?" * 127 + "*", "*" + "a?" * 127, "*" * 254 + "b", "*ab" * 85],
)
def test_a_hostile_pattern_takes_no_longer_than_the_words_are(pattern: str) -> None:
    words = sorted(["a" * 200, "a" * 254, "a" * 255, "a" * 254 + "b"])
    matched = [matches(pattern, word) for word in words]
    expected = [n for n in range(4_000) if matched[n // 1_000]]
    assert found_by(pattern, [word for word in words for _ in range(1_000)]) == expected


def test_a_letter_without_bytes_of_its_own_is_in_no_word() -> None:
    assert found_by("*\ud800", ["a", "é"]) == []


@pytest.mark.usefixtures("steps")
@given(_words, _targets, st.sampled_from([1, 2]))
@example(["acbd", "bacd", "badc", "abdc"], "abcd", 2)
@example(["ba", "bca", "b"], "ab", 1)
@example(["acbde", "adbce", "bacde"], "abcde", 1)
@example(["acbdfe", "acbdef", "bacdfe", "xabdcef"], "abcdef", 2)
def test_the_near_words_are_those_by_the_textbook(words: list[str], target: str, distance: int) -> None:
    expected = [n for n, word in enumerate(words) if edits(word, target) <= distance]
    assert near(lexicon_of(words), target, distance, no_deadline) == expected


@given(st.text("abcdefg", max_size=9), st.sampled_from([1, 2]), st.data())
def test_a_word_with_few_edits_keeps_a_piece(target: str, distance: int, draw: st.DataObject) -> None:
    word = target
    for _ in range(distance):
        word = draw.draw(_edited(word))
    if edits(word, target) <= distance:
        assert near(lexicon_of(["", "a", word]), target, distance, no_deadline)[-1:] == [2]
        unchanged = Unchanged(lexicon_of(["x" + word + "x"]), target, distance)
        assert unchanged.within(range(1)) == [0]


def _edited(word: str) -> st.SearchStrategy[str]:
    """Words that are one edit from `word`."""
    at = st.integers(0, len(word))
    letters = st.sampled_from("abcdefgé")
    return st.one_of(
        st.builds(lambda n, char: word[:n] + char + word[n:], at, letters),
        st.builds(lambda n, char: word[:n] + char + word[n + 1 :], at, letters),
        st.builds(lambda n: word[:n] + word[n + 1 :], at),
        st.builds(lambda n: word[:n] + word[n + 1 : n + 2] + word[n : n + 1] + word[n + 2 :], at),
    )


@given(_words, st.text("ab", max_size=6), st.sampled_from([1, 2]))
def test_the_near_words_by_bytes(words: list[str], target: str, distance: int) -> None:
    lexicon, every = lexicon_of(words), range(len(words))
    as_letters = [word.encode().decode("latin-1") for word in words]
    unchanged = Unchanged(lexicon, target, distance, "latin-1")
    lengths = lexicon.lengths(every)
    close = (abs(lengths - len(target)) <= distance).nonzero()[0]
    numbers = unchanged.among(every, close, plain=True)
    found = near_letters(lexicon, numbers, target, distance, no_deadline)
    assert found == [n for n, word in enumerate(as_letters) if edits(word, target) <= distance]


@pytest.mark.usefixtures("steps")
@given(_words, st.lists(st.text(LETTERS, max_size=3), max_size=3))
def test_no_string_that_contains_all_pieces_is_left_out(words: list[str], pieces: list[str]) -> None:
    found = containing(lexicon_of(words), range(len(words)), pieces)
    assert {n for n, word in enumerate(words) if all(piece in word for piece in pieces)} <= {*found}


@given(_words, st.integers(0, 5))
def test_strings_of_a_lexicon_by_number(words: list[str], first: int) -> None:
    lexicon, numbers = lexicon_of(words), range(min(first, len(words)), len(words))
    text, edges = lexicon.run(numbers)
    assert bytes(text).decode() == "".join(words[first:])
    assert edges.tolist()[-1] == len(text)
    assert lexicon.characters(numbers).tolist() == [len(word) for word in words[first:]]
    assert lexicon.pick(numbers) == words[first:]
    assert re.sub("[*?].*", "", "ab") == wildcard_prefix("ab?*")
