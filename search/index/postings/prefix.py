"""The postings of many forms, as if they were one word: of a prefix, a wildcard or a fuzzy word.

If all forms of a term are wanted, its postings are taken as they are; the postings of all such terms are
copied together. For every other term the words in the wanted forms are counted.
"""

from __future__ import annotations

import numpy as np

from search.deadline import Check
from search.index.format.fields import SegmentFields
from search.index.kernels import Array, count_flagged, earliness_of, find_members, first_of_runs
from search.index.postings.postings import Counted, joined

Found = dict[str, Counted]
"""The entries of each text field; a document may occur several times."""


def words_in_forms(segment: SegmentFields, numbers: Array, check: Check) -> Found:
    """Find the words of a segment whose forms have these numbers, which ascend."""
    every = np.sort(segment.form_terms.take(numbers))
    begins = np.flatnonzero(first_of_runs(every))
    terms, wanted = every.take(begins), np.diff(begins, append=len(every))
    whole = wanted == segment.variant_counts(terms)
    all_of = terms.compress(whole)
    docs = segment.docs.of_runs(segment.starts.take(all_of), segment.starts.take(all_of + 1))
    pieces = {name: [Counted(*field.of_several(all_of, docs))] for name, field in segment.text.items()}
    check()
    for term in terms.compress(~whole).tolist():
        check()
        forms = segment.variants_of(term)
        chosen = find_members(forms, numbers)[1]
        for name, own in _in_variants(segment, term, chosen).items():
            pieces[name].append(own)
    return {name: joined(own) for name, own in pieces.items()}


def _in_variants(segment: SegmentFields, term: int, chosen: Array) -> Found:
    """Find the words of a term in the variants that `chosen` flags."""
    found = {}
    every = segment.docs_of(term)
    for name, field in segment.text.items():
        docs, frequencies = field.occurrences(term, every)
        words = field.words(term)
        own, counts, first = count_flagged(docs, frequencies, chosen.take(field.variants[words]))
        found[name] = Counted(own, counts, earliness_of(field.positions[words].take(first)))
    return found
