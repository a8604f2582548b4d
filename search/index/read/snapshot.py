"""One committed state of an index, all its segments as one set of arrays.

Documents are numbered through the whole index, segment after segment. The results leave deleted documents
out, unless a docstring says otherwise. Columns and norms, which every query needs again, are kept. Postings
are read from the mapped files each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from search.deadline import Check, no_deadline
from search.index.format.layout import HeldArrays, mapped_memory
from search.index.format.names import TextUnit
from search.index.format.segment import Segment
from search.index.kernels import Array, Docs, Flags, Floats, Ints, expand_runs
from search.index.postings.patterns import matching, near
from search.index.postings.phrases import phrase_documents
from search.index.postings.postings import Counted, Postings, concatenated, joined, posted, summed
from search.index.postings.prefix import words_in_forms
from search.index.postings.proximity import Spans, joined_spans
from search.index.read.segment import SegmentSnapshot
from search.index.read.values import Values
from search.once import once

Kept = TypeVar("Kept")

NO_PLACES = np.empty(0, np.int64)
NO_MARKS: Array = np.empty(0, np.uint8)


class Snapshot:
    """The segments of an index, opened from `folder`. A snapshot serves one thread at a time; see `fork`."""

    def __init__(self, folder: Path, segments: Iterable[Segment]) -> None:
        opened: list[SegmentSnapshot] = []
        for segment in segments:
            base = opened[-1].base + opened[-1].count if opened else 0
            opened.append(SegmentSnapshot(segment.open(folder), segment, base))
        self._hold(opened)
        self.check: Check = no_deadline
        """The deadline of the running query: called between its steps, raises when its time is over."""
        self._table = NO_MARKS

    def _hold(self, segments: list[SegmentSnapshot]) -> None:
        self._segments = segments
        self.size = self.count = sum(segment.count for segment in segments)
        self.live: Flags | None = None
        """bool[size]: True for each document that is not deleted; None if all are there."""
        if any(segment.live is not None for segment in segments):
            flags = [np.ones(s.count, np.bool_) if s.live is None else s.live for s in segments]
            self.live = np.concatenate(flags)
            self.count = int(np.count_nonzero(self.live))
        self._kept: dict[tuple[str, ...], Any] = {}

    def fork(self) -> Snapshot:
        """Make another snapshot of the same segments, for another thread.

        The two share kept columns and norms. The new one has its own deadline and scratch arrays.
        """
        other = copy(self)
        for own in ("totals", "scratch"):
            other.__dict__.pop(own, None)
        other._table = NO_MARKS
        return other

    def changed(self, gone: Docs, arrays: Mapping[str, Array], count: int) -> Snapshot:
        """Make a snapshot without the documents `gone`, and with the `count` documents of more arrays."""
        kept = []
        for segment in self._segments:
            own = gone[(gone >= segment.base) & (gone < segment.base + segment.count)] - segment.base
            kept.append(segment.without(own) if len(own) else segment)
        if count:
            kept.append(SegmentSnapshot(HeldArrays(arrays), Segment("past", count), self.size))
        other = self.fork()
        other._hold(kept)
        return other

    def beside(self, arrays: Mapping[str, Array], count: int) -> Snapshot:
        """Make a snapshot of the `count` documents of some arrays alone."""
        other = self.fork()
        other._hold([SegmentSnapshot(HeldArrays(arrays), Segment("arrivals", count), 0)])
        return other

    @property
    def segment_count(self) -> int:
        return len(self._segments)

    @property
    def file_size(self) -> int:
        """The bytes of the files of all segments."""
        return sum(segment.arrays.file_size for segment in self._segments)

    def release_beyond(self, mapped: int) -> None:
        """Release mapped pages if more than `mapped` bytes of files are in memory; kept columns stay."""
        if mapped_memory() > mapped:
            for segment in self._segments:
                segment.arrays.release()

    def keep(self, *key: str, make: Callable[[], Kept]) -> Kept:
        """Return the result of `make`, which runs once for all forks of this snapshot."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: Kept = self._kept[key]
        return kept

    @once
    def totals(self) -> Floats:
        """float32[size], all 0 between uses."""
        return np.zeros(self.size, np.float32)

    @once
    def scratch(self) -> Array:
        """uint8[size], all 0 between uses."""
        return np.zeros(self.size, np.uint8)

    def table(self, entries: int) -> Array:
        """uint8, all 0 between uses, with at least this many entries."""
        if len(self._table) < entries:
            self._table = np.zeros(entries, np.uint8)
        return self._table

    # --- words ----------------------------------------------------------------------------------

    def postings(self, term: str) -> Postings:
        """The postings of `term` in all text fields."""
        found = [p for s in self._segments if (p := s.postings(term.encode())) is not None and len(p.docs)]
        if len(found) == 1:
            return found[0]
        return concatenated(found)

    def places(self, field: str, term: str, forms: frozenset[str] | None = None) -> Ints:
        """int64 ascending: `document << 32 | position` of each word of the term in `field`.

        With `forms`, only words in one of these forms count.
        """
        found = []
        for segment in self._segments:
            number = segment.terms.number(term.encode())
            if number < 0:
                continue
            wanted = [] if forms is None else self._variants(segment, number, forms)
            places = segment.places(field, number, None if all(wanted) else np.array(wanted))
            if len(places):
                found.append(places)
        return found[0] if len(found) == 1 else np.concatenate(found) if found else NO_PLACES

    def near(self, field: str, terms: tuple[str, str], distance: int, *, ordered: bool) -> Spans:
        """The spans of `proximity.near` of two terms in a field."""
        found = []
        for segment in self._segments:
            one, other = (segment.terms.number(term.encode()) for term in terms)
            if one >= 0 and other >= 0:
                found.append(segment.near(field, (one, other), distance, ordered=ordered, check=self.check))
        return joined_spans(found)

    def places_in(self, terms: Iterable[str], docs: Docs) -> dict[str, Ints]:
        """By field int64, ascending: `document << 32 | position` of the words of any of the terms.

        Only the given documents, which ascend, are looked at.
        """
        found: dict[str, list[Ints]] = {}
        for segment in self._segments:
            first, after = np.searchsorted(docs, (segment.base, segment.base + segment.count)).tolist()
            for term in terms if first < after else ():
                if (number := segment.terms.number(term.encode())) >= 0:
                    for field, places in segment.places_in(number, docs[first:after] - segment.base):
                        found.setdefault(field, []).append(places + (segment.base << 32))
        return {
            field: own[0] if len(own) == 1 else np.sort(np.concatenate(own)) for field, own in found.items()
        }

    def phrases(self, field: str, slots: Sequence[Sequence[str]]) -> Counted:
        """The documents with a phrase in `field`; `slots` has the terms for each place of the phrase."""
        found = []
        for segment in self._segments:
            numbers = [[segment.terms.number(term.encode()) for term in terms] for terms in slots]
            words = [[segment.occurrences(field, n) for n in several if n >= 0] for several in numbers]
            own = phrase_documents(words, segment.numbering(field), self.table, self.check)
            found.append(own.live(segment.live, segment.base))
        return joined(found)

    @staticmethod
    def _variants(segment: SegmentSnapshot, number: int, forms: Collection[str]) -> list[bool]:
        return [form in forms for form in segment.forms.pick(segment.variants_of(number).tolist())]

    def has_all_forms(self, term: str, forms: Collection[str]) -> bool:
        """True if `term` occurs only in these forms."""
        numbers = [(s, s.terms.number(term.encode())) for s in self._segments]
        return all(all(self._variants(s, number, forms)) for s, number in numbers if number >= 0)

    def terms_of(self, form: str) -> set[str]:
        """The terms that a form is indexed under."""
        found = set()
        for segment in self._segments:
            numbers = segment.forms.equal(form.encode())
            found.update(segment.terms.pick(segment.form_terms[numbers.start : numbers.stop].tolist()))
        if self.live is None or not found:
            return found
        return {term for term in found if self._occurs(term, form)}

    def _occurs(self, term: str, form: str) -> bool:
        fields = self._segments[0].text
        return any(len(self.places(field, term, frozenset([form]))) for field in fields)

    def forms_of(self, term: str) -> set[str]:
        """The forms in which a term occurs."""
        found: set[str] = set()
        for segment in self._segments:
            number = segment.terms.number(term.encode())
            if number >= 0:
                found.update(segment.forms.pick(segment.variants_of(number).tolist()))
        return found

    def postings_of_forms(self, numbers: Sequence[Sequence[int]]) -> Postings:
        """The postings of all words in some forms, as if they were one term.

        `numbers` has for each segment the numbers of the forms, ascending.
        """
        found: dict[str, list[Counted]] = {}
        for segment, wanted in zip(self._segments, numbers, strict=True):
            own_forms = words_in_forms(segment, np.asarray(wanted, np.int64), self.check)
            for field, own in own_forms.items():
                found.setdefault(field, []).append(own.live(segment.live, segment.base))
        return posted({field: summed(pieces, self.check) for field, pieces in found.items()})

    def forms_starting(self, prefix: str) -> list[range]:
        """The numbers of the forms that begin with `prefix`, for each segment."""
        return [segment.forms.starting(prefix.encode()) for segment in self._segments]

    def forms_like(self, pattern: str, prefix: str) -> Iterator[tuple[int, list[int]]]:
        """(segment, numbers) of the forms that match `pattern`, which begins with `prefix`, list by list.

        There may be forms that only deleted documents have.
        """
        for place, numbers in enumerate(self.forms_starting(prefix)):
            for found in matching(self._segments[place].forms, numbers, pattern, self.check):
                yield place, found

    def forms_near(self, form: str, distance: int) -> Iterator[tuple[int, list[int]]]:
        """(segment, numbers) of the forms at most `distance` edits from `form`; else like `forms_like`."""
        for place, segment in enumerate(self._segments):
            yield place, near(segment.forms, form, distance, self.check)

    def pairs(self, place: int, numbers: Sequence[int]) -> list[tuple[str, str]]:
        """The (form, term) of each of the forms with these numbers in a segment."""
        return self._segments[place].pairs(numbers)

    def lengths(self, field: str) -> Array:
        """int32[size]: the number of words of each document in a text field."""
        return self._column(field, "lengths", np.int32, lambda segment: segment.text[field].lengths)

    def words(self, field: str) -> int:
        """Count the words of all documents in a text field."""

        def total() -> int:
            lengths = self.lengths(field)
            return int((lengths if self.live is None else lengths[self.live]).sum(dtype=np.int64))

        return self.keep("words", field, make=total)

    def norms(self, field: str, b: float, weight: float) -> Floats:
        """float32[size]: `weight / (1 - b + b * length / average length)` of each document."""

        def make() -> Floats:
            lengths = self.lengths(field)
            average = self.words(field) / max(1, self.count) or 1.0
            every = np.arange(int(lengths.max()) + 1 if len(lengths) else 0)
            return (weight / (1 - b + b * every / average)).astype(np.float32).take(lengths)

        return self.keep("norms", field, str(b), str(weight), make=make)

    def begun(self, field: str, unit: TextUnit, docs: Docs) -> Ints | None:
        """int64 ascending: the places of the words that begin a sentence or paragraph in some documents.

        The first sentence and paragraph of each document are left out. None if a segment does not know them.
        """
        found = [NO_PLACES]
        for segment in self._segments:
            known = segment.text[field].begun(unit)
            if known is None:
                return None
            positions, starts = known
            own = (
                docs[slice(*np.searchsorted(docs, [segment.base, segment.base + segment.count]))]
                - segment.base
            )
            first = starts.take(own)
            counts = starts.take(own + 1) - first
            places = np.repeat((own.astype(np.int64) + segment.base) << 32, counts)
            places |= positions.take(expand_runs(first, counts))
            found.append(places)
        return np.concatenate(found)

    # --- columns and values ---------------------------------------------------------------------

    def numbers(self, column: str) -> Ints:
        """int64[size]: the numbers of a column, also of deleted documents."""
        return self._column(column, "numbers", np.int64, lambda segment: segment.numbers(column))

    def _column(
        self, name: str, kind: str, dtype: type[np.generic], of: Callable[[SegmentSnapshot], Array | None]
    ) -> Array:
        def make() -> Array:
            parts = [own for segment in self._segments if (own := of(segment)) is not None]
            return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])

        return self.keep("column", name, kind, make=make)

    def values(self, field: str) -> Values:
        """The values of a value field over all documents."""
        return self.keep("values", field, make=lambda: Values(self._segments, self.size, field))

    @property
    def segments(self) -> Sequence[SegmentSnapshot]:
        """The segments, their documents numbered one after the other."""
        return self._segments
