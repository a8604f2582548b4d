"""Tables: CSV and TSV with the names of the columns in the first row, one article a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from search.sources.reading import Accepted, BadDocument, Origin, ReadOptions, Rejected
from search.sources.records import NAMES, article_of

MAX_COLUMNS = 1_000
MAX_CELL = 16 << 20
"""Longest cell, in characters."""


def articles_in_table(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Accepted | Rejected]:
    """The article of each row; raises `BadDocument` where the table as a whole cannot be read.

    The delimiter is the one of comma, semicolon and tab that is most in the first row.
    """
    encoding = "utf-8-sig" if options.encoding == "utf-8" else options.encoding
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        header = text.readline(1 << 20)
        if not header.strip():
            return
        delimiter = max(",;\t", key=header.count)
        columns = next(csv.reader([header], delimiter=delimiter))
        _check_columns(columns, options)
        csv.field_size_limit(MAX_CELL)
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        for row in rows:
            origin = Origin(path, f"line {rows.line_num + 1}")
            if not any(row):
                continue
            if len(row) != len(columns):
                reason = f"the row has {len(row)} cells, the first row {len(columns)}"
                yield Rejected(origin, "ragged-row", reason)
                continue
            try:
                yield article_of(dict(zip(columns, row, strict=True)), origin, options)
            except BadDocument as error:
                yield Rejected(origin, error.code, error.reason)
    except UnicodeDecodeError as error:
        raise BadDocument("encoding", f"not {options.encoding}; perhaps --encoding latin-1") from error
    except csv.Error as error:
        raise BadDocument("not-csv", f"the table cannot be read on: {error}") from error
    finally:
        text.detach()


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
