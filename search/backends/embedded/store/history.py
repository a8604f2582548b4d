"""The half of a store that reads revisions and earlier versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from search.article import Article
from search.backends.embedded.store import updates, versions
from search.backends.embedded.store.connection import ERRORS, RESTORE, translation
from search.backends.embedded.store.layout import HISTORY_FORMAT, MAX_REVISION
from search.backends.embedded.store.rows import BadRow
from search.backends.embedded.store.updates import Update
from search.changes import Edits
from search.deadline import Check
from search.engine import Version
from search.errors import ArchiveDamaged


class StoredHistory:
    """Reads the history of the store at `location`, which has tables of `format`."""

    location: Path
    path: Path
    format: int
    _connection: sqlite3.Connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ERRORS as error:
            raise translation(error, self.location, self.path) from error
        except BadRow as error:
            raise ArchiveDamaged(f"{self.path} is damaged: {error}; {RESTORE}", self.location) from error

    def _damaged(self, identity: str, error: BadRow, where: str = "") -> ArchiveDamaged:
        return ArchiveDamaged(
            f"{self.path}: the article {identity!r}{where} is damaged, {error}; {RESTORE}", self.location
        )

    @contextmanager
    def _damage_named(self, identity: str) -> Iterator[None]:
        try:
            yield
        except BadRow as error:
            raise self._damaged(identity, error) from error

    def _as_of(self, identity: str, revision: int) -> Article | None:
        with self._damage_named(identity), self._translated():
            return versions.as_of(self._connection, identity, revision)

    def history(self, identity: str) -> tuple[Version, ...]:
        """Every version of an article that is kept, the oldest first; none if there was no such article."""
        with self._damage_named(identity), self._translated():
            return versions.history(self._connection, identity) if self.format >= HISTORY_FORMAT else ()

    def every_version(self) -> Iterator[Version]:
        """Yield each version of each article: first of articles still there, in the order they came."""
        with self._translated():
            for identity in versions.known_ids(self._connection, self.format):
                yield from self.history(identity)

    def changed_since(self, revision: int) -> tuple[str, ...]:
        """The ids of articles that later revisions touched, sorted."""
        with self._translated():
            return versions.changed_since(self._connection, self.format, revision)

    def erased_since(self, revision: int) -> bool:
        """True if articles were erased in later revisions."""
        with self._translated():
            query = "SELECT 1 FROM revisions WHERE revision > ? AND kind = 'forget' LIMIT 1"
            return self._connection.execute(query, (revision,)).fetchone() is not None

    def pruned_before(self) -> int:
        """The revision up to which versions were dropped by age; 0 if they never were."""
        with self._translated():
            return updates.pruned_before(self._connection)

    # --- revisions ------------------------------------------------------------------------------

    def revision_at(self, moment: datetime) -> int | None:
        """The last revision made at or before a time; None where the history begins later."""
        with self._translated():
            return updates.revision_at(self._connection, moment) if self.format >= HISTORY_FORMAT else None

    def first_revision(self) -> tuple[int, datetime] | None:
        """The first revision whose time is known; None where the format keeps no times."""
        with self._translated():
            return updates.first_revision(self._connection) if self.format >= HISTORY_FORMAT else None

    def revisions(self, identities: Sequence[str], revision: int) -> dict[str, int]:
        """The revision that made each of these articles as it was after a revision."""
        with self._translated():
            return (
                updates.revisions(self._connection, identities, revision)
                if self.format >= HISTORY_FORMAT
                else {}
            )

    def count_former(self, upto: int) -> int:
        """How many kept states of articles that are not present any more revisions up to this one made."""
        with self._translated():
            return versions.count_former(self._connection, upto)

    def former(self, upto: int = MAX_REVISION) -> Iterator[versions.Former]:
        """Yield these states, article by article."""
        with self._translated():
            yield from versions.former(self._connection, self.format, upto)

    def first_seen(self, identities: Sequence[str]) -> dict[str, datetime]:
        """When each of these articles first came, without the ones whose time is not known."""
        with self._translated():
            return updates.first_seen(self._connection, identities) if self.format >= HISTORY_FORMAT else {}

    def came(self, after: tuple[int, int], upto: int, batch: int) -> Iterator[list[updates.Arrived]]:
        """Yield the present articles that came after a place (revision, number), `batch` at a time."""
        with self._translated():
            yield from updates.came(self._connection, after, upto, batch)

    def touched(self, after: int, upto: int, batch: int) -> Iterator[list[updates.Arrived]]:
        """Yield the present articles that later revisions than `after` touched, `batch` at a time."""
        with self._translated():
            yield from updates.touched(self._connection, after, upto, batch)

    def known_by(self, identities: Sequence[str], revision: int) -> set[str]:
        """The ids, of these, of articles with a version from this revision or before it."""
        with self._translated():
            return updates.known_by(self._connection, identities, revision)

    def times_of(self, after: int, upto: int) -> dict[int, datetime]:
        """The times of the revisions after one up to another."""
        with self._translated():
            times = updates.times_of(self._connection, after, upto)
            return {revision: versions.moment_of(at) for revision, at in times.items()}

    # --- what an update or a deletion took away -------------------------------------------------

    def count_replaced(self, revision: int) -> int:
        """How many articles were there after a revision, and have been changed or deleted since."""
        with self._translated():
            return updates.count_replaced(self._connection, revision)

    def replaced(self, revision: int, check: Check) -> Iterator[tuple[Article, Edits]]:
        """Yield these articles as they were, with the updates until then, without cancelled articles."""
        with self._translated():
            known = updates.ids_replaced(self._connection, revision)
        for identity in known:
            check()
            with self._damage_named(identity), self._translated():
                found = updates.past(self._connection, identity, revision)
            if found is not None:
                yield found

    def edits(self, identities: Sequence[str], after: int = 0) -> dict[str, Edits]:
        """The updates of each of these articles that was updated in revisions later than `after`."""
        if self.format < HISTORY_FORMAT:
            return {}
        with self._translated():
            return updates.edits_of_each(self._connection, identities, after=after)

    def prunable(self, before: datetime) -> tuple[int, list[str]]:
        """The revision up to which `prune` drops versions, and the articles that lose some, sorted."""
        with self._translated():
            return updates.prunable(self._connection, before)

    def updates(self, last: tuple[int, str], upto: int, limit: int) -> list[Update]:
        """The next updates after `last` (revision, id), up to a revision, in order."""
        if self.format < HISTORY_FORMAT:
            return []
        with self._translated():
            return updates.listed(self._connection, last, upto, limit)

    def update(self, update: Update) -> tuple[Version, Version] | None:
        """The versions before and after an update; None if one of them is not kept any more."""
        with self._damage_named(update.identity), self._translated():
            return updates.pair(self._connection, update)
