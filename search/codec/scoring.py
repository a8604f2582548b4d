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
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from search.codec.postings import Floats, Postings
from search.codec.view import IndexView


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """How much a field counts; `b` from 0 (length is ignored) to 1 (fully normalised)."""

    weight: float
    b: float


@dataclass(frozen=True, slots=True)
class TermScorer:
    """Scores postings by BM25F with these fields and `k1`."""

    fields: Mapping[str, FieldWeight]
    k1: float

    def scores(self, view: IndexView, postings: Postings, df: int | None = None) -> Floats:
        """float32: the score of each document of `postings`; `df` where they are not all of the term's."""
        docs = postings.docs
        total = np.zeros(len(docs), np.float32)
        for part in postings.fields:
            field = self.fields[part.field]
            norms = view.norms(part.field, field.b, field.weight)
            if part.at is None:
                total += np.multiply(norms.take(docs), part.frequencies, dtype=np.float32)
            else:
                own = np.multiply(norms.take(docs.take(part.at)), part.frequencies, dtype=np.float32)
                np.add.at(total, part.at, own)
        count = len(docs) if df is None else df
        idf = math.log(1 + (view.count - count + 0.5) / (count + 0.5))
        saturated = total + np.float32(self.k1)
        np.divide(total, saturated, out=saturated)
        saturated *= np.float32(idf * (self.k1 + 1))
        return saturated
