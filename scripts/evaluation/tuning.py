"""Which k1 and b of BM25F are best on a collection, and whether that would hold for other queries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

from evaluation.collection import Collection
from evaluation.measuring import COMPARED, figures_of
from evaluation.systems import indexed, searched
from search.codec.scoring import FieldWeight, TermScorer
from search.engines.embedded import evaluate

K1, B = (1.0, 1.2, 1.4, 1.6), (0.75, 0.8, 0.85, 0.9, 0.95)
FOLDS = 5

Setting = tuple[float, float]
"""k1, and the b of the body."""


def tuned(collection: Collection) -> Iterator[tuple[Setting, float]]:
    """Each setting with the mean of nDCG@10 and AP over all queries, the best first."""
    settings = _measured(collection)
    for setting, values in sorted(settings.items(), key=lambda pair: -sum(pair[1].values())):
        yield setting, sum(values.values()) / len(values)


def cross_validated(collection: Collection) -> tuple[float, list[Setting]]:
    """The mean where each fold of queries is ranked by what is best for the others; and what that was."""
    settings = _measured(collection)
    queries = sorted(collection.queries)
    Random(20251124).shuffle(queries)
    total, chosen = 0.0, []
    for fold in range(FOLDS):
        held = set(queries[fold::FOLDS])
        best = max(settings, key=lambda setting: sum(settings[setting][q] for q in queries if q not in held))
        chosen.append(best)
        total += sum(settings[best][query] for query in held)
    return total / len(queries), chosen


_known: dict[str, dict[Setting, dict[str, float]]] = {}


def _measured(collection: Collection) -> dict[Setting, dict[str, float]]:
    """The mean of the compared measures of each query by setting."""
    if collection.digest in _known:
        return _known[collection.digest]
    found: dict[Setting, dict[str, float]] = {}
    before = evaluate.SCORER
    try:
        with indexed(collection) as archive:
            for k1, b in product(K1, B):
                evaluate.SCORER = TermScorer({**before.fields, "body": FieldWeight(1.0, b)}, k1)
                figures = figures_of(
                    searched(archive, collection, depth=100), collection.judgments, list(collection.queries)
                )
                found[k1, b] = {
                    query: sum(figures[measure][query] for measure in COMPARED) / len(COMPARED)
                    for query in collection.queries
                }
    finally:
        evaluate.SCORER = before
    _known[collection.digest] = found
    return found
