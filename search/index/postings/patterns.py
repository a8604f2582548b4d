"""Which of many words match a wildcard, or are a few edits from a given word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.deadline import Check
from search.index.format.lexicon import Lexicon

Letters = NDArray[Any]

CHUNK_STRINGS = 1 << 15
"""Strings that are looked at between two checks."""


def wildcard_prefix(pattern: str) -> str:
    """What every match of `pattern` begins with."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def matching(words: Sequence[str], pattern: str) -> list[int]:
    """Numbers of the words that match `pattern` entirely: `*` is any run of characters, `?` any one.

    Takes time in proportion to the words, whatever the pattern: runs of stars count as one, and each
    piece between stars is looked for once, from left to right. No word has a line break.
    """
    if not words:
        return []
    found = _expression(pattern).finditer("\n".join(words))
    ends = np.cumsum([len(word) + 1 for word in words])
    starts = [match.start() for match in found]
    numbers: list[int] = np.searchsorted(ends, starts, side="right").tolist()
    return numbers


def _expression(pattern: str) -> re.Pattern[str]:
    """Matches a line that the wildcard pattern matches; what it has taken it never gives back."""
    first, *rest = (
        "".join("[^\n]" if char == "?" else re.escape(char) for char in piece)
        for piece in re.sub(r"\*+", "*", pattern).split("*")
    )
    middle = "".join(f"(?>[^\n]*?{piece})" for piece in rest[:-1])
    last = f"[^\n]*{rest[-1]}" if rest else ""
    return re.compile(f"^{first}{middle}{last}$", re.MULTILINE)


def chosen(
    lexicon: Lexicon, numbers: range, choose: Callable[[Sequence[str]], Iterable[int]], check: Check
) -> list[int]:
    """Those of `numbers` whose strings `choose` picks, by their places in what it is given."""
    found: list[int] = []
    for start in range(numbers.start, numbers.stop, CHUNK_STRINGS):
        check()
        some = range(start, min(start + CHUNK_STRINGS, numbers.stop))
        found += [start + place for place in choose(lexicon.strings(some))]
    return found


def near(lexicon: Lexicon, target: str, distance: int, check: Check) -> list[int]:
    """The numbers of the strings at most `distance` edits from `target`, ascending."""
    found: list[int] = []
    for start in range(0, len(lexicon), CHUNK_STRINGS):
        check()
        some = range(start, min(start + CHUNK_STRINGS, len(lexicon)))
        lengths = lexicon.characters(some)
        plain = lengths == lexicon.lengths(some)
        close = np.abs(lengths - len(target)) <= distance
        for length in np.unique(lengths.compress(close & plain)).tolist():
            own = np.flatnonzero(plain & (lengths == length)) + start
            found += own[edits(lexicon.letters(own, length), target) <= distance].tolist()
        others = (np.flatnonzero(close & ~plain) + start).tolist()
        found += [others[place] for place in spelled_like(lexicon.pick(others), target, distance)]
    return sorted(found)


def spelled_like(words: Sequence[str], target: str, distance: int) -> list[int]:
    """The places of the words at most `distance` edits from `target`, ascending.

    An edit inserts, deletes or replaces a character, or swaps two neighbours (optimal string
    alignment: no character is edited twice).
    """
    by_length: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        if abs(len(word) - len(target)) <= distance:
            by_length.setdefault(len(word), []).append(place)
    found: list[int] = []
    for length, places in by_length.items():
        joined = "".join([words[place] for place in places])
        letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
        near_enough = edits(letters.reshape(len(places), length), target) <= distance
        found += np.array(places).compress(near_enough).tolist()
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
