"""Why an article has the score that it has: the parts of the query that it matches, and what each adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from search.engine import ExplainedField, ExplainedTerm, Explanation
from search.engines.embedded.evaluate import SCORER, Evaluator
from search.language import And, Boost, Node, Not, Or


def explain(evaluator: Evaluator, query: Node, identity: str) -> Explanation | None:
    """How the article comes to its score; None if the index has no such article."""
    number = evaluator.number(identity)
    if number is None:
        return None
    matches = evaluator.matched(query, number)
    terms = tuple(_terms(evaluator, query, number, 1.0)) if matches else ()
    return Explanation(identity, str(query), matches, sum(term.score for term in terms), terms)


def _terms(evaluator: Evaluator, node: Node, number: int, boost: float) -> Iterator[ExplainedTerm]:
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
            found = None if postings is None else SCORER.part(evaluator.view, postings, number)
            if found is not None:
                yield ExplainedTerm(
                    query=str(node),
                    boost=boost,
                    df=found.df,
                    idf=found.idf,
                    tf=found.tf,
                    k1=found.k1,
                    score=boost * found.score,
                    fields=tuple(ExplainedField(**asdict(field)) for field in found.fields),
                )
