"""The query layer as a library.

    from search.query import open_archive

    with open_archive("index_data") as archive:
        results = archive.search("harbour strike", since="2025-02", facets=["keyword", "date:month"])
        for hit in results.hits:
            print(hit.score, hit.article.title, hit.snippet.text)

It reads no configuration: what a call depends on is in its arguments, and times without a zone are
in UTC unless `zone` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType

from search.analysis import STOP_WORDS
from search.article import Article, clean
from search.bounds import (
    Moment,
    Zone,
    between,
    check_limit,
    deadline_after,
    facet_request,
    full_hour,
    half_life,
    zone_of,
)
from search.dates import INTERVALS, Interval
from search.engine import (
    MAX_HITS,
    SORTS,
    Added,
    Cursor,
    Deadline,
    Engine,
    Explanation,
    Facet,
    FacetRequest,
    Recency,
    Results,
    SearchRequest,
    Sort,
    Stats,
    Suggestion,
    Timeline,
)
from search.engines import open_engine
from search.errors import InvalidRequest
from search.language import Dates, Not, Query, Word, both, parse_loosely, parse_query
from search.paging import NextPage, digest_of
from search.relevance import CHARACTERISTIC_WORDS, correction, expansion, weighted, without_copies
from search.snippets import mark, snippet

__all__ = ["Archive", "open_archive"]


def open_archive(
    location: str | Path = "index_data",
    *,
    create: bool = False,
    language: str | None = None,
    wait: float = 0.0,
) -> Archive:
    """The archive in the folder `location`; with `create`, made if it is not there.

    `language` is that of a new archive (one of `analysis.LANGUAGES`, default english). Each write waits
    up to `wait` seconds for another process that is writing, then raises `ArchiveLocked`.
    Raises `ArchiveNotFound`, `ArchiveExists` or `ArchiveDamaged`.
    """
    return Archive(open_engine(Path(location), create=create, language=language, wait=wait))


class Archive:
    """A news archive: search it, count in it, add to it. Close it, or use it in a `with` statement.

    Several threads may read from one `Archive`. `query` is text in the query language everywhere, and
    raises `QuerySyntaxError` or `LimitExceeded` where it cannot be read.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the archive's files."""
        self.engine.close()

    # --- reading --------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        sort: Sort = "relevance",
        limit: int = 10,
        after: str | None = None,
        facets: Iterable[str | FacetRequest] = (),
        zone: Zone = UTC,
        now: datetime | None = None,
        snippets: bool = True,
        timeout: float | None = None,
        expand: bool = False,
        recency: str | timedelta | None = None,
    ) -> Results:
        """The matches of `query` from `since` to `until`, both included: one page and the total.

        All words are required, or with `any_word` at least one. A `date` for a bound is that day in the
        zone, a `datetime` an instant. `after` is the `next` of the page before, good with the same query
        and the same options. A facet is a field ("keyword"), a field and how many values ("source:20") or
        a date ("date:month"). Without `snippets` the hits have None for theirs, which is faster. Where there
        is no answer after `timeout` seconds, `LimitExceeded` is raised.

        With `any_word`, text that is no query (a headline, a sentence) is taken word by word. With `expand`
        the words of the first articles found have a part in the ranking. With `recency` ("7d", "12h", "2w")
        newer articles rank higher: half of a score is halved by that age.
        """
        if sort not in SORTS:
            raise InvalidRequest(f"cannot sort by {sort!r}; sorts are {', '.join(SORTS)}")
        if sort != "relevance" and (expand or recency is not None):
            raise InvalidRequest(f"expand and recency rank by relevance; they change nothing of {sort} first")
        check_limit(limit)
        page = None if after is None else NextPage.read(after)
        now = now or (page.began if page else datetime.now(UTC))
        now = now.replace(microsecond=0)  # as exactly as a page is told when the search began
        read = self._read(query, since, until, any_word, zone, now)
        past = None if page is None else Cursor.read(page.place, sort)
        digest = digest_of(read.tree, sort, expand, recency)
        if page is not None:
            page.check(digest)
        request = SearchRequest(
            query=read.tree,
            sort=sort,
            limit=limit,
            after=past,
            facets=tuple(facet_request(facet) for facet in facets),
            zone=zone_of(zone),
            deadline=deadline_after(timeout),
        )
        if recency is not None:
            request = replace(request, recency=Recency(half_life(recency), full_hour(now)))
        added: tuple[str, ...] = ()
        if expand:
            prefer, added = expansion(self.engine, read.tree, request)
            request = replace(request, prefer=prefer)
        results = replace(
            self.engine.search(request),
            read_as=str(read),
            expanded_with=added,
            did_you_mean=correction(self.engine, query, read.tree),
        )
        results = replace(results, warnings=read.notes + results.warnings, first=page.number if page else 1)
        if results.next is not None:
            following = NextPage(results.next, results.first + len(results.hits), now, digest)
            results = replace(results, next=str(following))
        return self._with_snippets(results, read, request.deadline) if snippets and results.hits else results

    def _with_snippets(self, results: Results, read: Query, deadline: Deadline | None) -> Results:
        highlights = self.engine.highlights(read.tree)
        hits = []
        for hit in results.hits:
            if deadline is not None:
                deadline.check()
            shown = snippet(hit.article, highlights)
            hits.append(replace(hit, snippet=shown, title_marks=mark(hit.article.title, highlights, "title")))
        return replace(results, hits=tuple(hits))

    def count(
        self,
        query: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: float | None = None,
    ) -> int:
        """How many articles match; raises as `search` does where it takes longer than `timeout` seconds."""
        read = self._read(query, since, until, any_word, zone, now)
        return self.engine.search(SearchRequest(read.tree, limit=0, deadline=deadline_after(timeout))).total

    def facets(
        self,
        query: str,
        *fields: str | FacetRequest,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: float | None = None,
    ) -> tuple[Facet, ...]:
        """The counts of all matches by each of `fields`, written as for `search`."""
        read = self._read(query, since, until, any_word, zone, now)
        requests = tuple(facet_request(field) for field in fields)
        request = SearchRequest(
            read.tree, limit=0, facets=requests, zone=zone_of(zone), deadline=deadline_after(timeout)
        )
        return self.engine.search(request).facets

    def timeline(
        self,
        query: str,
        by: Interval = "month",
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: float | None = None,
    ) -> Timeline:
        """The counts of all matches by year, month, week or day, with the empty ones between."""
        if by not in INTERVALS:
            raise InvalidRequest(f"cannot count by {by!r}; intervals are {', '.join(INTERVALS)}")
        read = self._read(query, since, until, any_word, zone, now)
        return self.engine.timeline(read.tree, by, zone_of(zone), deadline_after(timeout))

    def scan(
        self,
        query: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
    ) -> Iterator[Article]:
        """Every match, oldest first, as a stream: what is added meanwhile is not in it."""
        return self.engine.scan(self._read(query, since, until, any_word, zone, now).tree)

    def ids(
        self,
        query: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
    ) -> list[str]:
        """The id of every match, oldest first."""
        return self.engine.ids(self._read(query, since, until, any_word, zone, now).tree)

    def similar(
        self,
        article: str | Article,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int = 10,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: float | None = None,
    ) -> Results:
        """Articles with the words that set this one, given by its id or itself, apart from the others.

        The article is none of them. Raises `InvalidRequest` for an id that is not there.
        """
        check_limit(limit)
        given = self._given(article)
        words = self.engine.characteristic_words([(given, 1.0)], CHARACTERISTIC_WORDS)
        if not words:
            return Results(0, ())
        other = Not(Word(given.id, "id"))
        period = between(since, until, zone_of(zone), now or datetime.now(UTC))
        tree = both([weighted(words), other, *([] if period is None else [Dates(period)])])
        found = self.engine.search(SearchRequest(tree, limit=limit, deadline=deadline_after(timeout)))
        read_as = " OR ".join(word.word for word in words)
        found = replace(found, read_as=read_as, next=None)
        return self._with_snippets(found, Query(tree), deadline_after(timeout))

    def background(
        self,
        article: str | Article,
        *,
        limit: int = 10,
        timeout: float | None = None,
    ) -> Results:
        """Older articles that give the context of this one: like it, but no copies of it or of each other.

        Raises `InvalidRequest` for an id that is not there, and for an article without a time.
        """
        given = self._given(article)
        if given.published is None:
            raise InvalidRequest(f"the article {given.id!r} has no time, so nothing is older")
        until = given.published - timedelta(microseconds=1)
        found = self.similar(given, until=until, limit=min(MAX_HITS, 4 * limit), timeout=timeout)
        return replace(found, hits=tuple(islice(without_copies(found.hits, given), limit)))

    def explain(
        self,
        identity: str,
        query: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
    ) -> Explanation:
        """How the article comes to the score that `search` gives it for this query, term by term.

        Raises `InvalidRequest` for an id that is not there.
        """
        tree = self._read(query, since, until, any_word, zone, now).tree
        found = None if self.engine.get(identity) is None else self.engine.explain(tree, identity)
        if found is None:
            raise InvalidRequest(f"no article has the id {identity!r}")
        return found

    def suggest(self, prefix: str, *, limit: int = 10) -> tuple[Suggestion, ...]:
        """The words that begin with `prefix`, those in most articles first; if none does, other spellings."""
        prefix = clean(prefix)
        return self.engine.completions(prefix, limit) or self.engine.corrections(prefix, limit)

    def get(self, identity: str) -> Article | None:
        """The article with this id, or None."""
        return self.engine.get(identity)

    def stats(self) -> Stats:
        """The archive in numbers."""
        return self.engine.stats()

    # --- writing --------------------------------------------------------------------------------

    def add(self, articles: Iterable[Article]) -> Added:
        """Add the articles, each in place of the one that has its id; returns when they can be found."""
        from search.indexer import add_all  # which imports every reader of files

        counts: list[Added] = []
        add_all(self.engine, iter(articles), counts.append)
        return sum(counts, Added())

    def delete(self, ids: Iterable[str]) -> int:
        """Delete the articles with these ids; how many there were."""
        return self.engine.delete(list(ids))

    def rebuild(self, report: Callable[[int, int], None] | None = None) -> None:
        """Make the index anew from the stored articles, calling `report(done, total)` on the way."""
        self.engine.rebuild(report)

    # --- inside ---------------------------------------------------------------------------------

    def _read(
        self,
        query: str,
        since: Moment | None,
        until: Moment | None,
        any_word: bool,
        zone: Zone,
        now: datetime | None,
    ) -> Query:
        settings, where = self.engine.settings(), zone_of(zone)
        moment = now or datetime.now(UTC)
        parse = parse_loosely if any_word else parse_query
        read = parse(
            query,
            zone=where,
            now=moment,
            stop_words=STOP_WORDS.get(settings.language, frozenset()),
            extra_fields=settings.extra_fields,
        )
        period = between(since, until, where, moment)
        return read if period is None else replace(read, tree=both([read.tree, Dates(period)]))

    def _given(self, article: str | Article) -> Article:
        if isinstance(article, Article):
            return article
        found = self.engine.get(article)
        if found is None:
            raise InvalidRequest(f"no article has the id {article!r}")
        return found
