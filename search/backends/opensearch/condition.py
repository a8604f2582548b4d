"""The condition of a cluster, as `news doctor` prints it: a line a fact, with advice after an arrow."""

from __future__ import annotations

from collections.abc import Iterator

from search.backends.opensearch.client import Cluster
from search.backends.opensearch.creation import notes_name
from search.backends.opensearch.layout import Generation, exists, newest
from search.backends.opensearch.lease import holder
from search.backends.opensearch.location import ClusterLocation
from search.backends.opensearch.moment import Moment
from search.backends.opensearch.reader import ClusterReader

HIGH_DISK_PERCENT = 85
"""From here on OpenSearch puts no more shards on a node; at 95 % its indexes take no more writes."""

MAX_DRIFT = 0.1
"""From here on `news rebuild` is advised, as lengths of fields count wrongly in scores."""

MAX_SHARD_BYTES = 50 << 30

SLOW_SECONDS = 60
"""A copy of a shard that was begun longer ago may stand still."""


_NO_NODE = " → start the nodes that are missing; until then nothing is answered"
_ADVICE = {
    "green": "",
    "yellow": " → a copy has no node yet; a node that ends now could end the archive",
    "missing": " → to make it again from the articles: news rebuild",
}


def condition_lines(location: ClusterLocation) -> Iterator[str]:
    """Describe the cluster that has the archive at `location`; raises `ArchiveUnavailable`."""
    cluster = Cluster(location)
    try:
        yield (
            f"OpenSearch {cluster.check_version()}, {'encrypted' if location.encrypted else 'not encrypted'}"
            + (
                ""
                if location.encrypted
                else " → use opensearch:// where others can read what goes over the network"
            )
        )
        known = newest(cluster)
        yield from _nodes(cluster)
        yield from _shards(cluster, known)
        working = holder(cluster)
        if working is not None:
            yield f"a rebuild by {working.name} is under way, or was interrupted → news rebuild ends it"
        yield from _lengths(cluster)
    finally:
        cluster.close()


def _nodes(cluster: Cluster) -> Iterator[str]:
    params = {"format": "json", "h": "name,disk.used_percent,heap.percent,node.role"}
    for node in cluster.call("GET", "/_cat/nodes", params=params):
        used = float(node["disk.used_percent"] or 0)
        full = " → make room, or its indexes will take no more writes" if used >= HIGH_DISK_PERCENT else ""
        heap = node["heap.percent"]
        yield f"node {node['name']}: {used:.0f} % of its disk used, {heap} % of its heap{full}"


def _shards(cluster: Cluster, known: Generation) -> Iterator[str]:
    names = (known.index, known.lexicon, notes_name(cluster.location))
    there = ",".join(name for name in names if exists(cluster, name))
    told = cluster.call("GET", f"/_cluster/health/{there}", params={"level": "indices"})["indices"]
    for name in names:
        health = told.get(name, {"status": "missing", "active_primary_shards": 0, "active_shards": 0})
        shards, copies = health["active_primary_shards"], health["active_shards"]
        advice = _ADVICE.get(health["status"], _NO_NODE)
        yield f"index {name}: {health['status']}, shards: {shards}, copies of shards: {copies}{advice}"
        if name == known.index and health["status"] == "green" and copies == shards:
            yield "no shard has a second copy → add a node, so that the archive outlives one"
    yield from _recoveries(cluster)
    settings = cluster.call("GET", f"/{known.index}/_settings", params={"flat_settings": "true"})
    for name, value in settings[known.index]["settings"].items():
        if name.startswith("index.blocks.") and value == "true":
            yield f"index {known.index}: {name} is set → articles cannot be added; set it to null"
    sizes = cluster.call("GET", f"/_cat/shards/{known.index}", params={"format": "json", "bytes": "b"})
    largest = max((int(each["store"] or 0) for each in sizes), default=0)
    large = " → more shards: news rebuild with ?shards=N in the address" if largest > MAX_SHARD_BYTES else ""
    yield f"largest shard: {largest / 1e9:,.2f} GB{large}"


def _recoveries(cluster: Cluster) -> Iterator[str]:
    """Describe the copies of shards that are being made."""
    path = f"/{cluster.location.alias}.*/_recovery"
    for index, told in cluster.call("GET", path, params={"active_only": "true"}).items():
        for each in told["shards"]:
            source, seconds = each["source"].get("name"), each["total_time_in_millis"] // 1_000
            in_translog = each["translog"]["total_time_in_millis"] // 1_000
            waiting = {"INIT": seconds, "TRANSLOG": in_translog}.get(each["stage"], 0)
            advice = ""
            if source and waiting > SLOW_SECONDS:
                advice = f" → it may stand still: start {source} again (docs/opensearch.md)"
            described = f"read from {source or 'the disk'} for {seconds} seconds"
            yield f"shard {each['id']} of {index}: {described}{advice}"


def _lengths(cluster: Cluster) -> Iterator[str]:
    at = Moment(cluster)
    try:
        drift = ClusterReader(cluster, at, None, []).stats().length_drift
    finally:
        at.close()
    advice = " → news rebuild" if drift > MAX_DRIFT else ""
    yield f"average lengths: {100 * drift:.0f} % from the averages of the ranking{advice}"
