"""How many documents of a set have each value, or fall into each interval of a column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search.codec.fields import MISSING
from search.codec.view import Docs, IndexView


def by_value(view: IndexView, field: str, docs: Docs) -> tuple[list[tuple[str, int]], int]:
    """The terms of `field` that any of `docs` has, with how many do; and how many docs have none."""
    values = view.values(field)
    inside = np.zeros(view.size, np.bool_)
    inside[docs] = True
    matched = inside[values.docs]
    counts = np.bincount(values.ordinals[matched], minlength=len(values.terms))
    found = [(values.terms[ordinal], int(counts[ordinal])) for ordinal in np.flatnonzero(counts)]
    inside[values.docs] = False
    return found, int(np.count_nonzero(inside))


def extent(view: IndexView, column: str, docs: Docs) -> tuple[int, int] | None:
    """The lowest and highest number that any of `docs` has; None where none has one."""
    numbers = view.column(column)[docs]
    present = numbers[numbers != MISSING]
    return (int(present.min()), int(present.max())) if len(present) else None


def by_interval(view: IndexView, column: str, docs: Docs, edges: Sequence[int]) -> list[int]:
    """How many of `docs` have a number from each of `edges` up to, not including, the next."""
    numbers = view.column(column)[docs]
    places = np.searchsorted(np.array(edges, np.int64), numbers[numbers != MISSING], side="right") - 1
    return [int(count) for count in np.bincount(places, minlength=len(edges) - 1)]


def missing(view: IndexView, column: str, docs: Docs) -> int:
    """How many of `docs` have no number."""
    return int(np.count_nonzero(view.column(column)[docs] == MISSING))
