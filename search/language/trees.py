"""Functions on the trees of queries: putting trees together, and walking over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from search.fields import TEXT_FIELDS
from search.language.nodes import (
    And,
    AtLeast,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Is,
    Length,
    Missing,
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
    Zone,
)
from search.language.tongues import codes_of
from search.text import words


def all_of(parts: Iterable[Node]) -> Node:
    """The conjunction of one or more parts, flattened; of one part, that part."""
    return _joined(And, parts)


def any_of(parts: Iterable[Node]) -> Node:
    """The disjunction of one or more parts, flattened; of one part, that part."""
    return _joined(Or, parts)


def _joined(kind: type[And] | type[Or], parts: Iterable[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    distinct = tuple(dict.fromkeys(flat))
    return distinct[0] if len(distinct) == 1 else kind(distinct)


def within(node: Node, zone: Zone) -> Node | None:
    """The tree, each of its positional parts only where it lies in `zone`; None if it has a filter."""
    match node:
        case And(parts) | Or(parts):
            found = [within(part, zone) for part in parts]
            kept = [part for part in found if part is not None]
            if len(kept) < len(parts):
                return None
            return all_of(kept) if isinstance(node, And) else any_of(kept)
        case Not(part):
            return (inner := within(part, zone)) and Not(inner)
        case Boost(part, factor):
            return (inner := within(part, zone)) and Boost(inner, factor)
        case AtLeast(part, times):
            return (inner := within(part, zone)) and AtLeast(inner, times)
        case _:
            return Within(node, zone) if is_positional(node) else None


def value_leaf(field: str, value: str) -> Word | Phrase:
    """The leaf that finds the articles with a value, as a person would write it."""
    plain = value.replace("-", "").replace("_", "").replace(".", "").isalnum() and value.lower() != "none"
    is_more = field == "author" or (field == "lang" and codes_of(value))  # than this value, without quotes
    return Word(value, field) if plain and not is_more else Phrase(value, field)


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes that stand directly within a node, from left to right."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Near(left, right) | NotNear(left, right):
            return left, right
        case Not(part) | Boost(part) | Within(part) | AtLeast(part):
            return (part,)
        case _:
            return ()


def leaves(node: Node) -> Iterator[Node]:
    """The leaves of the tree from left to right."""
    parts = parts_of(node)
    if not parts:
        yield node
    for part in parts:
        yield from leaves(part)


def depth(node: Node) -> int:
    """How many nodes stand one within the other; for a tree of any depth."""
    deepest, level = 0, [node]
    while level:
        deepest += 1
        level = [part for inner in level for part in parts_of(inner)]
    return deepest


def sought_words(node: Node) -> Iterator[str]:
    """The words that a query asks for in text, as written, without the words that it excludes."""
    match node:
        case Not():
            return
        case NotNear(left):
            yield from sought_words(left)
        case Word(text, field) | Phrase(text, field) if is_of_text(field):
            yield from words(text)
        case PhrasePattern(slots):
            yield from (slot for slot in slots if not set("*?") & set(slot))
        case _:
            for part in parts_of(node):
                yield from sought_words(part)


def is_of_text(field: str | None) -> bool:
    """True if words are looked for in the field, or (None) in all fields of text."""
    return field is None or field in TEXT_FIELDS


def is_filter(node: Node) -> bool:
    """True if a node restricts and does not rank: it stays required when any word is enough."""
    match node:
        case Not() | Dates() | Missing() | Length() | Is() | Everything():
            return True
        case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
            return not is_of_text(field)
        case And(parts) | Or(parts):
            return all(map(is_filter, parts))
        case Boost(part):
            return is_filter(part)
        case _:
            return False


def is_positional(node: Node) -> bool:
    """True if a node has places in a text, so that it can be near another."""
    match node:
        case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
            return is_of_text(field)
        case PhrasePattern() | Near() | NotNear() | Within():
            return True
        case Or(parts):
            return all(map(is_positional, parts))
        case _:
            return False


def text_fields(node: Node) -> frozenset[str]:
    """The fields in which a positional node can be found, all in one."""
    match node:
        case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
            return frozenset(TEXT_FIELDS if field is None else (field,))
        case PhrasePattern(field=field):
            return frozenset(TEXT_FIELDS if field is None else (field,))
        case Or(parts):
            return frozenset().union(*map(text_fields, parts))
        case Near(left, right):
            return text_fields(left) & text_fields(right)
        case NotNear(left):
            return text_fields(left)
        case Within(part, zone):
            return text_fields(part) & _ZONE_FIELDS.get(zone, {"body"})
        case _:
            return frozenset()


def has_no_place(node: Node) -> bool:
    """True if a part of the tree must lie in a zone that has no words of its field."""
    if isinstance(node, Within) and not text_fields(node):
        return True
    while isinstance(node, Within):  # a zone in a zone has no more fields than the inner one
        node = node.part
    return any(map(has_no_place, parts_of(node)))


_ZONE_FIELDS: dict[Zone, frozenset[str]] = {
    "lead": frozenset(TEXT_FIELDS) - {"title"},
    "hlead": frozenset(TEXT_FIELDS),
}


def asks_for_capitals(node: Node) -> bool:
    """True if a word in the tree has a spelling that only the text of an article tells."""
    match node:
        case Word(spelling="caps") | Phrase(spelling="caps"):
            return True
        case _:
            return any(map(asks_for_capitals, parts_of(node)))


def in_any_capitals(node: Node) -> Node:
    """The tree of a positional node or a count without capitals, which finds the same articles, and more."""
    match node:
        case Word(spelling="caps") | Phrase(spelling="caps"):
            return replace(node, spelling="exact")
        case Or(parts):
            return any_of(map(in_any_capitals, parts))
        case Near(left, right):
            return replace(node, left=in_any_capitals(left), right=in_any_capitals(right))
        case NotNear(left, right) if asks_for_capitals(right):
            return in_any_capitals(left)
        case NotNear(left):
            return replace(node, left=in_any_capitals(left))
        case Within(part) | AtLeast(part):
            return replace(node, part=in_any_capitals(part))
        case _:
            return node
