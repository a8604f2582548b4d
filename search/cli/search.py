"""The commands that find articles and count them: search, count, facets, stats."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search.cli.last import remember
from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    as_of_option,
    color_option,
    command_line,
    completed,
    console,
    exit_with,
    format_option,
    open_existing,
    question_options,
    quiet_option,
    resolve,
    texts_option,
    timeout_option,
    tz_option,
    warn,
)
from search.cli.paging import next_command, start_of
from search.cli.recording import manifest_option, pinned, write_manifest
from search.cli.rows import PAGE_FORMATS, WITHOUT_SNIPPETS, check_facets, print_rows

if TYPE_CHECKING:
    from search.archive.question import Question
    from search.cli.options import Settings
    from search.engine import Results, Sort


@click.command()
@question_options
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest", "modified", "seen"]),
    default="relevance",
    show_default=True,
    help="The order of the hits; modified and seen put the latest first. Hits of equal relevance are sorted "
    "newest first, then by id, other equal ones by id.",
)
@click.option("--limit", "-n", type=int, help="Print at most this many hits.  [default: 10]")
@click.option("--page", type=click.IntRange(1), help="Print this page of hits.  [default: 1]")
@click.option("--after", metavar="CURSOR", help="Print the page after this cursor, which is `next` in JSON.")
@click.option(
    "--facet",
    "facets",
    multiple=True,
    metavar="FIELD[:N]",
    shell_complete=completed("complete_facets"),
    help="Count all matches by keyword, source, author, site, lang, precision or a field of the source, "
    "the N most frequent values; or by date:month, as well as year, quarter, week, day, hour, weekday; or by "
    "modified:month, seen:month. Repeatable.",
)
@click.option("--collapse", is_flag=True, help="Print one hit for each text, and count texts and sources.")
@click.option("--expand", is_flag=True, help="Also rank by the typical words of the first hits.")
@click.option(
    "--recency",
    metavar="AGE",
    help="Rank newer articles higher. Half of the score halves with every AGE: 12h, 7d, 2w, 6m, 1y.",
)
@timeout_option
@manifest_option
@as_of_option
@tz_option
@format_option(*PAGE_FORMATS)
@color_option
@archive_option
@quiet_option()
def search(
    question: Question,
    sort: Sort,
    limit: int | None,
    page: int | None,
    after: str | None,
    facets: tuple[str, ...],
    collapse: bool,
    expand: bool,
    recency: str | None,
    timeout: float,
    manifest: Path | None,
    as_of: str | None,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Find articles.

    All words are required, in any form (strike finds striking) and any field.

    \b
      news search harbour strike --since 2025-02
      news search '"bank of marenne" OR ferry' --sort newest
      news search 'title:storm -flood' --facet keyword --facet date:month
      news search storm --sort seen
      news search --any 'A headline, or a sentence'
      news search -- -flood

    \b
    In a query: a b   a OR b   -a   "a phrase"   "near phrase"~3   a NEAR/5 b
    strik*   str?ke   strik~   title:a   keyword:a   source:(a OR b)   author:none
    date:2025-02   date:2025-02..2025-03   since:7d   date:yesterday   (a OR b)^2

    All of the query language: news help query. The exit code is 0 if articles were found and 1 if not.
    """
    if facets:
        check_facets(output_format)
    settings = resolve(archive, tz, color)
    with open_existing(settings, as_of=as_of) as opened:
        opened = opened if manifest is None else pinned(opened)

        def ask(limit: int, after: str | None, *, whole: bool) -> Results:
            return opened.search(
                question,
                sort=sort,
                limit=limit,
                after=after,
                facets=facets if whole else (),
                snippets=whole and output_format not in WITHOUT_SNIPPETS,
                timeout=timeout,
                expand=expand,
                recency=recency,
                collapse=collapse,
            )

        size = settings.limit if limit is None else limit
        start = after if page is None else start_of(page, size, after, ask)
        results = ask(size, start, whole=True)
        if manifest is not None:
            given: dict[str, str | bool] = {"sort": sort, "expand": expand, "recency": recency or ""}
            given["collapse"] = collapse
            write_manifest(manifest, opened.manifest(question, page=results, options=given))
    show_results(settings, results, output_format, page)


