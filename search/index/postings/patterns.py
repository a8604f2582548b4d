"""Which strings of a lexicon match a wildcard, or are a few edits from a word.

A first look at the bytes of all strings leaves a few of them, which alone become Python strings: a match of a
wildcard has its letters, and a word with few edits has a piece of the word unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from search.deadline import Check
from search.index.format.lexicon import Lexicon
from search.index.kernels import Array, Ints, edit_distances, find_at, find_containing, find_ending

CHUNK_STRINGS = 1 << 15
"""Strings that are looked at between two checks."""

MAX_DECODED = 256
"""It is faster to decode so many strings of a chunk than to look at the bytes of all of them once more."""


NO_NUMBERS = np.empty(0, np.int64)


def chunks(numbers: range, check: Check) -> Iterator[range]:
    """The numbers in runs of at most `CHUNK_STRINGS`, with a check before each."""
    for start in range(numbers.start, numbers.stop, CHUNK_STRINGS):
        check()
        yield range(start, min(start + CHUNK_STRINGS, numbers.stop))


# --- wildcards --------------------------------------------------------------------------------------


def wildcard_prefix(pattern: str) -> str:
    """What every match of `pattern` begins with."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def matching(
    lexicon: Lexicon,
    numbers: range,
    pattern: str,
    check: Check,
    compared: Callable[[str], str] | None = None,
) -> Iterator[list[int]]:
    """Those of `numbers`, ascending, whose strings match `pattern` entirely: see `matching_strings`.

    They come in lists, one for each chunk, so that a caller can end the search early. With `compared`, it is the part of each string that `compared` gives which is to match.
    """
    pieces = [piece.encode("utf-8", "surrogatepass") for piece in re.split(r"[*?]+", pattern)]
    suffix = b"" if compared else pieces.pop()
    least = len(pattern.replace("*", ""))
    for some in chunks(numbers, check):
        text, edges = lexicon.run(some)
        lengths = lexicon.characters(some)
        fits = lengths >= least if "*" in pattern or compared else lengths == least
        places = np.flatnonzero(fits)
        if suffix:
            places = find_ending(text, edges, suffix, places)
        places = _containing(lexicon, some, places, pieces)
        strings = lexicon.pick(places + some.start)
        if compared:
            strings = [compared(string) for string in strings]
        yield (places + some.start).take(matching_strings(strings, pattern)).tolist()


def containing(lexicon: Lexicon, numbers: range, pieces: Iterable[str]) -> list[int]:
    """Those of `numbers` whose strings contain all the pieces, and perhaps a few others."""
    encoded = [piece.encode("utf-8", "surrogatepass") for piece in pieces]
    return (_containing(lexicon, numbers, np.arange(len(numbers)), encoded) + numbers.start).tolist()


def _containing(lexicon: Lexicon, numbers: range, places: Ints, pieces: Iterable[bytes]) -> Ints:
    """Those of `places` among `numbers` whose strings contain all the pieces, and perhaps a few others."""
    text, edges = lexicon.run(numbers)
    for piece in sorted({*pieces} - {b""}, key=len, reverse=True):
        if len(places) <= MAX_DECODED:
            break
        places = places.compress(find_containing(text, edges, piece).take(places))
    return places


def matching_strings(words: Sequence[str], pattern: str) -> list[int]:
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


# --- misspelt words ---------------------------------------------------------------------------------


def near(lexicon: Lexicon, target: str, distance: int, check: Check) -> list[int]:
    """The numbers, ascending, of the strings at most `distance` edits from `target`; it is 1 or 2."""
    unchanged = Unchanged(lexicon, target, distance)
    plain, others = [], []
    for some in chunks(range(len(lexicon)), check):
        lengths = lexicon.characters(some)
        close = np.abs(lengths - len(target)) <= distance
        is_plain = lengths == lexicon.lengths(some)
        plain.append(unchanged.among(some, np.flatnonzero(close & is_plain), plain=True))
        others.append(unchanged.among(some, np.flatnonzero(close & ~is_plain), plain=False))
    found = near_letters(lexicon, np.concatenate(plain or [NO_NUMBERS]), target, distance, check)
    candidates = np.concatenate(others or [NO_NUMBERS])
    for some in chunks(range(len(candidates)), check):
        own = candidates[some.start : some.stop]
        found += own.take(spelled_like(lexicon.pick(own), target, distance)).tolist()
    return sorted(found)


