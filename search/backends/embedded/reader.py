"""One commit of an embedded archive: its index, and its articles as they were at the revision it covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from search.article import Article
from search.backends.embedded.answers import cursor, facet, ids_oldest_first, page
from search.backends.embedded.distinctive import distinctive
from search.backends.embedded.index import INDEX_FORMAT, ArchiveIndex, CommitInfo
from search.backends.embedded.lock import is_being_written
from search.backends.embedded.past import past_of
from search.backends.embedded.store import Store
from search.backends.embedded.store.layout import FORMAT
from search.backends.embedded.suggestions import completions, corrections, near_values
from search.backends.embedded.tie import damage
from search.backends.evaluate.columns import moment
from search.backends.evaluate.compile import Compiler
from search.backends.evaluate.copies import collapsed, copies_of_hits, tally
from search.backends.evaluate.explanation import of_proximity
from search.backends.evaluate.terms import WordTerms
from search.backends.evaluate.texts import ArticleTexts
from search.dates import INTERVALS
from search.engine import (
    DEFAULT_RANKING,
    MIN_SCORE,
    Arrivals,
    Background,
    CopyGroup,
    Distinctive,
    Explanation,
    FacetRequest,
    Facets,
    Hit,
    Ranking,
    Results,
    SearchRequest,
    State,
    Stats,
    Suggestion,
    Version,
    Watch,
    neighbours,
)
from search.errors import InvalidRequest, OtherAnalyzer
from search.fields import COUNTED_DATES, FACET_FIELDS, TEXT_FIELDS, field_name
from search.index.copies.column import digests_of, group_called, group_docs
from search.index.evaluate.counts import extent, missing
from search.index.evaluate.matches import Matches, everything, has
from search.index.kernels import KERNELS
from search.index.read.snapshot import Snapshot
from search.language import Node, Word
from search.once import once
from search.text import Analyzer, fold

SCAN_ARTICLES = 2_000
"""Articles that `scan` holds at a time."""

CHECK_ARTICLES = 500
"""Articles that are read from the store between two checks of the time."""

NO_HISTORY = "the format of this archive keeps no versions; to bring it up to date run: news upgrade"


class EmbeddedReader:
    """One commit, read from a `view` of the index, which covers `covered`, and a snapshot of the `store`.

    With a `revision` the articles are shown as they were then, to which the view must belong.
    """

    def __init__(
        self,
        index: ArchiveIndex,
        store: Store,
        view: Snapshot,
        covered: CommitInfo,
        analyzer: Analyzer,
        revision: int | None = None,
        *,
        has_copies: bool = True,
    ) -> None:
        self._has_copies = has_copies
        self._index, self._store, self._view, self._covered = index, store, view, covered
        self._revision = covered.revision if revision is None else revision
        self._location, self._analyzer = store.location, analyzer
        self._terms = WordTerms(view, analyzer)
        self._texts = ArticleTexts(view, self.get)

    def search(self, request: SearchRequest) -> Results:
        view = self._view
        counted = [self._counted(facet) for facet in request.facets]
        compiler = Compiler(view, self._terms, self._texts, request.ranking)
        plan = compiler.plan(request.query)
        matches = compiler.ranked(request.query, plan.matches, request.prefer)
        every, texts, sources = matches.docs, None, None
        if request.collapse:
            texts, sources = tally(view, every)
            matches = collapsed(view, matches)
        places = page(view, matches, request.sort, request.after, request.limit + 1 if request.limit else 0)
        shown = places[: request.limit]
        articles = self.get([place.text for place in shown])
        lost = [place.text for place in shown if place.text not in articles]
        if lost and self._store.revision == self._covered.revision:  # else it was erased meanwhile
            raise damage(self._location, f"{self._store.path} has lost the article {lost[0]!r}")
        copies = copies_of_hits(view, shown)
        seen = self._store.first_seen([place.text for place in shown]) if shown else {}
        return Results(
            total=len(every),
            hits=tuple(
                Hit(articles[at.text], at.score, copies=copies.get(at.text), seen=seen.get(at.text))
                for at in shown
                if at.text in articles
            ),
            facets=Facets(facet(view, every, asked, request.zone) for asked in counted),
            next=str(cursor(shown[-1], request.sort)) if shown and len(places) > len(shown) else None,
            warnings=self._warnings,
            highlights=plan.highlights() if request.highlight and shown else (),
            texts=texts,
            sources=sources,
        )

    def _counted(self, request: FacetRequest) -> FacetRequest:
        extra = self._covered.extra_fields
        field = field_name(request.field, extra)
        is_known = field in FACET_FIELDS or field in extra
        if (field not in COUNTED_DATES) if request.interval is not None else not is_known:
            countable = ", ".join((*FACET_FIELDS, *extra, *(f"date:{interval}" for interval in INTERVALS)))
            raise InvalidRequest(f"{request.field!r} cannot be counted by; fields that can are {countable}")
        return FacetRequest(field or request.field, request.limit, request.interval, request.texts)

    def ids(self, query: Node) -> list[str]:
        return ids_oldest_first(self._view, self._matches(query).docs)

    def scan(self, query: Node) -> Iterator[Article]:
        identities = self.ids(query)
        for start in range(0, len(identities), SCAN_ARTICLES):
            wanted = identities[start : start + SCAN_ARTICLES]
            articles = self.get(wanted)
            self._store.end_snapshot()  # which may take hours, and would keep the WAL from being emptied
            yield from (articles[identity] for identity in wanted if identity in articles)

    def get(self, identities: Sequence[str]) -> dict[str, Article]:
        articles: dict[str, Article] = {}
        with self._store.snapshot():
            for start in range(0, len(identities), CHECK_ARTICLES):
                self._view.check()
                some = identities[start : start + CHECK_ARTICLES]
                articles |= self._store.get(some, self._revision)
        return articles

    def revisions(self, identities: Sequence[str]) -> dict[str, int]:
        return self._store.revisions(identities, self._revision)

    def first_seen(self, identities: Sequence[str]) -> dict[str, datetime]:
        return self._store.first_seen(identities)

    def copies(self, name: str) -> CopyGroup | None:
        view, group = self._view, group_called(self._view, name)
        docs = group_docs(view, group)
        if not len(docs):  # perhaps it is the id of an article in an index of folded ids
            return CopyGroup(name, (found,)) if (found := self.get([name]).get(name)) else None
        members, digests = (ids_oldest_first(view, own) for own in (docs, digests_of(view, group)))
        articles = self.get([*members, *digests])
        founder = [articles.pop(group)] if group in members and group in articles else []
        others = [articles[identity] for identity in members if identity in articles]
        held = tuple(articles[identity] for identity in digests if identity in articles)
        return CopyGroup(group, (*founder, *others), held)

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        return {word: self._terms.document_frequency(word) for word in words}

    def vocabulary(
        self, *, field: str | None = None, prefix: str = "", near: str = "", count: int = 10
    ) -> tuple[Suggestion, ...]:
        if field is not None:
            return near_values(self._view, field, near, count)
        if near:
            return corrections(self._view, fold(near), count)
        return completions(self._view, fold(prefix), count)

    def history(self, identity: str) -> tuple[Version, ...]:
        """Every version of the article that is kept, also of revisions after this commit."""
        return self._store.history(identity)

    def as_of(self, identities: Sequence[str], revision: int) -> dict[str, Article]:
        """The articles as they were after a revision, without cancelled ones."""
        return self._store.as_of(identities, revision)

    def changed_since(self, revision: int) -> tuple[str, ...]:
        """The ids of articles that later revisions touched."""
        return self._store.changed_since(revision)

    def distinctive(
        self, query: Node, against: Background, *, count: int, texts: int, score: float = MIN_SCORE
    ) -> Distinctive:
        inside = self._matches(query).docs
        others = against if isinstance(against, str) else self._matches(against).docs
        return distinctive(self._view, inside, others, count, texts, score)

    def arrivals(self, watches: Sequence[Watch], *, limit: int | None = None) -> list[Arrivals]:
        from search.backends.embedded.arrivals import ArrivalFinder  # with what makes an index

        if not watches:
            return []
        covered = self._covered
        if self._store.format < FORMAT:
            raise InvalidRequest(NO_HISTORY)
        if not self._analyzer.gives_terms_of(covered.analyzer, covered.stemmers):
            raise OtherAnalyzer(
                "the words of the archive were analysed by other rules or stemmers than those here, so new "
                "articles cannot be looked for; first run: news rebuild",
                self._location,
            )
        finder = ArrivalFinder(self._view, self._store, self._revision, self._analyzer, covered.extra_fields)
        return finder.find(watches, limit)

    def explain(self, query: Node, identity: str, ranking: Ranking = DEFAULT_RANKING) -> Explanation | None:
        docs = self._matches(Word(identity, "id")).docs.tolist()
        if not docs:
            return None
        compiler = Compiler(self._view, self._terms, self._texts, ranking)
        plan = compiler.plan(query)
        matches = has(plan.matches, docs[0])
        parts = tuple(plan.explain(docs[0])) if matches else ()
        if matches and (reranked := compiler.reranked(query, plan.matches)):
            assert ranking.proximity is not None
            pairs = neighbours(query, ranking.proximity)
            nearness = dict(zip(map(str, pairs), reranked.nearness_in(docs[0]), strict=True))
            if any(nearness.values()):
                score = sum(part.value for part in parts)
                parts += (of_proximity(nearness, ranking.proximity.share(len(pairs)), score),)
        return Explanation(sum(part.value for part in parts), str(query), parts, matches)

    def _matches(self, query: Node) -> Matches:
        return Compiler(self._view, self._terms, self._texts, DEFAULT_RANKING).plan(query).matches

    def state(self) -> State:
        covered = self._covered
        language, fields = self._analyzer.language, covered.extra_fields
        return State(covered.archive, self._revision, language, fields, self._warnings)

    def as_of_revision(self, revision: int) -> EmbeddedReader:
        """A reader of the archive as it was after an earlier revision; raises `InvalidRequest`."""
        covered, store = self._covered, self._store
        first = store.first_revision()
        if first is None or covered.format < INDEX_FORMAT:
            raise InvalidRequest(NO_HISTORY)
        if not first[0] <= revision <= store.revision:
            raise InvalidRequest(
                f"the archive has no revision {revision:,}; it has {first[0]:,} to {store.revision:,}"
            )
        if revision >= covered.revision:
            return self
        past = past_of(self._view, store, self._analyzer.language, covered.extra_fields, revision)
        covered = replace(covered, extra_fields=past.extra_fields)
        return EmbeddedReader(
            self._index, store, past.view, covered, self._analyzer, revision, has_copies=past.has_copies
        )

    @once
    def _warnings(self) -> tuple[str, ...]:
        covered, found = self._covered, []
        if self._is_behind():
            found.append("the newest changes are stored but not yet searchable; run: news rebuild")
        if self._store.format < FORMAT or covered.format < INDEX_FORMAT:
            found.append(
                "the archive was made by an older version of news; to bring it up to date: news upgrade"
            )
        elif not self._analyzer.gives_terms_of(covered.analyzer, covered.stemmers):
            found.append(
                "the words of the archive were analysed by other rules or stemmers than those here, so that "
                "some are not found; run: news rebuild"
            )
        if self._revision < covered.revision:
            if self._revision < self._store.pruned_before():
                found.append(
                    "versions of then have been dropped by news prune, so that articles may be missing"
                )
            if self._store.erased_since(self._revision):
                found.append("articles of then that have been erased since are not found")
        if not self._has_copies:
            found.append("copies of articles that have changed since are not known: there are too many")
        return tuple(found)

    def _is_behind(self) -> bool:
        """True if the index lacks articles of this moment, and no writer is bringing them into it."""
        stored = self._store.revision
        if self._covered.revision >= stored or is_being_written(self._location):
            return False
        return self._index.covered().revision < stored  # a writer may have finished since

    def stats(self) -> Stats:
        view, covered = self._view, self._covered
        docs = everything(view).docs
        span = extent(view, "published", docs)
        return Stats(
            location=str(self._location),
            articles=self._store.count() if self._revision == covered.revision else view.count,
            undated=missing(view, "published", docs),
            first=moment(span[0]) if span else None,
            last=moment(span[1]) if span else None,
            words=sum(view.words(field) for field in TEXT_FIELDS),
            language=self._analyzer.language,
            extra_fields=covered.extra_fields,
            segments=view.segment_count,
            store_size=sum(path.stat().st_size for path in self._location.glob("articles.db*")),
            index_size=view.file_size,
            revision=self._store.revision,
            indexed_revision=covered.revision,
            analyzer=covered.analyzer,
            kernels=KERNELS,
        )
