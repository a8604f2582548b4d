"""The history in the store: every version of an article, and each article as of a revision."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from search.article import Article
from search.backends.embedded.store.layout import HISTORY_FORMAT, MAX_REVISION
from search.backends.embedded.store.rows import BadRow, article_of, typed, unpacked
from search.engine import Version

Connection = sqlite3.Connection | sqlite3.Cursor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kept(NamedTuple):
    """An article as it was from `revision` on, up to but not including `until`; None: to this day."""

    revision: int
    until: int | None
    record: bytes


def kept(connection: Connection, identity: str, first: int = 0, last: int = MAX_REVISION) -> Iterator[Kept]:
    """All states of an article, the newest first; raises `BadRow` where one is damaged.

    With `first` and `last` only states of these revisions; the last of them must be `whole` or current.
    """
    rows = connection.execute(
        "SELECT revision, NULL, 1, digest, CAST(document AS BLOB) FROM articles "
        "WHERE id = :id AND revision BETWEEN :first AND :last "
        "UNION ALL SELECT revision, until, whole, digest, document FROM versions "
        "WHERE id = :id AND revision BETWEEN :first AND :last ORDER BY revision DESC",
        {"id": identity, "first": first, "last": last},
    ).fetchall()
    later: Kept | None = None
    for row in rows:
        revision, until, whole, digest, document = typed(row, int, int | None, int, bytes, bytes)
        if not whole and (later is None or later.revision != until):
            raise BadRow("the version that took its place is missing")
        later = Kept(
            revision, until, unpacked(document, digest, None if whole or later is None else later.record)
        )
        yield later


class Former(NamedTuple):
    """An article as it was from `revision` on, up to but not including `until`."""

    article: Article
    revision: int
    until: int


def count_former(connection: Connection, upto: int) -> int:
    """How many states of articles that are not present any more were made by revisions up to this one."""
    query = "SELECT count(*) FROM versions WHERE revision <= ?"
    return int(connection.execute(query, (upto,)).fetchone()[0])


def former(connection: Connection, table_format: int, upto: int = MAX_REVISION) -> Iterator[Former]:
    """Yield these states, article by article."""
    if table_format >= HISTORY_FORMAT:
        query = "SELECT DISTINCT id FROM versions WHERE revision <= ? ORDER BY id"
        for (identity,) in connection.execute(query, (upto,)).fetchall():
            for each in kept(connection, identity):
                if each.until is not None and each.revision <= upto:
                    article = article_of(each.record, str(identity).encode())
                    yield Former(article, each.revision, each.until)


def as_of(connection: Connection, identity: str, revision: int) -> Article | None:
    """The article as it was when the archive had this revision; None if it was not there then."""
    for each in kept(connection, identity):
        if each.revision <= revision:
            current = each.until is None or revision < each.until
            return article_of(each.record, identity.encode()) if current else None
    return None


def history(connection: Connection, identity: str) -> tuple[Version, ...]:
    """Every version of an article, the oldest first."""
    return _versions(connection, identity, list(kept(connection, identity)))


def between(connection: Connection, identity: str, first: int, last: int) -> tuple[Version, ...]:
    """The versions that revisions from `first` to `last` made, the oldest first."""
    (whole,) = connection.execute(
        "SELECT min(revision) FROM versions WHERE id = ? AND revision >= ? AND whole", (identity, last)
    ).fetchone()
    states = list(kept(connection, identity, first, MAX_REVISION if whole is None else whole))
    return _versions(connection, identity, [state for state in states if state.revision <= last])


def _versions(connection: Connection, identity: str, states: Sequence[Kept]) -> tuple[Version, ...]:
    wanted = {each for state in states for each in (state.revision, state.until) if each is not None}
    revisions = {
        revision: (moment_of(at), kind)
        for revision, at, kind in connection.execute(
            "SELECT revision, at, kind FROM revisions WHERE revision IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(wanted)),),
        )
    }
    found = []
    for revision, until, record in states:
        at, _ = revisions.get(revision, (None, ""))
        end, kind = revisions.get(until, (None, "")) if until is not None else (None, "")
        ended = None if until is None else _ENDINGS.get(kind, _DELETED)
        found.append(Version(revision, at, end, ended, article_of(record, identity.encode())))
    return tuple(reversed(found))


_Ending = Literal["updated", "deleted", "withdrawn"]
_DELETED: _Ending = "deleted"
_ENDINGS: dict[str, _Ending] = {"index": "updated", "withdraw": "withdrawn"}


def moment_of(at: object) -> datetime:
    """The time of a revision; raises `BadRow` for what cannot be one."""
    if not isinstance(at, int) or not 0 <= at < MAX_REVISION:
        raise BadRow("a revision has no time that can be one")
    return EPOCH + timedelta(microseconds=at)


def microseconds_of(moment: datetime) -> int:
    """A time as the store keeps it."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def prune(cursor: sqlite3.Cursor, until: int) -> int:
    """Drop the versions that were not current any more at this revision; return how many."""
    cursor.execute("DELETE FROM versions WHERE until <= ?", (until,))
    count = cursor.rowcount
    if count:
        cursor.execute(
            "INSERT INTO meta VALUES ('pruned', ?) ON CONFLICT (key) DO UPDATE "
            "SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
            (str(until),),
        )
    return count


