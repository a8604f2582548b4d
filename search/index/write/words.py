"""Collects the words of documents, some documents at a time, and puts them in the order of their terms.

The words of a few documents are sorted at once, while their arrays are in a processor's cache. In the end
each has only to be put in its place, which takes half the time of sorting all of them then.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

import numpy as np

from search.index.kernels import PARAGRAPH, SENTENCE, Array, expand_runs, first_of_runs, order_by_term


@dataclass(slots=True)
class Boundaries:
    """Words that begin a sentence or a paragraph, by document, field and position; no first word of a field.

    `marks` uint8 has the bits of `kernels.boundaries`.
    """

    docs: Array
    fields: Array
    positions: Array
    marks: Array


@dataclass(slots=True)
class Words:
    """The words of documents, one entry a word, in the order of term, document, field and position.

    `forms` has each distinct form of a term, sorted, and equal ones in the order of their terms; `term_of`
    int32 has for each its place among the `terms`, which are sorted. For each word, `owners` int32 has the
    place of its term among the `terms`, `entries` int32 the place of its form among the `forms`, `docs` int32
    its document, `fields` uint8 the place of its field among the `text_fields`, and `positions` int32 its
    position there. `boundaries` is None if they are not known.
    """

    text_fields: tuple[str, ...]
    forms: Sequence[str]
    term_of: Array
    terms: Sequence[str]
    owners: Array
    entries: Array
    docs: Array
    fields: Array
    positions: Array
    boundaries: Boundaries | None = None


class PieceWords:
    """The words of pieces, each a number; `terms` has the term of each word.

    `words_of` has the words of each piece. Both lists may grow.
    """

    def __init__(self, words_of: Sequence[Sequence[int]], terms: Sequence[int]) -> None:
        self._words_of, self._terms_of_words = words_of, terms
        self.clear()

    def clear(self) -> None:
        """Forget what both lists had, as they were cleared too."""
        self._starts, self._words, self._terms = array("i", [0]), array("i"), array("i")

    def expand(self, pieces: Array) -> tuple[Array, Array]:
        """(int32: the words of the pieces, one after the other; int32: the number of words of each piece)."""
        new = self._words_of[len(self._starts) - 1 :]
        self._starts.extend(accumulate(map(len, new), initial=self._starts.pop()))
        self._words.extend(chain.from_iterable(new))
        starts, words = np.frombuffer(self._starts, np.int32), np.frombuffer(self._words, np.int32)
        first = starts.take(pieces)
        counts = starts.take(pieces + 1) - first
        return words.take(expand_runs(first, counts)), counts

    def terms(self, words: Array) -> Array:
        """int32: the term of each word."""
        self._terms.extend(self._terms_of_words[len(self._terms) :])
        return np.frombuffer(self._terms, np.int32).take(words)


@dataclass(slots=True)
class _Part:
    """Words of some documents in the order of `Words`: each term that they have, and its number of words."""

    terms: Array
    sizes: Array
    entries: Array
    docs: Array
    fields: Array
    positions: Array


class WordCollector:
    """Collects the words of documents, text by text; each text comes cut into pieces."""

    def __init__(self, text_fields: tuple[str, ...], gap: int, words: PieceWords) -> None:
        self._fields, self._gap, self._words = text_fields, gap, words
        self._parts: list[_Part] = []
        self._boundaries: list[Boundaries] = []

    def add(
        self,
        pieces: Array,
        counts: Array,
        documents: Sequence[int],
        fields: Sequence[int],
        marks: Array | None = None,
    ) -> None:
        """Add texts of further documents.

        `pieces` has the pieces of all of them, one text after the other, and `counts` the number of pieces of
        each. `documents` has the document of each text, ascending, and `fields` its field, ascending within
        a document. Between two texts in one field there are `gap` positions. A word of -1 is left out, but
        takes a position. `marks` uint8 has the bits of `kernels.boundaries` of each piece; each text of a
        field begins a paragraph.
        """
        entries, sizes = self._words.expand(pieces)
        owners, places = np.array(documents, np.int32), np.array(fields, np.uint8)
        ends = np.concatenate([[0], np.cumsum(sizes)])[np.cumsum(counts)]
        lengths = np.diff(ends, prepend=0)
        # Where a text begins in its field: after all the earlier ones there, each with its gap.
        starts = np.cumsum(lengths + self._gap) - lengths - self._gap
        first = first_of_runs(owners) | first_of_runs(places)
        starts -= np.repeat(starts[first], np.diff(np.append(np.flatnonzero(first), len(ends))))
        docs, where = np.repeat(owners, lengths), np.repeat(places, lengths)
        positions = np.arange(len(entries), dtype=np.int32)
        positions += np.repeat((starts - ends + lengths).astype(np.int32), lengths)
        if marks is not None:
            words = np.cumsum(sizes) - sizes
            begun = _begun(marks, counts, words, ends, first)
            texts = np.searchsorted(ends, begun[0], side="right")
            at = begun[0] + (starts - ends + lengths)[texts]
            self._boundaries.append(Boundaries(owners[texts], places[texts], at.astype(np.int32), begun[1]))
        real = entries >= 0
        if not real.all():
            entries, docs, where, positions = entries[real], docs[real], where[real], positions[real]
        # Sorted here, some documents at a time, the words only have to be put in their places in the end.
        order, terms = order_by_term(self._words.terms(entries))
        begins = np.flatnonzero(first_of_runs(terms))
        self._parts.append(
            _Part(
                terms.take(begins),
                np.diff(begins, append=len(terms)),
                entries.take(order),
                docs.take(order),
                where.take(order),
                positions.take(order),
            )
        )

    def collected(self, forms: Sequence[str], term_of: Sequence[int], terms: Sequence[str]) -> Words:
        """Return all words added, and forget them; unused forms and terms are dropped."""
        parts, self._parts = self._parts, []
        boundaries, self._boundaries = self._boundaries, []
        by_term = sorted(_used([part.terms for part in parts], len(terms)), key=terms.__getitem__)
        ranks = _inverse(by_term, len(terms))
        used = np.array(_used([part.entries for part in parts], len(forms)), np.int64)
        owners = ranks.take(np.array(term_of, np.int32).take(used))
        order = np.argsort(owners, kind="stable")
        by_form = sorted(used.take(order).tolist(), key=forms.__getitem__)
        places = _inverse(by_form, len(forms))
        totals = np.zeros(len(by_term), np.int64)
        for part in parts:
            part.terms = ranks.take(part.terms)
            totals[part.terms] += part.sizes
        count = int(totals.sum())
        words = Words(
            self._fields,
            [forms[number] for number in by_form],
            ranks.take([term_of[number] for number in by_form]),
            [terms[number] for number in by_term],
            np.repeat(np.arange(len(by_term), dtype=np.int32), totals),
            np.empty(count, np.int32),
            np.empty(count, np.int32),
            np.empty(count, np.uint8),
            np.empty(count, np.int32),
            _joined(boundaries) if boundaries else None,
        )
        after = np.cumsum(totals) - totals
        for part in parts:
            at = expand_runs(after.take(part.terms), part.sizes)
            after[part.terms] += part.sizes
            words.entries[at], words.docs[at] = places.take(part.entries), part.docs
            words.fields[at], words.positions[at] = part.fields, part.positions
        return words


def _begun(marks: Array, counts: Array, words: Array, ends: Array, first: Array) -> tuple[Array, Array]:
    """(the words that begin a part, ascending; their marks) of texts, `first` if they begin a field.

    `words` has the first word of each piece, or the next one of a piece without a word; `ends` has where the
    words of each text end.
    """
    marks = marks.copy()
    begins = np.cumsum(counts) - counts
    marks[begins.compress(~first & (counts > 0))] = SENTENCE | PARAGRAPH
    chosen = np.flatnonzero(marks)
    texts = np.searchsorted(begins + counts, chosen, side="right")
    at = words.take(chosen)
    after = ends.take(texts)
    before = np.concatenate([[0], ends]).take(texts)
    kept = (at < after) & ((at > before) | ~first.take(texts))
    at, chosen = at.compress(kept), chosen.compress(kept)
    if not len(at):
        return at, marks[:0]
    runs = np.flatnonzero(first_of_runs(at))
    return at.take(runs), np.bitwise_or.reduceat(marks.take(chosen), runs)


def _joined(parts: Sequence[Boundaries]) -> Boundaries:
    return Boundaries(
        np.concatenate([np.empty(0, np.int32), *(part.docs for part in parts)]),
        np.concatenate([np.empty(0, np.uint8), *(part.fields for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.positions for part in parts)]),
        np.concatenate([np.empty(0, np.uint8), *(part.marks for part in parts)]),
    )


def _used(numbers: Sequence[Array], count: int) -> list[int]:
    """The distinct numbers of all arrays, ascending; they are below `count`."""
    flags = np.zeros(count, np.bool_)
    for own in numbers:
        flags[own] = True
    return np.flatnonzero(flags).tolist()


def _inverse(order: Sequence[int], count: int) -> Array:
    """int32[count]: the place of each number in `order`; not set for a number that is not there."""
    places = np.empty(count, np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places
