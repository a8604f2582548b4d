"""The nodes of a query's tree: small, frozen, and each writes itself in one canonical way.

    Node
    ├── Word "strike"   Phrase "bank of the centre"   Wildcard strik*   Fuzzy strike~1    leaves
    ├── PhrasePattern "bank * england"                                                    leaf
    ├── Near a NEAR/5 b, a ADJ/S b   NotNear a NOTNEAR/5 b   Within first:50(a)           proximity
    ├── And   Or   Not   Boost   AtLeast atleast:3(a)                                     logic
    └── Dates date:..   Missing author:none   Length words:500..   Is is:silent   Everything *

`str(node)` writes every operator out, so that reading it again gives an equal tree. `trees` has the
functions that walk over trees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from search.dates import Period
from search.fields import TEXT_FIELDS, DateField

Spelling = Literal["any", "exact", "caps"]
"""Of a word: found in any of its forms, only as it is typed, or only with the same capitals, too."""

Distance = int | Literal["sentence", "paragraph"]
"""A number of words from one to the other, or the part of a text that has both."""

Zone = int | Literal["lead", "hlead"]
"""The first words of a body; or the description, the highlights and the first paragraph of the body, with
the title in an hlead."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as typed, in one field or (None) in any text field."""

    text: str
    field: str | None = None
    spelling: Spelling = "any"

    def __str__(self) -> str:
        return _prefix(self.field, self.spelling) + escaped(self.text, in_field=self.field is not None)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order with at most `slop` other words among them; in a value field, one value."""

    text: str
    field: str | None = None
    slop: int = 0
    spelling: Spelling = "any"

    def __str__(self) -> str:
        is_text = self.field is None or self.field in TEXT_FIELDS
        quoted = (_UNQUOTABLE_TEXT if is_text else _UNQUOTABLE).sub(r"\\\g<0>", self.text)
        return f'{_prefix(self.field, self.spelling)}"{quoted}"' + _slop(self.slop)


@dataclass(frozen=True, slots=True)
class PhrasePattern:
    """A phrase with wildcards; each of `slots` is a word, a word with wildcards, or `*` for any one word.

    The first slot and the last one are not `*`.
    """

    slots: tuple[str, ...]
    field: str | None = None
    slop: int = 0

    def __str__(self) -> str:
        return f'{_prefix(self.field)}"{" ".join(self.slots)}"' + _slop(self.slop)


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
    """`left` and `right` at most `distance` words apart (neighbours are 1), in order if `ordered`.

    Both are in one field. With a `distance` that names a part of a text, they are in one such part.
    """

    left: Node
    right: Node
    distance: Distance
    ordered: bool = False

    def __str__(self) -> str:
        operator = f"{'ADJ' if self.ordered else 'NEAR'}/{written_distance(self.distance)}"
        return _proximity(self, operator)


@dataclass(frozen=True, slots=True)
class NotNear:
    """`left` where no `right` is at most `distance` words away, on either side, or within it."""

    left: Node
    right: Node
    distance: Distance

    def __str__(self) -> str:
        operator = f"NOTNEAR/{written_distance(self.distance)}"
        return _proximity(self, operator)


@dataclass(frozen=True, slots=True)
class Within:
    """`part` where it lies in a zone, or begins among the first words of the body. Made by `within`."""

    part: Node
    zone: Zone

    def __str__(self) -> str:
        if isinstance(self.zone, int):
            return f"first:{self.zone}{_counted(self.part)}"
        return f"{self.zone}:{_inside(self.part, Word)}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`part` in at least `times` places of the fields of text."""

    part: Node
    times: int

    def __str__(self) -> str:
        return f"atleast:{self.times}{_counted(self.part)}"


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
    """With a date within `period`: published, modified, first seen; or "changed", updated in the archive."""

    period: Period
    field: DateField | Literal["changed"] = "date"

    def __str__(self) -> str:
        return f"{self.field}:{self.period}"


@dataclass(frozen=True, slots=True)
class Missing:
    """Without any value in `field` ("date" for those without a time)."""

    field: str

    def __str__(self) -> str:
        return f"{_prefix(self.field)}none"


@dataclass(frozen=True, slots=True)
class Length:
    """From `least` to `most` words in description, highlights and body; None on one side is any number."""

    least: int | None
    most: int | None

    def __str__(self) -> str:
        least, most = ("" if bound is None else str(bound) for bound in (self.least, self.most))
        return f"words:{least}" if least == most else f"words:{least}..{most}"


Mark = Literal["silent", "original", "copy"]
MARKS: tuple[Mark, ...] = get_args(Mark)


@dataclass(frozen=True, slots=True)
class Is:
    """With a mark: silent (an update was a silent edit), original (the one article of its text) or copy."""

    mark: Mark

    def __str__(self) -> str:
        return f"is:{self.mark}"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""

    def __str__(self) -> str:
        return "*"


