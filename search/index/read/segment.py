"""A segment of a commit: its documents are numbered within the whole index, and deleted ones left out."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import numpy as np

from search.deadline import Check
from search.index.format.fields import SegmentFields
from search.index.format.layout import HeldArrays, MappedArrays
from search.index.format.segment import Segment
from search.index.kernels import Array, Docs, Flags, Ints, find_members
from search.index.postings.phrases import Numbering, Occurrences, words_near
from search.index.postings.postings import FieldPostings, Postings, without_deleted
from search.index.postings.proximity import Spans


class SegmentSnapshot(SegmentFields):
    """One segment, its documents numbered from `base`."""

    def __init__(self, arrays: MappedArrays | HeldArrays, segment: Segment, base: int) -> None:
        super().__init__(arrays)
        self.arrays = arrays
        self.base = base
        self.count = segment.count
        self.live = segment.live() if segment.deleted else None
        self._numberings: dict[str, Numbering] = {}

    def without(self, gone: Docs) -> SegmentSnapshot:
        """Make a snapshot of the same segment in which more documents, numbered within it, are deleted."""
        other = copy(self)
        other.live = np.ones(self.count, np.bool_) if self.live is None else self.live.copy()
        other.live[gone] = False
        return other

    def postings(self, term: bytes) -> Postings | None:
        """The postings of a term, without deleted documents; None if there is no such term."""
        number = self.terms.number(term)
        if number < 0:
            return None
        docs = self.docs_of(number)
        fields = [FieldPostings(name, *field.entries(number)) for name, field in self.text.items()]
        fields = [own for own in fields if len(own.frequencies)]
        if self.live is not None:
            docs, fields = without_deleted(docs, fields, self.live)
        return Postings(docs + self.base if self.base else docs, tuple(fields))

    def occurrences(self, field: str, number: int) -> Occurrences:
        """The occurrences of a term in a field, also in deleted documents."""
        own = self.text[field]
        docs, frequencies = own.occurrences(number, self.docs_of(number))
        return Occurrences(docs, frequencies, own.positions[own.words(number)])

    def places(self, field: str, number: int, chosen: Flags | None) -> Ints:
        """The places of the words of a term in a field; `chosen` flags the variants that count."""
        own, text = self.occurrences(field, number), self.text[field]
        places = np.repeat((own.docs.astype(np.int64) + self.base) << 32, own.frequencies)
        places |= own.positions
        kept = None if self.live is None else np.repeat(self.live.take(own.docs), own.frequencies)
        if chosen is not None:
            spelled = chosen.take(text.variants[text.words(number)])
            kept = spelled if kept is None else kept & spelled
        return places if kept is None else places.compress(kept)

    def near(
        self, field: str, numbers: tuple[int, int], distance: int, *, ordered: bool, check: Check
    ) -> Spans:
        """The spans of `proximity.near` of two terms in a field."""
        left, right = (self.occurrences(field, number) for number in numbers)
        found = words_near(left, right, self.numbering(field), distance, ordered=ordered, check=check)
        starts, ends = found.starts, found.ends
        if self.live is not None:
            kept = self.live.take(starts >> 32)
            starts, ends = starts.compress(kept), ends.compress(kept)
        base = self.base << 32
        return Spans(starts + base, ends + base) if base else Spans(starts, ends)

    def places_in(self, number: int, docs: Array) -> Iterator[tuple[str, Array]]:
        """Yield for each field `document << 32 | position`, int64, ascending, of a term in some documents.

        The documents ascend. Fields where the term is nowhere are left out.
        """
        at, there = find_members(docs, self.docs_of(number))
        postings, starts = at.compress(there), docs.compress(there).astype(np.int64) << 32
        for name, field in self.text.items():
            own, frequencies, positions = field.positions_in(number, postings)
            if len(positions):
                having = starts if len(own) == len(postings) else starts.take(np.searchsorted(postings, own))
                yield name, np.repeat(having, frequencies) | positions

    def numbering(self, field: str) -> Numbering:
        """The numbers of the positions of a field."""
        if field not in self._numberings:
            self._numberings[field] = Numbering(self.text[field].extents)
        return self._numberings[field]
