"""What sets some articles apart from all the others: the words by which more like them are found.

A relevance model (Lavrenko and Croft 2001, "Relevance-based language models", RM1) over the articles,

    P(t | R) = sum over the articles d of  weight_d * frequency of t in d / length of d

whose terms are then weighed by how rare they are in the archive, as Rocchio's feedback does: words that
are everywhere are frequent in any article, whatever it is about.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from search.analysis import forms
from search.article import Article
from search.codec.completion import document_count
from search.codec.view import IndexView
from search.deadline import checked
from search.engine import WeightedWord

CONSIDERED = 300
"""Forms whose terms are looked up, those with the most weight."""


def characteristic_words(
    view: IndexView, articles: Sequence[tuple[Article, float]], count: int, stop_words: Collection[str]
) -> tuple[WeightedWord, ...]:
    """The `count` words of the highest weight, each in its commonest form; the weights add up to 1.

    Words that no article of the archive has, numbers, single letters and stop words are none of them.
    """
    total = sum(weight for _, weight in articles) or 1.0
    weights: dict[str, float] = defaultdict(float)
    for article, weight in articles:
        text = "\n".join((article.title, article.description, *article.highlights, article.body))
        found = list(checked(forms(text), view.check))
        share = weight / total / (len(found) or 1)
        for form, frequency in Counter(found).items():
            weights[form] += share * frequency
    by_term: dict[str, tuple[float, str]] = {}
    for form, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])):
        if len(by_term) >= CONSIDERED:
            break
        if len(form) > 1 and form not in stop_words and not form.replace(".", "").isdecimal():
            for term in sorted(view.terms_of(form))[:1]:
                before, commonest = by_term.get(term, (0.0, form))
                by_term[term] = before + weight, commonest
    ranked = []
    for term, (weight, form) in by_term.items():
        df = document_count(view, term)
        ranked.append((weight * math.log(1 + (view.count - df + 0.5) / (df + 0.5)), form))
    ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    best = ranked[:count]
    sum_of_best = sum(weight for weight, _ in best) or 1.0
    return tuple(WeightedWord(form, weight / sum_of_best) for weight, form in best)
