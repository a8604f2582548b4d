"""Checks and snapshots of an archive on a cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from search.article import Article
from search.backends.evaluate.columns import moment
from search.backends.opensearch.client import Answer, Cluster
from search.backends.opensearch.documents import AnalyzedArticle, analyze, document_of, pairs_of
from search.backends.opensearch.layout import (
    DATES,
    Generation,
    exists,
    lexicon_alias,
    newest,
    notes_alias,
)
from search.backends.opensearch.lexicon import Lexicon
from search.backends.opensearch.location import ClusterLocation
from search.backends.opensearch.moment import PAGE, Moment, article_of
from search.backends.opensearch.snapshots import take_snapshot
from search.engine import Beside, Level, Progress, Report, Version
from search.errors import (
    ArchiveDamaged,
)
from search.fields import TEXT_FIELDS
from search.text import Analyzer

MAX_NAMED = 5
"""Articles that a problem names."""

REBUILD = "make the index again from its articles: news rebuild"


class ClusterIndexes:
    """The indexes of the archive at `location`, whatever state they are in."""

    def __init__(self, location: ClusterLocation) -> None:
        self._cluster = Cluster(location)

    def verify(self, level: Level = "full", progress: Progress | None = None) -> Report:
        """Check the indexes; "full" each article against its digest, "deep" also its words and each copy."""
        cluster = self._cluster
        cluster.check_version()
        known = newest(cluster)
        problems, notes = [*_of_cluster(cluster, known)], []
        total = int(cluster.call("GET", f"/{known.index}/_count")["count"]) if not problems else 0
        fix = "start the nodes that are missing, and wait until they have taken over" if problems else ""
        if not problems and level != "quick":
            found = _Checked(cluster, known, deep=level == "deep")
            found.check(total, progress)
            problems += found.problems()
            fix = REBUILD if problems else ""
        if not known.is_durable:
            notes.append(
                "writes are not on the disk when they are acknowledged; set index.translog.durability to "
                "request"
            )
        return Report(level, total, tuple(problems), fix, tuple(notes))

    def copy_to(self, target: str | Path) -> Report:
        """Take a snapshot: `target` is REPOSITORY/NAME of a repository that the cluster knows.

        All parts of the archive are of one moment each, the lexicon of the last. Raises `ArchiveExists`.
        """
        self._cluster.check_version()
        report = self.verify("full")
        if report.problems:
            raise ArchiveDamaged(f"{report.problems[0]}; {report.fix}", self._cluster.location)
        take_snapshot(self._cluster, newest(self._cluster), str(target))
        return report

    def articles(self, *, seen: bool = False) -> Iterator[Article]:
        for article, first in self._stored():
            yield article.crawled_at(first) if seen and first is not None else article

    def versions(self) -> Iterator[Version]:
        """Every article, as the only version of it that is kept."""
        for article, seen in self._stored():
            yield Version(0, seen, None, None, article)

    def beside(self) -> Beside:
        self._cluster.check_version()
        notes = notes_alias(self._cluster.location)
        self._cluster.call("POST", f"/{notes}/_refresh")
        found: dict[str, int | None] = {}
        query = {"term": {"kind": "cancelled"}}
        body: Answer = {"query": query, "size": PAGE, "sort": [{"id": "asc"}]}
        while hits := self._cluster.search_once(body, notes)["hits"]["hits"]:
            found |= {hit["_source"]["id"]: hit["_source"]["version"] for hit in hits}
            body["search_after"] = hits[-1]["sort"]
        return Beside(0, 0, found)

    def _stored(self) -> Iterator[tuple[Article, datetime | None]]:
        """Every article of one moment, in the order in which they first came, each with that time."""
        self._cluster.check_version()
        at = Moment(self._cluster)
        try:
            for hits in at.pages({"match_all": {}}, source=["article", "seen"], by="seen"):
                for article, seen in map(article_of, hits):
                    yield article, None if seen is None else moment(seen)
        finally:
            at.close()


class _Checked:
    """The articles of an index, each against its digest and its document."""

    def __init__(self, cluster: Cluster, known: Generation, *, deep: bool) -> None:
        self._cluster, self._known, self._deep = cluster, known, deep
        self._analyzer = Analyzer(known.language)
        self._counts, self._named = Counter[str](), dict[str, list[str]]()

    def check(self, total: int, progress: Progress | None) -> None:
        at = Moment(self._cluster, generation=self._known)
        done = 0
        try:
            for hits in at.pages({"match_all": {}}, source=True):
                pairs: set[tuple[str, str]] = set()
                for hit in hits:
                    self._check_one(hit, pairs)
                if self._deep:
                    self._check_words(at, hits, pairs)
                done += len(hits)
                if progress is not None:
                    progress(done, max(done, total))
        finally:
            at.close()
        if self._deep:
            self._check_copies()

    def problems(self) -> list[str]:
        """A sentence for each kind of damage."""
        return [
            f"{count:,} articles {what}, such as {', '.join(self._named[what])}"
            for what, count in sorted(self._counts.items())
        ]

    def _note(self, what: str, identity: str) -> None:
        self._counts[what] += 1
        if len(self._named.setdefault(what, [])) < MAX_NAMED:
            self._named[what].append(repr(identity))

    def _check_one(self, hit: Answer, pairs: set[tuple[str, str]]) -> None:
        source = hit["_source"]
        identity = source.get("id", hit["_id"])
        try:
            article = Article.restored(source["article"])
            whole = article.id == identity and article.digest().hex() == source["digest"]
        except (KeyError, TypeError, ValueError, AttributeError):
            whole = False
        if not whole:
            self._note("are not as they were written", identity)
        elif self._deep:
            pairs |= pairs_of(analyze(article, self._analyzer))

    def _check_words(self, at: Moment, hits: Sequence[Answer], pairs: set[tuple[str, str]]) -> None:
        """Check that the lexicon has the words of a page, and that each article is found by its own."""
        lexicon = Lexicon(self._cluster, self._known.lexicon)
        terms = at.answer(lambda: lexicon.terms_of([form for form, _ in pairs]))
        for form, term in pairs:
            if term not in terms.get(form, ()):
                self._note("have words that the lexicon lacks", form)
        for hit in hits:
            analyzed = analyze(Article.restored(hit["_source"]["article"]), self._analyzer)
            if not self._is_found(analyzed):
                self._note("are not found by their words", analyzed.article.id)

    def _is_found(self, analyzed: AnalyzedArticle) -> bool:
        """True if the document of an article has its words, lengths and values."""
        document, _ = document_of(
            analyzed,
            seen=datetime.now(UTC),
            version=None,
            default_language=self._analyzer.language,
            averages=self._known.averages,
            extra_fields=self._known.extra_fields,
        )
        pairs: Any = document["pairs"]
        lengths: Any = document["lengths"]
        must: list[Answer] = [{"term": {"id": analyzed.article.id}}]
        must += [{"term": {"pairs": pair}} for pair in pairs[:500]]
        must += [{"term": {f"lengths.{field}": lengths[field]}} for field in TEXT_FIELDS]
        must += [{"term": {name: document[name]}} for name in DATES if name in document and name != "seen"]
        told = self._cluster.call(
            "POST", f"/{self._known.index}/_count", {"query": {"bool": {"filter": must}}}
        )
        return bool(told["count"] == 1)

    def _check_copies(self) -> None:
        """Compare the ids and digests of the copies of each shard."""
        told = self._cluster.call(
            "GET",
            f"/_cat/shards/{self._known.index}",
            params={"format": "json", "h": "shard,node,state,docs"},
        )
        documents: dict[str, set[str]] = {}
        for row in told:
            if row["state"] == "STARTED":
                documents.setdefault(row["shard"], set()).add(row["docs"])
        for shard, counts in documents.items():
            if len(counts) > 1:
                self._note("are missing on a copy of a shard", f"shard {shard}")


def _of_cluster(cluster: Cluster, known: Generation) -> Iterator[str]:
    """Yield the reasons why the archive cannot answer for all of it."""
    for name in (known.lexicon, f"{notes_alias(cluster.location)}.1"):
        if not exists(cluster, name):
            yield f"the index {name} is missing"
    if not exists(cluster, lexicon_alias(cluster.location)) or not exists(cluster, known.writing):
        yield f"an alias of {known.index} is missing"
    health = cluster.call("GET", f"/_cluster/health/{known.index}", params={"level": "shards"})
    shards: Mapping[str, Any] = health["indices"][known.index]["shards"]
    missing = [number for number, shard in shards.items() if not shard["primary_active"]]
    if missing:
        yield f"{len(missing)} of {len(shards)} shards of {known.index} have no node"
