"""BM25F: how well documents match a term that stands in several fields.

Each frequency of a term in a document's fields is normalised by the field's length and weighted. The sum of
these is then saturated once (Robertson, Zaragoza and Taylor 2004, "Simple BM25 extension to multiple weighted
fields"; the notation follows Robertson and Zaragoza 2009, section 3.5):

    tf = sum over fields f of  weight_f * earliness_f * frequency_f / (1 - b_f + b_f * length_f / average_f)
    earliness_f = 1 + earliness_weight * 50 / (50 + position of the first word in f, from 0)
    score = idf * tf * (k1 + 1) / (k1 + tf)
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

News articles begin with the most important facts. So with `earliness_weight` above 0 a term counts more,
the nearer its first word is to the beginning of a field (by `kernels.earliness_of`, in 255 steps).

df counts the documents with the term in any of the fields, N all documents; neither counts deleted documents.
A phrase or a set of words is scored as one term, with its own frequency and df.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from search.index.kernels import MAX_EARLINESS, Floats, add_field, saturate
from search.index.postings.postings import Postings
from search.index.read.snapshot import Snapshot

BLOCK_SIZE = 1 << 14
"""Documents to score at a time, so that the scores stay in a processor's cache."""


@dataclass(frozen=True, slots=True)
class TextWeight:
    """How much a field counts; `b` from 0 (length is ignored) to 1 (fully normalised)."""

    weight: float
    b: float


@dataclass(frozen=True, slots=True)
class FieldPart:
    """The share of a field in `tf`: weight * earliness * frequency / (1 - b + b * length / average)."""

    field: str
    frequency: int
    length: int
    average: float
    weight: float
    b: float
    earliness: float
    tf: float


@dataclass(frozen=True, slots=True)
class TermPart:
    """The share of a term in the score of a document: idf * tf * (k1 + 1) / (k1 + tf)."""

    df: int
    idf: float
    tf: float
    k1: float
    score: float
    fields: tuple[FieldPart, ...]


@dataclass(frozen=True, slots=True)
class TermScorer:
    """Scores postings by BM25F with these fields and `k1`.

    The first word of a field counts 1 + `earliness_weight` times.
    """

    fields: Mapping[str, TextWeight]
    k1: float
    earliness_weight: float = 0.0

    def part(self, view: Snapshot, postings: Postings, doc: int) -> TermPart | None:
        """Explain the score of one document; None if `postings` do not have it."""
        at = int(np.searchsorted(postings.docs, doc))
        if at == len(postings.docs) or postings.docs[at] != doc:
            return None
        parts = []
        for own in postings.fields:
            if own.field not in self.fields:
                continue
            place = at if own.at is None else int(np.searchsorted(own.at, at))
            if own.at is not None and (place == len(own.at) or own.at[place] != at):
                continue
            if frequency := int(own.frequencies[place]):
                weight, b = self.fields[own.field].weight, self.fields[own.field].b
                earliness = 1 + self.earliness_weight * int(own.earliness[place]) / MAX_EARLINESS
                average = view.words(own.field) / max(1, view.count) or 1.0
                length = int(view.lengths(own.field)[doc])
                tf = weight * earliness * frequency / (1 - b + b * length / average)
                parts.append(FieldPart(own.field, frequency, length, average, weight, b, earliness, tf))
        df, tf = len(postings.docs), sum(part.tf for part in parts)
        idf = self._idf(view, df)
        score = idf * tf * (self.k1 + 1) / (self.k1 + tf)
        return TermPart(df, idf, tf, self.k1, score, tuple(parts))

    @staticmethod
    def _idf(view: Snapshot, df: int) -> float:
        return math.log(1 + (view.count - df + 0.5) / (df + 0.5))

    def scores(self, view: Snapshot, postings: Postings, df: int | None = None) -> Floats:
        """float32: the score of each document of `postings`; `df` if these are only some of the term's."""
        docs = postings.docs
        count = len(docs) if df is None else df
        idf = self._idf(view, count)
        fields = [
            (part, self._norms(view, part.field)) for part in postings.fields if part.field in self.fields
        ]
        scores = np.empty(len(docs), np.float32)
        for start in range(0, len(docs), BLOCK_SIZE):
            own, total = docs[start : start + BLOCK_SIZE], scores[start : start + BLOCK_SIZE]
            total[:] = 0
            for part, norms in fields:
                first, after, at = start, start + BLOCK_SIZE, None
                if part.at is not None:
                    ends = np.array((first, after), part.at.dtype)  # of another type, it would copy `at`
                    first, after = part.at.searchsorted(ends).tolist()
                    at = part.at[first:after] - start
                frequencies, earliness = part.frequencies[first:after], part.earliness[first:after]
                add_field(total, own, at, norms, frequencies, earliness, self.earliness_weight)
            saturate(total, idf, self.k1)
        return scores

    def _norms(self, view: Snapshot, name: str) -> Floats:
        field = self.fields[name]
        return view.norms(name, field.b, field.weight)
