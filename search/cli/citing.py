"""References for a bibliography, from hits and from articles."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from search.article import Article
    from search.present.citation import CitationFormat

CITATION_FORMATS = ("ris", "bibtex", "csl-json")


def print_references(
    output_format: str, articles: Iterable[tuple[Article, datetime | None]], zone: tzinfo
) -> None:
    """Print a reference for each article, given with the time when the archive first had it."""
    from search.present.citation import cite, record_to_cite

    records = (record_to_cite(article, seen) for article, seen in articles)
    sys.stdout.writelines(cite(records, cast("CitationFormat", output_format), zone=zone))
