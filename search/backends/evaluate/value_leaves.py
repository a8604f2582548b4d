"""The leaves of a query in value fields: which of the values in a lexicon they match.

A value is compared whole, case and accents ignored, and an id exactly as it is given. An author also matches
by words of the name that stand side by side, unless the name is quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from search.backends.evaluate.columns import SEPARATOR, value_term
from search.backends.evaluate.leaves import MAX_EXPANSIONS, folded_pattern, too_many
from search.deadline import Check
from search.index.format.lexicon import Lexicon
from search.index.postings.patterns import Unchanged, chunks, containing, matching, spelled_like
from search.language import Fuzzy, Phrase, Wildcard, Word
from search.text import fold_value, forms

ValueLeaf = Word | Phrase | Wildcard | Fuzzy


def matching_values(leaf: ValueLeaf, field: str, known: Lexicon, check: Check) -> Iterable[int]:
    """The numbers of the values of `known` that the leaf matches; raises `LimitExceeded`."""
    match leaf:
        case Word(text) | Phrase(text) if field == "id":
            exact = (known.number(term.encode()) for term in (text, value_term(text)))
            return [number for number in exact if number >= 0][:1]
        case Word(text) | Phrase(text) if field != "author" or isinstance(leaf, Phrase):
            folded = fold_value(text.replace("_", "-") if field == "lang" else text).encode()
            alone = known.number(folded)
            variants = known.starting(folded + SEPARATOR.encode())
            return [*variants] if alone < 0 else [alone, *variants]
    found: list[int] = []
    for numbers in _numbers(leaf, field, known, check):
        found += numbers
        if len(found) > MAX_EXPANSIONS and isinstance(leaf, Wildcard | Fuzzy):
            raise too_many(leaf)
    return found


def _numbers(leaf: ValueLeaf, field: str, known: Lexicon, check: Check) -> Iterator[list[int]]:
    """The numbers of the values that the leaf matches, a list for each chunk of them."""
    is_exact = field == "id"
    folding: Callable[[str], str] = str if is_exact else fold_value

    def compared(value: str) -> str:
        return value.rpartition(SEPARATOR)[2] if is_exact else value.partition(SEPARATOR)[0]

    every = range(len(known))
    match leaf:
        case Wildcard(pattern):
            yield from matching(known, every, folded_pattern(pattern, folding), check, compared)
        case Fuzzy(text, distance):
            text = folding(text)
            candidates = Unchanged(known, text, distance)
            for some in chunks(every, check):
                numbers = candidates.within(some)
                values = [compared(value) for value in known.pick(numbers)]
                yield [numbers[place] for place in spelled_like(values, text, distance)]
        case _:
            words = forms(leaf.text)
            for some in chunks(every, check):
                numbers = containing(known, some, words[:1])
                values = [compared(value) for value in known.pick(numbers)]
                yield [numbers[place] for place in _with_words(values, words)]


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
