"""Finds the strings of a lexicon that match a wildcard, or are a few edits from a given word.

The bytes of all strings are searched first, which leaves a few candidates: a match contains the letters of
the wildcard, and a word with few edits contains a piece of the given word. Only candidates become Python
strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from search.deadline import Check
from search.index.format.lexicon import Lexicon
from search.index.kernels import Ints, edit_distances, find_at, find_containing, find_ending

CHUNK_STRINGS = 1 << 15
"""Strings to look at between two checks of the deadline."""

MAX_DECODED = 256
"""At most this number of strings are decoded faster than the bytes of a chunk are searched."""

NO_NUMBERS = np.empty(0, np.int64)


def chunks(numbers: range, check: Check) -> Iterator[range]:
    """Split `numbers` into runs of at most `CHUNK_STRINGS`, with a check before each."""
    for start in range(numbers.start, numbers.stop, CHUNK_STRINGS):
        check()
        yield range(start, min(start + CHUNK_STRINGS, numbers.stop))


# --- wildcards --------------------------------------------------------------------------------------


def wildcard_prefix(pattern: str) -> str:
    """The characters before the first `*` or `?`, with which every match of `pattern` begins."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def matching(
    lexicon: Lexicon,
    numbers: range,
    pattern: str,
    check: Check,
    compared: Callable[[str], str] | None = None,
) -> Iterator[list[int]]:
    """Find the numbers of the strings that match `pattern`, ascending; see `matching_strings`.

    Each chunk gives a list, so that a caller can stop early. `compared` gives the part of a string that has
    to match; by default the whole string has to.
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
    """Find the numbers of all strings that contain every piece; there may be a few other numbers."""
    encoded = [piece.encode("utf-8", "surrogatepass") for piece in pieces]
    found: list[int] = _containing(lexicon, numbers, np.arange(len(numbers)), encoded).tolist()
    return [numbers.start + place for place in found]


def _containing(lexicon: Lexicon, numbers: range, places: Ints, pieces: Iterable[bytes]) -> Ints:
    """Keep the places of all strings that contain every piece; there may be a few other places."""
    text, edges = lexicon.run(numbers)
    for piece in sorted({*pieces} - {b""}, key=len, reverse=True):
        if len(places) <= MAX_DECODED:
            break
        places = places.compress(find_containing(text, edges, piece).take(places))
    return places


def matching_strings(words: Sequence[str], pattern: str) -> list[int]:
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


# --- misspelt words ---------------------------------------------------------------------------------


def near(lexicon: Lexicon, target: str, distance: int, check: Check) -> list[int]:
    """Find the numbers of the strings at most `distance` (1 or 2) edits from `target`, ascending."""
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
    """Keep the numbers of the strings whose bytes are at most `distance` edits from `target`."""
    found: list[int] = []
    for some in chunks(range(len(numbers)), check):
        own = numbers[some.start : some.stop]
        lengths = lexicon.lengths_of(own)
        letters = lexicon.letters(own, int(lengths.max()))
        found += own.compress(edit_distances(letters, target, lengths) <= distance).tolist()
    return found


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


class Unchanged:
    """Finds candidates: strings with a piece of `target` that `distance` (1 or 2) edits may leave unchanged.

    The target is cut into one piece more than there are edits. An edit changes one piece, so one piece stays:
    the first at the beginning of the string, the last at its end, or the inner piece between. Only a swap of
    the two letters at a cut changes two pieces. Then the first or the last piece stays, perhaps with the
    swapped letter, since there is at most one other edit.
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
        """The candidates at these places of `numbers`, by number.

        If `plain`, every character of these strings is one byte.
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
        """The candidates among `numbers` if only a part of each string has to be near `target`."""
        text, edges = self._lexicon.run(numbers)
        pieces = {*self._prefixes, *self._suffixes}
        if self._distance > 1:
            pieces.add(self._inner)
        if b"" in pieces:
            return list(numbers)
        flags = [find_containing(text, edges, piece) for piece in pieces]
        return (np.flatnonzero(np.logical_or.reduce(flags)) + numbers.start).tolist()
