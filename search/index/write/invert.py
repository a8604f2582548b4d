"""Documents to the arrays of a segment: words sorted into postings, values into columns.

`format.names` says which arrays there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from search.index.format.fields import densest
from search.index.format.layout import narrow
from search.index.format.lexicon import lexicon_arrays
from search.index.format.names import column_array, text_array, value_array
from search.index.kernels import (
    Array,
    expand_runs,
    first_of_runs,
    leads_of,
    order_by_term,
    renumber,
    run_starts,
    scatter,
)


@dataclass(slots=True)
class Words:
    """The words of documents, one entry a word, in the order of document, field and position.

    `forms` and `term_of` (int32, which of the `terms`) have each distinct form of a term; `entries`
    int32 says which of these a word is, `docs` int32 and `positions` int32 where, `fields` uint8 in
    which of the `text_fields`.
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
    """Collects the words of documents, text by text, each text as the pieces that it was cut into."""

    def __init__(self, text_fields: tuple[str, ...], gap: int) -> None:
        self._fields, self._gap = text_fields, gap
        self._pieces = [np.empty(0, np.int32)]
        self._counts = [np.empty(0, np.int64)]
        self._places: tuple[list[int], list[int]] = ([], [])  # document and field of each text

    def add(self, pieces: Array, counts: Array, documents: Sequence[int], fields: Sequence[int]) -> None:
        """More texts: their pieces one after the other, and how many each has; the document that each
        is of, ascending, and its field, ascending in a document.

        Between two texts in one field there are `gap` positions.
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
        """All that was added, given the words of each piece; only forms and terms that occur are kept.

        A word -1 is none, but it has a position.
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
    """int32: the words of the pieces, one after the other; and how many each piece has."""
    used, pieces = renumber(pieces)
    lists = [words_of[number] for number in used.tolist()]
    sizes = np.fromiter(map(len, lists), np.int32, len(lists))
    words = np.fromiter(chain.from_iterable(lists), np.int32)
    counts = sizes[pieces]
    starts = (np.cumsum(sizes, dtype=np.int32) - sizes)[pieces]
    return words[expand_runs(starts, counts)], counts


@dataclass(slots=True)
class Documents:
    """Documents to be written: `count` of them, numbered from 0.

    `values` has for each value field the documents, ascending, and the value that each has, without
    repeats; `numbers` for each column a number a document.
    """

    count: int
    words: Words
    values: Mapping[str, tuple[Sequence[int], Sequence[str]]] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[int]] = field(default_factory=dict)


def segment_arrays(documents: Documents) -> dict[str, Array]:
    """Everything of a segment, by name."""
    words = documents.words
    arrays = _text_arrays(words)
    for number, name in enumerate(words.text_fields):
        own = np.flatnonzero(words.fields == number)
        docs = words.docs[own]
        arrays[text_array(name, "lengths")] = np.bincount(docs, minlength=documents.count).astype(np.int32)
        extents = arrays[text_array(name, "extents")] = np.zeros(documents.count, np.int32)
        extents[docs] = words.positions[own] + 1  # of a document's words the last one stays
    for name, (numbers, values) in documents.values.items():
        arrays.update(_value_arrays(name, numbers, values, documents.count))
    for name, column in documents.numbers.items():
        arrays[column_array(name)] = np.array(column, np.int64)
    return arrays


def _text_arrays(words: Words) -> dict[str, Array]:
    by_term = sorted(range(len(words.terms)), key=words.terms.__getitem__)
    term_of = _inverse(by_term)[words.term_of]
    # Of equal forms the one of the lower term first.
    by_form = sorted(np.argsort(term_of, kind="stable").tolist(), key=words.forms.__getitem__)
    place = _inverse(by_form)
    arrays, variants_of = form_arrays(
        [words.forms[number] for number in by_form], term_of[by_form], len(by_term)
    )
    arrays.update(lexicon_arrays("terms", [words.terms[n] for n in by_term]))
    order, sorted_terms = order_by_term(term_of[words.entries])
    sorted_docs = words.docs[order]
    first = first_of_runs(sorted_terms) | first_of_runs(sorted_docs)
    arrays["docs"] = sorted_docs[first]
    starts = arrays["starts"] = run_starts(sorted_terms[first], len(by_term))
    postings = np.cumsum(first, dtype=np.int32)
    postings -= 1
    fields, positions = words.fields[order], words.positions[order]
    variants = narrow(variants_of)[place][words.entries[order]]
    occurring: dict[str, tuple[Array, Array, Array]] = {}
    for number, name in enumerate(words.text_fields):
        own = np.flatnonzero(fields == number)
        arrays[text_array(name, "place_starts")] = run_starts(sorted_terms[own], len(by_term))
        arrays[text_array(name, "positions")] = narrow(positions[own])
        arrays[text_array(name, "variants")] = narrow(variants[own])
        there = postings[own]
        begins = np.flatnonzero(first_of_runs(there))
        leads = leads_of(positions[own[begins]])
        occurring[name] = there[begins], np.diff(begins, append=len(there)), leads
    arrays.update(_frequency_arrays(occurring, starts))
    return arrays


def _frequency_arrays(occurring: Mapping[str, tuple[Array, Array, Array]], starts: Array) -> dict[str, Array]:
    """The arrays of frequencies and leads, from the postings that each text field is in, and theirs."""
    arrays: dict[str, Array] = {}
    dense = densest({name: len(present) for name, (present, _, _) in occurring.items()})
    for name, (present, counts, leads) in occurring.items():
        if name == dense:
            counts, leads = (scatter(own, present, int(starts[-1])) for own in (counts, leads))
        else:
            terms = np.searchsorted(starts, present, side="right") - 1
            arrays[text_array(name, "at")] = (present - starts[terms]).astype(np.int32)
            arrays[text_array(name, "at_starts")] = run_starts(terms, len(starts) - 1)
        arrays[text_array(name, "frequencies")] = narrow(counts)
        arrays[text_array(name, "leads")] = leads
    return arrays


def _inverse(order: Sequence[int]) -> Array:
    """int32: where each number stands in `order`."""
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


def form_arrays(forms: Sequence[str], terms: Array, term_count: int) -> tuple[dict[str, Array], Array]:
    """The arrays about forms, from the forms in order and the term of each; and each one's variant."""
    by_term = np.argsort(terms, kind="stable").astype(np.int32)
    variant_starts = run_starts(terms[by_term], term_count)
    variants = np.empty(len(forms), np.int32)
    variants[by_term] = np.arange(len(forms)) - variant_starts[terms[by_term]]
    arrays = lexicon_arrays("forms", forms) | {
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
    return value_arrays(name, values, np.array(docs, np.int32), ordinals, count)


def value_arrays(
    name: str, values: Sequence[str], docs: Array, ordinals: Array, count: int
) -> dict[str, Array]:
    """The arrays of a value field, from its values in order and (document, ordinal) by document."""
    by_value = np.argsort(ordinals, kind="stable")
    return lexicon_arrays(value_array(name, "terms"), values) | {
        value_array(name, "starts"): run_starts(ordinals[by_value], len(values)).astype(np.int32),
        value_array(name, "docs"): docs[by_value],
        value_array(name, "doc_starts"): run_starts(docs, count).astype(np.int32),
        value_array(name, "ordinals"): ordinals,
    }
