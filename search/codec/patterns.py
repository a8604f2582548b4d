"""Which of many words match a wildcard, or are a few edits from a given word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Letters = NDArray[Any]


def wildcard_prefix(pattern: str) -> str:
    """What every match of `pattern` begins with."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def matching(words: Sequence[str], pattern: str) -> list[int]:
    """Numbers of the words that match `pattern` entirely: `*` is any run of characters, `?` any one.

    Takes time in proportion to the words, whatever the pattern: runs of stars count as one, and each
    piece between stars is looked for once, from left to right.
    """
    pieces = [
        (re.compile("".join("." if c == "?" else re.escape(c) for c in piece), re.DOTALL), len(piece))
        for piece in re.sub(r"\*+", "*", pattern).split("*")
    ]
    return [number for number, word in enumerate(words) if _matches(word, pieces)]


def _matches(word: str, pieces: list[tuple[re.Pattern[str], int]]) -> bool:
    (first, at), *middle = pieces
    if not middle:
        return first.fullmatch(word) is not None
    last, length = middle.pop()
    if first.match(word) is None:
        return False
    for piece, _ in middle:
        found = piece.search(word, at)
        if found is None:
            return False
        at = found.end()
    return len(word) - length >= at and last.fullmatch(word, len(word) - length) is not None


class Spellings:
    """Words by their letters, to find those that are a few edits from a given one.

    An edit inserts, deletes or replaces a character, or swaps two neighbours (optimal string
    alignment: no character is edited twice).
    """

    def __init__(self, words: Sequence[str]) -> None:
        lengths = np.array([len(word) for word in words], np.int32)
        self._by_length: dict[int, tuple[Letters, Letters]] = {}
        for length in np.unique(lengths).tolist():
            numbers = np.flatnonzero(lengths == length)
            joined = "".join([words[number] for number in numbers.tolist()])
            letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
            self._by_length[length] = numbers, letters.reshape(len(numbers), length)

    def within(self, target: str, distance: int) -> list[int]:
        """Numbers of the words at most `distance` edits from `target`, ascending."""
        found: list[int] = []
        for length in range(len(target) - distance, len(target) + distance + 1):
            if length in self._by_length:
                numbers, letters = self._by_length[length]
                found += numbers[edits(letters, target) <= distance].tolist()
        return sorted(found)


def edits(letters: Letters, target: str) -> Letters:
    """int16[words]: the edits from each word, a row of `letters`, to `target`.

    The table of Wagner and Fischer (1974), filled for all the words at once, one row of it for each
    character of the target.
    """
    count, width = letters.shape
    columns = np.arange(width + 1, dtype=np.int16)
    before = row = np.tile(columns, (count, 1))
    for i, char in enumerate(target, start=1):
        earlier, before = before, row
        row = np.empty_like(before)
        row[:, 0] = i
        same = letters == ord(char)
        np.minimum(before[:, 1:] + 1, before[:, :-1] + ~same, out=row[:, 1:])
        if i > 1 and width > 1:
            swapped = same[:, :-1] & (letters[:, 1:] == ord(target[i - 2]))
            swap = np.where(swapped, earlier[:, :-2] + 1, np.int16(width + i))
            np.minimum(row[:, 2:], swap, out=row[:, 2:])
        # Insertions run along the row: the least of all earlier cells, each plus the way from it.
        row = np.minimum.accumulate(row - columns, axis=1) + columns
    return row[:, -1]
