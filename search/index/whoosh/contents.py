"""Whoosh's own table of contents of a commit, by which `whoosh.index.open_dir` opens the index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from whoosh.fields import ID, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from search.index.format.segment import Segment
from search.index.whoosh.fields import Positions, Terms, integer_column
from search.index.whoosh.segment import WhooshSegment
from search.index.write.writer import Contents


def write_contents(
    schema: Schema, folder: Path, name: str, generation: int, segments: Sequence[Segment]
) -> str:
    """Write the table of contents of a commit to a new file, and return the name of the file."""
    file = str(TOC._filename(name, generation))
    (folder / file).unlink(missing_ok=True)  # left by a commit that was never finished
    TOC(schema, [WhooshSegment.of(segment) for segment in segments], generation).write(
        FileStorage(str(folder)), name
    )
    return file


def contents_for(
    key: str, text_fields: Iterable[str], value_fields: Iterable[str], columns: Iterable[str]
) -> Contents:
    """Return the function that writes the table of contents of an index with these fields.

    `key` is the field whose value identifies a document.
    """
    schema = Schema()
    schema.add(key, ID(unique=True))
    for field in text_fields:
        schema.add(field, Positions())
    for field in value_fields:
        schema.add(field, Terms())
    for column in columns:
        schema.add(column, integer_column())
    return partial(write_contents, schema)
