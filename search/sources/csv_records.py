"""Tables: CSV and TSV with the names of the columns in the first row, one article a row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from search.sources.reading import Accepted, BadDocument, Origin, ReadOptions, Rejected
from search.sources.records import NAMES, article_of

_UNDECODED = re.compile("[\udc80-\udcff]")

MAX_COLUMNS = 1_000
MAX_CELL = 16 << 20
"""Longest cell, in characters."""


def articles_in_table(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Accepted | Rejected]:
    """The article of each row; raises `BadDocument` where the table as a whole cannot be read.

    The delimiter is the one of comma, semicolon and tab that is most in the first line. A row is
    rejected for what is wrong with it, and the next one is read.
    """
    encoding = "utf-8-sig" if options.encoding == "utf-8" else options.encoding
    text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
    csv.field_size_limit(MAX_CELL)
    try:
        first = text.readline(1 << 20)
        if not first.strip():
            return
        rows = csv.reader(chain([first], text), delimiter=max(",;\t", key=first.count), strict=True)
        columns = next(rows)
        _check_columns(columns, options)
        while True:
            line = rows.line_num + 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                reason = f"the row cannot be read: {error}{_swallowed(rows.line_num - line)}"
                yield Rejected(Origin(path, f"line {line}"), "not-csv", reason)
                continue
            if row is None:
                return
            if any(row):
                yield _read_row(columns, row, Origin(path, f"line {line}"), rows.line_num - line, options)
    finally:
        text.detach()


def _read_row(
    columns: list[str], row: list[str], origin: Origin, more_lines: int, options: ReadOptions
) -> Accepted | Rejected:
    if len(row) != len(columns):
        reason = f"the row has {len(row)} cells, the first row {len(columns)}{_swallowed(more_lines)}"
        return Rejected(origin, "ragged-row", reason)
    if any(_UNDECODED.search(cell) for cell in row):
        hint = "; perhaps --encoding latin-1" if options.encoding == "utf-8" else ""
        return Rejected(origin, "encoding", f"the row is not {options.encoding}{hint}")
    try:
        return article_of(dict(zip(columns, row, strict=True)), origin, options)
    except BadDocument as error:
        return Rejected(origin, error.code, error.reason)


def _swallowed(lines: int) -> str:
    return f"; it goes on for {lines:,} more lines, perhaps a quote is never closed" if lines > 0 else ""


def _check_columns(columns: list[str], options: ReadOptions) -> None:
    if len(columns) > MAX_COLUMNS:
        raise BadDocument("not-csv", f"the table has {len(columns):,} columns, more than {MAX_COLUMNS:,}")
    names = {name.strip().lower() for name in columns}
    wanted = [options.names[field].lower() for field in ("title", "body") if field in options.names]
    if not names & {*NAMES["title"], *NAMES["body"], *NAMES["description"], *wanted}:
        raise BadDocument(
            "no-text-column",
            "no column is called title, body or the like; say which is which with --map title=COLUMN",
        )
