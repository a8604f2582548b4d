"""The updates of articles in the store, and the articles that were replaced or deleted since a revision."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from search.article import Article
from search.backends.embedded.store import versions
from search.backends.embedded.store.rows import BadRow, article_of, typed
from search.backends.embedded.store.versions import Connection
from search.changes import Edits, edits_of
from search.engine import Version


class Update(NamedTuple):
    """The revision at which a version of an article took the place of the one made by `revision`."""

    until: int
    identity: str
    revision: int


class Arrived(NamedTuple):
    """An article that came or changed; `came` is the revision that brought it, 0 if it is not known."""

    identity: str
    number: int
    came: int


def came(connection: Connection, after: tuple[int, int], upto: int, batch: int) -> Iterator[list[Arrived]]:
    """Yield the articles that came after a place up to a revision, in that order, `batch` at a time.

    A place is the revision that brought an article, and its number.
    """
    while rows := connection.execute(
        "SELECT id, number, came FROM articles WHERE (came, number) > (?, ?) AND came <= ? "
        "ORDER BY came, number LIMIT ?",
        (*after, upto, batch),
    ).fetchall():
        found = [Arrived(*typed(row, str, int, int)) for row in rows]
        yield found
        after = found[-1].came, found[-1].number


def touched(connection: Connection, after: int, upto: int, batch: int) -> Iterator[list[Arrived]]:
    """Yield the articles that came up to a revision and that ones later than `after` touched."""
    last = (after, 1 << 62)
    while rows := connection.execute(
        "SELECT id, number, came, revision FROM articles WHERE (revision, number) > (?, ?) "
        "AND came <= ? ORDER BY revision, number LIMIT ?",
        (*last, upto, batch),
    ).fetchall():
        found = [typed(row, str, int, int, int) for row in rows]
        yield [Arrived(*row[:3]) for row in found]
        last = found[-1][3], found[-1][1]


def known_by(connection: Connection, identities: Sequence[str], revision: int) -> set[str]:
    """The ids, of these, of articles with a version from this revision or before it."""
    query = "SELECT DISTINCT id FROM versions WHERE id IN (SELECT value FROM json_each(?)) AND revision <= ?"
    rows = connection.execute(query, (json.dumps(list(identities)), revision))
    return {str(typed(row, str)[0]) for row in rows}


def times_of(connection: Connection, after: int, upto: int) -> dict[int, int]:
    """The times of the revisions after one up to another, in microseconds since 1970."""
    rows = connection.execute(
        "SELECT revision, at FROM revisions WHERE revision > ? AND revision <= ?", (after, upto)
    )
    return dict(typed(row, int, int) for row in rows)


def revision_at(connection: Connection, moment: datetime) -> int | None:
    """The last revision made at or before a time; None if there is no such revision."""
    at = versions.microseconds_of(moment)
    # The times ascend with the revisions, and have no index.
    (found,) = connection.execute("SELECT max(revision) FROM revisions WHERE at <= ?", (at,)).fetchone()
    return None if found is None else int(found)


def first_revision(connection: Connection) -> tuple[int, datetime]:
    """The first revision of the table, and its time."""
    row = connection.execute("SELECT revision, at FROM revisions ORDER BY revision LIMIT 1").fetchone()
    if row is None:
        raise BadRow("it has no history")
    revision, at = typed(row, int, int)
    return revision, versions.moment_of(at)


def pruned_before(connection: Connection) -> int:
    """The revision up to which versions were dropped by age; 0 if they never were."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'pruned'").fetchone()
    return int(row[0]) if row is not None and str(row[0]).isdecimal() else 0


def revisions(connection: Connection, identities: Sequence[str], revision: int) -> dict[str, int]:
    """The revision that made each of these articles as it was after a revision."""
    rows = connection.execute(
        # The unary + keeps SQLite from walking all articles by revision instead of finding each by its id.
        "WITH wanted AS (SELECT value FROM json_each(:ids)) SELECT id, max(revision) FROM ("
        "SELECT id, revision FROM articles WHERE id IN wanted AND +revision <= :last UNION ALL "
        "SELECT id, revision FROM versions WHERE id IN wanted AND +revision <= :last) GROUP BY id",
        {"ids": json.dumps(list(identities)), "last": revision},
    )
    return dict(typed(row, str, int) for row in rows)


