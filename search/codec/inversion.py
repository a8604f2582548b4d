"""Documents to the arrays of a segment: words sorted into postings, values into columns.

The text fields share one lexicon. A term's postings are the documents that have it in any of them:

    terms.text terms.offsets        the terms, in the order of their bytes           T terms
    starts            int64[T+1]    where each term's postings begin                 P postings
    docs              int32[P]      the documents, ascending within a term
    F.frequencies                   how often in text field F: of every posting for the field that has
                                    most of them; for the others of those at
    F.at              int32         … (from the term's first posting on), with
    F.at_starts       int64[T+1]    … where each term's begin
    F.place_starts    int64[T+1]    where each term's words in field F begin
    F.positions                     the position of each word, by document
    F.variants                      which of the term's forms it has
    F.lengths         int32[N]      words in field F of each of the N documents

    forms.text forms.offsets        the forms, in order; one of several terms stands there several times
    forms.terms       int32         the term of each
    forms.variants                  which of its term's forms each is
    variant_starts    int32[T+1]    where each term's variants begin in
    variant_forms     int32         … the forms they are

    V.terms.text V.terms.offsets    the values of value field V
    V.starts  V.docs                the documents of each value
    V.doc_starts  V.ordinals        the values of each document
    C.numbers         int64[N]      a column of numbers

Arrays without a type here are in the smallest that holds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from search.codec.layout import Array, narrow
from search.codec.lexicon import lexicon_arrays


@dataclass(slots=True)
class Words:
    """The words of documents, one entry a word, in the order of document, field and position.

    `vocabulary` has each distinct (form, term); `entries` int32 says which, `docs` int32 and
    `positions` int32 where, `fields` uint8 in which of the `text_fields`.
    """

    text_fields: tuple[str, ...]
    vocabulary: Sequence[tuple[str, str]]
    entries: Array
    docs: Array
    fields: Array
    positions: Array


class WordCollector:
    """Collects the words of documents, text by text."""

    def __init__(self, text_fields: tuple[str, ...], gap: int) -> None:
        self._fields = text_fields
        self._gap = gap
        self._numbers: list[int] = []
        self._runs: list[tuple[int, int, int, int]] = []  # document, field, first position, words

    def add(self, document: int, field: str, texts: Sequence[Sequence[int]]) -> None:
        """The texts of one field of a document, as numbers of the vocabulary; -1 is no word.

        A word that is none keeps its position. Between two texts there are `gap` positions. Documents
        must come in order, and a document's fields in the order of the text fields.
        """
        position = 0
        for numbers in texts:
            self._numbers.extend(numbers)
            self._runs.append((document, self._fields.index(field), position, len(numbers)))
            position += len(numbers) + self._gap

    def collected(self, vocabulary: Sequence[tuple[str, str]]) -> Words:
        """All that was added; only what is used of `vocabulary` is kept."""
        runs = np.array(self._runs, np.int64).reshape(-1, 4)
        counts = runs[:, 3]
        within = np.arange(len(self._numbers)) - np.repeat(np.cumsum(counts) - counts, counts)
        numbers = np.array(self._numbers, np.int32)
        positions = np.repeat(runs[:, 2], counts) + within
        real = numbers >= 0
        used, entries = np.unique(numbers[real], return_inverse=True)
        return Words(
            self._fields,
            [vocabulary[number] for number in used.tolist()],
            entries.astype(np.int32),
            np.repeat(runs[:, 0], counts)[real].astype(np.int32),
            np.repeat(runs[:, 1], counts)[real].astype(np.uint8),
            positions[real].astype(np.int32),
        )


@dataclass(slots=True)
class Documents:
    """Documents to be written: `count` of them, numbered from 0.

    `values` has for each value field a list of (document, value) in the order of documents, without
    repeats; `numbers` for each column a number a document.
    """

    count: int
    words: Words
    values: Mapping[str, Sequence[tuple[int, str]]] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[int]] = field(default_factory=dict)


def segment_arrays(documents: Documents) -> dict[str, Array]:
    """Everything of a segment, by name."""
    words = documents.words
    arrays = _text_arrays(words)
    for number, name in enumerate(words.text_fields):
        own = words.docs[words.fields == number]
        arrays[f"{name}.lengths"] = np.bincount(own, minlength=documents.count).astype(np.int32)
    for name, pairs in documents.values.items():
        arrays.update(_value_arrays(name, pairs, documents.count))
    for name, numbers in documents.numbers.items():
        arrays[f"{name}.numbers"] = np.array(numbers, np.int64)
    return arrays


def _text_arrays(words: Words) -> dict[str, Array]:
    text_fields = words.text_fields
    pairs = [(form.encode(), term.encode()) for form, term in words.vocabulary]
    terms = sorted({term for _, term in pairs})
    term_numbers = {term: number for number, term in enumerate(terms)}
    by_form = sorted(range(len(pairs)), key=pairs.__getitem__)
    arrays, term_of, variant_of = form_arrays(
        [pairs[number][0] for number in by_form],
        np.array([term_numbers[pairs[number][1]] for number in by_form], np.int32),
        len(terms),
    )
    arrays["terms.text"], arrays["terms.offsets"] = lexicon_arrays(terms)
    place = np.empty(len(pairs), np.int32)
    place[by_form] = np.arange(len(pairs), dtype=np.int32)
    entries = place[words.entries]
    # One sort of integers: by term, and of equal terms in the order the words came in.
    keys = term_of[entries].astype(np.int64) << 32 | np.arange(len(entries))
    keys.sort()
    order = keys & 0xFFFFFFFF
    sorted_terms = (keys >> 32).astype(np.int32)
    sorted_docs = words.docs[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (sorted_terms[1:] != sorted_terms[:-1]) | (sorted_docs[1:] != sorted_docs[:-1])
    posting_of = np.cumsum(first) - 1
    arrays["docs"] = sorted_docs[first].astype(np.int32)
    starts = arrays["starts"] = run_starts(sorted_terms[first], len(terms))
    fields, positions = words.fields[order], words.positions[order]
    variants = variant_of[entries[order]]
    frequencies = [
        np.bincount(posting_of[fields == number], minlength=len(arrays["docs"]))
        for number in range(len(text_fields))
    ]
    dense = max(range(len(text_fields)), key=lambda number: np.count_nonzero(frequencies[number]))
    for number, name in enumerate(text_fields):
        own = fields == number
        arrays[f"{name}.place_starts"] = run_starts(sorted_terms[own], len(terms))
        arrays[f"{name}.positions"] = narrow(positions[own])
        arrays[f"{name}.variants"] = narrow(variants[own])
        counts = frequencies[number]
        if number != dense:
            present = np.flatnonzero(counts)
            terms_there = np.searchsorted(starts, present, side="right") - 1
            arrays[f"{name}.at"] = (present - starts[terms_there]).astype(np.int32)
            arrays[f"{name}.at_starts"] = run_starts(terms_there, len(terms))
            counts = counts[present]
        arrays[f"{name}.frequencies"] = narrow(counts)
    return arrays


def form_arrays(
    forms: Sequence[bytes], terms: Array, term_count: int
) -> tuple[dict[str, Array], Array, Array]:
    """The arrays about forms, from the forms in order and the term of each.

    Also the term and the variant of each form, int32.
    """
    by_term = np.argsort(terms, kind="stable").astype(np.int32)
    variant_starts = run_starts(terms[by_term], term_count)
    variants = np.empty(len(forms), np.int32)
    variants[by_term] = np.arange(len(forms)) - variant_starts[terms[by_term]]
    text, offsets = lexicon_arrays(forms)
    arrays = {
        "forms.text": text,
        "forms.offsets": offsets,
        "forms.terms": terms,
        "forms.variants": narrow(variants),
        "variant_starts": variant_starts.astype(np.int32),
        "variant_forms": by_term,
    }
    return arrays, terms, variants


def _value_arrays(name: str, pairs: Sequence[tuple[int, str]], count: int) -> dict[str, Array]:
    values = sorted({value.encode() for _, value in pairs})
    numbers = {value: number for number, value in enumerate(values)}
    docs = np.array([doc for doc, _ in pairs], np.int32)
    ordinals = np.array([numbers[value.encode()] for _, value in pairs], np.int32)
    return value_arrays(name, values, docs, ordinals, count)


def value_arrays(
    name: str, values: Sequence[bytes], docs: Array, ordinals: Array, count: int
) -> dict[str, Array]:
    """The arrays of a value field, from its values in order and (document, ordinal) by document."""
    by_value = np.argsort(ordinals, kind="stable")
    text, offsets = lexicon_arrays(values)
    return {
        f"{name}.terms.text": text,
        f"{name}.terms.offsets": offsets,
        f"{name}.starts": run_starts(ordinals[by_value], len(values)).astype(np.int32),
        f"{name}.docs": docs[by_value],
        f"{name}.doc_starts": run_starts(docs, count).astype(np.int32),
        f"{name}.ordinals": ordinals,
    }


def run_starts(ascending: Array, count: int) -> Array:
    """int64[count+1]: where the run of each number from 0 to count-1 begins in `ascending`."""
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(ascending, minlength=count), out=starts[1:])
    return starts
