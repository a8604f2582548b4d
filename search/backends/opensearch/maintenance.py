"""Checks and snapshots of an archive on a cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from search.article import Article
from search.backends.evaluate.columns import moment
from search.backends.opensearch.client import Answer, Cluster
from search.backends.opensearch.creation import notes_name
from search.backends.opensearch.decisions import is_above
from search.backends.opensearch.documents import AnalyzedArticle, analyze, document_of, pairs_of
from search.backends.opensearch.layout import (
    DATES,
    Generation,
    exists,
    lexicon_alias,
    newest,
)
from search.backends.opensearch.lease import fences_of
from search.backends.opensearch.lexicon import Lexicon
from search.backends.opensearch.location import ClusterLocation
from search.backends.opensearch.moment import SHOWN, Moment, article_of
from search.backends.opensearch.notes import Notes
from search.backends.opensearch.snapshots import take_snapshot
from search.engine import Beside, Level, Progress, Report, Version
from search.errors import (
    ArchiveDamaged,
)
from search.fields import TEXT_FIELDS
from search.text import Analyzer

MAX_NAMED = 5
"""Articles that a problem names; and values of a field by which an article is looked for."""

MAX_WORDS = 500
"""Words by which an article is looked for; a query of the server has 1,024 parts at most."""

REBUILD = "make the index again from its articles: news rebuild"


class ClusterIndexes:
    """The indexes of the archive at `location`, whatever state they are in."""

    def __init__(self, location: ClusterLocation) -> None:
        self._cluster = Cluster(location)

    def verify(self, level: Level = "full", progress: Progress | None = None) -> Report:
        """Check the indexes; "full" each article against its digest, "deep" also its words."""
        with closing(self._cluster) as cluster:
            cluster.check_version()
            known = newest(cluster)
            problems, notes, total = [*_of_cluster(cluster, known)], [], 0
            fix = "start the nodes that are missing, and wait until they have taken over" if problems else ""
            if not problems:
                body = {"size": 0, "track_total_hits": True}
                total = int(cluster.search_once(body, known.index)["hits"]["total"]["value"])
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

        Raises `ArchiveExists`, and `ArchiveDamaged` where articles are damaged.
        """
        report = self.verify("full")
        if report.problems:
            raise ArchiveDamaged(f"{report.problems[0]}; {report.fix}", self._cluster.location)
        with closing(self._cluster) as cluster:
            take_snapshot(cluster, newest(cluster), str(target))
        return report

    def articles(self, *, seen: bool = False) -> Iterator[Article]:
        for article, first in self._stored():
            yield article.crawled_at(first) if seen and first is not None else article

    def versions(self) -> Iterator[Version]:
        """Every article, as the only version of it that is kept."""
        for article, seen in self._stored():
            yield Version(0, seen, None, None, article)

    def beside(self) -> Beside:
        with closing(self._cluster) as cluster:
            newest(cluster)
            return Beside(0, 0, Notes(cluster).every_cancelled())

    def _stored(self) -> Iterator[tuple[Article, datetime | None]]:
        """Every article of one moment, in the order in which they first came, each with that time."""
        self._cluster.check_version()
        at = Moment(self._cluster)
        with closing(self._cluster), closing(at):
            for hits in at.pages({"match_all": {}}, source=SHOWN, by="seen"):
                for article, seen in map(article_of, hits):
                    yield article, None if seen is None else moment(seen)


