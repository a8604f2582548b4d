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
from uuid import uuid4

from search.article import Article
from search.backends.evaluate.columns import microseconds
from search.backends.opensearch.bulk import PATIENCE_SECONDS, Write, write_all
from search.backends.opensearch.client import Blocked, Cluster, Missing
from search.backends.opensearch.decisions import (
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
from search.backends.opensearch.layout import Generation, lexicon_alias, meta, newest
from search.backends.opensearch.lease import ClosedIndex
from search.backends.opensearch.lexicon import Lexicon
from search.backends.opensearch.notes import Notes
from search.backends.opensearch.pauses import Pauses
from search.engine import MAX_NAMED_FIELDS, Added
from search.errors import ArchiveError, ArchiveUnavailable, IndexUnusable, OtherAnalyzer
from search.text import Analyzer

BATCH_ARTICLES = 250
"""Articles of one request."""

MAX_REMEMBERED = 500_000
"""Pairs of a form and a term that a writer remembers having sent; and words that it remembers, too."""


class ClusterWriter:
    """Writes to the newest index of an archive. For one thread at a time."""

    def __init__(self, cluster: Cluster, analyzer: Analyzer) -> None:
        self._cluster, self._analyzer = cluster, analyzer
        self._name = uuid4().hex[:12]
        self._notes = Notes(cluster)
        self._pairs = PairSender(cluster)

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
        waiting, sent, turns = list(articles), dict[str, Wish](), _Turns(self._cluster)
        while waiting:
            try:
                generation = newest(self._cluster)
                self._check(generation)
                done = self._tried(generation, waiting, sent)
            except (Blocked, Missing) as error:  # a newer index takes the place of this one
                turns.wait(error)
                continue
            counts.update(done.counts)
            unindexed.update(done.unindexed)
            added += done.added
            updated += done.updated
            waiting = done.again
            if waiting:
                turns.wait()
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

    def _tried(self, generation: Generation, articles: Sequence[Article], sent: dict[str, Wish]) -> Done:
        """Put articles in, each unless its document has changed since it was read.

        Articles `sent` before may be in, though the answer was lost.
        """
        done = Done()
        ids = list(dict.fromkeys(article.id for article in articles))
        stored, cancelled = self._stored(generation, ids), self._notes.cancelled(ids)
        stored = self._take_back(generation, stored, cancelled)
        wishes = wishes_of(articles, stored, cancelled, done, sent, self._name)
        if not wishes:
            return done
        now = datetime.now(UTC)
        analyzed = [analyze(wish.article, self._analyzer) for wish in wishes.values()]
        generation = self._with_averages(generation, analyzed)
        self._pairs.send(generation, analyzed)
        fields = dict.fromkeys(generation.extra_fields)
        writes = []
        for each in analyzed:
            article, before = each.article, stored.get(each.article.id)
            document, long = document_of(
                each,
                seen=first_seen(wishes[article.id].first, before, now),
                version=None if before is None else before.version,
                writer=self._name,
                default_language=self._analyzer.language,
                averages=generation.averages,
                extra_fields=indexed_fields(article, fields, done.unindexed),
            )
            done.unindexed.update(dict.fromkeys(long))
            writes.append(Write(action(article.id, before), document))
        sent |= wishes
        statuses = write_all(self._cluster, generation.writing, writes)
        for wish, status in zip(wishes.values(), statuses, strict=True):
            if status == 409:  # another writer was first, or the answer was lost
                done.again.append(wish.article)
            else:
                done.count(wish)
        # What was cancelled while it was put in is taken out again.
        self._take_back(generation, self._stored(generation, [*wishes]), self._notes.cancelled([*wishes]))
        return done

    def _take_back(
        self, generation: Generation, stored: dict[str, Stored], cancelled: Mapping[str, int | None]
    ) -> dict[str, Stored]:
        """Take out articles that are cancelled; return the others."""
        late = {
            i: each
            for i, each in stored.items()
            if i in cancelled and not is_above(each.version, cancelled[i])
        }
        if late:
            self._notes.note_deletions([*late], microseconds(datetime.now(UTC)))
            self._delete_stored(generation, late)
        return {identity: each for identity, each in stored.items() if identity not in late}

    def _stored(self, generation: Generation, ids: Sequence[str]) -> dict[str, Stored]:
        """The documents with these ids as they are now, whether they can be searched yet or not."""
        if not ids:
            return {}
        body = {"ids": [server_id(identity) for identity in ids]}
        params = {"_source_includes": "id,digest,version,writer,seen"}
        answer = self._cluster.attempt("POST", f"/{generation.index}/_mget", body, params=params)
        found = {}
        for told in answer["docs"]:
            if "error" in told:
                raise self._cluster.item_error(told["error"])
            if told.get("found"):
                source = told["_source"]
                found[source["id"]] = Stored(
                    told["_seq_no"],
                    told["_primary_term"],
                    source["digest"],
                    source["version"],
                    source["seen"],
                    source["writer"],
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
        for alias in (lexicon_alias(self._cluster.location), self._cluster.location.alias):
            self._cluster.refresh(alias)

    # --- taking out -----------------------------------------------------------------------------

    def delete(self, identities: Iterable[str], *, forget: bool) -> int:
        """Take articles out; with `forget` also forget that they were cancelled. How many were there."""
        gone, every = 0, iter(dict.fromkeys(identities))
        while some := list(islice(every, BATCH_ARTICLES)):
            gone += self._delete(some)
            if forget:
                self._notes.forget(some)
        self._refresh()
        return gone

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        """Take out what a wire cancels, and note it, so that it does not come again."""
        gone, every = 0, iter(cancelled.items())
        while some := dict(islice(every, BATCH_ARTICLES)):
            self._notes.cancel(some)
            gone += self._delete([*some])
        self._refresh()
        return gone

    def _delete(self, ids: Sequence[str]) -> int:
        """Delete articles as they are now, and note it for a rebuild that may be running; how many."""
        self._notes.note_deletions(ids, microseconds(datetime.now(UTC)))
        gone, left, turns = set[str](), list(ids), _Turns(self._cluster)
        while left:
            try:
                generation = newest(self._cluster)
                stored = self._stored(generation, left)
                gone |= stored.keys()
                left = self._delete_stored(generation, stored)
            except (Blocked, Missing) as error:
                turns.wait(error)
                continue
            if left:
                turns.wait()
        return len(gone)

    def _delete_stored(self, generation: Generation, stored: Mapping[str, Stored]) -> list[str]:
        """Delete documents as they were read; return the ids of documents that have changed since."""
        writes = []
        for identity, each in stored.items():
            state = {"if_seq_no": each.seq_no, "if_primary_term": each.primary_term}
            writes.append(Write({"delete": {"_id": server_id(identity), **state}}))
        statuses = write_all(self._cluster, generation.writing, writes)
        return [identity for identity, status in zip(stored, statuses, strict=True) if status == 409]


class _Turns:
    """Waits between the attempts of a writer, each time longer."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._closed = cluster, ClosedIndex(cluster)
        self._until, self._pauses = time.monotonic() + PATIENCE_SECONDS, Pauses(0.05)

    def wait(self, error: Exception | None = None) -> None:
        """Wait; raises `ArchiveUnavailable` after `PATIENCE_SECONDS`. Opens an index that stays closed."""
        if error is not None and not self._closed.look(newest(self._cluster).index):
            problem = self._cluster.missing(str(error))
            if isinstance(problem, IndexUnusable):
                raise problem
        if time.monotonic() > self._until:
            raise ArchiveUnavailable(
                "the archive takes no articles now: its index is being replaced, or other writers change the "
                f"same articles all the time{f' ({error})' if error else ''}; try again later",
                self._cluster.location,
            )
        self._pauses.wait()


class PairSender:
    """Sends the words of articles to a lexicon, before the articles, each once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._sent: set[Word] = set()
        self._sent_for = ""

    def send(self, generation: Generation, analyzed: Sequence[AnalyzedArticle]) -> None:
        """Put the words of some articles into the lexicon of an index, unless they were sent before."""
        if self._sent_for != generation.uuid or len(self._sent) > MAX_REMEMBERED:
            self._sent, self._sent_for = set(), generation.uuid
        counts = Counter(pair for each in analyzed for pair in pairs_of(each))
        new = [(pair, count) for pair, count in counts.items() if pair not in self._sent]
        if new:
            Lexicon(self._cluster, generation.lexicon).put(new)
            self._sent.update(pair for pair, _ in new)


def with_averages(
    cluster: Cluster, generation: Generation, analyzer: Analyzer, averages: Mapping[str, float]
) -> Generation:
    """The index, which now says that scores are made with these average lengths."""
    facts = meta(analyzer, generation.archive, averages)
    cluster.attempt("PUT", f"/{generation.index}/_mapping", {"_meta": facts})
    return replace(generation, averages=dict(averages))
