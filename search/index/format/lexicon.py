"""Sorted strings in arrays: their UTF-8 bytes one after the other, where each begins, and a table.

The table is a hash table: the CRC-32 of a string chooses the row that has the string's number. Binary search
finds the place that a string would have among the others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np

from search.index.kernels import Array
from search.once import once

STRIDE = 256
"""One string in this many is kept in memory, for the search by prefix."""


class Lexicon:
    """Strings in the order of their bytes; a string may occur more than once.

    It reads these arrays of a segment: NAME.text uint8; NAME.offsets int32 or int64, with one more entry
    than there are strings; NAME.rows int32, with one more entry than the table has rows; NAME.entries
    int32, the numbers of the strings row by row.
    """

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        self._text = arrays[f"{name}.text"].data
        self._offsets = arrays[f"{name}.offsets"]
        self._rows, self._entries = arrays[f"{name}.rows"], arrays[f"{name}.entries"]

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        start, end = self._offsets[number : number + 2].tolist()
        return bytes(self._text[start:end])

    @once
    def _milestones(self) -> list[bytes]:
        """Every `STRIDE`-th string, from the first on."""
        return [self[number] for number in range(0, len(self), STRIDE)]

    def find(self, sought: bytes) -> int:
        """Find the number of the first string that is not less than `sought`."""
        after = bisect_left(self._milestones, sought)
        low, high = max(0, (after - 1) * STRIDE), min(after * STRIDE, len(self))
        while low < high:
            middle = (low + high) >> 1
            if self[middle] < sought:
                low = middle + 1
            else:
                high = middle
        return low

    def number(self, sought: bytes) -> int:
        """Find the number of the first string equal to `sought`; -1 if there is no such string."""
        row = crc32(sought) & (len(self._rows) - 2)
        start, end = self._rows[row : row + 2].tolist()
        for number in self._entries[start:end].tolist():
            if self[number] == sought:
                return int(number)
        return -1

    def starting(self, prefix: bytes) -> range:
        """The numbers of the strings that begin with `prefix`."""
        return range(self.find(prefix), self.find(prefix + b"\xff") if prefix else len(self))

    def equal(self, sought: bytes) -> range:
        """The numbers of the strings equal to `sought`."""
        first = after = self.number(sought)
        if first < 0:
            return range(0)
        while after < len(self) and self[after] == sought:
            after += 1
        return range(first, after)

    def strings(self, numbers: range | None = None) -> list[str]:
        """The strings with these numbers; without `numbers`, all."""
        return [string.decode() for string in self.bytes(numbers)]

    def bytes(self, numbers: range | None = None) -> list[bytes]:
        """The same as bytes."""
        if numbers is None:
            numbers = range(len(self))
        if not numbers:
            return []
        edges = self._offsets[numbers.start : numbers.stop + 1].tolist()
        first = edges[0]
        text = bytes(self._text[first : edges[-1]])
        return [text[a - first : b - first] for a, b in pairwise(edges)]

    def lengths(self, numbers: range) -> Array:
        """Count the bytes of each of the strings with these numbers."""
        return np.diff(self._offsets[numbers.start : numbers.stop + 1])

    def lengths_of(self, numbers: Array) -> Array:
        """Count the bytes of each of the strings with these numbers, which are in any order."""
        lengths: Array = self._offsets.take(numbers + 1) - self._offsets.take(numbers)
        return lengths

    def run(self, numbers: range) -> tuple[Array, Array]:
        """(text, edges) of the strings with these numbers: `text` has their bytes, and string n of them is
        `text[edges[n] : edges[n + 1]]`.
        """
        edges = self._offsets[numbers.start : numbers.stop + 1]
        if not numbers:
            return np.empty(0, np.uint8), np.zeros(1, edges.dtype)
        return np.frombuffer(self._text, np.uint8)[edges[0] : edges[-1]], edges - edges[0]

    def characters(self, numbers: range) -> Array:
        """Count the characters of each of the strings with these numbers."""
        text, edges = self.run(numbers)
        if not len(text) or text.max() < 0x80:
            return np.diff(edges)
        begun = np.concatenate([[0], np.cumsum((text & 0xC0) != 0x80, dtype=edges.dtype)])
        counts: Array = np.diff(begun.take(edges))
        return counts

    def letters(self, numbers: Array, width: int) -> Array:
        """uint8[strings, width]: the bytes of each string; other bytes fill the row of a shorter string."""
        places = self._offsets.take(numbers).astype(np.int64)[:, None] + np.arange(width)
        return np.frombuffer(self._text, np.uint8).take(places, mode="clip")

    def pick(self, numbers: Iterable[int] | Array) -> list[str]:
        """The strings with these numbers, in any order."""
        wanted = np.asarray(numbers if isinstance(numbers, np.ndarray) else list(numbers), np.int64)
        starts, ends = self._offsets.take(wanted).tolist(), self._offsets.take(wanted + 1).tolist()
        return [str(self._text[start:end], "utf-8") for start, end in zip(starts, ends, strict=True)]


def lexicon_arrays(name: str, strings: Sequence[str]) -> dict[str, Array]:
    """Make the arrays of a lexicon from sorted strings.

    The order by code points is also the order by UTF-8 bytes.
    """
    return encoded_lexicon_arrays(name, [string.encode() for string in strings])


def encoded_lexicon_arrays(name: str, encoded: Sequence[bytes]) -> dict[str, Array]:
    """Make the arrays of a lexicon from sorted strings, each in UTF-8."""
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    size = 1 << max(0, len(encoded) - 1).bit_length()
    rows = np.fromiter(map(crc32, encoded), np.uint32, len(encoded)).astype(np.int64) & (size - 1)
    starts = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(rows, minlength=size), out=starts[1:])
    return {
        f"{name}.text": np.frombuffer(b"".join(encoded), np.uint8),
        f"{name}.offsets": offsets if offsets[-1] >= 1 << 31 else offsets.astype(np.int32),
        f"{name}.rows": starts,
        f"{name}.entries": np.argsort(rows, kind="stable").astype(np.int32),
    }