COUNT_AT = """
    SELECT (SELECT count(*) FROM articles WHERE revision <= ?)
        + (SELECT count(*) FROM versions WHERE revision <= ? AND until > ?)
"""
"""The number of articles at a revision, which is given three times, without erased and pruned articles."""

_OF_ANOTHER_TYPE = """
    SELECT DISTINCT 'articles' FROM articles WHERE typeof(first_seen) <> 'integer'
        OR typeof(version) NOT IN ('integer', 'null')
    UNION SELECT 'withdrawn' FROM withdrawn WHERE typeof(id) <> 'text' OR typeof(revision) <> 'integer'
        OR typeof(version) NOT IN ('integer', 'null')
    UNION SELECT 'tombstones' FROM tombstones WHERE typeof(id) <> 'text' OR typeof(revision) <> 'integer'
"""


def damages(connection: Connection) -> Iterator[str]:
    """Yield the damages of versions and revisions; a sentence each."""
    last: tuple[int, int] | None = None
    for revision, at, digest in connection.execute(
        "SELECT revision, at, digest FROM revisions ORDER BY revision"
    ):
        if (
            not isinstance(at, int)
            or not 0 <= at < MAX_REVISION
            or not isinstance(digest, bytes)
            or len(digest) != 32
        ):
            yield f"revision {revision} is not one"
        else:
            if last is not None and (revision != last[0] + 1 or at <= last[1]):
                yield f"revision {revision} does not follow revision {last[0]}"
            last = revision, at
    for (table,) in connection.execute(_OF_ANOTHER_TYPE):
        yield f"the table {table} has a value of another type than it was stored with"
    for (identity,) in connection.execute(
        "SELECT DISTINCT CAST(id AS TEXT) FROM versions ORDER BY id"
    ).fetchall():
        try:
            until = None
            for each in kept(connection, identity):
                if until is not None and each.until is not None and each.until > until:
                    yield f"the versions of the article {identity!r} overlap"
                article_of(each.record, identity.encode())
                until = each.revision
        except BadRow as error:
            yield f"a version of the article {identity!r} is damaged, {error}"


def known_ids(connection: Connection, table_format: int) -> Iterator[str]:
    """Yield the ids of all present articles, in the order they came, then of all former ones."""
    yield from (i for (i,) in connection.execute("SELECT id FROM articles ORDER BY number"))
    if table_format >= HISTORY_FORMAT:
        gone = "SELECT DISTINCT id FROM versions WHERE id NOT IN (SELECT id FROM articles) ORDER BY id"
        yield from (i for (i,) in connection.execute(gone))


def cancelled(connection: Connection, table_format: int, identities: Sequence[str]) -> set[str]:
    """The ids, of these, that a wire has cancelled."""
    if table_format < HISTORY_FORMAT:
        return set()
    query = "SELECT id FROM withdrawn WHERE id IN (SELECT value FROM json_each(?))"
    return {str(typed(row, str)[0]) for row in connection.execute(query, (json.dumps(list(identities)),))}


def changed_since(connection: Connection, table_format: int, revision: int) -> tuple[str, ...]:
    """The ids of articles that came, changed or were deleted after a revision, sorted."""
    query = "SELECT id FROM articles WHERE revision > :revision"
    if table_format >= HISTORY_FORMAT:
        query += " UNION SELECT id FROM versions WHERE until > :revision"
    rows = connection.execute(f"{query} ORDER BY id", {"revision": revision})
    return tuple(str(typed(row, str)[0]) for row in rows)
