"""What helps a search along: words that improve its ranking, articles like one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from search.analysis import forms
from search.article import Article
from search.deadline import Check
from search.engine import Engine, Hit, SearchRequest, WeightedWord
from search.language import Boost, Node, Word, either, leaves

FEEDBACK_ARTICLES, FEEDBACK_WORDS, OWN_WEIGHT = 10, 10, 0.8
"""Of RM3 (see `expansion`): the first two as is usual, the share of the query's own words by measurement."""

CHARACTERISTIC_WORDS = 25
"""By how many words articles like one are looked for."""

SHINGLE, MOST_SHARED = 4, 0.5
"""Articles that share more than this part of their runs of so many words are copies of each other."""


def expansion(engine: Engine, query: Node, request: SearchRequest) -> tuple[Node | None, tuple[str, ...]]:
    """What to prefer so that the first articles found decide what else is relevant, and its words.

    Pseudo-relevance feedback by RM3 (Abdul-Jaleel and others 2004): the query's words, and those of a
    relevance model over the first articles, each with their share of the weight. What matches stays
    the same. None where nothing is found or nothing scores.
    """
    found = engine.search(SearchRequest(query, limit=FEEDBACK_ARTICLES, deadline=request.deadline))
    scored = [(hit.article, hit.score) for hit in found.hits if hit.score > 0]
    words = engine.characteristic_words(scored, FEEDBACK_WORDS, request.deadline) if scored else ()
    if not words:
        return None, ()
    own = sum(1 for leaf in leaves(query) if isinstance(leaf, Word)) or 1
    return weighted(words, own * (1 - OWN_WEIGHT) / OWN_WEIGHT), tuple(word.word for word in words)


def weighted(words: Sequence[WeightedWord], factor: float = 1.0) -> Node:
    """Any of the words, each counting by its weight."""
    return either([Boost(Word(word.word), factor * word.weight) for word in words])


def without_copies(hits: Iterable[Hit], article: Article, check: Check) -> Iterator[Hit]:
    """The hits that are copies neither of the article nor of a hit before.

    By the resemblance of their shingles (Broder 1997, "On the resemblance and containment of
    documents"), relative to the shorter one, so that a cut version is a copy too.
    """
    seen = [_shingles(article)]
    for hit in hits:
        check()
        own = _shingles(hit.article)
        if all(len(own & other) <= MOST_SHARED * min(len(own), len(other)) for other in seen):
            seen.append(own)
            yield hit


def _shingles(article: Article) -> set[tuple[str, ...]]:
    found = forms(f"{article.title}\n{article.body}")
    return {tuple(found[at : at + SHINGLE]) for at in range(max(1, len(found) - SHINGLE + 1))}
