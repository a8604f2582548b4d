"""Files to articles: one module a format family, and what all of them give.

reading        accepted, rejected, skipped; the options
files          which files, opened how, read as what
records        a record with named fields to an article: json_records  csv_records  parquet
plaintext      the text format                           markdown  with front matter
xml_documents  by the root element: feeds  newsml  nitf  reuters  ninjs (which is JSON)
html_pages     saved pages                               warc  web archives        email  newsletters
markup         fragments of HTML to text
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
    Withdrawn,
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
    "Withdrawn",
    "read_paths",
]
