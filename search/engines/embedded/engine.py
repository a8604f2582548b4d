"""The embedded engine: the store, the index and the lock as one `search.engine.Engine`.

A write goes to the store, then to the index. Were it to end between the two, the index would lag
behind the store; the next write brings it up to date, and until then `warnings` says so.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from search.analysis import Analyzer, fold
from search.article import Article
from search.codec.counts import extent, missing
from search.codec.matches import everything
from search.dates import Interval
from search.engine import (
    Added,
    Deadline,
    Explanation,
    FacetRequest,
    FacetValue,
    Hit,
    Results,
    SearchRequest,
    Settings,
    Stats,
    Suggestion,
    Timeline,
    WeightedWord,
)
from search.engines.embedded.documents import moment
from search.engines.embedded.evaluate import Evaluator
from search.engines.embedded.explain import explain
from search.engines.embedded.index import ArchiveIndex
from search.engines.embedded.lock import writing
from search.engines.embedded.relevance import characteristic_words
from search.engines.embedded.schema import FACET_FIELDS
from search.engines.embedded.select import cursor, facet, ids_oldest_first, page, timeline
from search.engines.embedded.store import Store
from search.engines.embedded.suggestions import completions, corrections, near_values
from search.errors import (
    ArchiveDamaged,
    ArchiveExists,
    ArchiveNotFound,
    ArchiveReadOnly,
    IndexUnusable,
    InvalidRequest,
)
from search.language import TEXT_FIELDS, Node, field_name, sought_words
from search.snippets import Highlight

if TYPE_CHECKING:  # what writing needs is imported when something is written
    from search.engines.embedded.building import SegmentBuilder
    from search.engines.embedded.update import Update

FETCHED = 2_000
"""Articles that `scan` holds at a time."""

SHOWN = 500
"""Articles that are read from the store between two checks of the time."""

MAX_MAPPED = 128 << 20
"""Bytes of files that stay in memory after a query; the system keeps what it likes of the rest."""

AT_A_TIME = 1_000
"""Articles that are stored, and handed on to be indexed, at a time."""

REINDEXED = 25_000
"""Articles of one commit when the index catches up with the store; a multiple of `AT_A_TIME`."""

UNFINISHED = "index.new"
"""The folder in which an index is made anew; whoever writes next removes one that was left."""

Report = Callable[[int, int], None]


class EmbeddedEngine:
    """The archive in a folder. Made by `open` or `create`."""

    def __init__(self, location: Path, store: Store, wait: float = 0.0) -> None:
        self._location = location
        self._wait = wait  # seconds, for another writer
        self._store = store
        self._index = ArchiveIndex(location / "index")
        self._analyzer = Analyzer(store.language)
        self._builder: SegmentBuilder | None = None
        self._turn = threading.RLock()
        self._evaluator: Evaluator | None = None
        self._stamp = (0, 0)

    @classmethod
    def open(cls, location: Path, wait: float = 0.0) -> EmbeddedEngine:
        """The archive at `location`; raises `ArchiveNotFound`, `ArchiveExists`, `ArchiveDamaged`."""
        return cls(cls.found(location), Store(location), wait)

    @staticmethod
    def found(location: Path) -> Path:
        """`location`, if there is an archive; else raises `ArchiveNotFound`."""
        if not (location / "articles.db").exists():
            if location.exists() and not location.is_dir():
                raise ArchiveNotFound(f"{location} is not a folder, so not an archive", location)
            raise ArchiveNotFound(f"no archive at {location}; make one with: news index PATH", location)
        return location

    @classmethod
    def create(cls, location: Path, language: str = "english", wait: float = 0.0) -> EmbeddedEngine:
        """A new archive; `location` may be there already as long as it holds no archive."""
        analyzer = Analyzer(language)
        try:
            location.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            raise ArchiveExists(f"{location} is a file; choose a folder for the archive", location) from error
        except OSError as error:
            raise ArchiveReadOnly(f"cannot make {location}: {error.strerror}", location) from error
        if (location / "index").exists():
            raise ArchiveExists(
                f"{location / 'index'} is there already without its articles.db; choose another folder",
                location,
            )
        with writing(location, wait):
            store = Store.create(location, language)
            ArchiveIndex.create(location / "index", analyzer)
        return cls(location, store, wait)

    def close(self) -> None:
        with self._turn:
            self._evaluator = None
            if self._builder is not None:
                self._builder.close()
            self._store.close()

    # --- reading --------------------------------------------------------------------------------

    @contextmanager
    def _reading(self, deadline: Deadline | None = None) -> Iterator[Evaluator]:
        """The newest commit, for one thread at a time, that evaluates up to the deadline."""
        with self._turn:
            stamp = self._index.stamp()
            if self._evaluator is None or stamp != self._stamp:
                view = self._index.view()
                self._stamp = stamp
                self._evaluator = Evaluator(view, self._analyzer)
            self._evaluator.limit(deadline)
            with self._index.translated():
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
                articles |= self._store.get([place.text for place in shown[start : start + SHOWN]])
            warnings = self.warnings()
            lost = [place.text for place in shown if place.text not in articles]
            if lost and not warnings and self._index.stamp() == self._stamp:  # nor deleted meanwhile
                raise ArchiveDamaged(
                    f"{self._store.path} has lost the article {lost[0]!r}; restore a backup: news restore",
                    self._location,
                )
            return Results(
                total=len(matches.docs),
                hits=tuple(Hit(articles[at.text], at.score) for at in shown if at.text in articles),
                facets=tuple(facet(view, matches.docs, asked, request.zone) for asked in counted),
                next=str(cursor(shown[-1], request.sort)) if shown and len(places) > len(shown) else None,
                warnings=warnings,
            )

    def _counted(self, request: FacetRequest) -> FacetRequest:
        extra = self._index.covered().extra_fields
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
        identities = self.ids(query, deadline)
        for start in range(0, len(identities), FETCHED):
            if deadline is not None:
                deadline.check()
            wanted = identities[start : start + FETCHED]
            with self._turn:
                articles = self._store.get(wanted)
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
        with self._turn:
            return self._store.count()

    def get(self, identity: str) -> Article | None:
        with self._turn:
            return self._store.get([identity]).get(identity)

    def settings(self) -> Settings:
        return Settings(self._analyzer.language, self._index.covered().extra_fields)

    def warnings(self) -> tuple[str, ...]:
        with self._turn:
            covered, revision = self._index.covered().revision, self._store.revision
        if covered == revision:
            return ()
        return ("the newest changes are stored but not yet searchable; run: news rebuild",)

    def stats(self) -> Stats:
        with self._reading() as evaluator:
            view = evaluator.view
            covered = self._index.covered()
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

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._turn, writing(self._location, self._wait):
            shutil.rmtree(self._location / UNFINISHED, ignore_errors=True)
            yield

    @contextmanager
    def _updating(self, index: ArchiveIndex) -> Iterator[Update]:
        """A change to the index; the builder that made one is used again unless it was left half-way."""
        from search.engines.embedded.building import SegmentBuilder
        from search.engines.embedded.update import Update

        builder = self._builder or SegmentBuilder(self._analyzer.language, self._location)
        self._builder = None
        try:
            yield Update(index, builder)
        except BaseException:
            builder.close()
            raise
        self._builder = builder

    def add(self, articles: Iterable[Article]) -> Added:
        counts, stream = Added(), iter(articles)
        with self._writing():
            self._catch_up()
            with self._updating(self._index) as update:
                with self._store.changing() as changes:
                    while some := list(islice(stream, AT_A_TIME)):
                        change = changes.put(some)
                        counts += change.counts
                        update.remove(change.replaced)
                        update.put(change.articles)
                    update.prepare()
                if changes.revision is not None:
                    update.commit(changes.revision, self._analyzer)
        return counts

    def delete(self, identities: Iterable[str]) -> int:
        with self._writing():
            self._catch_up()
            with self._store.changing() as changes:
                gone = changes.delete(identities)
            if changes.revision is not None:
                with self._updating(self._index) as update:
                    update.remove(gone)
                    update.commit(changes.revision, self._analyzer)
                self._store.forget_tombstones(changes.revision)
            return len(gone)

    def optimize(self) -> None:
        with self._writing():
            self._catch_up()
            with self._updating(self._index) as update:
                update.commit(self._store.revision, self._analyzer, optimize=True)

    def catch_up(self) -> None:
        """Bring the index up to date with the articles, if it is not."""
        with self._writing():
            self._catch_up()

    def _catch_up(self) -> None:
        """Bring an index that lags behind the store up to date; make one that is of no use anew."""
        try:
            covered = self._index.covered()
            self._index.check()
        except IndexUnusable:
            self._make_anew()
            return
        if covered.analyzer != self._analyzer.version:
            self._make_anew()
        elif covered.revision < self._store.revision:
            self._fill(self._index, covered.revision)
            self._store.forget_tombstones(self._store.revision)

    def rebuild(self, report: Report | None = None) -> None:
        with self._writing():
            self._make_anew(report)

    def _make_anew(self, report: Report | None = None) -> None:
        self._index.adopt(self.index_anew(self._location / UNFINISHED, report))
        self._store.forget_tombstones(self._store.revision)

    def index_anew(self, path: Path, report: Report | None = None) -> ArchiveIndex:
        """An index of all the articles in the new folder `path`."""
        made = ArchiveIndex.create(path, self._analyzer)
        with self._store.snapshot():
            self._fill(made, 0, report)
        return made

    def _fill(self, index: ArchiveIndex, revision: int, report: Report | None = None) -> None:
        """Apply to `index`, which covers `revision`, all that has changed in the store since."""
        newest, total, done = self._store.revision, self._store.count(), 0
        gone = self._store.deleted_since(revision)
        changed = self._store.since(revision, AT_A_TIME)
        finished = False
        while not finished:
            before = done
            with self._updating(index) as update:
                update.remove(gone)
                for some in islice(changed, REINDEXED // AT_A_TIME):
                    if revision:
                        update.remove(article.id for article in some)
                    update.put(some)
                    done += len(some)
                    if report is not None:
                        report(done, total)
                update.prepare()
                finished = done - before < REINDEXED
                update.commit(newest if finished else revision, self._analyzer)
