"""References for a bibliography, from hits, from articles, and from the rows of an export."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import islice
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from search.archive.archive import Archive
    from search.article import Article
    from search.present.citation import CitationFormat

CITATION_FORMATS = ("ris", "bibtex", "csl-json")

READ_ROWS = 500


def seen_of(archive: Archive, articles: Sequence[Article], output_format: str) -> Mapping[str, datetime]:
    """When the archive first had the articles, which only a reference says."""
    if output_format not in CITATION_FORMATS:
        return {}
    return archive.first_seen([article.id for article in articles])


def print_references(
    output_format: str, articles: Iterable[Article], seen: Mapping[str, datetime], zone: tzinfo
) -> None:
    """Print a reference for each article."""
    from search.present.citation import cite, record_to_cite

    records = (record_to_cite(article, seen.get(article.id)) for article in articles)
    sys.stdout.writelines(cite(records, cast("CitationFormat", output_format), zone=zone))


def with_seen(archive: Archive, rows: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    """The rows of an export, each with the time when the archive first had its article."""
    from search.article import written_time

    stream = iter(rows)
    while some := list(islice(stream, READ_ROWS)):
        seen = archive.first_seen([str(row["id"]) for row in some])
        for row in some:
            at = seen.get(str(row["id"]))
            yield row if at is None else {**row, "seen": written_time(at)}
