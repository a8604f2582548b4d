"""Fields of whole values: which documents have a value, which values a document has, and how many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from search.codec.lexicon import Lexicon
from search.codec.postings import NO_DOCS, Array, Docs, Flags
from search.deadline import STEP, checked

if TYPE_CHECKING:
    from search.codec.view import IndexView


class Values:
    """A field of whole values, over the segments of a view."""

    def __init__(self, view: IndexView, field: str) -> None:
        self._view = view
        self._field = field
        self._segments = [part for part in view.parts if f"{field}.doc_starts" in part.arrays]
        self.lexicons = [Lexicon(segment.arrays, f"{field}.terms") for segment in self._segments]
        self._classes: dict[tuple[str, ...], Array | None] = {}

    def docs(self, choose: Callable[[Lexicon], Iterable[int]]) -> Docs:
        """The documents with any of the values that `choose` picks from each lexicon, ascending."""
        found = []
        for segment, lexicon in zip(self._segments, self.lexicons, strict=True):
            starts, docs = segment.arrays[f"{self._field}.starts"], segment.arrays[f"{self._field}.docs"]
            lists = [docs[starts[n] : starts[n + 1]] for n in choose(lexicon)]
            if lists:
                own = lists[0] if len(lists) == 1 else np.unique(np.concatenate(lists))
                own = own if segment.live is None else own.compress(segment.live.take(own))
                found.append(own + segment.base if segment.base else own)
        return found[0] if len(found) == 1 else np.concatenate(found) if found else NO_DOCS

    def known(self) -> set[str]:
        """Every value, perhaps with some of deleted documents only."""
        return {value for lexicon in self.lexicons for value in lexicon.strings()}

    def present(self) -> Flags:
        """bool[size]: which documents have any value, deleted ones too."""
        flags = np.zeros(self._view.size, np.bool_)
        for segment in self._segments:
            counts = np.diff(segment.arrays[f"{self._field}.doc_starts"])
            flags[segment.base : segment.base + segment.count] = counts > 0
        return flags

    def classes(self, names: tuple[str, ...]) -> Array | None:
        """uint8[size]: the place among `names` of the value of each document, deleted ones too.

        It is 0 also for a document without a value, or with another. None where all are 0.
        """
        if names not in self._classes:
            self._classes[names] = self._classified(names)
        return self._classes[names]

    def _classified(self, names: tuple[str, ...]) -> Array | None:
        found = np.zeros(self._view.size, np.uint8)
        for segment, lexicon in zip(self._segments, self.lexicons, strict=True):
            starts, docs = segment.arrays[f"{self._field}.starts"], segment.arrays[f"{self._field}.docs"]
            for place, name in enumerate(names[1:], start=1):
                if (number := lexicon.number(name.encode())) >= 0:
                    found[segment.base + docs[starts[number] : starts[number + 1]].astype(np.intp)] = place
        return found if found.any() else None

    def texts(self, docs: Docs) -> list[str]:
        """The first value of each of `docs` as it is written, "" where it has none."""
        bases = [segment.base for segment in self._segments]
        found = []
        segments = (np.searchsorted(bases, docs, "right") - 1).tolist()
        for doc, at in checked(zip(docs.tolist(), segments, strict=True), self._view.check):
            arrays, own = self._segments[at].arrays, doc - bases[at]
            first, after = arrays[f"{self._field}.doc_starts"][own : own + 2].tolist()
            ordinals = arrays[f"{self._field}.ordinals"]
            found.append(_as_written(self.lexicons[at][int(ordinals[first])]) if first < after else "")
        return found

    def counts(self, docs: Docs) -> dict[str, int]:
        """How many of `docs` have each value that any of them has."""
        found: dict[str, int] = {}
        counted: list[tuple[Lexicon, Array, Array]] = []
        every = len(docs) == self._view.size
        inside = self._view.scratch
        if not every:
            inside[docs.astype(np.intp)] = 1
        for segment, lexicon in zip(self._segments, self.lexicons, strict=True):
            starts = segment.arrays[f"{self._field}.starts"]
            if not len(lexicon):
                continue
            if every:
                counts = np.diff(starts)
            else:
                own = inside[segment.base : segment.base + segment.count]
                flags = own.take(segment.arrays[f"{self._field}.docs"])
                counts = np.add.reduceat(flags, starts[:-1], dtype=np.int64)
            present = np.flatnonzero(counts)
            counted.append((lexicon, present, counts.take(present)))
        inside.fill(0)
        for lexicon, present, counts in counted:
            for start in range(0, len(present), STEP):
                self._view.check()
                values = lexicon.pick(present[start : start + STEP].tolist())
                for value, count in zip(values, counts[start : start + STEP].tolist(), strict=True):
                    found[value] = found.get(value, 0) + count
        return found


def _as_written(value: bytes) -> str:
    """A value without its folded form, which stood before it also for ids until analysis 3."""
    return value.rpartition(b"\x1f")[2].decode()
