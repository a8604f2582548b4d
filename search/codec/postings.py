"""A term's postings as arrays, and how several become one.

`Docs`, `Ints`, `Floats`, `Flags` are the arrays that everything here is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Docs = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """How often a term occurs in one field.

    `at` says which of the term's documents have it there (None: all are listed) and `frequencies`
    how often each; a document that is listed may have it 0 times.
    """

    field: str
    at: Array | None
    frequencies: Array


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term occurs: `docs` int32 ascending, the documents that have it in any of the fields."""

    docs: Docs
    fields: tuple[FieldPostings, ...]

    def only(self, field: str) -> Postings:
        """Its occurrences in one field."""
        for part in self.fields:
            if part.field == field:
                there = np.flatnonzero(part.frequencies)
                docs = self.docs[there if part.at is None else part.at[there]]
                return Postings(docs, (FieldPostings(field, None, part.frequencies[there]),))
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
            left.append(FieldPostings(part.field, None, part.frequencies.compress(kept)))
        else:
            there = kept.take(part.at)
            at = places.take(part.at.compress(there))
            left.append(FieldPostings(part.field, at, part.frequencies.compress(there)))
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
        fields.append(FieldPostings(field, at, frequencies))
    return Postings(docs, tuple(fields))


def posted(parts: Sequence[tuple[str, Docs, Array]]) -> Postings:
    """Postings from (field, documents, frequencies) of each field; documents ascending."""
    parts = [part for part in parts if len(part[1])]
    if not parts:
        return Postings(NO_DOCS, ())
    docs = distinct([own for _, own, _ in parts])
    fields = []
    for field, own, frequencies in parts:
        at = None if len(own) == len(docs) else np.searchsorted(docs, own)
        fields.append(FieldPostings(field, at, frequencies))
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


def merged(parts: Sequence[Postings]) -> Postings:
    """The postings of several terms as those of one."""
    found = [part for part in parts if len(part.docs)]
    if len(found) == 1:
        return found[0]
    lists: dict[str, list[tuple[Docs, Array]]] = {}
    for part in found:
        for own in part.fields:
            docs = part.docs if own.at is None else part.docs[own.at]
            lists.setdefault(own.field, []).append((docs, own.frequencies))
    return posted([(field, *summed(pieces)) for field, pieces in lists.items()])


def summed(pieces: Sequence[tuple[Docs, Array]]) -> tuple[Docs, Array]:
    """Documents, in any order and several times each, and counts: each document once, and its sum."""
    docs = np.concatenate([docs for docs, _ in pieces])
    counts = np.concatenate([counts for _, counts in pieces])
    # One sort of integers, documents above and counts below; a sum of counts stays below 2 ** 32.
    keys = docs.astype(np.int64) << 32 | counts
    keys.sort()
    docs = (keys >> 32).astype(np.int32)
    first = np.flatnonzero(first_of_runs(docs))
    if not len(first):
        return docs, counts
    totals = np.add.reduceat(keys & 0xFFFFFFFF, first)
    docs = docs.take(first)
    return docs.compress(totals > 0), totals.compress(totals > 0)
