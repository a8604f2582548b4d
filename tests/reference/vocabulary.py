"""The words and values that are near to a word, or that begin with one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from search.article import Article
from search.engine import Suggestion
from search.text import Analyzer, fold, fold_value, forms
from tests.reference.facets import value_facet
from tests.reference.values import edits

Frequency = Callable[[str], int]
"""In how many articles a word is."""


def corrections(
    articles: Mapping[str, Article], frequency: Frequency, word: str, count: int
) -> tuple[Suggestion, ...]:
    """The words of the articles that are a letter or two from a word, the commonest first."""
    written = fold(word)
    for same_start in (True, False):
        for distance in (1,) if len(written) <= 4 else (1, 2):
            near = {f for f in _forms(articles) if f != written and edits(f, written) <= distance}
            near = {f for f in near if f[:1] == written[:1] or not same_start}
            ranked = sorted((-frequency(f), f) for f in near)
            if ranked and len(written) > 2:
                return tuple(Suggestion(form, -df) for df, form in ranked[:count])
    return ()


def completions(
    articles: Mapping[str, Article], analyzer: Analyzer, frequency: Frequency, prefix: str, count: int
) -> tuple[Suggestion, ...]:
    """The commonest form of each term that has one beginning with `prefix`, the commonest term first."""
    by_term: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles.values():
        for text in (article.title, article.description, *article.highlights, article.body):
            for form, term in analyzer.analyze(text):
                if form.startswith(fold(prefix)):
                    by_term[term][form] += 1
    ranked = []
    for term, counted in by_term.items():
        form = min(counted, key=lambda form: (-counted[form], form))
        ranked.append((-frequency(form), term, form))
    found: dict[str, int] = {}
    for df, _, form in sorted(ranked):
        found.setdefault(form, -df)
    return tuple(Suggestion(form, df) for form, df in list(found.items())[:count])


def near_values(articles: Sequence[Article], field: str, value: str, count: int) -> tuple[Suggestion, ...]:
    """The values of a field that are spelled like `value`, or have its words."""
    sought = fold_value(value)
    every = value_facet(articles, field, 1_000_000).values
    ranked = []
    for known in every:
        folded = fold_value(known.value)
        plain = ["".join(filter(str.isalnum, text)) or text for text in (folded, sought)]
        if plain[0] == plain[1]:
            kind = 0
        elif len(sought) > 2 and edits(folded, sought) <= (1 if len(sought) <= 4 else 2):
            kind = 1
        elif set() < set(forms(sought)) <= set(forms(folded)):
            kind = 2
        else:
            continue
        ranked.append((kind, -known.count, folded, known))
    return tuple(Suggestion(known.value, known.count) for _, _, _, known in sorted(ranked)[:count])


def _forms(articles: Mapping[str, Article]) -> set[str]:
    texts = ((a.title, a.description, *a.highlights, a.body) for a in articles.values())
    return {form for own in texts for text in own for form in forms(text)}
