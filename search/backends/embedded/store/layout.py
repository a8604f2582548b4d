"""The tables of `articles.db`.

    meta       (key, value)       archive: a UUID; language
    revisions  (revision, at, kind, digest)
    articles   (number, id, revision, came, first_seen, version, digest, document)
    versions   (id, revision, until, whole, digest, document)
    withdrawn  (id, revision, version)
    tombstones (id, revision)     deleted articles, until the index has caught up
    searches   (name, question, made, start, revision, came, number, articles, deliveries)
    deliveries (delivery, searches, every, made, confirmed)
    delivered  (delivery, place, search, id, revision, reason, text, earlier, entry)
    told       (search, id, fingerprint)

Every change makes the next revision, `at` a time that never runs back (microseconds since 1970, UTC), and
each row it touches carries it; so an index that covers revision r lacks just the rows with a larger one. The
digest of a revision is made of the one before and of all that it changed: two archives with the same digest
have the same history, except for versions that were dropped by age.

`came` is the revision that brought an article, the last time where it was deleted and came again; 0 where it
is not known. It ascends with the numbers. `first_seen` is the time of the revision in which the article first
came, or of its crawl if that was earlier; 0 where it is not known.

A version is the state that an update or a deletion took away: it was current from `revision` on, up to but
not including `until`. `withdrawn` has the cancelled articles, with the version number that the wire gave.

A document is the article's record as JSON, compressed by Zstandard where that makes it shorter; `digest` is
the SHA-256 of the JSON. A version is compressed with the document that took its place as the dictionary,
unless it is `whole`, as is every sixteenth one, and each that nothing took the place of.

A saved search began after the revision `start`. It has looked at all changes up to `revision`, and at all
articles that came up to the one with this `number` in the revision `came`. `articles` and
`deliveries` count what it has delivered.

A delivery is of one look of some `searches`, a list in JSON; `every` is 1 if all were asked. It is
`confirmed` when it has been received. The articles that it found are kept as they were delivered: `entry` is
JSON, copies have the same number for `text`, and `earlier` is 1 if a copy of it was delivered before.
`told` has each article that a search has delivered, also where old deliveries have been pruned. Two articles
with the same fingerprint have the same text.

Older formats are still read. Format 2 has no searches, deliveries, delivered and told, and no `came`. Format
1 has of the other tables meta (with the revision), articles (without first_seen and version) and tombstones.
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
        name TEXT PRIMARY KEY,
        question TEXT NOT NULL,
        made INTEGER NOT NULL,
        start INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        came INTEGER NOT NULL,
        number INTEGER NOT NULL,
        articles INTEGER NOT NULL,
        deliveries INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE deliveries (
        delivery INTEGER PRIMARY KEY AUTOINCREMENT,
        searches TEXT NOT NULL,
        every INTEGER NOT NULL,
        made INTEGER NOT NULL,
        confirmed INTEGER NOT NULL
    );
    CREATE INDEX deliveries_that_wait ON deliveries (delivery) WHERE NOT confirmed;
    CREATE TABLE delivered (
        delivery INTEGER NOT NULL,
        place INTEGER NOT NULL,
        search TEXT NOT NULL,
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        reason TEXT NOT NULL,
        text INTEGER NOT NULL,
        earlier INTEGER NOT NULL,
        entry TEXT NOT NULL,
        PRIMARY KEY (delivery, place)
    ) WITHOUT ROWID;
    CREATE INDEX delivered_by_search ON delivered (search, delivery, place);
    CREATE INDEX delivered_by_id ON delivered (id);
    CREATE TABLE told (
        search TEXT NOT NULL, id TEXT NOT NULL, fingerprint BLOB NOT NULL, PRIMARY KEY (search, id)
    ) WITHOUT ROWID;
    CREATE INDEX told_by_id ON told (id);
    CREATE INDEX told_by_fingerprint ON told (search, fingerprint);
    CREATE INDEX articles_by_came ON articles (came);
"""
"""The tables that format 3 adds to format 2; it also adds `came` to articles."""

TABLES = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE articles (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        came INTEGER NOT NULL,
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
