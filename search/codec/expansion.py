"""The postings of many forms at once, as those of one word: what a prefix stands for.

A term all of whose forms are wanted gives its postings as they are, and those of all such terms are
copied out together; of the other terms the words in the wanted forms are counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from search.codec.layout import Array
from search.codec.postings import Docs, first_of_runs

Found = dict[str, tuple[Docs, Array]]
"""By text field: documents, and how often; a document may be there several times."""


def words_in_forms(arrays: Mapping[str, Array], numbers: range, text_fields: list[str]) -> Found:
    """Where the forms with these numbers are in a segment."""
    every = np.sort(arrays["forms.terms"][numbers.start : numbers.stop])
    begins = np.flatnonzero(first_of_runs(every))
    terms, wanted = every.take(begins), np.diff(begins, append=len(every))
    has = arrays["variant_starts"]
    whole = wanted == has[terms + 1] - has[terms]
    found = _postings(arrays, terms.compress(whole), text_fields)
    for term in terms.compress(~whole).tolist():
        forms = arrays["variant_forms"][has[term] : has[term + 1]]
        chosen = (forms >= numbers.start) & (forms < numbers.stop)
        for field, (docs, counts) in _in_variants(arrays, term, chosen, text_fields).items():
            known, before = found[field]
            found[field] = np.concatenate([known, docs]), np.concatenate([before, counts])
    return found


def _postings(arrays: Mapping[str, Array], terms: Array, text_fields: list[str]) -> Found:
    """The postings of several terms, one after the other."""
    starts, docs = arrays["starts"], arrays["docs"]
    first, places = _ranges(starts, terms)
    found = {}
    for field in text_fields:
        frequencies = arrays[f"{field}.frequencies"]
        if f"{field}.at" not in arrays:
            counts = frequencies.take(places)
            found[field] = docs.take(places.compress(counts > 0)), counts.compress(counts > 0)
            continue
        at_starts = arrays[f"{field}.at_starts"]
        _, listed = _ranges(at_starts, terms)
        owners = np.repeat(first, at_starts[terms + 1] - at_starts[terms])
        found[field] = docs.take(owners + arrays[f"{field}.at"].take(listed)), frequencies.take(listed)
    return found


def _ranges(starts: Array, terms: Array) -> tuple[Array, Array]:
    """Where the entries of each term begin, and the places of all their entries."""
    first = starts.take(terms)
    sizes = starts.take(terms + 1) - first
    places = np.repeat(first - np.cumsum(sizes) + sizes, sizes)
    places += np.arange(len(places))
    return first, places


def _in_variants(arrays: Mapping[str, Array], term: int, chosen: Array, text_fields: list[str]) -> Found:
    """Where a term is in the variants that `chosen` flags."""
    first, after = arrays["starts"][term : term + 2].tolist()
    found = {}
    for field in text_fields:
        begin, end = arrays[f"{field}.place_starts"][term : term + 2].tolist()
        docs = arrays["docs"][first:after]
        frequencies = arrays[f"{field}.frequencies"]
        if f"{field}.at" in arrays:
            a, b = arrays[f"{field}.at_starts"][term : term + 2].tolist()
            docs, own = docs.take(arrays[f"{field}.at"][a:b]), frequencies[a:b]
        else:
            own = frequencies[first:after]
        kept = chosen.take(arrays[f"{field}.variants"][begin:end])
        docs = np.repeat(docs, own).compress(kept)
        found[field] = docs, np.ones(len(docs), np.int32)
    return found
