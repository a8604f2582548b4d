"""Article text as HTML: escaped, with the matches or the changes in it as elements."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import chain, pairwise

from search.changes import Span
from search.present.safe import printable
from search.snippets import Marks

_ELEMENTS = {"removed": "del", "added": "ins"}


def as_html(text: str) -> str:
    """The text, escaped, without characters that hide or reverse text."""
    return escape(printable(text))


def marked_as_html(text: str, marks: Marks, start: int = 0, end: int | None = None) -> str:
    """The part of the text from `start` to `end`, with the marks in it as `mark` elements."""
    end = len(text) if end is None else end
    own = [(max(first, start), min(last, end)) for first, last in marks if first < end and last > start]
    edges = [start, *chain.from_iterable(own), end]
    pieces = [as_html(text[one:other]) for one, other in pairwise(edges)]
    return "".join(f"<mark>{piece}</mark>" if place % 2 else piece for place, piece in enumerate(pieces))


def changed_as_html(spans: Iterable[Span]) -> str:
    """Two texts in one, with `del` and `ins` elements."""
    found = []
    for span in spans:
        name, text = _ELEMENTS.get(span.kind), as_html(span.text)
        found.append(f"<{name}>{text}</{name}>" if name else text)
    return "".join(found)
