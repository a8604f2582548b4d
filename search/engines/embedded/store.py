"""The articles themselves, in SQLite: `articles.db` is the truth that the index is made from.

    meta       (key, value)                      language, revision
    articles   (id, revision, digest, document)  document is the article's record as JSON
    tombstones (id, revision)                    what was deleted, until the index has caught up

Every transaction that changes something has the next revision, and all it touches carries it; so what
an index that covers revision r lacks is just what has a larger one.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from search.article import Article, version_of
from search.engine import Added
from search.errors import ArchiveDamaged, ArchiveError, ArchiveExists, ArchiveFull, ArchiveReadOnly

APPLICATION_ID = 0x6E657773
"""Marks the SQLite file as ours ("news" in ASCII)."""

SQLITE_VERSION = sqlite3.sqlite_version

FORMAT = 1
"""The version of the tables; a newer one is not touched."""

_SCHEMA = """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE articles (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        digest BLOB NOT NULL,
        document TEXT NOT NULL
    );
    CREATE INDEX articles_by_revision ON articles (revision);
    CREATE TABLE tombstones (id TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of some articles: those that were put in, the ids they replaced, the counts."""

    articles: tuple[Article, ...]
    replaced: tuple[str, ...]
    counts: Added


class Changes:
    """What one transaction does. `revision` is the one it makes, None as long as nothing has changed."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.revision: int | None = None

    def put(self, articles: Sequence[Article]) -> Change:
        """Store the articles one after the other; those that change nothing are left as they are."""
        counts = {"added": 0, "updated": 0, "unchanged": 0, "older": 0}
        changed: dict[str, Article] = {}
        documents: dict[str, str] = {}
        stored = self._digests({article.id for article in articles})
        digests = dict(stored)
        versions = self._versions([a.id for a in articles if a.id in stored and a.version is not None])
        for article in articles:
            if (version := article.version) is not None:
                if version < versions.get(article.id, version):
                    counts["older"] += 1
                    continue
                versions[article.id] = version
            document = _ENCODER.encode(article.as_record())
            digest, known = sha256(document.encode()).digest(), digests.get(article.id)
            if known == digest:
                counts["unchanged"] += 1
                continue
            counts["added" if known is None else "updated"] += 1
            digests[article.id] = digest
            changed[article.id] = article
            documents[article.id] = document
        if changed:
            revision = self._revised()
            self._cursor.executemany(
                "INSERT INTO articles (id, revision, digest, document) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET "
                "revision = excluded.revision, digest = excluded.digest, document = excluded.document",
                [(each, revision, digests[each], document) for each, document in documents.items()],
            )
            self._cursor.executemany("DELETE FROM tombstones WHERE id = ?", [(each,) for each in changed])
        replaced = tuple(identity for identity in changed if identity in stored)
        return Change(tuple(changed.values()), replaced, Added(**counts))

    def delete(self, identities: Iterable[str]) -> tuple[str, ...]:
        """Take articles out; the ids of those that were there."""
        if gone := tuple(self._digests(set(identities))):
            revision = self._revised()
            self._cursor.executemany("DELETE FROM articles WHERE id = ?", [(each,) for each in gone])
            self._cursor.executemany(
                "INSERT INTO tombstones VALUES (?, ?)", [(each, revision) for each in gone]
            )
        return gone

    def _revised(self) -> int:
        if self.revision is None:
            (value,) = self._cursor.execute(
                "UPDATE meta SET value = value + 1 WHERE key = 'revision' RETURNING value"
            ).fetchone()
            self.revision = int(value)
        return self.revision

    def _versions(self, identities: Sequence[str]) -> dict[str, int]:
        """The versions of those of these articles that are stored and have one."""
        if not identities:
            return {}
        rows = self._cursor.execute(
            "SELECT id, json_extract(document, '$.extra.version[0]') FROM articles "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(identities),),
        )
        known = {identity: version_of({"version": (str(version or ""),)}) for identity, version in rows}
        return {identity: version for identity, version in known.items() if version is not None}

    def _digests(self, identities: set[str]) -> dict[str, bytes]:
        rows = self._cursor.execute(
            "SELECT id, digest FROM articles WHERE id IN (SELECT value FROM json_each(?)) ORDER BY number",
            (json.dumps(sorted(identities)),),
        )
        return dict(rows.fetchall())


