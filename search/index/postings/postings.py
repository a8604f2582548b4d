"""A term's postings as arrays, and how several become one.

`Docs`, `Ints`, `Floats`, `Flags` are the arrays that everything here is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.deadline import Check, no_deadline

Docs = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Array = NDArray[Any]


MAX_SORTED_POSTINGS = 1 << 20
"""Postings that are worked on between two checks; more than these are not sorted."""

LEAD = 50
"""How many words in, a word is half as near to the beginning of its field as its first word."""

LEADS = 255
"""What `leads_of` gives for the first word of a field."""


def leads_of(positions: Array) -> Array:
    """uint8: how near positions are to the beginning, `LEADS` * `LEAD` / (`LEAD` + position)."""
    return np.rint(float(LEADS * LEAD) / (positions + float(LEAD))).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Counted:
    """Documents in which something occurs: `frequencies` how often in each, `leads` of its first place."""

    docs: Docs
    frequencies: Array
    leads: Array

    def compress(self, kept: Flags) -> Counted:
        """Those that `kept` flags."""
        return Counted(self.docs.compress(kept), self.frequencies.compress(kept), self.leads.compress(kept))

    def live(self, live: Flags | None, base: int) -> Counted:
        """Those of documents that `live` flags (None: of all), numbered from `base`."""
        kept = self if live is None else self.compress(live.take(self.docs))
        return Counted(kept.docs + base, kept.frequencies, kept.leads) if base else kept


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """How often a term occurs in one field, and how near its first place is to the beginning.

    `at` says which of the term's documents have it there (None: all are listed), `frequencies` how often
    each, and `leads` what `leads_of` says of the first place; one that is listed may have it 0 times.
    """

    field: str
    at: Array | None
    frequencies: Array
    leads: Array

    def kept(self, at: Array | None, flags: Flags) -> FieldPostings:
        """Those that `flags` flags, now at these places."""
        return FieldPostings(self.field, at, self.frequencies.compress(flags), self.leads.compress(flags))


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term occurs: `docs` int32 ascending, the documents that have it in any of the fields."""

    docs: Docs
    fields: tuple[FieldPostings, ...]

    def only(self, field: str) -> Postings:
        """Its occurrences in one field."""
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
    """Postings without those of documents that `live` does not flag."""
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
    """The postings of one term in segments that follow each other."""
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
        leads = np.concatenate([own.leads for _, own in pieces])
        fields.append(FieldPostings(field, at, frequencies, leads))
    return Postings(docs, tuple(fields))


def posted(found: Mapping[str, Counted]) -> Postings:
    """Postings from what occurs in each field, its documents ascending."""
    parts = {field: own for field, own in found.items() if len(own.docs)}
    if not parts:
        return Postings(NO_DOCS, ())
    docs = distinct([own.docs for own in parts.values()])
    fields = []
    for field, own in parts.items():
        at = None if len(own.docs) == len(docs) else np.searchsorted(docs, own.docs)
        fields.append(FieldPostings(field, at, own.frequencies, own.leads))
    return Postings(docs, tuple(fields))


def distinct(lists: Sequence[Docs]) -> Docs:
    """Every document of the lists once, ascending."""
    if len(lists) == 1:
        return lists[0]
    docs = np.sort(np.concatenate(lists))
    return docs.compress(first_of_runs(docs))


def first_of_runs(numbers: Array) -> Flags:
    """bool: where another number than the one before begins."""
    first = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return first


def merged(parts: Sequence[Postings], check: Check = no_deadline) -> Postings:
    """The postings of several terms as those of one."""
    found = [part for part in parts if len(part.docs)]
    if len(found) == 1:
        return found[0]
    lists: dict[str, list[Counted]] = {}
    for part in found:
        for own in part.fields:
            docs = part.docs if own.at is None else part.docs[own.at]
            lists.setdefault(own.field, []).append(Counted(docs, own.frequencies, own.leads))
    return posted({field: summed(pieces, check) for field, pieces in lists.items()})


def joined(pieces: Sequence[Counted]) -> Counted:
    """One after the other."""
    if len(pieces) == 1:
        return pieces[0]
    return Counted(
        np.concatenate([NO_DOCS, *(own.docs for own in pieces)]),
        np.concatenate([NO_DOCS, *(own.frequencies for own in pieces)]),
        np.concatenate([np.empty(0, np.uint8), *(own.leads for own in pieces)]),
    )


def summed(pieces: Sequence[Counted], check: Check = no_deadline) -> Counted:
    """Each document once, ascending, of pieces in which they stand in any order and several times each."""
    every = joined(pieces)
    if len(every.docs) > MAX_SORTED_POSTINGS:
        return _added_up(every, check)
    # One sort of integers: documents above, then leads, and below them frequencies (24 bits are enough).
    keys = every.docs.astype(np.int64) << 32 | every.leads.astype(np.int64) << 24
    keys |= every.frequencies.astype(np.int64).clip(max=0xFFFFFF)
    keys.sort()
    docs = (keys >> 32).astype(np.int32)
    if not len(docs):
        return every
    first = np.flatnonzero(first_of_runs(docs))
    totals = np.add.reduceat(keys & 0xFFFFFF, first)
    last = np.append(first[1:], len(docs)) - 1
    leads = (keys.take(last) >> 24 & 0xFF).astype(np.uint8)
    return Counted(docs.take(first), totals, leads).compress(totals > 0)


def _added_up(every: Counted, check: Check) -> Counted:
    """What `summed` gives, for many: by a table of all documents rather than by sorting."""
    size = int(every.docs.max()) + 1
    totals, leads = np.zeros(size, np.int64), np.zeros(size, np.uint8)
    for start in range(0, len(every.docs), MAX_SORTED_POSTINGS):
        check()
        docs = every.docs[start : start + MAX_SORTED_POSTINGS].astype(np.intp)
        np.add.at(totals, docs, every.frequencies[start : start + MAX_SORTED_POSTINGS].astype(np.int64))
        np.maximum.at(leads, docs, every.leads[start : start + MAX_SORTED_POSTINGS])
    docs = np.flatnonzero(totals)
    return Counted(docs.astype(np.int32), totals.take(docs), leads.take(docs))
