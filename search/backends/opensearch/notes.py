"""The notes of an archive: which ids a wire has cancelled, and which were deleted lately.

The second are for a rebuild, which may have copied an article before it was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from search.backends.opensearch.bulk import Write, write_all
from search.backends.opensearch.client import Answer, Cluster
from search.backends.opensearch.documents import server_id
from search.backends.opensearch.layout import notes_alias

PAGE = 1_000


class Notes:
    """The notes of the archive of `cluster`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._alias = cluster, notes_alias(cluster.location)

    def cancelled(self, ids: Sequence[str]) -> dict[str, int | None]:
        """The ids among these that a wire has cancelled, each with the version of the cancelling if any."""
        return {told["_source"]["id"]: told["_source"]["version"] for told in self._read(ids)}

    def every_cancelled(self) -> dict[str, int | None]:
        """All ids that a wire has cancelled."""
        return {note["id"]: note["version"] for notes in self._all("cancelled") for note in notes}

    def cancel(self, cancelled: Mapping[str, int | None]) -> None:
        """Note that a wire has cancelled ids; an earlier note stays if it covers more versions."""
        left = dict(cancelled)
        while left:
            writes = []
            known = {told["_source"]["id"]: told for told in self._read([*left])}
            for identity in list(left):
                told = known.get(identity)
                if told is not None and _covers(told["_source"]["version"], left[identity]):
                    del left[identity]
                    continue
                action: Answer = {"_id": _cancelled_id(identity)}
                if told is not None:
                    action |= {"if_seq_no": told["_seq_no"], "if_primary_term": told["_primary_term"]}
                document = {"kind": "cancelled", "id": identity, "version": left[identity]}
                writes.append(Write({"create" if told is None else "index": action}, document))
            statuses = write_all(self._cluster, self._alias, writes)
            for identity, status in zip(list(left), statuses, strict=True):
                if status != 409:  # else another writer was first: look again
                    del left[identity]

    def forget(self, ids: Sequence[str]) -> None:
        """Forget that ids were cancelled."""
        deletions = [Write({"delete": {"_id": _cancelled_id(identity)}}) for identity in ids]
        write_all(self._cluster, self._alias, deletions)

    def note_deletions(self, ids: Sequence[str], at: int) -> None:
        """Note that ids are deleted at a time, in microseconds; before they are."""
        write_all(
            self._cluster,
            self._alias,
            [
                Write(
                    {"index": {"_id": server_id(f"deleted {identity}")}},
                    {"kind": "deleted", "id": identity, "at": at},
                )
                for identity in ids
            ],
        )

    def deletions(self) -> Iterator[list[str]]:
        """Yield the ids that were deleted lately, a page at a time."""
        for notes in self._all("deleted"):
            yield [note["id"] for note in notes]

    def drop_deletions(self, before: int) -> None:
        """Drop the notes of deletions before a time, in microseconds."""
        own = [{"term": {"kind": "deleted"}}, {"range": {"at": {"lt": before}}}]
        body = {"query": {"bool": {"filter": own}}}
        params = {"conflicts": "proceed"}
        self._cluster.call("POST", f"/{self._alias}/_delete_by_query", body, params=params)

    def _read(self, ids: Sequence[str]) -> Iterator[Answer]:
        if not ids:
            return
        body = {"ids": [_cancelled_id(identity) for identity in ids]}
        for told in self._cluster.call("POST", f"/{self._alias}/_mget", body)["docs"]:
            if "error" in told:
                raise self._cluster.item_error(told["error"])
            if told.get("found"):
                yield told

    def _all(self, kind: str) -> Iterator[list[Answer]]:
        self._cluster.refresh(self._alias)
        body: dict[str, Any] = {"query": {"term": {"kind": kind}}, "size": PAGE, "sort": [{"id": "asc"}]}
        while hits := self._cluster.search_once(body, self._alias)["hits"]["hits"]:
            yield [hit["_source"] for hit in hits]
            body["search_after"] = hits[-1]["sort"]


def _covers(known: int | None, version: int | None) -> bool:
    """True if a cancelling covers all versions that another one covers; without a version it covers all."""
    return known is None or (version is not None and version <= known)


def _cancelled_id(identity: str) -> str:
    return server_id(f"cancelled {identity}")
