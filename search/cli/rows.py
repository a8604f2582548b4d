"""The formats with one row a hit or an article, and the note that a page of them is not all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from search.cli.citing import CITATION_FORMATS, print_references
from search.cli.options import command_line, warn

if TYPE_CHECKING:
    from search.engine import Results

PAGE_FORMATS = ("text", "json", "jsonl", "csv", "tsv", "ids", *CITATION_FORMATS)
WITHOUT_FACETS = ("csv", "tsv", "ids", *CITATION_FORMATS)
"""The formats of a page of hits that have no room for the counts of facets."""


WITHOUT_SNIPPETS = ("ids", *CITATION_FORMATS)


def check_facets(output_format: str) -> None:
    """Refuse facets for a format that has no room for them."""
    if output_format in WITHOUT_FACETS:
        raise click.UsageError(
            f"--facet cannot be printed as {output_format}; use --format json or jsonl, or: news facets"
        )


def print_rows(output_format: str, results: Results, zone: tzinfo) -> None:
    """Print a page of hits as rows, and say so if there are more."""
    if output_format in CITATION_FORMATS:
        print_references(output_format, [(hit.article, hit.seen) for hit in results.hits], zone)
    else:
        sys.stdout.writelines(_rows(output_format, results))
    if results.next is not None:
        last = results.first + len(results.hits) - 1
        shown = f"{last:,}" if results.first == 1 else f"{results.first:,} to {last:,}"
        everything = command_line("export", output_format=output_format, output=None)
        warn(f"{shown} of {results.total:,}; all, oldest first: {everything}")


def _rows(output_format: str, results: Results) -> Iterator[str]:
    from search.present.schema import results_as_json_lines
    from search.present.table import hits_as_table

    match output_format:
        case "csv" | "tsv":
            return hits_as_table(results.hits, output_format)
        case "jsonl":
            return results_as_json_lines(results)
        case _:
            return (f"{hit.article.id}\n" for hit in results.hits)
