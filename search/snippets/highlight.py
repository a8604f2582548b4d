"""The words to mark in the texts of an article, as forms (see `search.text`).

So a stemmed, a prefix and a fuzzy match are marked in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

from search.language import Distance, Zone

Marks = tuple[tuple[int, int], ...]
"""Where matches start and end in a text, in order."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words to mark: one set of forms, or for a phrase one set for each word in turn.

    An empty set stands for any word. Up to `slop` other words may stand among the words of a phrase. `fields`
    are the fields of the article that it applies to. With `cased` the words must have these capitals (see
    `search.text.cased`), and with `where` they are marked only where they take part in a match of it.
    """

    words: tuple[frozenset[str], ...]
    fields: tuple[str, ...]
    slop: int = 0
    cased: tuple[str, ...] = ()
    where: Condition | None = None

    def singly(self) -> tuple[Highlight, ...]:
        """Each word on its own; words that are marked under a condition stay together."""
        if self.where is not None:
            return (self,)
        return tuple(Highlight((forms,), self.fields) for forms in self.words if forms)


@dataclass(frozen=True, slots=True)
class Pair:
    """`left` and `right` near each other, as `search.language.Near` has it."""

    left: Condition
    right: Condition
    distance: Distance
    ordered: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """`left` where no `right` is near, as `search.language.NotNear` has it."""

    left: Condition
    right: Condition
    distance: Distance


@dataclass(frozen=True, slots=True)
class Inside:
    """`part` where it lies in a zone, as `search.language.Within` has it."""

    part: Condition
    zone: Zone


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the parts."""

    parts: tuple[Condition, ...]


Condition = Highlight | Pair | Apart | Inside | Either
