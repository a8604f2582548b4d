"""Text cut into pieces, and a number for each distinct one, over arrays of bytes.

Most of the time of indexing would go into making a string of every word there is, only to find out
that it is known. Here a piece is at most two integers of 64 bits, its bytes, and a table of those says
its number; a string is made of the pieces that are new, or long.

A piece is a run of ASCII letters and digits, of the characters that can stand inside a word, and of
what is not ASCII, in lower case where that is ASCII, without one such character at either end. So it
holds whole words, mostly one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from search.index.format.layout import Array

CHUNK_BYTES = 1 << 20
"""Characters, about, that are worked on at a time: what is made of so many fits a processor's cache."""

_JOINING = b".,'&"
_KEPT = np.zeros(256, np.bool_)
_KEPT[[*range(0x30, 0x3A), *range(0x61, 0x7B), *_JOINING, *range(0x80, 0x100)]] = True
_TRIMMED = np.zeros(256, np.int64)
_TRIMMED[[*_JOINING]] = 1
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
_MAX_SHORT_BYTES = 16


class PieceTable:
    """Numbers of pieces; `learn` gives those of ones that are not known yet."""

    def __init__(self, learn: Callable[[list[str]], list[int]]) -> None:
        self._learn = learn
        self.clear()

    def clear(self) -> None:
        """Forget all numbers."""
        self._count = 0
        self._long: dict[str, int] = {}
        self._make(1 << 12)

    def _make(self, size: int) -> None:
        self._shift = np.uint64(65 - size.bit_length())
        self._last = size - 1
        self._low, self._high = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
        self._numbers = np.full(size, -1, np.int32)

    def pieces(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """int32: the numbers of the pieces of all the texts, one after the other; and how many each has."""
        found = [(np.empty(0, np.int32), np.empty(0, np.int64))]
        begin = size = 0
        for number, text in enumerate(texts, start=1):
            size += len(text)
            if size > CHUNK_BYTES or number == len(texts):
                found.append(self._pieces(texts[begin:number]))
                begin, size = number, 0
        return np.concatenate([pieces for pieces, _ in found]), np.concatenate(
            [counts for _, counts in found]
        )

    def _pieces(self, texts: Sequence[str]) -> tuple[Array, Array]:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        content = b"\n".join([b"", *encoded, bytes(24)]).lower()
        content = content[: len(content) & ~7]
        raw = np.frombuffer(content, np.uint8)
        kept = _KEPT[raw]
        edges = np.flatnonzero(kept[1:] != kept[:-1]) + 1
        starts, ends = edges[::2], edges[1::2]
        starts = starts + _TRIMMED[raw[starts]]
        ends = ends - _TRIMMED[raw[ends - 1]]
        some = starts < ends
        if not some.all():
            starts, ends = starts[some], ends[some]
        found = _Pieces(content, starts, ends - starts)
        numbers = self._known(found.low, found.high)
        numbers[found.sizes > _MAX_SHORT_BYTES] = -1
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            self._look_closer(found, unknown, numbers)
        begins = np.cumsum([1, *[len(text) + 1 for text in encoded]])
        return numbers, np.diff(np.searchsorted(starts, begins))

    def _slots(self, low: Array, high: Array) -> Array:
        mixed = (low ^ high * _MIXERS[1]) * _MIXERS[0]
        slots: Array = (mixed >> self._shift).astype(np.int64)
        return slots

    def _known(self, low: Array, high: Array) -> Array:
        """int32: the number of each piece, -1 for one that is not in the table."""
        slots = self._slots(low, high)
        numbers = self._numbers[slots]
        other = np.flatnonzero((self._low[slots] != low) | (self._high[slots] != high))
        while len(other):
            # Taken by another piece: look at the next place, up to a free one.
            other = other[self._numbers[slots[other]] >= 0]
            slots[other] = (slots[other] + 1) & self._last
            numbers[other] = self._numbers[slots[other]]
            own = slots[other]
            other = other[(self._low[own] != low[other]) | (self._high[own] != high[other])]
        return numbers

    def _look_closer(self, pieces: _Pieces, unknown: Array, numbers: Array) -> None:
        """Fill in the numbers of pieces that are long, and of those that are new, and remember these."""
        long = unknown[pieces.sizes[unknown] > _MAX_SHORT_BYTES]
        spelled = pieces.spelled(long)
        if new := list(dict.fromkeys(piece for piece in spelled if piece not in self._long)):
            self._long.update(zip(new, self._learn(new), strict=True))
        numbers[long] = [self._long[piece] for piece in spelled]
        short = unknown[pieces.sizes[unknown] <= _MAX_SHORT_BYTES]
        low, high = pieces.low[short], pieces.high[short]
        order = np.lexsort((high, low))
        low, high = low[order], high[order]
        first = np.ones(len(order), np.bool_)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        found = np.array(self._learn(pieces.spelled(short[order[first]])), np.int32)
        numbers[short[order]] = found[np.cumsum(first) - 1]
        self._insert(low[first], high[first], found)

    def _insert(self, low: Array, high: Array, numbers: Array) -> None:
        """Put in distinct pieces that are not in yet."""
        self._count += len(numbers)
        if 2 * self._count > self._last:
            taken = self._numbers >= 0
            low = np.concatenate([self._low[taken], low])
            high = np.concatenate([self._high[taken], high])
            numbers = np.concatenate([self._numbers[taken], numbers])
            self._make(1 << (4 * self._count).bit_length())
        slots = self._slots(low, high)
        left = np.arange(len(numbers))
        while len(left):
            # Of those that find one place free, one gets it; it and the others are told by looking.
            free = left[self._numbers[slots[left]] < 0]
            own = slots[free]
            self._numbers[own], self._low[own], self._high[own] = numbers[free], low[free], high[free]
            own = slots[left]
            left = left[(self._low[own] != low[left]) | (self._high[own] != high[left])]
            slots[left] = (slots[left] + 1) & self._last


class PieceTables:
    """A table for each kind of text, as the pieces of one kind are not numbered as those of another."""

    def __init__(self, learn: Callable[[list[str], str], list[int]]) -> None:
        self._learn = learn
        self._tables: dict[str, PieceTable] = {}

    def _learned(self, kind: str, pieces: list[str]) -> list[int]:
        return self._learn(pieces, kind)

    def clear(self) -> None:
        """Forget all numbers."""
        self._tables.clear()

    def pieces(self, texts: Sequence[str], kinds: Sequence[str]) -> tuple[Array, Array]:
        """What `PieceTable.pieces` gives, of texts each of its kind."""
        found = []
        for kind in dict.fromkeys(kinds):
            if kind not in self._tables:
                self._tables[kind] = PieceTable(partial(self._learned, kind))
            own = [number for number, other in enumerate(kinds) if other == kind]
            found.append((np.array(own), *self._tables[kind].pieces([texts[number] for number in own])))
        if len(found) == 1:
            return found[0][1:]
        counts = np.zeros(len(texts), np.int64)
        for own_texts, _, own_counts in found:
            counts[own_texts] = own_counts
        starts = np.cumsum(counts) - counts
        pieces = np.empty(int(counts.sum()), np.int32)
        for own_texts, own_pieces, own_counts in found:
            steps = starts[own_texts] - np.cumsum(own_counts) + own_counts
            pieces[np.repeat(steps, own_counts) + np.arange(len(own_pieces))] = own_pieces
        return pieces, counts


class _Pieces:
    """Pieces of a text: where they begin, their sizes, and up to 16 bytes of each as two uint64."""

    def __init__(self, content: bytes, starts: Array, sizes: Array) -> None:
        self._content, self._starts, self.sizes = content, starts, sizes
        words = np.frombuffer(content, "<u8")
        at, shift = starts >> 3, ((starts & 7) << 3).astype(np.uint64)
        back = np.uint64(64) - shift  # a shift by 64 gives 0 here
        first, second, third = words[at], words[at + 1], words[at + 2]
        self.low = ((first >> shift) | (second << back)) & _MASKS[np.minimum(sizes, 8)]
        self.high = ((second >> shift) | (third << back)) & _MASKS[np.clip(sizes - 8, 0, 8)]

    def spelled(self, chosen: Array) -> list[str]:
        """The pieces with these numbers as strings."""
        starts = self._starts[chosen]
        where = zip(starts.tolist(), (starts + self.sizes[chosen]).tolist(), strict=True)
        return [self._content[start:end].decode("utf-8", "surrogatepass") for start, end in where]
