"""Groups of copies: leader clustering in the order in which texts arrive.

A new text joins the group of the best of its copies, or founds a group. So groups never merge, as they would
if every copy of a copy were a member: a digest of the day has copies of texts that have little in common. A
digest, a text that holds members of several groups, is not a member of any, and other texts do not join it.

The name of a group is the id of its founder, also when the founder is gone. An article that has changed into
another text may find its id taken: the group that it founds has a number after the id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search.index.copies.rules import MIN_CONTAINMENT, Match, Text, holds
from search.index.kernels import count_common


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A text that arrived before and is a copy of the new one; the earliest has the least `order`."""

    group: str
    text: Text
    match: Match
    order: tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Placement:
    """The group that a text joins, "" if it founds one; `parts` has the groups that a digest holds."""

    group: str = ""
    parts: tuple[str, ...] = ()


def place(text: Text, neighbours: Sequence[Neighbour]) -> Placement:
    """Find the group of a text from its copies, without digests."""
    if not neighbours:
        return Placement()
    ranked = sorted(neighbours, key=lambda each: (-each.match.shared, -each.match.containment, each.order))
    if all(holds(text, each.text) for each in ranked):
        held: dict[str, Text] = {}
        for each in ranked:
            held.setdefault(each.group, each.text)
        if _are_several(list(held.values())):
            return Placement(parts=tuple(held))
    return Placement(ranked[0].group)


def _are_several(texts: Sequence[Text]) -> bool:
    """True if any of the texts has little of the first one in it."""
    first = texts[0].shingles
    return any(
        count_common(first, other.shingles) < MIN_CONTAINMENT * min(len(first), len(other.shingles))
        for other in texts[1:]
    )


def free_name(identity: str, is_taken: Callable[[str], bool]) -> str:
    """The name for a group that an article founds, whose id may be the name of an earlier group."""
    number, name = 1, identity
    while is_taken(name):
        number += 1
        name = f"{identity}#{number}"
    return name
