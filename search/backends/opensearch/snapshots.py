"""Backups of an archive on a cluster: snapshots in a repository that the cluster knows."""

from __future__ import annotations

import re
import time
from contextlib import closing

from search.backends.opensearch.client import Answer, Cluster, Missing
from search.backends.opensearch.creation import aliases_of, notes_name
from search.backends.opensearch.layout import Generation, exists
from search.backends.opensearch.location import ClusterLocation
from search.backends.opensearch.pauses import Pauses
from search.errors import ArchiveDamaged, ArchiveError, ArchiveExists, InvalidRequest

BESIDE = ".beside"

PATIENCE_SECONDS = 60.0
"""How long nothing may be heard of a snapshot, and no node work on a shard to be restored."""

_ARTICLES = re.compile(r"news-([a-z0-9_-]+)\.(\d{6}(?:-[0-9a-f]{8})?)")


def take_snapshot(cluster: Cluster, known: Generation, target: str) -> None:
    """Take a snapshot of an archive as `target`, REPOSITORY/NAME; raises `ArchiveExists`, `ArchiveError`.

    A second one, NAME.beside, has the lexicon and the notes. It comes later, so that it has all that belongs
    to the articles of the first.
    """
    repository, name = _named(cluster, target)
    location = cluster.location
    parts = {
        f"{name}{BESIDE}": (known.lexicon, notes_name(location)),
        name: (known.index,),
    }
    for each in parts:
        if _snapshot(cluster, f"/_snapshot/{repository}/{each}") is not None:
            raise ArchiveExists(f"there is a snapshot {each!r} in {repository!r} already", location)
    for each, indexes in reversed(parts.items()):
        body = {"indices": ",".join(indexes), "include_global_state": False, "partial": False}
        path = f"/_snapshot/{repository}/{each}"
        try:
            cluster.call("PUT", path, body, params={"wait_for_completion": "false"})
        except ArchiveError:
            if _snapshot(cluster, path) is None:  # else the answer to an earlier request was lost
                raise
        told = _finished(cluster, path)
        if told["state"] != "SUCCESS":
            raise ArchiveError(
                f"the snapshot {each!r} is not whole ({told['state']}: {told.get('reason', '')}); remove it, "
                "and take another one",
                location,
            )


def restore(location: ClusterLocation, source: str) -> None:
    """Make the archive at `location`, whatever its name, from a snapshot, REPOSITORY/NAME.

    Raises `ArchiveExists` where there is an archive, and `ArchiveDamaged` for a snapshot that is not whole.
    """
    with closing(Cluster(location)) as cluster:
        cluster.check_version()
        repository, name = _named(cluster, source)
        names = [name, f"{name}{BESIDE}"]
        told = [_snapshot(cluster, f"/_snapshot/{repository}/{each}") for each in names]
        whole = [each for each in told if each is not None and each["state"] == "SUCCESS"]
        if told[0] is None:
            raise InvalidRequest(f"there is no snapshot {name!r} in {repository!r}")
        indexes = [index for each in whole for index in each["indices"]]
        named = [read for index in indexes if (read := _ARTICLES.fullmatch(index))]
        if len(whole) < 2 or len(named) != 1 or len(indexes) != 3:
            raise ArchiveDamaged(f"the snapshot {name!r} is not a whole archive", location)
        before, number = named[0][1], named[0][2]
        index = f"{location.alias}.{number}"
        aliases = aliases_of(location, index)
        if any(exists(cluster, each) for each in (location.alias, *aliases)):
            raise ArchiveExists(f"there is an archive at {location}, or a part of one", location)
        for each, snapshot in zip(names, whole, strict=True):
            body = {
                "indices": f"news-{before}.*",
                "include_aliases": False,
                "rename_pattern": rf"^news-{before}\.",
                "rename_replacement": f"{location.alias}.",
            }
            path = f"/_snapshot/{repository}/{each}/_restore"
            try:
                cluster.call("POST", path, body, params={"wait_for_completion": "false"})
            except ArchiveError:
                made = [
                    index.replace(f"news-{before}.", f"{location.alias}.", 1) for index in snapshot["indices"]
                ]
                if not all(exists(cluster, index) for index in made):  # else the answer was lost
                    raise
        for each in aliases:
            _wait_for(cluster, each)
        actions = [{"add": {"index": each, "alias": alias}} for each, own in aliases.items() for alias in own]
        cluster.call("POST", "/_aliases", {"actions": actions})


def _finished(cluster: Cluster, path: str) -> Answer:
    """The state of a snapshot when it is finished."""
    pauses = Pauses()
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        told = _snapshot(cluster, path)
        if told is not None and told["state"] not in ("IN_PROGRESS", "STARTED"):
            return told
        if told is not None:
            until = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > until:
            raise ArchiveError(f"{path} is gone before it was finished; take another one", cluster.location)
        pauses.wait()


def _wait_for(cluster: Cluster, index: str) -> None:
    """Wait until each shard of an index is restored; raises `ArchiveDamaged` for one that no node takes."""
    params = {"format": "json", "h": "prirep,state"}
    pauses, until = Pauses(), time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            shards = cluster.attempt("GET", f"/_cat/shards/{index}", params=params)
        except Missing:
            shards = []
        primaries = [each for each in shards if each["prirep"] == "p"]
        if primaries and all(each["state"] == "STARTED" for each in primaries):
            return
        if any(each["state"] in ("INITIALIZING", "RELOCATING") for each in primaries):
            until = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > until:
            raise ArchiveDamaged(
                f"no node takes a shard of {index} to restore it; see the log of the cluster, and remove it",
                cluster.location,
            )
        pauses.wait()


def _named(cluster: Cluster, target: str) -> tuple[str, str]:
    """The repository and the name of a snapshot; raises `InvalidRequest`."""
    repository, _, name = target.strip("/").rpartition("/")
    if not re.fullmatch(r"[\w.-]+", repository) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise InvalidRequest(
            "the backup of an archive on OpenSearch is a snapshot: give REPOSITORY/NAME, in lower case, of a "
            "repository that the cluster knows (docs/opensearch.md)"
        )
    try:
        cluster.attempt("GET", f"/_snapshot/{repository}")
    except Missing:
        raise InvalidRequest(
            f"the cluster knows no repository {repository!r}; docs/opensearch.md says how to make one"
        ) from None
    return repository, name


def _snapshot(cluster: Cluster, path: str) -> Answer | None:
    """The state of a snapshot; None if it is not there."""
    try:
        found: Answer = cluster.attempt("GET", path)["snapshots"][0]
    except Missing:
        return None
    return found
