"""The rules by which one text is a copy of another.

The containment of two texts is the share of the shorter one's distinct shingles that the longer one has. They
are copies of each other if

    containment >= .5, both have at least 50 words; or >= .8 and 24 words; or both have the same words
    and they are at most 7 days apart, or one has no time, or containment >= .9
    and the longer has .85 of the shorter's distinct numbers of two letters or more, or containment >= .8

All three tell copies from reports made of one template, as rate notices are: these are short or weeks apart,
and their numbers differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from search.index.format.layout import MISSING
from search.index.kernels import MIN_WORDS, Array, count_common

MIN_CONTAINMENT = 0.5
MIN_CLEAR_WORDS = 50
"""A shorter text, of which a template may be half, needs the containment `WITH_ANY_NUMBERS`."""

MAX_APART = timedelta(days=7) // timedelta(microseconds=1)
AT_ANY_TIME, WITH_ANY_NUMBERS, MIN_NUMBERS_SHARED = 0.9, 0.8, 0.85


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text to compare: its distinct shingles and numbers by hashes, its time in the index, its words.

    `shingles` uint64 ascends; `length` counts the words, and `digest` is of their hashes in their order.
    """

    shingles: Array
    numbers: frozenset[int]
    published: int
    length: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """Two copies: how many shingles they share, and what part of the shorter's these are."""

    shared: int
    containment: float


def match(one: Text, other: Text) -> Match | None:
    """Compare two texts; None if they are not copies of each other."""
    if one.digest == other.digest:
        return Match(len(one.shingles), 1.0)
    if min(one.length, other.length) < MIN_WORDS:
        return None
    clear = min(one.length, other.length) >= MIN_CLEAR_WORDS
    shorter, longer = sorted((one, other), key=lambda text: len(text.shingles))
    shared = count_common(one.shingles, other.shingles)
    containment = shared / len(shorter.shingles)
    if containment < (MIN_CONTAINMENT if clear else WITH_ANY_NUMBERS):
        return None
    apart = 0 if MISSING in (one.published, other.published) else abs(one.published - other.published)
    if apart > MAX_APART and containment < AT_ANY_TIME:
        return None
    kept = len(shorter.numbers & longer.numbers)
    if containment < WITH_ANY_NUMBERS and kept < MIN_NUMBERS_SHARED * len(shorter.numbers):
        return None
    return Match(shared, containment)


def holds(digest: Text, part: Text) -> bool:
    """True if one text is longer than its copy by more than a rewriter adds: it may hold other texts."""
    return len(part.shingles) < MAX_PART * len(digest.shingles)


MAX_PART = 0.7
"""A text holds a copy whose shingles are fewer than this part of its own."""
