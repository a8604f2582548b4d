"""Who replaces the index of an archive: one process at a time, as a note that it renews while it works.

A process that dies leaves its note, and perhaps the index closed to writers. Another process that sees the
note unchanged for `ABANDONED_SECONDS` takes it over, or opens the index; clocks are not compared. A process
that only stood still finds then that the alias of the closed index is gone, and gives up.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from search.backends.evaluate.columns import microseconds, moment
from search.backends.opensearch.client import Cluster, Conflict, Missing
from search.backends.opensearch.layout import notes_alias
from search.errors import ArchiveLocked, ArchiveReadOnly, ArchiveUnavailable

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
    def parts(self) -> tuple[str, str, str]:
        """The machine, the number of the process, the token of its lease."""
        machine, pid, token = (*self.name.split(" "), "", "")[:3]
        return machine, pid, token

    def locked(self, location: object) -> ArchiveLocked:
        """The error for another process that wants to rebuild."""
        machine, pid, _ = self.parts
        since = moment(self.at)
        written = None if since is None else f"{since:%Y-%m-%d %H:%M:%S}Z"
        return ArchiveLocked(
            location, int(pid) if pid.isdecimal() else None, machine.split("/")[0] or None, written
        )


def holder(cluster: Cluster) -> Holder | None:
    """The process that holds the lease; None if it is free."""
    try:
        told = cluster.attempt("GET", f"/{notes_alias(cluster.location)}/_doc/{_ID}")
    except Missing:
        return None
    source: dict[str, Any] = told["_source"]
    return Holder(source["holder"], source["at"], told["_seq_no"], told["_primary_term"])


class Lease:
    """The right to replace the index. Raises `ArchiveLocked` while another process has it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.token = uuid4().hex[:8]
        self._name = f"{_machine()} {os.getpid()} {self.token}"
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
        params["require_alias"] = "true"
        try:
            told = self._cluster.attempt("PUT", f"{self._path}/_doc/{_ID}", body, params=params)
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
            self._cluster.attempt("DELETE", f"{self._path}/_doc/{_ID}", params=params)
        except (Missing, Conflict):  # it was taken over
            return


class ClosedIndex:
    """Watches an index that is closed to writers; opens it again if the process that closed it is dead."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._seen: Holder | None = None
        self._since = time.monotonic()

    def look(self, index: str) -> bool:
        """True if the index is closed; it is opened if the process did not renew its note for long enough.

        Raises `ArchiveReadOnly` where an operator has closed it.
        """
        if not fences_of(self._cluster, index):
            told = self._cluster.call("GET", f"/{index}/_settings", params={"flat_settings": "true"})
            if told[index]["settings"].get("index.blocks.write") == "true":
                raise ArchiveReadOnly(
                    f"{index} takes no writes, as index.blocks.write is set; to change that, set it to null",
                    index,
                )
            return False
        known = holder(self._cluster)
        if known != self._seen:
            self._seen, self._since = known, time.monotonic()
        if time.monotonic() - self._since >= ABANDONED_SECONDS or (known is not None and _is_dead(known)):
            open_to_writers(self._cluster, index)
        return True


def close_to_writers(cluster: Cluster, index: str, token: str) -> None:
    """Close an index to writers until it is opened, or another one takes its place.

    In one step the alias `fence` comes and the alias for writing goes, and they change places again when the
    index is opened. So as long as the fence is there, nothing that begins later is written. The block is for
    writes that are under way.
    """
    actions = [
        {"add": {"index": index, "alias": fence(index, token)}},
        {"remove": {"index": index, "alias": f"{index}.write", "must_exist": False}},
    ]
    cluster.call("POST", "/_aliases", {"actions": actions})
    for _ in range(2):
        told = cluster.call("PUT", f"/{index}/_block/write")  # returns when no write is under way
        if told["acknowledged"] and told["shards_acknowledged"]:
            return
        # If the answer was lost and this is the second, it does not say that no write is under way.
        cluster.call("PUT", f"/{index}/_settings", {"index.blocks.write": None})
    raise ArchiveUnavailable(f"{index} could not be closed to writers on each node", cluster.location)


def open_to_writers(cluster: Cluster, index: str, token: str | None = None) -> None:
    """Let an index take writes again that a process has closed: the one with this token, or whichever has."""
    fences = [each for each in fences_of(cluster, index) if token is None or each == fence(index, token)]
    if not fences:  # an operator may have closed it
        return
    cluster.call("PUT", f"/{index}/_settings", {"index.blocks.write": None})
    actions = [
        {"remove": {"index": index, "aliases": fences, "must_exist": True}},
        {"add": {"index": index, "alias": f"{index}.write"}},
    ]
    with suppress(Missing):  # another process has opened it
        cluster.attempt("POST", "/_aliases", {"actions": actions})


def fences_of(cluster: Cluster, index: str) -> list[str]:
    """The aliases of rebuilds that have closed an index; without one an operator has closed it."""
    aliases = cluster.call("GET", f"/{index}/_alias")[index]["aliases"]
    return [alias for alias in aliases if alias.startswith(fence(index, ""))]


def fence(index: str, token: str) -> str:
    """The alias of an index that is closed to writers."""
    return f"{index}.closed-{token}"


def _is_dead(known: Holder) -> bool:
    """True if the holder was a process of this machine that is there no more."""
    machine, pid, _ = known.parts
    if machine != _machine() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(pid) == os.getpid() and known.name not in _ACTIVE


@cache
def _machine() -> str:
    """A name of this machine, or of the container, in which numbers of processes mean something."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        boot, namespace = uuid4().hex, ""  # so that no process of before seems to be dead
    return f"{socket.gethostname()}/{boot}/{namespace}".replace(" ", "-")
