"""Files to articles: one module a format family, and what all of them give.

reading        accepted, rejected, skipped; the options
records        a record with named fields to an article     json_records  csv_records
plaintext      the text format                               files  which files, opened how
"""

from search.sources.files import read_paths
from search.sources.reading import (
    FORMATS,
    Accepted,
    Format,
    Item,
    Note,
    Origin,
    ReadOptions,
    Rejected,
    Skipped,
)

__all__ = [
    "FORMATS",
    "Accepted",
    "Format",
    "Item",
    "Note",
    "Origin",
    "ReadOptions",
    "Rejected",
    "Skipped",
    "read_paths",
]
