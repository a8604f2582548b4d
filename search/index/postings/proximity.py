"""Words near each other, over all documents at once.

A place is `document << 32 | position`. So one sorted array holds a term's places in the whole index. The
distance of two places in one document is their difference; across documents the difference is larger than any
distance in a query.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from search.deadline import Check, no_deadline
from search.errors import LimitExceeded
from search.index.kernels import (
    Ints,
    count_spans,
    distinct_spans,
    drop_distant,
    earliness_of,
    find_every_near,
    find_exact_phrase,
    find_loose_phrase,
    find_near,
)
from search.index.postings.postings import Counted, joined

MAX_PAIRS = 20_000_000
"""Pairs of spans of a `near` within others."""

BLOCK_POSITIONS = 1 << 17
"""The approximate number of places to work on between two checks of the deadline."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of text: `starts` and `ends` int64[n], places of first and last word.

    Sorted by start, then end, without repeats.
    """

    starts: Ints
    ends: Ints


def occurrences(spans: Spans, check: Check = no_deadline) -> Counted:
    """Count the spans of each document; two that start at one place count once."""
    found = []
    for (starts,) in _blocks([spans.starts], check):
        docs, counts, positions = count_spans(starts)
        found.append(Counted(docs, counts, earliness_of(positions)))
    return joined(found)


def words_as_spans(places: Ints) -> Spans:
    """Each word as a span of its own."""
    return Spans(places, places)


NO_SPANS = Spans(np.empty(0, np.int64), np.empty(0, np.int64))


def phrase(words: Sequence[Ints], slop: int = 0, check: Check = no_deadline) -> Spans:
    """Find the places where the words, each given by its places, follow each other in this order.

    At most `slop` other words may stand among them. For each place of the first word, every next
    word is taken at its first place after the one before, which gives the shortest such span.
    """
    return joined_spans([_phrase(block, slop) for block in _blocks(words, check)])


def _phrase(words: Sequence[Ints], slop: int) -> Spans:
    if slop:
        return Spans(*find_loose_phrase(words, slop))
    starts = find_exact_phrase(words)
    return Spans(starts, starts + (len(words) - 1))


def near(
    left: Spans,
    right: Spans,
    distance: int,
    *,
    ordered: bool,
    every: bool = False,
    check: Check = no_deadline,
) -> Spans:
    """Find spans that hold one span of `left` and one of `right`, at most `distance` words apart.

    The distance is from the last word of the earlier span to the first word of the later one; neighbours have
    distance 1. Spans that share a word are not near each other. Each span is paired at least with its nearest
    neighbour, not with all; that is enough for a further `near`, but not for a `near` around that: with
    `every` it has all pairs, and raises `LimitExceeded` where they are too many.
    """
    found = []
    if every:
        return _every_near(left, right, distance, ordered=ordered, check=check)
    if left.starts is left.ends and right.starts is right.ends:  # words
        for one, other in _blocks([left.starts, right.starts], check):
            one, other = drop_distant(one, other, distance)
            found.append(Spans(*find_near((one, one), (other, other), distance, ordered=ordered)))
        return joined_spans(found)
    for first, last, other_first, other_last in _blocks(
        [left.starts, left.ends, right.starts, right.ends], check
    ):
        own = find_near((first, last), (other_first, other_last), distance, ordered=ordered)
        found.append(Spans(*own))
    return joined_spans(found)


def _every_near(left: Spans, right: Spans, distance: int, *, ordered: bool, check: Check) -> Spans:
    found, most = [], MAX_PAIRS
    for first, last, other_first, other_last in _blocks(
        [left.starts, left.ends, right.starts, right.ends], check
    ):
        own = find_every_near((first, last), (other_first, other_last), distance, most, ordered=ordered)
        if own is None:
            raise LimitExceeded(
                f"words are near each other in more than {MAX_PAIRS:,} places; ask for a smaller distance"
            )
        most -= len(own[0])
        found.append(Spans(*own))
    return joined_spans(found)


def unite_spans(parts: Sequence[Spans], check: Check = no_deadline) -> Spans:
    """Unite the spans of all the parts."""
    united = []
    for block in _blocks([array for part in parts for array in (part.starts, part.ends)], check):
        own = distinct_spans(np.concatenate(block[::2]), np.concatenate(block[1::2]))
        united.append(Spans(*own))
    return joined_spans(united)


def united_places(parts: Sequence[Ints], check: Check = no_deadline) -> Ints:
    """Unite the places of several terms, ascending."""
    found = [part for part in parts if len(part)]
    if len(found) < 2:
        return found[0] if found else NO_SPANS.starts
    blocks = [np.sort(np.concatenate(block), kind="stable") for block in _blocks(found, check)]
    return np.concatenate(blocks)


def _blocks(arrays: Sequence[Ints], check: Check) -> Iterator[Sequence[Ints]]:
    """Cut the arrays between documents into blocks of about `BLOCK_POSITIONS` places; check before each.

    Each array has its documents in ascending order, but the ends of spans need not ascend within a document.
    """
    count = max(1, sum(map(len, arrays)) // BLOCK_POSITIONS)
    if count == 1:
        check()
        yield arrays
        return
    longest = max(arrays, key=len)
    edges = longest[:: max(1, len(longest) // count)][1:] >> 32 << 32
    cuts = [np.searchsorted(array, edges).tolist() for array in arrays]
    for number in range(len(edges) + 1):
        check()
        yield [
            array[(own[number - 1] if number else 0) : (own[number] if number < len(edges) else None)]
            for array, own in zip(arrays, cuts, strict=True)
        ]


def joined_spans(parts: Sequence[Spans]) -> Spans:
    """Join the spans of parts that follow each other."""
    if not parts:
        return NO_SPANS
    if len(parts) == 1:
        return parts[0]
    return Spans(
        np.concatenate([part.starts for part in parts]), np.concatenate([part.ends for part in parts])
    )
