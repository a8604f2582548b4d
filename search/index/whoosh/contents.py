"""Whoosh's own table of contents of a commit, by which `whoosh.index.open_dir` opens the index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from search.index.format.segment import Segment
from search.index.whoosh.segment import WhooshSegment


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
