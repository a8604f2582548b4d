"""Articles with the same text: the values that tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from search.article import Article


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies of an article: their group, how many others there are, and the number of their sources.

    The group has the id of the first article with the text for its name.
    """

    group: str
    count: int
    sources: int


CopyKind = Literal["same", "edited", "cut", "extended", "part"]
"""How a copy differs from the first of its group; a `part` is a digest that has the text among others."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy: its kind, and the share of the shorter text that the first of the group and it have in common.

    The first of the group itself is the `same`, with a share of 1.
    """

    article: Article
    kind: CopyKind
    share: float


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """The articles of a group of copies, the first one first, then by date; and digests with its text."""

    group: str
    members: tuple[Article, ...]
    digests: tuple[Article, ...] = ()