class _Checked:
    """The articles of an index, each against its digest and its document."""

    def __init__(self, cluster: Cluster, known: Generation, *, deep: bool) -> None:
        self._cluster, self._known, self._deep = cluster, known, deep
        self._analyzer = Analyzer(known.language)
        self._cancelled = Notes(cluster).every_cancelled()
        self._counts, self._named = Counter[str](), dict[str, list[str]]()

    def check(self, total: int, progress: Progress | None) -> None:
        """Look at every article of one moment."""
        done = 0
        with closing(Moment(self._cluster, generation=self._known)) as at:
            for hits in at.pages({"match_all": {}}, source=True):
                whole = [article for article in map(self._checked, hits) if article is not None]
                if self._deep:
                    self._check_words(at, [analyze(article, self._analyzer) for article in whole])
                done += len(hits)
                if progress is not None:
                    progress(done, max(done, total))

    def problems(self) -> list[str]:
        """A sentence for each kind of damage."""
        return [
            f"{count:,} {what}, such as {', '.join(self._named[what])}"
            for what, count in sorted(self._counts.items())
        ]

    def _note(self, what: str, name: str) -> None:
        self._counts[what] += 1
        if len(self._named.setdefault(what, [])) < MAX_NAMED:
            self._named[what].append(repr(name))

    def _checked(self, hit: Answer) -> Article | None:
        """The article of a document; None if it is not as it was written."""
        source = hit["_source"]
        identity = str(source.get("id", hit["_id"]))
        try:
            article, _ = article_of(hit)
        except ArchiveDamaged:
            article = None
        if article is None or (article.id, article.digest().hex()) != (identity, source.get("digest")):
            self._note("articles are not as they were written", identity)
            return None
        if identity in self._cancelled and not is_above(source.get("version"), self._cancelled[identity]):
            self._note("articles are there though a wire has cancelled them", identity)
        return article

    def _check_words(self, at: Moment, articles: Sequence[AnalyzedArticle]) -> None:
        """Check that the lexicon has the words of articles, and that each is found by its own."""
        pairs = {pair for each in articles for pair in pairs_of(each)}
        lexicon = Lexicon(self._cluster, self._known.lexicon)
        terms = at.answer(lambda: lexicon.terms_of([form for form, _ in pairs]))
        for form, term in pairs:
            if term not in terms.get(form, ()):
                self._note("words are missing in the lexicon", form)
        for each in articles:
            if not at.answer(partial(at.total, self._own_query(each))):
                self._note("articles are not found by their words", each.article.id)

    def _own_query(self, analyzed: AnalyzedArticle) -> Answer:
        """The query for a document with the words, lengths, values and times of an article."""
        made, _ = document_of(
            analyzed,
            seen=datetime.now(UTC),
            version=None,
            writer="",
            default_language=self._analyzer.language,
            averages=self._known.averages,
            extra_fields=self._known.extra_fields,
        )
        document: Any = made
        own: list[Answer] = [{"term": {"id": analyzed.article.id}}]
        own += [{"term": {"pairs": pair}} for pair in document["pairs"][:MAX_WORDS]]
        own += [{"term": {f"lengths.{field}": document["lengths"][field]}} for field in TEXT_FIELDS]
        own += [{"term": {name: document[name]}} for name in DATES if name in document and name != "seen"]
        for field, values in document["value"].items():
            own += [{"term": {f"value.{field}": value}} for value in values[:MAX_NAMED]]
        return {"bool": {"filter": own}}


def _of_cluster(cluster: Cluster, known: Generation) -> Iterator[str]:
    """Yield the reasons why the archive cannot answer for all of it."""
    own = (known.index, known.lexicon, notes_name(cluster.location))
    there = [name for name in own if exists(cluster, name)]
    for name in own:
        if name not in there:
            yield f"the index {name} is missing"
    is_written = exists(cluster, known.writing) or fences_of(cluster, known.index)
    if not (exists(cluster, lexicon_alias(cluster.location)) and is_written):
        yield f"an alias of {known.index} is missing"
    path = f"/_cluster/health/{','.join(there)}"
    health = cluster.call("GET", path, params={"level": "shards", "timeout": "0s"})
    for name, told in health["indices"].items():
        shards: Mapping[str, Any] = told["shards"]
        missing = [number for number, shard in shards.items() if not shard["primary_active"]]
        if missing:
            yield f"{len(missing)} of {len(shards)} shards of {name} have no node"
