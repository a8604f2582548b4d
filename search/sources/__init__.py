"""Files to articles.

files       find the files, open them, tell their format
reading/    shared by all: outcomes, options, byte streams, and `ArticleDraft`, which makes the article
tables/     CSV, JSON, Parquet, Excel: records with named fields
documents/  plain text, Markdown, mail: a file is an article
wires/      NewsML, NITF, ninjs, Reuters: the formats of news agencies
pages/      web pages and web archives
office/     docx, RTF, PDF, zip: the paragraphs or files in a file
exports/    Nexis, Factiva, ProQuest, Europresse, RIS: the documents in an export
feeds       RSS, Atom, JSON Feed
languages   detect the language of articles that do not name theirs
"""

from search.sources.files import read_paths
from search.sources.reading.options import FORMATS, Format, ReadOptions
from search.sources.reading.outcome import (
    Accepted,
    Item,
    Note,
    Origin,
    Rejected,
    Retracted,
    Skipped,
)
from search.sources.tables.records import article_from_record

__all__ = [
    "FORMATS",
    "Accepted",
    "Format",
    "Item",
    "Note",
    "Origin",
    "ReadOptions",
    "Rejected",
    "Retracted",
    "Skipped",
    "article_from_record",
    "read_paths",
]
