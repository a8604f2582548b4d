"""BM25F: how well documents match a term that stands in several fields.

The frequencies of a term in a document's fields are each normalised by the field's length and
weighted, added up, and only then saturated (Robertson, Zaragoza and Taylor 2004, "Simple BM25
extension to multiple weighted fields"; the notation is that of Robertson and Zaragoza 2009, 3.5):

    tf = sum over fields f of  weight_f * frequency_f / (1 - b_f + b_f * length_f / average_f)
    score = idf * tf * (k1 + 1) / (k1 + tf)
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

df counts the documents with the term in any of the fields, N all documents, deleted ones not counted.
A phrase or a set of words is scored as one term with the frequency and df it has itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.codec.matches import Matches
from search.codec.view import IndexView, Postings


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """How much a field counts; `b` from 0 (length is ignored) to 1 (fully normalised)."""

    field: str
    lengths: str  # the column with the field's lengths in words
    weight: float
    b: float


def bm25f(view: IndexView, found: Sequence[tuple[FieldWeight, Postings]], k1: float) -> Matches:
    """The documents of any of the postings, scored as those of one term."""
    parts = [(weight, postings) for weight, postings in found if len(postings.docs)]
    if not parts:
        return Matches(np.empty(0, np.int32), np.empty(0))
    docs = parts[0][1].docs
    for _, postings in parts[1:]:
        docs = np.union1d(docs, postings.docs)
    frequency = np.zeros(len(docs))
    for weight, postings in parts:
        average = view.words(weight.lengths) / view.count
        lengths = view.column(weight.lengths)[postings.docs]
        norm = (1 - weight.b) + weight.b * lengths / average
        frequency[np.searchsorted(docs, postings.docs)] += weight.weight * postings.frequencies / norm
    idf = math.log(1 + (view.count - len(docs) + 0.5) / (len(docs) + 0.5))
    return Matches(docs, idf * (k1 + 1) * frequency / (k1 + frequency))
