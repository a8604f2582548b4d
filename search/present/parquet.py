"""Rows to Parquet: lists stay lists, and times are times in UTC, with a column of their precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO

from search.archive.export import TEXT_COLUMNS, TIME_COLUMNS
from search.article import read_time
from search.errors import InvalidRequest

MAX_GROUP_ROWS, MAX_GROUP_CHARACTERS = 5_000, 8 << 20
"""A row group, which is held in memory, ends with whichever it reaches first."""


def write_parquet(rows: Iterable[Mapping[str, object]], columns: Sequence[str], stream: IO[bytes]) -> None:
    """Write the rows to a binary stream; `precision` stands after `published`, if it was not chosen.

    A time of a day, month or year is the first instant of the period. Raises `InvalidRequest` if the package
    is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise InvalidRequest(
            "writing Parquet needs more packages: pip install 'news-search[parquet]'"
        ) from error
    names = list(columns)
    if "published" in names and "precision" not in names:
        names.insert(names.index("published") + 1, "precision")
    text, moment = pyarrow.string(), pyarrow.timestamp("us", tz="UTC")
    types = dict.fromkeys(TEXT_COLUMNS, text) | dict.fromkeys(TIME_COLUMNS, moment)
    schema = pyarrow.schema([(name, types.get(name, pyarrow.list_(text))) for name in names])
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for group in _groups(map(_typed, rows)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema))


def _typed(row: Mapping[str, object]) -> dict[str, object]:
    typed = dict(row)
    for name in TIME_COLUMNS:
        if isinstance(written := row.get(name), str):
            typed[name], precision = read_time(written)
            if name == "published":
                typed["precision"] = precision
    return typed


def _groups(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    group: list[dict[str, object]] = []
    characters = 0
    for row in rows:
        group.append(row)
        characters += len(str(row.get("body", "")))
        if len(group) == MAX_GROUP_ROWS or characters >= MAX_GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group
