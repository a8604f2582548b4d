"""The values of an article, wildcards and spellings, compared one at a time."""

from __future__ import annotations

import fnmatch
import re
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from search.article import Article
from search.fields import TEXT_FIELDS
from search.language import (
    Dates,
    Fuzzy,
    Missing,
    Node,
    Phrase,
    Wildcard,
    Word,
)
from search.text import fold_value, forms, words
from tests.reference.dates import by_date, may_be_in


def values(article: Article, field: str) -> tuple[str, ...]:
    """The values that an article has in a value field."""
    match field:
        case "keyword":
            return article.keywords
        case "author":
            return article.authors
        case "lang":
            parts = article.language.replace("_", "-").split("-")
            short = {"eng": ["en"], "French": ["fr"]}.get(parts[0], [])
            tags = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)] + short
            return tuple(tags) if article.language else ()
        case "precision":
            return (article.precision,) if article.published else ()
        case "site":
            return sites(article.url)
        case "source" | "url" | "id":
            value = getattr(article, field)
            return (value,) if value else ()
        case _:
            return article.extra.get(field, ())


SUFFIXES = PublicSuffixList()


def sites(url: str) -> tuple[str, ...]:
    """The host of a URL, and each domain above it down to the one that was registered."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ()
    registered = None if re.fullmatch(r"[\d.]*|.*:.*", host) else SUFFIXES.privatesuffix(host)
    if registered is None:
        return (host,) if host else ()
    found = [host if host == registered else host.removeprefix("www.")]
    while found[-1] != registered:
        found.append(found[-1].partition(".")[2])
    return tuple(found)


def passes(node: Node, article: Article) -> bool:
    match node:
        case Dates(period, field):
            return may_be_in(by_date([article], field)[0], period)
        case Missing("date" | "modified" | "seen" as field):
            return by_date([article], field)[0].published is None
        case Missing(field) if field in TEXT_FIELDS:
            text = getattr(article, field)
            return not any(words(value) for value in ((text,) if isinstance(text, str) else text))
        case Missing(field):
            return not values(article, field)
        case _:
            return True


def value_matches(node: Node, field: str, value: str) -> bool:
    if field == "id":
        return id_matches(node, value)
    folded = fold_value(value)
    match node:
        case Word(text) if field == "author":
            sought, there = forms(text), forms(folded)
            return bool(sought) and any(
                there[n : n + len(sought)] == sought for n in range(len(there) - len(sought) + 1)
            )
        case Word(text) | Phrase(text):
            return folded == fold_value(text.replace("_", "-") if field == "lang" else text)
        case Wildcard(pattern):
            return like("".join(c if c in "*? " else fold_value(c) for c in pattern), folded)
        case Fuzzy(text, distance):
            return edits(folded, fold_value(text)) <= distance
    raise AssertionError(node)


def id_matches(node: Node, value: str) -> bool:
    match node:
        case Word(text) | Phrase(text):
            return value == text
        case Wildcard(pattern):
            return like(pattern, value)
        case Fuzzy(text, distance):
            return edits(value, text) <= distance
    raise AssertionError(node)


def like(pattern: str, text: str) -> bool:
    literal = re.sub(r"[\[\]]", lambda bracket: f"[{bracket.group()}]", pattern)
    return fnmatch.fnmatchcase(text, literal)


def edits(a: str, b: str) -> int:
    """Optimal string alignment distance, by the textbook."""
    rows = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if not i or not j:
                rows[i][j] = i + j
                continue
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]
