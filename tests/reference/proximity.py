"""The first matches once more: how near the words of the query stand, as `search.engine.ranking` has it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from search.engine import Ranking
from search.fields import TEXT_FIELDS
from search.language import And, Near, Node, Or, Word
from search.text import words
from tests.reference.spans import Texts


def reranked(query: Node, found: Mapping[str, float], texts: Texts, ranking: Ranking) -> dict[str, float]:
    """The new scores of the first matches; `found` has the scores of all, the first match first."""
    proximity, runs = ranking.proximity, _runs(query)
    if proximity is None or sum(map(len, runs)) > proximity.words:
        return {}
    pairs = {pair for run in runs for pair in pairwise(run)}
    scores = {}
    for identity in list(found)[: proximity.window]:
        nearness = 0.0
        for first, second in pairs:
            near = [0.0]
            for each in ranking.fields:
                for distance in range(1, proximity.distance + 1):
                    if texts.spans(Near(first, second, distance, ordered=True), identity, each.field):
                        near.append(each.weight / distance)
            nearness += max(near)
        scores[identity] = found[identity] * (1 + proximity.weight * nearness / max(1, len(pairs)) ** 2.5)
    return scores


def _runs(node: Node) -> list[list[Word]]:
    """The words of each AND and OR that stand side by side and ask for the same field of text."""
    if not isinstance(node, And | Or):
        return []
    runs: list[list[Word]] = [[]]
    for part in node.parts:
        if not isinstance(part, Word) or part.field not in (None, *TEXT_FIELDS):
            runs += [*_runs(part), []]
            continue
        if runs[-1] and runs[-1][-1].field != part.field:
            runs.append([])
        runs[-1].append(part)
    # A run of a nested part comes back as single words already, which stay as they are.
    return [
        [Word(each, part.field) for part in run for each in words(part.text)] for run in runs if len(run) > 1
    ]
