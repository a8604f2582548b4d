"""The tree of a query: small frozen nodes, and the canonical way to write each.

    Node
    ├── Word "strike"   Phrase "bank of the centre"   Wildcard strik*   Fuzzy strike~1    leaves
    ├── Near a NEAR/5 b, a ADJ/5 b                                                        proximity
    ├── And   Or   Not   Boost                                                            logic
    └── Dates date:..   Missing author:none   Is is:silent   Everything *                 filters

`str(node)` writes every operator out, so that reading it again gives an equal tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from search.dates import Period
from search.fields import TEXT_FIELDS
from search.text import words


@dataclass(frozen=True, slots=True)
class Word:
    """A word as typed, in one field or (None) in any text field."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return _prefix(self.field) + escaped(self.text, in_field=self.field is not None)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order with at most `slop` other words among them; in a value field, one value."""

    text: str
    field: str | None = None
    slop: int = 0

    def __str__(self) -> str:
        quoted = _UNQUOTABLE.sub(r"\\\g<0>", self.text)
        return f'{_prefix(self.field)}"{quoted}"' + (f"~{self.slop}" if self.slop else "")


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Words that match `pattern`: `*` is any run of characters, `?` any one."""

    pattern: str
    field: str | None = None

    def __str__(self) -> str:
        return _prefix(self.field) + escaped(self.pattern, in_field=self.field is not None, wildcards=True)


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words at most `distance` edits (insert, delete, replace, swap neighbours) from `text`."""

    text: str
    distance: int
    field: str | None = None

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{escaped(self.text, in_field=self.field is not None)}~{self.distance}"


@dataclass(frozen=True, slots=True)
class Near:
    """`left` and `right` at most `distance` words apart (neighbours are 1), in order if `ordered`."""

    left: Node
    right: Node
    distance: int
    ordered: bool = False

    def __str__(self) -> str:
        operator = f"{'ADJ' if self.ordered else 'NEAR'}/{self.distance}"
        return f"{_inside(self.left, Near)} {operator} {_inside(self.right, Not)}"


@dataclass(frozen=True, slots=True)
class And:
    """Every part. Made by `all_of`, so no part is itself an `And`."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(_inside(part, Near) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part. Made by `any_of`, so no part is itself an `Or`."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_inside(part, And) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that `part` does not match."""

    part: Node

    def __str__(self) -> str:
        return f"NOT {_inside(self.part, Not)}"


@dataclass(frozen=True, slots=True)
class Boost:
    """`part`, its score multiplied by `factor`."""

    part: Node
    factor: float

    def __str__(self) -> str:
        return f"{_inside(self.part, Word)}^{self.factor:g}"


@dataclass(frozen=True, slots=True)
class Dates:
    """Published within `period`; or with the field "changed" updated in it."""

    period: Period
    field: Literal["date", "changed"] = "date"

    def __str__(self) -> str:
        return f"{self.field}:{self.period}"


@dataclass(frozen=True, slots=True)
class Missing:
    """Without any value in `field` ("date" for those without a time)."""

    field: str

    def __str__(self) -> str:
        return f"{self.field}:none"


@dataclass(frozen=True, slots=True)
class Is:
    """With a mark: silent, if an update was a silent edit."""

    mark: Literal["silent"]

    def __str__(self) -> str:
        return f"is:{self.mark}"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""

    def __str__(self) -> str:
        return "*"


Node = Word | Phrase | Wildcard | Fuzzy | Near | And | Or | Not | Boost | Dates | Missing | Is | Everything

_BINDING: dict[type, int] = {Or: 0, And: 1, Near: 2, Not: 3, Boost: 4}
"""How tightly each operator binds; the leaves, not listed, bind tightest."""


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


def value_leaf(field: str, value: str) -> Word | Phrase:
    """The leaf that finds the articles with a value, as a person would write it."""
    plain = value.replace("-", "").replace("_", "").replace(".", "").isalnum() and value.lower() != "none"
    return Word(value, field) if plain and field != "author" else Phrase(value, field)


def leaves(node: Node) -> Iterator[Node]:
    """The leaves of the tree from left to right."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Near(left, right):
            yield from leaves(left)
            yield from leaves(right)
        case Not(part) | Boost(part):
            yield from leaves(part)
        case _:
            yield node


def sought_words(node: Node) -> Iterator[str]:
    """The words that a query asks for in text, as written, without the words that it excludes."""
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


def depth(node: Node) -> int:
    """How many nodes stand one within the other; for a tree of any depth."""
    deepest, level = 0, [node]
    while level:
        deepest += 1
        level = [part for inner in level for part in _parts(inner)]
    return deepest


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case And(parts) | Or(parts):
            return parts
        case Near(left, right):
            return left, right
        case Not(part) | Boost(part):
            return (part,)
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read: its tree, and in `notes` what was odd about it (words left out, and why)."""

    tree: Node
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.tree)


def is_filter(node: Node) -> bool:
    """True if a node restricts and does not rank: it stays required when any word is enough."""
    match node:
        case Not() | Dates() | Missing() | Is() | Everything():
            return True
        case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
            return field is not None and field not in TEXT_FIELDS
        case And(parts) | Or(parts):
            return all(map(is_filter, parts))
        case Boost(part):
            return is_filter(part)
        case Near():
            return False


def is_positional(node: Node) -> bool:
    """True if a node has places in a text, so that it can be near another."""
    match node:
        case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
            return field is None or field in TEXT_FIELDS
        case Near():
            return True
        case Or(parts):
            return all(map(is_positional, parts))
        case _:
            return False


RESERVED = re.compile(r"AND|OR|NOT|(?:NEAR|ADJ)/\d*")
"""Words that are operators when they stand alone."""

QUOTES = '"“”„‟«»＂'
"""Quotes of any kind, each of which opens and closes a quotation."""

_UNQUOTABLE = re.compile(rf"[{QUOTES}\\]")
_SPECIAL = re.compile(rf"[\s(){QUOTES}|\\*?~^]")
_SPECIAL_BUT_WILDCARDS = re.compile(rf"[\s(){QUOTES}|\\~^]")
_LIKE_A_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_]*)?:")


def escaped(text: str, *, in_field: bool = False, wildcards: bool = False) -> str:
    """`text` as a word of a query, with a backslash before each character that would be read as syntax."""
    special = _SPECIAL_BUT_WILDCARDS if wildcards else _SPECIAL
    shown = special.sub(lambda match: "\\" + match.group(), text)
    if text[:1] in ("-", "!", "#") or RESERVED.fullmatch(text):
        return "\\" + shown
    if in_field:
        return "\\" + shown if text.lower() == "none" or text[:1] == ":" else shown
    return shown.replace(":", "\\:", 1) if _LIKE_A_FIELD.match(text) else shown


def _prefix(field: str | None) -> str:
    return f"{field}:" if field else ""


def _inside(node: Node, within: type) -> str:
    loosest = _BINDING.get(within, 5)
    return str(node) if _BINDING.get(type(node), 5) >= loosest else f"({node})"
