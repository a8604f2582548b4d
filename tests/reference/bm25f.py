"""The score of each match: BM25F as `search.engine.ranking` has it, a formula at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping

from search.article import Article
from search.engine import Ranking
from search.language import And, Boost, Dates, Everything, Missing, Node, Not, Or
from tests.reference.matches import matches, value_field
from tests.reference.spans import Texts


def scores(node: Node, articles: Mapping[str, Article], texts: Texts, ranking: Ranking) -> dict[str, float]:
    """Every match with its score: the sum of the scores of the terms that it matches."""
    found = matches(node, articles, texts)
    match node:
        case And(parts) | Or(parts):
            each = [scores(part, articles, texts, ranking) for part in parts]
            return {i: sum(own.get(i, 0.0) for own in each) for i in found}
        case Boost(part, factor):
            return {i: score * factor for i, score in scores(part, articles, texts, ranking).items()}
        case Not() | Everything() | Dates() | Missing():
            return dict.fromkeys(found, 0.0)
    if value_field(node) is not None:
        return dict.fromkeys(found, 0.0)
    df, count = len(found), len(articles)
    idf = math.log(1 + (count - df + 0.5) / (df + 0.5))
    tfs = {i: _tf(node, i, texts, ranking) for i in found}
    return {i: idf * (ranking.k1 + 1) * tf / (ranking.k1 + tf) for i, tf in tfs.items()}


def _tf(node: Node, identity: str, texts: Texts, ranking: Ranking) -> float:
    total = 0.0
    for each in ranking.fields:
        lengths = {i: len(own[each.field]) for i, own in texts.words.items()}
        if starts := {start for start, _ in texts.spans(node, identity, each.field)}:
            relative = lengths[identity] / (sum(lengths.values()) / len(lengths))
            # The index keeps the place of the first word in 255 steps.
            early = 1 + ranking.earliness * round(255 * 50 / (50 + min(starts))) / 255
            total += each.weight * early * len(starts) / (1 - each.b + each.b * relative)
    return total
