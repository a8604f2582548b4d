"""A query as it is given, with its bounds, to what an archive is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from search.analysis import STOP_WORDS
from search.arguments import check_moments, checked_as
from search.bounds import Moment, Zone, between, zone_of
from search.deadline import Deadline
from search.engine import Engine, SearchRequest
from search.errors import DeadlineExceeded, LimitExceeded
from search.language import (
    Dates,
    Fuzzy,
    Query,
    Wildcard,
    both,
    leaves,
    parse_loosely,
    parse_query,
    word_by_word,
)


def read_text(
    engine: Engine,
    query: str,
    since: Moment | None,
    until: Moment | None,
    any_word: bool,
    zone: Zone,
    now: datetime | None,
    deadline: Deadline | None,
) -> Query:
    """The query `query` from `since` to `until`, read for the archive of `engine`.

    With `any_word` a text is taken word by word that cannot be read, or is read as a query of which a word
    stands for too many. Raises `QuerySyntaxError`, `LimitExceeded` and `InvalidRequest`.
    """
    check_moments(since, until, zone, now)
    query, where, moment = checked_as(str, "query", query), zone_of(zone), now or datetime.now(UTC)
    settings = engine.settings()
    stop_words = STOP_WORDS.get(settings.language, frozenset())
    parse = parse_loosely if any_word else parse_query
    read = parse(query, zone=where, now=moment, stop_words=stop_words, extra_fields=settings.extra_fields)
    if any_word and any(isinstance(leaf, Wildcard | Fuzzy) for leaf in leaves(read.tree)):
        try:
            engine.search(SearchRequest(read.tree, limit=0, deadline=deadline))
        except DeadlineExceeded:
            raise
        except LimitExceeded as error:
            read = word_by_word(query, str(error), stop_words) or read
    period = between(since, until, where, moment)
    return read if period is None else replace(read, tree=both([read.tree, Dates(period)]))
