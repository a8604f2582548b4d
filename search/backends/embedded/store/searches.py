"""The saved searches of a store, and what they have delivered."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from search.backends.embedded.store.history import StoredHistory
from search.backends.embedded.store.layout import SEARCHES_FORMAT
from search.backends.embedded.store.rows import typed
from search.backends.embedded.store.versions import Connection, moment_of
from search.engine import StoredDelivery, StoredEntry, StoredSearch
from search.errors import InvalidRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ENTRY = "delivery, search, id, revision, reason, copies, earlier, entry"
_SHOWN = "id NOT IN (SELECT id FROM withdrawn)"
_WANTED = f"+search IN (SELECT value FROM json_each(:names)) AND NOT earlier AND {_SHOWN}"
_FIRST = (
    f"{_WANTED} AND delivery <= :upto AND NOT EXISTS (SELECT 1 FROM delivered e WHERE e.search = d.search "
    f"AND e.copies = d.copies AND e.delivery = d.delivery AND e.place < d.place AND e.{_SHOWN})"
)
"""The first article of each group of copies in a delivery."""

_OF_ANOTHER_TYPE = """
    SELECT 'searches' FROM searches WHERE typeof(name) <> 'text' OR typeof(question) <> 'text'
        OR typeof(revision) <> 'integer' OR typeof(made) <> 'integer'
    UNION SELECT 'deliveries' FROM deliveries WHERE typeof(made) <> 'integer' OR typeof(searches) <> 'text'
        OR typeof(confirmed) <> 'integer'
    UNION SELECT 'delivered' FROM delivered WHERE typeof(search) <> 'text' OR typeof(id) <> 'text'
        OR typeof(revision) <> 'integer' OR typeof(reason) <> 'text' OR typeof(copies) <> 'text'
        OR typeof(earlier) <> 'integer' OR typeof(entry) <> 'text'
