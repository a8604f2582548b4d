"""Matches in order: the first of them, or the first after a given place.

The order is total: by score (highest first) or by a column of numbers. Equal scores are ordered by the
column, highest first; then by the text of a value field. `MISSING` numbers come last in every order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge
from typing import Literal

import numpy as np

from search.deadline import CHECK_EVERY, Check, checked
from search.index.evaluate.matches import Matches
from search.index.format.layout import MISSING
from search.index.kernels import Array, Docs, Ints, first_of_runs, highest
from search.index.read.snapshot import Snapshot

By = Literal["score", "highest", "lowest"]


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a match in the order: its keys; and its document, -1 for a place that is only keys."""

    text: str
    score: float
    number: int
    doc: int = -1


@dataclass(frozen=True, slots=True)
class Ordering:
    """The keys of an order: the score or the `numbers` column; then the `texts` field breaks ties."""

    by: By
    numbers: str
    texts: str

    def first(self, view: Snapshot, matches: Matches, limit: int, after: Place | None) -> list[Place]:
        """The first `limit` matches after the place `after`."""
        if limit <= 0:
            return []
        docs = matches.docs
        numbers = view.numbers(self.numbers)
        if self.by == "score":
            keys: Array = matches.scores(docs)
        else:
            keys = self._numbers_as_keys(numbers.take(docs))
        if after is None:
            candidates = highest(keys, limit)
        else:
            past = self._past(view, docs, keys, after)
            candidates = past.take(highest(keys.take(past), limit))
        if self.by == "score" and limit < len(candidates):
            candidates = self._break_ties(keys, numbers, docs, candidates, limit)
        chosen = docs[candidates]
        scores = keys[candidates].tolist() if self.by == "score" else [0.0] * len(candidates)
        texts = view.values(self.texts).texts(chosen, view.check)
        details = zip(texts, scores, numbers[chosen].tolist(), chosen.tolist(), strict=True)
        places = [Place(*detail) for detail in details]
        places.sort(key=lambda place: (*self._key(place), place.text))
        return places[:limit]

    def leading(self, view: Snapshot, docs: Docs, scores: Array, limit: int) -> Array:
        """The indices, ascending, of exactly the first `limit` documents; `scores` has the score of each."""
        if limit >= len(docs):
            return np.arange(len(docs))
        numbers = view.numbers(self.numbers)
        chosen = highest(scores, limit)
        if limit < len(chosen):
            chosen = self._break_ties(scores, numbers, docs, chosen, limit)
        if limit < len(chosen):
            own = docs.take(chosen)
            texts = np.array(view.values(self.texts).texts(own, view.check))
            chosen = chosen.take(np.lexsort((texts, -numbers.take(own), -scores.take(chosen)))[:limit])
        return np.sort(chosen)

    def _numbers_as_keys(self, numbers: Ints) -> Ints:
        """Turn numbers into keys; the highest key comes first."""
        return numbers if self.by == "highest" else np.where(numbers == MISSING, MISSING, -numbers)

    def _key(self, place: Place) -> tuple[float, int]:
        if self.by == "score":
            return -place.score, -place.number
        return 0.0, -int(self._numbers_as_keys(np.array([place.number]))[0])

    def _past(self, view: Snapshot, docs: Docs, keys: Array, after: Place) -> Array:
        """The indices of the matches that come after the place, ascending."""
        if self.by == "score":
            bound = np.float32(after.score)
            tied = np.flatnonzero(keys == bound)
            numbers = view.numbers(self.numbers)[docs[tied]]
            past = [np.flatnonzero(keys < bound), tied[numbers < after.number]]
            tied = tied[numbers == after.number]
        else:
            own = self._numbers_as_keys(np.array([after.number]))[0]
            past = [np.flatnonzero(keys < own)]
            tied = np.flatnonzero(keys == own)
        texts = view.values(self.texts).texts(docs[tied], view.check)
        past.append(tied[np.array([text > after.text for text in texts], np.bool_)])
        return np.sort(np.concatenate(past))

    @staticmethod
    def _break_ties(keys: Array, numbers: Ints, docs: Docs, candidates: Array, limit: int) -> Array:
        """Drop candidates with the last key and too low numbers; candidates with equal numbers all stay."""
        own = keys[candidates]
        last = np.partition(own, len(own) - limit)[len(own) - limit]
        surely, tied = candidates[own > last], candidates[own == last]
        wanted = limit - len(surely)
        if wanted >= len(tied):
            return candidates
        ages = numbers.take(docs.take(tied))
        bound = np.partition(ages, len(ages) - wanted)[len(ages) - wanted]
        return np.concatenate([surely, tied[ages >= bound]])


def texts_lowest_first(view: Snapshot, docs: Docs, numbers: str, texts: str) -> list[str]:
    """The texts of the documents, ordered by number, lowest first, then by text."""
    own = view.numbers(numbers).take(docs)
    keys = np.where(own == MISSING, -MISSING, own)
    order = np.argsort(keys, kind="stable")
    found = view.values(texts).texts(docs.take(order), view.check)
    ends = [*np.flatnonzero(first_of_runs(keys.take(order)))[1:].tolist(), len(found)]
    ordered: list[str] = []
    start = 0
    for end in checked(ends, view.check):
        ordered += _sorted(found[start:end], view.check) if end - start > 1 else found[start:end]
        start = end
    return ordered


def _sorted(texts: list[str], check: Check) -> Iterable[str]:
    if len(texts) <= CHECK_EVERY:
        return sorted(texts)
    runs = [
        sorted(texts[start : start + CHECK_EVERY])
        for start in checked(range(0, len(texts), CHECK_EVERY), check)
    ]
    return checked(merge(*runs), check)
