"""An archive as the library offers it; import it from `search.query`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from search.archive.arguments import (
    Timeout,
    age_given,
    check_moments,
    checked_as,
    deadline_of,
    facets_of,
    limit_of,
    now_of,
    text_of,
)
from search.archive.changing import ChangingArchive
from search.archive.copies import copies_in
from search.archive.counted import CountedArchive
from search.archive.excerpts import with_snippets
from search.archive.export import columns_of, row_of, rows_of
from search.archive.feedback import expansion
from search.archive.opened import Past
from search.archive.paging import NextPage, digest_of
from search.archive.question import Question, depends_on_now, question_of, questions_of, read_question
from search.archive.recorded import RecordedArchive
from search.archive.related import article_of, background_of, similar_to
from search.archive.searches import WatchingArchive
from search.archive.spelling import correction, missing_parts
from search.archive.studied import StudiedArchive
from search.archive.versioned import VersionedArchive
from search.article import Article
from search.backends import open_engine
from search.dates.bounds import Moment, Zone, between, next_full_hour, zone_of
from search.engine import (
    DEFAULT_RANKING,
    SORTS,
    Copy,
    Cursor,
    Explanation,
    FacetRequest,
    Facets,
    Ranking,
    Recency,
    Results,
    SearchRequest,
    Sort,
    State,
    Stats,
    Suggestion,
)
from search.errors import DeadlineExceeded, InvalidRequest, LimitExceeded, QuerySyntaxError

__all__ = ["Archive", "Question", "open_archive"]


def open_archive(
    location: str | Path = "index_data",
    *,
    create: bool = False,
    language: str | None = None,
    wait: float = 0.0,
    zone: Zone = UTC,
) -> Archive:
    """Open the archive in the folder `location`; with `create`, make it if it is not there.

    `language` is the language of a new archive (one of `search.text.LANGUAGES`, default english). Each write
    waits up to `wait` seconds for another process that is writing, then raises `ArchiveLocked`. Dates in
    questions and counts are read in `zone`.
    Raises `ArchiveNotFound`, `ArchiveExists` or `ArchiveDamaged`.
    """
    where = zone_of(zone)
    return Archive(open_engine(str(location), create=create, language=language, wait=wait), where)


class Archive(
    CountedArchive, StudiedArchive, VersionedArchive, RecordedArchive, WatchingArchive, ChangingArchive
):
    """A news archive: search it, count in it, add to it. Close it, or use it in a `with` statement.

    Threads may share one `Archive`, and a search never waits for a writer. Each method that takes a question
    takes a `Question` or just its text, in the query language, and answers from one commit; it raises
    `QuerySyntaxError` or `LimitExceeded` where the text cannot be read (with `any_word` only one without a
    word). An argument that means nothing raises `InvalidRequest`. A `timeout` is in seconds, or a `Deadline`
    that another thread can cancel; `DeadlineExceeded` is raised where there is no answer by then.
    """

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Archive {self.engine.location!r}>"

    def __contains__(self, identity: str) -> bool:
        return self.get(identity) is not None

    def __getitem__(self, identity: str) -> Article:
        """The article with this id; raises `KeyError`."""
        if (article := self.get(identity)) is None:
            raise KeyError(identity)
        return article

    def close(self) -> None:
        """Let go of the archive's files."""
        self.engine.close()

    def at(
        self, *, zone: Zone | None = None, now: datetime | None = None, as_of: Past | None = None
    ) -> Archive:
        """Return the same archive for a user in another zone, or at another moment; costs nothing.

        `now` is the moment from which "yesterday" is counted, and must have a zone. With `as_of`, which is a
        revision or a moment, every question is answered as an archive would answer it that was never changed
        after then. Each that is not given stays as it is.
        """
        where = self.zone if zone is None else zone_of(zone)
        moment = self._now if now is None else now_of(now)
        if as_of is None:
            return Archive(self.engine, where, moment, self._as_of, moving=self._moving)
        at = moment or self._moment()
        moving = moment is None and self._moves(as_of, at)
        return Archive(self.engine, where, moment, self._revision(as_of, at), moving=moving)

    # --- reading --------------------------------------------------------------------------------

    def search(
        self,
        question: Question | str,
        *,
        sort: Sort = "relevance",
        limit: int = 10,
        after: str | None = None,
        facets: str | FacetRequest | Iterable[str | FacetRequest] = (),
        snippets: bool = True,
        timeout: Timeout = None,
        expand: bool = False,
        recency: str | timedelta | None = None,
        collapse: bool = False,
        ranking: Ranking = DEFAULT_RANKING,
        as_of: Past | None = None,
    ) -> Results:
        """The matches of the question: one page and the total.

        `after` is the `next` of the page before, good with the same question and the same options. A facet
        is a field ("keyword"), a field and how many values ("source:20") or a date ("date:month"). Without
        `snippets` the hits have None for theirs, which is faster.

        With `expand` the words of the first articles found have a part in the ranking. With `recency` ("7d",
        "12h", "2w") newer articles rank higher: half of a score is halved by that age. `ranking` has every
        parameter, for comparing one ranking with another. `as_of` is as in `at`.

        With `collapse` there is one hit for each text: of several copies the original if it matches, else the
        earliest of them. The total still counts articles; `texts` and `sources` are counted beside it, also
        in the facets.
        """
        if sort not in SORTS:
            raise InvalidRequest(f"cannot sort by {sort!r}; sorts are {', '.join(SORTS)}")
        if sort != "relevance" and (expand or recency is not None):
            raise InvalidRequest(f"expand and recency rank by relevance; they change nothing of {sort} first")
        limit, facets, asked = limit_of(limit), facets_of(facets), question_of(question)
        if collapse:
            facets = tuple(replace(facet, texts=True) for facet in facets)
        ranking = checked_as(Ranking, "ranking", ranking)
        for name, given in {"expand": expand, "collapse": collapse, "snippets": snippets}.items():
            checked_as(bool, name, given)
        page = None if after is None else NextPage.read(text_of("after", after))
        now = page.began if page and page.began and self._now is None else self._moment()
        now = now.replace(microsecond=0)  # as exactly as a page is told when the search began
        with self._reading(timeout, as_of, now) as (reader, check):
            read = read_question(reader, asked, self.zone, now)
            past = None if page is None else Cursor.read(page.place, sort)
            state = reader.state()
            facts: tuple[object, ...] = (state.archive, read.tree, sort, expand, recency)
            facts += (None if ranking == DEFAULT_RANKING else ranking,)
            if as_of is not None or self._as_of is not None:
                facts += (state.revision,)
            digest = digest_of(*facts, *(["collapse"] if collapse else []))
            if page is not None:
                page.check(digest)
            request = SearchRequest(
                query=read.tree,
                sort=sort,
                limit=limit,
                after=past,
                facets=facets,
                zone=self.zone,
                ranking=ranking,
                highlight=snippets,
                collapse=collapse,
            )
            if recency is not None:
                own = replace(ranking, recency=Recency(age_given(recency), next_full_hour(now)))
                request = replace(request, ranking=own)
            added: tuple[str, ...] = ()
            if expand:
                prefer, added = expansion(reader, read.tree, ranking, self._analyzer_of(reader), check)
                request = replace(request, prefer=prefer)
            found = reader.search(request)

            def finds(text: str) -> int:
                try:
                    tree = read_question(reader, replace(asked, text=text), self.zone, now).tree
                    return reader.search(SearchRequest(tree, limit=0)).total
                except DeadlineExceeded:
                    raise
                except (QuerySyntaxError, LimitExceeded):
                    return 0

            first, following = page.number if page else 1, None
            moving = self._moving if as_of is None else self._moves(as_of, now)
            by_now = recency is not None or moving
            by_now = by_now or depends_on_now(reader, asked, read, self.zone, now)
            if found.next is not None:
                began = now if by_now else None
                following = str(NextPage(found.next, first + len(found.hits), began, digest))
            results = replace(
                found,
                next=following,
                read_as=str(read),
                warnings=read.notes + found.warnings,
                expanded_with=added,
                did_you_mean=correction(reader, asked.text, read.tree, total=found.total, finds=finds),
                parts=() if found.total else missing_parts(reader, read.tree),
                first=first,
                depends_on_now=by_now,
            )
            return with_snippets(results, check) if snippets else results

    def count(self, question: Question | str, *, timeout: Timeout = None, as_of: Past | None = None) -> int:
        """How many articles match."""
        with self._reading(timeout, as_of) as (reader, _):
            return reader.search(SearchRequest(self._read(reader, question).tree, limit=0)).total

    def count_many(
        self, questions: Mapping[str, Question | str] | Iterable[str], *, timeout: Timeout = None
    ) -> dict[str, int]:
        """How many articles match each of the questions, which have labels, all at one moment.

        A list of texts stands for questions with these texts for labels.
        """
        labelled = questions_of(questions)
        with self._reading(timeout) as (reader, _):
            trees = {label: self._read(reader, asked).tree for label, asked in labelled.items()}
            return {label: reader.search(SearchRequest(tree, limit=0)).total for label, tree in trees.items()}

    def facets(
        self,
        question: Question | str,
        *fields: str | FacetRequest,
        texts: bool = False,
        timeout: Timeout = None,
        as_of: Past | None = None,
    ) -> Facets:
        """The counts of all matches by each of `fields`, written as for `search`.

        With `texts` the texts, each once however many copies it has, and the sources are counted too.
        """
        requests = facets_of(fields)
        requests = tuple(replace(each, texts=True) for each in requests) if texts else requests
        with self._reading(timeout, as_of) as (reader, _):
            tree = self._read(reader, question).tree
            return reader.search(SearchRequest(tree, limit=0, facets=requests, zone=self.zone)).facets

    def scan(self, question: Question | str, *, timeout: Timeout = None) -> Iterator[Article]:
        """Yield every match, oldest first, as of the moment when the first is taken, as one stream."""
        deadline = deadline_of(timeout)
        with self._reading(deadline) as (reader, _):
            tree = self._read(reader, question).tree  # now, so that an error comes now

        def stream() -> Iterator[Article]:
            with self._reading(deadline) as (reader, _):
                yield from reader.scan(tree)

        return stream()

    def export(
        self, question: Question | str, columns: Iterable[str] | None = None, *, timeout: Timeout = None
    ) -> Iterator[dict[str, object]]:
        """Yield every match as a dict of these columns, as one stream, in the order of `scan`.

        Columns are the fields of `Article`, `seen` (when the archive first had it) and the extra fields;
        without `columns`, all but `body`, `highlights`, `modified`, `crawled`, `seen` and `precision`. A
        value is a text or a list of texts. A time is text to its precision ("2025-02-11T18:30:00Z",
        "2025-02"), or None.
        """
        deadline = deadline_of(timeout)
        with self._reading(deadline) as (reader, _):
            chosen = columns_of(columns, reader.state().extra_fields)
        articles = self.scan(question, timeout=deadline)
        if "seen" in chosen:
            return rows_of(articles, chosen, self.first_seen)
        return (row_of(article, chosen) for article in articles)

    def ids(self, question: Question | str, *, timeout: Timeout = None) -> list[str]:
        """The id of every match, oldest first."""
        with self._reading(timeout) as (reader, _):
            return reader.ids(self._read(reader, question).tree)

    def similar(
        self,
        article: str | Article,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int = 10,
        timeout: Timeout = None,
    ) -> Results:
        """Find articles similar to `article` (an id or an Article), by its characteristic words.

        The article itself is left out. Raises `InvalidRequest` for an id that is not there.
        """
        check_moments(since, until)
        limit = limit_of(limit)
        with self._reading(timeout) as (reader, check):
            given = article_of(reader, article)
            period = between(since, until, self.zone, self._moment())
            return similar_to(reader, given, self._analyzer_of(reader), period, limit, check)

    def background(self, article: str | Article, *, limit: int = 10, timeout: Timeout = None) -> Results:
        """Find older articles similar to this one, for context, without copies of it or of each other.

        Raises `InvalidRequest` for an id that is not there, and for an article without a time.
        """
        limit = limit_of(limit)
        with self._reading(timeout) as (reader, check):
            given = article_of(reader, article)
            if given.published is None:
                raise InvalidRequest(f"the article {given.id!r} has no time, so nothing is older")
            return background_of(reader, given, self._analyzer_of(reader), given.published, limit, check)

    def copies(self, identity: str, *, timeout: Timeout = None) -> tuple[Copy, ...]:
        """The copies of an article, with itself: the first one first, then by date, then digests.

        The id of the first is the name of the group, also when that article has been deleted. A digest is a
        `part`: it has the text among others, and is not in the group. Raises `InvalidRequest` for an id that
        is not there.
        """
        with self._reading(timeout) as (reader, check):
            group = reader.copies(text_of("an id", identity))
            if group is None:
                raise InvalidRequest(f"no article has the id {identity!r}")
            return tuple(copies_in(group, check))

    def explain(
        self,
        identity: str,
        question: Question | str,
        *,
        timeout: Timeout = None,
        ranking: Ranking = DEFAULT_RANKING,
    ) -> Explanation:
        """Explain the score that `search` gives the article for this question, term by term.

        The part of `expand` and `recency` in a score is left out. Raises `InvalidRequest` for an id that is
        not there.
        """
        ranking = checked_as(Ranking, "ranking", ranking)
        with self._reading(timeout) as (reader, _):
            tree = self._read(reader, question).tree
            found = reader.explain(tree, text_of("an id", identity), ranking)
        if found is None:
            raise InvalidRequest(f"no article has the id {identity!r}")
        return found

    def suggest(self, prefix: str, *, limit: int = 10, timeout: Timeout = None) -> tuple[Suggestion, ...]:
        """The words that begin with `prefix`, those in most articles first; if none does, other spellings.

        A word whose forms have several stems is one of them, with the articles of the commonest stem.
        """
        prefix, limit = text_of("prefix", prefix), limit_of(limit)
        with self._reading(timeout) as (reader, _):
            found = reader.vocabulary(prefix=prefix, count=limit)
            return found or reader.vocabulary(near=prefix, count=limit)

    def get(self, identity: str) -> Article | None:
        """The article with this id, or None."""
        with self._reading() as (reader, _):
            return reader.get([text_of("an id", identity)]).get(identity)

    def state(self) -> State:
        """The archive's language, extra fields and revision, and warnings for a user."""
        with self._reading() as (reader, _):
            return reader.state()

    def stats(self) -> Stats:
        """The archive in numbers."""
        with self._reading() as (reader, _):
            return reader.stats()
