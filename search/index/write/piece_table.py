"""Cuts text into pieces and numbers the distinct ones, over arrays of bytes.

Making a string of every word would take most of the time of indexing, and nearly every word is known already.
So a short piece is two integers of 64 bits, its bytes, and a hash table has its number. Only new or long
pieces become strings.

A piece holds whole words, mostly one; `kernels.inversion` defines pieces and the hash table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from search.index.kernels import (
    MAX_SHORT_BYTES,
    Array,
    abbreviation_keys,
    cut_pieces,
    expand_runs,
    find_keys,
    group_keys,
    insert_keys,
    mark_boundaries,
    pack_pieces,
)

CHUNK_BYTES = 1 << 20
"""The approximate number of characters to work on at a time; their arrays fit a processor's cache."""


class PieceTable:
    """The numbers of known pieces; `learn` returns the numbers of new ones.

    No sentence ends with one of the `abbreviations`.
    """

    def __init__(self, learn: Callable[[list[str]], list[int]], abbreviations: Collection[str] = ()) -> None:
        self._learn = learn
        self._abbreviations = abbreviation_keys([word.encode() for word in abbreviations])
        self.clear()

    def clear(self) -> None:
        """Forget all numbers."""
        self._count = 0
        self._long: dict[str, int] = {}
        self._make(1 << 12)

    def _make(self, size: int) -> None:
        self._low, self._high = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
        self._numbers = np.full(size, -1, np.int32)

    def pieces(self, texts: Sequence[str]) -> tuple[Array, Array, Array]:
        """(int32: the numbers of the pieces of all texts, in order; the number of each text; marks).

        The last array has a mark for each piece, as `kernels.mark_boundaries` gives it.
        """
        found = [(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.uint8))]
        begin = size = 0
        for number, text in enumerate(texts, start=1):
            size += len(text)
            if size > CHUNK_BYTES or number == len(texts):
                found.append(self._pieces(texts[begin:number]))
                begin, size = number, 0
        pieces, counts, marks = (np.concatenate(own) for own in zip(*found, strict=True))
        return pieces, counts, marks

    def _pieces(self, texts: Sequence[str]) -> tuple[Array, Array, Array]:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        joined = b"\n".join([b"", *encoded, bytes(24)])
        joined = joined[: len(joined) & ~7]
        content = joined.lower()
        text = np.frombuffer(content, np.uint8)
        starts, sizes = cut_pieces(text)
        found = _Pieces(content, starts, sizes, *pack_pieces(text, starts, sizes))
        numbers = find_keys(found.low, found.high, self._low, self._high, self._numbers)
        numbers[found.sizes > MAX_SHORT_BYTES] = -1
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            self._look_closer(found, unknown, numbers)
        begins = np.cumsum([1, *[len(text) + 1 for text in encoded]])
        marks = mark_boundaries(np.frombuffer(joined, np.uint8), starts, self._abbreviations)
        return numbers, np.diff(np.searchsorted(starts, begins)), marks

    def _look_closer(self, pieces: _Pieces, unknown: Array, numbers: Array) -> None:
        """Fill in the numbers of long pieces and of new ones, and remember the new ones."""
        long = unknown[pieces.sizes[unknown] > MAX_SHORT_BYTES]
        spelled = pieces.spelled(long)
        if new := list(dict.fromkeys(piece for piece in spelled if piece not in self._long)):
            self._long.update(zip(new, self._learn(new), strict=True))
        numbers[long] = [self._long[piece] for piece in spelled]
        short = unknown[pieces.sizes[unknown] <= MAX_SHORT_BYTES]
        low, high = pieces.low[short], pieces.high[short]
        order, first = group_keys(low, high)
        begins = order[first]
        found = np.array(self._learn(pieces.spelled(short[begins])), np.int32)
        numbers[short[order]] = found[np.cumsum(first) - 1]
        self._insert(low[begins], high[begins], found)

    def _insert(self, low: Array, high: Array, numbers: Array) -> None:
        """Insert distinct pieces that are not in the table yet."""
        self._count += len(numbers)
        if 2 * self._count >= len(self._numbers):
            taken = self._numbers >= 0
            low = np.concatenate([self._low[taken], low])
            high = np.concatenate([self._high[taken], high])
            numbers = np.concatenate([self._numbers[taken], numbers])
            self._make(1 << (2 * self._count).bit_length())
        insert_keys(low, high, numbers, self._low, self._high, self._numbers)


class PieceTables:
    """A table for each kind of text, as a piece has a different number in each kind."""

    def __init__(
        self, learn: Callable[[list[str], str], list[int]], abbreviations: Collection[str] = ()
    ) -> None:
        self._learn, self._abbreviations = learn, abbreviations
        self._tables: dict[str, PieceTable] = {}

    def _learned(self, kind: str, pieces: list[str]) -> list[int]:
        return self._learn(pieces, kind)

    def clear(self) -> None:
        """Forget all numbers."""
        self._tables.clear()

    def pieces(self, texts: Sequence[str], kinds: Sequence[str]) -> tuple[Array, Array, Array]:
        """Like `PieceTable.pieces`, for texts of several kinds; `kinds` has the kind of each."""
        found = []
        for kind in dict.fromkeys(kinds):
            if kind not in self._tables:
                self._tables[kind] = PieceTable(partial(self._learned, kind), self._abbreviations)
            own = [number for number, other in enumerate(kinds) if other == kind]
            found.append((np.array(own), *self._tables[kind].pieces([texts[number] for number in own])))
        if len(found) == 1:
            return found[0][1:]
        counts = np.zeros(len(texts), np.int64)
        for own_texts, _, own_counts, _ in found:
            counts[own_texts] = own_counts
        starts = np.cumsum(counts) - counts
        pieces, marks = np.empty(int(counts.sum()), np.int32), np.empty(int(counts.sum()), np.uint8)
        for own_texts, own_pieces, own_counts, own_marks in found:
            places = expand_runs(starts[own_texts], own_counts)
            pieces[places], marks[places] = own_pieces, own_marks
        return pieces, counts, marks


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Pieces of a text: their starts, their sizes, and their keys as two uint64."""

    content: bytes
    starts: Array
    sizes: Array
    low: Array
    high: Array

    def spelled(self, chosen: Array) -> list[str]:
        """The pieces with these numbers as strings."""
        starts = self.starts[chosen]
        where = zip(starts.tolist(), (starts + self.sizes[chosen]).tolist(), strict=True)
        return [self.content[start:end].decode("utf-8", "surrogatepass") for start, end in where]
