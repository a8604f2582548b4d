"""One moment of the articles of an archive, which stays as it is while others write.

The server keeps it (a point in time) as long as it is asked within `KEPT`. It is begun with the first
question.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import TypeVar

import orjson

from search.article import Article
from search.backends.opensearch.client import Answer, Cluster, Missing, PointLost
from search.backends.opensearch.layout import Generation, newest
from search.backends.opensearch.lexicon import Query
from search.backends.opensearch.pauses import Pauses
from search.deadline import Deadline
from search.errors import ArchiveDamaged, ArchiveError, ArchiveUnavailable, DeadlineExceeded

Made = TypeVar("Made")

KEPT = "3m"
"""How long the server keeps a moment that nothing is asked of."""

CLOSE_SECONDS = 2.0

SHOWN = ["article", "sum", "seen"]
"""The parts of a document that an article is read from."""

PAGE = 1_000
"""Articles of one page of a scan; of ids alone ten times as many."""

PATIENCE_SECONDS = 20.0
"""How long a question is asked again whose nodes are gone, until others take over."""


class Moment:
    """The articles of the newest index, or of `generation`, at the first question; for one thread."""

    def __init__(
        self, cluster: Cluster, deadline: Deadline | None = None, generation: Generation | None = None
    ) -> None:
        self._cluster, self._deadline = cluster, deadline
        self._fixed = generation
        self.generation = generation or newest(cluster, deadline)
        self._point: str | None = None
        self._answered = self._lost = False
        self.begun = 0
        """How often another moment has taken the place of a lost one."""

    def check(self) -> None:
        """Raise `DeadlineExceeded` if the deadline is past."""
        if self._deadline is not None:
            self._deadline.check()

    def answer(self, make: Callable[[], Made]) -> Made:
        """Return the result of `make`, which asks this moment.

        Where a node is lost before there was any answer, another moment takes its place, and `make` runs
        again; later the moment cannot be told any more, and `ArchiveUnavailable` is raised.
        """
        until, pauses = time.monotonic() + PATIENCE_SECONDS, Pauses()
        while True:
            try:
                if self._lost:
                    raise PointLost("it was lost before")
                made = make()
                self._answered = True
                return made
            except PointLost as error:
                self._point = None
                self._lost = self._answered
                self.begun += 1
                self.check()
                if self._fixed is None and not self._answered:
                    with suppress(ArchiveUnavailable):
                        self.generation = newest(self._cluster)  # a newer index may have taken its place
                if self._answered or time.monotonic() > until:
                    told = (
                        f"this moment of the archive cannot be asked any more ({error}): a node is gone, the "
                    )
                    told += "the archive was rebuilt, or the last question was long ago; ask again"
                    if not self._answered:
                        told = f"a part of the archive has no node ({error}); news doctor says which"
                    raise ArchiveUnavailable(told, self._cluster.location) from None
                pauses.wait()

    def ask(self, body: Answer) -> Answer:
        """The answer of every shard; raises `PointLost`."""
        self.check()
        if self._point is None:
            self._point = self._begun()
        found = self._cluster.search(
            {**body, "pit": {"id": self._point, "keep_alive": KEPT}}, deadline=self._deadline
        )
        self._point = found.get("pit_id", self._point)
        return found

    def _begun(self) -> str:
        params = {"keep_alive": KEPT, "allow_partial_pit_creation": "false"}
        path = f"/{self.generation.index}/_search/point_in_time"
        try:
            begun = self._cluster.attempt("POST", path, params=params, deadline=self._deadline)
        except Missing as error:  # a newer index has taken its place
            raise PointLost(str(error)) from None
        except ArchiveUnavailable as error:
            raise PointLost(str(error)) from None
        if begun["_shards"]["failed"]:
            raise PointLost(f"{begun['_shards']['failed']} shards failed")
        return str(begun["pit_id"])

    def count(self, queries: Mapping[str, Query]) -> tuple[dict[str, int], int]:
        """How many articles each of the queries finds, by name; and how many there are."""
        body = {
            "size": 0,
            "track_total_hits": True,
            "aggs": {"counts": {"filters": {"filters": {f"q{name}": q for name, q in queries.items()}}}},
        }
        found = self.ask(body)
        buckets = found["aggregations"]["counts"]["buckets"]
        return {name: buckets[f"q{name}"]["doc_count"] for name in queries}, found["hits"]["total"]["value"]

    def total(self, query: Query) -> int:
        """How many articles a query finds."""
        body = {"size": 0, "track_total_hits": True, "query": query}
        return int(self.ask(body)["hits"]["total"]["value"])

    def walk(self, query: Query, *, source: object, size: int = PAGE) -> Iterator[list[Answer]]:
        """Yield pages of the matches of a query, oldest first, matches without a time last, then by id.

        It is for the `make` of `answer`; `pages` is for others.
        """
        return self._walked(query, source, size, "published", self.ask)

    def pages(
        self, query: Query, *, source: object, size: int = PAGE, by: str = "published", numbered: bool = False
    ) -> Iterator[list[Answer]]:
        """Yield the same pages, ordered by another time if `by` names one; raises as `answer` does.

        If `numbered`, each match has the number of the write that made it.
        """

        def ask(body: Answer) -> Answer:
            return self.answer(lambda: self.ask({**body, "seq_no_primary_term": numbered}))

        return self._walked(query, source, size, by, ask)

    def _walked(
        self, query: Query, source: object, size: int, by: str, ask: Callable[[Answer], Answer]
    ) -> Iterator[list[Answer]]:
        body: Answer = {
            "query": {"constant_score": {"filter": query}},
            "size": size,
            "sort": [{by: {"order": "asc", "missing": "_last"}}, {"id": "asc"}],
            "_source": source,
            "track_total_hits": False,
        }
        while hits := ask(body)["hits"]["hits"]:
            yield hits
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]

    def articles(self, query: Query, size: int) -> list[tuple[Article, int | None]]:
        """The articles that a query finds, at most `size`, each with when it was first seen."""
        body = {"query": {"constant_score": {"filter": query}}, "size": size, "track_total_hits": False}
        hits = self.ask({**body, "_source": SHOWN})["hits"]["hits"]
        return [article_of(hit) for hit in hits]

    def close(self) -> None:
        """Let the server forget the moment."""
        if self._point is not None:
            point, self._point = self._point, None
            soon = Deadline.after(CLOSE_SECONDS)
            with suppress(Missing, ArchiveError, DeadlineExceeded):  # it is forgotten by itself after a while
                self._cluster.attempt("DELETE", "/_search/point_in_time", {"pit_id": [point]}, deadline=soon)


def article_of(hit: Answer) -> tuple[Article, int | None]:
    """The article of a document, and when it was first seen, in microseconds; raises `ArchiveDamaged`."""
    source = hit["_source"]
    try:
        record = source["article"].encode()
        if sha256(record).hexdigest() == source["sum"]:
            return Article.restored(orjson.loads(record)), source.get("seen")
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    raise ArchiveDamaged(
        f"the document {hit['_id']!r} of {hit['_index']} is not as it was written; to see what else is not: "
        "news verify",
        hit["_index"],
    )
