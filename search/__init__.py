"""Full-text search over a news archive.

`open_archive` opens one; it takes a `Question` and gives `Results`; it holds values of `Article`.
`parse_query` reads a query without an archive; `SearchError` is the root of all that is raised. Each name is
imported when it is first asked for, so that `import search` costs nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

try:
    import fcntl as _fcntl  # noqa: F401
except ImportError:
    _REASON = f"news-search needs Linux, macOS or another Unix: {sys.platform} is not supported"
    if sys.argv[:1] and sys.argv[0].endswith(("news", "news.exe")):
        sys.exit(f"news: {_REASON}")
    raise ImportError(_REASON) from None

if TYPE_CHECKING:
    from search.article import Article
    from search.errors import SearchError
    from search.ingest import IndexReport
    from search.language import parse_query
    from search.present.schema import to_json
    from search.query import (
        Added,
        Archive,
        Bin,
        Change,
        Collocate,
        Copies,
        Copy,
        Coverage,
        Deadline,
        Delivery,
        Diff,
        Distinctive,
        DistinctiveWord,
        Drift,
        Entry,
        Explanation,
        Facet,
        FacetRequest,
        Facets,
        FacetValue,
        Hit,
        Kwic,
        KwicLine,
        Manifest,
        PartCount,
        Question,
        Ranking,
        Replay,
        Results,
        SavedSearch,
        Snippet,
        Span,
        State,
        Stats,
        Suggestion,
        TextDiff,
        Timeline,
        Version,
        open_archive,
    )
    from search.sources import ReadOptions, Rejected

_HOMES = {
    "Article": "search.article",
    "SearchError": "search.errors",
    "IndexReport": "search.ingest",
    "ReadOptions": "search.sources",
    "Rejected": "search.sources",
    "parse_query": "search.language",
    "to_json": "search.present.schema",
}

__all__ = [
    "Added",
    "Archive",
    "Article",
    "Bin",
    "Change",
    "Collocate",
    "Copies",
    "Copy",
    "Coverage",
    "Deadline",
    "Delivery",
    "Diff",
    "Distinctive",
    "DistinctiveWord",
    "Drift",
    "Entry",
    "Explanation",
    "Facet",
    "FacetRequest",
    "FacetValue",
    "Facets",
    "Hit",
    "IndexReport",
    "Kwic",
    "KwicLine",
    "Manifest",
    "PartCount",
    "Question",
    "Ranking",
    "ReadOptions",
    "Rejected",
    "Replay",
    "Results",
    "SavedSearch",
    "SearchError",
    "Snippet",
    "Span",
    "State",
    "Stats",
    "Suggestion",
    "TextDiff",
    "Timeline",
    "Version",
    "open_archive",
    "parse_query",
    "to_json",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("news-search")
    if name not in __all__:
        raise AttributeError(f"module 'search' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "search.query")), name)
