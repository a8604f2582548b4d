"""Phrases and words near each other, over many documents at once.

A *place* is `document << 32 | position`, int64. The distance of two places in one document is their
difference; across documents it is larger than any distance in a query. A *span* is the places of a
first and of a last word.

A *number* of a word counts all positions of a field, document after document, with one between two
documents that no word has. `bases[doc]` is the number of position 0; so `bases` ascends. Numbers are int32
where they fit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search.index.kernels.arrays import Array, Docs, Flags, Ints, Words
from search.index.kernels.sets import expand_runs, find_members, first_of_runs, flag_members

# --- by places --------------------------------------------------------------------------------------


def find_exact_phrase(words: Sequence[Ints]) -> Ints:
    """int64, ascending: the places where a phrase begins, from the places of each of its words in turn.

    The places of a word ascend, without repeats. The phrase has one word or more.
    """
    rarest = min(range(len(words)), key=lambda number: len(words[number]))
    starts = words[rarest] - rarest
    for number, places in enumerate(words):
        if number != rarest:
            starts = starts.compress(find_members(starts + number, places)[1])
    return starts


def find_loose_phrase(words: Sequence[Ints], slop: int) -> tuple[Ints, Ints]:
    """(first, last) places of a phrase with at most `slop` other words among its own; the first ones ascend.

    Each place of the first word gives at most one span, the shortest: every next word is taken at its first
    place after the one before. The places of a word ascend, without repeats.
    """
    starts = ends = words[0]
    for places in words[1:]:
        at = np.searchsorted(places, ends, side="right")
        kept = at < len(places)
        starts, ends = starts.compress(kept), places.take(at.compress(kept))
        close = ends - starts <= len(words) - 1 + slop
        starts, ends = starts.compress(close), ends.compress(close)
    return starts, ends


def find_near(
    left: tuple[Ints, Ints], right: tuple[Ints, Ints], distance: int, *, ordered: bool
) -> tuple[Ints, Ints]:
    """(first, last) places of spans that hold a span of `left` and one of `right`, at most `distance` apart.

    The distance is from the last place of the earlier span to the first place of the later one, from 1 up;
    with `ordered` the earlier span is from `left`. Both sides are sorted by first place, then last; so is the
    result, without repeats. It has for each span the pair with its nearest neighbour on either side, not
    every pair; `find_every_near` has.
    """
    pairs = [*_followed(left, right, distance)]
    if not ordered:
        pairs += _followed(right, left, distance)
    return distinct_spans(np.concatenate(pairs[::2]), np.concatenate(pairs[1::2]))


def find_every_near(
    left: tuple[Ints, Ints], right: tuple[Ints, Ints], distance: int, most: int, *, ordered: bool
) -> tuple[Ints, Ints] | None:
    """(first, last) places as of `find_near`, of every pair; None if there are more than `most`."""
    found: list[Ints] = []
    for (starts, ends), (later, later_ends) in ((left, right), (right, left))[: 1 if ordered else 2]:
        first = np.searchsorted(later, ends, side="right")
        counts = np.searchsorted(later, ends + distance, side="right") - first
        most -= int(counts.sum())
        if most < 0:
            return None
        found += [np.repeat(starts, counts), later_ends.take(expand_runs(first, counts))]
    return distinct_spans(np.concatenate(found[::2]), np.concatenate(found[1::2]))


def drop_distant(left: Ints, right: Ints, distance: int) -> tuple[Ints, Ints]:
    """Leave out places more than `distance` + 1 from all others; `find_near` then finds the same.

    The places of each side ascend. One merge and one comparison with the neighbours cost less than the
    searches of `find_near`.
    """
    # A place has 63 bits, so that the side fits below it. A 1 of a signed type would make floats of these.
    one = np.uint64(1)
    merged = np.concatenate([left.view(np.uint64) << one, right.view(np.uint64) << one | one])
    merged.sort(kind="stable")  # which takes sorted runs as they are, and merges them
    close = np.diff(merged) <= np.uint64((distance << 1) + 1)
    kept = np.zeros(len(merged), np.bool_)
    kept[1:] = close
    kept[:-1] |= close
    merged = merged.compress(kept)
    is_right = (merged & one).astype(np.bool_)
    found = (merged >> one).view(np.int64)
    return found.compress(~is_right), found.compress(is_right)


def find_near_words(left: Words, right: Words, distance: int, *, ordered: bool) -> tuple[Ints, Ints]:
    """(first, last) places of spans as of `find_near`, of two words by their occurrences."""
    one, other = drop_distant(_places(*left), _places(*right), distance)
    return find_near((one, one), (other, other), distance, ordered=ordered)


def _places(docs: Docs, frequencies: Array, positions: Array) -> Ints:
    places: Ints = np.repeat(docs.astype(np.int64) << 32, frequencies)
    places |= positions
    return places


def _followed(first: tuple[Ints, Ints], second: tuple[Ints, Ints], distance: int) -> tuple[Ints, ...]:
    """(first, last, first, last) places: one of `second` begins at most `distance` after one of `first`."""
    (first_starts, first_ends), (second_starts, second_ends) = first, second
    # Pair each of the first with the next of the second (of equal starts, the one that ends soonest).
    at = np.searchsorted(second_starts, first_ends, side="right")
    kept = np.flatnonzero(at < len(second_starts))
    at = at.take(kept)
    close = second_starts.take(at) - first_ends.take(kept) <= distance
    forward = first_starts.take(kept.compress(close)), second_ends.take(at.compress(close))
    # Pair each of the second with the last of the first that ends before it.
    by_end = np.argsort(first_ends, kind="stable")
    sorted_ends = first_ends.take(by_end)
    at = np.searchsorted(sorted_ends, second_starts, side="left") - 1
    kept = np.flatnonzero(at >= 0)
    at = at.take(kept)
    close = second_starts.take(kept) - sorted_ends.take(at) <= distance
    backward = first_starts.take(by_end.take(at.compress(close))), second_ends.take(kept.compress(close))
    return *forward, *backward


def nearest_followers(first: Ints, second: Ints, distance: int) -> tuple[Docs, Ints]:
    """(int32 documents, distances) of places of `first` with one of `second` after them.

    The distance is to the nearest one, and at most `distance`. Both ascend; a document comes as often as it
    has such a place.
    """
    at = np.searchsorted(second, first, side="right")
    kept = np.flatnonzero(at < len(second))
    starts = first.take(kept)
    distances = second.take(at.take(kept)) - starts
    close = distances <= distance
    return (starts.compress(close) >> 32).astype(np.int32), distances.compress(close)


def distinct_spans(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The spans sorted by first place, then last, without repeats."""
    order = np.lexsort((ends, starts))
    starts, ends = starts.take(order), ends.take(order)
    new = first_of_runs(starts) | first_of_runs(ends)
    return starts.compress(new), ends.compress(new)


