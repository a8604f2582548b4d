"""Finds the words that match a wildcard, or are a few edits from a given word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from search.deadline import Check
from search.index.format.lexicon import Lexicon
from search.index.kernels import edit_distances

CHUNK_STRINGS = 1 << 15
"""Strings to look at between two checks of the deadline."""


def wildcard_prefix(pattern: str) -> str:
    """The characters before the first `*` or `?`, with which every match of `pattern` begins."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def matching(words: Sequence[str], pattern: str) -> list[int]:
    """Numbers of the words that match `pattern` entirely: `*` is any run of characters, `?` any one.

    The time is proportional to the length of the words for every pattern: runs of stars count as one, and
    each piece between stars is searched once, from left to right. No word may have a line break.
    """
    if not words:
        return []
    found = _expression(pattern).finditer("\n".join(words))
    ends = np.cumsum([len(word) + 1 for word in words])
    starts = [match.start() for match in found]
    numbers: list[int] = np.searchsorted(ends, starts, side="right").tolist()
    return numbers


def _expression(pattern: str) -> re.Pattern[str]:
    """Make an expression for the lines that the wildcard matches; it never backtracks into a piece."""
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
    """Find the `numbers` whose strings `choose` picks; it returns places in the list that it is given."""
    found: list[int] = []
    for start in range(numbers.start, numbers.stop, CHUNK_STRINGS):
        check()
        some = range(start, min(start + CHUNK_STRINGS, numbers.stop))
        found += [start + place for place in choose(lexicon.strings(some))]
    return found


def near(lexicon: Lexicon, target: str, distance: int, check: Check) -> list[int]:
    """Find the numbers of the strings at most `distance` edits from `target`, ascending."""
    found: list[int] = []
    for start in range(0, len(lexicon), CHUNK_STRINGS):
        check()
        some = range(start, min(start + CHUNK_STRINGS, len(lexicon)))
        lengths = lexicon.characters(some)
        plain = lengths == lexicon.lengths(some)
        close = np.abs(lengths - len(target)) <= distance
        for length in np.unique(lengths.compress(close & plain)).tolist():
            own = np.flatnonzero(plain & (lengths == length)) + start
            found += own[edit_distances(lexicon.letters(own, length), target) <= distance].tolist()
        others = (np.flatnonzero(close & ~plain) + start).tolist()
        found += [others[place] for place in spelled_like(lexicon.pick(others), target, distance)]
    return sorted(found)


def spelled_like(words: Sequence[str], target: str, distance: int) -> list[int]:
    """Find the places of the words at most `distance` edits from `target`, ascending."""
    by_length: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        if abs(len(word) - len(target)) <= distance:
            by_length.setdefault(len(word), []).append(place)
    found: list[int] = []
    for length, places in by_length.items():
        joined = "".join([words[place] for place in places])
        letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
        near_enough = edit_distances(letters.reshape(len(places), length), target) <= distance
        found += np.array(places).compress(near_enough).tolist()
    return sorted(found)
