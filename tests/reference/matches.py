"""The articles that match a query: set logic."""

from __future__ import annotations

from collections.abc import Mapping

from search.article import Article
from search.fields import TEXT_FIELDS
from search.language import (
    And,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Missing,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
)
from tests.reference.spans import Texts
from tests.reference.values import passes, value_matches, values


def matches(node: Node, articles: Mapping[str, Article], texts: Texts) -> set[str]:
    """The ids of the articles that match."""
    match node:
        case And(parts):
            return set(articles).intersection(*(matches(part, articles, texts) for part in parts))
        case Or(parts):
            return set().union(*(matches(part, articles, texts) for part in parts))
        case Not(part):
            return set(articles) - matches(part, articles, texts)
        case Boost(part):
            return matches(part, articles, texts)
        case Everything() | Dates() | Missing():
            return {i for i, article in articles.items() if passes(node, article)}
    if (field := value_field(node)) is not None:
        return {
            i for i, a in articles.items() if any(value_matches(node, field, v) for v in values(a, field))
        }
    return {i for i in articles if any(texts.spans(node, i, field) for field in TEXT_FIELDS)}


def value_field(node: Node) -> str | None:
    """The field of whole values that a part of a query asks for; None for text."""
    match node:
        case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
            return None if field in TEXT_FIELDS else field
    return None
