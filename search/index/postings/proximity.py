"""Words near each other, over all documents at once.

A place is `document << 32 | position`, so one sorted array holds a term's places in the whole index
and the distance of two places is their difference, as long as they are in one document; across
documents it is larger than any distance that can be asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from search.deadline import Check, no_deadline
from search.index.kernels import (
    Ints,
    count_spans,
    distinct_spans,
    find_exact_phrase,
    find_loose_phrase,
    find_near,
    leads_of,
)
from search.index.postings.postings import Counted, joined

BLOCK_POSITIONS = 1 << 17
"""Places, about, that are worked on between two checks."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of text: `starts` and `ends` int64[n], places of first and last word.

    Sorted by start, then end, without repeats.
    """

    starts: Ints
    ends: Ints


def occurrences(spans: Spans, check: Check = no_deadline) -> Counted:
    """Where the spans are; two that start at one place count once."""
    found = []
    for (starts,) in _blocks([spans.starts], check):
        docs, counts, positions = count_spans(starts)
        found.append(Counted(docs, counts, leads_of(positions)))
    return joined(found)


def words_as_spans(places: Ints) -> Spans:
    """Each word as a span of its own."""
    return Spans(places, places)


NO_SPANS = Spans(np.empty(0, np.int64), np.empty(0, np.int64))


def phrase(words: Sequence[Ints], slop: int = 0, check: Check = no_deadline) -> Spans:
    """Where the words, given by their places, stand in this order.

    At most `slop` other words may stand among them. For each place of the first word, every next
    word is taken at its first place after the one before, which gives the shortest such span.
    """
    return _joined([_phrase(block, slop) for block in _blocks(words, check)])


def _phrase(words: Sequence[Ints], slop: int) -> Spans:
    if slop:
        return Spans(*find_loose_phrase(words, slop))
    starts = find_exact_phrase(words)
    return Spans(starts, starts + (len(words) - 1))


def near(left: Spans, right: Spans, distance: int, *, ordered: bool, check: Check = no_deadline) -> Spans:
    """Spans that hold one of `left` and one of `right`, apart by at most `distance` words.

    The distance is from the last word of the earlier to the first of the later, neighbours being 1;
    spans that share a word are not near each other. Of the many pairs that may qualify each span is
    in at least the one with its nearest neighbour, so nothing that a further `near` could use is lost.
    """
    found = []
    for first, last, other_first, other_last in _blocks(
        [left.starts, left.ends, right.starts, right.ends], check
    ):
        own = find_near((first, last), (other_first, other_last), distance, ordered=ordered)
        found.append(Spans(*own))
    return _joined(found)


def unite_spans(parts: Sequence[Spans], check: Check = no_deadline) -> Spans:
    """The spans of all the parts."""
    united = []
    for block in _blocks([array for part in parts for array in (part.starts, part.ends)], check):
        own = distinct_spans(np.concatenate(block[::2]), np.concatenate(block[1::2]))
        united.append(Spans(*own))
    return _joined(united)


def united_places(parts: Sequence[Ints], check: Check = no_deadline) -> Ints:
    """The places of several terms as those of one, ascending."""
    found = [part for part in parts if len(part)]
    if len(found) < 2:
        return found[0] if found else NO_SPANS.starts
    blocks = [np.sort(np.concatenate(block), kind="stable") for block in _blocks(found, check)]
    return np.concatenate(blocks)


def _blocks(arrays: Sequence[Ints], check: Check) -> Iterator[Sequence[Ints]]:
    """The places of about `BLOCK_POSITIONS` in all at a time, cut between documents; a check before each.

    Each array has its documents in ascending order, though a span's ends need not ascend within one.
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


def _joined(parts: Sequence[Spans]) -> Spans:
    if len(parts) == 1:
        return parts[0]
    return Spans(
        np.concatenate([part.starts for part in parts]), np.concatenate([part.ends for part in parts])
    )
