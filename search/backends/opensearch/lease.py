"""Who replaces the index of an archive: one process at a time, as a note that it renews while it works.

A process that dies leaves its note, and perhaps the index closed to writers. Who sees that the note has not
been renewed for `ABANDONED_SECONDS` takes it over; clocks are not compared.
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from search.backends.evaluate.columns import microseconds, moment
from search.backends.opensearch.client import Cluster, Conflict, Missing
from search.backends.opensearch.layout import notes_alias
from search.errors import ArchiveLocked

ABANDONED_SECONDS = 45.0
"""A note that was not renewed for this time can be taken over."""

RENEWED_SECONDS = 5.0

_ID = "rebuild"

_ACTIVE: set[str] = set()
"""The names of the leases that this process holds."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds the lease, and the state of its note."""

    name: str
    at: int
    seq_no: int
    primary_term: int

    @property
    def process(self) -> tuple[str, str]:
        """The machine and the number of the process."""
        host, pid, _ = (*self.name.split(":"), "", "")[:3]
        return host, pid

    def locked(self, location: object) -> ArchiveLocked:
        """The error for another process that wants to rebuild."""
        host, pid = self.process
        since = moment(self.at)
        written = None if since is None else f"{since:%Y-%m-%d %H:%M:%S}Z"
        return ArchiveLocked(location, int(pid) if pid.isdecimal() else None, host or None, written)


def holder(cluster: Cluster) -> Holder | None:
    """The process that holds the lease; None if it is free."""
    try:
        told = cluster.call("GET", f"/{notes_alias(cluster.location)}/_doc/{_ID}")
    except Missing:
        return None
    source: dict[str, Any] = told["_source"]
    return Holder(source["holder"], source["at"], told["_seq_no"], told["_primary_term"])


class Lease:
    """The right to replace the index. Raises `ArchiveLocked` while another process has it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex}"
        self._path = f"/{notes_alias(cluster.location)}"
        self._held = self._taken()
        _ACTIVE.add(self._name)
        self._renewed = time.monotonic()

    def _taken(self) -> Holder:
        known = holder(self._cluster)
        if known is None:
            return self._written(None)
        if not _is_dead(known):
            until = time.monotonic() + ABANDONED_SECONDS
            while time.monotonic() < until:
                time.sleep(1.0)
                now = holder(self._cluster)
                if now is None:
                    return self._written(None)
                if now != known:
                    raise now.locked(self._cluster.location)
        return self._written(known)

    def _written(self, before: Holder | None) -> Holder:
        name, at = self._name, microseconds(datetime.now(UTC))
        body = {"kind": "rebuild", "holder": name, "at": at}
        params = {"op_type": "create"}
        if before is not None:
            params = {"if_seq_no": str(before.seq_no), "if_primary_term": str(before.primary_term)}
        try:
            told = self._cluster.call("PUT", f"{self._path}/_doc/{_ID}", body, params=params)
        except Conflict:
            known = holder(self._cluster)
            if known is not None and (known.name, known.at) == (name, at):  # the answer was lost
                return known
            raise (known or Holder("", at, 0, 0)).locked(self._cluster.location) from None
        return Holder(name, at, told["_seq_no"], told["_primary_term"])

    def renew(self, *, now: bool = False) -> None:
        """Say that the holder is alive, unless it has said so just now."""
        if now or time.monotonic() - self._renewed > RENEWED_SECONDS:
            self._held = self._written(self._held)
            self._renewed = time.monotonic()

    def release(self) -> None:
        """Give the right back."""
        _ACTIVE.discard(self._name)
        params = {"if_seq_no": str(self._held.seq_no), "if_primary_term": str(self._held.primary_term)}
        try:
            self._cluster.call("DELETE", f"{self._path}/_doc/{_ID}", params=params)
        except (Missing, Conflict):  # it was taken over
            return


def _is_dead(known: Holder) -> bool:
    """True if the holder was a process of this machine that is there no more."""
    host, pid = known.process
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(pid) == os.getpid() and known.name not in _ACTIVE


class ClosedIndex:
    """Watches an index that is closed to writers; opens it again if the process that closed it is dead."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._seen: Holder | None = None
        self._since = time.monotonic()

    def look(self, index: str) -> None:
        """Look at the note of the process; open the index if it was not renewed for `ABANDONED_SECONDS`."""
        known = holder(self._cluster)
        if known != self._seen:
            self._seen, self._since = known, time.monotonic()
        if time.monotonic() - self._since < ABANDONED_SECONDS and not (known and _is_dead(known)):
            return
        if known is not None:  # so that the process, should it go on, finds that it has lost the lease
            params = {"if_seq_no": str(known.seq_no), "if_primary_term": str(known.primary_term)}
            try:
                path = f"/{notes_alias(self._cluster.location)}/_doc/{_ID}"
                self._cluster.call("DELETE", path, params=params)
            except (Missing, Conflict):
                return
        set_writable(self._cluster, index)


def set_writable(cluster: Cluster, index: str) -> None:
    """Let an index take writes again."""
    cluster.call("PUT", f"/{index}/_settings", {"index.blocks.write": None})
