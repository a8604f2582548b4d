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
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from types import TracebackType

from search.analysis import STOP_WORDS
from search.article import Article
from search.dates import INTERVALS, Interval, Period, UnreadableDate, read_period, read_zone
from search.engine import (
    MAX_HITS,
    SORTS,
    Added,
    Cursor,
    Deadline,
    Engine,
    Facet,
    FacetRequest,
    Results,
    SearchRequest,
    Sort,
    Stats,
    Timeline,
)
from search.engines import open_engine
from search.errors import InvalidRequest, LimitExceeded
from search.language import Dates, Query, both, parse_query
from search.snippets import mark, snippet

__all__ = ["Archive", "open_archive"]

Moment = str | date | datetime
"""A bound in time: text as a query would have it ("2025-02", "last week"), a date or a datetime."""

Zone = str | tzinfo


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
    ) -> Results:
        """The matches of `query` from `since` to `until`, both included: one page and the total.

        All words are required, or with `any_word` at least one. `after` is the `next` of the page
        before. A facet is a field ("keyword"), a field and how many values ("source:20") or a date
        ("date:month"). Without `snippets` the hits have None for theirs, which is faster. Where there
        is no answer after `timeout` seconds, `LimitExceeded` is raised.
        """
        if sort not in SORTS:
            raise InvalidRequest(f"cannot sort by {sort!r}; sorts are {', '.join(SORTS)}")
        if limit < 0:
            raise InvalidRequest("the limit must not be negative")
        if limit > MAX_HITS:
            raise LimitExceeded(f"a page has at most {MAX_HITS:,} hits; page with `after`, or scan")
        read = self._read(query, since, until, any_word, zone, now)
        request = SearchRequest(
            query=read.tree,
            sort=sort,
            limit=limit,
            after=None if after is None else Cursor.read(after, sort),
            facets=tuple(_facet_request(facet) for facet in facets),
            zone=_zone(zone),
            deadline=_deadline(timeout),
        )
        results = self.engine.search(request)
        results = replace(results, read_as=str(read), warnings=read.notes + results.warnings)
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
        return self.engine.search(SearchRequest(read.tree, limit=0, deadline=_deadline(timeout))).total

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
        requests = tuple(_facet_request(field) for field in fields)
        request = SearchRequest(
            read.tree, limit=0, facets=requests, zone=_zone(zone), deadline=_deadline(timeout)
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
        return self.engine.timeline(read.tree, by, _zone(zone), _deadline(timeout))

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
        settings, where = self.engine.settings(), _zone(zone)
        moment = now or datetime.now(UTC)
        read = parse_query(
            query,
            zone=where,
            now=moment,
            any_word=any_word,
            stop_words=STOP_WORDS.get(settings.language, frozenset()),
            extra_fields=settings.extra_fields,
        )
        if since is None and until is None:
            return read
        start = None if since is None else _bound(since, "since", where, moment).start
        end = None if until is None else _bound(until, "until", where, moment).end
        try:
            return replace(read, tree=both([read.tree, Dates(Period(start, end))]))
        except UnreadableDate as error:
            raise InvalidRequest(f"since {since} until {until}: {error}") from error


def _zone(zone: Zone) -> tzinfo:
    return read_zone(zone) if isinstance(zone, str) else zone


def _deadline(timeout: float | None) -> Deadline | None:
    return None if timeout is None else Deadline.after(timeout)


def _bound(moment: Moment, name: str, zone: tzinfo, now: datetime) -> Period:
    if isinstance(moment, datetime):
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        return Period(instant, instant + timedelta(microseconds=1))
    if isinstance(moment, date):
        first, after = (
            datetime.combine(moment + timedelta(days=ahead), time(), zone).astimezone(UTC) for ahead in (0, 1)
        )
        return Period(first, after)
    try:
        return read_period(moment, zone=zone, now=now)
    except UnreadableDate as error:
        raise InvalidRequest(f"{name}: {error}") from error


def _facet_request(written: str | FacetRequest) -> FacetRequest:
    if isinstance(written, FacetRequest):
        return written
    field, _, detail = written.partition(":")
    if field.lower() == "date":
        for interval in INTERVALS:
            if detail.lower() == interval:
                return FacetRequest("date", interval=interval)
        raise InvalidRequest(f"dates are counted by {', '.join(f'date:{name}' for name in INTERVALS)}")
    if detail and not (detail.isdecimal() and 0 < int(detail) <= MAX_HITS):
        raise InvalidRequest(f"{written!r} is not a facet; write keyword, source:20 or date:month")
    return FacetRequest(field, int(detail)) if detail else FacetRequest(field)
