"""The leaves of a query in value fields: which of the values in a lexicon they match.

A value is compared whole, case and accents ignored, and an id exactly as it is given. An author also matches
by words of the name that stand side by side, unless the name is quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from search.backends.embedded.documents import SEPARATOR, value_term
from search.backends.embedded.leaves import MAX_EXPANSIONS, folded_pattern, too_many
from search.deadline import Check
from search.index.format.lexicon import Lexicon
from search.index.postings.patterns import chosen, matching, spelled_like
from search.language import Fuzzy, Phrase, Wildcard, Word
from search.text import fold_value, forms

ValueLeaf = Word | Phrase | Wildcard | Fuzzy


def matching_values(leaf: ValueLeaf, field: str, known: Lexicon, check: Check) -> Iterable[int]:
    """The numbers of the values of `known` that the leaf matches; raises `LimitExceeded`."""
    match leaf:
        case Word(text) | Phrase(text) if field == "id":
            numbers = (known.number(term.encode()) for term in (text, value_term(text)))
            return [number for number in numbers if number >= 0][:1]
        case Word(text) | Phrase(text) if field != "author" or isinstance(leaf, Phrase):
            folded = fold_value(text.replace("_", "-") if field == "lang" else text).encode()
            exact = known.number(folded)
            variants = known.starting(folded + SEPARATOR.encode())
            return [*variants] if exact < 0 else [exact, *variants]
    found = chosen(known, range(len(known)), _chooser(leaf, field), check)
    if len(found) > MAX_EXPANSIONS and isinstance(leaf, Wildcard | Fuzzy):
        raise too_many(leaf)
    return found


def _chooser(leaf: ValueLeaf, field: str) -> Callable[[Sequence[str]], Iterable[int]]:
    """Return a function that gives the numbers of the indexed values that the leaf matches."""
    is_exact = field == "id"
    folding: Callable[[str], str] = str if is_exact else fold_value

    def compared(values: Sequence[str]) -> list[str]:
        return [
            value.rpartition(SEPARATOR)[2] if is_exact else value.partition(SEPARATOR)[0] for value in values
        ]

    match leaf:
        case Wildcard(pattern):
            folded = folded_pattern(pattern, folding)
            return lambda values: matching(compared(values), folded)
        case Fuzzy(text, distance):
            return lambda values: spelled_like(compared(values), folding(text), distance)
        case _:
            return lambda values: _with_words(compared(values), forms(leaf.text))


def _with_words(folded: Iterable[str], sought: Sequence[str]) -> list[int]:
    """The numbers of the values in which all the words stand side by side."""
    found = []
    for number, value in enumerate(folded):
        if sought and sought[0] in value:
            present = forms(value)
            runs = range(len(present) - len(sought) + 1)
            if any(present[start : start + len(sought)] == list(sought) for start in runs):
                found.append(number)
    return found
