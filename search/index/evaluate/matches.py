"""Sets of matching documents, and operations on whole sets.

A set lists its documents, tells which of given documents it contains, and scores given documents. The caller
chooses the operation and the documents. So an AND scores only the documents that are in all its parts, and a
filter beside it never lists its documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from search.deadline import checked
from search.index.evaluate.bm25f import TermScorer
from search.index.format.layout import MISSING
from search.index.kernels import (
    MIN_SPARSITY,
    Array,
    Docs,
    Flags,
    Floats,
    add_scores,
    find_members,
    flag_members,
    unite_by_sorting,
    unite_by_table,
)
from search.index.postings.postings import FieldPostings, Postings
from search.index.read.snapshot import Snapshot
from search.index.read.values import Classes
from search.once import once


class Matches(Protocol):
    """Documents found in one view of an index."""

    @property
    def size(self) -> int:
        """An upper bound of the number of documents."""

    @property
    def docs(self) -> Docs:
        """int32, ascending: all the documents."""

    def contains(self, docs: Docs) -> Flags:
        """bool[len(docs)]: True for each of `docs`, ascending, that is in the set."""

    def scores(self, docs: Docs) -> Floats:
        """float32[len(docs)]: the score of each of `docs`, which must all be in the set."""


class _Filter:
    """A set whose documents all score 0."""

    def scores(self, docs: Docs) -> Floats:
        return np.zeros(len(docs), np.float32)


class DocList(_Filter):
    """The documents of a list."""

    def __init__(self, view: Snapshot, docs: Docs) -> None:
        self._view, self._docs = view, docs

    @property
    def size(self) -> int:
        return len(self._docs)

    @property
    def docs(self) -> Docs:
        return self._docs

    def contains(self, docs: Docs) -> Flags:
        return contained(self._view, docs, self._docs)


class TermMatches:
    """The documents of a term, or of a phrase or a set of words that counts as one."""

    def __init__(self, view: Snapshot, postings: Postings, scorer: TermScorer) -> None:
        self._view, self._postings, self._scorer = view, postings, scorer

    @property
    def size(self) -> int:
        return len(self._postings.docs)

    @property
    def docs(self) -> Docs:
        return self._postings.docs

    def contains(self, docs: Docs) -> Flags:
        return contained(self._view, docs, self._postings.docs)

    def scores(self, docs: Docs) -> Floats:
        self._view.check()
        if len(docs) == len(self._postings.docs):
            return self._scorer.scores(self._view, self._postings)
        return self.scores_at(places(self._view, docs, self._postings.docs))

    def scores_at(self, chosen: Array) -> Floats:
        """float32: the scores of the documents at these places, which ascend, among `docs`."""
        picked = _picked(self._postings, chosen)
        return self._scorer.scores(self._view, picked, df=len(self._postings.docs))


class Bitmap(_Filter):
    """The documents with their flag set; deleted ones among `flags` bool[size] are left out."""

    def __init__(self, view: Snapshot, flags: Flags) -> None:
        self._flags = flags if view.live is None else flags & view.live

    @property
    def size(self) -> int:
        return len(self._flags)

    @once
    def docs(self) -> Docs:
        return np.flatnonzero(self._flags).astype(np.int32)

    def contains(self, docs: Docs) -> Flags:
        return self._flags.take(docs)


Limits = tuple[int | None, int | None]
"""From a number to just before another; None: no bound."""


class InRange(_Filter):
    """Documents whose number in a column is within the limits of their class; without classes, the first."""

    def __init__(
        self, view: Snapshot, column: str, limits: Sequence[Limits], classes: Classes | None = None
    ) -> None:
        self._view, self._numbers = view, view.numbers(column)
        self._classes = None if classes is None else classes.numbers
        self._limits = {number: limits[number] for number in (classes.present if classes else (0,))}

    @property
    def size(self) -> int:
        return self._view.size

    def _within(self, numbers: Array, classes: Array | None) -> Flags:
        if classes is None or len(set(self._limits.values())) == 1:
            return _between(numbers, next(iter(self._limits.values())))
        flags = np.zeros(len(numbers), np.bool_)
        for number, limits in self._limits.items():
            flags |= _between(numbers, limits) & (classes == number)
        return flags

    @once
    def docs(self) -> Docs:
        return Bitmap(self._view, self._within(self._numbers, self._classes)).docs

    def contains(self, docs: Docs) -> Flags:
        classes = None if self._classes is None else self._classes.take(docs)
        return self._within(self._numbers.take(docs), classes)


def _between(numbers: Array, limits: Limits) -> Flags:
    low, high = limits
    flags: Flags = numbers >= (MISSING + 1 if low is None else low)
    if high is not None:
        flags &= numbers < high
    return flags


class Complement(_Filter):
    """Every document that is not in another set."""

    def __init__(self, view: Snapshot, excluded: Matches) -> None:
        self._view, self._excluded = view, excluded

    @property
    def size(self) -> int:
        return self._view.size

    @once
    def docs(self) -> Docs:
        flags = np.ones(self._view.size, np.bool_)
        flags[places_of(self._excluded.docs)] = False
        return Bitmap(self._view, flags).docs

    def contains(self, docs: Docs) -> Flags:
        return ~self._excluded.contains(docs)


class Intersection:
    """Documents in every part; the scores are added."""

    def __init__(self, parts: Sequence[Matches]) -> None:
        self._parts = parts

    @property
    def size(self) -> int:
        return min(part.size for part in self._parts)

    @once
    def _by_size(self) -> list[Matches]:
        return sorted(self._parts, key=lambda part: part.size)

    @once
    def _places(self) -> Array:
        """Where the documents stand in the part with the fewest documents."""
        rarest, *others = self._by_size
        found = np.arange(len(rarest.docs)) if not others else np.flatnonzero(others[0].contains(rarest.docs))
        for part in others[1:]:
            found = found.compress(part.contains(rarest.docs.take(found)))
        return found

    @once
    def docs(self) -> Docs:
        return self._by_size[0].docs.take(self._places)

    def contains(self, docs: Docs) -> Flags:
        flags = self._parts[0].contains(docs)
        for part in self._parts[1:]:
            flags &= part.contains(docs)
        return flags

    def scores(self, docs: Docs) -> Floats:
        total = np.zeros(len(docs), np.float32)
        for part in self._parts:
            if isinstance(part, TermMatches) and part is self._by_size[0] and docs is self.docs:
                total += part.scores_at(self._places)  # already found
            elif not isinstance(part, _Filter):
                total += part.scores(docs)
        return total


class Union:
    """Documents in any part; the scores are added."""

    def __init__(self, view: Snapshot, parts: Sequence[Matches]) -> None:
        self._view, self._parts = view, parts

    @property
    def size(self) -> int:
        return min(self._view.size, sum(part.size for part in self._parts))

    @once
    def docs(self) -> Docs:
        lists = [part.docs for part in self._parts]
        if sum(map(len, lists)) * MIN_SPARSITY < self._view.size:
            return unite_by_sorting(lists)
        return unite_by_table(checked(lists, self._view.check, step=1), self._view.scratch)

    def contains(self, docs: Docs) -> Flags:
        flags = self._parts[0].contains(docs)
        for part in self._parts[1:]:
            flags |= part.contains(docs)
        return flags

    def scores(self, docs: Docs) -> Floats:
        scored = []
        for part in self._parts:
            self._view.check()
            own = part.docs
            if len(docs) < len(self.docs):
                own = own.compress(contained(self._view, own, docs))
            scored.append((own, part.scores(own)))
        totals = self._view.totals  # only now, as a part may itself be a union
        try:
            for own, added in scored:
                self._view.check()
                add_scores(totals, own, added)
            return totals.take(docs)
        finally:
            if len(docs) * MIN_SPARSITY > len(totals):
                totals.fill(0)
            else:
                totals[places_of(docs)] = 0


class Rescored:
    """The documents of another set."""

    def __init__(self, inner: Matches) -> None:
        self._inner = inner

    @property
    def size(self) -> int:
        return self._inner.size

    @property
    def docs(self) -> Docs:
        return self._inner.docs

    def contains(self, docs: Docs) -> Flags:
        return self._inner.contains(docs)


class Boosted(Rescored):
    """Another set, its scores multiplied by a factor."""

    def __init__(self, inner: Matches, factor: float) -> None:
        super().__init__(inner)
        self._factor = np.float32(factor)

    def scores(self, docs: Docs) -> Floats:
        return self._inner.scores(docs) * self._factor


class Preferred(Rescored):
    """Another set; a document that is also in a set of `preferred` gets the score from there added."""

    def __init__(self, inner: Matches, preferred: Sequence[Matches]) -> None:
        super().__init__(inner)
        self._preferred = preferred

    def scores(self, docs: Docs) -> Floats:
        total = self._inner.scores(docs)
        for part in self._preferred:
            liked = np.flatnonzero(part.contains(docs))
            total[liked] += part.scores(docs.take(liked))
        return total


class Aged(Rescored):
    """Another set; a share of its scores fades with age: it halves with every `half_life` before `now`.

    `half_life` and `now` are in the unit of the column of numbers. `MISSING` and numbers after `now` count as
    very old.
    """

    def __init__(self, inner: Matches, numbers: Array, half_life: int, now: int, share: float) -> None:
        super().__init__(inner)
        self._numbers, self._half_life, self._now, self._share = numbers, half_life, now, share

    def scores(self, docs: Docs) -> Floats:
        numbers = self._numbers.take(docs)
        ages = self._now - numbers.astype(np.float64)
        fresh = np.exp2(-ages / self._half_life, where=ages >= 0, out=np.zeros(len(docs)))
        faded: Floats = (1 - self._share + self._share * fresh).astype(np.float32)
        return self._inner.scores(docs) * faded


def everything(view: Snapshot) -> Matches:
    """Every document."""
    return Bitmap(view, np.ones(view.size, np.bool_))


def nothing(view: Snapshot) -> Matches:
    """No document."""
    return DocList(view, np.empty(0, np.int32))


def has(matches: Matches, doc: int) -> bool:
    """True if the document is among the matches."""
    return bool(matches.contains(np.array([doc], np.int32))[0])


def contained(view: Snapshot, docs: Docs, among: Docs) -> Flags:
    """bool[len(docs)]: True for each of `docs` that is in `among`; both ascend."""
    if len(docs) * MIN_SPARSITY < len(among) or not len(among):
        return find_members(docs, among)[1]
    return flag_members([docs], among, view.scratch)[0]


def places_of(docs: Docs) -> Array:
    """The numbers as intp: NumPy sets values by intp several times faster than by int32."""
    return docs.astype(np.intp)


def places(view: Snapshot, docs: Docs, among: Docs) -> Array:
    """The place of each of `docs` in `among`, which has them all; both ascend."""
    if len(docs) * MIN_SPARSITY < len(among):
        return np.searchsorted(among, docs)
    return np.flatnonzero(contained(view, among, docs))


def _picked(postings: Postings, chosen: Array) -> Postings:
    """The postings of the documents at the places `chosen`, ascending."""
    fields = []
    for part in postings.fields:
        if part.at is None:
            own = part.frequencies.take(chosen), part.earliness.take(chosen)
            fields.append(FieldPostings(part.field, None, *own))
        else:
            at, there = find_members(part.at, chosen)
            fields.append(part.kept(at.compress(there), there))
    return Postings(postings.docs.take(chosen), tuple(fields))