def first_seen(connection: Connection, identities: Sequence[str]) -> dict[str, datetime]:
    """When each of these articles first came, or was fetched if that was earlier; without unknown times.

    Of a deleted article, the first version that is kept tells it.
    """
    wanted = (json.dumps(list(identities)),)
    query = "SELECT id, first_seen FROM articles WHERE id IN (SELECT value FROM json_each(?))"
    rows: dict[str, int] = dict(typed(row, str, int) for row in connection.execute(query, wanted))
    found = {identity: versions.moment_of(at) for identity, at in rows.items() if at}
    if len(rows) < len(identities):
        query = (
            "SELECT v.id, min(r.at) FROM versions v JOIN revisions r USING (revision) "
            "WHERE v.id IN (SELECT value FROM json_each(?)) GROUP BY v.id"
        )
        gone = [typed(row, str, int) for row in connection.execute(query, wanted) if row[0] not in rows]
        for identity, at in gone:
            *_, first = versions.kept(connection, identity)
            found[identity] = seen_at(versions.moment_of(at), article_of(first.record, identity.encode()))
    return found


def seen_at(came: datetime, article: Article) -> datetime:
    """When an article that came at a time was first seen; a time of its source before 1970 is a mistake."""
    crawled = article.crawled
    return crawled if crawled is not None and versions.EPOCH < crawled < came else came


def prunable(connection: Connection, before: datetime) -> tuple[int, list[str]]:
    """The last revision at a time, and the ids of articles with versions that had ended by then, sorted."""
    last = revision_at(connection, before) or 0
    query = (
        "SELECT DISTINCT id FROM versions WHERE until <= ? AND id IN (SELECT id FROM articles) ORDER BY id"
    )
    return last, [str(typed(row, str)[0]) for row in connection.execute(query, (last,))]


_REPLACED = "FROM versions WHERE until > :revision AND revision <= :revision"
_NOT_CANCELLED = " AND id NOT IN (SELECT id FROM withdrawn)"


def count_replaced(connection: Connection, revision: int) -> int:
    """How many articles were there after a revision, and have been changed or deleted since."""
    query = f"SELECT count(*) {_REPLACED}{_NOT_CANCELLED}"
    return int(connection.execute(query, {"revision": revision}).fetchone()[0])


def ids_replaced(connection: Connection, revision: int) -> list[str]:
    """The ids of these articles, sorted, without cancelled ones."""
    query = f"SELECT id {_REPLACED}{_NOT_CANCELLED} ORDER BY id"
    return [str(typed(row, str)[0]) for row in connection.execute(query, {"revision": revision})]


def past(connection: Connection, identity: str, revision: int) -> tuple[Article, Edits] | None:
    """An article as it was after a revision, and its updates until then; None if it was not there."""
    states = [each for each in versions.kept(connection, identity) if each.revision <= revision]
    if not states or (states[0].until is not None and states[0].until <= revision):
        return None
    return article_of(states[0].record, identity.encode()), _edits(connection, identity, states, {})


def edits_of_each(
    connection: Connection,
    identities: Sequence[str],
    *,
    times: Mapping[int, int] = MappingProxyType({}),
    after: int = 0,
) -> dict[str, Edits]:
    """The updates of each of these articles that was updated in revisions later than `after`.

    `times` has the times of revisions that are not in the table yet.
    """
    query = "SELECT DISTINCT id FROM versions WHERE id IN (SELECT value FROM json_each(?))"
    known = [str(typed(row, str)[0]) for row in connection.execute(query, (json.dumps(list(identities)),))]
    found = {}
    for each in known:
        states = [one for one in versions.kept(connection, each) if one.until is None or one.until > after]
        if (own := _edits(connection, each, states, times)).times:
            found[each] = own
    return found


def _edits(
    connection: Connection, identity: str, states: Sequence[versions.Kept], times: Mapping[int, int]
) -> Edits:
    """The updates between states of an article, the newest first."""
    if len(states) < 2:
        return Edits()
    query = "SELECT revision, at FROM revisions WHERE revision IN (SELECT value FROM json_each(?))"
    wanted = json.dumps([state.revision for state in states])
    at = {**times, **dict(connection.execute(query, (wanted,)).fetchall())}
    dated: list[tuple[int | None, Article]] = []
    until: int | None = None
    for state in reversed(states):
        article = article_of(state.record, identity.encode())
        dated.append((at[state.revision] if state.revision == until else None, article))
        until = state.until
    return edits_of(dated)


def listed(connection: Connection, last: tuple[int, str], upto: int, limit: int) -> list[Update]:
    """The next updates after `last` (revision, id), up to a revision, in order, without cancelled ones."""
    rows = connection.execute(
        "SELECT until, id, v.revision FROM versions v JOIN revisions r ON r.revision = v.until "
        "WHERE (until, id) > (?, ?) AND until <= ? AND r.kind = 'index' "
        f"{_NOT_CANCELLED} ORDER BY until, id LIMIT ?",
        (*last, upto, limit),
    )
    return [Update(*typed(row, int, str, int)) for row in rows]


def pair(connection: Connection, update: Update) -> tuple[Version, Version] | None:
    """The versions before and after an update; None if one of them is not kept any more."""
    found = versions.between(connection, update.identity, update.revision, update.until)
    return (found[0], found[1]) if len(found) == 2 else None
