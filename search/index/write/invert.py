"""Turns documents into the arrays of a segment: words are sorted into postings, values into lists.

`format.names` lists the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from search.index.format.fields import densest
from search.index.format.layout import narrow, narrow_starts
from search.index.format.lexicon import encoded_lexicon_arrays, lexicon_arrays
from search.index.format.names import EARLINESS, column_array, text_array, value_array
from search.index.format.packed import excess_arrays, high_arrays, split_docs, split_frequencies
from search.index.kernels import (
    Array,
    earliness_of,
    expand_runs,
    first_of_runs,
    order_by_term,
    renumber,
    run_starts,
    scatter,
)


@dataclass(slots=True)
class Words:
    """The words of documents, one entry a word, in the order of document, field and position.

    `forms` has each distinct form of a term, `term_of` int32 its place among the `terms`. For each word,
    `entries` int32 has the place of its form among the `forms`, `docs` int32 its document, `fields` uint8 the
    place of its field among the `text_fields`, and `positions` int32 its position there.
    """

    text_fields: tuple[str, ...]
    forms: Sequence[str]
    term_of: Array
    terms: Sequence[str]
    entries: Array
    docs: Array
    fields: Array
    positions: Array


class WordCollector:
    """Collects the words of documents, text by text; each text comes cut into pieces."""

    def __init__(self, text_fields: tuple[str, ...], gap: int) -> None:
        self._fields, self._gap = text_fields, gap
        self._pieces = [np.empty(0, np.int32)]
        self._counts = [np.empty(0, np.int64)]
        self._places: tuple[list[int], list[int]] = ([], [])  # document and field of each text

    def add(self, pieces: Array, counts: Array, documents: Sequence[int], fields: Sequence[int]) -> None:
        """Add texts.

        `pieces` has the pieces of all of them, one text after the other, and `counts` the number of pieces of
        each. `documents` has the document of each text, ascending, and `fields` its field, ascending within
        a document. Between two texts in one field there are `gap` positions.
        """
        self._pieces.append(pieces)
        self._counts.append(counts)
        self._places[0].extend(documents)
        self._places[1].extend(fields)

    def collected(
        self,
        words_of: Sequence[Sequence[int]],
        forms: Sequence[str],
        term_of: Sequence[int],
        terms: Sequence[str],
    ) -> Words:
        """Return all words added, given the words of each piece; unused forms and terms are dropped.

        A word of -1 is left out, but takes a position.
        """
        entries, counts = _expanded(np.concatenate(self._pieces), words_of)
        documents, fields = (np.array(numbers, np.int64) for numbers in self._places)
        ends = np.concatenate([[0], np.cumsum(counts)])[np.cumsum(np.concatenate(self._counts))]
        lengths = np.diff(ends, prepend=0)
        # Where a text begins in its field: after all the earlier ones there, each with its gap.
        starts = np.cumsum(lengths + self._gap) - lengths - self._gap
        first = first_of_runs(documents) | first_of_runs(fields)
        starts -= np.repeat(starts[first], np.diff(np.append(np.flatnonzero(first), len(ends))))
        docs = np.repeat(documents.astype(np.int32), lengths)
        where = np.repeat(fields.astype(np.uint8), lengths)
        positions = np.arange(len(entries), dtype=np.int32)
        positions += np.repeat((starts - ends + lengths).astype(np.int32), lengths)
        real = entries >= 0
        if not real.all():
            entries, docs, where, positions = entries[real], docs[real], where[real], positions[real]
        used, entries = renumber(entries)
        used_terms, owners = renumber(np.array([term_of[number] for number in used.tolist()], np.int32))
        return Words(
            self._fields,
            [forms[number] for number in used.tolist()],
            owners,
            [terms[number] for number in used_terms.tolist()],
            entries,
            docs,
            where,
            positions,
        )


def _expanded(pieces: Array, words_of: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """(int32: the words of the pieces, one after the other; the number of words of each piece)."""
    used, pieces = renumber(pieces)
    lists = [words_of[number] for number in used.tolist()]
    sizes = np.fromiter(map(len, lists), np.int32, len(lists))
    words = np.fromiter(chain.from_iterable(lists), np.int32)
    counts = sizes[pieces]
    starts = (np.cumsum(sizes, dtype=np.int32) - sizes)[pieces]
    return words[expand_runs(starts, counts)], counts


@dataclass(slots=True)
class Documents:
    """Documents to write: `count` of them, numbered from 0.

    `values` has, for each value field, ascending documents and a value for each, without repeated pairs.
    `numbers` has, for each column, one number a document.
    """

    count: int
    words: Words
    values: Mapping[str, tuple[Sequence[int], Sequence[str]]] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[int]] = field(default_factory=dict)


def segment_arrays(documents: Documents) -> dict[str, Array]:
    """Make all the arrays of a segment, by name."""
    words = documents.words
    arrays = _text_arrays(words)
    for number, name in enumerate(words.text_fields):
        if text_array(name, "frequencies") not in arrays:
            continue  # it has no word
        own = np.flatnonzero(words.fields == number)
        docs = words.docs[own]
        lengths = np.bincount(docs, minlength=documents.count).astype(np.int32)
        extents = np.zeros(documents.count, np.int32)
        extents[docs] = words.positions[own] + 1  # the last word of a document is assigned last
        arrays.update(length_arrays(name, lengths, extents))
    for name, (numbers, values) in documents.values.items():
        arrays.update(_value_arrays(name, numbers, values, documents.count))
    for name, column in documents.numbers.items():
        arrays[column_array(name)] = np.array(column, np.int64)
    return arrays


def _text_arrays(words: Words) -> dict[str, Array]:
    by_term = sorted(range(len(words.terms)), key=words.terms.__getitem__)
    term_of = _inverse(by_term)[words.term_of]
    # Equal forms are ordered by their terms.
    by_form = sorted(np.argsort(term_of, kind="stable").tolist(), key=words.forms.__getitem__)
    place = _inverse(by_form)
    arrays, variants_of = form_arrays(
        [words.forms[number].encode() for number in by_form], term_of[by_form], len(by_term)
    )
    arrays.update(lexicon_arrays("terms", [words.terms[n] for n in by_term]))
    order, sorted_terms = order_by_term(term_of[words.entries])
    sorted_docs = words.docs[order]
    first = first_of_runs(sorted_terms) | first_of_runs(sorted_docs)
    arrays["docs"], high, begins = split_docs(sorted_docs[first])
    arrays.update(high_arrays(high, begins, len(arrays["docs"])))
    starts = arrays["starts"] = narrow_starts(run_starts(sorted_terms[first], len(by_term)))
    postings = np.cumsum(first, dtype=np.int32)
    postings -= 1
    fields, positions = words.fields[order], words.positions[order]
    variants = narrow(variants_of)[place][words.entries[order]]
    occurring: dict[str, tuple[Array, Array, Array]] = {}
    for number, name in enumerate(words.text_fields):
        own = np.flatnonzero(fields == number)
        arrays[text_array(name, "positions")] = narrow(positions[own])
        if not len(own) and (len(order) or number):
            continue
        place_starts = run_starts(sorted_terms[own], len(by_term))
        arrays[text_array(name, "place_starts")] = narrow_starts(place_starts)
        arrays[text_array(name, "variants")] = narrow(variants[own])
        there = postings[own]
        begins = np.flatnonzero(first_of_runs(there))
        earliness = earliness_of(positions[own[begins]])
        occurring[name] = there[begins], np.diff(begins, append=len(there)), earliness
    arrays.update(_frequency_arrays(occurring, starts))
    return arrays


def _frequency_arrays(occurring: Mapping[str, tuple[Array, Array, Array]], starts: Array) -> dict[str, Array]:
    """Make the arrays of `occurring`, which has each text field's postings, frequencies and earliness."""
    arrays: dict[str, Array] = {}
    dense = densest({name: len(present) for name, (present, _, _) in occurring.items()})
    for name, (present, counts, earliness) in occurring.items():
        if name == dense:
            counts, earliness = (scatter(own, present, int(starts[-1])) for own in (counts, earliness))
        else:
            terms = np.searchsorted(starts, present, side="right") - 1
            arrays[text_array(name, "at")] = (present - starts[terms]).astype(np.int32)
            arrays[text_array(name, "at_starts")] = narrow_starts(run_starts(terms, len(starts) - 1))
        arrays[text_array(name, "frequencies")], excess, places = split_frequencies(counts)
        arrays.update(excess_arrays(name, excess, places))
        arrays[text_array(name, EARLINESS)] = earliness
    return arrays


