"""The score of each match: BM25F as `search.engine.ranking` has it, a formula at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from search.article import Article
from search.engine import Ranking
from search.language import (
    And,
    AtLeast,
    Boost,
    Dates,
    Everything,
    Is,
    Length,
    Missing,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    Within,
    Word,
)
from tests.reference.matches import matches, starts, value_field
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
        case Not() | Everything() | Dates() | Missing() | Length() | Is():
            return dict.fromkeys(found, 0.0)
    if value_field(node) is not None:
        return dict.fromkeys(found, 0.0)
    node = in_any_capitals(node)
    df, count = len(matches(node, articles, texts)), len(articles)
    idf = math.log(1 + (count - df + 0.5) / (df + 0.5))
    tfs = {i: _tf(node, i, texts, ranking) for i in found}
    return {i: idf * (ranking.k1 + 1) * tf / (ranking.k1 + tf) for i, tf in tfs.items()}


def in_any_capitals(node: Node) -> Node:
    """The part of a query that scores: capitals restrict which articles are found, and nothing else."""
    match node:
        case Word(spelling="caps") | Phrase(spelling="caps"):
            return replace(node, spelling="exact")
        case Or(parts):
            return Or(tuple(map(in_any_capitals, parts)))
        case Near(left, right):
            return replace(node, left=in_any_capitals(left), right=in_any_capitals(right))
        case NotNear(left, right):
            plain = in_any_capitals(left)
            return replace(node, left=plain) if in_any_capitals(right) == right else plain
        case Within(part) | AtLeast(part):
            return replace(node, part=in_any_capitals(part))
    return node


def _tf(node: Node, identity: str, texts: Texts, ranking: Ranking) -> float:
    total = 0.0
    node = node.part if isinstance(node, AtLeast) else node
    for each in ranking.fields:
        lengths = {i: len(own[each.field]) for i, own in texts.words.items()}
        if found := starts(node, identity, each.field, texts):
            relative = lengths[identity] / (sum(lengths.values()) / len(lengths))
            # The index keeps the place of the first word in 255 steps.
            early = 1 + ranking.earliness * round(255 * 50 / (50 + min(found))) / 255
            total += each.weight * early * len(found) / (1 - each.b + each.b * relative)
    return total
