"""Words that a person may have meant: for a word that no article has, and for one not yet typed out."""

from __future__ import annotations

from collections.abc import Iterator

from search.analysis import words
from search.codec.completion import frequent_forms, near_forms
from search.codec.view import IndexView
from search.engine import Suggestion
from search.language import TEXT_FIELDS, And, Boost, Near, Node, Or, Phrase, Word

SHORT = 4
"""A word of at most so many characters is one edit from what was meant, a longer one up to two."""

MISTYPED = 3
"""A word of fewer characters can be anything."""


def sought_words(node: Node) -> Iterator[str]:
    """The words that a query asks for in text, as written."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from sought_words(part)
        case Near(left, right):
            yield from sought_words(left)
            yield from sought_words(right)
        case Boost(part):
            yield from sought_words(part)
        case Word(text, field) | Phrase(text, field) if field is None or field in TEXT_FIELDS:
            yield from words(text)


def corrections(view: IndexView, form: str, count: int) -> tuple[Suggestion, ...]:
    """The forms of the archive nearest to `form`: with the fewest edits, then those in most articles.

    Those with the same first letter come before the others, which are looked at only if there are
    none: the first letter is seldom mistyped.
    """
    if len(form) < MISTYPED:
        return ()
    for same_start in (True, False):
        for distance in (1,) if len(form) <= SHORT else (1, 2):
            found = near_forms(view, form, distance, same_start=same_start)
            found.pop(form, None)
            if found:
                ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
                return tuple(Suggestion(word, df) for word, df in ranked[:count])
    return ()


def completions(view: IndexView, prefix: str, count: int) -> tuple[Suggestion, ...]:
    """The words that begin with `prefix`, those in most articles first."""
    return tuple(Suggestion(form, df) for form, df in frequent_forms(view, prefix, count))
