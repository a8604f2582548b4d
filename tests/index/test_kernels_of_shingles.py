"""Each kernel of shingles and sketches gives what its naive twin gives, a few lines of plain Python."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.index.kernels import MIN_WORDS, NEAR_PARTNERS, SHINGLE_WORDS, SKETCH_SIZE, Array
from tests.index.pairs import kernels
from tests.reference.copies import mixed, shingle_hash, sketch, whole_hash

_words = st.integers(0, 3) | st.integers(0, (1 << 64) - 1)
_texts = st.lists(
    st.lists(_words, max_size=30)
    | st.integers(1, 1 << 62).map(lambda seed: [seed * 7919**n % (1 << 64) for n in range(400)])
    | st.just([5, 6, 7] * 120),
    max_size=6,
)


def arrays(texts: list[list[int]]) -> tuple[Array, Array]:
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


@given(st.lists(st.integers(0, 70_000), max_size=40))
def test_group_by_document(docs: list[int]) -> None:
    entries, starts = kernels.group_by_document(np.array(docs, np.int32), 70_001)
    grouped = {doc: [place for place, own in enumerate(docs) if own == doc] for doc in docs}
    assert {doc: entries[starts[doc] : starts[doc + 1]].tolist() for doc in grouped} == grouped
    assert (len(starts), int(starts[-1])) == (70_002, len(docs))


sketches = st.lists(st.integers(0, (1 << 32) - 1), unique=True, max_size=SKETCH_SIZE).map(sorted)


def padded(*found: list[int]) -> Array:
    keys = [number << 32 | each for number, own in enumerate(found) for each in own]
    made: Array = kernels.pad_sketches(np.array(keys, np.uint64), len(found))
    return made


@given(st.lists(sketches, max_size=4))
def test_pad_sketches(found: list[list[int]]) -> None:
    assert padded(*found).tolist() == [own + [1 << 32] * (SKETCH_SIZE - len(own)) for own in found]


@given(sketches, sketches, st.integers(0, SKETCH_SIZE))
def test_compare_sketches(one: list[int], other: list[int], common: int) -> None:
    other = sorted({*one[:common], *other[: SKETCH_SIZE - min(common, len(one))]})
    shared, among = kernels.compare_sketches(padded(one), padded(other))
    bound = min((own[-1] for own in (one, other) if len(own) == SKETCH_SIZE), default=1 << 32)
    lesser = min(sum(each <= bound for each in own) for own in (one, other))
    assert (shared.tolist(), among.tolist()) == ([len({*one} & {*other})], [lesser])


@given(_texts)
def test_distinct_shingles(texts: list[list[int]]) -> None:
    hashes, counts = kernels.hash_shingles(*arrays(texts))
    edges = [0, *np.cumsum(counts).tolist()]
    expected = [sorted({*hashes[start:end].tolist()}) for start, end in pairwise(edges)]
    found, sizes = kernels.distinct_shingles(hashes, counts)
    assert found.tolist() == [number for own in expected for number in own]
    assert sizes.tolist() == [len(own) for own in expected]


@given(st.sets(_words), st.sets(_words))
def test_count_common(one: set[int], other: set[int]) -> None:
    arrays = (np.array(sorted(numbers), np.uint64) for numbers in (one, other))
    assert kernels.count_common(*arrays) == len(one & other)
