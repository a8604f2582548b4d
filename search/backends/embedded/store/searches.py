"""The saved searches of a store, and what they have delivered.

Each function is given the connection of a store whose format has these tables, or the cursor of a
transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime

from search.backends.embedded.store.rows import typed
from search.backends.embedded.store.versions import Connection, microseconds_of, moment_of
from search.engine import Look, Mark, StoredDelivery, StoredEntry, StoredSearch
from search.errors import InvalidRequest

_SHOWN = "id NOT IN (SELECT id FROM withdrawn)"
_ENTRIES = (
    f"SELECT delivery, search, id, revision, reason, text, earlier, entry FROM delivered WHERE {_SHOWN} AND "
)

_OF_ANOTHER_TYPE = """
    SELECT 'searches' FROM searches WHERE typeof(name) <> 'text' OR typeof(question) <> 'text'
        OR typeof(made) <> 'integer' OR typeof(start) <> 'integer' OR typeof(revision) <> 'integer'
        OR typeof(came) <> 'integer' OR typeof(number) <> 'integer' OR typeof(articles) <> 'integer'
        OR typeof(deliveries) <> 'integer'
    UNION SELECT 'deliveries' FROM deliveries WHERE typeof(made) <> 'integer' OR typeof(searches) <> 'text'
        OR typeof(every) <> 'integer' OR typeof(confirmed) <> 'integer'
    UNION SELECT 'delivered' FROM delivered WHERE typeof(search) <> 'text' OR typeof(id) <> 'text'
        OR typeof(revision) <> 'integer' OR typeof(reason) <> 'text' OR typeof(text) <> 'integer'
        OR typeof(earlier) <> 'integer' OR typeof(entry) <> 'text'
    UNION SELECT 'told' FROM told WHERE typeof(search) <> 'text' OR typeof(id) <> 'text'
        OR typeof(fingerprint) <> 'blob'
    UNION SELECT 'articles' FROM articles WHERE typeof(came) <> 'integer'
