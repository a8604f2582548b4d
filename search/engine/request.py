"""Requests to a reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from search.dates import Interval
from search.engine.cursor import Cursor, Sort
from search.engine.ranking import DEFAULT_RANKING, Ranking
from search.language import Node

MAX_HITS = 10_000
"""The number of hits on one page, at most; `scan` gives every match, however many."""


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Count matches by the values of `field`, the `limit` most frequent; or by time.

    With an `interval` (then `field` is "date", "modified" or "seen") the values are the intervals with
    matches, in time's order, all of them. With `texts` the texts and the sources of each value are counted
    too.
    """

    field: str
    limit: int = 10
    interval: Interval | None = None
    texts: bool = False


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search. The days and months of facets begin in `zone`.

    The scores of `prefer` are added to the matches of `query`; the matches stay the same. With
    `highlight` the answer says what of a text the query matches (`Results.highlights`). With `collapse` there
    is one hit for each text: of several copies the original, or if that is not a match, the earliest of them.
    """

    query: Node
    sort: Sort = "relevance"
    limit: int = 10
    after: Cursor | None = None
    facets: tuple[FacetRequest, ...] = ()
    zone: tzinfo = UTC
    prefer: Node | None = None
    ranking: Ranking = DEFAULT_RANKING
    highlight: bool = False
    collapse: bool = False
