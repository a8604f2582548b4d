"""The copies of an article, each with the way in which it differs from the first of them.

The containment of two texts is the share of the shorter one's runs of words that the other has (Broder 1997,
"On the resemblance and containment of documents").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from search.article import Article
from search.deadline import Check
from search.engine import Copy, CopyGroup, CopyKind, Hit
from search.text import forms

SHINGLE_WORDS = 5

MIN_CONTAINMENT = 0.5
"""Two articles with this containment, or a higher one, may be copies of each other."""

MAX_CUT, MIN_EXTENDED = 0.7, 1 / 0.7
"""A copy with fewer words than this part of the first article's is cut, one with more is extended."""


def copies_in(group: CopyGroup, check: Check) -> Iterator[Copy]:
    """Yield the copies of a group, the first article first, then digests."""
    if not group.members:
        return
    first = _words(group.members[0])
    for number, article in enumerate(group.members):
        check()
        own = _words(article)
        yield Copy(article, "same" if not number else _kind(own, first), containment(own, first))
    for article in group.digests:
        check()
        yield Copy(article, "part", containment(_words(article), first))


def _words(article: Article) -> list[str]:
    """The words by which articles are compared."""
    parts = (article.title, article.body or "\n".join((article.description, *article.highlights)))
    return [form for part in parts for form in forms(part) if form]


def _kind(own: list[str], first: list[str]) -> CopyKind:
    if own == first:
        return "same"
    ratio = len(own) / max(1, len(first))
    return "cut" if ratio < MAX_CUT else "extended" if ratio > MIN_EXTENDED else "edited"


def containment(own: list[str], other: list[str]) -> float:
    """The share of the shorter text's runs of words that the other text has."""
    mine, theirs = _shingles(own), _shingles(other)
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + SHINGLE_WORDS]) for at in range(max(1, len(words) - SHINGLE_WORDS + 1))}


def without_copies(hits: Iterable[Hit], article: Article, check: Check) -> Iterator[Hit]:
    """Yield the hits that are copies neither of the article nor of an earlier hit."""
    words, seen = _words(article), set[str]()
    for hit in hits:
        check()
        own = hit.copies.group if hit.copies else hit.id
        if own not in seen and containment(words, _words(hit.article)) < MIN_CONTAINMENT:
            seen.add(own)
            yield hit