Node = (
    Word
    | Phrase
    | PhrasePattern
    | Wildcard
    | Fuzzy
    | Near
    | NotNear
    | Within
    | AtLeast
    | And
    | Or
    | Not
    | Boost
    | Dates
    | Missing
    | Length
    | Is
    | Everything
)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read: its tree, and in `notes` what was odd about it (words left out, and why)."""

    tree: Node
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.tree)


MODIFIERS = frozenset({"atleast", "caps", "exact", "first", "hlead", "lead", "words"})
"""Names that stand before a colon as fields do; an extra field of such a name is written `extra.lead:`."""

_BINDING: dict[type, int] = {Or: 0, And: 1, Near: 2, NotNear: 2, Not: 3, Boost: 4}
"""How tightly each operator binds; the leaves, not listed, bind tightest."""

RESERVED = re.compile(r"AND|OR|NOT|(?:NEAR|ADJ|NOTNEAR)/(?:\d*|[SP])")
"""Words that are operators when they stand alone."""

QUOTES = '"“”„‟«»＂'
"""Quotes of any kind, each of which opens and closes a quotation."""

_UNQUOTABLE = re.compile(rf"[{QUOTES}\\]")
_UNQUOTABLE_TEXT = re.compile(rf"[{QUOTES}\\*]|(?<=\w)\?(?=\w)")
_SPECIAL = re.compile(rf"[\s(){QUOTES}|\\*?~^]")
_SPECIAL_BUT_WILDCARDS = re.compile(rf"[\s(){QUOTES}|\\~^]")
_LIKE_A_FIELD = re.compile(r"((?i:extra\.)?[A-Za-z][A-Za-z0-9_]*)?:")
_LIKE_ANOTHER_SERVICE = re.compile(
    r"\A((?:length|wc|words|date|yr|year)|[A-Za-z]{2,3}(?==)|[^\W\d_]{3,}(?=[!$]\Z))([<>=!$])", re.IGNORECASE
)
"""A word that `foreign` reads as something else."""

_COUNT = re.compile(r"(?:atleast|repeat)\d{1,9}", re.IGNORECASE)
"""A word that counts the next one in `foreign`."""

GLUED_OPERATOR = re.compile(r"/[FN](\d{1,9})/", re.IGNORECASE)
"""An operator of Factiva that needs no space around it: the first words, or as near as this."""


def escaped(text: str, *, in_field: bool = False, wildcards: bool = False) -> str:
    """`text` as a word of a query, with a backslash before each character that would be read as syntax."""
    special = _SPECIAL_BUT_WILDCARDS if wildcards else _SPECIAL
    shown = special.sub(lambda match: "\\" + match.group(), text)
    shown = GLUED_OPERATOR.sub(lambda match: "\\" + match.group(), shown)
    shown = _LIKE_ANOTHER_SERVICE.sub(r"\1\\\2", shown)
    if text[:1] in ("-", "!", "#", "=") or RESERVED.fullmatch(text) or _COUNT.fullmatch(text):
        return "\\" + shown
    named = _LIKE_A_FIELD.match(text)
    if in_field and not (named and (named[1] or "").lower() in MODIFIERS):
        return "\\" + shown if text.lower() == "none" or text[:1] == ":" else shown
    return shown.replace(":", "\\:", 1) if named else shown


def _prefix(field: str | None, spelling: Spelling = "any") -> str:
    spelled = "" if spelling == "any" else f"{spelling}:"
    if field is None:
        return spelled
    return f"{spelled}extra.{field}:" if field in MODIFIERS else f"{spelled}{field}:"


def _slop(slop: int) -> str:
    return f"~{slop}" if slop else ""


def written_distance(distance: Distance) -> str:
    """The distance as it stands after the slash of an operator."""
    return str(distance) if isinstance(distance, int) else distance[0].upper()


def _proximity(node: Near | NotNear, operator: str) -> str:
    """The two sides and the operator; a row of operators needs no parentheses if all are of one kind."""
    left = _inside(node.left, Near)
    if isinstance(node.left, Near | NotNear) and _kind(node.left) != _kind(node):
        left = f"({left})"
    return f"{left} {operator} {as_operand(node.right)}"


def _kind(node: Near | NotNear) -> tuple[type, str]:
    return type(node), "words" if isinstance(node.distance, int) else node.distance


def as_operand(node: Node) -> str:
    """The node as one side of an operator of proximity."""
    return _inside(node, Not)


def _counted(node: Node) -> str:
    """The node after a number; within parentheses, unless a zone in a zone is then nested twice as deep."""
    return f" {node}" if isinstance(node, Within) else f"({node})"


def _inside(node: Node, within: type) -> str:
    loosest = _BINDING.get(within, 5)
    return str(node) if _BINDING.get(type(node), 5) >= loosest else f"({node})"
