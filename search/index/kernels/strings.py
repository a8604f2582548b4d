"""Searches the bytes of many strings at once for given bytes: in a string, at its end, or at a place in it.

String n is `text[edges[n]:edges[n + 1]]`. `text` is uint8; `edges` goes from 0 to the length of `text`.
"""

from __future__ import annotations

import numpy as np

from search.index.kernels.arrays import Array, Flags, Ints

MAX_DENSE_BYTES = 4
"""The number of sought bytes that are compared at every place; the others are only where these match."""

MIN_SPARSITY = 8
"""With at least this number of strings for each match, the string of a match is found by halving."""


def find_containing(text: Array, edges: Array, sought: bytes) -> Flags:
    """bool[strings]: which strings contain `sought`, one byte or more.

    The time is proportional to the lengths of `text` and of `sought`, at most.
    """
    count, size = len(edges) - 1, len(text) - len(sought) + 1
    if size < 1:
        return np.zeros(count, np.bool_)
    flags = text[:size] == sought[0]
    for n, byte in enumerate(sought[1:MAX_DENSE_BYTES], start=1):
        flags &= text[n : n + size] == byte
    if len(sought) <= MAX_DENSE_BYTES and np.count_nonzero(flags) * MIN_SPARSITY > count:
        before = np.zeros(len(text) + 1, np.int32)
        np.cumsum(flags, out=before[1 : size + 1])
        before[size + 1 :] = before[size]
        # Where the string is shorter than `sought`, its last start would be before its first.
        last = np.maximum(edges[1:] - (len(sought) - 1), edges[:-1])
        found: Flags = before.take(last) > before.take(edges[:-1])
        return found
    places = np.flatnonzero(flags)
    for n, byte in enumerate(sought[MAX_DENSE_BYTES:], start=MAX_DENSE_BYTES):
        places = places.compress(text.take(places + n) == byte)
    owners = np.searchsorted(edges, places, side="right") - 1
    within = places + len(sought) <= edges.take(owners + 1)
    containing = np.zeros(count, np.bool_)
    containing[owners.compress(within)] = True
    return containing


def find_ending(text: Array, edges: Array, suffix: bytes, among: Ints) -> Ints:
    """The numbers of `among`, in their order, of strings that end with `suffix`."""
    if not len(text):
        return among if not suffix else among[:0]
    ends = edges.take(among + 1)
    for n, byte in enumerate(reversed(suffix), start=1):
        kept = np.flatnonzero(text.take(ends - n, mode="clip") == byte)
        ends, among = ends.take(kept), among.take(kept)
    return among.compress(ends - edges.take(among) >= len(suffix))


def find_at(text: Array, starts: Ints, sought: bytes, shifts: range) -> Flags:
    """bool[starts]: whether `sought`, one byte or more, begins at any of the shifts after a start.

    A shift is 0 or more. The match may reach beyond the string that starts there.
    """
    found = np.zeros(len(starts), np.bool_)
    if len(text) < len(sought):
        return found
    for shift in shifts:
        at = starts + shift
        kept = np.flatnonzero(text.take(at, mode="clip") == sought[0])
        kept = kept.compress(at.take(kept) <= len(text) - len(sought))
        for n, byte in enumerate(sought[1:], start=1):
            kept = kept.compress(text.take(at.take(kept) + n) == byte)
        found[kept] = True
    return found
