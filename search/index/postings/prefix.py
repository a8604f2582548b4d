"""The postings of many forms at once, as those of one word: what a prefix stands for.

A term all of whose forms are wanted gives its postings as they are, and those of all such terms are
copied out together; of the other terms the words in the wanted forms are counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from search.deadline import Check
from search.index.format.layout import Array
from search.index.postings.postings import Counted, first_of_runs, joined, leads_of

Found = dict[str, Counted]
"""By text field; a document may be there several times."""


def words_in_forms(
    arrays: Mapping[str, Array], numbers: range, text_fields: list[str], check: Check
) -> Found:
    """Where the forms with these numbers are in a segment."""
    every = np.sort(arrays["forms.terms"][numbers.start : numbers.stop])
    begins = np.flatnonzero(first_of_runs(every))
    terms, wanted = every.take(begins), np.diff(begins, append=len(every))
    has = arrays["variant_starts"]
    whole = wanted == has[terms + 1] - has[terms]
    pieces = {field: [own] for field, own in _postings(arrays, terms.compress(whole), text_fields).items()}
    check()
    for term in terms.compress(~whole).tolist():
        check()
        forms = arrays["variant_forms"][has[term] : has[term + 1]]
        chosen = (forms >= numbers.start) & (forms < numbers.stop)
        for field, own in _in_variants(arrays, term, chosen, text_fields).items():
            pieces[field].append(own)
    return {field: joined(own) for field, own in pieces.items()}


def _postings(arrays: Mapping[str, Array], terms: Array, text_fields: list[str]) -> Found:
    """The postings of several terms, one after the other."""
    starts, docs = arrays["starts"], arrays["docs"]
    first, places = _ranges(starts, terms)
    found = {}
    for field in text_fields:
        frequencies, leads = arrays[f"{field}.frequencies"], arrays[f"{field}.leads"]
        if f"{field}.at" not in arrays:
            every = Counted(docs.take(places), frequencies.take(places), leads.take(places))
            found[field] = every.compress(every.frequencies > 0)
            continue
        at_starts = arrays[f"{field}.at_starts"]
        _, listed = _ranges(at_starts, terms)
        owners = np.repeat(first, at_starts[terms + 1] - at_starts[terms])
        own = docs.take(owners + arrays[f"{field}.at"].take(listed))
        found[field] = Counted(own, frequencies.take(listed), leads.take(listed))
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
        positions = arrays[f"{field}.positions"][begin:end].compress(kept)
        found[field] = Counted(docs, np.ones(len(docs), np.int32), leads_of(positions))
    return found
