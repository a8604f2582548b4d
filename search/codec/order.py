"""Matches in order: the first so many, past a given place.

The order is total: by score (highest first) or by a column of numbers; where those are equal by the
column, highest first; then by a column of text. `MISSING` numbers come last either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from search.codec.fields import MISSING
from search.codec.matches import Matches
from search.codec.view import Docs, Floats, IndexView, Ints

By = Literal["score", "highest", "lowest"]


@dataclass(frozen=True, slots=True)
class Place:
    """A match in its order: what decides where it stands."""

    text: str
    score: float
    number: int


@dataclass(frozen=True, slots=True)
class Ordering:
    """By what to order: the score or the `numbers` column, with the `texts` column settling ties."""

    by: By
    numbers: str
    texts: str

    def first(self, view: IndexView, matches: Matches, limit: int, after: Place | None) -> list[Place]:
        """The first `limit` matches, of those past `after`."""
        numbers = view.column(self.numbers)[matches.docs]
        first, second = self._keys(matches.scores, numbers)
        candidates = np.arange(len(matches.docs))
        if after is not None:
            first_at, second_at = self._key(after)
            past = (first > first_at) | ((first == first_at) & (second > second_at))
            tied = np.flatnonzero((first == first_at) & (second == second_at))
            texts = view.texts(self.texts, matches.docs[tied])
            beyond = [n for n, text in zip(tied.tolist(), texts, strict=True) if text > after.text]
            candidates = np.concatenate([np.flatnonzero(past), np.array(beyond, np.int64)])
        if limit <= 0:
            return []
        if limit < len(candidates):
            bound = np.partition(first[candidates], limit - 1)[limit - 1]
            candidates = candidates[first[candidates] <= bound]
        order = candidates[np.lexsort((second[candidates], first[candidates]))]
        if limit < len(order):
            last = order[limit - 1]
            order = order[(first[order] < first[last]) | (second[order] <= second[last])]
        docs = matches.docs[order]
        details = view.texts(self.texts, docs), matches.scores[order].tolist(), numbers[order].tolist()
        places = [Place(*detail) for detail in zip(*details, strict=True)]
        places.sort(key=lambda place: (*self._key(place), place.text))
        return places[:limit]

    def _keys(self, scores: Floats, numbers: Ints) -> tuple[Floats | Ints, Floats | Ints]:
        """Two arrays to sort ascending by, the second where the first is equal."""
        if self.by == "score":
            return -scores, -numbers
        return (-numbers if self.by == "highest" else _lowest_first(numbers)), np.zeros(len(numbers))

    def _key(self, place: Place) -> tuple[float, float]:
        """What `_keys` has for one match."""
        first, second = self._keys(np.array([place.score]), np.array([place.number]))
        return first[0], second[0]


def texts_lowest_first(view: IndexView, docs: Docs, numbers: str, texts: str) -> list[str]:
    """The texts of the documents, by their numbers from the lowest on, then by text."""
    keys = _lowest_first(view.column(numbers)[docs]).tolist()
    return [text for _, text in sorted(zip(keys, view.texts(texts, docs), strict=True))]


def _lowest_first(numbers: Ints) -> Ints:
    return np.where(numbers == MISSING, -MISSING, numbers)
