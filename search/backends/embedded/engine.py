"""The embedded engine: the store, the index and the lock as one `search.engine.Engine`.

A write goes to the store, then to the index. Were it to end between the two, the index would lag
behind the store; the next write brings it up to date, and until then a reader's `warnings` say so. A reader
takes the commit of the index first and a snapshot of the store second, which has all that the commit covers,
and shows the articles as they were at the commit's revision. An index that covers what the store does not
have is damage: articles have been lost, and nothing goes on as if they had not.

Readers share the opened files of a commit; each has a connection to the store, a deadline and scratch arrays
of its own for as long as it lasts, and never waits. Writers wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from search.article import Article
from search.backends.embedded import creation
from search.backends.embedded.index import ArchiveIndex, CommitInfo
from search.backends.embedded.reader import EmbeddedReader
from search.backends.embedded.store import Store, searches
from search.backends.embedded.store.layout import StoreState
from search.backends.embedded.tie import check_tie
from search.backends.embedded.writing import Writer
from search.deadline import Deadline, no_deadline
from search.engine import Added, Look, Progress, StoredDelivery, StoredEntry, StoredSearch, Version
from search.errors import ArchiveError, ArchiveNotFound
from search.index.read.snapshot import Snapshot
from search.text import Analyzer

Idle = TypeVar("Idle")

MAX_MAPPED = 128 << 20
"""Bytes of files that stay mapped in memory after a query; the system decides about the rest."""


CONFIRM_SECONDS = 60.0
"""How long a confirmation waits for another writer at least: the delivery would be given again."""

MAX_IDLE = 16
"""Readers' stores, and their scratch arrays, that are kept for the next readers."""

UPDATES = 200
"""Updates that are read from the store at a time."""

RELEASE_EVERY = 16
"""Answers between two looks at how much of the files is in memory."""


@dataclass(slots=True)
class _Commit:
    """A commit of the index, opened, and the views of it that no reader has at the moment."""

    stamp: tuple[int, int]
    view: Snapshot
    covered: CommitInfo
    tied_to: StoreState | None = None
    """A state of the store that this commit belongs to; it is looked at once for each."""
    idle: list[Snapshot] = field(default_factory=list)


