"""Spans within parts of texts: in one sentence or paragraph, at the beginning, far from other spans.

A part begins at a place (`document << 32 | position`). `bounds` int64 has, ascending, the first place of
each part but the first of its document. So two places of a document are in one part if as many bounds lie up
to one as up to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from search.deadline import Check, no_deadline
from search.index.kernels import Array, Docs, Flags, Ints
from search.index.postings.postings import Postings, without_deleted
from search.index.postings.proximity import NO_SPANS, Spans, near

ANY_DISTANCE = 1 << 31
"""More than any two places of a document are apart, and less than two of different documents are."""


def near_within(
    left: Spans, right: Spans, bounds: Ints, *, ordered: bool, check: Check = no_deadline
) -> Spans:
    """Find spans in one part that hold one span of `left` and one of `right`, which share no word.

    Each span is paired at least with its nearest neighbour, as by `near`.
    """
    left, right = undivided(left, bounds), undivided(right, bounds)
    return undivided(near(left, right, ANY_DISTANCE, ordered=ordered, check=check), bounds)


def undivided(spans: Spans, bounds: Ints) -> Spans:
    """The spans that lie in one part each."""
    return _kept(spans, _parts(spans.starts, bounds) == _parts(spans.ends, bounds))


def far(left: Spans, right: Spans, distance: int) -> Spans:
    """The spans of `left` with no span of `right` at most `distance` words away, or with a word in common."""
    return _kept(left, ~_reached(left, right, distance))


def far_within(left: Spans, right: Spans, bounds: Ints) -> Spans:
    """The spans of `left` with no span of `right` in one part with them, or with a word in common."""
    own, others = undivided(left, bounds), undivided(right, bounds)
    taken = np.unique(_keys(others.starts, bounds))
    shared = np.isin(_keys(own.starts, bounds), taken)
    near_one = _reached(left, right, 0)
    near_one[_parts(left.starts, bounds) == _parts(left.ends, bounds)] |= shared
    return _kept(left, ~near_one)


def at_beginning(spans: Spans, words: int) -> Spans:
    """The spans that begin among the first `words` of their text."""
    return _kept(spans, spans.starts & 0xFFFFFFFF < words)


def in_first_part(spans: Spans, bounds: Ints) -> Spans:
    """The spans that lie in the first part of their document."""
    return _kept(spans, _parts(spans.ends >> 32 << 32, bounds) == _parts(spans.ends, bounds))


def of_documents(spans: Spans, docs: Docs) -> Spans:
    """The spans in the given documents, which ascend."""
    own = spans.starts >> 32
    at = np.searchsorted(docs, own)
    at[at == len(docs)] = 0
    return _kept(spans, docs.take(at) == own) if len(docs) else NO_SPANS


def documents(spans: Sequence[Spans]) -> Docs:
    """int32, ascending: the documents that any of the spans lie in."""
    every = [np.empty(0, np.int64), *(own.starts >> 32 for own in spans)]
    return np.unique(np.concatenate(every)).astype(np.int32)


def as_places(found: Iterable[tuple[int, int]]) -> Ints:
    """Make places of documents and positions, which ascend."""
    return np.fromiter((doc << 32 | position for doc, position in found), np.int64)


def at_least(postings: Postings, times: int) -> Postings:
    """The postings of documents whose frequencies in all fields add up to `times` or more."""
    totals = np.zeros(len(postings.docs), np.int64)
    for own in postings.fields:
        totals[slice(None) if own.at is None else own.at] += own.frequencies
    flags = np.zeros(int(postings.docs[-1]) + 1 if len(postings.docs) else 0, np.bool_)
    flags[postings.docs.compress(totals >= times)] = True
    docs, fields = without_deleted(postings.docs, postings.fields, flags)
    return Postings(docs, tuple(fields))


def _parts(places: Ints, bounds: Ints) -> Array:
    found: Array = np.searchsorted(bounds, places, side="right")
    return found


def _keys(places: Ints, bounds: Ints) -> Array:
    """A number for the part that each place is in, which no other part of any document has."""
    found: Array = _parts(places, bounds) + (places >> 32)
    return found


def _reached(left: Spans, right: Spans, distance: int) -> Flags:
    """Flag the spans of `left` that have a span of `right` at most this far away, or overlapping."""
    if not len(right.starts):
        return np.zeros(len(left.starts), np.bool_)
    furthest = np.maximum.accumulate(right.ends)  # of the spans that begin up to here, where the last ends
    at = np.searchsorted(right.starts, left.ends + distance, side="right") - 1
    return (at >= 0) & (furthest.take(np.maximum(at, 0)) >= left.starts - distance)


def _kept(spans: Spans, flags: Flags) -> Spans:
    if flags.all():
        return spans
    return Spans(spans.starts.compress(flags), spans.ends.compress(flags))
