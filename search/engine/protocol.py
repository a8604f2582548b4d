"""The seam: what an engine does.

Above the seam nothing knows Whoosh, SQLite or OpenSearch; below it nothing knows the command line.
An engine keeps articles and finds them; it is given trees (`language.Node`), never query strings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from search.article import Article
from search.deadline import Deadline
from search.engine.copies import CopyGroup
from search.engine.explanation import Explanation
from search.engine.keyness import MIN_SCORE, Background, Distinctive
from search.engine.ranking import DEFAULT_RANKING, Ranking
from search.engine.request import SearchRequest
from search.engine.results import Added, Results, Suggestion
from search.engine.searches import Arrivals, Look, StoredDelivery, StoredEntry, StoredSearch, Watch
from search.engine.state import Beside, Level, Report, State, Stats, Version
from search.language import Node

Progress = Callable[[int, int], None]
"""Receives the number of articles done, and of all."""


class Reader(Protocol):
    """One commit of an archive, which stays as it is, for one thread.

    Every method may raise `ArchiveError`, and `DeadlineExceeded` where the reader's deadline passes before
    there is an answer.
    """

    def search(self, request: SearchRequest) -> Results:
        """One page of matches, without snippets, and the facets asked for over all matches."""

    def ids(self, query: Node) -> list[str]:
        """The id of every match, oldest first, those without a time last."""

    def scan(self, query: Node) -> Iterator[Article]:
        """Yield every match in the order of `ids`, without articles that have been erased meanwhile."""

    def get(self, identities: Sequence[str]) -> dict[str, Article]:
        """The articles with these ids, by id; unknown ids are left out."""

    def revisions(self, identities: Sequence[str]) -> dict[str, int]:
        """The revision that made each of these articles as it is here; {} in an archive without history."""

    def first_seen(self, identities: Sequence[str]) -> dict[str, datetime]:
        """When the archive first had each of these articles; without those whose time it does not know.

        The time of an article's crawl counts if it is earlier.
        """

    def copies(self, name: str) -> CopyGroup | None:
        """The group of the article with this id, or else the group of copies of this name; None for neither.

        An article without copies is a group of one.
        """

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """How many articles have each of the words, in any form, in any field of text."""

    def vocabulary(
        self, *, field: str | None = None, prefix: str = "", near: str = "", count: int = 10
    ) -> tuple[Suggestion, ...]:
        """Words that begin with `prefix` or are `near` a word; or with a `field` its values near a value.

        Words with a prefix: words in most articles first. Near words: only words with the same first letter,
        if there are any; the fewest edits first (at most 2, in words of up to 4 letters 1), then the most
        articles. Near values: values with the same letters and digits, then values a few edits away, then
        values that contain it as a word; in each the most frequent first.
        """

    def distinctive(
        self, query: Node, against: Background, *, count: int, texts: int, score: float = MIN_SCORE
    ) -> Distinctive:
        """The `count` words that set the matches apart most, by `keyness`.

        They are set apart from other articles: of the whole archive, of the same days (in UTC) or sources, or
        matches of another query. Copies of a text count once: the first of them, or the earliest that is
        there. Each word is in at least `texts` of the matches, and has at least this `score`. Of equal scores
        the term that is first in the alphabet is first.
        """

    def explain(self, query: Node, identity: str, ranking: Ranking = DEFAULT_RANKING) -> Explanation | None:
        """Explain the score of the article by the query alone; None if there is no such article."""

    def arrivals(self, watches: Sequence[Watch], *, limit: int | None = None) -> list[Arrivals]:
        """Find for each watch the articles that came after its mark, and matched as they came.

        With `changes` also articles that changed after it, or came and changed, and match only now; and
        articles that matched before, too, if headline or text have other words. `changed:` and `is:silent`
        look at later changes only. Articles that are there no more are left out. A watch without `changes`
        stops after `limit` articles. Raises `OtherAnalyzer` if the index was made with another analyzer.
        """

    def state(self) -> State:
        """Return the state of this commit, and how queries are read for it."""

    def stats(self) -> Stats:
        """The archive in numbers."""


class Engine(Protocol):
    """Keeps articles and finds them. Safe to share between threads; in a folder one process writes at a time.

    A write is durable, and every reader made after it finds it, when its method returns. Readers never wait
    for a writer. Any method may raise `ArchiveError`, the writing ones `ArchiveLocked`.
    """

    @property
    def location(self) -> str:
        """The place of the archive, as `search.backends.open_engine` takes it."""

    def reader(self, deadline: Deadline | None = None) -> AbstractContextManager[Reader]:
        """The newest commit, for the length of a `with` block."""

    def version(self) -> str:
        """A name of the newest commit, which changes whenever an answer may change.

        It takes microseconds; on a cluster, a request.
        """

    def add(self, articles: Iterable[Article], *, more: bool = False) -> Added:
        """Put a batch in, each in place of the one with its id; of equal ids the last stays.

        If both have a version (`Article.version`), a lower one never replaces a higher one.
        If this raises an error (or `articles` does), nothing is put in; on a cluster some articles may be in,
        and adding all of them again is safe. With `more` the caller adds more batches at once and calls
        `optimize` after the last, so that searching need not be fast until then.
        """

    def delete(self, identities: Iterable[str], *, forget: bool = False) -> int:
        """Take articles out by id, and keep their versions; return how many were there.

        With `forget` they are erased with all their versions, and that they were cancelled is forgotten, too.
        """

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        """Take out articles that a wire cancels, by id, with the version of the cancelling if it has one.

        An article with such an id is not put in any more, unless its version is higher. Returns how many
        were there.
        """

    def rebuild(self, progress: Progress | None = None) -> None:
        """Make a new index from the articles."""

    def optimize(self, *, whole: bool = True) -> None:
        """Make searching as fast as it can be, at the cost of writing the whole index once.

        Without `whole` only parts are written again that are due after batches with `more`.
        """

    def upgrade(self, progress: Progress | None = None) -> bool:
        """Bring an archive that an older version made up to date; True if there was anything to do."""

    def close(self) -> None:
        """Let go of files; the engine is of no use afterwards."""


@runtime_checkable
class Historied(Protocol):
    """An engine that keeps what an update or a deletion replaces."""

    def history(self, identity: str) -> tuple[Version, ...]:
        """Every version of the article that is kept, the oldest first; none if there never was one."""

    def as_of(self, identities: Sequence[str], revision: int) -> dict[str, Article]:
        """The articles with these ids as they were after a revision, by id.

        An id that had no article then is left out, and so is an article that a wire has cancelled since, or
        one whose version of then is not kept.
        """

    def changed_since(self, revision: int) -> tuple[str, ...]:
        """The ids of articles that later revisions added, changed or deleted, sorted, without erased ones."""

    def reader_as_of(self, revision: int, deadline: Deadline | None = None) -> AbstractContextManager[Reader]:
        """The archive as it was after a revision: each answer is of an archive that never went further.

        Articles that have been erased or cancelled since are not there, nor are articles whose version of
        then is not kept; the warnings of the reader's state name the reason. Raises `InvalidRequest` for a
        revision that the archive does not have, and `LimitExceeded`.
        """

    def revision_at(self, moment: datetime) -> int | None:
        """The last revision made at or before a time; None where the archive's history begins later."""

    def updates(self, after: int, upto: int) -> Iterator[tuple[Version, Version]]:
        """Yield the versions before and after each update that later revisions than `after` made, in order.

        `upto` is the last revision. Without the updates of cancelled articles, and without those from or to a
        version that is not kept.
        """

    def prune(self, before: datetime) -> int:
        """Drop the versions that were replaced or deleted before this time; return how many.

        Confirmed deliveries made before this time are dropped, too.
        """


