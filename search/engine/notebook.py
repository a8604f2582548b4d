"""A page of hits as HTML for notebooks; no text of an article is read as markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import chain, pairwise

from search.snippets import Marks, Snippet

Row = tuple[str, Marks, str, object, str, Snippet | None]
"""A title, the marks in it, an address, a time, a source, a snippet."""


def as_html(caption: str, first: int, rows: Iterable[Row]) -> str:
    """A table with one row a hit, numbered from `first`."""
    lines = [
        "<tr>"
        f"<td>{number}</td>"
        f'<td dir="auto" style="text-align: left">{_linked(_marked(title, marks), url)}{_below(snippet)}</td>'
        f"<td>{escape(str(published or ''))}</td>"
        f'<td dir="auto">{escape(source)}</td>'
        "</tr>"
        for number, (title, marks, url, published, source, snippet) in enumerate(rows, start=first)
    ]
    header = "<tr><th></th><th>title</th><th>published</th><th>source</th></tr>"
    return (
        f'<table><caption style="text-align: left">{escape(caption)}</caption>'
        f"<thead>{header}</thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _marked(text: str, marks: Marks) -> str:
    """The text with its marks, from the first to the last, as elements."""
    edges = [0, *chain.from_iterable(marks), len(text)]
    pieces = [escape(text[start:end]) for start, end in pairwise(edges)]
    return "".join(f"<mark>{piece}</mark>" if place % 2 else piece for place, piece in enumerate(pieces))


def _linked(title: str, url: str) -> str:
    """The title, as a link if the address is one of the web: others may run programs."""
    if not url.lower().startswith(("http://", "https://")):
        return title
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{title}</a>'


def _below(snippet: Snippet | None) -> str:
    return f"<br><small>{_marked(snippet.text, snippet.marks)}</small>" if snippet else ""