def count_spans(starts: Ints) -> tuple[Docs, Array, Ints]:
    """(int32 documents, counts, first positions) of spans by their first places, which ascend.

    Spans that begin at one place count once.
    """
    starts = starts.compress(first_of_runs(starts))
    docs = starts >> 32
    first = np.flatnonzero(first_of_runs(docs))
    counts = np.diff(first, append=len(starts))
    return docs.take(first).astype(np.int32), counts, starts.take(first) & 0xFFFFFFFF


# --- by numbers -------------------------------------------------------------------------------------


def number_words(docs: Docs, frequencies: Array, positions: Array, bases: Array, offset: int) -> Array:
    """The number of each word, less `offset`, in the type of `bases`; ascending.

    `frequencies` has the number of `positions` that belong to each of the `docs`; both ascend.
    """
    numbers: Array = np.repeat(bases.take(docs) - offset, frequencies)
    numbers += positions
    return numbers


def count_phrase(words: Sequence[Words], bases: Array, table: Array) -> tuple[Docs, Array, Array]:
    """(int32 documents, int64 counts, int64 first positions) of a phrase of two words or more.

    `table` has an entry for each number of a word from the first document on, and for each word one more.
    """
    rarest, *others = sorted(range(len(words)), key=lambda place: len(words[place][2]))
    first = min(int(docs[0]) for docs, _, _ in words if len(docs))
    shift = int(bases[first]) - len(words)
    starts = number_words(*words[rarest], bases, shift + rarest)
    *others, last = others
    for place in others:
        numbers = number_words(*words[place], bases, shift + place)
        (flags,) = flag_members([numbers], starts, table)
        starts = numbers.compress(flags)
    docs, frequencies, positions = words[last]
    (flags,) = flag_members([number_words(*words[last], bases, shift + last)], starts, table)
    found, counts, firsts = count_flagged(docs, frequencies, flags)
    return found, counts, positions.take(firsts).astype(np.int64) - last


def phrase_starts(slots: Sequence[Sequence[Array]]) -> Array:
    """The numbers, ascending, where a phrase begins: the numbers that every slot has.

    `slots[n]` has, in one list or more, the numbers of the words that may stand at place n of the phrase,
    each less n, without repeats. All are sorted together, which is fastest where there are few.
    """
    starts = np.concatenate(slots[0])
    for slot in slots[1:]:
        both = np.sort(np.concatenate([starts, *slot]), kind="stable")  # which takes sorted runs as they are
        starts = both[1:].compress(both[1:] == both[:-1])
    return np.sort(starts)


def count_starts(starts: Array, bases: Array) -> tuple[Docs, Array, Array]:
    """(int32 documents, counts, first positions) of ascending numbers, each the start of a phrase."""
    owners = (np.searchsorted(bases, starts, side="right") - 1).astype(np.int32)
    first = np.flatnonzero(first_of_runs(owners))
    docs = owners.take(first)
    return docs, np.diff(first, append=len(owners)), starts.take(first) - bases.take(docs)


def count_flagged(docs: Docs, frequencies: Array, flags: Flags) -> tuple[Docs, Array, Array]:
    """(documents, counts, places of their first set flags) of documents with a set flag, ascending.

    `frequencies` has the number of `flags` that belong to each of the `docs`.
    """
    before = np.concatenate([[0], np.cumsum(flags, dtype=np.int32)])
    ends = before.take(np.cumsum(frequencies, dtype=np.intp))
    counts = np.diff(ends, prepend=0)
    found = np.flatnonzero(counts)
    counts = counts.take(found)
    return docs.take(found), counts, np.flatnonzero(flags).take(ends.take(found) - counts)
