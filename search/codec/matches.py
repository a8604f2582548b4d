"""Sets of documents with scores, and what can be done with whole sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from search.codec.fields import MISSING
from search.codec.view import NO_POSTINGS, Docs, Flags, Floats, IndexView, Postings


@dataclass(frozen=True, slots=True)
class Matches:
    """Documents found: `docs` int32[n] ascending, `scores` float64[n]; 0 where a filter matched."""

    docs: Docs
    scores: Floats


def unscored(docs: Docs) -> Matches:
    """A filter's matches."""
    return Matches(docs, np.zeros(len(docs)))


def everything(view: IndexView) -> Matches:
    """Every document."""
    return _flagged(view, np.ones(view.size, np.bool_))


def complement(view: IndexView, matches: Matches) -> Matches:
    """Every document but these."""
    flags = np.ones(view.size, np.bool_)
    flags[matches.docs] = False
    return _flagged(view, flags)


def between(view: IndexView, column: str, low: int | None, high: int | None) -> Matches:
    """Documents with a number from `low` up to, not including, `high`; None is no bound."""
    numbers = view.column(column)
    flags = numbers != MISSING
    if low is not None:
        flags &= numbers >= low
    if high is not None:
        flags &= numbers < high
    return _flagged(view, flags)


def equal(view: IndexView, column: str, number: int) -> Matches:
    """Documents with this number, which may be `MISSING`."""
    return _flagged(view, view.column(column) == number)


def without_value(view: IndexView, field: str) -> Matches:
    """Documents that have no value of `field`."""
    flags = np.ones(view.size, np.bool_)
    flags[view.values(field).docs] = False
    return _flagged(view, flags)


def _flagged(view: IndexView, flags: Flags) -> Matches:
    return unscored(np.flatnonzero(flags & view.live).astype(np.int32))


def intersect(parts: Sequence[Matches]) -> Matches:
    """Documents in every part, with the sum of their scores in the order of the parts."""
    docs = min((part.docs for part in parts), key=len)
    for part in sorted(parts, key=lambda part: len(part.docs)):
        docs = docs[contained(docs, part.docs)]
    scores = np.zeros(len(docs))
    for part in parts:
        scores += part.scores[np.searchsorted(part.docs, docs)]
    return Matches(docs, scores)


def unite(parts: Sequence[Matches], size: int) -> Matches:
    """Documents in any part, with the sum of their scores; `size` is the number of documents."""
    found = np.zeros(size, np.bool_)
    scores = np.zeros(size)
    for part in parts:
        found[part.docs] = True
        scores[part.docs] += part.scores
    docs = np.flatnonzero(found).astype(np.int32)
    return Matches(docs, scores[docs])


def contained(docs: Docs, among: Docs) -> Flags:
    """bool[len(docs)]: which of `docs` are in `among`; both ascending."""
    if not len(among):
        return np.zeros(len(docs), np.bool_)
    at = np.searchsorted(among, docs)
    at[at == len(among)] = 0
    return np.asarray(among[at] == docs)


def merged(lists: Iterable[Postings]) -> Postings:
    """Several postings lists as those of one term: frequencies added, places together."""
    parts = [part for part in lists if len(part.docs)]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NO_POSTINGS
    docs, inverse = np.unique(np.concatenate([part.docs for part in parts]), return_inverse=True)
    counts = np.bincount(inverse, np.concatenate([part.frequencies for part in parts]))
    places = [part.places for part in parts if part.places is not None]
    return Postings(
        docs, counts.astype(np.int32), np.sort(np.concatenate(places)) if len(places) == len(parts) else None
    )
