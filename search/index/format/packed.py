"""Documents and frequencies in small types, with the rest of the few that do not fit beside them.

    docs               uint16: the low 16 bits of each document, if there are more than 65,536 documents
    docs.high          uint16: the high bits of each of K runs of postings
    docs.high_starts   int[K+1]: where each run begins, and the last one ends
    F.frequencies      uint8: at most 255 of each frequency, if one is larger
    F.excess_at        int[E]: the entries with a larger one, ascending
    F.excess           int32[E]: what it has above 255

Segments of earlier versions have int32 documents, and frequencies of a larger type, with nothing beside them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

import numpy as np

from search.index.format.layout import narrow_starts
from search.index.format.names import text_array
from search.index.kernels import Array, Docs, expand_runs, first_of_runs

MAX_SMALL = 255
"""The largest frequency in an array with an excess."""

MAX_LOOPED_RUNS = 64
"""Up to this many runs of equal high bits are set one after the other."""


class DocNumbers:
    """The documents of all postings; see `docs` above. Without `docs.high`, `docs` has them as they are."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._low, self._high = arrays["docs"], arrays.get("docs.high")
        self._starts = arrays.get("docs.high_starts")

    def __len__(self) -> int:
        return len(self._low)

    def between(self, first: int, after: int) -> Docs:
        """The documents of the postings from `first` to just before `after`."""
        docs: Docs = self._low[first:after].astype(np.int32, copy=False)
        if self._high is None or self._starts is None or not len(docs):
            return docs
        starts, high = self._starts.data, self._high.data
        run = bisect_right(starts, first) - 1
        if starts[min(run + MAX_LOOPED_RUNS, len(high))] < after:
            return self.of_runs(np.array([first]), np.array([after]))
        begin = 0
        while begin < len(docs):
            end = starts[run + 1] - first
            if bits := high[run]:
                own = docs[begin:end]
                own |= bits << 16
            begin, run = end, run + 1
        return docs

    def of_runs(self, first: Array, after: Array) -> Docs:
        """The documents of several such runs of postings, one run after the other."""
        docs: Docs = self._low.take(expand_runs(first, after - first)).astype(np.int32)
        if self._high is None or self._starts is None:
            return docs
        kind = self._starts.dtype
        begin = self._starts.searchsorted(first.astype(kind), "right") - 1
        counts = np.maximum(self._starts.searchsorted(after.astype(kind)) - begin, 0)
        runs = expand_runs(begin, counts)
        begins = np.maximum(self._starts.take(runs), np.repeat(first, counts))
        ends = np.minimum(self._starts.take(runs + 1), np.repeat(after, counts))
        docs |= np.repeat(self._high.take(runs).astype(np.int32) << 16, ends - begins)
        return docs

    def every(self) -> Docs:
        """The documents of all postings."""
        return self.between(0, len(self))


def split_docs(docs: Docs) -> tuple[Array, Array, Array]:
    """(uint16: the low bits of each; uint16: the high bits of each run; int64: where each run begins)."""
    high = docs >> 16
    starts = np.flatnonzero(first_of_runs(high))
    return docs.astype(np.uint16), high.take(starts).astype(np.uint16), starts


def high_arrays(high: Array, starts: Array, count: int) -> dict[str, Array]:
    """The arrays beside the low bits of `count` documents; no arrays if all high bits are 0."""
    if not high.any():
        return {}
    return {"docs.high": high, "docs.high_starts": narrow_starts(np.append(starts, count))}


class Frequencies:
    """The frequencies of all entries of a text field; see `F.frequencies` above."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        self.small = arrays[text_array(name, "frequencies")]
        self._at = arrays.get(text_array(name, "excess_at"))
        self._excess = arrays.get(text_array(name, "excess"))

    def between(self, first: int, after: int) -> Array:
        """The frequencies of the entries from `first` to just before `after`."""
        own = self.small[first:after]
        if self._at is None or self._excess is None:
            return own
        places = self._at.data
        begin = bisect_left(places, first)
        end = bisect_left(places, after, begin)
        if begin == end:
            return own
        own = own.astype(np.int32)
        own[self._at[begin:end] - first] += self._excess[begin:end]
        return own

    def take(self, entries: Array) -> Array:
        """The frequencies of these entries, which ascend."""
        own = self.small.take(entries)
        if self._at is None or self._excess is None:
            return own
        own = own.astype(np.int32)
        places = np.minimum(entries.searchsorted(self._at.astype(entries.dtype)), max(0, len(own) - 1))
        there = np.flatnonzero(entries.take(places) == self._at) if len(own) else np.empty(0, np.intp)
        own[places.take(there)] += self._excess.take(there)
        return own

    def every(self) -> Array:
        """The frequencies of all entries."""
        return self.between(0, len(self.small))


def split_frequencies(frequencies: Array) -> tuple[Array, Array, Array]:
    """(uint8: at most MAX_SMALL of each; int32: what the larger ones have above it; int64: their places)."""
    at = np.flatnonzero(frequencies > MAX_SMALL)
    small = np.minimum(frequencies, MAX_SMALL).astype(np.uint8)
    return small, frequencies.take(at).astype(np.int32) - np.int32(MAX_SMALL), at


def excess_arrays(name: str, excess: Array, at: Array) -> dict[str, Array]:
    """The arrays beside the frequencies of a text field; no arrays if all frequencies are small."""
    if not len(at):
        return {}
    return {text_array(name, "excess_at"): narrow_starts(at), text_array(name, "excess"): excess}
