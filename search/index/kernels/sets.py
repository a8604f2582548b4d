"""Ascending lists of numbers: membership, union, runs of equal numbers, sums for each number.

A `table` is uint8 and has an entry for each possible number. All its entries are 0 before and after
a call, so that one table serves all calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from search.index.kernels.arrays import Array, Docs, Flags, Ints

MIN_SPARSITY = 16
"""Where at least one in this many numbers is in a list, a table is faster than a search or a sort."""

MAX_MERGED_LISTS = 16
"""A stable sort merges up to this many ascending lists in less time than another sort takes for them."""


def find_flagged(flags: Flags, docs: Docs) -> Ints:
    """int64: the places of the documents whose flag is set."""
    return np.flatnonzero(flags.take(docs))


def find_members(sought: Array, among: Array) -> tuple[Array, Flags]:
    """(intp, bool)[sought]: where each number stands in `among`, and whether it is there at all.

    `among` ascends; `sought` is in any order, and fastest in ascending order. The place is the first one of
    the number; of a number that is not there it has no meaning.
    """
    if not len(among):
        return np.zeros(len(sought), np.intp), np.zeros(len(sought), np.bool_)
    at = np.searchsorted(among, sought)
    at[at == len(among)] = 0
    return at, among.take(at) == sought


def find_common(sought: Array, among: Array) -> Array:
    """The numbers that are in both ascending lists; `sought` has no repeats, and `among` may be long."""
    if len(sought) * MIN_SPARSITY < len(among):
        return sought.compress(find_members(sought, among)[1])
    merged = np.concatenate([sought, among.compress(first_of_runs(among))])
    merged.sort(kind="stable")
    return merged[:-1].compress(merged[1:] == merged[:-1])


def flag_members(sought: Sequence[Array], among: Array, table: Array) -> list[Flags]:
    """bool[len(s)] for each list s of `sought`: which of its numbers are in `among`.

    No number is negative, or as large as `table` is long. The lists are in any order.
    """
    marked = among.astype(np.intp)  # NumPy sets values by intp several times faster than by int32
    table[marked] = 1
    flags = [table.take(own).view(np.bool_) for own in sought]
    if len(among) * MIN_SPARSITY > len(table):
        table.fill(0)
    else:
        table[marked] = 0
    return flags


def unite_by_sorting(lists: Sequence[Docs]) -> Docs:
    """Every number of the lists once, ascending; a single list must be so already."""
    if len(lists) == 1:
        return lists[0]
    numbers = np.concatenate(lists)
    numbers.sort(kind="stable" if len(lists) <= MAX_MERGED_LISTS else None)
    return numbers.compress(first_of_runs(numbers))


def unite_by_table(lists: Iterable[Docs], table: Array) -> Docs:
    """int32: every number of the lists once, ascending; the lists may be in any order, with repeats.

    An exception of the iterator `lists` is passed on, with `table` all 0.
    """
    try:
        for own in lists:
            table[own.astype(np.intp)] = 1
        return np.flatnonzero(table.view(np.bool_)).astype(np.int32)
    finally:
        table.fill(0)


def first_of_runs(numbers: Array) -> Flags:
    """bool[numbers]: True where a number differs from the one before."""
    first = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return first


def run_starts(ascending: Array, count: int) -> Ints:
    """int64[count + 1]: where the run of each number from 0 to `count` - 1 begins, and the last one ends.

    `ascending` has integers below `count`, with repeats.
    """
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(ascending, minlength=count), out=starts[1:])
    return starts


def expand_runs(starts: Array, sizes: Array) -> Array:
    """The numbers from each start on, as many as its size, one run after the other.

    `starts` is int32 or int64, and so is the result; `sizes` are integers from 0, in sum within that type.
    """
    steps = starts - np.cumsum(sizes, dtype=starts.dtype)
    steps += sizes.astype(starts.dtype, copy=False)
    numbers: Array = np.repeat(steps, sizes)
    numbers += np.arange(len(numbers), dtype=starts.dtype)
    return numbers


def scatter(values: Array, places: Array, count: int) -> Array:
    """`count` values of the same type: `values` at their places, which are distinct, and 0 at all others."""
    every = np.zeros(count, values.dtype)
    every[places] = values
    return every


def sum_by_sorting(docs: Docs, frequencies: Array, earliness: Array) -> tuple[Docs, Ints, Array]:
    """(int32, int64, uint8): each document once, ascending, its summed frequency, its highest earliness.

    The documents come in any order, with repeats. A frequency is from 0 to 2**24 - 1. A document whose sum
    is 0 is left out.
    """
    # One sort of integers: documents above, then earliness, and below them frequencies.
    keys = docs.astype(np.int64) << 32 | earliness.astype(np.int64) << 24
    keys |= frequencies.astype(np.int64).clip(max=0xFFFFFF)
    keys.sort()
    sorted_docs = (keys >> 32).astype(np.int32)
    first = np.flatnonzero(first_of_runs(sorted_docs))
    if not len(first):
        return sorted_docs, np.empty(0, np.int64), np.empty(0, np.uint8)
    totals = np.add.reduceat(keys & 0xFFFFFF, first)
    last = np.append(first[1:], len(keys)) - 1
    highest = (keys.take(last) >> 24 & 0xFF).astype(np.uint8)
    present = totals > 0
    return (
        sorted_docs.take(first).compress(present),
        totals.compress(present),
        highest.compress(present),
    )


def add_postings(docs: Docs, frequencies: Array, earliness: Array, totals: Ints, highest: Array) -> None:
    """Add each frequency to `totals[doc]`, and raise `highest[doc]` to the earliness; both are changed.

    The documents come in any order, with repeats. `totals` int64 and `highest` uint8 have an entry for
    each possible document.
    """
    places = docs.astype(np.intp)
    np.add.at(totals, places, frequencies.astype(np.int64))
    np.maximum.at(highest, places, earliness)
