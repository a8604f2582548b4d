"""The articles that match a query: set logic."""

from __future__ import annotations

from collections.abc import Mapping

from search.article import Article
from search.fields import TEXT_FIELDS
from search.language import (
    And,
    AtLeast,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Is,
    Length,
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
        case AtLeast(part, times):
            counts = {i: sum(len(starts(part, i, field, texts)) for field in TEXT_FIELDS) for i in articles}
            return {i for i, count in counts.items() if count >= times}
        case Length(least, most):
            lengths = {i: sum(len(texts.words[i][field]) for field in TEXT_FIELDS[1:]) for i in articles}
            return {i for i, n in lengths.items() if (least or 0) <= n <= (n if most is None else most)}
        case Everything() | Dates() | Missing():
            return {i for i, article in articles.items() if passes(node, article)}
        case Word(text, "copies") | Phrase(text, "copies"):
            return set(texts.groups.group(text))
        case Is("original" | "copy" as mark):
            return {i for i in articles if texts.groups.original(i) == (mark == "original")}
    if (field := value_field(node)) is not None:
        return {
            i for i, a in articles.items() if any(value_matches(node, field, v) for v in values(a, field))
        }
    return {i for i in articles if any(texts.spans(node, i, field) for field in TEXT_FIELDS)}


def starts(node: Node, identity: str, field: str, texts: Texts) -> set[int]:
    """The positions where a part of a query begins in a field."""
    return {start for start, _ in texts.spans(node, identity, field)}


def value_field(node: Node) -> str | None:
    """The field of whole values that a part of a query asks for; None for text."""
    match node:
        case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
            return None if field in TEXT_FIELDS else field
    return None
