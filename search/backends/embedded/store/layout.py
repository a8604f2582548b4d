"""The tables of `articles.db`.

    meta       (key, value)       archive: a UUID; language
    revisions  (revision, at, kind, digest)
    articles   (number, id, revision, first_seen, version, digest, document)
    versions   (id, revision, until, whole, digest, document)
    withdrawn  (id, revision, version)
    tombstones (id, revision)     deleted articles, until the index has caught up
    searches   (name, question, revision, made)
    deliveries (delivery, searches, made, confirmed)
    delivered  (delivery, place, search, id, revision, reason, copies, earlier, entry)

Every change makes the next revision, `at` a time that never runs back (microseconds since 1970, UTC), and
each row it touches carries it; so an index that covers revision r lacks just the rows with a larger one. The
digest of a revision is made of the one before and of all that it changed: two archives with the same digest
have the same history, except for versions that were dropped by age.

`first_seen` is the time of the revision in which an article first came, or of its crawl if that was
earlier; 0 where it is not known.

A version is the state that an update or a deletion took away: it was current from `revision` on, up to but
not including `until`. `withdrawn` has the cancelled articles, with the version number that the wire gave.

A document is the article's record as JSON, compressed by Zstandard where that makes it shorter; `digest` is
the SHA-256 of the JSON. A version is compressed with the document that took its place as the dictionary,
unless it is `whole`, as is every sixteenth one, and each that nothing took the place of.

A saved search has looked at all articles up to `revision`. A delivery is of one look of some `searches`, a
list in JSON. The articles that it found are kept as they were delivered, each once: `entry` is JSON, `copies`
the name of the article's group of copies, and `earlier` is 1 if an article of this group was in a delivery
before. A delivery is `confirmed` when it has been received.

Older formats are still read. Format 2 has no searches, deliveries and delivered. Format 1 has of the other
tables meta (with the revision), articles (without first_seen and version) and tombstones.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ID = 0x6E657773
"""The mark of an SQLite file that is a store ("news" in ASCII)."""

FORMAT = 3
"""The version of the tables, SQLite's `user_version`; a newer one is not touched."""

HISTORY_FORMAT = 2
"""The first format that keeps revisions and versions."""

SEARCHES_FORMAT = 3
"""The first format that keeps saved searches."""

MAX_REVISION = 1 << 57
"""A revision is not made at this time or later, in microseconds since 1970: in the year 6537."""

HISTORY = """
    CREATE TABLE revisions (
        revision INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, digest BLOB NOT NULL
    );
    CREATE TABLE versions (
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        until INTEGER NOT NULL,
        whole INTEGER NOT NULL,
        digest BLOB NOT NULL,
        document BLOB NOT NULL,
        PRIMARY KEY (id, revision)
    ) WITHOUT ROWID;
    CREATE INDEX versions_by_end ON versions (until);
    CREATE TABLE withdrawn (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, version INTEGER) WITHOUT ROWID;
"""
"""The tables that format 2 adds to format 1."""

SEARCHES = """
    CREATE TABLE searches (
        name TEXT PRIMARY KEY, question TEXT NOT NULL, revision INTEGER NOT NULL, made INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE deliveries (
        delivery INTEGER PRIMARY KEY,
        searches TEXT NOT NULL,
        made INTEGER NOT NULL,
        confirmed INTEGER NOT NULL
    );
    CREATE TABLE delivered (
        delivery INTEGER NOT NULL,
        place INTEGER NOT NULL,
        search TEXT NOT NULL,
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        reason TEXT NOT NULL,
        copies TEXT NOT NULL,
        earlier INTEGER NOT NULL,
        entry TEXT NOT NULL,
        PRIMARY KEY (delivery, place)
    ) WITHOUT ROWID;
    CREATE INDEX delivered_by_search ON delivered (search, copies);
    CREATE INDEX delivered_by_id ON delivered (id);
    CREATE INDEX delivered_by_copies ON delivered (copies);
"""
"""The tables that format 3 adds to format 2."""

TABLES = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE articles (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        first_seen INTEGER NOT NULL,
        version INTEGER,
        digest BLOB NOT NULL,
        document BLOB NOT NULL
    );
    CREATE INDEX articles_by_revision ON articles (revision);
    CREATE TABLE tombstones (id TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
"""
    + HISTORY
    + SEARCHES
)


@dataclass(frozen=True, slots=True)
class StoreState:
    """The UUID of an archive, its revision and the digest of its history; "" where one is missing."""

    archive: str
    revision: int
    digest: str
