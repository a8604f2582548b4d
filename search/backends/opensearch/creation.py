"""The making of an archive and of its indexes."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from search.backends.opensearch.client import Answer, Cluster
from search.backends.opensearch.layout import (
    Generation,
    articles_body,
    exists,
    generation_of,
    lexicon_alias,
    lexicon_body,
    meta,
    notes_alias,
    notes_body,
)
from search.backends.opensearch.location import ClusterLocation
from search.errors import ArchiveError
from search.text import Analyzer


def create_archive(cluster: Cluster, analyzer: Analyzer) -> None:
    """Make the indexes of an archive; an index that is there already stays as it is."""
    location = cluster.location
    index = f"{location.alias}.000001"
    bodies = {
        notes_name(location): notes_body(),
        f"{index}.lexicon": lexicon_body(),
        index: articles_body(location, meta(analyzer, str(uuid4()), {})),
    }
    for name, aliases in aliases_of(location, index).items():
        _make(cluster, name, bodies[name], *aliases)


def aliases_of(location: ClusterLocation, index: str) -> dict[str, tuple[str, ...]]:
    """The indexes of an archive whose newest is `index`, each with its aliases, that one last."""
    return {
        notes_name(location): (notes_alias(location),),
        f"{index}.lexicon": (f"{index}.lexicon.write", lexicon_alias(location)),
        index: (f"{index}.write", location.alias),
    }


def make_notes(cluster: Cluster) -> None:
    """Make the notes again if they are missing; what they had is lost."""
    location = cluster.location
    _make(cluster, notes_name(location), notes_body(), notes_alias(location))


def notes_name(location: ClusterLocation) -> str:
    """The index that the alias of the notes names."""
    return f"{notes_alias(location)}.1"


def make_index(
    cluster: Cluster, analyzer: Analyzer, index: str, before: Generation, averages: Mapping[str, float]
) -> Generation:
    """Make an index that is not searched yet, and its lexicon; its size is as `before` unless it is given."""
    known = cluster.call("GET", f"/{before.index}/_settings", params={"flat_settings": "true"})
    facts = meta(analyzer, before.archive, averages)
    body = articles_body(cluster.location, facts, known[before.index]["settings"])
    _make(cluster, f"{index}.lexicon", lexicon_body(), f"{index}.lexicon.write")
    _make(cluster, index, body, f"{index}.write")
    told = cluster.call("GET", f"/{index}", params={"flat_settings": "true"})
    return generation_of(index, told[index], cluster.location)


def _make(cluster: Cluster, name: str, body: Answer, *aliases: str) -> None:
    """Make an index unless it is there, perhaps because the answer to an earlier request was lost."""
    if exists(cluster, name):
        return
    try:
        cluster.call("PUT", f"/{name}", {**body, "aliases": {alias: {} for alias in aliases}})
    except ArchiveError:
        if not exists(cluster, name):
            raise
