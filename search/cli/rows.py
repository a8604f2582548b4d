"""The formats with one row a hit: csv, jsonl and ids, for a page of hits or with --all for every match."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from search.cli.options import command_line, warn, was_given

if TYPE_CHECKING:
    from search.article import Article
    from search.engine import Hit, Results, Sort

ROW_FORMATS = ("csv", "jsonl", "ids")

_OF_A_PAGE = ("limit", "after", "sort", "expand", "recency")


def check_all(output_format: str, sort: Sort) -> None:
    """Refuse the options that have no meaning with --all."""
    if output_format not in ROW_FORMATS:
        raise click.UsageError(f"--all is for --format {', '.join(ROW_FORMATS)}, not for {output_format}")
    for name in _OF_A_PAGE:
        if was_given(name) and (name, sort) != ("sort", "oldest"):
            raise click.UsageError(
                f"--all prints every match, oldest first; it cannot be combined with --{name}"
            )


def print_rows(output_format: str, hits: Iterable[Hit | Article]) -> None:
    """Print each row as soon as it is read, so that an interrupt leaves the rows before it."""
    for row in _rows(output_format, hits):
        sys.stdout.write(row)


def note_the_rest(results: Results) -> None:
    """Say how many rows of all were printed, and which command prints all of them."""
    last = results.first + len(results.hits) - 1
    shown = f"{last:,}" if results.first == 1 else f"{results.first:,} to {last:,}"
    unlimited = command_line(everything=True, **dict.fromkeys(_OF_A_PAGE))
    warn(f"{shown} of {results.total:,}; for all of them, oldest first: {unlimited}")


def _rows(output_format: str, hits: Iterable[Hit | Article]) -> Iterator[str]:
    from search.article import Article
    from search.present.schema import hits_as_json_lines
    from search.present.table import hits_as_csv

    match output_format:
        case "csv":
            yield from hits_as_csv(hits)
        case "jsonl":
            yield from hits_as_json_lines(hits)
        case _:
            yield from (f"{hit.id if isinstance(hit, Article) else hit.article.id}\n" for hit in hits)
