"""Several segments to one: arrays concatenated and renumbered, nothing inverted again.

Documents keep their order, segment after segment, so a term's merged postings are those of each
segment one after the other; where each goes is worked out for whole arrays at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.codec.inversion import form_arrays, frequency_arrays, value_arrays
from search.codec.layout import Array, narrow
from search.codec.lexicon import Lexicon, lexicon_arrays

Arrays = Mapping[str, Array]


@dataclass(slots=True)
class Source:
    """A segment to merge: its arrays, and bool[N], which documents are to be kept."""

    arrays: Arrays
    live: Array


@dataclass(slots=True)
class _Part:
    """What is left of one source, without deleted documents, and its terms' and forms' new numbers."""

    arrays: Arrays
    kept: Array  # bool[P] of the source's postings
    docs: Array  # int32[P'] new document numbers of those
    terms: Array  # int32[P'] the source's own term of each
    words: dict[str, _KeptWords]  # by text field
    term_map: Array  # int32[T] own term to new term, -1 for one that is gone
    form_map: Array  # int32[forms] own form to new form, -1 for one that is gone


@dataclass(slots=True)
class _KeptWords:
    """The words of one text field in documents that are kept: own term, own form and position."""

    terms: Array
    forms: Array
    positions: Array


def merged_arrays(sources: Sequence[Source]) -> tuple[dict[str, Array], int]:
    """The arrays of one segment with all that is live in the sources, and its document count."""
    doc_maps = []
    count = 0
    for source in sources:
        doc_maps.append((np.cumsum(source.live) - 1 + count).astype(np.int32))
        count += int(np.count_nonzero(source.live))
    arrays = _merged_text(sources, doc_maps)
    names = dict.fromkeys(name for source in sources for name in source.arrays)
    for name in names:
        stem, _, kind = name.rpartition(".")
        if kind in ("lengths", "extents", "numbers"):
            arrays[name] = np.concatenate([source.arrays[name][source.live] for source in sources])
        elif kind == "doc_starts":
            arrays.update(_merged_values(stem, sources, doc_maps, count))
    return arrays, count


def _merged_text(sources: Sequence[Source], doc_maps: Sequence[Array]) -> dict[str, Array]:
    parts = [_part(source, doc_map) for source, doc_map in zip(sources, doc_maps, strict=True)]
    arrays, terms = _merged_lexicons(parts)
    owners = [part.term_map[part.terms] for part in parts]
    starts, places = _destinations(owners, terms)
    arrays["starts"] = starts
    arrays["docs"] = _scattered(places, [part.docs for part in parts])
    fields = list(parts[0].words)
    frequencies = {}
    for field in fields:
        found = _scattered(places, [_dense(part.arrays, field)[part.kept] for part in parts])
        present = np.flatnonzero(found)
        frequencies[field] = present, found[present]
    for field in fields:
        arrays.update(_merged_words(parts, field, arrays["forms.variants"], terms))
    arrays.update(frequency_arrays(frequencies, starts))
    return arrays


def _part(source: Source, doc_map: Array) -> _Part:
    arrays = source.arrays
    kept = source.live[arrays["docs"]]
    words = {}
    for name in arrays:
        field, _, kind = name.rpartition(".")
        if kind == "positions":
            there = np.repeat(kept, _dense(arrays, field))
            terms = _repeated(arrays[f"{field}.place_starts"])[there]
            variants = arrays["variant_starts"][terms] + arrays[f"{field}.variants"][there]
            words[field] = _KeptWords(terms, arrays["variant_forms"][variants], arrays[name][there])
    none = np.empty(0, np.int32)
    terms = _repeated(arrays["starts"])[kept]
    return _Part(arrays, kept, doc_map[arrays["docs"][kept]], terms, words, none, none)


def _merged_lexicons(parts: Sequence[_Part]) -> tuple[dict[str, Array], int]:
    """The arrays of the terms and forms that are still used, and how many terms; numbers the parts'."""
    lexicons = [_lexicon(part.arrays, "terms").strings() for part in parts]
    terms = sorted(
        {
            term
            for part, there in zip(parts, lexicons, strict=True)
            for term in _chosen(there, _used(len(there), part.terms))
        }
    )
    numbers = {term: number for number, term in enumerate(terms)}
    pairs: list[list[tuple[str, int]]] = []
    used_pairs: set[tuple[str, int]] = set()
    for part, there in zip(parts, lexicons, strict=True):
        part.term_map = np.array([numbers.get(term, -1) for term in there], np.int32)
        forms = _lexicon(part.arrays, "forms").strings()
        owners = part.term_map[part.arrays["forms.terms"]].tolist()
        pairs.append(list(zip(forms, owners, strict=True)))
        used = _used(len(forms), *(words.forms for words in part.words.values()))
        used_pairs.update(pairs[-1][number] for number in np.flatnonzero(used).tolist())
    in_order = sorted(used_pairs)
    places = {pair: number for number, pair in enumerate(in_order)}
    for part, own in zip(parts, pairs, strict=True):
        part.form_map = np.array([places.get(pair, -1) for pair in own], np.int32)
    owner = np.array([term for _, term in in_order], np.int32)
    arrays, _ = form_arrays([form for form, _ in in_order], owner, len(terms))
    arrays["terms.text"], arrays["terms.offsets"] = lexicon_arrays(terms)
    return arrays, len(terms)


