"""Why an article has the score that it has: the parts of the query that it matches, and what each adds."""

from __future__ import annotations

from collections.abc import Iterator

from search.backends.embedded.evaluate import Evaluator
from search.engine import Explanation
from search.index.evaluate.bm25f import FieldPart, TermPart
from search.language import And, Boost, Node, Not, Or


def explain(evaluator: Evaluator, query: Node, identity: str) -> Explanation | None:
    """How the article comes to its score; None if the index has no such article."""
    number = evaluator.number(identity)
    if number is None:
        return None
    matches = evaluator.matched(query, number)
    terms = tuple(_terms(evaluator, query, number, 1.0)) if matches else ()
    return Explanation(sum(term.value for term in terms), str(query), terms, matches)


def _terms(evaluator: Evaluator, node: Node, number: int, boost: float) -> Iterator[Explanation]:
    match node:
        case And() if not evaluator.matched(node, number):
            return  # an alternative of an OR that does not match adds nothing, whatever words of it do
        case And(parts) | Or(parts):
            for part in parts:
                yield from _terms(evaluator, part, number, boost)
        case Boost(part, factor):
            yield from _terms(evaluator, part, number, boost * factor)
        case Not():
            return
        case _:
            postings = evaluator.postings(node)
            found = None if postings is None else evaluator.scorer.part(evaluator.view, postings, number)
            if found is not None:
                yield _of_term(str(node), found, boost)


def _of_term(text: str, found: TermPart, boost: float) -> Explanation:
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


def _of_field(found: FieldPart) -> Explanation:
    length = found.length / found.average
    return Explanation(
        found.tf,
        f"{found.field}: weight * earliness * frequency / (1 - b + b * length), "
        f"weight {found.weight:g}, b {found.b:g}",
        (
            Explanation(found.early, "earliness: from 1 to 2, the nearer to the beginning it first stands"),
            Explanation(found.frequency, "frequency: how often it is there"),
            Explanation(length, f"length: {found.length:,} words by the average, {found.average:,.1f}"),
        ),
    )
