"""The embedded engine: the store, the index and the lock as one `search.engine.Engine`.

A write goes to the store, then to the index. Were it to end between the two, the index would lag
behind the store; the next write brings it up to date, and until then `warnings` says so. A reader takes the
commit of the index first and the store second, which has all that the commit covers, and shows the articles
as they were at the commit's revision. An index that covers what the store does not have is damage: articles
have been lost, and nothing goes on as if they had not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path

from search.analysis import Analyzer, fold
from search.article import Article
from search.codec.counts import extent, missing
from search.codec.matches import everything
from search.dates import Interval
from search.engine import (
    Added,
    Deadline,
    FacetRequest,
    FacetValue,
    Hit,
    Results,
    SearchRequest,
    Settings,
    Stats,
    Suggestion,
    Timeline,
    Version,
    WeightedWord,
)
from search.engines.embedded import creation
from search.engines.embedded.documents import moment
from search.engines.embedded.evaluate import Evaluator
from search.engines.embedded.explain import explain
from search.engines.embedded.index import INDEX_FORMAT, ArchiveIndex, Covered
from search.engines.embedded.lock import is_being_written
from search.engines.embedded.relevance import characteristic_words
from search.engines.embedded.schema import FACET_FIELDS
from search.engines.embedded.select import cursor, facet, ids_oldest_first, page, timeline
from search.engines.embedded.store import Store
from search.engines.embedded.store.layout import FORMAT
from search.engines.embedded.suggestions import completions, corrections, near_values
from search.engines.embedded.tie import check_tie, damage
from search.engines.embedded.writing import Report, Writer
from search.errors import (
    ArchiveNotFound,
    InvalidRequest,
)
from search.explanation import Explanation
from search.language import TEXT_FIELDS, Node, field_name, sought_words
from search.snippets import Highlight

FETCHED = 2_000
"""Articles that `scan` holds at a time."""

SHOWN = 500
"""Articles that are read from the store between two checks of the time."""

MAX_MAPPED = 128 << 20
"""Bytes of files that stay in memory after a query; the system keeps what it likes of the rest."""

WAITED = 0.05
"""Seconds from one look to the next at a deadline, while another thread has its turn."""


class EmbeddedEngine:
    """The archive in a folder. Made by `open` or `create`."""

    def __init__(self, location: Path, store: Store, wait: float = 0.0) -> None:
        self._location = location
        self._store = store
        self._index = ArchiveIndex(location / "index")
        self._analyzer = Analyzer(store.language)
        self._writer = Writer(location, store, self._index, self._analyzer, wait)
        self._turn = threading.RLock()
        self._evaluator: Evaluator | None = None
        self._stamp = (0, 0)
        self._covered: Covered  # of the evaluator's commit

    @classmethod
    def open(cls, location: Path, wait: float = 0.0) -> EmbeddedEngine:
        """The archive at `location`; raises `ArchiveNotFound`, `ArchiveExists`, `ArchiveDamaged`."""
        return cls(cls.found(location), Store(location), wait)

    @staticmethod
    def found(location: Path) -> Path:
        """`location`, if there is an archive; raises `ArchiveNotFound`, for half of one `ArchiveDamaged`."""
        if not (location / "articles.db").exists():
            if location.exists() and not location.is_dir():
                raise ArchiveNotFound(f"{location} is not a folder, so not an archive", location)
            creation.check_remains(location)
            raise ArchiveNotFound(f"no archive at {location}; make one with: news index PATH", location)
        return location

    @classmethod
    def create(cls, location: Path, language: str = "english", wait: float = 0.0) -> EmbeddedEngine:
        """A new archive; `location` may be there already as long as it holds no archive.

        Whatever interrupts this, there is an archive then or there is none.
        """
        creation.create(location, language, wait)
        return cls(location, Store(location), wait)

    def close(self) -> None:
        with self._turn:
            self._evaluator = None
            self._writer.close()
            self._store.close()

    # --- reading --------------------------------------------------------------------------------

    @contextmanager
    def _turned(self, deadline: Deadline | None) -> Iterator[None]:
        """Have the engine's one turn, waiting for it no longer than the deadline."""
        if deadline is None:
            self._turn.acquire()
        else:
            while not self._turn.acquire(timeout=WAITED):
                deadline.check()
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _reading(self, deadline: Deadline | None = None) -> Iterator[Evaluator]:
        """The newest commit, for one thread at a time, that evaluates up to the deadline."""
        with self._turned(deadline):
            stamp = self._index.stamp()
            if self._evaluator is None or stamp != self._stamp:
                view, covered = self._index.view()
                self._evaluator, self._covered = Evaluator(view, self._analyzer), covered
                self._stamp = stamp
            self._evaluator.limit(deadline)
            with self._store.snapshot():
                check_tie(self._store, self._covered)
                with self._index.answering():
                    yield self._evaluator
            self._evaluator.view.release_beyond(MAX_MAPPED)

    def search(self, request: SearchRequest) -> Results:
        with self._reading(request.deadline) as evaluator:
            view = evaluator.view
            counted = [self._counted(facet) for facet in request.facets]
            matches = evaluator.ranked(request)
            wanted = request.limit + 1 if request.limit else 0
            places = page(view, matches, request.sort, request.after, wanted)
            shown = places[: request.limit]
            articles: dict[str, Article] = {}
            for start in range(0, len(shown), SHOWN):
                view.check()
                some = [place.text for place in shown[start : start + SHOWN]]
                articles |= self._store.get(some, self._covered.revision)
            lost = [place.text for place in shown if place.text not in articles]
            if lost and self._store.revision == self._covered.revision:  # else it was erased meanwhile
                raise damage(self._location, f"{self._store.path} has lost the article {lost[0]!r}")
            return Results(
                total=len(matches.docs),
                hits=tuple(Hit(articles[at.text], at.score) for at in shown if at.text in articles),
                facets=tuple(facet(view, matches.docs, asked, request.zone) for asked in counted),
                next=str(cursor(shown[-1], request.sort)) if shown and len(places) > len(shown) else None,
                warnings=self._warnings(),
            )

    def _counted(self, request: FacetRequest) -> FacetRequest:
        extra = self._covered.extra_fields
        field = field_name(request.field, extra)
        if request.interval is None and field not in FACET_FIELDS and field not in extra:
            countable = ", ".join((*FACET_FIELDS, *extra, "date:year, date:month, date:week, date:day"))
            raise InvalidRequest(f"{request.field!r} cannot be counted by; fields that can are {countable}")
        return FacetRequest(field or "date", request.limit, request.interval)

    def timeline(
        self, query: Node, interval: Interval, zone: tzinfo, deadline: Deadline | None = None
    ) -> Timeline:
        with self._reading(deadline) as evaluator:
            return timeline(evaluator.view, evaluator.matches(query).docs, interval, zone)

    def ids(self, query: Node, deadline: Deadline | None = None) -> list[str]:
        with self._reading(deadline) as evaluator:
            return ids_oldest_first(evaluator.view, evaluator.matches(query).docs)

    def scan(self, query: Node, deadline: Deadline | None = None) -> Iterator[Article]:
        with self._reading(deadline) as evaluator:
            identities = ids_oldest_first(evaluator.view, evaluator.matches(query).docs)
            revision = self._covered.revision
        for start in range(0, len(identities), FETCHED):
            if deadline is not None:
                deadline.check()
            wanted = identities[start : start + FETCHED]
            with self._turn, self._store.snapshot():
                articles = self._store.get(wanted, revision)
            yield from (articles[identity] for identity in wanted if identity in articles)

    def highlights(self, query: Node, deadline: Deadline | None = None) -> tuple[Highlight, ...]:
        with self._reading(deadline) as evaluator:
            return evaluator.highlights(query)

    def explain(self, query: Node, identity: str, deadline: Deadline | None = None) -> Explanation | None:
        with self._reading(deadline) as evaluator:
            return explain(evaluator, query, identity)

    def characteristic_words(
        self, articles: Sequence[tuple[Article, float]], count: int, deadline: Deadline | None = None
    ) -> tuple[WeightedWord, ...]:
        with self._reading(deadline) as evaluator:
            return characteristic_words(evaluator.view, articles, count, self._analyzer.stop_words)

    def unknown_words(self, query: Node, deadline: Deadline | None = None) -> tuple[str, ...]:
        with self._reading(deadline) as evaluator:
            sought = dict.fromkeys(sought_words(query))
            return tuple(word for word in sought if not evaluator.knows(word))

    def corrections(self, word: str, count: int, deadline: Deadline | None = None) -> tuple[Suggestion, ...]:
        with self._reading(deadline) as evaluator:
            return corrections(evaluator.view, fold(word), count)

    def completions(
        self, prefix: str, count: int, deadline: Deadline | None = None
    ) -> tuple[Suggestion, ...]:
        with self._reading(deadline) as evaluator:
            return completions(evaluator.view, fold(prefix), count)

    def near_values(
        self, field: str, value: str, count: int, deadline: Deadline | None = None
    ) -> tuple[FacetValue, ...]:
        with self._reading(deadline) as evaluator:
            return near_values(evaluator.view, field, value, count)

    def count(self) -> int:
        """How many articles are stored."""
        with self._turn, self._store.snapshot():
            return self._store.count()

    def get(self, identity: str) -> Article | None:
        with self._turn, self._store.snapshot():
            return self._store.get([identity]).get(identity)

    def history(self, identity: str) -> tuple[Version, ...]:
        with self._turn, self._store.snapshot():
            return self._store.history(identity)

    def settings(self) -> Settings:
        return Settings(self._analyzer.language, self._index.covered().extra_fields)

    def warnings(self) -> tuple[str, ...]:
        with self._reading():
            return self._warnings()

    def _warnings(self) -> tuple[str, ...]:
        """What to say of the commit that is being read, within its snapshot of the store."""
        covered, found = self._covered, []
        if covered.revision < self._store.revision and not is_being_written(self._location):
            found.append("the newest changes are stored but not yet searchable; run: news rebuild")
        if self._store.format < FORMAT or covered.format < INDEX_FORMAT:
            found.append(
                "the archive was made by an older version of news; to bring it up to date: news upgrade"
            )
        elif covered.analyzer != self._analyzer.version:
            found.append(
                f"the words of the archive were analysed by {covered.analyzer}, and not by "
                f"{self._analyzer.version}; run: news rebuild"
            )
        return tuple(found)

    def stats(self) -> Stats:
        with self._reading() as evaluator:
            view = evaluator.view
            covered = self._covered
            docs = everything(view).docs
            span = extent(view, "published", docs)
            store_files = self._location.glob("articles.db*")
            return Stats(
                location=str(self._location),
                articles=self._store.count(),
                undated=missing(view, "published", docs),
                first=moment(span[0]) if span else None,
                last=moment(span[1]) if span else None,
                words=sum(view.words(field) for field in TEXT_FIELDS),
                language=self._analyzer.language,
                extra_fields=covered.extra_fields,
                segments=view.segments,
                store_size=sum(path.stat().st_size for path in store_files),
                index_size=self._index.size(),
                revision=self._store.revision,
                indexed_revision=covered.revision,
                analyzer=covered.analyzer,
            )

    # --- writing --------------------------------------------------------------------------------

    def add(self, articles: Iterable[Article]) -> Added:
        with self._turn:
            return self._writer.add(articles)

    def delete(self, identities: Iterable[str]) -> int:
        with self._turn:
            return self._writer.remove(lambda changes: changes.delete(identities))

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        with self._turn:
            return self._writer.remove(lambda changes: changes.withdraw(cancelled))

    def forget(self, identities: Iterable[str]) -> int:
        with self._turn:
            return self._writer.forget(identities)

    def prune(self, before: datetime) -> int:
        with self._turn:
            return self._writer.prune(before)

    def optimize(self) -> None:
        with self._turn:
            self._writer.optimize()

    def catch_up(self, *, only_behind: bool = False) -> None:
        """Bring the index up to date with the articles; `only_behind` only if it lacks any of them."""
        with self._turn:
            self._writer.catch_up(only_behind=only_behind)

    def upgrade(self, report: Report | None = None) -> bool:
        with self._turn:
            return self._writer.upgrade(report)

    def rebuild(self, report: Report | None = None) -> None:
        with self._turn:
            self._writer.rebuild(report)