def _merged_words(parts: Sequence[_Part], field: str, variants: Array, terms: int) -> dict[str, Array]:
    """Positions and variants of the words in `field`; `variants` has that of each new form."""
    kept = [part.words[field] for part in parts]
    owners = [part.term_map[words.terms] for part, words in zip(parts, kept, strict=True)]
    starts, places = _destinations(owners, terms)
    forms = [part.form_map[words.forms] for part, words in zip(parts, kept, strict=True)]
    return {
        f"{field}.place_starts": starts,
        f"{field}.positions": narrow(_scattered(places, [words.positions for words in kept])),
        f"{field}.variants": narrow(variants[_scattered(places, forms)]),
    }


def _merged_values(
    name: str, sources: Sequence[Source], doc_maps: Sequence[Array], count: int
) -> dict[str, Array]:
    docs, ordinals, lexicons = [], [], []
    for source, doc_map in zip(sources, doc_maps, strict=True):
        if f"{name}.doc_starts" not in source.arrays:
            continue
        own_docs = _repeated(source.arrays[f"{name}.doc_starts"])
        kept = source.live[own_docs]
        docs.append(doc_map[own_docs[kept]])
        ordinals.append(source.arrays[f"{name}.ordinals"][kept])
        lexicons.append(_lexicon(source.arrays, f"{name}.terms").strings())
    values = sorted(
        {
            value
            for own, there in zip(ordinals, lexicons, strict=True)
            for value in _chosen(there, _used(len(there), own))
        }
    )
    numbers = {value: number for number, value in enumerate(values)}
    renumbered = [
        np.array([numbers.get(value, -1) for value in there], np.int32)[own]
        for there, own in zip(lexicons, ordinals, strict=True)
    ]
    return value_arrays(name, values, np.concatenate(docs), np.concatenate(renumbered), count)


def _lexicon(arrays: Arrays, name: str) -> Lexicon:
    return Lexicon(arrays[f"{name}.text"], arrays[f"{name}.offsets"])


def _chosen(strings: Sequence[str], flags: Array) -> list[str]:
    return [strings[number] for number in np.flatnonzero(flags).tolist()]


def _repeated(starts: Array) -> Array:
    """int32: the number of the run that each entry is in."""
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))


def _dense(arrays: Arrays, field: str) -> Array:
    """int32[P]: the frequency in `field` of every posting."""
    found = arrays[f"{field}.frequencies"]
    if f"{field}.at" not in arrays:
        return found.astype(np.int32)
    spread = np.zeros(len(arrays["docs"]), np.int32)
    owners = _repeated(arrays[f"{field}.at_starts"])
    spread[arrays["starts"][owners] + arrays[f"{field}.at"]] = found
    return spread


def _used(count: int, *numbers: Array) -> Array:
    """bool[count]: which numbers there are."""
    flags = np.zeros(count, np.bool_)
    for some in numbers:
        flags[some] = True
    return flags


def _destinations(owners: Sequence[Array], count: int) -> tuple[Array, list[Array]]:
    """Where the entries of each of `count` owners begin, and where each entry of each part goes.

    `owners` has the owner of each entry, ascending, part by part.
    """
    counts = [np.bincount(own, minlength=count) for own in owners]
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(sum(counts), out=starts[1:])
    before = starts[:-1].copy()
    places = []
    for own_counts, own in zip(counts, owners, strict=True):
        own_starts = np.cumsum(own_counts) - own_counts
        places.append(np.arange(len(own)) + (before - own_starts)[own])
        before += own_counts
    return starts, places


def _scattered(places: Sequence[Array], values: Sequence[Array]) -> Array:
    merged = np.empty(sum(map(len, places)), np.result_type(*values))
    for where, what in zip(places, values, strict=True):
        merged[where] = what
    return merged
