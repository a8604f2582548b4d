"""A new index of an archive behind its alias, while searches and writes go on.

The articles of the old index are copied: first all of one moment, then again and again what has changed
meanwhile, by the numbers that each shard gives its writes. For the last changes the old index is closed to
writers, who wait; then what was deleted meanwhile is taken out of the new one, both are counted, and the
alias moves to the new index at once. Nothing that is acknowledged can be missing: it was in the
old index before the last look. The old index stays until its readers
have ended, at most `READERS_SECONDS`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from search.backends.evaluate.columns import microseconds, moment
from search.backends.opensearch.bulk import Write, write_all
from search.backends.opensearch.client import Answer, Cluster, Missing
from search.backends.opensearch.creation import make_index, make_notes
from search.backends.opensearch.decisions import indexed_fields
from search.backends.opensearch.documents import analyze, document_of, server_id
from search.backends.opensearch.layout import (
    ARTICLES,
    Generation,
    exists,
    lexicon_alias,
    newest,
)
from search.backends.opensearch.lease import Lease, close_to_writers, fence, open_to_writers
from search.backends.opensearch.moment import PAGE, SHOWN, Moment, article_of
from search.backends.opensearch.notes import Notes
from search.backends.opensearch.writing import BATCH_ARTICLES, MAX_REMEMBERED, PairSender
from search.engine import Progress
from search.errors import ArchiveDamaged, ArchiveError, ArchiveUnavailable
from search.fields import TEXT_FIELDS
from search.text import Analyzer

FEW = 500
"""Once a pass has found no more changes than this, writers wait for the last one."""

MAX_PASSES = 12

SOURCE = [*SHOWN, "version", "writer"]
"""The parts of a document that a new one is made from."""

GRACE_SECONDS = 2.0
"""Between two looks at the readers of the old index; new readers find the new one."""

READERS_SECONDS = 600.0
"""How long the old index stays for its readers, at most."""

SKEW_MICROSECONDS = 3_600_000_000
"""How far the clocks of writers may be apart."""


_OVERTAKEN = "the rebuild stood still for too long, so that other processes have gone on; start it again"


def rebuild(cluster: Cluster, analyzer: Analyzer, progress: Progress | None = None) -> None:
    """Put a new index of all the articles in the place of the newest.

    Raises `ArchiveLocked` while another process does, `ArchiveDamaged` if the new index lacks articles; then
    the old one stays.
    """
    began = microseconds(datetime.now(UTC))
    newest(cluster)
    make_notes(cluster)
    lease = Lease(cluster)
    try:
        old = newest(cluster)
        open_to_writers(cluster, old.index)  # an earlier attempt may have ended while it was closed
        made = _Rebuild(cluster, analyzer, lease, old)
        try:
            made.copy(progress)
            made.take_over()
        except BaseException:
            with suppress(ArchiveError):
                made.give_up()
            raise
        made.forget_old(began)
    finally:
        with suppress(ArchiveError):
            lease.release()


@dataclass(slots=True)
class _Shard:
    """A shard of the old index, and the number of the last write that is copied."""

    number: str
    copied: int = -1


class _Rebuild:
    """The new index while it is made from the `old` one."""

    def __init__(self, cluster: Cluster, analyzer: Analyzer, lease: Lease, old: Generation) -> None:
        self._cluster, self._analyzer, self._lease, self._old = cluster, analyzer, lease, old
        for name in cluster.call("GET", f"/{cluster.location.alias}.*/_settings"):
            is_own = name in (old.index, old.lexicon)
            if not is_own and ARTICLES.search(name.removesuffix(".lexicon")):  # of an earlier rebuild
                self._remove_unless_moved(name)
        number = int(old.index.rpartition(".")[2][:6]) + 1
        index = f"{cluster.location.alias}.{number:06}-{lease.token}"
        at = Moment(cluster, generation=old)
        try:
            averages, self._total = _averages(at)
        finally:
            at.close()
        self._new = make_index(cluster, analyzer, index, old, averages)
        self._pairs = PairSender(cluster)
        self._shards = [_Shard(number) for number in _checkpoints(cluster, old.index)]
        self._fields: dict[str, None] = {}

    def copy(self, progress: Progress | None) -> None:
        """Copy all articles of one moment, then what has changed until little has."""
        checkpoints = self._look()
        at = Moment(self._cluster, generation=self._old)
        done = 0
        try:
            for hits in at.pages({"match_all": {}}, source=SOURCE, size=BATCH_ARTICLES, numbered=True):
                self._put(hits)
                done += len(hits)
                if progress is not None:
                    progress(done, max(done, self._total))
        finally:
            at.close()
        self._copied(checkpoints)
        for _ in range(MAX_PASSES):
            if self._copy_changed() <= FEW:
                break

    def take_over(self) -> None:
        """Close the old index to writers, copy the last changes, and move the alias."""
        location, old, new = self._cluster.location, self._old, self._new
        self._lease.renew(now=True)
        close_to_writers(self._cluster, old.index, self._lease.token)
        self._copy_changed()
        self._take_out_deleted()
        counts = []
        for generation in (old, new):
            self._cluster.refresh(generation.index)
            counts.append(self._count(generation.index))
        self._cluster.refresh(new.lexicon)
        if _checkpoints(self._cluster, old.index) != {each.number: each.copied for each in self._shards}:
            raise ArchiveUnavailable(
                "the old index was written while it was closed; start the rebuild again", location
            )
        if counts[0] != counts[1]:
            raise ArchiveDamaged(
                f"the new index has {counts[1]:,} articles and the old one {counts[0]:,}, which stays in "
                "use; to see what is wrong, run: news verify",
                location,
            )
        self._lease.renew(now=True)
        words = lexicon_alias(location)
        closed = {"index": old.index, "alias": fence(old.index, self._lease.token), "must_exist": True}
        actions = [
            {"remove": closed},  # so that nothing moves if a writer has opened the old index meanwhile
            {"remove": {"index": old.index, "alias": location.alias, "must_exist": True}},
            *([{"remove": {"index": old.lexicon, "alias": words}}] if exists(self._cluster, words) else []),
            {"add": {"index": new.index, "alias": location.alias}},
            {"add": {"index": new.lexicon, "alias": words}},
        ]
        try:
            self._cluster.attempt("POST", "/_aliases", {"actions": actions})
        except Missing:
            if newest(self._cluster).index != new.index:  # else the answer to an earlier request was lost
                raise ArchiveUnavailable(_OVERTAKEN, location) from None

    def give_up(self) -> None:
        """Leave the old index in use, and open it if this rebuild has closed it."""
        open_to_writers(self._cluster, self._old.index, self._lease.token)

    def forget_old(self, began: int) -> None:
        """Remove the old index once its readers have ended, and the notes of earlier deletions."""
        until = time.monotonic() + READERS_SECONDS
        time.sleep(GRACE_SECONDS)
        while self._readers() and time.monotonic() < until:
            self._lease.renew()
            time.sleep(GRACE_SECONDS)
        # While a snapshot of it is taken it cannot be removed; the next rebuild does that.
        with suppress(ArchiveError):
            for name in (self._old.index, self._old.lexicon):
                self._remove(name)
        Notes(self._cluster).drop_deletions(began - SKEW_MICROSECONDS)

    def _readers(self) -> int:
        """How many moments of the old index are in use."""
        try:
            told = self._cluster.attempt("GET", f"/{self._old.index}/_stats/search")
        except Missing:
            return 0
        searches = told["_all"]["total"].get("search", {})
        return int(searches.get("point_in_time_current", 0))

    def _remove(self, name: str) -> None:
        with suppress(Missing):
            self._cluster.attempt("DELETE", f"/{name}")

    def _remove_unless_moved(self, name: str) -> None:
        """Remove an index, in one step with a look that the alias has not moved away from the old one."""
        alias = {"index": self._old.index, "alias": self._cluster.location.alias}
        actions = [
            {"remove": {**alias, "must_exist": True}},
            {"add": alias},
            {"remove_index": {"index": name}},
        ]
        self._lease.renew(now=True)
        try:
            self._cluster.attempt("POST", "/_aliases", {"actions": actions})
        except Missing:
            if (
                newest(self._cluster).index != self._old.index
            ):  # else the answer to an earlier request was lost
                raise ArchiveUnavailable(_OVERTAKEN, self._cluster.location) from None

    def _count(self, index: str) -> int:
        found = self._cluster.search_once({"size": 0, "track_total_hits": True}, index)
        return int(found["hits"]["total"]["value"])

    def _look(self) -> Mapping[str, int]:
        """The last write of each shard, which can be searched from now on."""
        found = _checkpoints(self._cluster, self._old.index)
        self._cluster.refresh(self._old.index)
        return found

    def _copied(self, checkpoints: Mapping[str, int]) -> None:
        for shard in self._shards:
            shard.copied = checkpoints[shard.number]

    def _copy_changed(self) -> int:
        """Copy what has changed since the last pass; how many articles."""
        checkpoints, count = self._look(), 0
        for shard in self._shards:
            for hits in self._changed(shard):
                self._put(hits)
                count += len(hits)
        self._copied(checkpoints)
        return count

    def _changed(self, shard: _Shard) -> Iterator[list[dict[str, Any]]]:
        """Yield pages of the articles that were written in a shard after the last pass."""
        query = {"range": {"_seq_no": {"gt": shard.copied}}}
        body: dict[str, Any] = {
            "query": {"constant_score": {"filter": query}},
            "size": PAGE,
            "sort": [{"id": "asc"}],
            "_source": SOURCE,
            "seq_no_primary_term": True,
            "track_total_hits": False,
        }
        while True:
            self._lease.renew()
            params = {"preference": f"_shards:{shard.number}", "allow_partial_search_results": "false"}
            answer = self._cluster.call("POST", f"/{self._old.index}/_search", body, params=params)
            if answer["timed_out"] or answer["_shards"]["failed"]:
                raise ArchiveUnavailable("a part of the old index has no node", self._cluster.location)
            hits = answer["hits"]["hits"]
            if hits:
                yield hits
            if len(hits) < PAGE:
                return
            body["search_after"] = hits[-1]["sort"]

    def _put(self, hits: Sequence[Answer]) -> None:
        """Put the articles of documents into the new index, each in place of the one with its id."""
        self._lease.renew()
        if len(self._analyzer.forms) > MAX_REMEMBERED:
            self._analyzer.forget()
        analyzed = [analyze(article_of(hit)[0], self._analyzer) for hit in hits]
        self._pairs.send(self._new, analyzed)
        writes = []
        for each, hit in zip(analyzed, hits, strict=True):
            source = hit["_source"]
            article, seen = each.article, moment(source["seen"])
            assert seen is not None
            document, _ = document_of(
                each,
                seen=seen,
                version=source["version"],
                writer=source["writer"],
                default_language=self._analyzer.language,
                averages=self._new.averages,
                extra_fields=indexed_fields(article, self._fields, {}),
            )
            # A request that was held up on its way cannot put an older document in place of a newer one.
            version = {"version": hit["_seq_no"] + 1, "version_type": "external_gte"}
            writes.append(Write({"index": {"_id": server_id(article.id), **version}}, document))
        write_all(self._cluster, self._new.writing, writes)

    def _take_out_deleted(self) -> None:
        """Take out of the new index what was deleted from the old one after it was copied."""
        for deleted in Notes(self._cluster).deletions():
            self._lease.renew()
            ids = [server_id(identity) for identity in deleted]
            there = self._documents(self._old.index, ids).keys()
            writes = []
            for identity, told in self._documents(self._new.index, ids).items():
                if identity not in there:
                    state = {"if_seq_no": told["_seq_no"], "if_primary_term": told["_primary_term"]}
                    writes.append(Write({"delete": {"_id": identity, **state}}))
            write_all(self._cluster, self._new.writing, writes)

    def _documents(self, index: str, ids: Sequence[str]) -> dict[str, Answer]:
        """The states of the documents with these ids that are in an index."""
        told = self._cluster.call("POST", f"/{index}/_mget", {"ids": ids}, params={"_source": "false"})[
            "docs"
        ]
        for each in told:
            if "error" in each:
                raise self._cluster.item_error(each["error"])
        return {each["_id"]: each for each in told if each["found"]}


def _averages(at: Moment) -> tuple[dict[str, float], int]:
    """The average length of each field of text, and the number of articles."""
    aggs = {field: {"sum": {"field": f"lengths.{field}"}} for field in TEXT_FIELDS}
    told = at.answer(lambda: at.ask({"size": 0, "track_total_hits": True, "aggs": aggs}))
    total = int(told["hits"]["total"]["value"])
    if not total:
        return {}, 0
    sums = {field: told["aggregations"][field]["value"] for field in TEXT_FIELDS}
    return {field: sums[field] / total or 1.0 for field in TEXT_FIELDS}, total


def _checkpoints(cluster: Cluster, index: str) -> dict[str, int]:
    """The number of the last write of each shard that all its copies have."""
    params = {"level": "shards"}
    told = cluster.call("GET", f"/{index}/_stats/indexing", params=params)["indices"]
    copies = told.get(index, {"shards": {}})["shards"]  # not there if no part has a node
    settings = cluster.call("GET", f"/{index}/_settings", params={"flat_settings": "true"})
    found = {
        number: each["seq_no"]["global_checkpoint"]
        for number, every in copies.items()
        for each in every
        if each["routing"]["primary"] and "seq_no" in each
    }
    if len(found) != int(settings[index]["settings"]["index.number_of_shards"]):
        raise ArchiveUnavailable(f"a part of {index} has no node", cluster.location)
    return found
