"""Putting articles in and taking them out, while others do the same.

Each article is written alone, on condition that its document is still the one that was read; else it is read
again. So of two writers each decides on what the other has left, and a write that is sent twice, because its
answer was lost, does nothing the second time. A write is on the disk of each copy before the server answers,
and is searchable when the method returns.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import orjson

from search.article import Article
from search.backends.evaluate.columns import microseconds
from search.backends.opensearch.client import Blocked, Cluster, Missing
from search.backends.opensearch.decisions import (
    Document,
    Done,
    Stored,
    Wish,
    action,
    first_seen,
    indexed_fields,
    is_above,
    wishes_of,
)
from search.backends.opensearch.documents import (
    AnalyzedArticle,
    Word,
    analyze,
    averages_of,
    document_of,
    pairs_of,
    server_id,
)
from search.backends.opensearch.layout import Generation, lexicon_alias, meta, newest, notes_alias
from search.backends.opensearch.lease import ClosedIndex
from search.backends.opensearch.lexicon import Lexicon
from search.engine import MAX_NAMED_FIELDS, Added
from search.errors import ArchiveError, ArchiveUnavailable, OtherAnalyzer
from search.text import Analyzer

BATCH_ARTICLES = 250
"""Articles of one request."""

BATCH_BYTES = 8 << 20
"""A request is sent once it has this many bytes; the server takes 100 MB."""

MAX_REMEMBERED = 500_000
"""Pairs of a form and a term that a writer remembers having sent; and words that it remembers, too."""

_TRY_AGAIN = (409, 429, 503)
"""Another writer was first; too much to do; no node has the part of the index at the moment."""

PATIENCE_SECONDS = 120.0
"""How long a writer waits for the end of a rebuild, or for another node to take over."""


class ClusterWriter:
    """Writes to the newest index of an archive. For one thread at a time."""

    def __init__(self, cluster: Cluster, analyzer: Analyzer) -> None:
        self._cluster, self._analyzer = cluster, analyzer
        self._notes = notes_alias(cluster.location)
        self._pairs = PairSender(cluster)
        self._closed = ClosedIndex(cluster)

    # --- putting in -----------------------------------------------------------------------------

    def add(self, articles: Iterable[Article]) -> Added:
        """Put articles in, as `Engine.add` does, but each alone: what raised an error may be in partly."""
        counts, every, wrote = Added(), iter(articles), False
        try:
            while some := list(islice(every, BATCH_ARTICLES)):
                wrote = True
                counts += self._put(some)
                if len(self._analyzer.forms) > MAX_REMEMBERED:
                    self._analyzer.forget()
        finally:
            if wrote:
                self._refresh()
        return counts

    def _put(self, articles: Sequence[Article]) -> Added:
        """Put a batch in; the last of equal ids stays, the others count as if they had come before it."""
        counts, unindexed, added, updated = Counter[str](), dict[str, None](), list[str](), list[str]()
        waiting = list(articles)
        until, pause = time.monotonic() + PATIENCE_SECONDS, 0.1
        sent: dict[str, Wish] = {}
        while waiting:
            try:
                generation = newest(self._cluster)
                self._check(generation)
                done = self._tried(generation, waiting, sent)
            except (Blocked, Missing) as error:  # a newer index takes the place of this one
                self._wait(until, pause, error)
                pause = min(2.0, 2 * pause)
                continue
            counts.update(done.counts)
            unindexed.update(done.unindexed)
            added += done.added
            updated += done.updated
            waiting = done.again
            if waiting:
                self._wait(until, pause, None)
                pause = min(2.0, 2 * pause)
        return Added(
            counts["added"],
            counts["updated"],
            counts["unchanged"],
            counts["older"],
            counts["withdrawn"],
            tuple(unindexed)[:MAX_NAMED_FIELDS],
            tuple(added),
            tuple(updated),
        )

    def _wait(self, until: float, pause: float, error: Exception | None) -> None:
        if isinstance(error, Blocked):
            self._closed.look(newest(self._cluster).index)
        if time.monotonic() > until:
            raise ArchiveUnavailable(
                "the archive takes no articles now: its index is being replaced, or other writers change the "
                f"same articles all the time{f' ({error})' if error else ''}; try again later",
                self._cluster.location,
            )
        time.sleep(pause if error is not None else min(pause, 0.1))

    def _tried(self, generation: Generation, articles: Sequence[Article], sent: dict[str, Wish]) -> Done:
        """Put articles in, each unless its document has changed since it was read.

        Articles `sent` before may be in, though the answer was lost.
        """
        done = Done()
        ids = list(dict.fromkeys(article.id for article in articles))
        stored, cancelled = self._stored(generation, ids), self._cancelled(ids)
        wishes = wishes_of(articles, stored, cancelled, done, sent)
        if not wishes:
            return done
        now = datetime.now(UTC)
        analyzed = [analyze(wish.article, self._analyzer) for wish in wishes.values()]
        generation = self._with_averages(generation, analyzed)
        self._pairs.send(generation.lexicon, analyzed)
        fields = dict.fromkeys(generation.extra_fields)
        lines: list[bytes] = []
        size = 0
        some: list[Wish] = []
        for each in analyzed:
            article = each.article
            before = stored.get(article.id)
            document, long = document_of(
                each,
                seen=first_seen(wishes[article.id].first, before, now),
                version=None if before is None else before.version,
                default_language=self._analyzer.language,
                averages=generation.averages,
                extra_fields=indexed_fields(article, fields, done.unindexed),
            )
            done.unindexed.update(dict.fromkeys(long))
            own = [orjson.dumps(action(article.id, before)), orjson.dumps(document)]
            size += sum(map(len, own))
            lines += own
            sent[article.id] = wishes[article.id]
            some.append(wishes[article.id])
            if size > BATCH_BYTES:
                self._send(generation, lines, some, done)
                lines, some, size = [], [], 0
        if lines:
            self._send(generation, lines, some, done)
        self._take_back_cancelled(generation, [*wishes])
        return done

    def _send(
        self, generation: Generation, lines: Sequence[bytes], wishes: Sequence[Wish], done: Done
    ) -> None:
        params = {"require_alias": "true", "filter_path": "errors,items.*.error,items.*.status"}
        body = b"\n".join([*lines, b""])
        answer = self._cluster.call("POST", f"/{generation.writing}/_bulk", body, params=params)
        for wish, item in zip(wishes, answer["items"], strict=True):
            ((_, told),) = item.items()
            if "error" not in told:
                done.count(wish)
            elif told["status"] in _TRY_AGAIN and told["error"].get("type") != "cluster_block_exception":
                done.again.append(wish.article)
            else:
                raise self._cluster.told(told["status"], {"error": told["error"]})

    def _take_back_cancelled(self, generation: Generation, ids: Sequence[str]) -> None:
        """Take out what was cancelled while it was put in."""
        gone = self._cancelled(ids)
        late = [identity for identity in ids if identity in gone]
        if late:
            stored = self._stored(generation, late)
            late = [i for i in late if i in stored and not is_above(stored[i].version, gone[i])]
            self._delete(late)

    def _stored(self, generation: Generation, ids: Sequence[str]) -> dict[str, Stored]:
        """The documents with these ids as they are now, whether they can be searched yet or not."""
        if not ids:
            return {}
        body = {"ids": [server_id(identity) for identity in ids]}
        params = {"_source_includes": "id,digest,version,seen"}
        answer = self._cluster.call("POST", f"/{generation.index}/_mget", body, params=params)
        found = {}
        for told in answer["docs"]:
            if "error" in told:
                raise self._cluster.told(503, {"error": told["error"]})
            if told.get("found"):
                source = told["_source"]
                found[source["id"]] = Stored(
                    told["_seq_no"],
                    told["_primary_term"],
                    source["digest"],
                    source["version"],
                    source["seen"],
                )
        return found

    # --- what belongs to an index ---------------------------------------------------------------

    def _check(self, generation: Generation) -> None:
        if not generation.is_durable:
            raise ArchiveError(
                f"{generation.index} acknowledges what is not on the disk; set index.translog.durability to "
                "request before articles are added",
                self._cluster.location,
            )
        if not self._analyzer.gives_terms_of(generation.analyzer, generation.stemmers):
            raise OtherAnalyzer(
                "the words of the archive were analysed by other rules or stemmers than those here, so "
                "nothing can be put beside them; first run: news rebuild",
                self._cluster.location,
            )

    def _with_averages(self, generation: Generation, analyzed: Sequence[AnalyzedArticle]) -> Generation:
        """The index with average lengths, of its first articles if it had no articles."""
        if generation.averages:
            return generation
        return with_averages(self._cluster, generation, self._analyzer, averages_of(analyzed))

    def _refresh(self) -> None:
        """Make what was written searchable, the words first."""
        location = self._cluster.location
        self._cluster.call("POST", f"/{lexicon_alias(location)}/_refresh")
        answer = self._cluster.call("POST", f"/{location.alias}/_refresh")
        if answer["_shards"]["failed"]:
            raise ArchiveUnavailable(
                "the articles are stored, but a part of the cluster has not yet made them searchable; add "
                "them again, or wait",
                self._cluster.location,
            )

    # --- taking out -----------------------------------------------------------------------------

    def delete(self, identities: Iterable[str], *, forget: bool) -> int:
        """Take articles out; with `forget` also forget that they were cancelled. How many were there."""
        gone, every = 0, iter(dict.fromkeys(identities))
        while some := list(islice(every, BATCH_ARTICLES)):
            gone += self._delete(some)
            if forget:
                self._change_notes([{"delete": {"_id": _cancelled_id(identity)}} for identity in some])
        self._refresh()
        return gone

    def _delete(self, ids: Sequence[str]) -> int:
        """Delete articles, and note it for a rebuild that may be running; how many were there."""
        gone, left = 0, list(ids)
        if not left:
            return 0
        until, pause = time.monotonic() + PATIENCE_SECONDS, 0.1
        at = microseconds(datetime.now(UTC))
        notes: list[Document] = []
        for identity in left:
            notes.append({"index": {"_id": _deleted_id(identity)}})
            notes.append({"kind": "deleted", "id": identity, "at": at})
        self._change_notes(notes)
        while left:
            try:
                generation = newest(self._cluster)
                lines = [orjson.dumps({"delete": {"_id": server_id(identity)}}) for identity in left]
                body = b"\n".join([*lines, b""])
                params = {"require_alias": "true"}
                answer = self._cluster.call("POST", f"/{generation.writing}/_bulk", body, params=params)
            except (Blocked, Missing) as error:
                self._wait(until, pause, error)
                pause = min(2.0, 2 * pause)
                continue
            again = []
            for identity, item in zip(left, answer["items"], strict=True):
                told = item["delete"]
                if told.get("result") == "deleted":
                    gone += 1
                elif "error" in told and told["status"] in _TRY_AGAIN:
                    again.append(identity)
                elif "error" in told:
                    problem = self._cluster.told(told["status"], {"error": told["error"]})
                    if not isinstance(problem, Blocked):
                        raise problem
                    again.append(identity)
            left = again
            if left:
                self._wait(until, pause, None)
        return gone

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        """Take out what a wire cancels, and note it, so that it does not come again."""
        gone, every = 0, iter(cancelled.items())
        while some := dict(islice(every, BATCH_ARTICLES)):
            notes: list[Document] = []
            for identity, version in some.items():
                notes.append({"index": {"_id": _cancelled_id(identity)}})
                notes.append({"kind": "cancelled", "id": identity, "version": version})
            self._change_notes(notes)
            gone += self._delete([*some])
        self._refresh()
        return gone

    def _cancelled(self, ids: Sequence[str]) -> dict[str, int | None]:
        """The version of the cancelling of each of these ids that a wire has cancelled."""
        if not ids:
            return {}
        body = {"ids": [_cancelled_id(identity) for identity in ids]}
        answer = self._cluster.call("POST", f"/{self._notes}/_mget", body)
        found = {}
        for told in answer["docs"]:
            if "error" in told:
                raise self._cluster.told(503, {"error": told["error"]})
            if told.get("found"):
                found[told["_source"]["id"]] = told["_source"]["version"]
        return found

    def _change_notes(self, actions: Sequence[Document]) -> None:
        body = b"\n".join([*map(orjson.dumps, actions), b""])
        answer = self._cluster.call("POST", f"/{self._notes}/_bulk", body, params={"require_alias": "true"})
        for item in answer["items"]:
            ((_, told),) = item.items()
            if "error" in told:
                raise self._cluster.told(told["status"], {"error": told["error"]})


class PairSender:
    """Sends the words of articles to a lexicon, before the articles, each once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._sent: set[Word] = set()
        self._lexicon = ""

    def send(self, lexicon: str, analyzed: Sequence[AnalyzedArticle]) -> None:
        """Put the words of some articles into a lexicon, unless they were sent there before."""
        if self._lexicon != lexicon or len(self._sent) > MAX_REMEMBERED:
            self._sent, self._lexicon = set(), lexicon
        counts = Counter(pair for each in analyzed for pair in pairs_of(each))
        new = [(pair, count) for pair, count in counts.items() if pair not in self._sent]
        if new:
            Lexicon(self._cluster, lexicon).put(new)
            self._sent.update(pair for pair, _ in new)


def with_averages(
    cluster: Cluster, generation: Generation, analyzer: Analyzer, averages: Mapping[str, float]
) -> Generation:
    """The index, which now says that scores are made with these average lengths."""
    facts = meta(analyzer, generation.archive, averages)
    cluster.call("PUT", f"/{generation.index}/_mapping", {"_meta": facts})
    return replace(generation, averages=dict(averages))


def _cancelled_id(identity: str) -> str:
    return server_id(f"cancelled {identity}")


def _deleted_id(identity: str) -> str:
    return server_id(f"deleted {identity}")
