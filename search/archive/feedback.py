"""Characteristic words of articles: they expand a query, and they find articles like a given one.

The words that set some articles apart from all the others come from a relevance model (Lavrenko and Croft
2001, "Relevance-based language models", RM1) over these articles,

    P(t | R) = sum over the articles d of  weight_d * frequency of t in d / length of d

whose terms are then weighed by how rare they are in the archive, as Rocchio's feedback does: words that
are everywhere are frequent in any article, whatever it is about.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.article import Article
from search.deadline import Check, checked, no_deadline
from search.engine import Ranking, Reader, SearchRequest
from search.language import Boost, Everything, Node, Word, any_of, sought_words
from search.text import Analyzer, forms, language_named

MAX_CANDIDATES = 300
"""Words whose frequencies are looked up, those with the most weight."""

CHARACTERISTIC_WORDS = 25
"""The number of words with which similar articles are looked for."""


@dataclass(frozen=True, slots=True)
class WeightedWord:
    """A word and how much it counts; the weights of several add up to 1."""

    word: str
    weight: float


def expansion(
    reader: Reader, query: Node, ranking: Ranking, analyzer: Analyzer, check: Check = no_deadline
) -> tuple[Node | None, tuple[str, ...]]:
    """Return a node to prefer, which holds the characteristic words of the first articles, and these words.

    Pseudo-relevance feedback by RM3 (Abdul-Jaleel and others 2004): the query's words, and the words of a
    relevance model over the first articles, each with their share of the score: the added words are rarer, so
    that with a share of the weights they would outvote a long query. The matches stay the same. The node is
    None if nothing is found or nothing scores.
    """
    feedback = ranking.feedback
    plain = replace(ranking, recency=None)
    found = reader.search(SearchRequest(query, limit=feedback.articles, ranking=plain))
    scored = [(hit.article, hit.score) for hit in found.hits if hit.score > 0]
    words = characteristic_words(reader, scored, feedback.words, analyzer, check)
    if not words:
        return None, ()
    added = tuple(word.word for word in words)
    own = tuple(dict.fromkeys(sought_words(query)))
    idf = _idfs(reader, (*own, *added))
    share = sum(idf[word] for word in own) / sum(word.weight * idf[word.word] for word in words)
    factor = (share or 1.0) * (1 - feedback.own_share) / feedback.own_share
    return weighted(words, factor), added


def characteristic_words(
    reader: Reader,
    articles: Sequence[tuple[Article, float]],
    count: int,
    analyzer: Analyzer,
    check: Check = no_deadline,
) -> tuple[WeightedWord, ...]:
    """The `count` words that most distinguish these articles, which have weights, from the others.

    Each is in its commonest form. Words that no article of the archive has, numbers, single letters and stop
    words of the archive's language are left out.
    """
    total = sum(weight for _, weight in articles) or 1.0
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for article, weight in articles:
        text = "\n".join((article.title, article.description, *article.highlights, article.body))
        found = list(checked(forms(text), check))
        share = weight / total / (len(found) or 1)
        language = language_named(article.language) or analyzer.language
        for form, frequency in Counter(found).items():
            weights[form, language] += share * frequency
    by_term: dict[str, tuple[float, str]] = {}
    for (form, language), weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])):
        if len(by_term) >= MAX_CANDIDATES:
            break
        if len(form) > 1 and form not in analyzer.stop_words and not form.replace(".", "").isdecimal():
            term = analyzer.term(form, language)
            before, commonest = by_term.get(term, (0.0, form))
            by_term[term] = before + weight, commonest
    idf = _idfs(reader, [form for _, form in by_term.values()])
    ranked = [(weight * idf[form], form) for weight, form in by_term.values() if idf[form]]
    best = sorted(ranked, key=lambda pair: (-pair[0], pair[1]))[:count]
    sum_of_best = sum(weight for weight, _ in best) or 1.0
    return tuple(WeightedWord(form, weight / sum_of_best) for weight, form in best)


def _idfs(reader: Reader, words: Sequence[str]) -> dict[str, float]:
    """How rare each word is in the archive, as BM25 has it; 0 for a word that is in no article."""
    count = reader.search(SearchRequest(Everything(), limit=0)).total
    frequencies = reader.document_frequencies(words)
    return {
        word: math.log(1 + (count - df + 0.5) / (df + 0.5)) if df else 0.0 for word, df in frequencies.items()
    }


def weighted(words: Sequence[WeightedWord], factor: float = 1.0) -> Node:
    """Any of the words, each counting by its weight."""
    return any_of([Boost(Word(word.word), factor * word.weight) for word in words])
