"""Saved searches, the articles that they find, and deliveries of these articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from search.article import Article
from search.errors import SearchError
from search.language import Node
from search.snippets import Highlight

Reason = Literal["new", "changed", "now matches"]
"""The reason why an article is delivered.

It came, and it matched then (new); or it was there, or came, and did not match before (now matches); or it
matched before, and its headline or text has other words (changed).
"""


@dataclass(frozen=True, slots=True)
class Watch:
    """A query for the articles that came after a revision, or changed."""

    query: Node
    after: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article that came or changed, as it is in the commit of the reader.

    A revision brought it, or changed it last, `at` that time. `group` names its group of copies.
    """

    article: Article
    revision: int
    at: datetime
    reason: Reason
    group: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The articles that a watch finds, in the order in which they came, and the words to mark in them.

    With a `failure` the query cannot be answered.
    """

    found: tuple[Arrival, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    failure: SearchError | None = None


@dataclass(frozen=True, slots=True)
class StoredSearch:
    """A saved search: its question, as text for the caller alone, and the last revision it has looked at."""

    name: str
    question: str
    revision: int
    made: datetime


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An article that was delivered for a search; `entry` is text for the caller alone.

    `group` names its copies. `earlier` is True if a new article is a copy of one that an earlier delivery
    has for the same search.
    """

    search: str
    id: str
    revision: int
    reason: Reason
    group: str
    entry: str
    earlier: bool = False
    delivery: int = 0


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """A delivery of one look of some searches.

    Articles that have been forgotten or cancelled since are left out.
    """

    number: int
    searches: tuple[str, ...]
    made: datetime
    entries: tuple[StoredEntry, ...]
