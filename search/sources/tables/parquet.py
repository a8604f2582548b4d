"""Parquet: a table with named columns, one article a row, read some rows at a time.

A value that Python cannot hold rejects its row, never the file. Times are kept to the microsecond.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, MissingExtra, Note, Origin, Rejected
from search.sources.tables.records import article_of, json_value, note_missing_title

BATCH_ROWS = 500
"""Number of rows in memory at a time, beside one group of the file's rows."""


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

    def articles() -> Iterator[Accepted | Rejected]:
        nonlocal number
        for batch in table.iter_batches(BATCH_ROWS):
            for index, row in enumerate(_rows(batch)):
                number += 1
                yield _article(batch, index, row, Origin(path, f"row {number}"), options)

    try:
        table = ParquetFile(stream)
        yield from note_missing_title(articles(), table.schema_arrow.names, options)
    except (ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise BadDocument("not-parquet", f"not Parquet, or damaged after row {number}: {reason}") from error


def _rows(batch: Any) -> list[dict[str, Any] | None]:
    """The rows as Python values; None for each row if any value of the batch has no Python value."""
    try:
        return list(batch.to_pylist())
    except (ValueError, OverflowError):  # of a column and a row that it does not name
        return [None] * batch.num_rows


def _article(
    batch: Any, index: int, row: dict[str, Any] | None, origin: Origin, options: ReadOptions
) -> Accepted | Rejected:
    notes: list[Note] = []
    try:
        if row is None or any(map(_has_nanoseconds, row.values())):
            row = {name: _cell(batch.column(name)[index], name, notes) for name in batch.schema.names}
        record = {name: json_value(value) for name, value in row.items()}
        return article_of(record, origin, options, notes=notes)
    except BadDocument as error:
        return Rejected(origin, error.code, error.reason)


def _cell(scalar: Any, name: str, notes: list[Note]) -> Any:
    """The Python value of a cell, with times to the microsecond; raises `BadDocument`."""
    import pyarrow

    try:
        value = scalar.as_py()
        if _has_nanoseconds(value):
            raise ValueError("a time to the nanosecond")
        return value
    except (ValueError, OverflowError) as error:
        if getattr(scalar.type, "unit", "") == "ns":
            notes.append(Note("rounded-time", f"a time of {name} is kept to the microsecond"))
            kind = scalar.type
            in_microseconds = (
                pyarrow.timestamp("us", kind.tz)
                if pyarrow.types.is_timestamp(kind)
                else pyarrow.time64("us")
                if pyarrow.types.is_time(kind)
                else pyarrow.duration("us")
            )
            return scalar.cast(in_microseconds, safe=False).as_py()
        raise BadDocument("bad-value", f"a value of {name} cannot be read: {error}") from error


def _has_nanoseconds(value: object) -> bool:
    """True for a time with nanoseconds, which pyarrow gives as a type of pandas if pandas is installed."""
    return bool(getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0))
