"""Fields of whole values: the documents of a value, the values of a document, and their counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from search.deadline import CHECK_EVERY, Check, checked, no_deadline
from search.index.format.lexicon import Lexicon
from search.index.kernels import Array, Docs, Flags, unite_by_sorting
from search.index.postings.postings import NO_DOCS
from search.index.read.segment import SegmentSnapshot


@dataclass(frozen=True, slots=True)
class Classes:
    """The class of each document: `numbers` uint8[size]; `present` has the numbers that occur in it."""

    numbers: Array
    present: tuple[int, ...]


class Values:
    """A field of whole values, over segments with `size` documents; safe to share between threads."""

    def __init__(self, segments: Iterable[SegmentSnapshot], size: int, field: str) -> None:
        self._size = size
        found = [(segment, segment.values(field)) for segment in segments]
        self._parts = [(segment, own) for segment, own in found if own is not None]
        self.lexicons = [own.values for _, own in self._parts]
        self._classes: dict[tuple[str, ...], Classes | None] = {}

    def docs(self, choose: Callable[[Lexicon], Iterable[int]]) -> Docs:
        """The documents with any of the values that `choose` picks from each lexicon, ascending."""
        found = []
        for segment, field in self._parts:
            lists = [field.docs_of(number) for number in choose(field.values)]
            if lists:
                own = unite_by_sorting(lists)
                own = own if segment.live is None else own.compress(segment.live.take(own))
                found.append(own + segment.base if segment.base else own)
        return found[0] if len(found) == 1 else np.concatenate(found) if found else NO_DOCS

    def present(self) -> Flags:
        """bool[size]: True for each document with a value, also for deleted ones."""
        flags = np.zeros(self._size, np.bool_)
        for segment, field in self._parts:
            counts = np.diff(field.doc_starts)
            flags[segment.base : segment.base + segment.count] = counts > 0
        return flags

    def classes(self, names: tuple[str, ...]) -> Classes | None:
        """Classify each document by the place of its value among `names`; None if all are in class 0.

        A document without a value, or with a value that is not in `names`, is in class 0 too. Deleted
        documents are included.
        """
        if names not in self._classes:
            self._classes[names] = self._classified(names)
        return self._classes[names]

    def _classified(self, names: tuple[str, ...]) -> Classes | None:
        found = np.zeros(self._size, np.uint8)
        for segment, field in self._parts:
            for place, name in enumerate(names[1:], start=1):
                if (number := field.values.number(name.encode())) >= 0:
                    found[segment.base + field.docs_of(number).astype(np.intp)] = place
        present = tuple(np.flatnonzero(np.bincount(found, minlength=1)).tolist())
        return Classes(found, present) if any(present) else None

    def grouped(self, key: Callable[[str], str]) -> Array:
        """int64[size]: the group of each document; values with the same key are one group.

        The group of documents without a value is 0.
        """
        groups: dict[str, int] = {}
        found = np.zeros(self._size, np.int64)
        for segment, field in self._parts:
            own = [groups.setdefault(key(value), len(groups) + 1) for value in field.values.strings()]
            having = np.flatnonzero(np.diff(field.doc_starts))
            ordinals = field.ordinals.take(field.doc_starts.take(having))
            found[segment.base + having] = np.array(own, np.int64).take(ordinals)
        return found

    def texts(self, docs: Docs, check: Check = no_deadline) -> list[str]:
        """The first value of each of `docs` as it was written; "" for a document without a value."""
        found = np.full(len(docs), "", object)
        for segment, field in self._parts:
            inside = np.flatnonzero((docs >= segment.base) & (docs < segment.base + segment.count))
            for start in checked(range(0, len(inside), CHECK_EVERY), check):
                some = inside[start : start + CHECK_EVERY]
                # Up to analysis 3 ids have a folded form before them.
                written = [v.rpartition("\x1f")[2] for v in field.first_of(docs.take(some) - segment.base)]
                found[some] = written
        texts: list[str] = found.tolist()
        return texts

    def counts(self, docs: Docs, scratch: Array, check: Check = no_deadline) -> dict[str, int]:
        """Count the `docs` that have each value; values that occur in no document are left out.

        `scratch` uint8[size] is all 0 before and after.
        """
        found: dict[str, int] = {}
        counted: list[tuple[Lexicon, Array, Array]] = []
        every = len(docs) == self._size
        inside = scratch
        if not every:
            inside[docs.astype(np.intp)] = 1
        for segment, field in self._parts:
            if not len(field.values):
                continue
            if every:
                counts = np.diff(field.starts)
            else:
                own = inside[segment.base : segment.base + segment.count]
                counts = np.add.reduceat(own.take(field.docs), field.starts[:-1], dtype=np.int64)
            present = np.flatnonzero(counts)
            counted.append((field.values, present, counts.take(present)))
        inside.fill(0)
        for lexicon, present, counts in counted:
            for start in range(0, len(present), CHECK_EVERY):
                check()
                values = lexicon.pick(present[start : start + CHECK_EVERY].tolist())
                for value, count in zip(values, counts[start : start + CHECK_EVERY].tolist(), strict=True):
                    found[value] = found.get(value, 0) + count
        return found
