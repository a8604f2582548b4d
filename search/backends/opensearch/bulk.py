"""Many writes in one request, each repeated as long as the cluster has too much to do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from search.backends.opensearch.client import Answer, Cluster
from search.backends.opensearch.pauses import Pauses
from search.errors import ArchiveUnavailable

PATIENCE_SECONDS = 120.0
"""How long a write is repeated that the cluster refuses, until another node takes over."""

BATCH_BYTES = 8 << 20
"""A request is sent once it has this many bytes; the server takes 100 MB."""

_REFUSED = (429, 503)
"""Too much to do; no node has the part of the index at the moment."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write: its action, such as {"index": {"_id": "a"}}, and the document, which a deletion lacks."""

    action: Answer
    document: Answer | None = None

    def lines(self) -> bytes:
        """The write as a bulk request has it."""
        document = b"" if self.document is None else orjson.dumps(self.document) + b"\n"
        return orjson.dumps(self.action) + b"\n" + document


def write_all(cluster: Cluster, alias: str, writes: Sequence[Write]) -> list[int]:
    """Send writes to the index that an alias names; the status of each, in their order.

    A conflict (409) is a status, too, and so is a document to delete that is not there (404). Raises
    `Blocked` and `Missing` where the index takes no writes or is gone, `ArchiveFull`, `ArchiveUnavailable`
    and `ArchiveError`. After an error some may be done; all can be sent again.
    """
    statuses = [0] * len(writes)
    left = list(range(len(writes)))
    until, pauses = time.monotonic() + PATIENCE_SECONDS, Pauses()
    while left:
        refused: list[int] = []
        reason = ""
        for numbers, body in _requests(writes, left):
            for number, told in zip(numbers, _sent(cluster, alias, body), strict=True):
                statuses[number], error = told["status"], told.get("error")
                if error is None or told["status"] == 409:
                    continue
                if told["status"] not in _REFUSED or error.get("type") == "cluster_block_exception":
                    raise cluster.told(told["status"], {"error": error})
                refused.append(number)
                reason = str(error.get("type"))
        left = refused
        if left and time.monotonic() > until:
            raise ArchiveUnavailable(
                f"the cluster refused writes for {PATIENCE_SECONDS:g} seconds ({reason}); try again later",
                cluster.location,
            )
        if left:
            pauses.wait()
    return statuses


def _requests(writes: Sequence[Write], numbers: Sequence[int]) -> list[tuple[list[int], bytes]]:
    """The bodies of requests, of a good size, for the writes with these numbers."""
    found: list[tuple[list[int], bytes]] = []
    some: list[int] = []
    lines: list[bytes] = []
    size = 0
    for number in numbers:
        own = writes[number].lines()
        some.append(number)
        lines.append(own)
        size += len(own)
        if size > BATCH_BYTES:
            found.append((some, b"".join(lines)))
            some, lines, size = [], [], 0
    return [*found, (some, b"".join(lines))] if some else found


def _sent(cluster: Cluster, alias: str, body: bytes) -> list[Answer]:
    params = {"require_alias": "true", "filter_path": "items.*.error,items.*.status"}
    answer = cluster.attempt("POST", f"/{alias}/_bulk", body, params=params)
    return [told for item in answer["items"] for told in item.values()]
