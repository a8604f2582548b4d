"""Turns documents into the arrays of a segment: words are sorted into postings, values into lists.

`format.names` lists the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from search.index.format.fields import densest
from search.index.format.layout import narrow, narrow_starts
from search.index.format.lexicon import encoded_lexicon_arrays, lexicon_arrays
from search.index.format.names import (
    EARLINESS,
    SKETCH_DOCS,
    SKETCH_HASHES,
    TextUnit,
    column_array,
    starts_of,
    text_array,
    value_array,
)
from search.index.format.packed import excess_arrays, high_arrays, split_docs, split_frequencies
from search.index.format.sketches import IDENTITY, PUBLISHED, REVISION, arrival_order, sketch_arrays
from search.index.kernels import (
    PARAGRAPH,
    SENTENCE,
    Array,
    earliness_of,
    first_of_runs,
    run_starts,
    scatter,
)
from search.index.write.words import Boundaries, Words


@dataclass(slots=True)
class Documents:
    """Documents to write: `count` of them, numbered from 0.

    `values` has, for each value field, ascending documents and a value for each, without repeated pairs.
    `numbers` has, for each column, one number a document. `sketches` has the hashes of all sketches, uint32,
    one document after the other, and their number in each document; None without sketches.
    """

    count: int
    words: Words
    values: Mapping[str, tuple[Sequence[int], Sequence[str]]] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[int]] = field(default_factory=dict)
    sketches: tuple[Array, Array] | None = None


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
        np.maximum.at(extents, docs, words.positions[own] + 1)
        arrays.update(length_arrays(name, lengths, extents))
        if words.boundaries is not None:
            arrays.update(_boundary_arrays(name, number, words.boundaries, documents.count))
    for name, (numbers, values) in documents.values.items():
        arrays.update(value_field_arrays(name, numbers, values, documents.count))
    for name, column in documents.numbers.items():
        arrays[column_array(name)] = np.array(column, np.int64)
    if documents.sketches is not None:
        hashes, counts = documents.sketches
        docs = np.repeat(np.arange(documents.count, dtype=np.int32), counts)
        ordinals = arrays[value_array(IDENTITY, "ordinals")]
        times = (arrays[column_array(name)] for name in (REVISION, PUBLISHED))
        sorted_entries = [*sketch_arrays(hashes, docs, arrival_order(next(times), next(times), ordinals))]
        arrays[SKETCH_HASHES] = np.concatenate([own for own, _ in sorted_entries]).view(np.int32)
        arrays[SKETCH_DOCS] = np.concatenate([own for _, own in sorted_entries])
    return arrays


def _text_arrays(words: Words) -> dict[str, Array]:
    by_term, sorted_terms, sorted_docs = words.terms, words.owners, words.docs
    arrays, variants_of = form_arrays([form.encode() for form in words.forms], words.term_of, len(by_term))
    arrays.update(lexicon_arrays("terms", by_term))
    first = first_of_runs(sorted_terms) | first_of_runs(sorted_docs)
    arrays["docs"], high, begins = split_docs(sorted_docs[first])
    arrays.update(high_arrays(high, begins, len(arrays["docs"])))
    starts = arrays["starts"] = narrow_starts(run_starts(sorted_terms[first], len(by_term)))
    postings = np.cumsum(first, dtype=np.int32)
    postings -= 1
    fields, positions = words.fields, words.positions
    variants = narrow(variants_of)[words.entries]
    occurring: dict[str, tuple[Array, Array, Array]] = {}
    for number, name in enumerate(words.text_fields):
        own = fields == number
        arrays[text_array(name, "positions")] = narrow(positions[own])
        if not own.any() and (len(own) or number):
            continue
        place_starts = run_starts(sorted_terms[own], len(by_term))
        arrays[text_array(name, "place_starts")] = narrow_starts(place_starts)
        arrays[text_array(name, "variants")] = narrow(variants[own])
        there = postings[own]
        begins = np.flatnonzero(first_of_runs(there))
        earliness = earliness_of(positions[own][begins])
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


def _boundary_arrays(name: str, number: int, begun: Boundaries, count: int) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    marks: tuple[tuple[TextUnit, int], ...] = (("sentences", SENTENCE), ("paragraphs", PARAGRAPH))
    for unit, bit in marks:
        own = np.flatnonzero((begun.fields == number) & (begun.marks & bit > 0))
        arrays.update(part_arrays(name, unit, begun.positions[own], run_starts(begun.docs[own], count)))
    return arrays


def part_arrays(name: str, part: TextUnit, positions: Array, starts: Array) -> dict[str, Array]:
    """Make the arrays of the sentences or the paragraphs of a text field; starts that are all 0 are left out.

    `positions` has the positions of first words, and `starts` where the ones of each document begin there.
    """
    arrays = {text_array(name, part): narrow(positions)}
    if len(positions):
        arrays[text_array(name, starts_of(part))] = narrow_starts(starts)
    return arrays


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


def value_field_arrays(name: str, docs: Sequence[int], texts: Sequence[str], count: int) -> dict[str, Array]:
    """Make the arrays of a value field of `count` documents, from ascending documents and their values."""
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
