"""Each kernel gives what its naive twin gives, a few lines of plain Python: sets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index import kernels as chosen
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


def test_every_kernel_has_a_test() -> None:
    functions = {name for name in chosen.__all__ if callable(getattr(chosen, name)) and name.islower()}
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_kernels*.py"))
    assert {name for name in functions if f"kernels.{name}(" not in text} == set()
