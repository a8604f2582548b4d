"""Sorted strings in two arrays: their UTF-8 bytes one after the other, and where each begins."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

STRIDE = 256
"""Of so many strings one is kept in memory, to find the others by."""


class Lexicon:
    """Strings in the order of their bytes; a string may stand in it more than once.

    `text` uint8, `offsets` int32 or int64 with one more entry than there are strings.
    """

    def __init__(self, text: Array, offsets: Array) -> None:
        self._text = text.data
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._text[self._offsets[number] : self._offsets[number + 1]])

    @cached_property
    def _milestones(self) -> list[bytes]:
        """The first string of every `STRIDE`."""
        return [self[number] for number in range(0, len(self), STRIDE)]

    def find(self, sought: bytes) -> int:
        """The number of the first string that is not less than `sought`."""
        after = bisect_left(self._milestones, sought)
        low, high = max(0, (after - 1) * STRIDE), min(after * STRIDE, len(self))
        text, offsets = self._text, self._offsets
        while low < high:
            middle = (low + high) >> 1
            if bytes(text[offsets[middle] : offsets[middle + 1]]) < sought:
                low = middle + 1
            else:
                high = middle
        return low

    def number(self, sought: bytes) -> int:
        """The number of this string, or -1."""
        found = self.find(sought)
        return found if found < len(self) and self[found] == sought else -1

    def starting(self, prefix: bytes) -> range:
        """The numbers of the strings that begin with `prefix`."""
        return range(self.find(prefix), self.find(prefix + b"\xff") if prefix else len(self))

    def equal(self, sought: bytes) -> range:
        """The numbers of the strings that are `sought`."""
        first = after = self.find(sought)
        while after < len(self) and self[after] == sought:
            after += 1
        return range(first, after)

    def strings(self, numbers: range | None = None) -> list[str]:
        """The strings with these numbers, or all."""
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

    def pick(self, numbers: Iterable[int]) -> list[str]:
        """The strings with these numbers, in any order."""
        return [self[number].decode() for number in numbers]


def lexicon_arrays(strings: Sequence[str]) -> tuple[Array, Array]:
    """The two arrays of a lexicon of these strings, which are in order (or need none).

    Strings in the order of their code points are in that of their bytes too.
    """
    joined = "".join(strings)
    sizes = strings if joined.isascii() else [string.encode() for string in strings]
    offsets = np.zeros(len(strings) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, sizes), np.int64, len(sizes)), out=offsets[1:])
    text = np.frombuffer(joined.encode(), np.uint8)
    return text, offsets if offsets[-1] >= 1 << 31 else offsets.astype(np.int32)
