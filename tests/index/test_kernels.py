"""Each kernel gives what its naive twin gives, a few lines of plain Python: sets and spans."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from search.index import kernels as chosen
from search.index.kernels import Array, Words
from tests.index.arrays import INTEGERS, NUMBERS, TOP, array
from tests.index.pairs import kernels

_sets = st.sets(st.one_of(st.integers(0, 40), st.integers(TOP - 5, TOP)), max_size=30).map(sorted)
_small_sets = st.sets(st.integers(0, 63), max_size=30).map(sorted)

# --- sets -------------------------------------------------------------------------------------------


@given(_sets | st.lists(st.sampled_from([0, 3, TOP - 1, TOP])), _sets)
def test_find_members(sought: list[int], among: list[int]) -> None:
    at, flags = kernels.find_members(array(sought), array(among))
    assert flags.tolist() == [number in among for number in sought]
    assert array(among)[at[flags]].tolist() == [number for number in sought if number in among]


@given(st.lists(st.integers(0, 9) | st.just(TOP)).map(sorted), _sets | NUMBERS, st.booleans())
def test_search_sorted(among: list[int], sought: list[int], right: bool) -> None:
    search = bisect_right if right else bisect_left
    for kind in (np.int32, np.uint32, np.int64, np.uint64, np.float64):
        at = kernels.search_sorted(array(among, kind), array(sought, kind), right=right)
        assert at.tolist() == [search(among, number) for number in sought]


@given(NUMBERS, st.lists(st.booleans(), min_size=41, max_size=60))
def test_find_flagged(docs: list[int], flags: list[bool]) -> None:
    found = kernels.find_flagged(np.array(flags), array(docs))
    assert found.tolist() == [place for place, doc in enumerate(docs) if flags[doc]]


@given(_sets, st.lists(st.integers(0, 9) | st.just(TOP)).map(sorted), st.integers(1, 40))
def test_find_common(sought: list[int], among: list[int], times: int) -> None:
    found = kernels.find_common(array(sought), array(sorted(among * times)))
    assert found.tolist() == [number for number in sought if number in among]


@given(st.lists(NUMBERS, max_size=3), _small_sets | NUMBERS, INTEGERS)
def test_flag_members(sought: list[list[int]], among: list[int], kind: type[np.generic]) -> None:
    for size in (64, 64 * len(among) + 64):  # a table that is emptied whole, and one that is not
        table = np.zeros(size, np.uint8)
        found = kernels.flag_members([array(own, kind) for own in sought], array(among), table)
        assert [flags.tolist() for flags in found] == [[n in among for n in own] for own in sought]
        assert not table.any()


@given(st.lists(_sets, min_size=1, max_size=4))
def test_unite_by_sorting(lists: list[list[int]]) -> None:
    united = kernels.unite_by_sorting([array(own) for own in lists])
    assert united.tolist() == sorted(set().union(*lists))


@given(st.lists(NUMBERS, max_size=4))
def test_unite_by_table(lists: list[list[int]]) -> None:
    table = np.zeros(41, np.uint8)
    united = kernels.unite_by_table((array(own) for own in lists), table)
    assert united.tolist() == sorted(set().union(*lists))
    assert united.dtype == np.int32
    assert not table.any()


def test_a_table_is_empty_again_when_a_union_is_broken_off() -> None:
    table = np.zeros(4, np.uint8)
    with pytest.raises(ZeroDivisionError):
        kernels.unite_by_table((array([3 // number]) for number in (1, 0)), table)
    assert not table.any()


@given(st.lists(st.sampled_from([0, 1, 255, TOP - 1, TOP])))
def test_first_of_runs(numbers: list[int]) -> None:
    expected = [at == 0 or numbers[at] != numbers[at - 1] for at in range(len(numbers))]
    assert kernels.first_of_runs(array(numbers)).tolist() == expected


@given(NUMBERS.map(sorted), st.integers(41, 50), INTEGERS)
def test_run_starts(ascending: list[int], count: int, kind: type[np.generic]) -> None:
    starts = kernels.run_starts(array(ascending, kind), count)
    assert starts.tolist() == [sum(n < number for n in ascending) for number in range(count + 1)]


@given(
    st.lists(st.tuples(st.integers(0, TOP - 9), st.integers(0, 9)), max_size=20),
    st.sampled_from([np.int32, np.int64]),
    INTEGERS,
)
def test_expand_runs(
    runs: list[tuple[int, int]], kind: type[np.generic], size_kind: type[np.generic]
) -> None:
    starts, sizes = array([start for start, _ in runs], kind), array([size for _, size in runs], size_kind)
    found = kernels.expand_runs(starts, sizes)
    assert found.tolist() == [number for start, size in runs for number in range(start, start + size)]
    assert found.dtype == kind


@given(_small_sets, INTEGERS)
def test_scatter(places: list[int], kind: type[np.generic]) -> None:
    values = array([place + 1 for place in places], kind)
    found = kernels.scatter(values, array(places), 64)
    assert found.tolist() == [place + 1 if place in places else 0 for place in range(64)]
    assert found.dtype == kind


_postings = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 17, 40, 63]),
        st.sampled_from([0, 1, 2, (1 << 24) - 1]),
        st.integers(0, 255),
    ),
    max_size=30,
)


def summed(postings: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    totals: Counter[int] = Counter()
    highest: Counter[int] = Counter()
    for doc, frequency, early in postings:
        totals[doc] += frequency
        highest[doc] = max(highest[doc], early)
    return [(doc, total, highest[doc]) for doc, total in sorted(totals.items()) if total]


@given(_postings, st.sampled_from([0, TOP - 63]))
def test_sum_by_sorting(postings: list[tuple[int, int, int]], base: int) -> None:
    postings = [(doc + base, frequency, early) for doc, frequency, early in postings]
    docs, frequencies, earliness = (array([row[n] for row in postings], np.int32) for n in range(3))
    found = kernels.sum_by_sorting(docs, frequencies, earliness.astype(np.uint8))
    assert list(zip(*(own.tolist() for own in found), strict=True)) == summed(postings)
    assert [own.dtype for own in found] == [np.int32, np.int64, np.uint8]


@given(_postings, st.integers(0, 30))
def test_add_postings(postings: list[tuple[int, int, int]], cut: int) -> None:
    totals, highest = np.zeros(64, np.int64), np.zeros(64, np.uint8)
    for part in (postings[:cut], postings[cut:]):
        docs, frequencies, earliness = (array([row[n] for row in part], np.int32) for n in range(3))
        kernels.add_postings(docs, frequencies, earliness.astype(np.uint8), totals, highest)
    found = [(doc, int(totals[doc]), int(highest[doc])) for doc in range(64) if totals[doc]]
    assert found == summed(postings)


# --- spans ------------------------------------------------------------------------------------------

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


def test_every_kernel_has_a_test() -> None:
    functions = {name for name in chosen.__all__ if callable(getattr(chosen, name)) and name.islower()}
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_kernels*.py"))
    assert {name for name in functions if f"kernels.{name}(" not in text} == set()
