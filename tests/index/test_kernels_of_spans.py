"""Each kernel of phrases and nearness gives what its naive twin gives, a few lines of plain Python."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from search.index.kernels import Array, Words
from tests.index.arrays import INTEGERS, TOP, array
from tests.index.pairs import kernels

_DOCS = st.sampled_from([0, 1, 2, TOP])
_POSITIONS = st.one_of(st.integers(0, 12), st.integers(TOP - 12, TOP))
_places = st.sets(st.tuples(_DOCS, _POSITIONS).map(lambda pair: pair[0] << 32 | pair[1]), max_size=25)
_words = st.lists(_places.map(sorted), min_size=1, max_size=4)


def places(numbers: list[int]) -> Array:
    return array(numbers, np.int64)


def phrase_ends(words: list[list[int]], start: int, slop: int) -> list[int]:
    """Where the phrase that begins at `start` may end."""
    ends = {start}
    for word in words[1:]:
        ends = {place for place in word for end in ends if 0 < place - end <= slop + 1}
    return sorted(end for end in ends if end - start <= len(words) - 1 + slop)


@given(_words)
def test_find_exact_phrase(words: list[list[int]]) -> None:
    found = kernels.find_exact_phrase([places(word) for word in words])
    assert found.tolist() == [start for start in words[0] if phrase_ends(words, start, 0)]


@given(_words, st.integers(0, 6))
def test_find_loose_phrase(words: list[list[int]], slop: int) -> None:
    starts, ends = kernels.find_loose_phrase([places(word) for word in words], slop)
    expected = [(start, own[0]) for start in words[0] if (own := phrase_ends(words, start, slop))]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == expected


Span = tuple[int, int]
_span_lists = st.sets(
    st.tuples(_DOCS, st.one_of(st.integers(0, 12), st.integers(TOP - 15, TOP - 3)), st.integers(0, 3)).map(
        lambda row: (row[0] << 32 | row[1], (row[0] << 32 | row[1]) + row[2])
    ),
    max_size=15,
).map(sorted)


def as_arrays(spans: list[Span]) -> tuple[Array, Array]:
    return places([start for start, _ in spans]), places([end for _, end in spans])


def nearest_pairs(first: list[Span], second: list[Span], distance: int) -> set[Span]:
    """Each of one side with its nearest neighbour on the other, at most `distance` apart."""
    found = set()
    for start, end in first:
        after = [other for other in second if other[0] > end]
        if after and min(after)[0] - end <= distance:
            found.add((start, min(after)[1]))
    for start, end in second:
        before = [(other[1], other[0]) for other in first if other[1] < start]
        if before and start - max(before)[0] <= distance:
            found.add((max(before)[1], end))
    return found


@given(_span_lists, _span_lists, st.integers(1, 9), st.booleans())
def test_find_near(left: list[Span], right: list[Span], distance: int, ordered: bool) -> None:
    starts, ends = kernels.find_near(as_arrays(left), as_arrays(right), distance, ordered=ordered)
    expected = nearest_pairs(left, right, distance)
    if not ordered:
        expected |= nearest_pairs(right, left, distance)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == sorted(expected)


_occurrences = st.dictionaries(_DOCS, st.sets(st.integers(0, 40), min_size=1), max_size=4)


def as_words(found: dict[int, set[int]], kind: type[np.generic], positions: type[np.generic]) -> Words:
    docs = sorted(found)
    every = [position for doc in docs for position in sorted(found[doc])]
    return array(docs), array([len(found[doc]) for doc in docs], kind), array(every, positions)


@given(
    _occurrences,
    _occurrences,
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from([np.uint8, np.int32]),
    INTEGERS,
)
def test_find_near_words(
    left: dict[int, set[int]],
    right: dict[int, set[int]],
    distance: int,
    ordered: bool,
    kind: type[np.generic],
    positions: type[np.generic],
) -> None:
    sides = as_words(left, kind, positions), as_words(right, kind, positions)
    starts, ends = kernels.find_near_words(*sides, distance, ordered=ordered)
    one, other = ([(doc << 32 | at,) * 2 for doc in own for at in own[doc]] for own in (left, right))
    expected = nearest_pairs(one, other, distance)
    if not ordered:
        expected |= nearest_pairs(other, one, distance)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == sorted(expected)


@given(_span_lists, _span_lists, st.integers(1, 9), st.booleans())
def test_find_every_near(left: list[Span], right: list[Span], distance: int, ordered: bool) -> None:
    orders = [(left, right)] if ordered else [(left, right), (right, left)]
    pairs = [(a[0], b[1]) for x, y in orders for a in x for b in y if 0 < b[0] - a[1] <= distance]
    sides = as_arrays(left), as_arrays(right)
    found = kernels.find_every_near(*sides, distance, len(pairs), ordered=ordered)
    assert found is not None
    assert list(zip(*(own.tolist() for own in found), strict=True)) == sorted({*pairs})
    if pairs:
        assert kernels.find_every_near(*sides, distance, len(pairs) - 1, ordered=ordered) is None


@given(_span_lists, _span_lists, st.integers(1, 6), st.booleans())
def test_drop_distant(left: list[Span], right: list[Span], distance: int, ordered: bool) -> None:
    one, other = (places(sorted({start for start, _ in side})) for side in (left, right))
    kept, other_kept = kernels.drop_distant(one, other, distance)
    every = [*one.tolist(), *other.tolist()]
    near, nearly = (
        {place for place in every if sum(abs(place - found) <= most for found in every) > 1}
        for most in (distance, distance + 1)
    )
    assert near <= {*kept.tolist(), *other_kept.tolist()} <= nearly
    found = kernels.find_near((one, one), (other, other), distance, ordered=ordered)
    same = kernels.find_near((kept, kept), (other_kept, other_kept), distance, ordered=ordered)
    assert [own.tolist() for own in same] == [own.tolist() for own in found]


@given(_words, st.integers(1, 4))
def test_nearest_followers(words: list[list[int]], distance: int) -> None:
    first, second = words[0], words[-1]
    docs, distances = kernels.nearest_followers(places(first), places(second), distance)
    gaps = [(place, [other - place for other in second if other > place]) for place in first]
    expected = [(place >> 32, min(found)) for place, found in gaps if found and min(found) <= distance]
    assert list(zip(docs.tolist(), distances.tolist(), strict=True)) == expected


@given(_span_lists, _span_lists)
def test_distinct_spans(one: list[Span], other: list[Span]) -> None:
    starts, ends = kernels.distinct_spans(*as_arrays(one + other))
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == sorted({*one, *other})


@given(st.lists(st.tuples(_DOCS, _POSITIONS).map(lambda pair: pair[0] << 32 | pair[1]), max_size=30))
def test_count_spans(starts: list[int]) -> None:
    found = kernels.count_spans(places(sorted(starts)))
    distinct = sorted(set(starts))
    expected = [
        (doc, len(own), own[0] & 0xFFFFFFFF)
        for doc in sorted({start >> 32 for start in starts})
        if (own := [start for start in distinct if start >> 32 == doc])
    ]
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected


_extents = st.lists(st.integers(0, 6), min_size=1, max_size=8)
"""How many positions each document has."""


def bases_of(extents: list[int], first: int) -> list[int]:
    """The number of position 0 of each document."""
    return [first + sum(extents[:doc]) + doc for doc in range(len(extents))]


@st.composite
def words_of_documents(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int]]]:
    """The extents of some documents, and the (document, position) of words in them, in order."""
    extents = draw(_extents)
    every = [(doc, position) for doc, extent in enumerate(extents) for position in range(extent)]
    chosen = draw(st.sets(st.sampled_from(every))) if every else set()
    return extents, sorted(chosen)


def grouped(words: list[tuple[int, int]]) -> tuple[Array, Array]:
    """The documents of words, and how many words each has."""
    counts = Counter(doc for doc, _ in words)
    return array(sorted(counts)), array([counts[doc] for doc in sorted(counts)], np.uint8)


@given(words_of_documents(), st.integers(0, 3), INTEGERS, st.sampled_from([np.int32, np.int64]))
def test_number_words(
    made: tuple[list[int], list[tuple[int, int]]],
    offset: int,
    kind: type[np.generic],
    base_kind: type[np.generic],
) -> None:
    extents, words = made
    bases = bases_of(extents, TOP - 100)
    docs, frequencies = grouped(words)
    positions = array([position for _, position in words], kind)
    found = kernels.number_words(docs, frequencies, positions, array(bases, base_kind), offset)
    assert found.tolist() == [bases[doc] + position - offset for doc, position in words]


@given(
    st.lists(st.lists(st.sets(st.integers(0, 3)), max_size=9), min_size=1, max_size=5),
    st.integers(2, 4),
    st.sampled_from([np.uint8, np.int32]),
    INTEGERS,
)
def test_count_phrase(
    texts: list[list[set[int]]], size: int, kind: type[np.generic], positions: type[np.generic]
) -> None:
    places = [
        [(doc, at) for doc, text in enumerate(texts) for at, words in enumerate(text) if word in words]
        for word in range(size)
    ]
    assume(all(places))
    words = [(*grouped(own), array([at for _, at in own], positions)) for own in places]
    words = [(docs, counts.astype(kind), own) for docs, counts, own in words]
    bases = array(bases_of([len(text) for text in texts], 0))
    found = kernels.count_phrase(words, bases, np.zeros(100, np.uint8))
    starts = {
        doc: [
            at for own, at in places[0] if own == doc and all((doc, at + n) in places[n] for n in range(size))
        ]
        for doc in range(len(texts))
    }
    expected = [(doc, len(own), own[0]) for doc, own in starts.items() if own]
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=3))
def test_phrase_starts(choices: list[list[int]]) -> None:
    # A slot's numbers are in two lists, or in none, so that none is there twice.
    slots = [[[n for n, c in enumerate(own) if c == which] for which in (1, 2)] for own in choices]
    found = kernels.phrase_starts([[array(own) + TOP - 20 for own in slot] for slot in slots])
    common = set(range(12)).intersection(*(set().union(*slot) for slot in slots))
    assert found.tolist() == [number + TOP - 20 for number in sorted(common)]


@given(words_of_documents())
def test_count_starts(made: tuple[list[int], list[tuple[int, int]]]) -> None:
    extents, words = made
    bases = bases_of(extents, 0)
    starts = array([bases[doc] + position for doc, position in words])
    docs, counts, positions = kernels.count_starts(starts, array(bases))
    assert docs.tolist() == grouped(words)[0].tolist()
    assert counts.tolist() == grouped(words)[1].tolist()
    assert positions.tolist() == [min(p for d, p in words if d == doc) for doc in docs.tolist()]


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=5), max_size=8))
def test_count_flagged(flags: list[list[bool]]) -> None:
    every = [flag for own in flags for flag in own]
    found = kernels.count_flagged(
        array(range(len(flags))) * 7, array([len(own) for own in flags], np.uint8), np.array(every, np.bool_)
    )
    edges = [0, *np.cumsum([len(own) for own in flags], dtype=int).tolist()]
    expected = [
        (number * 7, sum(own), every.index(True, start))
        for number, (own, start) in enumerate(zip(flags, edges, strict=False))
        if any(own)
    ]
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected
