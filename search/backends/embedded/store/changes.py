"""One transaction of the store: it puts articles in, takes them out, and keeps the versions it replaces."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple

from search.article import TIMES_BESIDE, Article
from search.backends.embedded.store.layout import MAX_REVISION
from search.backends.embedded.store.rows import BadRow, digest_of, packed, record_of, typed, unpacked
from search.backends.embedded.store.updates import edits_of_each, first_seen, seen_at
from search.backends.embedded.store.versions import microseconds_of, moment_of
from search.changes import Edits
from search.engine import Added

Kind = Literal["create", "upgrade", "index", "delete", "withdraw", "forget"]

MAX_CHAIN_VERSIONS = 16
"""One in this many versions of an article stands alone, so that few have to be unpacked to read one."""

_GONE = bytes(32)


def first_digest(archive: str) -> bytes:
    """The digest of the history of an archive that nothing has happened in."""
    return sha256(archive.encode()).digest()


class History:
    """The digest of a revision while it is made."""

    def __init__(self, before: bytes, revision: int, at: int, kind: Kind) -> None:
        self._hash = sha256(before + revision.to_bytes(8, "big") + at.to_bytes(8, "big") + kind.encode())

    def add(self, identity: str, digest: bytes | None) -> None:
        """Add an article that now has this digest, or that was taken out (None)."""
        self._hash.update(sha256(identity.encode()).digest() + (digest or _GONE))

    def digest(self) -> bytes:
        """The digest of everything added."""
        return self._hash.digest()


@dataclass(frozen=True, slots=True)
class Change:
    """The outcome of `put`: the articles that were put in, the revision of each, and the counts, with ids."""

    articles: tuple[Article, ...]
    revisions: tuple[int, ...]
    counts: Added


class _New(NamedTuple):
    article: Article
    record: bytes
    digest: bytes


class _Old(NamedTuple):
    revision: int
    digest: bytes
    record: bytes


class Changes:
    """The changes of one transaction.

    `revision` is the last that it makes, None as long as nothing has changed. It makes several
    revisions where an article is changed more than once, so that each state of it is kept.
    """

    def __init__(self, cursor: sqlite3.Cursor, now: int) -> None:
        self._cursor, self._now = cursor, now
        self._open: tuple[int, int, Kind, History] | None = None  # the revision that is being made
        self._touched: set[str] = set()  # by it
        self.revision: int | None = None

    def put(self, articles: Sequence[Article]) -> Change:
        """Store the articles one after the other; an article that changes nothing is left as it is."""
        ids = [article.id for article in articles]
        stored, withdrawn = self._stored(ids), self._withdrawn(ids)
        unchanged = older = cancelled = 0
        waiting: dict[str, _New] = {}
        made: list[Article] = []
        revisions: list[int] = []
        added: list[str] = []
        replaced: list[str] = []

        def write() -> None:
            new, old, same = self._put(waiting)
            made.extend(new)
            if new and self._open is not None:
                revisions.extend([self._open[0]] * len(new))
            before = set(old)
            added.extend(article.id for article in new if article.id not in before)
            replaced.extend(old)
            nonlocal unchanged
            unchanged += same
            waiting.clear()

        for article in articles:
            identity, version = article.id, article.version
            known, digest = stored.get(identity, (None, None))
            if identity in withdrawn:
                last = withdrawn[identity]
                if version is None or last is None or version <= last:
                    cancelled += 1
                    continue
                del withdrawn[identity]
            if version is not None and known is not None and version < known:
                older += 1
                continue
            record = record_of(article)
            if (own := digest_of(record)) == digest:
                unchanged += 1
                continue
            if identity in waiting:
                write()
            waiting[identity] = _New(article, record, own)
            stored[identity] = version if version is not None else known, own
        write()
        counts = Added(
            added=len(added),
            updated=len(replaced),
            unchanged=unchanged,
            older=older,
            withdrawn=cancelled,
            added_ids=tuple(added),
            updated_ids=tuple(replaced),
        )
        return Change(tuple(made), tuple(revisions), counts)

    def _put(self, waiting: Mapping[str, _New]) -> tuple[list[Article], list[str], int]:
        """Put in what is waiting: the articles, the ids they replace, how many change nothing."""
        if not waiting:
            return [], [], 0
        old = self._old(waiting)
        same = {i for i in old if _content(old[i].record) == _content(waiting[i].record)}
        new = {identity: each for identity, each in waiting.items() if identity not in same}
        if not new:
            return [], [], len(same)
        replaced = [identity for identity in new if identity in old]
        revision, at, history = self._revised("index", new)
        came, before = moment_of(at), self.first_seen([identity for identity in new if identity not in old])
        self._keep([(i, old[i], new[i].record) for i in replaced], revision)
        self._cursor.executemany(
            "INSERT INTO articles (id, revision, came, first_seen, version, digest, document) "
            "VALUES (:id, :revision, :revision, :seen, :version, :digest, :document) "
            "ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, "
            "version = coalesce(excluded.version, version), "
            "digest = excluded.digest, document = excluded.document",
            [
                {
                    "id": identity,
                    "revision": revision,
                    "seen": microseconds_of(before.get(identity) or seen_at(came, each.article)),
                    "version": each.article.version,
                    "digest": each.digest,
                    "document": packed(each.record),
                }
                for identity, each in new.items()
            ],
        )
        for table in ("tombstones", "withdrawn"):
            self._cursor.executemany(f"DELETE FROM {table} WHERE id = ?", [(identity,) for identity in new])
        for identity, each in new.items():
            history.add(identity, each.digest)
        return [each.article for each in new.values()], replaced, len(same)

    def delete(self, identities: Iterable[str]) -> tuple[str, ...]:
        """Take articles out, and keep their last versions; return the ids that were there."""
        return self._remove(list(identities), "delete")

    def withdraw(self, cancelled: Mapping[str, int | None]) -> tuple[str, ...]:
        """Take out articles that a wire cancels, given the version of each cancelling, if it has one.

        An article with one of these ids is not put in again, unless it has a higher version.
        """
        before = self._withdrawn(cancelled)
        new = {i: v for i, v in cancelled.items() if i not in before or _is_above(v, before[i])}
        gone = self._remove(list(cancelled), "withdraw", also=new)
        if new:
            assert self._open is not None
            self._cursor.executemany(
                "INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?)",
                [(identity, self._open[0], version) for identity, version in new.items()],
            )
            for identity in new:
                self._open[3].add(f"withdrawn {identity}", str(new[identity]).encode())
        return gone

    def forget(self, identities: Iterable[str]) -> tuple[str, ...]:
        """Erase articles, their versions, cancellings and deliveries; return the ids that were there."""
        wanted = json.dumps(list(identities))
        known = self._cursor.execute(
            "SELECT value FROM json_each(?) WHERE value IN (SELECT id FROM articles) "
            "OR value IN (SELECT id FROM versions) OR value IN (SELECT id FROM withdrawn) "
            "OR value IN (SELECT id FROM told) ORDER BY value",
            (wanted,),
        ).fetchall()
        found = [identity for (identity,) in known]
        if found:
            revision, _, history = self._revised("forget", found)
            self._bury(found, revision)
            for table in ("articles", "versions", "withdrawn", "delivered", "told"):
                self._cursor.executemany(f"DELETE FROM {table} WHERE id = ?", known)
            for identity in found:
                history.add(identity, None)
        return tuple(found)

    def _remove(self, identities: Sequence[str], kind: Kind, also: Iterable[str] = ()) -> tuple[str, ...]:
        old = self._old(identities)
        if old or (also := list(also)):
            revision, _, history = self._revised(kind, old)
            self._keep([(identity, each, None) for identity, each in old.items()], revision)
            self._cursor.executemany("DELETE FROM articles WHERE id = ?", [(identity,) for identity in old])
            self._bury(old, revision)
            for identity in old:
                history.add(identity, None)
        return tuple(old)

    def _bury(self, identities: Iterable[str], revision: int) -> None:
        self._cursor.executemany(
            "INSERT OR REPLACE INTO tombstones VALUES (?, ?)", [(each, revision) for each in identities]
        )

    def _keep(self, replaced: Sequence[tuple[str, _Old, bytes | None]], until: int) -> None:
        """Keep what is replaced as versions that were current until this revision."""
        kept: dict[str, int] = dict(
            self._cursor.execute(
                "SELECT id, sum(revision > coalesce((SELECT max(w.revision) FROM versions w "
                "WHERE w.id = v.id AND w.whole), 0)) FROM versions v "
                "WHERE id IN (SELECT value FROM json_each(?)) GROUP BY id",
                (json.dumps([identity for identity, _, _ in replaced]),),
            ).fetchall()
        )
        rows = []
        for identity, old, successor in replaced:
            if kept.get(identity, 0) % MAX_CHAIN_VERSIONS == MAX_CHAIN_VERSIONS - 1:
                successor = None
            document = packed(old.record, successor)
            rows.append((identity, old.revision, until, successor is None, old.digest, document))
        self._cursor.executemany("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)", rows)

    # --- revisions ------------------------------------------------------------------------------

    def _revised(self, kind: Kind, touching: Iterable[str]) -> tuple[int, int, History]:
        """The unfinished revision, or a new one if that is of another kind or has one of these ids."""
        ids = set(touching)
        if self._open is not None and (self._open[2] != kind or not self._touched.isdisjoint(ids)):
            self.finish()
        if self._open is None:
            last, at, digest = self._cursor.execute(
                "SELECT revision, at, digest FROM revisions ORDER BY revision DESC LIMIT 1"
            ).fetchone()
            if not isinstance(at, int) or not 0 <= at < MAX_REVISION or not isinstance(digest, bytes):
                raise BadRow("the last revision is not one")
            at = max(self._now, at + 1)
            self._open = last + 1, at, kind, History(digest, last + 1, at, kind)
        self._touched |= ids
        revision, at, _, history = self._open
        return revision, at, history

    def edits(self, identities: Sequence[str]) -> dict[str, Edits]:
        """The updates of each of these articles that has been updated, also in this transaction."""
        times = {} if self._open is None else {self._open[0]: self._open[1]}
        return edits_of_each(self._cursor, identities, times=times)

    def first_seen(self, identities: Sequence[str]) -> dict[str, datetime]:
        """When each of these articles first came, also in this transaction."""
        return first_seen(self._cursor, identities)

    def finish(self) -> None:
        """Store the unfinished revision, if there is one; the next change begins another."""
        if self._open is not None:
            self.revision, at, kind, history = self._open
            self._cursor.execute(
                "INSERT INTO revisions VALUES (?, ?, ?, ?)", (self.revision, at, kind, history.digest())
            )
        self._open = None
        self._touched.clear()

    # --- what there is --------------------------------------------------------------------------

    def _stored(self, identities: Sequence[str]) -> dict[str, tuple[int | None, bytes]]:
        """The wire's version and the digest of each of these articles that is there."""
        rows = self._cursor.execute(
            "SELECT id, version, digest FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(identities),),
        )
        found = (typed(row, str, int | None, bytes) for row in rows)
        return {identity: (version, digest) for identity, version, digest in found}

    def _withdrawn(self, identities: Iterable[str]) -> dict[str, int | None]:
        """The ids among these that a wire has cancelled, each with the version of the cancelling."""
        rows = self._cursor.execute(
            "SELECT id, version FROM withdrawn WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(identities)),),
        )
        return dict(typed(row, str, int | None) for row in rows)

    def _old(self, identities: Iterable[str]) -> dict[str, _Old]:
        """The rows of these articles that are there, in the order in which they first came.

        Raises `BadRow`: a damaged article is not kept as if it were whole.
        """
        rows = self._cursor.execute(
            "SELECT id, revision, digest, CAST(document AS BLOB) FROM articles "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY number",
            (json.dumps(list(identities)),),
        ).fetchall()
        found = (typed(row, str, int, bytes, bytes) for row in rows)
        return {
            i: _Old(revision, digest, unpacked(document, digest)) for i, revision, digest, document in found
        }


def _is_above(version: int | None, other: int | None) -> bool:
    """True if a cancelling covers more versions than the other; None covers every version."""
    return other is not None and (version is None or version > other)


def _content(record: bytes) -> object:
    """The part of a record whose change makes a new version: all except `TIMES_BESIDE`."""
    if not any(f'"{name}":'.encode() in record for name in TIMES_BESIDE):
        return record
    known = json.loads(record)
    for name in TIMES_BESIDE:
        known.pop(name, None)
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode()
