"""How an article comes to its score, part by part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """A field's part of a term frequency.

    `tf` is weight * early * frequency / (1 - b + b * length / average); `early`, from 1 to 2, is the higher
    the nearer to the beginning of the field the term first stands.
    """

    field: str
    frequency: int
    length: int
    average: float
    weight: float
    b: float
    early: float
    tf: float


@dataclass(frozen=True, slots=True)
class ExplainedTerm:
    """A part of a query that scores: `score` is boost * idf * tf * (k1 + 1) / (k1 + tf).

    `df` is how many articles have it, `tf` the sum of that of its fields.
    """

    query: str
    boost: float
    df: int
    idf: float
    tf: float
    k1: float
    score: float
    fields: tuple[ExplainedField, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an article comes to its score, which is the sum of those of its terms; 0 if it is not matched."""

    id: str
    query: str
    matches: bool
    score: float
    terms: tuple[ExplainedTerm, ...]