def length_arrays(name: str, lengths: Array, extents: Array) -> dict[str, Array]:
    """Make the arrays of the lengths and extents of a text field; equal extents are left out."""
    arrays = {text_array(name, "lengths"): lengths}
    if not np.array_equal(lengths, extents):
        arrays[text_array(name, "extents")] = extents
    return arrays


def _inverse(order: Sequence[int]) -> Array:
    """int32: the place of each number in `order`."""
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


def form_arrays(forms: Sequence[bytes], terms: Array, term_count: int) -> tuple[dict[str, Array], Array]:
    """Make the arrays of forms, from sorted forms and their terms, and the variant of each form."""
    by_term = np.argsort(terms, kind="stable").astype(np.int32)
    variant_starts = run_starts(terms[by_term], term_count)
    variants = np.empty(len(forms), np.int32)
    variants[by_term] = np.arange(len(forms)) - variant_starts[terms[by_term]]
    arrays = encoded_lexicon_arrays("forms", forms) | {
        "forms.terms": terms,
        "forms.variants": narrow(variants),
        "variant_starts": variant_starts.astype(np.int32),
        "variant_forms": by_term,
    }
    return arrays, variants


def _value_arrays(name: str, docs: Sequence[int], texts: Sequence[str], count: int) -> dict[str, Array]:
    values = sorted(set(texts))
    numbers = {value: number for number, value in enumerate(values)}
    ordinals = np.fromiter(map(numbers.__getitem__, texts), np.int32, len(texts))
    encoded = [value.encode() for value in values]
    return value_arrays(name, encoded, np.array(docs, np.int32), ordinals, count)


def value_arrays(
    name: str, values: Sequence[bytes], docs: Array, ordinals: Array, count: int
) -> dict[str, Array]:
    """Make the arrays of a value field, from its sorted values, and documents and ordinals by document."""
    by_value = np.argsort(ordinals, kind="stable")
    arrays = encoded_lexicon_arrays(value_array(name, "terms"), values) | {
        value_array(name, "starts"): run_starts(ordinals[by_value], len(values)).astype(np.int32),
        value_array(name, "docs"): docs[by_value],
        value_array(name, "doc_starts"): run_starts(docs, count).astype(np.int32),
        value_array(name, "ordinals"): narrow(ordinals),
    }
    one_of_each = np.arange(len(docs) + 1)  # left out: `format.whole` makes them again
    for part in (value_array(name, "starts"), value_array(name, "doc_starts")):
        if np.array_equal(arrays[part], one_of_each):
            del arrays[part]
    return arrays
