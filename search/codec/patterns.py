"""Which of many words match a wildcard, or are a few edits from a given word."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np


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


def within(words: Sequence[str], target: str, distance: int) -> list[int]:
    """Numbers of the words at most `distance` edits from `target`.

    An edit inserts, deletes or replaces a character, or swaps two neighbours (optimal string
    alignment: no character is edited twice). The table of Wagner and Fischer (1974) is filled for all
    the words at once, one row of it for each character of `target`.
    """
    numbers = [n for n, word in enumerate(words) if abs(len(word) - len(target)) <= distance]
    if not numbers:
        return []
    width = len(target) + distance
    letters = np.array([words[n] for n in numbers], f"<U{width}").view("<u4").reshape(len(numbers), width)
    lengths = np.array([len(words[n]) for n in numbers])
    columns = np.arange(width + 1, dtype=np.int16)
    before = row = np.tile(columns, (len(numbers), 1))
    for i, char in enumerate(target, start=1):
        earlier, before = before, row
        row = np.empty_like(before)
        row[:, 0] = i
        same = letters == ord(char)
        swapped = same & False
        if i > 1:
            swapped[:, 1:] = same[:, :-1] & (letters[:, 1:] == ord(target[i - 2]))
        np.minimum(before[:, 1:] + 1, before[:, :-1] + ~same, out=row[:, 1:])
        if i > 1:
            candidates = np.where(swapped[:, 1:], earlier[:, :-2] + 1, width + 1)
            np.minimum(row[:, 2:], candidates, out=row[:, 2:])
        # Insertions run along the row: the least of all earlier cells, each plus the way from it.
        row = np.minimum.accumulate(row - columns, axis=1) + columns
    edits = row[np.arange(len(numbers)), lengths]
    return [numbers[n] for n in np.flatnonzero(edits <= distance)]