class Store:
    """The articles of the archive at `location`. Safe to share between threads that take turns."""

    def __init__(self, location: Path) -> None:
        self.location = location
        self.path = location / "articles.db"
        self._connection = self._open()
        with self._translated():
            self._check_format()

    @classmethod
    def create(cls, location: Path, language: str) -> Store:
        """A new store in the existing folder `location`."""
        path = location / "articles.db"
        if path.exists():
            raise ArchiveExists(f"there is an archive at {location} already", location)
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)", [("language", language), ("revision", "0")]
            )
        except sqlite3.Error as error:
            raise _translation(error, location, path) from error
        finally:
            connection.close()
        return cls(location)

    def _open(self) -> sqlite3.Connection:
        """The file open for writing if it can be, else for reading.

        On a medium that cannot be written WAL needs a file that it cannot make; then nobody else can
        be writing either, and the file may be read as it is (`immutable`).
        """
        for mode in ("mode=rw", "mode=ro", "mode=ro&immutable=1"):
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except _ERRORS as error:
                connection.close()
                refused = _code(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
                if not refused or mode.endswith("immutable=1"):
                    raise _translation(error, self.location, self.path) from error
            else:
                return connection
        raise AssertionError("the last mode has returned or raised")

    def _check_format(self) -> None:
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION_ID:
            raise ArchiveExists(
                f"{self.path} is not an archive of news; choose another folder", self.location
            )
        if version > FORMAT:
            raise ArchiveExists(
                f"{self.path} was made by a newer version of news (format {version}, this one reads "
                f"{FORMAT}); upgrade news",
                self.location,
            )

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            raise _translation(error, self.location, self.path) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._translated():
            self._connection.rollback()  # where an interrupt came ahead of the end of the last one
            cursor = self._connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                yield cursor
                cursor.execute("COMMIT")
            finally:
                self._connection.rollback()

    # --- writing --------------------------------------------------------------------------------

    @contextmanager
    def changing(self) -> Iterator[Changes]:
        """One transaction; what is done through it is kept if the block ends without an error."""
        with self._transaction() as cursor:
            yield Changes(cursor)

    def forget_tombstones(self, revision: int) -> None:
        """Drop the records of deletions that an index covering `revision` no longer needs."""
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM tombstones WHERE revision <= ?", (revision,))

    # --- reading --------------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read in the block is of one moment, whoever writes meanwhile."""
        with self._translated():
            self._connection.rollback()  # as for a transaction
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.rollback()

    @property
    def revision(self) -> int:
        written = self._meta("revision")
        if not written.isdecimal():
            raise ArchiveDamaged(f"{self.path} has no number of its revision; {_RESTORE}", self.location)
        return int(written)

    @property
    def language(self) -> str:
        return self._meta("language")

    def _meta(self, key: str) -> str:
        with self._translated():
            row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise ArchiveDamaged(f"{self.path} has no {key}; {_RESTORE}", self.location)
        return str(row[0])

    def count(self) -> int:
        """How many articles there are."""
        with self._translated():
            (count,) = self._connection.execute("SELECT count(*) FROM articles").fetchone()
        return int(count)

    def get(self, identities: Sequence[str]) -> dict[str, Article]:
        """The articles with these ids, by id; those that are not there are left out."""
        with self._translated():
            rows = self._connection.execute(
                f"SELECT {_ROW} FROM articles WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(identities)),),
            ).fetchall()
        articles = (self._article(*row) for row in rows)
        return {article.id: article for article in articles}

    def since(self, revision: int, batch: int) -> Iterator[list[Article]]:
        """All articles of later revisions, in the order they came, `batch` at a time."""
        number = 0
        while True:
            with self._translated():
                rows = self._connection.execute(
                    f"SELECT {_ROW} FROM articles WHERE number > ? AND revision > ? ORDER BY number LIMIT ?",
                    (number, revision, batch),
                ).fetchall()
            if not rows:
                return
            number = rows[-1][0]
            yield [self._article(*row) for row in rows]

    def _article(self, number: int, identity: object, digest: object, document: object) -> Article:
        """The article of a row; raises `ArchiveDamaged` if it is not what was stored."""
        if isinstance(document, bytes) and sha256(document).digest() == digest:
            article = Article.restored(_DECODER.decode(document.decode()))
            if article.id.encode() == identity:
                return article
        shown = identity.decode(errors="replace") if isinstance(identity, bytes) else "?"
        raise ArchiveDamaged(
            f"{self.path}: the article {shown!r} (row {number}) is not what was stored; {_RESTORE}",
            self.location,
        )

    # --- keeping --------------------------------------------------------------------------------

    def damages(self) -> Iterator[str]:
        """What is wrong with the file, read from end to end; a sentence each."""
        # Ours first, row by row; SQLite's own check is then of pages that are in memory, but one call: with a
        # handler Ctrl-C is seen in it. (To open the file beside SQLite would take its locks away.)
        self._connection.set_progress_handler(lambda: 0, 10_000)
        try:
            newest = self.revision
            for row in self._connection.execute(f"SELECT {_ROW}, revision FROM articles ORDER BY number"):
                try:
                    self._article(*row[:4])
                except ArchiveDamaged as error:
                    yield str(error).removeprefix(f"{self.path}: ").partition(";")[0]
                if not 0 < row[4] <= newest:
                    yield f"row {row[0]} has revision {row[4]}, and the newest is {newest}"
            for (line,) in self._connection.execute("PRAGMA integrity_check(20)"):
                if line != "ok":
                    yield f"{self.path.name}: {line}"
        except (sqlite3.Error, ValueError, OverflowError) as error:
            if _code(error) == sqlite3.SQLITE_INTERRUPT:
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

    def deleted_since(self, revision: int) -> list[str]:
        """Ids of what was deleted in later revisions and has not come back."""
        with self._translated():
            rows = self._connection.execute(
                "SELECT id FROM tombstones WHERE revision > ? ORDER BY id", (revision,)
            ).fetchall()
        return [identity for (identity,) in rows]


_ROW = "number, CAST(id AS BLOB), digest, CAST(document AS BLOB)"
_DECODER = json.JSONDecoder()
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


_RESTORE = "restore a backup: news restore"
_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What sqlite3 raises; it cannot decode the messages of some errors, which name damaged tables."""


_UNWRITTEN = frozenset(
    f"SQLITE_IOERR_{what}" for what in ("WRITE", "TRUNCATE", "SHMSIZE", "SHMOPEN", "FSYNC")
)
"""What SQLite says of a file that cannot be made larger for another reason than a full disk."""


def _translation(error: Exception, location: Path, path: Path) -> ArchiveError:
    if isinstance(error, UnicodeDecodeError):
        return ArchiveDamaged(f"{path} is damaged; {_RESTORE}", location)
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return ArchiveFull(f"no space is left for {path}; nothing of this batch was stored", location)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ArchiveReadOnly(f"{path} cannot be written: {error}", location)
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return ArchiveDamaged(f"{path} is damaged ({error}); {_RESTORE}", location)
        case sqlite3.SQLITE_IOERR if getattr(error, "sqlite_errorname", "") in _UNWRITTEN:
            reason = "it cannot grow; is there a limit to the size of files or what a user may have?"
            return ArchiveFull(f"{path}: {reason} Nothing of this batch was stored", location)
        case sqlite3.SQLITE_IOERR:
            return ArchiveDamaged(f"{path}: the disk cannot be read; {_RESTORE}", location)
        case _:
            return ArchiveError(f"{path}: {error}", location)


def _code(error: Exception) -> int:
    """SQLite's primary result code; 0 for an error that is not SQLite's own."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
