"""The table of operations: the address of each, its parameters, and the schema of its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from search.web.parameters import (
    ArticleParameters,
    BackgroundParameters,
    CollocationsParameters,
    CopiesParameters,
    CountParameters,
    DiffParameters,
    DistinctiveParameters,
    ExplainParameters,
    FacetsParameters,
    HistoryParameters,
    KwicParameters,
    NoParameters,
    SearchParameters,
    SimilarParameters,
    SuggestParameters,
    TaskParameters,
    TimelineParameters,
)

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Operation:
    """A question that can be asked at an address.

    The answer has the `schema` that `news schema` prints under this name. With `posted` the parameters can
    also be sent as JSON. The schema of the answer to several queries is `several`.
    """

    path: str
    parameters: type[TaskParameters]
    schema: str
    summary: str
    posted: bool = False
    several: str | None = None


_OF_ARTICLES = (
    Operation("", ArticleParameters, "article", "An article"),
    Operation("/similar", SimilarParameters, "search", "Articles similar to one"),
    Operation("/background", BackgroundParameters, "search", "Older articles that give the context of one"),
    Operation("/copies", CopiesParameters, "copies", "The copies of an article, with itself"),
    Operation("/history", HistoryParameters, "history", "The versions of an article"),
    Operation("/diff", DiffParameters, "diff", "Two versions of an article, compared"),
    Operation("/explain", ExplainParameters, "explain", "The score of an article for a question"),
)

OPERATIONS = (
    Operation(f"{API}/search", SearchParameters, "search", "A page of the articles that match", posted=True),
    Operation(f"{API}/count", CountParameters, "count", "How many articles match"),
    Operation(f"{API}/facets", FacetsParameters, "facets", "The matches by the values of fields"),
    Operation(
        f"{API}/timeline", TimelineParameters, "timeline", "The matches over time", several="timelines"
    ),
    Operation(f"{API}/kwic", KwicParameters, "kwic", "Every match in its context"),
    Operation(f"{API}/collocations", CollocationsParameters, "collocations", "The words near others"),
    Operation(
        f"{API}/distinctive", DistinctiveParameters, "distinctive", "The words that set the matches apart"
    ),
    *(replace(each, path=f"{API}/articles/{{id}}{each.path}") for each in _OF_ARTICLES),
    *(replace(each, path=f"{API}/article{each.path}") for each in _OF_ARTICLES),
    Operation(f"{API}/suggest", SuggestParameters, "suggest", "Words of the archive"),
    Operation(f"{API}/about", NoParameters, "stats", "The archive in numbers"),
)
"""An id with a slash or another special character is a parameter of `/article`, not a part of the path."""
