"""Backups of an archive on a cluster: snapshots in a repository that the cluster knows."""

from __future__ import annotations

import re
import time

from search.backends.opensearch.client import Answer, Cluster, Missing
from search.backends.opensearch.creation import aliases_of, notes_name
from search.backends.opensearch.layout import Generation, exists
from search.backends.opensearch.location import ClusterLocation
from search.errors import ArchiveDamaged, ArchiveError, ArchiveExists, InvalidRequest

_ARTICLES = re.compile(r"news-([a-z0-9_-]+)\.(\d{6})")


def take_snapshot(cluster: Cluster, known: Generation, target: str) -> None:
    """Take a snapshot of an archive as `target`, REPOSITORY/NAME; raises `ArchiveExists`, `ArchiveError`."""
    repository, name = _named(cluster, target)
    path = f"/_snapshot/{repository}/{name}"
    if _snapshot(cluster, path) is not None:
        raise ArchiveExists(f"there is a snapshot {name!r} in {repository!r} already", cluster.location)
    indices = ",".join((known.index, known.lexicon, notes_name(cluster.location)))
    body = {"indices": indices, "include_global_state": False, "partial": False}
    cluster.call("PUT", path, body, params={"wait_for_completion": "false"})
    pause = 0.1
    while (told := _snapshot(cluster, path)) is None or told["state"] in ("IN_PROGRESS", "STARTED"):
        time.sleep(pause)
        pause = min(2.0, 2 * pause)
    if told["state"] != "SUCCESS":
        raise ArchiveError(
            f"the snapshot {name!r} is not whole ({told['state']}: {told.get('reason', '')}); remove it, and "
            "take another one",
            cluster.location,
        )


def restore(location: ClusterLocation, source: str) -> None:
    """Make the archive at `location`, whatever its name, from a snapshot, REPOSITORY/NAME.

    Raises `ArchiveExists` where there is an archive, and `ArchiveDamaged` for a snapshot that is not whole.
    """
    cluster = Cluster(location)
    cluster.check_version()
    repository, name = _named(cluster, source)
    path = f"/_snapshot/{repository}/{name}"
    told = _snapshot(cluster, path)
    if told is None:
        raise InvalidRequest(f"there is no snapshot {name!r} in {repository!r}")
    named = [read for index in told["indices"] if (read := _ARTICLES.fullmatch(index))]
    if told["state"] != "SUCCESS" or len(named) != 1:
        raise ArchiveDamaged(f"the snapshot {name!r} is not a whole archive ({told['state']})", location)
    before, number = named[0][1], named[0][2]
    index = f"{location.alias}.{number}"
    if exists(cluster, location.alias) or exists(cluster, index):
        raise ArchiveExists(f"there is an archive at {location} already", location)
    body = {
        "indices": f"news-{before}.*",
        "include_aliases": False,
        "rename_pattern": f"^news-{before}\\\\.".replace("\\\\", "\\"),
        "rename_replacement": f"{location.alias}.",
    }
    answer = cluster.call("POST", f"{path}/_restore", body, params={"wait_for_completion": "true"})
    shards = answer["snapshot"]["shards"]
    if shards["failed"]:
        raise ArchiveDamaged(f"{shards['failed']} shards of the snapshot cannot be restored", location)
    actions = [
        {"add": {"index": each, "alias": alias}}
        for each, aliases in aliases_of(location, index).items()
        for alias in aliases
    ]
    cluster.call("POST", "/_aliases", {"actions": actions})


def _named(cluster: Cluster, target: str) -> tuple[str, str]:
    """The repository and the name of a snapshot; raises `InvalidRequest`."""
    repository, _, name = target.strip("/").rpartition("/")
    if not re.fullmatch(r"[\w.-]+", repository) or not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", name):
        raise InvalidRequest(
            "the backup of an archive on OpenSearch is a snapshot: give REPOSITORY/NAME, in lower case, of a "
            "repository that the cluster knows (docs/opensearch.md)"
        )
    try:
        cluster.call("GET", f"/_snapshot/{repository}")
    except Missing:
        raise InvalidRequest(
            f"the cluster knows no repository {repository!r}; docs/opensearch.md says how to make one"
        ) from None
    return repository, name


def _snapshot(cluster: Cluster, path: str) -> Answer | None:
    """The state of a snapshot; None if it is not there."""
    try:
        found: Answer = cluster.call("GET", path)["snapshots"][0]
    except Missing:
        return None
    return found
