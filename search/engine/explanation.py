"""How an article comes to its score, as a tree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """A number, what it is, and the numbers it is worked out from.

    At the root stand the query and the article's score, which is the sum of its parts; `matches` is whether
    the query finds the article at all, and then the parts are the words that score. A part's `text` is stable
    up to its colon; the rest is for people.
    """

    value: float
    text: str
    parts: tuple[Explanation, ...] = ()
    matches: bool = True