def near_letters(lexicon: Lexicon, numbers: Ints, target: str, distance: int, check: Check) -> list[int]:
    """Those of `numbers` whose strings are at most `distance` edits from `target`, of bytes for characters."""
    found: list[int] = []
    for some in chunks(range(len(numbers)), check):
        own = numbers[some.start : some.stop]
        lengths = lexicon.lengths_of(own)
        letters = lexicon.letters(own, int(lengths.max()))
        found += own.compress(edit_distances(letters, target, lengths) <= distance).tolist()
    return found


def spelled_like(words: Sequence[str], target: str, distance: int) -> list[int]:
    """The places of the words at most `distance` edits from `target`, ascending."""
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


class Unchanged:
    """A quick look for the strings of a lexicon that may be at most 1 or 2 edits from `target`.

    The target is cut into one piece more than there are edits, so that one piece stands in the string as it
    is: at its beginning, at its end, or in it. An edit changes one piece only, unless it swaps the neighbours
    at a cut. Then one more edit may be elsewhere; and the first or the last piece is still there as it is, or
    with the swapped letter.
    """

    def __init__(self, lexicon: Lexicon, target: str, distance: int, encoding: str = "utf-8") -> None:
        def encoded(piece: str) -> bytes:
            return piece.encode(encoding, "surrogatepass")

        self._lexicon = lexicon
        first, last = (round(len(target) * n / (distance + 1)) for n in (1, distance))
        prefixes, suffixes = {target[:first]}, {target[last:]}
        if 0 < first < len(target):
            prefixes.add(target[: first - 1] + target[first])
            if distance > 1:
                suffixes.add(target[last - 1] + target[last + 1 :])
        self._prefixes = [encoded(prefix) for prefix in prefixes]
        self._suffixes = [encoded(suffix) for suffix in suffixes]
        self._inner = encoded(target[first:last])
        self._shifts = range(max(0, first - distance), first + distance + 1)
        self._distance = distance

    def among(self, numbers: range, places: Ints, *, plain: bool) -> Ints:
        """Those of `numbers` at these places whose strings may be near; the others are not.

        If `plain`, every character of these strings is a byte.
        """
        if not len(places) or (self._distance > 1 and not self._inner):
            return places + numbers.start
        text, edges = self._lexicon.run(numbers)
        flags = np.zeros(len(numbers), np.bool_)
        if self._inner and plain:
            starts = edges.take(places).astype(np.int64)
            flags[places] = find_at(text, starts, self._inner, self._shifts)
        elif self._inner:
            flags = find_containing(text, edges, self._inner)
        for found in map(self._lexicon.starting, self._prefixes):
            flags[max(0, found.start - numbers.start) : max(0, found.stop - numbers.start)] = True
        for suffix in self._suffixes:
            flags[find_ending(text, edges, suffix, places)] = True
        return places.compress(flags.take(places)) + numbers.start

    def within(self, numbers: range) -> list[int]:
        """Those of `numbers` whose strings may have a part that is near, at least all that have one."""
        text, edges = self._lexicon.run(numbers)
        pieces = {*self._prefixes, *self._suffixes}
        if self._distance > 1:
            pieces.add(self._inner)
        if b"" in pieces:
            return list(numbers)
        flags = [find_containing(text, edges, piece) for piece in pieces]
        return (np.flatnonzero(np.logical_or.reduce(flags)) + numbers.start).tolist()
