"""Parquet: a table with named columns, one article a row, read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

from search.sources.reading import Accepted, BadDocument, MissingExtra, Origin, ReadOptions, Rejected
from search.sources.records import article_of

ROWS = 500
"""Rows that are in memory at a time; of the file's own groups, one."""


def articles_in_parquet(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Accepted | Rejected]:
    """The article of each row; raises `BadDocument` where the file cannot be read as Parquet."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtra("Parquet", "parquet") from error
    if not stream.seekable():
        raise BadDocument("not-parquet", "Parquet cannot be read from a pipe; give it as a file")
    number = 0
    try:
        for batch in ParquetFile(stream).iter_batches(ROWS):
            for row in batch.to_pylist():
                number += 1
                origin = Origin(path, f"row {number}")
                try:
                    record = {name: _plain(value) for name, value in row.items()}
                    yield article_of(record, origin, options)
                except BadDocument as error:
                    yield Rejected(origin, error.code, error.reason)
    except (ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise BadDocument("not-parquet", f"not Parquet, or damaged after row {number}: {reason}") from error


def _plain(value: Any) -> Any:
    """A cell as JSON would have it."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case list():
            return [_plain(item) for item in value]
        case _:
            return value
