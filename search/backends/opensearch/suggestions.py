"""Words and values that a person may have meant, and words that begin like one, as `embedded` has them."""

from __future__ import annotations

from search.backends.evaluate.near import MAX_SHORT_LENGTH, MAX_VALUES, MIN_LENGTH, alike
from search.backends.opensearch.facets import merged, value_counts
from search.backends.opensearch.lexicon import Lexicon
from search.backends.opensearch.moment import Moment
from search.backends.opensearch.words import QueryWords
from search.engine import Suggestion
from search.text import fold_value


def corrections(words: QueryWords, lexicon: Lexicon, form: str, count: int) -> tuple[Suggestion, ...]:
    """The forms nearest to one, as `embedded.suggestions` has them."""
    if len(form) < MIN_LENGTH:
        return ()
    for same_start in (True, False):
        for distance in (1,) if len(form) <= MAX_SHORT_LENGTH else (1, 2):
            alive = words.articles_with(lexicon.near(form, distance, same_start=same_start))
            known = {form for (form, _), articles in alive.items() if articles}
            counts = words.document_frequencies(known)
            ranked = sorted((-articles, word) for word, articles in counts.items() if articles)
            if ranked:
                return tuple(Suggestion(word, -fewer) for fewer, word in ranked[:count])
    return ()


def completions(words: QueryWords, lexicon: Lexicon, prefix: str, count: int) -> tuple[Suggestion, ...]:
    """The form of each term that begins with a prefix and is in most articles; terms in most first."""
    alive = words.articles_with(lexicon.starting(prefix))
    forms: dict[str, tuple[int, str]] = {}
    for (form, term), articles in alive.items():
        if articles:
            forms[term] = min(forms.get(term, (0, "")), (-articles, form))
    counted = words.frequencies(((term,), None) for term in forms)
    counts = {terms[0]: articles for (terms, _), articles in counted.items()}
    found: dict[str, int] = {}
    for term in sorted(forms, key=lambda term: (-counts[term], term)):
        if len(found) < count:
            found.setdefault(forms[term][1], counts[term])
    return tuple(Suggestion(form, articles) for form, articles in found.items())


def near_values(at: Moment, field: str, value: str, count: int) -> tuple[Suggestion, ...]:
    """The values of a field nearest to one; none where the field has too many values to look through."""
    counts = value_counts(at, {"match_all": {}}, field, MAX_VALUES)
    if counts is None:
        return ()
    every = merged(counts.items())
    kinds = alike([*every], fold_value(value))
    ranked = sorted(kinds, key=lambda folded: (kinds[folded], -every[folded][0], folded))
    return tuple(Suggestion(every[folded][1], every[folded][0]) for folded in ranked[:count])
