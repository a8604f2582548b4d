"""The query layer as a library.

    from search.query import open_archive

    with open_archive("index_data") as archive:
        results = archive.search("harbour strike", since="2025-02", facets=["keyword", "date:month"])
        for hit in results.hits:
            print(hit.score, hit.article.title, hit.snippet.text)

It reads no configuration: a call depends on its arguments only, and times without a zone are in UTC
unless `zone` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from search.arguments import Timeout, check_moments, deadline_of, facets_of, limit_of, text_of
from search.article import Article
from search.bounds import Moment, Zone, age_of, between, full_hour, zone_of
from search.dates import INTERVALS, Interval
from search.deadline import Deadline, no_deadline
from search.engine import (
    MAX_HITS,
    SORTS,
    Added,
    Cursor,
    Engine,
    Facet,
    FacetRequest,
    Recency,
    Results,
    SearchRequest,
    Sort,
    Stats,
    Suggestion,
    Timeline,
    Version,
)
from search.engines import open_engine
from search.errors import DeadlineExceeded, InvalidRequest, LimitExceeded, QuerySyntaxError
from search.explanation import Explanation
from search.hints import correction, missing_parts
from search.language import Dates, Not, Query, Word, both
from search.reading import read_text
from search.relevance import CHARACTERISTIC_WORDS, expansion, weighted, without_copies
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
    raises `QuerySyntaxError` or `LimitExceeded` where it cannot be read; with `any_word` only a text without
    a word does. An argument that means nothing raises `InvalidRequest`. A `timeout` is in seconds, or a
    `Deadline` that another thread can cancel; `DeadlineExceeded` is raised where there is no answer by then.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
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
        facets: str | FacetRequest | Iterable[str | FacetRequest] = (),
        zone: Zone = UTC,
        now: datetime | None = None,
        snippets: bool = True,
        timeout: Timeout = None,
        expand: bool = False,
        recency: str | timedelta | None = None,
    ) -> Results:
        """The matches of `query` from `since` to `until`, both included: one page and the total.

        All words are required, or with `any_word` at least one. `after` is the `next` of the page
        before. A facet is a field ("keyword"), a field and how many values ("source:20") or a date
        ("date:month"). Without `snippets` the hits have None for theirs, which is faster.

        With `any_word`, text that is no query (a headline, a sentence) is taken word by word. With `expand`
        the words of the first articles found have a part in the ranking. With `recency` ("7d", "12h", "2w")
        newer articles rank higher: half of a score is halved by that age.
        """
        if sort not in SORTS:
            raise InvalidRequest(f"cannot sort by {sort!r}; sorts are {', '.join(SORTS)}")
        if sort != "relevance" and (expand or recency is not None):
            raise InvalidRequest(f"expand and recency rank by relevance; they change nothing of {sort} first")
        limit, facets, deadline = limit_of(limit), facets_of(facets), deadline_of(timeout)
        ask = partial(read_text, self.engine, since=since, until=until, any_word=any_word, zone=zone, now=now)
        read = ask(query, deadline=deadline)
        request = SearchRequest(
            query=read.tree,
            sort=sort,
            limit=limit,
            after=None if after is None else Cursor.read(text_of("after", after), sort),
            facets=facets,
            zone=zone_of(zone),
            deadline=deadline,
        )
        if recency is not None:
            age = recency if isinstance(recency, timedelta) else text_of("recency", recency)
            request = replace(request, recency=Recency(age_of(age), full_hour(now or datetime.now(UTC))))
        added: tuple[str, ...] = ()
        if expand:
            prefer, added = expansion(self.engine, read.tree, request)
            request = replace(request, prefer=prefer)
        found = self.engine.search(request)

        def finds(text: str) -> int:
            try:
                tree = ask(text, deadline=deadline).tree
                return self.engine.search(SearchRequest(tree, limit=0, deadline=deadline)).total
            except DeadlineExceeded:
                raise
            except (QuerySyntaxError, LimitExceeded):
                return 0

        results = replace(
            found,
            read_as=str(read),
            warnings=read.notes + found.warnings,
            expanded_with=added,
            did_you_mean=correction(
                self.engine, query, read.tree, total=found.total, finds=finds, deadline=deadline
            ),
            parts=() if found.total else missing_parts(self.engine, read.tree, deadline),
        )
        return self._with_snippets(results, read, deadline) if snippets and results.hits else results

    def _with_snippets(self, results: Results, read: Query, deadline: Deadline | None) -> Results:
        highlights = self.engine.highlights(read.tree, deadline)
        check = no_deadline if deadline is None else deadline.check
        hits = []
        for hit in results.hits:
            check()
            shown = snippet(hit.article, highlights, check=check)
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
        timeout: Timeout = None,
    ) -> int:
        """How many articles match."""
        deadline = deadline_of(timeout)
        read = read_text(self.engine, query, since, until, any_word, zone, now, deadline)
        return self.engine.search(SearchRequest(read.tree, limit=0, deadline=deadline)).total

    def facets(
        self,
        query: str,
        *fields: str | FacetRequest,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: Timeout = None,
    ) -> tuple[Facet, ...]:
        """The counts of all matches by each of `fields`, written as for `search`."""
        requests, deadline = facets_of(fields), deadline_of(timeout)
        read = read_text(self.engine, query, since, until, any_word, zone, now, deadline)
        request = SearchRequest(read.tree, limit=0, facets=requests, zone=zone_of(zone), deadline=deadline)
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
        timeout: Timeout = None,
    ) -> Timeline:
        """The counts of all matches by year, month, week or day, with the empty ones between."""
        if by not in INTERVALS:
            raise InvalidRequest(f"cannot count by {by!r}; intervals are {', '.join(INTERVALS)}")
        deadline = deadline_of(timeout)
        read = read_text(self.engine, query, since, until, any_word, zone, now, deadline)
        return self.engine.timeline(read.tree, by, zone_of(zone), deadline)

    def scan(
        self,
        query: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: Timeout = None,
    ) -> Iterator[Article]:
        """Every match, oldest first, as a stream: what is added meanwhile is not in it."""
        deadline = deadline_of(timeout)
        return self.engine.scan(
            read_text(self.engine, query, since, until, any_word, zone, now, deadline).tree, deadline
        )

    def ids(
        self,
        query: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        any_word: bool = False,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: Timeout = None,
    ) -> list[str]:
        """The id of every match, oldest first."""
        deadline = deadline_of(timeout)
        return self.engine.ids(
            read_text(self.engine, query, since, until, any_word, zone, now, deadline).tree, deadline
        )

    def similar(
        self,
        article: str | Article,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int = 10,
        zone: Zone = UTC,
        now: datetime | None = None,
        timeout: Timeout = None,
    ) -> Results:
        """Articles with the words that set this one, given by its id or itself, apart from the others.

        The article is none of them. Raises `InvalidRequest` for an id that is not there.
        """
        check_moments(since, until, zone, now)
        limit, deadline = limit_of(limit), deadline_of(timeout)
        given = self._given(article)
        words = self.engine.characteristic_words([(given, 1.0)], CHARACTERISTIC_WORDS, deadline)
        if not words:
            return Results(0, ())
        other = Not(Word(given.id, "id"))
        period = between(since, until, zone_of(zone), now or datetime.now(UTC))
        tree = both([weighted(words), other, *([] if period is None else [Dates(period)])])
        found = self.engine.search(SearchRequest(tree, limit=limit, deadline=deadline))
        read_as = " OR ".join(word.word for word in words)
        found = replace(found, read_as=read_as, next=None)
        return self._with_snippets(found, Query(tree), deadline)

    def background(
        self,
        article: str | Article,
        *,
        limit: int = 10,
        timeout: Timeout = None,
    ) -> Results:
        """Older articles that give the context of this one: like it, but no copies of it or of each other.

        Raises `InvalidRequest` for an id that is not there, and for an article without a time.
        """
        limit, deadline = limit_of(limit), deadline_of(timeout)
        given = self._given(article)
        if given.published is None:
            raise InvalidRequest(f"the article {given.id!r} has no time, so nothing is older")
        until = given.published - timedelta(microseconds=1)
        found = self.similar(given, until=until, limit=min(MAX_HITS, 4 * limit), timeout=deadline)
        check = no_deadline if deadline is None else deadline.check
        return replace(found, hits=tuple(islice(without_copies(found.hits, given, check), limit)))

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
        timeout: Timeout = None,
    ) -> Explanation:
        """How the article comes to the score that `search` gives it for this query, term by term.

        Raises `InvalidRequest` for an id that is not there.
        """
        deadline = deadline_of(timeout)
        read = read_text(self.engine, query, since, until, any_word, zone, now, deadline)
        found = self.engine.explain(read.tree, text_of("an id", identity), deadline)
        if found is None:
            raise InvalidRequest(f"no article has the id {identity!r}")
        return found

    def suggest(self, prefix: str, *, limit: int = 10, timeout: Timeout = None) -> tuple[Suggestion, ...]:
        """The words that begin with `prefix`, those in most articles first; if none does, other spellings."""
        prefix, limit, deadline = text_of("prefix", prefix), limit_of(limit), deadline_of(timeout)
        completions = self.engine.completions(prefix, limit, deadline)
        return completions or self.engine.corrections(prefix, limit, deadline)

    def get(self, identity: str) -> Article | None:
        """The article with this id, or None."""
        return self.engine.get(text_of("an id", identity))

    def history(self, identity: str) -> tuple[Version, ...]:
        """Every version of the article that is kept, the oldest first; none if there never was one."""
        return self.engine.history(identity)

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

    def delete(self, ids: Iterable[str], *, forget: bool = False) -> int:
        """Delete the articles with these ids; how many there were.

        Their versions are kept (see `history`), unless they are to be forgotten: then nothing of them is.
        """
        if isinstance(ids, str):
            raise InvalidRequest("ids must be several, in a list, not one text")
        wanted = [text_of("an id", identity) for identity in ids]
        return self.engine.forget(wanted) if forget else self.engine.delete(wanted)

    def prune(self, older_than: str | timedelta) -> int:
        """Drop the versions that were replaced or deleted longer ago than this ("30d", "1y"); how many."""
        return self.engine.prune(datetime.now(UTC) - age_of(older_than))

    def upgrade(self, report: Callable[[int, int], None] | None = None) -> bool:
        """Bring an archive of an older format up to date, as each write does; whether there was need to."""
        return self.engine.upgrade(report)

    def rebuild(self, report: Callable[[int, int], None] | None = None) -> None:
        """Make the index anew from the stored articles, calling `report(done, total)` on the way."""
        self.engine.rebuild(report)

    # --- inside ---------------------------------------------------------------------------------

    def _given(self, article: str | Article) -> Article:
        if isinstance(article, Article):
            return article
        found = self.engine.get(text_of("an id", article))
        if found is None:
            raise InvalidRequest(f"no article has the id {article!r}")
        return found
