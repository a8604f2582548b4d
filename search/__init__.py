"""Full-text search over a news archive.

`open_archive` opens one; `parse_query` reads a query without one; `Article` is what an archive holds;
`SearchError` is the root of all that is raised. Each is imported when it is first asked for, so that
`import search` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.article import Article
    from search.errors import SearchError
    from search.language import parse_query
    from search.query import Archive, open_archive

__all__ = ["Archive", "Article", "SearchError", "open_archive", "parse_query"]

_HOMES = {
    "Archive": "search.query",
    "Article": "search.article",
    "SearchError": "search.errors",
    "open_archive": "search.query",
    "parse_query": "search.language",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'search' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
