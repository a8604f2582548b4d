"""The postings of a term as arrays, and the union of the postings of several terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.deadline import Check, no_deadline
from search.index.kernels import (
    Array,
    Docs,
    Flags,
    add_postings,
    sum_by_sorting,
    unite_by_sorting,
    unite_by_table,
)

MAX_SORTED_POSTINGS = 1 << 20
"""Postings to work on between two checks of the deadline; more than these are not sorted."""

MAX_SPARSITY = 12
"""With fewer documents than this for each posting, a table of all documents is faster than sorting."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Documents with a term or a phrase: its frequency in each, and the earliness of its first place."""

    docs: Docs
    frequencies: Array
    earliness: Array

    def compress(self, kept: Flags) -> Counted:
        """The entries that `kept` flags."""
        return Counted(
            self.docs.compress(kept), self.frequencies.compress(kept), self.earliness.compress(kept)
        )

    def live(self, live: Flags | None, base: int) -> Counted:
        """The entries of documents that `live` flags (None: all of them), numbered from `base`."""
        kept = self if live is None else self.compress(live.take(self.docs))
        return Counted(kept.docs + base, kept.frequencies, kept.earliness) if base else kept


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """The frequencies of a term in one field, and how near its first place is to the beginning.

    `at` has the places, among the term's documents, of the documents that are listed (None: all of them).
    `frequencies` has the frequency in each, which may be 0, and `earliness` the result of `earliness_of` for
    the first place.
    """

    field: str
    at: Array | None
    frequencies: Array
    earliness: Array

    def kept(self, at: Array | None, flags: Flags) -> FieldPostings:
        """The entries that `flags` flags, now with the places `at`."""
        return FieldPostings(self.field, at, self.frequencies.compress(flags), self.earliness.compress(flags))


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of a term: `docs` int32 ascending, the documents that have it in any of the fields."""

    docs: Docs
    fields: tuple[FieldPostings, ...]

    def only(self, field: str) -> Postings:
        """The postings in one field."""
        for part in self.fields:
            if part.field == field:
                there = part.frequencies > 0
                docs = self.docs if part.at is None else self.docs.take(part.at)
                return Postings(docs.compress(there), (part.kept(None, there),))
        return Postings(self.docs[:0], ())


NO_DOCS = np.empty(0, np.int32)


def without_deleted(
    docs: Docs, fields: Sequence[FieldPostings], live: Flags
) -> tuple[Docs, list[FieldPostings]]:
    """Leave out the postings of documents that `live` does not flag."""
    kept = live.take(docs)
    places = np.cumsum(kept) - 1
    left = []
    for part in fields:
        if part.at is None:
            left.append(part.kept(None, kept))
        else:
            there = kept.take(part.at)
            left.append(part.kept(places.take(part.at.compress(there)), there))
    return docs.compress(kept), left


def concatenated(parts: Sequence[Postings]) -> Postings:
    """Join the postings of one term in segments that follow each other."""
    if not parts:
        return Postings(NO_DOCS, ())
    docs = np.concatenate([part.docs for part in parts])
    starts = np.cumsum([0, *(len(part.docs) for part in parts)]).tolist()
    lists: dict[str, list[tuple[int, FieldPostings]]] = {}
    for number, part in enumerate(parts):
        for own in part.fields:
            lists.setdefault(own.field, []).append((number, own))
    fields = []
    for field, pieces in lists.items():
        frequencies = np.concatenate([own.frequencies for _, own in pieces])
        at = None
        if len(frequencies) < len(docs) or any(own.at is not None for _, own in pieces):
            ranges = (
                np.arange(starts[n], starts[n + 1]) if own.at is None else own.at + starts[n]
                for n, own in pieces
            )
            at = np.concatenate(list(ranges))
        earliness = np.concatenate([own.earliness for _, own in pieces])
        fields.append(FieldPostings(field, at, frequencies, earliness))
    return Postings(docs, tuple(fields))


def posted(found: Mapping[str, Counted]) -> Postings:
    """Make postings of the entries of each field, whose documents ascend."""
    parts = {field: own for field, own in found.items() if len(own.docs)}
    if not parts:
        return Postings(NO_DOCS, ())
    lists = [own.docs for own in parts.values()]
    if len(lists) == 1:
        docs, ranks = lists[0], None
    elif _is_dense(sum(map(len, lists)), size := 1 + max(int(own[-1]) for own in lists)):
        docs = unite_by_table(lists, np.zeros(size, np.uint8))
        ranks = np.empty(size, np.int64)
        ranks[docs] = np.arange(len(docs))
    else:
        docs, ranks = unite_by_sorting(lists), None
    fields = []
    for field, own in parts.items():
        if len(own.docs) == len(docs):
            at = None
        else:
            at = np.searchsorted(docs, own.docs) if ranks is None else ranks.take(own.docs)
        fields.append(FieldPostings(field, at, own.frequencies, own.earliness))
    return Postings(docs, tuple(fields))


def _is_dense(count: int, size: int) -> bool:
    return count * MAX_SPARSITY > size


def merged(parts: Sequence[Postings], check: Check = no_deadline) -> Postings:
    """Unite the postings of several terms, as if they were one term."""
    found = [part for part in parts if len(part.docs)]
    if len(found) == 1:
        return found[0]
    lists: dict[str, list[Counted]] = {}
    for part in found:
        for own in part.fields:
            docs = part.docs if own.at is None else part.docs[own.at]
            lists.setdefault(own.field, []).append(Counted(docs, own.frequencies, own.earliness))
    return posted({field: summed(pieces, check) for field, pieces in lists.items()})


def joined(pieces: Sequence[Counted]) -> Counted:
    """Join the pieces, one after the other."""
    if len(pieces) == 1:
        return pieces[0]
    return Counted(
        np.concatenate([NO_DOCS, *(own.docs for own in pieces)]),
        np.concatenate([NO_DOCS, *(own.frequencies for own in pieces)]),
        np.concatenate([np.empty(0, np.uint8), *(own.earliness for own in pieces)]),
    )


def summed(pieces: Sequence[Counted], check: Check = no_deadline) -> Counted:
    """Sum the pieces: each document once, ascending. The pieces may be in any order, with repeats."""
    every = joined(pieces)
    count = len(every.docs)
    if count and (count > MAX_SORTED_POSTINGS or _is_dense(count, 1 + int(every.docs.max()))):
        return _added_up(every, check)
    return Counted(*sum_by_sorting(every.docs, every.frequencies, every.earliness))


def _added_up(every: Counted, check: Check) -> Counted:
    """Do the work of `summed` for many postings: by a table of all documents, not by sorting."""
    size = int(every.docs.max()) + 1
    totals, earliness = np.zeros(size, np.int64), np.zeros(size, np.uint8)
    for start in range(0, len(every.docs), MAX_SORTED_POSTINGS):
        check()
        part = slice(start, start + MAX_SORTED_POSTINGS)
        add_postings(every.docs[part], every.frequencies[part], every.earliness[part], totals, earliness)
    docs = np.flatnonzero(totals)
    return Counted(docs.astype(np.int32), totals.take(docs), earliness.take(docs))
