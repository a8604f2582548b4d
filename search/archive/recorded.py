"""The methods of an archive that record a search, and do a recorded one again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from search.archive.arguments import Timeout, checked_as, counting_by, deadline_of
from search.archive.opened import OpenedArchive, Past
from search.archive.question import Question, question_of
from search.engine import FacetRequest, Reader, Results, SearchRequest
from search.errors import InvalidRequest, LimitExceeded, QuerySyntaxError
from search.language import Node, parse_query
from search.language.limits import MAX_CANONICAL_LENGTH

if TYPE_CHECKING:  # what records a search is imported when one is
    from search.archive.manifest import Drift, Found, Manifest, Replay

READ_ARTICLES = 1_000


class RecordedArchive(OpenedArchive):
    """An archive whose searches can be recorded and done again."""

    def manifest(
        self,
        question: Question | str,
        *,
        page: Results | None = None,
        by: str | None = None,
        options: dict[str, str | bool] | None = None,
        timeout: Timeout = None,
        as_of: Past | None = None,
    ) -> Manifest:
        """Record the search for a question: the archive and its revision, the query, every article found.

        `page` is a page of results that was shown, whose order is recorded; with `by` the counts by time are.
        `options` are recorded as they are: the order, expansion, recency. To record the very articles that
        were shown, ask both of `archive.at(as_of=archive.state().revision, now=…)`.
        """
        from importlib.metadata import version

        from search.archive.manifest import SCHEMA, Manifest, order_digest

        asked, now = question_of(question), self._moment()
        with self._reading(timeout, as_of, now) as (reader, _):
            if not reader.state().has_history:
                raise InvalidRequest(
                    "this kind of archive keeps no revisions, so a search cannot be recorded"
                )
            read = self._read(reader, asked)
            articles = tuple(_found(reader, read.tree))
            state, numbers = reader.state(), reader.stats()
            requests = [FacetRequest("source", 0), FacetRequest("date", interval="year")]
            requests += [] if by is None else [counting_by(by)]
            counted = reader.search(
                SearchRequest(read.tree, limit=0, facets=tuple(requests), zone=self.zone)
            ).facets
            facts: dict[str, object] = {
                "schema": SCHEMA,
                "made": now.isoformat(timespec="seconds"),
                "program": f"news {version('news-search')}",
                "archive": {
                    "uuid": state.archive,
                    "revision": state.revision,
                    "articles": numbers.articles,
                    "analyzer": numbers.analyzer,
                },
                "query": {
                    "written": asked.text,
                    "since": None if asked.since is None else str(asked.since),
                    "until": None if asked.until is None else str(asked.until),
                    "any": asked.any_word,
                    **({"filters": asked.filters} if asked.filters else {}),
                    "zone": str(self.zone),
                    "read_as": str(read),
                    **(options or {}),
                },
                "found": {
                    "articles": len(articles),
                    "sources": counted[0].distinct,
                    "undated": counted[1].missing,
                },
            }
            if page is not None:
                hits = [hit.id for hit in page.hits]
                facts["page"] = {"first": page.first, "hits": len(hits), "order_digest": order_digest(hits)}
            if by is not None:
                facts["counts"] = {"by": by, "bins": [[v.value, v.count] for v in counted[2].values]}
            return Manifest(facts, articles)

    def replay(self, manifest: Manifest, *, timeout: Timeout = None) -> Replay:
        """Do a recorded search again, as of its revision and now, and compare the articles found.

        Articles are compared by id and by the digest of their content. An article that has been erased is
        gone as of the revision, too.
        """
        from search.archive.manifest import Manifest, Replay

        checked_as(Manifest, "manifest", manifest)
        notes, deadline = [], deadline_of(timeout)
        with self._reading(deadline) as (reader, _):
            state, analyzer = reader.state(), reader.stats().analyzer
            now = self._compared(reader, manifest)
        if analyzer != manifest.facts["archive"].get("analyzer"):
            notes.append(
                "the words of the archive are analysed by other rules than when the manifest was made"
            )
        then: Drift | None = None
        if state.archive != manifest.archive:
            notes.append("the manifest is of another archive; articles are compared by id and content")
        else:
            try:
                with self._reading(deadline, manifest.revision) as (reader, _):
                    notes += reader.state().warnings
                    then = self._compared(reader, manifest)
            except InvalidRequest as error:
                notes.append(str(error))
        return Replay(then, now, tuple(notes))

    def _compared(self, reader: Reader, manifest: Manifest) -> Drift:
        fields = reader.state().extra_fields
        try:
            tree = parse_query(
                manifest.read_as,
                zone=self.zone,
                now=self._moment(),
                extra_fields=fields,
                max_length=MAX_CANONICAL_LENGTH,
            ).tree
        except (QuerySyntaxError, LimitExceeded) as error:
            raise InvalidRequest(f"the query of the manifest cannot be read here: {error}") from error
        from search.archive.manifest import drift

        return drift(manifest, _found(reader, tree), reader.state().revision)


def _found(reader: Reader, tree: Node) -> Iterator[Found]:
    """Every match, in the order of the ids."""
    from search.archive.manifest import Found

    identities = iter(sorted(reader.ids(tree)))
    while some := list(islice(identities, READ_ARTICLES)):
        articles, revisions = reader.get(some), reader.revisions(some)
        for identity in some:
            if (article := articles.get(identity)) is not None:
                yield Found(identity, revisions.get(identity, 0), article.digest().hex())