"""


class StoredSearches(ABC, StoredHistory):
    """Reads and writes the saved searches of a store."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[sqlite3.Cursor]:
        """Begin a transaction, which is kept if its block ends without an error."""

    def searches(self) -> tuple[StoredSearch, ...]:
        """The saved searches, by name."""
        if self.format < SEARCHES_FORMAT:
            return ()
        with self._translated():
            rows = self._connection.execute(
                "SELECT name, question, revision, made FROM searches ORDER BY name"
            ).fetchall()
            found = [typed(row, str, str, int, int) for row in rows]
            return tuple(
                StoredSearch(name, asked, last, moment_of(made)) for name, asked, last, made in found
            )

    def save_search(self, search: StoredSearch, *, replace: bool) -> None:
        """Keep a search; with `replace` also in place of one with its name, which has looked so far already.

        Raises `InvalidRequest` if there is one with its name.
        """
        with self._transaction() as cursor:
            known = cursor.execute("SELECT 1 FROM searches WHERE name = ?", (search.name,)).fetchone()
            if known and not replace:
                raise InvalidRequest(
                    f"there is a saved search {search.name!r} already; replace it, or choose another name"
                )
            cursor.execute(
                "INSERT INTO searches VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET question = excluded.question",
                (search.name, search.question, search.revision, _number(search.made)),
            )

    def remove_search(self, name: str) -> bool:
        """Erase a search with all that it has delivered; False if there is no such search."""
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM searches WHERE name = ?", (name,))
            known = bool(cursor.rowcount)
            cursor.execute("DELETE FROM delivered WHERE search = ?", (name,))
            cursor.execute("DELETE FROM deliveries WHERE delivery NOT IN (SELECT delivery FROM delivered)")
        return known

    def deliver(
        self,
        searches: Sequence[str],
        seen: Mapping[str, int],
        upto: int,
        made: datetime,
        entries: Sequence[StoredEntry],
    ) -> int | None:
        """Keep a delivery, and that searches have looked at all revisions up to `upto`: both or neither.

        Of the `searches` that were asked, `seen` names the ones that looked, each with the last revision that
        it had looked at. Return the number of the delivery; without entries there is no delivery, and the
        number is 0. None, and nothing is kept, if a search has looked meanwhile, or if a delivery for one of
        them waits to be confirmed.
        """
        number = 0
        with self._transaction() as cursor:
            known = dict(cursor.execute("SELECT name, revision FROM searches").fetchall())
            if any(known.get(name) != revision for name, revision in seen.items()):
                return None
            if _unconfirmed(cursor, seen) is not None:
                return None
            cursor.executemany(
                "UPDATE searches SET revision = ? WHERE name = ?", [(upto, name) for name in seen]
            )
            if entries:
                (number,) = cursor.execute("SELECT coalesce(max(delivery), 0) + 1 FROM deliveries").fetchone()
                cursor.execute(
                    "INSERT INTO deliveries VALUES (?, ?, ?, 0)",
                    (number, json.dumps([*searches]), _number(made)),
                )
                cursor.executemany(
                    "INSERT INTO delivered SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6 = 'new' AND EXISTS "
                    "(SELECT 1 FROM delivered WHERE search = ?3 AND copies = ?7 AND delivery < ?1), ?8",
                    [
                        (number, place, e.search, e.id, e.revision, e.reason, e.group, e.entry)
                        for place, e in enumerate(entries)
                    ],
                )
        return number

    def confirm(self, number: int) -> None:
        """Keep that a delivery was received."""
        with self._transaction() as cursor:
            cursor.execute("UPDATE deliveries SET confirmed = 1 WHERE delivery = ?", (number,))

    def unconfirmed(self, names: Collection[str]) -> int | None:
        """The first delivery for one of these searches that waits to be confirmed."""
        if self.format < SEARCHES_FORMAT:
            return None
        with self._translated():
            return _unconfirmed(self._connection, names)

    def last_delivery(self) -> int:
        """The number of the last delivery; 0 before the first."""
        if self.format < SEARCHES_FORMAT:
            return 0
        with self._translated():
            row = self._connection.execute("SELECT coalesce(max(delivery), 0) FROM deliveries").fetchone()
            return int(typed(row, int)[0])

    def delivery(self, number: int) -> StoredDelivery | None:
        """The delivery with this number."""
        if self.format < SEARCHES_FORMAT:
            return None
        with self._translated():
            query = "SELECT searches, made FROM deliveries WHERE delivery = ?"
            row = self._connection.execute(query, (number,)).fetchone()
            if row is None:
                return None
            searches, made = typed(row, str, int)
            rows = self._connection.execute(
                f"SELECT {_ENTRY} FROM delivered WHERE delivery = ? AND {_SHOWN} ORDER BY place", (number,)
            )
            names = tuple(json.loads(searches))
            return StoredDelivery(number, names, moment_of(made), tuple(_entries(rows)))

    def delivered(self, names: Collection[str], upto: int, limit: int) -> tuple[StoredEntry, ...]:
        """The articles of the last `limit` groups of copies delivered for these searches, up to a delivery.

        In the order in which they came, and perhaps some groups more, as whole deliveries are read.
        """
        if self.format < SEARCHES_FORMAT:
            return ()
        with self._translated():
            wanted = {"names": json.dumps(list(names)), "upto": upto, "limit": limit}
            rows = self._connection.execute(
                f"SELECT {_ENTRY} FROM delivered WHERE delivery BETWEEN (SELECT coalesce(min(delivery), 0) "
                f"FROM (SELECT delivery FROM delivered d WHERE {_FIRST} ORDER BY delivery DESC, place DESC "
                f"LIMIT :limit)) AND :upto AND {_WANTED} ORDER BY delivery, place",
                wanted,
            )
            return tuple(_entries(rows))

    def count_delivered(self) -> dict[str, tuple[int, int]]:
        """How many articles each search has delivered, and in how many deliveries."""
        if self.format < SEARCHES_FORMAT:
            return {}
        with self._translated():
            rows = self._connection.execute(
                "SELECT search, count(*), count(DISTINCT delivery) FROM delivered GROUP BY search"
            )
            return {name: (articles, times) for name, articles, times in rows}

    def damages_of_searches(self) -> Iterator[str]:
        """Yield the damages of the tables of saved searches; a sentence each."""
        if self.format >= SEARCHES_FORMAT:
            for (table,) in self._connection.execute(_OF_ANOTHER_TYPE):
                yield f"the table {table} has a value of another type than it was stored with"


def forget_group(cursor: sqlite3.Cursor, identity: str) -> None:
    """Give groups of copies that have the id of an erased article for their name the id of another one."""
    named = cursor.execute(
        "SELECT DISTINCT copies FROM delivered WHERE copies = ?1 "
        "OR (copies >= ?1 || '#' AND copies < ?1 || '$')",
        (identity,),
    ).fetchall()
    for (group,) in named:
        (other,) = cursor.execute("SELECT min(id) FROM delivered WHERE copies = ?", (group,)).fetchone()
        cursor.execute("UPDATE delivered SET copies = ? WHERE copies = ?", (other, group))


def _unconfirmed(connection: Connection, names: Collection[str]) -> int | None:
    (number,) = connection.execute(
        "SELECT min(delivery) FROM delivered "
        "WHERE delivery IN (SELECT delivery FROM deliveries WHERE NOT confirmed) "
        "AND +search IN (SELECT value FROM json_each(?))",
        (json.dumps(list(names)),),
    ).fetchone()
    return None if number is None else int(number)


def _entries(rows: sqlite3.Cursor) -> Iterator[StoredEntry]:
    for row in rows:
        number, search, identity, revision, reason, group, earlier, entry = typed(
            row, int, str, str, int, str, str, int, str
        )
        yield StoredEntry(search, identity, revision, reason, group, entry, bool(earlier), number)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