class EmbeddedEngine:
    """The archive in a folder. Made by `open` or `create`."""

    def __init__(self, location: Path, store: Store, wait: float = 0.0) -> None:
        self._location = location
        try:
            self._analyzer = Analyzer(store.language)
        except BaseException:
            store.close()
            raise
        self._idle = [store]  # stores that no reader has at the moment
        self._index, self._opening = ArchiveIndex(location / "index"), threading.Lock()
        self._commit: _Commit | None = None
        self._writer = Writer(location, self._analyzer, wait)
        self._write_lock = threading.RLock()  # of those who write
        self._closed, self._answers = False, 0

    @classmethod
    def open(cls, location: Path, wait: float = 0.0) -> EmbeddedEngine:
        """The archive at `location`; raises `ArchiveNotFound`, `ArchiveExists`, `ArchiveDamaged`."""
        return cls(cls.found(location), Store(location), wait)

    @staticmethod
    def found(location: Path) -> Path:
        """`location`, if there is an archive; raises `ArchiveNotFound`, for half of one `ArchiveDamaged`."""
        if not (location / "articles.db").exists():
            if location.exists() and not location.is_dir():
                raise ArchiveNotFound(f"{location} is not a folder, so not an archive", location)
            creation.check_remains(location)
            for near in (location / "index_data", location.parent):
                if (near / "articles.db").exists():
                    raise ArchiveNotFound(f"no archive at {location}, but there is one at {near}", location)
            raise ArchiveNotFound(f"no archive at {location}; make one with: news index PATH", location)
        return location

    @classmethod
    def create(cls, location: Path, language: str = "english", wait: float = 0.0) -> EmbeddedEngine:
        """Make a new archive; `location` may be there already as long as it holds no archive.

        After an interruption the archive is either complete or not there.
        """
        creation.create(location, language, wait)
        return cls(location, Store(location), wait)

    @property
    def location(self) -> str:
        return str(self._location)

    def close(self) -> None:
        with self._write_lock:
            self._closed = True
            self._commit = None
            self._writer.close()
            while self._idle:
                self._idle.pop().close()

    # --- reading --------------------------------------------------------------------------------

    @contextmanager
    def reader(self, deadline: Deadline | None = None) -> Iterator[EmbeddedReader]:
        commit = self._newest()
        view = _taken(commit.idle) or commit.view.fork()
        view.check = no_deadline if deadline is None else deadline.check
        with self._snapshot() as store, self._index.answering():
            if commit.tied_to != store.state():
                check_tie(store, commit.covered)
                if not view.count and store.count_at(commit.covered.revision):
                    raise self._index.unusable("it has no articles")
                commit.tied_to = store.state()
            yield EmbeddedReader(self._index, store, view, commit.covered, self._analyzer)
        if len(commit.idle) < MAX_IDLE:  # after an error never: it may have left the arrays half-way
            commit.idle.append(view)
        self._answers += 1
        if not self._answers % RELEASE_EVERY:
            view.release_beyond(MAX_MAPPED)

    def _newest(self) -> _Commit:
        """The newest commit, opened."""
        with self._opening:
            stamp, commit = self._index.stamp(), self._commit
            if commit is None or commit.stamp != stamp:
                commit = self._commit = _Commit(stamp, *self._index.view())
            return commit

    @contextmanager
    def _snapshot(self) -> Iterator[Store]:
        """Lend a store, with a snapshot of one moment, to this block alone."""
        self._check_open()
        store = _taken(self._idle) or Store(self._location)
        try:
            with store.snapshot():
                yield store
        finally:
            if self._closed or len(self._idle) >= MAX_IDLE:
                store.close()
            else:
                self._idle.append(store)

    def version(self) -> str:
        covered = self._index.covered()
        with self._snapshot() as store:
            pruned = store.pruned_before()  # which changes no revision, but the history of articles
        return f"{covered.archive}-{covered.revision}-{crc32(repr((covered, pruned)).encode()):08x}"

    def history(self, identity: str) -> tuple[Version, ...]:
        with self.reader() as reader:
            return reader.history(identity)

    def as_of(self, identities: Sequence[str], revision: int) -> dict[str, Article]:
        with self.reader() as reader:
            return reader.as_of(identities, revision)

    def changed_since(self, revision: int) -> tuple[str, ...]:
        with self.reader() as reader:
            return reader.changed_since(revision)

    @contextmanager
    def reader_as_of(self, revision: int, deadline: Deadline | None = None) -> Iterator[EmbeddedReader]:
        with self.reader(deadline) as reader:
            yield reader.as_of_revision(revision)

    def revision_at(self, moment: datetime) -> int | None:
        with self._snapshot() as store:
            return store.revision_at(moment)

    def updates(self, after: int, upto: int) -> Iterator[tuple[Version, Version]]:
        last = after + 1, ""
        while True:
            with self._snapshot() as store:
                listed = store.updates(last, upto, UPDATES)
                pairs = [store.update(each) for each in listed]
            yield from (pair for pair in pairs if pair is not None)
            if not listed:
                return
            last = listed[-1].until, listed[-1].identity

    def saved_searches(self) -> tuple[StoredSearch, ...]:
        with self._snapshot() as store:
            return store.of_searches(searches.saved, ())

    def unconfirmed(self) -> tuple[StoredDelivery, ...]:
        with self._snapshot() as store:
            return store.of_searches(searches.unconfirmed, ())

    def delivery(self, number: int) -> StoredDelivery | None:
        with self._snapshot() as store:
            return store.of_searches(lambda connection: searches.delivery(connection, number), None)

    def last_delivery(self) -> int:
        with self._snapshot() as store:
            return store.of_searches(searches.last_delivery, 0)

    def delivered(self, names: Collection[str], upto: int, limit: int) -> tuple[StoredEntry, ...]:
        with self._snapshot() as store:
            return store.of_searches(
                lambda connection: searches.delivered(connection, names, upto, limit), ()
            )

    # --- writing --------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._write_lock:
            self._check_open()
            yield

    def _check_open(self) -> None:
        if self._closed:
            raise ArchiveError("the archive is closed; open it again", self._location)

    def add(self, articles: Iterable[Article], *, more: bool = False) -> Added:
        with self._writing():
            return self._writer.add(articles, more=more)

    def delete(self, identities: Iterable[str], *, forget: bool = False) -> int:
        with self._writing():
            if forget:
                return self._writer.forget(identities)
            return self._writer.remove(lambda changes: changes.delete(identities))

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        with self._writing():
            return self._writer.remove(lambda changes: changes.withdraw(cancelled))

    def save_search(self, search: StoredSearch, *, replace: bool = False) -> None:
        with self._writing():
            self._writer.change_searches(lambda cursor: searches.save(cursor, search, replace=replace))

    def remove_search(self, name: str) -> bool:
        with self._writing():
            return self._writer.change_searches(lambda cursor: searches.remove(cursor, name))

    def deliver(self, look: Look) -> int | None:
        with self._writing():
            return self._writer.change_searches(lambda cursor: searches.deliver(cursor, look))

    def confirm(self, number: int) -> None:
        with self._writing():
            self._writer.change_searches(
                lambda cursor: searches.confirm(cursor, number), wait=CONFIRM_SECONDS
            )

    def prune(self, before: datetime) -> int:
        with self._writing():
            return self._writer.prune(before)

    def optimize(self, *, whole: bool = True) -> None:
        with self._writing():
            self._writer.optimize(whole=whole)

    def catch_up(self, *, only_behind: bool = False) -> None:
        """Bring the index up to date with the articles; `only_behind` only if it lacks any of them."""
        with self._writing():
            self._writer.catch_up(only_behind=only_behind)

    def upgrade(self, progress: Progress | None = None) -> bool:
        with self._writing():
            return self._writer.upgrade(progress)

    def rebuild(self, progress: Progress | None = None) -> None:
        with self._writing():
            self._writer.rebuild(progress)


def _taken(idle: list[Idle]) -> Idle | None:
    """Take one of the idle ones; None if there is none. Other threads take from the list, too."""
    try:
        return idle.pop()
    except IndexError:
        return None
