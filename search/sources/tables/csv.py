"""CSV and TSV: the first row names the columns, each other row is an article."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Origin, Rejected
from search.sources.tables.records import NAMES, article_of, name_key, note_missing_title

_UNDECODED = re.compile("[\udc80-\udcff]")

MAX_COLUMNS = 1_000
MAX_CELL = 16 << 20
"""Maximum length of a cell, in characters."""


class _Lines:
    """The lines of a table; all lines of the current row except the first can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._given_back = lines, deque[str]()
        self._row: list[str] = []
        self.number = 1
        """The number of the line on which the row begins."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._row.append(self._given_back.popleft() if self._given_back else next(self._lines))
        return self._row[-1]

    def begin_row(self) -> None:
        self.number += len(self._row)
        self._row.clear()

    def give_back(self) -> bool:
        """Give back all but the first line of the row; False if there is only that line."""
        lines = self._row[1:]
        self._given_back.extendleft(reversed(lines))
        del self._row[1:]
        return bool(lines)


def articles_in_table(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Accepted | Rejected]:
    """The article of each row; raises `BadDocument` if the table as a whole cannot be read.

    The delimiter is a comma, a semicolon or a tab, the most frequent in the first line. After a faulty row
    reading goes on with the next line, so that a quote that is never closed costs one row only.
    """
    encoding = "utf-8-sig" if options.encoding == "utf-8" else options.encoding
    text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
    csv.field_size_limit(MAX_CELL)
    try:
        first = text.readline(1 << 20)
        if not first.strip():
            return
        lines = _Lines(chain([first], text))
        rows = csv.reader(lines, delimiter=max(",;\t", key=first.count), strict=True)
        try:
            columns = next(rows)
        except csv.Error as error:
            raise BadDocument("not-csv", f"the names of the columns cannot be read: {error}") from error
        check_columns(columns, options)
        yield from note_missing_title(_read_rows(rows, lines, columns, path, options), columns, options)
    finally:
        text.detach()


def _read_rows(
    rows: Iterator[list[str]], lines: _Lines, columns: list[str], path: str, options: ReadOptions
) -> Iterator[Accepted | Rejected]:
    while True:
        lines.begin_row()
        origin = Origin(path, f"line {lines.number}")
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Rejected(origin, "not-csv", f"the row cannot be read: {error}{_open_quote_hint(lines)}")
            continue
        if row is None:
            return
        if any(row) and len(row) != len(columns):
            reason = f"the row has {len(row)} cells, the first row {len(columns)}{_open_quote_hint(lines)}"
            yield Rejected(origin, "ragged-row", reason)
        elif any(row):
            yield _read_row(columns, row, origin, options)


def _open_quote_hint(lines: _Lines) -> str:
    """A hint for a row of several lines, all but the first of which are then read again as rows."""
    return "; perhaps a quote is never closed, so it was taken to end here" if lines.give_back() else ""


def _read_row(
    columns: list[str], row: list[str], origin: Origin, options: ReadOptions
) -> Accepted | Rejected:
    if any(_UNDECODED.search(cell) for cell in row):
        hint = "; perhaps --encoding latin-1" if options.encoding == "utf-8" else ""
        return Rejected(origin, "encoding", f"the row is not {options.encoding}{hint}")
    try:
        return article_of(dict(zip(columns, row, strict=True)), origin, options)
    except BadDocument as error:
        return Rejected(origin, error.code, error.reason)


def check_columns(columns: list[str], options: ReadOptions) -> None:
    """Raise `BadDocument` for too many columns, for a name that occurs twice, or without a column of text."""
    if len(columns) > MAX_COLUMNS:
        raise BadDocument("not-csv", f"the table has more than {MAX_COLUMNS:,} columns")
    counts = Counter(name.strip().lower() for name in columns)
    if repeated := [name for name, count in counts.items() if name and count > 1]:
        raise BadDocument("duplicate-name", f"two columns are called {repeated[0]!r}; rename one of them")
    mapped = [name_key(options.names[field]) for field in ("title", "body") if field in options.names]
    if not set(map(name_key, columns)) & {*NAMES["title"], *NAMES["body"], *NAMES["description"], *mapped}:
        raise BadDocument(
            "no-text-column",
            "no column is a title, a description or a body; say which is which with --map title=COLUMN",
        )
