"""The words that set articles apart, counted article by article."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

from search.article import Article
from search.engine import Background, Distinctive, DistinctiveWord
from search.text import Analyzer, fold_value, language_named


def distinctive(
    analyzer: Analyzer,
    everything: Sequence[Article],
    inside: Sequence[Article],
    outside: Sequence[Article],
    against: Background,
    count: int,
    texts: int,
    score: float,
) -> Distinctive:
    """By the formula of Monroe, Colaresi and Quinn, each article with a weight."""
    weights = _weights(inside, outside, against)
    vocabulary: Counter[str] = Counter()
    there: Counter[str] = Counter()
    elsewhere: defaultdict[str, float] = defaultdict(float)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for article in everything:
        for form, term in _pairs(analyzer, article):
            forms[term][form] += 1
        vocabulary.update(_terms(analyzer, article))
    for article in inside:
        there.update(_terms(analyzer, article))
    for article, weight in zip(outside, weights, strict=True):
        for term in _terms(analyzer, article):
            elsewhere[term] += weight
    size, mass = len(vocabulary), sum(vocabulary.values())
    sums = there.total(), sum(elsewhere.values())
    rows = []
    for term, own in there.items():
        prior = size * vocabulary[term] / mass
        a, b = own + prior, elsewhere[term] + prior
        if size == 1:
            rows.append((0.0, term, DistinctiveWord(term, 0.0, own, elsewhere[term])))
            continue
        difference = math.log(a / (sums[0] + size - a)) - math.log(b / (sums[1] + size - b))
        z = difference / math.sqrt(1 / a + 1 / b)
        if own >= texts and z >= score:
            word = min(forms[term], key=lambda form: (-forms[term][form], form))
            rows.append((-z, term, DistinctiveWord(word, z, own, elsewhere[term])))
    rows.sort(key=lambda row: row[:2])
    return Distinctive(len(inside), sum(weights), tuple(row[2] for row in rows[:count]))


def _weights(inside: Sequence[Article], outside: Sequence[Article], against: Background) -> list[float]:
    """The weights of the articles outside, which give each class the share that it has inside."""
    key: Callable[[Article], object]
    match against:
        case "same-dates":
            key = _day
        case "same-sources":
            key = _source
        case _:
            return [1.0] * len(outside)
    wanted, there = Counter(map(key, inside)), Counter(map(key, outside))
    weights = [Fraction(wanted[key(article)], there[key(article)]) for article in outside]
    squares = sum(weight * weight for weight in weights)
    effective = sum(weights) / squares if squares else Fraction(0)
    return [float(weight * effective) for weight in weights]


def _day(article: Article) -> object:
    return article.published and article.published.date()


def _source(article: Article) -> object:
    return fold_value(article.source)


def _pairs(analyzer: Analyzer, article: Article) -> list[tuple[str, str]]:
    language = language_named(article.language) or analyzer.language
    texts = (article.title, article.description, *article.highlights, article.body)
    return [(form, term) for text in texts for form, term in analyzer.analyze(text, language) if form]


def _terms(analyzer: Analyzer, article: Article) -> set[str]:
    return {term for _, term in _pairs(analyzer, article)}
