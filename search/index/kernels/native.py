"""The kernels of searching that are compiled, with the signatures and results of their definitions in NumPy.

`native.c` has the loops; the functions here make the arrays for their results. Where there is no loop for a
type of numbers, they call the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

import search.index.kernels._native as _native
import search.index.kernels.scores as scores
import search.index.kernels.sets as sets
import search.index.kernels.spans as spans
import search.index.kernels.strings as strings
from search.index.kernels.arrays import Array, Docs, Flags, Floats, Ints, Words

_SORTED = frozenset("iIlL")
"""The types of numbers, by `dtype.char`, whose lists are searched and merged."""

INDEX = frozenset("il")
"""The types of numbers that are places in other arrays."""

_FREQUENCIES = frozenset("Bil")
_COUNTED = frozenset("Bi")
_POSITIONS = frozenset("BHi")
_MAX_TARGET, _MAX_WORDS = 320, 11

_FEW_KEYS, _RARE = 4_096, 1_000
"""Of more keys a heap finds the highest only if they are scores, which are in no order, and there are `_RARE`
for each that is wanted. Dates often ascend, and then each of them would come to the heap."""

_Kernel = TypeVar("_Kernel", bound=Callable[..., object])


def compiled(definition: _Kernel) -> Callable[[_Kernel], _Kernel]:
    """Give a function the docstring of the definition that it takes the place of."""

    def documented(function: _Kernel) -> _Kernel:
        function.__doc__ = definition.__doc__
        return function

    return documented


# --- sets -------------------------------------------------------------------------------------------


@compiled(sets.find_members)
def find_members(sought: Array, among: Array) -> tuple[Array, Flags]:
    if among.dtype != sought.dtype or among.dtype.char not in _SORTED or not len(among):
        return sets.find_members(sought, among)
    at, there = np.empty(len(sought), np.int64), np.empty(len(sought), np.bool_)
    _native.find_members(sought, among, at, there)
    return at, there


@compiled(sets.find_common)
def find_common(sought: Array, among: Array) -> Array:
    if among.dtype != sought.dtype or among.dtype.char not in _SORTED:
        return sets.find_common(sought, among)
    found = np.empty(min(len(sought), len(among)), sought.dtype)
    return found[: _native.find_common(sought, among, found)]


@compiled(sets.flag_members)
def flag_members(sought: Sequence[Array], among: Array, table: Array) -> list[Flags]:
    if among.dtype.char not in INDEX or any(own.dtype.char not in INDEX for own in sought):
        return sets.flag_members(sought, among, table)
    flags = [np.empty(len(own), np.bool_) for own in sought]
    try:
        _native.mark(table, among, 1)
        for own, made in zip(sought, flags, strict=True):
            _native.take_flags(table, own, made)
    except IndexError:
        table.fill(0)  # as some of the numbers cannot be cleared one by one
        raise
    else:
        if len(among) * sets.MIN_SPARSITY > len(table):
            table.fill(0)
        else:
            _native.mark(table, among, 0)
    return flags


@compiled(sets.unite_by_table)
def unite_by_table(lists: Iterable[Docs], table: Array) -> Docs:
    count = 0
    try:
        for own in lists:
            count += _native.mark(table, own, 1)
        found = np.empty(count, np.int32)
        _native.collect(table, found)
        return found
    finally:
        table.fill(0)


@compiled(sets.find_flagged)
def find_flagged(flags: Flags, docs: Docs) -> Ints:
    found = np.empty(len(docs), np.int64)
    return found[: _native.find_flagged(flags, docs, found)].copy()


@compiled(sets.expand_runs)
def expand_runs(starts: Array, sizes: Array) -> Array:
    if starts.dtype.char not in INDEX:
        return sets.expand_runs(starts, sizes)
    sizes = sizes.astype(starts.dtype, copy=False)
    numbers = np.empty(int(sizes.sum(dtype=np.int64)), starts.dtype)
    _native.expand_runs(starts, sizes, numbers)
    return numbers


@compiled(sets.add_postings)
def add_postings(docs: Docs, frequencies: Array, earliness: Array, totals: Ints, highest: Array) -> None:
    if frequencies.dtype.char not in _FREQUENCIES:
        return sets.add_postings(docs, frequencies, earliness, totals, highest)
    _native.add_postings(docs, frequencies, earliness, totals, highest)


# --- scores -----------------------------------------------------------------------------------------


@compiled(scores.add_scores)
def add_scores(totals: Floats, docs: Docs, added: Floats) -> None:
    _native.add_scores(totals, docs, added)


@compiled(scores.add_field)
def add_field(
    tf: Floats,
    docs: Docs,
    at: Array | None,
    norms: Floats,
    frequencies: Array,
    earliness: Array,
    weight: float,
) -> None:
    if frequencies.dtype.char not in _FREQUENCIES:
        return scores.add_field(tf, docs, at, norms, frequencies, earliness, weight)
    places = docs if at is None else at
    factor = weight / scores.MAX_EARLINESS
    _native.add_field(tf, docs, places, at is None, norms, frequencies, earliness, factor)


@compiled(scores.saturate)
def saturate(tf: Floats, idf: float, k1: float) -> None:
    _native.saturate(tf, idf * (k1 + 1), k1)


@compiled(scores.highest)
def highest(keys: Array, limit: int) -> Ints:
    if limit >= len(keys):
        return np.arange(len(keys))
    few, rare = len(keys) <= _FEW_KEYS, limit * _RARE <= len(keys)
    if not (keys.dtype == np.float32 and (few or rare)) and not (keys.dtype == np.int64 and few):
        return scores.highest(keys, limit)
    bound = _native.bound_of_highest(keys, limit, np.empty(limit, keys.dtype))
    return np.flatnonzero(keys >= keys.dtype.type(bound))


@compiled(scores.edit_distances)
def edit_distances(letters: Array, target: str, lengths: Array | None = None) -> Array:
    count, width = letters.shape
    if len(target) > _MAX_TARGET or letters.dtype.char not in "BI":
        return scores.edit_distances(letters, target, lengths)
    sizes = np.full(count, width, np.int64) if lengths is None else lengths.astype(np.int64, copy=False)
    points = np.array([ord(letter) for letter in target], np.uint32)
    distances = np.empty(count, np.int16)
    _native.edit_distances(np.ascontiguousarray(letters), width, points, sizes, distances)
    return distances


# --- spans ------------------------------------------------------------------------------------------


@compiled(spans.find_exact_phrase)
def find_exact_phrase(words: Sequence[Ints]) -> Ints:
    rarest = min(range(len(words)), key=lambda number: len(words[number]))
    starts = words[rarest] - rarest
    for number, places in enumerate(words):
        if number != rarest:
            starts = find_common(starts + number, places) - number
    return starts


@compiled(spans.find_near)
def find_near(
    left: tuple[Ints, Ints], right: tuple[Ints, Ints], distance: int, *, ordered: bool
) -> tuple[Ints, Ints]:
    if left[0] is not left[1] or right[0] is not right[1]:
        return spans.find_near(left, right, distance, ordered=ordered)
    found = [_followed(left[0], right[0], distance)]
    if not ordered:
        found.append(_followed(right[0], left[0], distance))
    starts, ends = zip(*found, strict=True)
    return spans.distinct_spans(np.concatenate(starts), np.concatenate(ends))


def _followed(first: Ints, second: Ints, distance: int) -> tuple[Ints, Ints]:
    starts, ends = np.empty(len(first) + len(second), np.int64), np.empty(len(first) + len(second), np.int64)
    count = _native.follow(first, second, distance, starts, ends)
    return starts[:count], ends[:count]


@compiled(spans.find_near_words)
def find_near_words(left: Words, right: Words, distance: int, *, ordered: bool) -> tuple[Ints, Ints]:
    kinds = {array.dtype.char for _, *arrays in (left, right) for array in arrays}
    if not kinds <= _POSITIONS or "H" in (left[1].dtype.char, right[1].dtype.char):
        return spans.find_near_words(left, right, distance, ordered=ordered)
    room = 2 * (len(left[2]) + len(right[2]))
    starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    count = _native.find_near_words(*left, *right, distance, ordered, starts, ends)
    return starts[:count].copy(), ends[:count].copy()


@compiled(spans.drop_distant)
def drop_distant(left: Ints, right: Ints, distance: int) -> tuple[Ints, Ints]:
    kept, counts = (np.empty(len(left), np.int64), np.empty(len(right), np.int64)), np.empty(2, np.int64)
    _native.drop_distant(left, right, distance, *kept, counts)
    lefts, rights = counts.tolist()
    return kept[0][:lefts], kept[1][:rights]


@compiled(spans.nearest_followers)
def nearest_followers(first: Ints, second: Ints, distance: int) -> tuple[Docs, Ints]:
    docs, distances = np.empty(len(first), np.int32), np.empty(len(first), np.int64)
    count = _native.nearest_followers(first, second, distance, docs, distances)
    return docs[:count], distances[:count]


@compiled(spans.number_words)
def number_words(docs: Docs, frequencies: Array, positions: Array, bases: Array, offset: int) -> Array:
    if (
        frequencies.dtype.char not in _COUNTED
        or positions.dtype.char not in _POSITIONS
        or bases.dtype.char not in INDEX
    ):
        return spans.number_words(docs, frequencies, positions, bases, offset)
    numbers = np.empty(len(positions), bases.dtype)
    _native.number_words(docs, frequencies, positions, bases, offset, numbers)
    return numbers


@compiled(spans.phrase_starts)
def phrase_starts(slots: Sequence[Sequence[Array]]) -> Array:
    united = sorted(map(_united, slots), key=len)
    starts = united[0] if len(united) > 1 else np.sort(united[0])
    for numbers in united[1:]:
        starts = find_common(starts, numbers)
    return starts


def _united(lists: Sequence[Array]) -> Array:
    return lists[0] if len(lists) == 1 else np.sort(np.concatenate(lists), kind="stable")


@compiled(spans.count_starts)
def count_starts(starts: Array, bases: Array) -> tuple[Docs, Array, Array]:
    if bases.dtype != starts.dtype or bases.dtype.char not in INDEX:
        return spans.count_starts(starts, bases)
    docs, counts = np.empty(len(starts), np.int32), np.empty(len(starts), np.int64)
    firsts = np.empty(len(starts), starts.dtype)
    count = _native.count_starts(starts, bases, docs, counts, firsts)
    return docs[:count], counts[:count], firsts[:count]


@compiled(spans.count_flagged)
def count_flagged(docs: Docs, frequencies: Array, flags: Flags) -> tuple[Docs, Array, Array]:
    if frequencies.dtype.char not in _COUNTED:
        return spans.count_flagged(docs, frequencies, flags)
    found = np.empty(len(docs), np.int32)
    counts, places = np.empty(len(docs), np.int64), np.empty(len(docs), np.int64)
    count = _native.count_flagged(docs, frequencies, flags, found, counts, places)
    return found[:count], counts[:count], places[:count]


@compiled(spans.count_phrase)
def count_phrase(words: Sequence[Words], bases: Array, table: Array) -> tuple[Docs, Array, Array]:
    kinds = {array.dtype.char for _, *arrays in words for array in arrays}
    if len(words) > _MAX_WORDS or not kinds <= _POSITIONS or any(own[1].dtype.char == "H" for own in words):
        return spans.count_phrase(words, bases, table)
    room = min(len(docs) for docs, _, _ in words)
    docs, counts, firsts = np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.int64)
    found = _native.count_phrase(docs, counts, firsts, *(array for own in words for array in own))
    return docs[:found], counts[:found], firsts[:found]


# --- strings ----------------------------------------------------------------------------------------


@compiled(strings.find_containing)
def find_containing(text: Array, edges: Array, sought: bytes) -> Flags:
    if edges.dtype.char not in INDEX:
        return strings.find_containing(text, edges, sought)
    flags = np.zeros(len(edges) - 1, np.bool_)
    _native.find_containing(text, edges, sought, flags)
    return flags


@compiled(strings.find_at)
def find_at(text: Array, starts: Ints, sought: bytes, shifts: range) -> Flags:
    if shifts.step != 1:
        return strings.find_at(text, starts, sought, shifts)
    found = np.zeros(len(starts), np.bool_)
    at = starts.astype(np.int64, copy=False)
    _native.find_at(text, at, sought, shifts.start, shifts.stop, found)
    return found
