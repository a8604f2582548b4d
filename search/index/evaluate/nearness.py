"""The first documents of a set ranked once more, by how near words stand to each other in them.

Only these documents are looked at, so that it costs about the same however many match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.index.evaluate.matches import Matches, Rescored, places
from search.index.evaluate.order import Ordering
from search.index.kernels import Array, Docs, Floats, nearest_followers
from search.index.read.snapshot import Snapshot
from search.once import once

Terms = tuple[str, ...]
"""The terms that a word stands for."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words, the second of them after the first, in a field or (None) in any."""

    first: Terms
    second: Terms
    field: str | None


@dataclass(frozen=True, slots=True)
class NearPairs:
    """How near the words of each pair stand to each other: the weight of the field by the distance.

    The best place counts. A pair farther apart than `distance`, or in a field without weight, counts nothing.
    """

    pairs: Sequence[Pair]
    weights: Mapping[str, float]
    distance: int

    def nearness(self, view: Snapshot, docs: Docs) -> Array:
        """float64[pairs, docs]: the nearness of each pair in each of the documents, which ascend."""
        found = np.zeros((len(self.pairs), len(docs)))
        words = dict.fromkeys(terms for pair in self.pairs for terms in (pair.first, pair.second))
        placed = {terms: view.places_in(terms, docs) for terms in words}
        for pair, own in zip(self.pairs, found, strict=True):
            view.check()
            first, second = placed[pair.first], placed[pair.second]
            for field, weight in self.weights.items():
                if field in first and field in second and pair.field in (None, field):
                    near, distances = nearest_followers(first[field], second[field], self.distance)
                    np.maximum.at(own, np.searchsorted(docs, near), weight / distances)
        return found


class Reranked(Rescored):
    """Another set; the first `window` of its documents score more by nearness.

    Their scores are multiplied by 1 + `share` * the sum of the pairs' nearness.
    """

    def __init__(
        self,
        view: Snapshot,
        inner: Matches,
        ordering: Ordering,
        pairs: NearPairs,
        *,
        share: float,
        window: int,
    ) -> None:
        super().__init__(inner)
        self._view, self._ordering, self._pairs = view, ordering, pairs
        self._share, self._window = share, window

    @once
    def _scored(self) -> tuple[Floats, Docs, Array]:
        """The scores of all the documents; the first of them, and the nearness of each pair there."""
        docs = self.docs
        scores = self._inner.scores(docs)
        first = self._ordering.leading(self._view, docs, scores, self._window)
        nearness = self._pairs.nearness(self._view, docs.take(first))
        scores[first] *= (1 + self._share * nearness.sum(axis=0)).astype(np.float32)
        return scores, docs.take(first), nearness

    def scores(self, docs: Docs) -> Floats:
        if len(docs) == len(self.docs):
            return self._scored[0]
        return self._scored[0].take(places(self._view, docs, self.docs))

    def nearness_in(self, doc: int) -> list[float]:
        """The nearness of each pair in a document; all 0 if it is not among the first."""
        _, first, nearness = self._scored
        found: list[float] = nearness.compress(first == doc, axis=1).sum(axis=1).tolist()
        return found
