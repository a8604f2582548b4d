"""Sums over the documents of each term: what sets some documents apart is in the sums of two sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.index.kernels import Array, Docs
from search.index.read.segment import SegmentSnapshot
from search.index.read.snapshot import Snapshot

POSTINGS_AT_ONCE = 1 << 20
"""Postings that are summed between two checks of the time."""


@dataclass(frozen=True, slots=True)
class TermSums:
    """Sums over the documents of terms, one for each of some weights: of a term, and of all terms together.

    `vocabulary` counts the terms that stand in any document.
    """

    terms: dict[str, tuple[float, ...]]
    all: tuple[float, ...]
    vocabulary: int


def compared(
    view: Snapshot, inside: Docs, outside: Docs, every: Docs, classes: Array | None, least: float
) -> tuple[float, TermSums]:
    """Documents inside beside documents outside: the number outside, and sums over the terms.

    The sums are the documents inside, outside and among `every`; only terms that `least` documents inside
    have are listed. With `classes` (see `shares`) the documents outside have weights.
    """
    weights = np.zeros((3, view.size))
    weights[0, inside] = weights[2, every] = 1
    weights[1, outside] = 1 if classes is None else shares(classes, inside, outside)
    return float(weights[1].sum()), term_sums(view, [*weights], least)


def term_sums(view: Snapshot, weights: Sequence[Array], least: float) -> TermSums:
    """The sums of each of `weights` float64[size] over the documents of each term.

    Only terms whose sum of the first weights reaches `least` are listed. Deleted documents have no weight.
    """
    if view.live is not None:
        weights = [np.where(view.live, own, 0.0) for own in weights]
    live = np.ones(view.size) if view.live is None else view.live.astype(np.float64)
    found: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * len(weights))
    total = np.zeros(len(weights))
    sums, known = [], set[bytes]()
    vocabulary = 0
    for segment in view.segments:
        own = _sums(view, segment, [*weights, live])
        sums.append(own)
        total += own[:-1].sum(axis=1)
        alive = np.flatnonzero(own[-1])
        if len(view.segments) == 1:
            vocabulary = len(alive)
        else:
            strings = segment.terms.bytes()
            known.update(strings[number] for number in alive.tolist())
        for number, term in _named(segment, np.flatnonzero(own[0])):
            found[term][0] += own[0, number]
    wanted = {term for term, parts in found.items() if parts[0] >= least}
    for segment, own in zip(view.segments, sums, strict=True):
        for term in wanted:
            if (number := segment.terms.number(term.encode())) >= 0:
                found[term][1:] = [a + b for a, b in zip(found[term][1:], own[1:-1, number], strict=True)]
    kept = {term: tuple(map(float, found[term])) for term in sorted(wanted)}
    return TermSums(kept, tuple(map(float, total)), vocabulary or len(known))


def _sums(view: Snapshot, segment: SegmentSnapshot, weights: Sequence[Array]) -> Array:
    """float64[weights, terms]: the sum of each of the weights over the documents of each term."""
    inside = slice(segment.base, segment.base + segment.count)
    sums = np.zeros((len(weights), len(segment.terms)))
    starts = segment.starts
    first = 0
    while first < len(segment.terms):
        view.check()
        after = max(first + 1, int(np.searchsorted(starts, starts[first] + POSTINGS_AT_ONCE, "right")) - 1)
        docs = segment.docs_between(first, after)
        bounds = starts[first:after] - starts[first]
        for own, total in zip(weights, sums, strict=True):
            total[first:after] = np.add.reduceat(own[inside].take(docs), bounds)
        first = after
    return sums


def _named(segment: SegmentSnapshot, numbers: Array) -> list[tuple[int, str]]:
    return list(zip(numbers.tolist(), segment.terms.pick(numbers), strict=True))


def shares(classes: Array, inside: Docs, outside: Docs) -> Array:
    """float64[len(outside)]: weights that give each class the share among `outside` that it has `inside`.

    `classes` int64[size] has the class of each document. A class that only one of the two has counts nothing.
    The sum of the weights is their effective number (Kish 1965, "Survey Sampling"): of as many documents of
    equal weight the variance would be the same.
    """
    names, numbers = np.unique(classes, return_inverse=True)
    counts = [
        np.bincount(numbers.take(docs), minlength=len(names)).astype(np.float64) for docs in (inside, outside)
    ]
    weights = np.divide(counts[0], counts[1], out=np.zeros(len(names)), where=counts[1] > 0)
    own = weights.take(numbers.take(outside))
    squares = float((own * own).sum())
    return own * (float(own.sum()) / squares) if squares else own
