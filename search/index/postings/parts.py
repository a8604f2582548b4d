"""Spans within parts of texts: in one sentence or paragraph, at the beginning, far from other spans.

A part begins at a place (`document << 32 | position`). `bounds` int64 has, ascending, the first place of
each part but the first of its document. So two places of a document are in one part if as many bounds lie up
to one as up to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from search.deadline import Check, no_deadline
from search.index.kernels import Array, Docs, Flags, Ints, find_members, first_of_runs
from search.index.postings.postings import Postings, without_deleted
from search.index.postings.proximity import Spans, near, words_as_spans

ANY_DISTANCE = 1 << 31
"""More than any two places of a document are apart, and less than two of different documents are."""


def near_within(
    left: Spans,
    right: Spans,
    begun: Callable[[Docs], Ints],
    *,
    ordered: bool,
    every: bool = False,
    check: Check = no_deadline,
) -> Spans:
    """Find spans in one part that hold one span of `left` and one of `right`, which share no word.

    Each span is paired at least with its nearest neighbour, or with `every` one, as by `near`. `begun` gives
    the bounds in some documents.
    """
    (left_docs, left_counts), (right_docs, right_counts) = map(_runs, (left, right))
    in_both = find_members(left_docs, right_docs)[1]
    docs = left_docs.compress(in_both)
    left = _kept(left, np.repeat(in_both, left_counts))
    right = _kept(right, np.repeat(find_members(right_docs, docs)[1], right_counts))
    check()
    bounds = begun(docs)
    if left.starts is not left.ends:
        left = undivided(left, bounds)
    if right.starts is not right.ends:
        right = undivided(right, bounds)
    left_parts, right_parts = _keys(left.starts, bounds), _keys(right.starts, bounds)
    count = len(bounds) + int(docs[-1]) + 1 if len(docs) else 0
    check()
    # With the number of its part in the place of its document, a span is near spans in its part only.
    owners = np.empty(count, np.int64)
    owners[left_parts] = left.starts >> 32 << 32
    left = _renumbered(left, left_parts, _flags(right_parts, count))
    right = _renumbered(right, right_parts, _flags(left_parts, count))
    found = near(left, right, ANY_DISTANCE, ordered=ordered, every=every, check=check)
    docs_of_found = owners.take(found.starts >> 32)
    return Spans(docs_of_found | found.starts & 0xFFFFFFFF, docs_of_found | found.ends & 0xFFFFFFFF)


def _runs(spans: Spans) -> tuple[Docs, Array]:
    """The documents of spans, ascending, and the number of spans in each."""
    docs = (spans.starts >> 32).astype(np.int32)
    first = np.flatnonzero(first_of_runs(docs))
    return docs.take(first), np.diff(first, append=len(docs))


def _flags(numbers: Array, count: int) -> Flags:
    flags = np.zeros(count, np.bool_)
    flags[numbers] = True
    return flags


def _renumbered(spans: Spans, parts: Array, kept: Flags) -> Spans:
    """The spans in the parts that `kept` flags, with the number of the part in place of the document."""
    chosen = np.flatnonzero(kept.take(parts))
    bases = parts.take(chosen) << 32
    starts = bases | spans.starts.take(chosen) & 0xFFFFFFFF
    if spans.starts is spans.ends:
        return Spans(starts, starts)
    return Spans(starts, bases | spans.ends.take(chosen) & 0xFFFFFFFF)


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
    own, counts = _runs(spans)
    return _kept(spans, np.repeat(find_members(own, docs)[1], counts))


def documents(spans: Spans) -> Docs:
    """int32, ascending: the documents that the spans lie in."""
    return _runs(spans)[0]


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
    if spans.starts is spans.ends:
        return words_as_spans(spans.starts.compress(flags))
    return Spans(spans.starts.compress(flags), spans.ends.compress(flags))
