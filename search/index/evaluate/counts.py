"""Counts the documents of a set by value, or by interval of a column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search.index.format.layout import MISSING
from search.index.kernels import Docs
from search.index.read.snapshot import Snapshot

_GRAIN = 900_000_000
"""Microseconds in a quarter of an hour: nearly all zones' days begin at a multiple of it."""


def by_value(view: Snapshot, field: str, docs: Docs) -> tuple[dict[str, int], int]:
    """Count the `docs` that have each value of `field`, and the `docs` without a value."""
    values = view.values(field)
    return values.counts(docs, view.scratch, view.check), len(docs) - int(
        np.count_nonzero(values.present().take(docs))
    )


def no_groups(docs: Docs) -> Docs:
    """Put all documents into one group, of number 0."""
    return np.zeros(len(docs), np.int32)


def end_to_end(lists: Sequence[Docs]) -> Docs:
    """The lists of numbers, one after the other."""
    return np.concatenate(lists)


def interval_numbers(view: Snapshot, column: str, docs: Docs, edges: Sequence[int]) -> Docs:
    """The number of the interval that each document is in; `edges` are as in `by_interval`."""
    bounds = np.array(edges, np.int64)
    return (np.searchsorted(bounds, view.numbers(column).take(docs), side="right") - 1).astype(np.int32)


def extent(view: Snapshot, column: str, docs: Docs) -> tuple[int, int] | None:
    """The lowest and highest number among `docs`; None if no document has a number."""
    numbers = view.numbers(column).take(docs)
    present = numbers[numbers != MISSING]
    return (int(present.min()), int(present.max())) if len(present) else None


def by_interval(view: Snapshot, column: str, docs: Docs, edges: Sequence[int]) -> list[int]:
    """Count the `docs` in each interval: from one of `edges`, which ascend, to just before the next.

    All their numbers must lie from the first edge to just before the last.
    """
    numbers = view.numbers(column).take(docs)
    numbers = numbers[numbers != MISSING]
    bounds = np.array(edges, np.int64)
    grains = (bounds[-1] - bounds[0]) // _GRAIN
    apart = bool((np.diff(bounds) > 0).all())  # `reduceat` would count into an interval of no length
    if apart and not ((bounds - bounds[0]) % _GRAIN).any() and grains < 16 * len(numbers):
        counts = np.bincount((numbers - bounds[0]) // _GRAIN, minlength=int(grains))
        totals = np.add.reduceat(counts, (bounds[:-1] - bounds[0]) // _GRAIN)
        return [int(count) for count in totals]
    at = np.searchsorted(bounds, numbers, side="right") - 1
    return [int(count) for count in np.bincount(at, minlength=len(edges) - 1)]


def missing(view: Snapshot, column: str, docs: Docs) -> int:
    """Count the `docs` without a number."""
    return int(np.count_nonzero(view.numbers(column).take(docs) == MISSING))
