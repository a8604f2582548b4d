"""The arrays of a segment by their meaning; `names` lists them all.

A term's postings are the documents that have it in any text field. The text field with the most postings is
dense: it has an entry for every posting of every term. The others are sparse: they have entries only for the
postings in which the field has the term, and the place of each among the term's postings. Only this module
knows which of the two a field is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from search.index.format.lexicon import Lexicon
from search.index.format.names import (
    EARLINESS,
    SKETCH_DOCS,
    SKETCH_HASHES,
    TEXT_UNITS,
    TextUnit,
    column_array,
    columns,
    starts_of,
    text_array,
    text_fields,
    value_array,
    value_fields,
)
from search.index.format.packed import DocNumbers, Frequencies
from search.index.format.sketches import REVISION, Sketches
from search.index.format.whole import completed
from search.index.kernels import Array, Docs, expand_runs, find_members, scatter


def densest(posting_counts: Mapping[str, int]) -> str:
    """Choose the text field to store densely: the one with the most postings."""
    return max(posting_counts, key=posting_counts.__getitem__)


class TextField:
    """A text field: `positions` and `variants` of each word, by term and document, from `place_starts` on.

    `lengths` int32[N] counts the words of each document; `extents` int32[N] is its last position plus one.
    """

    def __init__(self, arrays: Mapping[str, Array], name: str, starts: Array) -> None:
        self.name = name
        self.place_starts = arrays[text_array(name, "place_starts")]
        self.positions = arrays[text_array(name, "positions")]
        self.variants = arrays[text_array(name, "variants")]
        self.lengths = arrays[text_array(name, "lengths")]
        self.extents = arrays[text_array(name, "extents")]
        self._units = {
            unit: (arrays[text_array(name, unit)], arrays[text_array(name, starts_of(unit))])
            for unit in TEXT_UNITS
            if text_array(name, unit) in arrays
        }
        self._starts = starts
        self._frequencies = Frequencies(arrays, name)
        self._earliness = arrays[text_array(name, EARLINESS)]
        self._at = arrays.get(text_array(name, "at"))
        self._at_starts = arrays.get(text_array(name, "at_starts"))

    def begun(self, unit: TextUnit) -> tuple[Array, Array] | None:
        """(positions, starts int[N+1]) of sentences or paragraphs after the first; None if not known."""
        if not self.lengths.any():
            return np.empty(0, np.uint8), np.zeros(len(self.lengths) + 1, np.int32)
        return self._units.get(unit)

    def entries(self, term: int) -> tuple[Array | None, Array, Array]:
        """(places among the term's postings, frequencies, earliness) of a term in this field.

        The places are None where every posting has an entry. The frequency is then 0 for a document that has
        the term in other fields only.
        """
        if self._at is None or self._at_starts is None:
            first, after = self._starts[term : term + 2].tolist()
            return None, self._frequencies.between(first, after), self._earliness[first:after]
        first, after = self._at_starts[term : term + 2].tolist()
        return self._at[first:after], self._frequencies.between(first, after), self._earliness[first:after]

    def occurrences(self, term: int, docs: Array) -> tuple[Array, Array]:
        """(documents, frequencies above 0) of a term here; `docs` are the documents of its postings."""
        at, frequencies, _ = self.entries(term)
        if at is not None:
            return docs.take(at), frequencies
        present = frequencies > 0
        return docs.compress(present), frequencies.compress(present)

    def positions_in(self, term: int, postings: Array) -> tuple[Array, Array, Array]:
        """(postings, frequencies, positions) of a term here, in some of its `postings`.

        These are given and come back as their numbers, ascending; those without an entry do not come back.
        """
        at, every, _ = self.entries(term)
        places = postings
        if at is not None:
            places, there = find_members(postings, at)
            postings, places = postings.compress(there), places.compress(there)
        if not len(places):
            return postings, every[:0], self.positions[:0]
        # Sums between the places cost a fraction of `cumsum` over all of a common word's frequencies.
        between = np.add.reduceat(every, places, dtype=np.int64)
        starts = np.cumsum(between) - between + every[: int(places[0])].sum(dtype=np.int64)
        frequencies = every.take(places)
        positions = self.positions[self.words(term)].take(expand_runs(starts, frequencies))
        return postings, frequencies, positions

    def of_several(self, terms: Array, docs: Docs) -> tuple[Array, Array, Array]:
        """(documents, frequencies above 0, earliness) of terms, which ascend, in turn.

        `docs` are the documents of their postings, in turn too.
        """
        counts = self._starts.take(terms + 1) - self._starts.take(terms)
        if self._at is None or self._at_starts is None:
            entries = expand_runs(self._starts.take(terms), counts)
            frequencies = self._frequencies.take(entries)
            present = frequencies > 0
            earliness = self._earliness.take(entries.compress(present))
            return docs.compress(present), frequencies.compress(present), earliness
        first = self._at_starts.take(terms)
        sizes = self._at_starts.take(terms + 1) - first
        entries = expand_runs(first, sizes)
        places = np.repeat(np.cumsum(counts) - counts, sizes) + self._at.take(entries)
        return docs.take(places), self._frequencies.take(entries), self._earliness.take(entries)

    def of_every_posting(self, terms: slice) -> tuple[Array, Array]:
        """(frequencies, earliness) of every posting of a run of terms; 0 if it is of other fields only."""
        starts = self._starts[terms.start : terms.stop + 1]
        if self._at is None or self._at_starts is None:
            first, after = int(starts[0]), int(starts[-1])
            return self._frequencies.between(first, after), self._earliness[first:after]
        at_starts = self._at_starts[terms.start : terms.stop + 1]
        first, after = int(at_starts[0]), int(at_starts[-1])
        places = np.repeat(starts[:-1] - starts[0], np.diff(at_starts)) + self._at[first:after]
        count = int(starts[-1] - starts[0])
        frequencies = scatter(self._frequencies.between(first, after), places, count)
        return frequencies, scatter(self._earliness[first:after], places, count)

    def posting_count(self, kept: Array | None) -> int:
        """Count the postings that have the field: all of them, or the ones that `kept` flags."""
        if kept is None:
            return int(np.count_nonzero(self._frequencies.small))
        frequencies, _ = self.of_every_posting(slice(0, len(self._starts) - 1))
        return int(np.count_nonzero(frequencies.compress(kept)))

    def words(self, term: int) -> slice:
        """The slice of `positions` and `variants` with the words of a term."""
        return slice(*self.place_starts[term : term + 2].tolist())


class ValueField:
    """A field of whole values: the `docs` of each value from `starts` on, and the values of each document."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        self.values = Lexicon(arrays, value_array(name, "terms"))
        self.starts, self.docs = arrays[value_array(name, "starts")], arrays[value_array(name, "docs")]
        self.doc_starts = arrays[value_array(name, "doc_starts")]
        self.ordinals = arrays[value_array(name, "ordinals")]

    def docs_of(self, value: int) -> Array:
        """int32: the documents with a value, ascending."""
        return self.docs[slice(*self.starts[value : value + 2].tolist())]

    def first_of(self, docs: Array) -> list[str]:
        """The first value of each of the documents, "" for one without a value."""
        first, after = self.doc_starts.take(docs), self.doc_starts.take(docs + 1)
        having = np.flatnonzero(first < after)
        values = self.values.pick(self.ordinals.take(first.take(having)))
        if len(values) == len(docs):
            return values
        known = dict(zip(having.tolist(), values, strict=True))
        return [known.get(place, "") for place in range(len(docs))]


class SegmentFields:
    """All of a segment, field by field."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = arrays = completed(arrays)
        self.terms, self.forms = Lexicon(arrays, "terms"), Lexicon(arrays, "forms")
        self.starts, self.docs = arrays["starts"], DocNumbers(arrays)
        self.form_terms = arrays["forms.terms"]
        self._variant_starts, self._variant_forms = arrays["variant_starts"], arrays["variant_forms"]
        self.text = {name: TextField(arrays, name, self.starts) for name in text_fields(arrays)}
        self.value_names, self.column_names = value_fields(arrays), columns(arrays)
        self._values: dict[str, ValueField] = {}

    def docs_of(self, term: int) -> Docs:
        """The documents of a term's postings, ascending."""
        return self.docs.between(*self.starts[term : term + 2].tolist())

    def docs_between(self, first: int, after: int) -> Array:
        """int32: the documents of the postings of the terms from `first` to just before `after`."""
        return self.docs.between(*self.starts[[first, after]].tolist())

    def document_counts(self, terms: Array) -> Array:
        """Count the documents that have each of the terms."""
        counts: Array = self.starts.take(terms + 1) - self.starts.take(terms)
        return counts

    def variants_of(self, term: int) -> Array:
        """int32: the forms of a term; a word's variant is a place among them."""
        return self._variant_forms[slice(*self._variant_starts[term : term + 2].tolist())]

    def variant_counts(self, terms: Array) -> Array:
        """Count the forms of each of the terms."""
        counts: Array = self._variant_starts[terms + 1] - self._variant_starts[terms]
        return counts

    def forms_of_words(self, terms: Array, variants: Array) -> Array:
        """int32: the form of each word, from its term and its variant."""
        return self._variant_forms.take(self._variant_starts.take(terms) + variants)

    def pairs(self, forms: Sequence[int]) -> list[tuple[str, str]]:
        """(form, term) of each of the forms with these numbers."""
        terms = self.form_terms.take(forms).tolist() if forms else []
        return list(zip(self.forms.pick(forms), self.terms.pick(terms), strict=True))

    def values(self, name: str) -> ValueField | None:
        """A value field, or None if no document has it."""
        if name not in self._values and name in self.value_names:
            self._values[name] = ValueField(self._arrays, name)
        return self._values.get(name)

    @property
    def sketches(self) -> Sketches | None:
        """The sketches of the documents; None in a segment of an earlier format."""
        if SKETCH_HASHES not in self._arrays:
            return None
        hashes, docs = self._arrays[SKETCH_HASHES].view(np.uint32), self._arrays[SKETCH_DOCS]
        return Sketches(hashes, docs, len(self._arrays[column_array(REVISION)]))

    def numbers(self, column: str) -> Array | None:
        """int64[N]: a column, or None if there is no such column."""
        return self._arrays.get(column_array(column))
