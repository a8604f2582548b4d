"""Rows to CSV for spreadsheets, and to TSV for tools that take a line for a row.

Both leave out invisible marks of direction, and join the values of a list with "; ". A spreadsheet runs a
cell that begins with = + - or @ as a formula, so such a cell gets an apostrophe in front, unless it is a
number.
JSON lines and Parquet hold every value exactly.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from search.article import written_time
from search.engine import Facet, Hit
from search.present.safe import printable

Table = Literal["csv", "tsv"]

MAX_EXCEL_CELL = 32_767
"""Characters that a cell of Excel holds; the rest of a longer one would spill into the next rows."""

HIT_COLUMNS = ("id", "published", "score", "title", "source", "authors", "keywords", "url", "snippet")

_FORMULA = tuple("=+-@\t\n＝＋－＠")
_NUMBER = re.compile(r"[+-]\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BREAKS = re.compile(r"\s*[\t\r\n]\s*")


def hits_as_table(hits: Iterable[Hit], kind: Table = "csv") -> Iterator[str]:
    """A table with a header, `HIT_COLUMNS`, line by line."""
    return rows_as_table(map(_row, hits), HIT_COLUMNS, kind)


def rows_as_table(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], kind: Table = "csv"
) -> Iterator[str]:
    """A table with a header, line by line; each row has a text, a list of texts or None for each column."""
    write = _csv_line if kind == "csv" else _tsv_line
    yield write(columns)
    for row in rows:
        yield write([_safe(_text(row[column])) for column in columns])


def rows_for_excel(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], on_cut: Callable[[], object]
) -> Iterator[str]:
    """The same as CSV that Excel opens with a double click: with a byte-order mark, and lines that end CRLF.

    A cell that is too long for Excel is cut and ends with an ellipsis; `on_cut` is called for each.
    """

    def fitting(text: str) -> str:
        if len(text) <= MAX_EXCEL_CELL:
            return text
        on_cut()
        return text[: MAX_EXCEL_CELL - 1] + "…"

    yield "\ufeff" + _csv_line(columns, "\r\n")
    for row in rows:
        yield _csv_line([fitting(_safe(_text(row[column]))) for column in columns], "\r\n")


def facets_as_table(facets: Iterable[Facet], kind: Table = "csv") -> Iterator[str]:
    """A table with a header: field, value, count, texts and sources if they were counted, query."""
    every = [(facet.field, value) for facet in facets for value in facet.values]
    tally = ("texts", "sources") if every and every[0][1].texts is not None else ()
    columns = ("field", "value", "count", *tally, "query")
    rows = ({"field": field, **{name: getattr(v, name) for name in columns[1:]}} for field, v in every)
    return rows_as_table(rows, columns, kind)


def _row(hit: Hit) -> dict[str, object]:
    article = hit.article
    return {
        "id": article.id,
        "published": article.published and written_time(article.published, article.precision),
        "score": f"{hit.score:.4f}",
        "title": article.title,
        "source": article.source,
        "authors": article.authors,
        "keywords": article.keywords,
        "url": article.url,
        "snippet": hit.snippet.text if hit.snippet else "",
    }


def _text(value: object) -> str:
    """The text of a cell."""
    if value is None:
        return ""
    return printable("; ".join(value) if isinstance(value, list | tuple) else str(value))


def _safe(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _csv_line(cells: Sequence[str], end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerow(cells)
    return out.getvalue()


def _tsv_line(cells: Sequence[str]) -> str:
    return "\t".join(_BREAKS.sub(" ", cell) for cell in cells) + "\n"