@runtime_checkable
class Watching(Protocol):
    """An engine that keeps saved searches, and what they have delivered."""

    def saved_searches(self) -> tuple[StoredSearch, ...]:
        """The saved searches, by name."""

    def save_search(self, search: StoredSearch, *, replace: bool = False) -> None:
        """Keep a search; with `replace` also in place of one with its name, which has looked so far already.

        Raises `InvalidRequest` if there is one with its name.
        """

    def remove_search(self, name: str) -> bool:
        """Erase a search with all that it has delivered; False if there is no such search."""

    def deliver(self, look: Look) -> int | None:
        """Keep a delivery, and how far its searches have looked: both or neither.

        Return the number of the delivery, which no other ever has; without entries there is no delivery, and
        the number is 0. None, and nothing is kept, if a search has looked or was replaced meanwhile. Articles
        that have been erased meanwhile are left out.
        """

    def confirm(self, number: int) -> None:
        """Keep that a delivery was received; raises `InvalidRequest` if none ever had this number."""

    def unconfirmed(self) -> tuple[StoredDelivery, ...]:
        """The deliveries that wait to be confirmed, without their entries, in the order of their numbers."""

    def delivery(self, number: int) -> StoredDelivery | None:
        """The delivery with this number; None if there is none, or not any more."""

    def last_delivery(self) -> int:
        """The number of the last delivery that is kept; 0 without one."""

    def delivered(self, names: Collection[str], upto: int, limit: int) -> tuple[StoredEntry, ...]:
        """The articles of the last `limit` texts delivered for these searches, up to a delivery.

        In the order in which they came, and perhaps some more, as whole deliveries are read. Copies of
        earlier articles are left out.
        """


class Maintained(Protocol):
    """The stored form of an archive, whatever state it is in: nothing is opened before it is asked for.

    Every method raises `ArchiveNotFound` where there is no archive.
    """

    def verify(self, level: Level = "full", progress: Progress | None = None) -> Report:
        """Check whether the archive is whole, and change nothing."""

    def copy_to(self, target: str | Path) -> Report:
        """Copy the archive to `target`, where there is none yet, also while it is written to.

        The copy is of one moment, has been checked ("full"), and is durable, or it is not there. An unusable
        index is rebuilt in the copy. Raises `ArchiveExists`, and `ArchiveDamaged` where articles are lost.
        """

    def articles(self, *, seen: bool = False) -> Iterator[Article]:
        """Every article, in the order in which they first came; the index is not needed for it.

        With `seen` the time when the archive first had an article stands for the time of its crawl.
        """

    def versions(self) -> Iterator[Version]:
        """Every version of every article that there is or was, article by article, the oldest first."""

    def beside(self) -> Beside:
        """Return what the archive keeps beside its articles."""
