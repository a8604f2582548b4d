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
from search.index.postings.postings import Counted, Flags, Ints, first_of_runs, leads_of

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
    starts = spans.starts.compress(first_of_runs(spans.starts))
    check()
    docs = starts >> 32
    first = np.flatnonzero(first_of_runs(docs))
    check()
    docs, counts = docs.take(first), np.diff(first, append=len(starts))
    positions = np.bitwise_and(starts.take(first), 0xFFFFFFFF)
    return Counted(docs.astype(np.int32), counts, leads_of(positions))


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
    starts = words[0]
    if slop == 0:
        rarest = min(range(len(words)), key=lambda number: len(words[number]))
        starts = words[rarest] - rarest
        for number, places in enumerate(words):
            if number != rarest:
                starts = starts.compress(_among(starts + number, places))
        return Spans(starts, starts + (len(words) - 1))
    ends = starts
    for places in words[1:]:
        at = np.searchsorted(places, ends, side="right")
        kept = at < len(places)
        starts, ends = starts.compress(kept), places.take(at.compress(kept))
        close = ends - starts <= len(words) - 1 + slop
        starts, ends = starts.compress(close), ends.compress(close)
    return Spans(starts, ends)


def near(left: Spans, right: Spans, distance: int, *, ordered: bool, check: Check = no_deadline) -> Spans:
    """Spans that hold one of `left` and one of `right`, apart by at most `distance` words.

    The distance is from the last word of the earlier to the first of the later, neighbours being 1;
    spans that share a word are not near each other. Of the many pairs that may qualify each span is
    in at least the one with its nearest neighbour, so nothing that a further `near` could use is lost.
    """
    found = []
    for left_starts, left_ends, right_starts, right_ends in _blocks(
        [left.starts, left.ends, right.starts, right.ends], check
    ):
        found.append(_near(Spans(left_starts, left_ends), Spans(right_starts, right_ends), distance, ordered))
    return _joined(found)


def _near(left: Spans, right: Spans, distance: int, ordered: bool) -> Spans:
    pairs = [_followed(left, right, distance)]
    if not ordered:
        pairs.append(_followed(right, left, distance))
    return _distinct(
        np.concatenate([pair.starts for pair in pairs]), np.concatenate([pair.ends for pair in pairs])
    )


def unite_spans(parts: Sequence[Spans], check: Check = no_deadline) -> Spans:
    """The spans of all the parts."""
    united = []
    for block in _blocks([array for part in parts for array in (part.starts, part.ends)], check):
        united.append(_distinct(np.concatenate(block[::2]), np.concatenate(block[1::2])))
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


def _followed(first: Spans, second: Spans, distance: int) -> Spans:
    """Pairs where a span of `second` begins at most `distance` after one of `first` ends."""
    if not len(first.starts) or not len(second.starts):
        return NO_SPANS
    # Each of the first with the next of the second (of equal starts, the one that ends soonest).
    at = np.searchsorted(second.starts, first.ends, side="right")
    kept = at < len(second.starts)
    starts, gap = first.starts[kept], second.starts[at[kept]] - first.ends[kept]
    ends = second.ends[at[kept]]
    forward = Spans(starts[gap <= distance], ends[gap <= distance])
    # Each of the second with the last of the first that ends before it.
    by_end = np.argsort(first.ends, kind="stable")
    sorted_ends = first.ends[by_end]
    at = np.searchsorted(sorted_ends, second.starts, side="left") - 1
    kept = at >= 0
    gap = second.starts[kept] - sorted_ends[at[kept]]
    starts, ends = first.starts[by_end[at[kept]]], second.ends[kept]
    backward = Spans(starts[gap <= distance], ends[gap <= distance])
    return Spans(
        np.concatenate([forward.starts, backward.starts]), np.concatenate([forward.ends, backward.ends])
    )


def _distinct(starts: Ints, ends: Ints) -> Spans:
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], ends[order]
    new = np.ones(len(starts), np.bool_)
    new[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])
    return Spans(starts[new], ends[new])


def _among(sought: Ints, places: Ints) -> Flags:
    """bool[len(sought)]: which are among `places`; both ascending."""
    if not len(places):
        return np.zeros(len(sought), np.bool_)
    at = np.searchsorted(places, sought)
    at[at == len(places)] = 0
    return np.asarray(places[at] == sought)
