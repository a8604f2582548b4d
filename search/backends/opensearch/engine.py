"""The engine on a cluster: `search.engine.Engine` for tens of millions of articles, writers and replicas."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from zlib import crc32

import orjson

from search.article import Article
from search.backends.evaluate.documents import DocumentCollector
from search.backends.opensearch.client import Cluster, Missing
from search.backends.opensearch.creation import create_archive
from search.backends.opensearch.layout import absent, newest
from search.backends.opensearch.location import ClusterLocation
from search.backends.opensearch.moment import Moment
from search.backends.opensearch.reader import ClusterReader
from search.backends.opensearch.writing import ClusterWriter
from search.deadline import Deadline
from search.engine import Added, Progress
from search.errors import ArchiveError
from search.text import Analyzer

MERGE_SECONDS = 0.2
"""Between two looks whether a merge is finished."""

_SHOWN = ",".join(
    f"indices.*.{each}"
    for each in ("uuid", "shards.*.routing.node", "shards.*.seq_no", "shards.*.refresh.external_total")
)


class ClusterEngine:
    """An archive on a cluster. Made by `open` or `create`."""

    def __init__(self, cluster: Cluster, language: str) -> None:
        self._cluster = cluster
        self._language = language
        self._writer = ClusterWriter(cluster, Analyzer(language))
        self._writing = threading.Lock()
        self._collectors: list[DocumentCollector] = []
        self._closed = False

    @classmethod
    def open(cls, location: ClusterLocation) -> ClusterEngine:
        """The archive at `location`; raises `ArchiveNotFound`, `ArchiveUnavailable`, `ArchiveError`."""
        cluster = Cluster(location)
        cluster.check_version()
        return cls(cluster, newest(cluster).language)

    @classmethod
    def create(cls, location: ClusterLocation, language: str) -> ClusterEngine:
        """Make a new archive; where another process makes it at the same time, theirs is opened."""
        cluster = Cluster(location)
        cluster.check_version()
        create_archive(cluster, Analyzer(language))
        return cls.open(location)

    @property
    def location(self) -> str:
        return str(self._cluster.location)

    @contextmanager
    def reader(self, deadline: Deadline | None = None) -> Iterator[ClusterReader]:
        self._check_open()
        at = Moment(self._cluster, deadline)
        try:
            yield ClusterReader(self._cluster, at, deadline, self._collectors)
        finally:
            at.close()

    def version(self) -> str:
        self._check_open()
        return version_of_cluster(self._cluster)

    def add(self, articles: Iterable[Article], *, more: bool = False) -> Added:  # noqa: ARG002 - merges itself
        with self._write() as writer:
            return writer.add(articles)

    def delete(self, identities: Iterable[str], *, forget: bool = False) -> int:
        with self._write() as writer:
            return writer.delete(identities, forget=forget)

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        with self._write() as writer:
            return writer.withdraw(cancelled)

    def rebuild(self, progress: Progress | None = None) -> None:
        from search.backends.opensearch.rebuild import rebuild

        self._check_open()
        with self._cluster.translated():
            rebuild(self._cluster, Analyzer(self._language), progress)

    def optimize(self, *, whole: bool = True) -> None:
        """Merge the segments of each shard into one if `whole`; the server merges the others by itself."""
        self._check_open()
        if whole:
            params = {"max_num_segments": "1", "wait_for_completion": "false"}
            index = newest(self._cluster).index
            task = self._cluster.call("POST", f"/{index}/_forcemerge", params=params)["task"]
            while not self._cluster.call("GET", f"/_tasks/{task}")["completed"]:
                time.sleep(MERGE_SECONDS)
            self._cluster.refresh(index)  # until then the segments of before are searched, and stay

    def upgrade(self, progress: Progress | None = None) -> bool:
        self._check_open()
        known = newest(self._cluster)
        if Analyzer(self._language).gives_terms_of(known.analyzer, known.stemmers):
            return False
        self.rebuild(progress)
        return True

    def close(self) -> None:
        self._closed = True
        self._cluster.close()

    @contextmanager
    def _write(self) -> Iterator[ClusterWriter]:
        with self._writing:
            self._check_open()
            with self._cluster.translated():
                yield self._writer

    def _check_open(self) -> None:
        if self._closed:
            raise ArchiveError("the archive is closed; open it again", self._cluster.location)


def version_of_cluster(cluster: Cluster) -> str:
    """A name of the state that the copies of the newest index show; it changes with each refresh of any."""
    alias = cluster.location.alias
    try:
        told = cluster.attempt(
            "GET", f"/{alias}/_stats/refresh", params={"level": "shards", "filter_path": _SHOWN}
        )
    except Missing:
        raise absent(cluster) from None
    return f"{crc32(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)):08x}"
