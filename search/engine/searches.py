"""Saved searches, the articles that they find, and deliveries of these articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from search.article import Article
from search.errors import SearchError
from search.language import Node
from search.snippets import Snippet

Reason = Literal["new", "changed", "now matches"]
"""The reason why an article is delivered.

It came, and it matched then (new); or it has changed, and did not match before (now matches); or it matched
before as well, and its headline or text has other words (changed). Before is the version at the mark, or the
one in which it came if that was later. Where that version has been pruned, it is "changed".
"""


LAST_NUMBER = 1 << 62
"""Larger than the number of every article and of every delivery."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The place up to which a search has looked.

    It has looked at all changes up to `revision`, and at all articles that came up to the one with a `number`
    in the revision `came`. The second is further on where a look has been cut.
    """

    revision: int
    came: int
    number: int

    @classmethod
    def at(cls, revision: int) -> Mark:
        """The mark of a search that has looked at everything up to a revision."""
        return cls(revision, revision, LAST_NUMBER)


@dataclass(frozen=True, slots=True)
class Watch:
    """A query for the articles that came after a mark, and with `changes` for the ones that changed.

    With the `name` of a saved search, articles that it has delivered are not new to it, and neither are
    articles that were there at the revision `start` already.
    """

    query: Node
    mark: Mark
    changes: bool = False
    name: str = ""
    start: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article that came or changed, in the version that a revision brought `at` that time.

    It is without its text, which `snippet` is of. `group` names its group of copies, and `fingerprint` is the
    same for the same text. `earlier` is True if a copy of it was delivered for the same search.
    """

    article: Article
    snippet: Snippet
    revision: int
    at: datetime
    reason: Reason
    group: str
    fingerprint: bytes = b""
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The articles that a watch finds, in the order in which they came, and the mark after this look.

    With a `failure` the query cannot be answered.
    """

    found: tuple[Arrival, ...]
    mark: Mark
    failure: SearchError | None = None


@dataclass(frozen=True, slots=True)
class StoredSearch:
    """A saved search: its question, as text for the caller alone, and the place up to which it has looked.

    It began after the revision `start`, and has delivered `articles` in a number of `deliveries`.
    """

    name: str
    question: str
    made: datetime
    start: int
    mark: Mark
    articles: int = 0
    deliveries: int = 0


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An article that was delivered for a search; `entry` is text for the caller alone.

    Entries of a search in one delivery with the same number for `text` are copies of one text. `earlier` is
    True if a copy of it was delivered before.
    """

    search: str
    id: str
    revision: int
    reason: Reason
    text: int
    earlier: bool
    entry: str
    fingerprint: bytes = b""
    delivery: int = 0


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """A delivery of one look of the `searches` that were asked; `all` is True if all were asked.

    Articles that have been forgotten or cancelled since are left out.
    """

    number: int
    searches: tuple[str, ...]
    all: bool
    made: datetime
    entries: tuple[StoredEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome of a look: for each search that has looked, as it was, the mark after it; and the entries.

    `searches` are the ones that were asked; `all` is True if all were asked.
    """

    searches: tuple[str, ...]
    all: bool
    made: datetime
    marks: Mapping[str, tuple[StoredSearch, Mark]]
    entries: Sequence[StoredEntry]
