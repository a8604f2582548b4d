"""The store of an archive: articles put in and read back, of one moment."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from search.article import Article
from search.backends.embedded.store import searches, versions
from search.backends.embedded.store.changes import Changes
from search.backends.embedded.store.connection import (
    RESTORE,
    Stamp,
    code_of,
    file_of,
    format_of,
    opened,
    stamp_of,
)
from search.backends.embedded.store.history import StoredHistory
from search.backends.embedded.store.layout import FORMAT, HISTORY_FORMAT, SEARCHES_FORMAT, StoreState
from search.backends.embedded.store.rows import BadRow, article_of, typed, unpacked
from search.backends.embedded.store.upgrade import upgrade
from search.engine import Beside, Progress
from search.errors import ArchiveDamaged, ArchiveError
from search.text import LANGUAGES

Answer = TypeVar("Answer")

_ROW = "number, CAST(id AS BLOB), digest, CAST(document AS BLOB), revision"
_ROW_TYPES = (int, bytes, bytes, bytes, int)
_MAX_NUMBER = 1 << 62


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1_000


class Store(StoredHistory):
    """The articles of the archive at `location`. Safe to share between threads that take turns.

    `clock` tells the time, in microseconds since 1970.
    """

    def __init__(self, location: Path, clock: Callable[[], int] = now) -> None:
        self.location, self._now = location, clock
        self.path = location / "articles.db"
        self._open()
        try:
            with self._translated():
                self.format = format_of(self._connection, self.path, location)
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        try:
            file = file_of(self.path)
        except FileNotFoundError as error:
            raise ArchiveDamaged(f"{self.path} is gone; {RESTORE}", self.location) from error
        self._connection, self._stamp = opened(self.path, self.location)
        self._file, self._version = file, 0
        self._known: StoreState | None = None  # the state of the snapshot, or of the last one that was as old

    def _open_again(self) -> None:
        """Open the file again if it has been replaced, or could only be read as it was and has changed."""
        try:
            same = self._file == file_of(self.path) and self._stamp in (None, stamp_of(self.path))
        except FileNotFoundError as error:
            raise ArchiveDamaged(f"{self.path} is gone; {RESTORE}", self.location) from error
        if not same:
            before = self._connection
            self._open()
            before.close()

    def close(self) -> None:
        self._connection.close()

    # --- writing --------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """Begin a transaction, which is kept if its block ends without an error."""
        self._open_again()
        with self._translated():
            self._connection.rollback()  # where an interrupt came ahead of the end of the last one
            cursor, self._known = self._connection.cursor(), None
            try:
                cursor.execute("BEGIN IMMEDIATE")
                yield cursor
                cursor.execute("COMMIT")
            finally:
                self._connection.rollback()

    @contextmanager
    def changing(self) -> Iterator[Changes]:
        """Begin a transaction; its changes are kept if the block ends without an error."""
        with self.transaction() as cursor:
            changes = Changes(cursor, self._now())
            yield changes
            changes.finish()

    def truncate_log(self) -> bool:
        """Clear replaced and deleted articles out of the WAL; False if a reader still needs them."""
        with self._translated():
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def forget_tombstones(self, revision: int) -> None:
        """Drop the records of deletions that an index covering `revision` no longer needs."""
        with self.transaction() as cursor:
            cursor.execute("DELETE FROM tombstones WHERE revision <= ?", (revision,))

    def prune(self, until: int, before: datetime) -> int:
        """Drop the versions that were replaced or deleted up to a revision; return how many.

        Confirmed deliveries made before a time are dropped, too.
        """
        with self.transaction() as cursor:
            searches.prune(cursor, before)
            return versions.prune(cursor, until)

    def upgrade(self, report: Callable[[int, int], None] | None = None) -> bool:
        """Bring an older format up to this one, all of it or nothing; True if there was anything to do."""
        with self.transaction() as cursor:
            known = format_of(self._connection, self.path, self.location)
            old = known < FORMAT
            if known < HISTORY_FORMAT:
                self._checked_revision()
            if old:
                upgrade(cursor, self._now(), report)
        self.format = FORMAT
        return old

    # --- reading --------------------------------------------------------------------------------

    def of_searches(self, read: Callable[[sqlite3.Connection], Answer], without: Answer) -> Answer:
        """The answer of a function of `searches`; `without` where the format keeps no saved searches."""
        if self.format < SEARCHES_FORMAT:
            return without
        with self._translated():
            return read(self._connection)

    def beside(self) -> Beside:
        """Earlier versions and saved searches, counted, and the ids that were cancelled."""
        if self.format < HISTORY_FORMAT:
            return Beside(0, 0, {})
        with self._translated():
            (versions,) = self._connection.execute("SELECT count(*) FROM versions").fetchone()
            cancelled = self._connection.execute("SELECT id, version FROM withdrawn")
            known: dict[str, int | None] = dict(typed(row, str, int | None) for row in cancelled)
        saved = self.of_searches(
            lambda known: known.execute("SELECT count(*) FROM searches").fetchone(), (0,)
        )
        return Beside(versions, saved[0], known)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all reads in the block see one moment, even while another process writes.

        Raises `ArchiveError` where that cannot be, as without the right to write there is no lock against a
        writer that comes meanwhile.
        """
        if self._connection.in_transaction:  # one is enough
            yield
            return
        self._open_again()
        try:
            with self._translated():
                self._connection.execute("BEGIN")
                # Another number where another connection has written; this one never writes in a snapshot.
                (version,) = self._connection.execute("PRAGMA data_version").fetchone()
                if version != self._version or self._known is None:
                    self.format = format_of(self._connection, self.path, self.location)
                    self._known, self._version = self._state(), version
            yield
            self._check_untouched()
        except ArchiveDamaged:
            self._check_untouched()
            raise
        finally:
            self._connection.rollback()

    def end_snapshot(self) -> None:
        """End the snapshot of the enclosing block; reads after it see a later moment."""
        self._check_untouched()
        self._connection.rollback()

    def _check_untouched(self) -> None:
        stamp: Stamp | None = self._stamp
        if stamp is not None and stamp != stamp_of(self.path):
            raise ArchiveError("the archive was written to while it was read; ask again", self.location)

    def state(self) -> StoreState:
        """The state after the last revision."""
        known = self._known
        return known if known is not None and self._connection.in_transaction else self._state()

    def _state(self) -> StoreState:
        if self.format < HISTORY_FORMAT:
            return StoreState("", self._checked_revision(), "")
        with self._translated():
            query = "SELECT revision, digest FROM revisions ORDER BY revision DESC LIMIT 1"
            row = self._connection.execute(query).fetchone()
            if row is None:
                raise BadRow("it has no history")
            revision, digest = typed(row, int, bytes)
        return StoreState(self._meta("archive"), revision, digest.hex())

    def upgraded_from(self) -> int | None:
        """The revision at which the format before this one ended; None if the archive began with this."""
        if self.format < HISTORY_FORMAT:
            return _MAX_NUMBER
        with self._translated():
            query = "SELECT revision FROM revisions WHERE kind = 'upgrade' ORDER BY revision LIMIT 1"
            row = self._connection.execute(query).fetchone()
            return None if row is None else int(typed(row, int)[0])

    def digest_at(self, revision: int) -> str | None:
        """The digest of the history up to a revision; None where there is no such revision here."""
        with self._translated():
            query = "SELECT digest FROM revisions WHERE revision = ?"
            row = self._connection.execute(query, (revision,)).fetchone()
            return None if row is None else str(typed(row, bytes)[0].hex())

    @property
    def revision(self) -> int:
        """The number of the last revision."""
        return self.state().revision

    def _checked_revision(self) -> int:
        written = self._meta("revision")
        if not (
            written.isascii() and written.isdecimal() and len(written) < 20 and int(written) < _MAX_NUMBER
        ):
            raise ArchiveDamaged(f"{self.path} has no number of its revision; {RESTORE}", self.location)
        return int(written)

    @property
    def language(self) -> str:
        """The language of the archive; raises `ArchiveDamaged` for one that there is no stemmer for."""
        language = self._meta("language")
        if language not in LANGUAGES:
            raise ArchiveDamaged(
                f"{self.path} is for a language that is not known here, {language!r:.40}; {RESTORE}",
                self.location,
            )
        return language

    def _meta(self, key: str) -> str:
        with self._translated():
            row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise ArchiveDamaged(f"{self.path} has no {key}; {RESTORE}", self.location)
        return str(row[0])

    def count(self) -> int:
        """How many articles there are."""
        return self._counted("SELECT count(*) FROM articles")

    def count_at(self, revision: int) -> int:
        """How many articles there were at a revision, without erased and pruned ones."""
        if self.format < HISTORY_FORMAT:
            return self.count() if revision == self.revision else 0
        return self._counted(versions.COUNT_AT, revision, revision, revision)

    def get(self, identities: Sequence[str], revision: int | None = None) -> dict[str, Article]:
        """The articles with these ids, by id; unknown ids are left out.

        With a `revision` they are as they were then.
        """
        with self._translated():
            rows = self._connection.execute(
                f"SELECT {_ROW} FROM articles WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(identities)),),
            ).fetchall()
            known = {bytes(typed(row, *_ROW_TYPES)[1]).decode(): row for row in rows}
        if revision is None or self.format < HISTORY_FORMAT:
            return {identity: self._article(row) for identity, row in known.items()}
        found = {}
        for identity in identities:
            row = known.get(identity)
            if row is not None and row[4] <= revision:
                found[identity] = self._article(row)
            elif (article := self._as_of(identity, revision)) is not None:
                found[identity] = article
        return found

    def count_since(self, revision: int) -> int:
        """How many articles are of later revisions."""
        return self._counted("SELECT count(*) FROM articles WHERE revision > ?", revision)

    def _counted(self, query: str, *parameters: int) -> int:
        with self._translated():
            return int(self._connection.execute(query, parameters).fetchone()[0])

    def since(self, revision: int, batch: int) -> Iterator[list[tuple[Article, int]]]:
        """All articles of later revisions with these, in the order they came, `batch` at a time."""
        number = -_MAX_NUMBER
        while True:
            with self._translated():
                rows = self._connection.execute(
                    f"SELECT {_ROW} FROM articles WHERE number > ? AND revision > ? ORDER BY number LIMIT ?",
                    (number, revision, batch),
                ).fetchall()
            if not rows:
                return
            number = rows[-1][0]
            yield [(self._article(row), int(row[4])) for row in rows]

    def _article(self, row: Sequence[object]) -> Article:
        """The article of a row; raises `ArchiveDamaged` if it is not what was stored."""
        number, identity, digest, document = row[:4]
        try:
            return article_of(unpacked(document, digest), identity)
        except BadRow as error:
            shown = identity.decode(errors="replace") if isinstance(identity, bytes) else "?"
            raise self._damaged(shown, error, f" (row {number})") from error

    def as_of(self, identities: Sequence[str], revision: int) -> dict[str, Article]:
        """The articles with these ids as they were after a revision, without cancelled ones."""
        with self._translated():
            cancelled = versions.cancelled(self._connection, self.format, identities)
        return self.get([i for i in identities if i not in cancelled], revision)

    def deleted_since(self, revision: int) -> list[str]:
        """Ids of the articles that were deleted in later revisions and have not come back."""
        with self._translated():
            query = "SELECT id FROM tombstones WHERE revision > ? ORDER BY id"
            return [str(typed(row, str)[0]) for row in self._connection.execute(query, (revision,))]

    # --- keeping --------------------------------------------------------------------------------

    def damages(self, progress: Progress) -> Iterator[str]:
        """Read the file from end to end and yield its damages; a sentence each."""
        # Ours first, row by row; SQLite's own check is then of pages that are in memory, but one call: with a
        # handler Ctrl-C is seen in it. (To open the file beside SQLite would take its locks away.)
        self._connection.set_progress_handler(lambda: 0, 10_000)
        try:
            newest, total = self.revision, self.count()
            rows = self._connection.execute(f"SELECT {_ROW} FROM articles ORDER BY number")
            for done, row in enumerate(rows):
                progress(done, total)
                try:
                    self._article(row)
                except ArchiveDamaged as error:
                    yield str(error).replace(str(self.path), self.path.name).partition(";")[0]
                if not isinstance(row[4], int) or not 0 < row[4] <= newest:
                    yield f"{self.path.name}: row {row[0]} has revision {row[4]}, and the newest is {newest}"
            if self.format >= HISTORY_FORMAT:
                yield from (f"{self.path.name}: {fault}" for fault in versions.damages(self._connection))
            if self.format >= SEARCHES_FORMAT:
                yield from (f"{self.path.name}: {fault}" for fault in searches.damages(self._connection))
            found = self._connection.execute("PRAGMA integrity_check(20)")
            yield from (f"{self.path.name}: {line}" for (line,) in found if line != "ok")
        except (sqlite3.Error, ValueError, OverflowError) as error:
            if code_of(error) == sqlite3.SQLITE_INTERRUPT:
                raise KeyboardInterrupt from error
            yield f"{self.path.name} cannot be read to its end: {error}"
        finally:
            self._connection.set_progress_handler(None, 0)

    def copy_to(self, path: Path) -> None:
        """A copy of the whole file as it is now, in one piece also while another process writes."""
        target = sqlite3.connect(path)
        try:
            with self._translated(), self.snapshot(), path.open("rb") as file:
                # Some pages at a time, made durable each time: no step is long, and Ctrl-C is seen between.
                self._connection.backup(target, pages=10_000, progress=lambda *_: os.fsync(file.fileno()))
        finally:
            target.close()