def show_notes(results: Results) -> None:
    """Print the warnings and hints about the query."""
    from search.archive.spelling import in_words

    for warning in results.warnings:
        warn(warning)
    if results.did_you_mean is not None:
        warn(f"did you mean: {results.did_you_mean}")
    for sentence in in_words(results.parts):
        warn(sentence)


def show_results(
    settings: Settings,
    results: Results,
    output_format: str,
    page: int | None = None,
) -> None:
    """Print a page of results; the exit code is 1 without any."""
    from search.present import schema, terminal

    show_notes(results)
    match output_format:
        case "text" if results.hits or results.total:
            following = None if results.next is None else next_command(results, page)
            remember(settings.archive, results, command_line(page=None, after=None, color=None))
            terminal.print_results(console(settings), results, settings.zone, following)
        case "text":
            warn(f"nothing found; the query was read as: {results.read_as}")
        case "json":
            click.echo(schema.to_json(results, indent=2))
        case _:
            print_rows(output_format, results, settings.zone)
    if not results.total:
        exit_with(NOTHING_FOUND)


@click.command()
@question_options
@timeout_option
@manifest_option
@as_of_option
@tz_option
@archive_option
@quiet_option()
def count(
    question: Question,
    timeout: float,
    manifest: Path | None,
    as_of: str | None,
    tz: str | None,
    archive: str | None,
) -> None:
    """Print the exact number of articles that match.

    \b
      news count keyword:markets
      news count '"rate cut"' --since 2025
    """
    settings = resolve(archive, tz)
    with open_existing(settings, with_warnings=True, as_of=as_of) as opened:
        opened = opened if manifest is None else pinned(opened)
        total = opened.count(question, timeout=timeout)
        if manifest is not None:
            write_manifest(manifest, opened.manifest(question))
    click.echo(total)
    if not total:
        exit_with(NOTHING_FOUND)


@click.command()
@click.option(
    "--by",
    "fields",
    multiple=True,
    metavar="FIELD[:N]",
    shell_complete=completed("complete_facets"),
    help="Count by this field, as in search --facet. Can be repeated.  [default: keyword, source, author]",
)
@texts_option
@question_options
@timeout_option
@as_of_option
@tz_option
@format_option("text", "json", "csv", "tsv")
@color_option
@archive_option
@quiet_option()
def facets(
    question: Question,
    fields: tuple[str, ...],
    texts: bool,
    timeout: float,
    as_of: str | None,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Count all matches by the values of fields.

    Each value comes with the term that narrows a search to it.

    \b
      news facets storm
      news facets --by keyword:50 --format csv
      news facets strike --by date:week --by source
      news facets storm --by source --by seen:weekday --texts
    """
    from search.present import schema, table, terminal

    settings = resolve(archive, tz, color)
    with open_existing(settings, with_warnings=True, as_of=as_of) as opened:
        asked = fields or ("keyword", "source", "author")
        counted = opened.facets(question, *asked, texts=texts, timeout=timeout)
    match output_format:
        case "text":
            terminal.print_facets(console(settings), counted)
        case "json":
            click.echo(schema.to_json(counted, indent=2))
        case kind:
            sys.stdout.writelines(table.facets_as_table(counted, "tsv" if kind == "tsv" else "csv"))
            for facet in counted:
                if len(facet.values) < facet.distinct:
                    everything = command_line(fields=(f"{facet.field}:{facet.distinct}",))
                    warn(f"{facet.field}: {len(facet.values):,} of {facet.distinct:,}; all: {everything}")
    if not any(facet.values or facet.missing for facet in counted):
        exit_with(NOTHING_FOUND)


@click.command()
@format_option("text", "json")
@color_option
@archive_option
@quiet_option()
def stats(output_format: str, color: str | None, archive: str | None) -> None:
    """Describe the archive: articles, dates, words, sizes, state.

    \b
      news stats
      news stats --format json
    """
    from search.present import schema, terminal

    settings = resolve(archive, color=color)
    with open_existing(settings) as opened:
        numbers = opened.stats()
    if output_format == "json":
        click.echo(schema.to_json(numbers, indent=2))
    else:
        terminal.print_stats(console(settings), numbers)
