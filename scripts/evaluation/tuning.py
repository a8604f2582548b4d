"""Find the best k1, b, earliness and weight of titles on a collection, and cross-validate the choice."""

from __future__ import annotations

from itertools import product
from random import Random

from evaluation.collection import Collection
from evaluation.measuring import COMPARED, figures_of
from evaluation.systems import indexed, searched
from search.engine import DEFAULT_RANKING, FieldWeight, Ranking

K1, B, LEAD, TITLE = (1.4, 1.8, 2.2), (0.75, 0.9), (0.0, 1.0, 2.0), (1.0, 2.0, 3.0)
FOLDS = 5

Setting = tuple[float, float, float, float]
"""k1, the b of the body, the earliness, and the weight of titles."""

Measured = dict[Setting, dict[str, float]]
"""The mean of nDCG@10 and AP of each query, by setting."""


def measured(collection: Collection) -> Measured:
    """The queries of the collection ranked with each setting of the grid, 100 deep."""
    found: Measured = {}
    with indexed(collection) as archive:
        for k1, b, lead, title in product(K1, B, LEAD, TITLE):
            others = (each for each in DEFAULT_RANKING.fields if each.field not in ("title", "body"))
            fields = (FieldWeight("title", title, 0.75), *others, FieldWeight("body", 1.0, b))
            ranking = Ranking(fields, k1, lead)
            run = searched(archive, collection, depth=100, ranking=ranking)
            figures = figures_of(run, collection.judgments, list(collection.queries))
            found[k1, b, lead, title] = {
                query: sum(figures[measure][query] for measure in COMPARED) / len(COMPARED)
                for query in collection.queries
            }
    return found


def ranked(settings: Measured) -> list[tuple[Setting, float]]:
    """Each setting with its mean over all queries, the best first."""
    means = [(setting, sum(values.values()) / len(values)) for setting, values in settings.items()]
    return sorted(means, key=lambda pair: -pair[1])


def cross_validated(settings: Measured) -> tuple[float, list[Setting]]:
    """The mean, each fold of queries ranked by the best setting for the others; and these settings."""
    queries = sorted(next(iter(settings.values())))
    Random(20251124).shuffle(queries)
    total, chosen = 0.0, []
    for fold in range(FOLDS):
        held = set(queries[fold::FOLDS])
        others = {
            setting: {q: v for q, v in values.items() if q not in held}
            for setting, values in settings.items()
        }
        best, _ = ranked(others)[0]
        chosen.append(best)
        total += sum(settings[best][query] for query in held)
    return total / len(queries), chosen
