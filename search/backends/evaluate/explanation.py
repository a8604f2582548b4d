"""The parts of an article's score, by terms and by words near each other, as trees of numbers."""

from __future__ import annotations

from collections.abc import Mapping

from search.engine import Explanation
from search.index.evaluate.bm25f import FieldPart, TermPart


def of_term(text: str, found: TermPart, boost: float) -> Explanation:
    """Explain how much a term, which the query writes as `text`, adds to a score."""
    tf = Explanation(found.tf, "tf: the sum of its fields", tuple(map(_of_field, found.fields)))
    parts = (
        Explanation(found.idf, f"idf: in {found.df:,} articles"),
        Explanation(
            found.tf * (found.k1 + 1) / (found.k1 + found.tf),
            f"saturated: tf * (k1 + 1) / (k1 + tf), k1 {found.k1:g}",
            (tf,),
        ),
    )
    factors = (Explanation(boost, "boost: the query's own"),) if boost != 1 else ()
    return Explanation(boost * found.score, text, (*factors, *parts))


def of_proximity(nearness: Mapping[str, float], share: float, score: float) -> Explanation:
    """Explain how much the nearness of words, by pair, adds to the score of an article in the window."""
    pairs = tuple(
        Explanation(value, f"{pair}: weight of the field / distance of the words")
        for pair, value in nearness.items()
    )
    total = sum(nearness.values())
    factors = (
        Explanation(score, "score: the sum of the terms"),
        Explanation(share, "share: weight of proximity / (number of pairs) ** 2.5"),
        Explanation(total, "nearness: the sum of the pairs", pairs),
    )
    return Explanation(score * share * total, "proximity: score * share * nearness", factors)


def _of_field(found: FieldPart) -> Explanation:
    length = found.length / found.average
    return Explanation(
        found.tf,
        f"{found.field}: weight * earliness * frequency / (1 - b + b * length), "
        f"weight {found.weight:g}, b {found.b:g}",
        (
            Explanation(
                found.earliness, "earliness: from 1 to 2, the nearer to the beginning it first stands"
            ),
            Explanation(found.frequency, "frequency: how often it is there"),
            Explanation(length, f"length: {found.length:,} words by the average, {found.average:,.1f}"),
        ),
    )
