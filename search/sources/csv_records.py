"""Tables: CSV and TSV with the names of the columns in the first row, one article a row."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from search.sources.reading import Accepted, BadDocument, Origin, ReadOptions, Rejected
from search.sources.records import NAMES, article_of, name_key, noting_a_lack

_UNDECODED = re.compile("[\udc80-\udcff]")

MAX_COLUMNS = 1_000
MAX_CELL = 16 << 20
"""Longest cell, in characters."""


class _Lines:
    """The lines of a table; those of the row being read can be given back but for the first."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._ahead = lines, deque[str]()
        self._row: list[str] = []
        self.number = 1
        """Of the line on which the row begins."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._row.append(self._ahead.popleft() if self._ahead else next(self._lines))
        return self._row[-1]

    def begin_row(self) -> None:
        self.number += len(self._row)
        self._row.clear()

    def begin_again(self) -> bool:
        """Give back all but the first line of the row; whether there were any."""
        back = self._row[1:]
        self._ahead.extendleft(reversed(back))
        del self._row[1:]
        return bool(back)


def articles_in_table(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Accepted | Rejected]:
    """The article of each row; raises `BadDocument` where the table as a whole cannot be read.

    The delimiter is the one of comma, semicolon and tab that is most in the first line. A row is
    rejected for what is wrong with it, and reading goes on with the next line: a quote that is never
    closed takes no other row with it.
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
        _check_columns(columns, options)
        yield from noting_a_lack(_read_rows(rows, lines, columns, path, options), columns, options)
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
            yield Rejected(origin, "not-csv", f"the row cannot be read: {error}{_again(lines)}")
            continue
        if row is None:
            return
        if any(row) and len(row) != len(columns):
            reason = f"the row has {len(row)} cells, the first row {len(columns)}{_again(lines)}"
            yield Rejected(origin, "ragged-row", reason)
        elif any(row):
            yield _read_row(columns, row, origin, options)


def _again(lines: _Lines) -> str:
    return "; perhaps a quote is never closed, so it was taken to end here" if lines.begin_again() else ""


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


def _check_columns(columns: list[str], options: ReadOptions) -> None:
    if len(columns) > MAX_COLUMNS:
        raise BadDocument("not-csv", f"the table has more than {MAX_COLUMNS:,} columns")
    counts = Counter(name.strip().lower() for name in columns)
    if twice := [name for name, count in counts.items() if name and count > 1]:
        raise BadDocument("duplicate-name", f"two columns are called {twice[0]!r}; rename one of them")
    wanted = [name_key(options.names[field]) for field in ("title", "body") if field in options.names]
    if not set(map(name_key, columns)) & {*NAMES["title"], *NAMES["body"], *NAMES["description"], *wanted}:
        raise BadDocument(
            "no-text-column",
            "no column is called title, body or the like; say which is which with --map title=COLUMN",
        )
