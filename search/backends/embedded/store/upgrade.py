"""The upgrade of the tables from an older format to this one, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from uuid import uuid4

from search.article import version_of
from search.backends.embedded.store.changes import History, first_digest
from search.backends.embedded.store.layout import FORMAT, HISTORY, HISTORY_FORMAT, SEARCHES
from search.backends.embedded.store.rows import article_of, packed, unpacked

BATCH_ARTICLES = 1_000


def upgrade(cursor: sqlite3.Cursor, now: int, report: Callable[[int, int], None] | None = None) -> None:
    """Bring the tables up to date, calling `report(done, total)` on the way.

    Raises `BadRow` where an article is damaged.
    """
    if cursor.execute("PRAGMA user_version").fetchone()[0] < HISTORY_FORMAT:
        _begin_history(cursor, now, report)
    _add_came(cursor)
    _create(cursor, SEARCHES)
    cursor.execute(f"PRAGMA user_version = {FORMAT}")


def _create(cursor: sqlite3.Cursor, tables: str) -> None:
    for statement in filter(str.strip, tables.split(";")):
        cursor.execute(statement)


def _add_came(cursor: sqlite3.Cursor) -> None:
    """Add the revision that brought each article, by the time when it came.

    Of an article that was crawled earlier, the oldest revision that is kept is taken.
    """
    cursor.execute("ALTER TABLE articles ADD COLUMN came INTEGER NOT NULL DEFAULT 0")
    cursor.execute(
        "UPDATE articles SET came = coalesce((SELECT min(v.revision) FROM versions v "
        "WHERE v.id = articles.id), revision) WHERE first_seen"
    )
    cursor.execute("UPDATE articles SET came = r.revision FROM revisions r WHERE r.at = articles.first_seen")


def _begin_history(cursor: sqlite3.Cursor, now: int, report: Callable[[int, int], None] | None) -> None:
    """Bring format 1 up to format 2.

    Earlier versions are not there to be kept, and the time when an article first came is not known: it is 0.
    """
    _create(cursor, HISTORY)
    cursor.execute("ALTER TABLE articles ADD COLUMN first_seen INTEGER NOT NULL DEFAULT 0")
    cursor.execute("ALTER TABLE articles ADD COLUMN version INTEGER")
    (revision,) = cursor.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'revision'").fetchone()
    (total,) = cursor.execute("SELECT count(*) FROM articles").fetchone()
    archive, number, done = str(uuid4()), -(1 << 62), 0
    history = History(first_digest(archive), revision, now, "upgrade")
    while rows := cursor.execute(
        "SELECT number, id, digest, CAST(document AS BLOB) FROM articles "
        "WHERE number > ? ORDER BY number LIMIT ?",
        (number, BATCH_ARTICLES),
    ).fetchall():
        documents = []
        for number, identity, digest, document in rows:
            record = unpacked(document, digest)
            history.add(identity, digest)
            version = version_of(article_of(record, identity.encode()).extra)
            documents.append((version, packed(record), number))
        cursor.executemany("UPDATE articles SET version = ?, document = ? WHERE number = ?", documents)
        done += len(rows)
        if report is not None:
            report(done, total)
    cursor.execute("INSERT INTO revisions VALUES (?, ?, 'upgrade', ?)", (revision, now, history.digest()))
    cursor.execute("DELETE FROM meta WHERE key = 'revision'")
    cursor.execute("INSERT INTO meta VALUES ('archive', ?)", (archive,))