"""


def saved(connection: Connection) -> tuple[StoredSearch, ...]:
    """The saved searches, by name."""
    found = []
    for row in connection.execute(
        "SELECT name, question, made, start, revision, came, number, articles, deliveries "
        "FROM searches ORDER BY name"
    ):
        name, question, made, start, *rest = typed(row, str, str, int, int, int, int, int, int, int)
        mark, counts = Mark(*rest[:3]), rest[3:]
        found.append(StoredSearch(name, question, moment_of(made), start, mark, *counts))
    return tuple(found)


def save(cursor: sqlite3.Cursor, search: StoredSearch, *, replace: bool) -> None:
    """Keep a search, which begins with the first revision whose time is known, or later.

    With `replace` its question takes the place of the one with its name. Raises `InvalidRequest` if there is
    one otherwise.
    """
    known = cursor.execute("SELECT 1 FROM searches WHERE name = ?", (search.name,)).fetchone()
    if known and not replace:
        raise InvalidRequest(
            f"there is a saved search {search.name!r} already; replace it, or choose another name"
        )
    (first,) = cursor.execute("SELECT min(revision) FROM revisions").fetchone()
    mark = Mark.at(max(search.start, first))
    cursor.execute(
        "INSERT INTO searches VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0) "
        "ON CONFLICT (name) DO UPDATE SET question = excluded.question",
        (
            search.name,
            search.question,
            microseconds_of(search.made),
            mark.revision,
            mark.revision,
            mark.came,
            mark.number,
        ),
    )


def remove(cursor: sqlite3.Cursor, name: str) -> bool:
    """Erase a search with all that it has delivered; False if there is no such search."""
    cursor.execute("DELETE FROM searches WHERE name = ?", (name,))
    known = bool(cursor.rowcount)
    for each in unconfirmed(cursor):  # so that the other searches can be asked for it
        others = [other for other in each.searches if other != name]
        cursor.execute(
            "UPDATE deliveries SET searches = ? WHERE delivery = ?", (json.dumps(others), each.number)
        )
    for table in ("delivered", "told"):
        cursor.execute(f"DELETE FROM {table} WHERE search = ?", (name,))
    cursor.execute("DELETE FROM deliveries WHERE delivery NOT IN (SELECT delivery FROM delivered)")
    return known


def deliver(cursor: sqlite3.Cursor, look: Look) -> int | None:
    """Keep the outcome of a look, as `Watching.deliver` says."""
    known = {each.name: _asked_by(each) for each in saved(cursor)}
    if any(known.get(name) != _asked_by(before) for name, (before, _) in look.marks.items()):
        return None
    cursor.executemany(
        "UPDATE searches SET revision = ?, came = ?, number = ? WHERE name = ?",
        [(mark.revision, mark.came, mark.number, name) for name, (_, mark) in look.marks.items()],
    )
    wanted = json.dumps([each.id for each in look.entries])
    rows = cursor.execute("SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?))", (wanted,))
    there = {identity for (identity,) in rows}
    entries = [each for each in look.entries if each.id in there]
    if not entries:
        return 0
    cursor.execute(
        "INSERT INTO deliveries (searches, every, made, confirmed) VALUES (?, ?, ?, 0)",
        (json.dumps(look.searches), int(look.all), microseconds_of(look.made)),
    )
    number = cursor.lastrowid
    assert number is not None
    cursor.executemany(
        "INSERT INTO delivered VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (number, place, e.search, e.id, e.revision, e.reason, e.text, int(e.earlier), e.entry)
            for place, e in enumerate(entries)
        ],
    )
    cursor.executemany(
        "INSERT OR REPLACE INTO told VALUES (?, ?, ?)", [(e.search, e.id, e.fingerprint) for e in entries]
    )
    cursor.execute(
        "UPDATE searches SET deliveries = deliveries + 1, articles = articles + "
        "(SELECT count(*) FROM delivered WHERE delivery = :number AND search = name) "
        "WHERE name IN (SELECT search FROM delivered WHERE delivery = :number)",
        {"number": number},
    )
    return number


def confirm(cursor: sqlite3.Cursor, number: int) -> None:
    """Keep that a delivery was received; raises `InvalidRequest` if none ever had this number."""
    cursor.execute("UPDATE deliveries SET confirmed = 1 WHERE delivery = ?", (number,))
    if not cursor.rowcount:
        row = cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'").fetchone()
        if not 0 < number <= (row[0] if row else 0):
            raise InvalidRequest(f"there is no delivery {number:,}")


def prune(cursor: sqlite3.Cursor, before: datetime) -> None:
    """Drop the confirmed deliveries made before a time; what each search has told stays known."""
    cursor.execute("DELETE FROM deliveries WHERE confirmed AND made < ?", (microseconds_of(before),))
    if cursor.rowcount:
        cursor.execute("DELETE FROM delivered WHERE delivery NOT IN (SELECT delivery FROM deliveries)")


def unconfirmed(connection: Connection) -> tuple[StoredDelivery, ...]:
    """The deliveries that wait to be confirmed, without their entries."""
    rows = connection.execute(
        "SELECT delivery, searches, every, made FROM deliveries WHERE NOT confirmed ORDER BY delivery"
    ).fetchall()
    return tuple(_delivery(row) for row in rows)


def last_delivery(connection: Connection) -> int:
    """The number of the last delivery; 0 without one."""
    row = connection.execute("SELECT coalesce(max(delivery), 0) FROM deliveries").fetchone()
    return int(typed(row, int)[0])


def delivery(connection: Connection, number: int) -> StoredDelivery | None:
    """The delivery with this number."""
    query = "SELECT delivery, searches, every, made FROM deliveries WHERE delivery = ?"
    row = connection.execute(query, (number,)).fetchone()
    if row is None:
        return None
    rows = connection.execute(f"{_ENTRIES} delivery = ? ORDER BY place", (number,))
    return _delivery(row, map(_entry, rows))


def delivered(
    connection: Connection, names: Collection[str], upto: int, limit: int
) -> tuple[StoredEntry, ...]:
    """The articles of the last texts delivered for these searches, as `Watching.delivered` says."""
    found: list[StoredEntry] = []
    for name in names:
        texts: set[tuple[int, int]] = set()
        query = f"{_ENTRIES} search = ? AND delivery <= ? AND NOT earlier ORDER BY delivery DESC, place DESC"
        for row in connection.execute(query, (name, upto)):
            entry = _entry(row)
            if len(texts) >= limit and entry.delivery != found[-1].delivery:
                break
            texts.add((entry.delivery, entry.text))
            found.append(entry)
    found.reverse()
    return tuple(sorted(found, key=lambda entry: (entry.delivery, entry.search)))


def told(connection: Connection, search: str, identities: Iterable[str]) -> set[str]:
    """The ids, of these, of articles that were delivered for a search, without cancelled ones."""
    rows = connection.execute(
        f"SELECT id FROM told WHERE search = ? AND id IN (SELECT value FROM json_each(?)) AND {_SHOWN}",
        (search, json.dumps([*identities])),
    )
    return {str(typed(row, str)[0]) for row in rows}


def told_texts(connection: Connection, search: str, fingerprints: Iterable[bytes]) -> set[bytes]:
    """The fingerprints, of these, of texts that were delivered for a search, without cancelled articles."""
    query = f"SELECT 1 FROM told WHERE search = ? AND fingerprint = ? AND {_SHOWN} LIMIT 1"
    return {each for each in fingerprints if each and connection.execute(query, (search, each)).fetchone()}


def damages(connection: Connection) -> tuple[str, ...]:
    """The damages of these tables; a sentence each."""
    return tuple(
        f"the table {table} has a value of another type than it was stored with"
        for (table,) in connection.execute(_OF_ANOTHER_TYPE)
    )


def _asked_by(search: StoredSearch) -> tuple[str, int, Mark]:
    """All that the outcome of a look depends on."""
    return search.question, search.start, search.mark


def _delivery(row: tuple[object, ...], entries: Iterable[StoredEntry] = ()) -> StoredDelivery:
    number, names, every, made = typed(row, int, str, int, int)
    return StoredDelivery(number, tuple(json.loads(names)), bool(every), moment_of(made), tuple(entries))


def _entry(row: tuple[object, ...]) -> StoredEntry:
    number, search, identity, revision, reason, text, earlier, entry = typed(
        row, int, str, str, int, str, int, int, str
    )
    return StoredEntry(search, identity, revision, reason, text, bool(earlier), entry, delivery=number)
