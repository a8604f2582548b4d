"""The highlights of a query, from the forms of its words: without an index at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from search.fields import TEXT_FIELDS
from search.language import (
    And,
    AtLeast,
    Boost,
    Fuzzy,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    PhrasePattern,
    Wildcard,
    Within,
    Word,
    has_wildcard,
)
from search.language.trees import is_filter
from search.snippets import Apart, Condition, Either, Highlight, Inside, Pair, highlights_of
from search.text import cased, fold, words

Forms = Callable[[str | Wildcard | Fuzzy], frozenset[str]]
"""Returns the forms that the archive has of a word, or of a wildcard or fuzzy word."""


def highlights(node: Node, forms: Forms) -> tuple[Highlight, ...]:
    """The highlights to mark in the text of an article that the query found, each once."""
    return tuple(dict.fromkeys(_highlights(node, forms)))


def _highlights(node: Node, forms: Forms) -> Iterator[Highlight]:
    if is_filter(node):
        return
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _highlights(part, forms)
        case Boost(part):
            yield from _highlights(part, forms)
        case _:
            condition = _condition(node, forms)
            if condition is not None:
                yield from highlights_of(condition)


def _condition(node: Node, forms: Forms) -> Condition | None:
    """The words to mark where a leaf is found; None if there are none. As the leaves of `compile` have it."""
    match node:
        case Word(text, spelling=spelling) | Phrase(text, spelling=spelling):
            return _of_words(node, text, spelling, forms)
        case Wildcard(field=field) | Fuzzy(field=field):
            found = forms(node)
            return Highlight((found,), _fields(field)) if found else None
        case PhrasePattern(slots, field, slop):
            marked = [_of_slot(slot, forms) for slot in slots]
            known = tuple(each for each in marked if each is not None)
            return Highlight(known, _fields(field), slop) if len(known) == len(marked) else None
        case Near(left, right, distance, ordered):
            one, other = _condition(left, forms), _condition(right, forms)
            return None if one is None or other is None else Pair(one, other, distance, ordered)
        case NotNear(left, right, distance):
            one, other = _condition(left, forms), _condition(right, forms)
            return one if one is None or other is None else Apart(one, other, distance)
        case Within(part, zone):
            inner = _condition(part, forms)
            return None if inner is None else Inside(inner, zone)
        case AtLeast(part):
            return _condition(part, forms)
        case Or(parts):
            every = tuple(own for part in parts if (own := _condition(part, forms)) is not None)
            return Either(every) if every else None
        case Not():
            return None
    return None


def _of_words(node: Word | Phrase, text: str, spelling: str, forms: Forms) -> Condition | None:
    own = words(text)
    sought = tuple(forms(word) if spelling == "any" else frozenset({fold(word)}) for word in own)
    if not sought:
        return None
    found = Highlight(sought, _fields(node.field), node.slop if isinstance(node, Phrase) else 0)
    return replace(found, cased=tuple(map(cased, own))) if spelling == "caps" else found


def _of_slot(slot: str, forms: Forms) -> frozenset[str] | None:
    """The words that a slot marks: no word where any word fills it; None if no word of the archive does."""
    if slot == "*":
        return frozenset()
    found = forms(Wildcard(slot) if has_wildcard(slot) else slot)
    return found or None


def _fields(field: str | None) -> tuple[str, ...]:
    return TEXT_FIELDS if field is None else (field,)
