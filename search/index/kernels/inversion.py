"""Text to pieces, pieces to numbers, words into the order of terms.

A *piece* is a run of ASCII letters and digits, of the characters that can stand inside a word, and of
bytes that are neither ASCII nor white space, without one of those characters at either end. Its *key* is
its first 16 bytes as two uint64, `low` and `high`, little-endian and filled up with 0.

A *hash table* of keys is three arrays of one length, a power of 2 of which not more than half is taken:
`lows` and `highs` uint64, and `numbers` int32, -1 where a slot is free. A key is in the slot that its hash
chooses, or in the first free slot after it (linear probing; the first slot follows the last).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search.index.kernels.arrays import Array, Docs, Flags, Ints
from search.index.kernels.boundaries import white_space
from search.index.kernels.sets import expand_runs

_JOINING = b".,'&"
_KEPT = np.zeros(256, np.bool_)
_KEPT[[*range(0x30, 0x3A), *range(0x61, 0x7B), *_JOINING, *range(0x80, 0x100)]] = True
_TRIMMED = np.zeros(256, np.int64)
_TRIMMED[[*_JOINING]] = 1
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)

MAX_SHORT_BYTES = 16
"""A piece of at most this many bytes is its key."""


def cut_pieces(text: Array) -> tuple[Ints, Ints]:
    """(starts, sizes) int64 of the pieces of `text`, uint8: UTF-8 with ASCII letters in lower case.

    `text` begins and ends with a byte that is in no piece.
    """
    kept = _KEPT[text]
    for space in white_space(text):
        kept[space] = False
    edges = np.flatnonzero(kept[1:] != kept[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    starts = starts + _TRIMMED[text[starts]]
    ends = ends - _TRIMMED[text[ends - 1]]
    some = starts < ends
    if not some.all():
        starts, ends = starts[some], ends[some]
    return starts, ends - starts


def pack_pieces(text: Array, starts: Ints, sizes: Ints) -> tuple[Array, Array]:
    """(lows, highs) uint64: the keys of pieces of `text`, uint8 with a multiple of 8 bytes.

    16 bytes or more follow the start of the last piece's last word of 8 bytes, so that reading past a piece
    stays inside.
    """
    words = text.view("<u8")
    at, shift = starts >> 3, ((starts & 7) << 3).astype(np.uint64)
    back = np.uint64(64) - shift  # a shift by 64 gives 0 here
    first, second, third = words[at], words[at + 1], words[at + 2]
    lows = ((first >> shift) | (second << back)) & _MASKS[np.minimum(sizes, 8)]
    highs = ((second >> shift) | (third << back)) & _MASKS[np.clip(sizes - 8, 0, 8)]
    return lows, highs


def _slots(low: Array, high: Array, size: int) -> Array:
    mixed = (low ^ high * _MIXERS[1]) * _MIXERS[0]
    slots: Array = (mixed >> np.uint64(65 - size.bit_length())).astype(np.int64)
    return slots


def find_keys(low: Array, high: Array, lows: Array, highs: Array, numbers: Array) -> Array:
    """int32: the number of each key (`low`, `high`) in the hash table, -1 for one that is not in it."""
    slots = _slots(low, high, len(numbers))
    found: Array = numbers[slots]
    other = np.flatnonzero((lows[slots] != low) | (highs[slots] != high))
    while len(other):
        # Taken by another key: look at the next slot, up to a free one.
        other = other[numbers[slots[other]] >= 0]
        slots[other] = (slots[other] + 1) & (len(numbers) - 1)
        found[other] = numbers[slots[other]]
        own = slots[other]
        other = other[(lows[own] != low[other]) | (highs[own] != high[other])]
    return found


def insert_keys(low: Array, high: Array, new: Array, lows: Array, highs: Array, numbers: Array) -> None:
    """Put keys, distinct and not in it yet, with their numbers `new`, from 0, into the hash table.

    The table is changed, and has room for them.
    """
    slots = _slots(low, high, len(numbers))
    left = np.arange(len(new))
    while len(left):
        # Of the keys that find the same slot free, one gets it; reading the slot back tells which.
        free = left[numbers[slots[left]] < 0]
        own = slots[free]
        numbers[own], lows[own], highs[own] = new[free], low[free], high[free]
        own = slots[left]
        left = left[(lows[own] != low[left]) | (highs[own] != high[left])]
        slots[left] = (slots[left] + 1) & (len(numbers) - 1)


def group_keys(low: Array, high: Array) -> tuple[Ints, Flags]:
    """(order, first): an order that puts equal keys together, and True where another key begins in it."""
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return order, first


def order_by_term(terms: Array) -> tuple[Ints, Docs]:
    """(int64 order, int32 terms in it): words by term, and of equal terms in the order they came in.

    `terms` int32 from 0 has the term of each word.
    """
    # The stable sort of 16 bits is a radix sort: three times as fast as one of terms with their places.
    order = np.argsort(terms.astype(np.uint16), kind="stable")
    if len(terms) and terms.max() > 0xFFFF:
        order = order.take(np.argsort((terms >> 16).astype(np.uint16).take(order), kind="stable"))
    return order, terms.take(order)


def interleave_runs(owners: Sequence[Array], count: int) -> tuple[Ints, list[Ints]]:
    """Where the entries of each of `count` owners begin, int64[count + 1], and where each part's entries go.

    `owners` has for each part the owner of each entry, from 0 and ascending. An owner's entries of one part
    come after its entries of earlier parts.
    """
    counts = [np.bincount(own, minlength=count) for own in owners]
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(sum(counts), out=starts[1:])
    before = starts[:-1].copy()
    places = []
    for own_counts in counts:
        places.append(expand_runs(before, own_counts))
        before = before + own_counts
    return starts, places
