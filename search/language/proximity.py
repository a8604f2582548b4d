r"""The operators of proximity, as this language writes them and as other services do.

    NEAR/5  NEAR/S  NEAR/P        w/5  /5  near5  n/5  around(5)  /N5/  ·  w/s  /s  w/sent  ·  w/p  /p  SAME
    ADJ/5   ADJ/S   ADJ/P         pre/5  +5  adj5  p/5  onear/5         ·  pre/s  +s        ·  pre/p  +p
    NOTNEAR/5                     not w/5  not near5

Another service's spelling is an operator only between two things that it can join, so that each of these
words can be looked for by itself or in quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.language.limits import MAX_DISTANCE
from search.language.nodes import Distance, Near, Node, NotNear, as_operand, written_distance
from search.language.scanner import Scanner
from search.language.suffixes import read_distance

NEVER_NEAR = "words side by side are 1 apart, so nothing is 0 apart; write NEAR/1"
"""The fault of a distance of 0."""

_OWN = re.compile(r"\s*(NEAR|ADJ|NOTNEAR)/(\d*|[SP])(?=[\s(\"]|$)")
_NUMBER = r"(?P<{}>\d{{1,9}})"
_FOREIGN = re.compile(
    rf"""
    \s+ (?P<negated>not\s+)? (?:
        (?:w|n|near|within)?/{_NUMBER.format("near")} | near{_NUMBER.format("glued")}
      | around\({_NUMBER.format("around")}\)
      | (?:(?:p|pre|adj|onear)/|pre|adj|onear|\+){_NUMBER.format("ordered")}
      | (?:w|near)?/(?P<part>s|sent|p|para|seg) | (?P<same>(?-i:SAME))
      | (?:pre/|\+)(?P<ordered_part>s|sent|p|para)
    ) (?=[\s("]|$)
    | \s* /N{_NUMBER.format("slashed")}/
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_AN_OPERAND = re.compile(r"\s*(?:$|[)|]|(?:AND|OR)(?:\s|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proximity:
    """An operator as it was read, from `start` to `end`; `is_foreign` if it is of another service."""

    written: str
    distance: Distance
    ordered: bool
    negated: bool
    is_foreign: bool
    start: int
    end: int

    @property
    def canonical(self) -> str:
        """The operator as this language writes it."""
        name = "NOTNEAR" if self.negated else "ADJ" if self.ordered else "NEAR"
        return f"{name}/{written_distance(self.distance)}"

    def join(self, left: Node, right: Node) -> Near | NotNear:
        """Make the node that the operator stands for."""
        if self.negated:
            return NotNear(left, right, self.distance)
        return Near(left, right, self.distance, self.ordered)

    def is_read_in_line_with(self, other: Proximity) -> bool:
        """True if the two can stand in one row; other services take the smaller of two numbers first."""
        ours, theirs = ((o.negated, o.distance if isinstance(o.distance, str) else "") for o in (self, other))
        strict = self.is_foreign or other.is_foreign
        return ours == theirs and not (strict and self.distance != other.distance)


def read_proximity(scan: Scanner) -> Proximity | None:
    """Read the operator that follows here and move past it; None if there is none."""
    start = scan.at
    if own := scan.match(_OWN):
        distance = _PARTS.get(own[2]) or read_distance(own[2] or "10")
        name = own[1]
        return Proximity(
            own.group().strip(), distance, name == "ADJ", name == "NOTNEAR", False, _begin(own), own.end()
        )
    found = scan.match(_FOREIGN)
    if found is None:
        return None
    if _NOT_AN_OPERAND.match(scan.text, scan.at):
        scan.at = start
        return None
    return Proximity(
        found.group().strip(),
        _distance(found),
        bool(found["ordered"] or found["ordered_part"]),
        bool(found["negated"]),
        True,
        _begin(found),
        found.end(),
    )


_PARTS: dict[str, Distance] = {"S": "sentence", "P": "paragraph"}


def _distance(found: re.Match[str]) -> Distance:
    if found["same"]:
        return "paragraph"
    if part := found["part"] or found["ordered_part"]:
        return MAX_DISTANCE if part.lower() == "seg" else _PARTS[part[0].upper()]
    numbers = (found[name] for name in ("near", "glued", "around", "ordered", "slashed"))
    return read_distance(next(number for number in numbers if number))


def _begin(match: re.Match[str]) -> int:
    """Where the operator itself begins, past the white space before it."""
    return match.end() - len(match.group().lstrip())


def both_readings(left: Node, first: Proximity, middle: Node, second: Proximity, right: Node) -> str:
    """Say how a row of two operators can be read, where only parentheses can tell."""
    a, b, c = map(as_operand, (left, middle, right))
    one, two = first.canonical, second.canonical
    return (
        f"{one} and {two} in one row have two readings; "
        f"write ({a} {one} {b}) {two} {c} or {a} {one} ({b} {two} {c})"
    )
