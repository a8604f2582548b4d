"""The updates of one article, as an index keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from search.article import Article
from search.changes.levels import is_silent


class Edits(NamedTuple):
    """The times of the updates of an article, in microseconds since 1970; `silent` if any was silent."""

    times: tuple[int, ...] = ()
    silent: bool = False


def edits_of(states: Sequence[tuple[int | None, Article]]) -> Edits:
    """The updates of an article whose `states` are given, the oldest first.

    Each has the time when it took the place of the state before, or None if the article had been deleted.
    """
    updates = [(at, before, after) for (_, before), (at, after) in pairwise(states) if at is not None]
    times = tuple(at for at, _, _ in updates)
    return Edits(times, any(is_silent(before, after) for _, before, after in updates))
