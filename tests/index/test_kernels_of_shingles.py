"""Each kernel of shingles and sketches gives what its naive twin gives, a few lines of plain Python."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.index import kernels
from search.index.kernels import MIN_WORDS, NEAR_PARTNERS, SHINGLE_WORDS, SKETCH_SIZE
from tests.reference.copies import mixed, shingle_hash, sketch, whole_hash

_words = st.integers(0, 3) | st.integers(0, (1 << 64) - 1)
_texts = st.lists(
    st.lists(_words, max_size=30)
    | st.integers(1, 1 << 62).map(lambda seed: [seed * 7919**n % (1 << 64) for n in range(400)])
    | st.just([5, 6, 7] * 120),
    max_size=6,
)


def arrays(texts: list[list[int]]) -> tuple[kernels.Array, kernels.Array]:
    flat = [word for text in texts for word in text]
    return np.array(flat, np.uint64), np.array([len(text) for text in texts], np.int64)


@given(_words)
def test_mix_hashes(number: int) -> None:
    assert kernels.mix_hashes(np.array([number], np.uint64)).tolist() == [mixed(number)]


@given(_texts)
def test_hash_shingles(texts: list[list[int]]) -> None:
    hashes, counts = kernels.hash_shingles(*arrays(texts))
    runs = [
        [shingle_hash(text[at : at + SHINGLE_WORDS]) for at in range(len(text) - SHINGLE_WORDS + 1)]
        if len(text) >= MIN_WORDS
        else []
        for text in texts
    ]
    assert hashes.tolist() == [number for run in runs for number in run]
    assert counts.tolist() == [len(run) for run in runs]


@given(st.lists(st.lists(_words, min_size=1, max_size=MIN_WORDS - 1), max_size=4))
def test_hash_texts(texts: list[list[int]]) -> None:
    assert kernels.hash_texts(*arrays(texts)).tolist() == [whole_hash(text) for text in texts]


@given(_texts)
def test_sketch_texts(texts: list[list[int]]) -> None:
    found, counts = kernels.sketch_texts(*arrays(texts))
    assert found.dtype == np.uint32
    expected = [sketch(text) for text in texts]
    assert found.tolist() == [number for own in expected for number in own]
    assert counts.tolist() == [len(own) for own in expected]
    assert max(map(len, expected), default=0) <= SKETCH_SIZE


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=40), st.integers(1, 3))
def test_count_pairs(pairs: list[tuple[int, int]], least: int) -> None:
    ones, others = ([pair[place] for pair in pairs] for place in (0, 1))
    one, other = kernels.count_pairs(np.array(ones, np.int32), np.array(others, np.int32), least)
    expected = sorted(pair for pair, count in Counter(pairs).items() if count >= least)
    assert list(zip(one.tolist(), other.tolist(), strict=True)) == expected


@given(st.lists(st.integers(0, 2 * NEAR_PARTNERS), max_size=8))
def test_choose_partners(counts: list[int]) -> None:
    owners, places = kernels.choose_partners(np.array(counts, np.int64))
    expected = [
        (number, place)
        for number, count in enumerate(counts)
        for place in {*range(count)[:1], *range(count)[-NEAR_PARTNERS:]}
    ]
    assert sorted(zip(owners.tolist(), places.tolist(), strict=True)) == sorted(expected)
