"""The commands that find and read articles: search, count, timeline, facets, show, stats."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    color_option,
    command_line,
    console,
    exit_with,
    format_option,
    open_existing,
    question_options,
    resolve,
    timeout_option,
    tz_option,
    warn,
)
from search.cli.rows import ROW_FORMATS, check_all, note_the_rest, print_rows

if TYPE_CHECKING:
    from search.archive.archive import Archive
    from search.archive.question import Question
    from search.article import Article
    from search.cli.options import Settings
    from search.dates import Interval
    from search.engine import Results, Sort


@click.command()
@question_options
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="The order of the hits. Equal hits are sorted newest first, then by id.",
)
@click.option("--limit", "-n", type=int, help="Print at most this many hits.  [default: 10]")
@click.option(
    "--after", metavar="CURSOR", help="Print the page after this cursor; each page prints the next command."
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Print every match, oldest first, without scores and snippets. For csv, jsonl and ids.",
)
@click.option(
    "--facet",
    "facets",
    multiple=True,
    metavar="FIELD[:N]",
    help="Count all matches by keyword, source, author, site, lang, precision or a field of the source, "
    "the N most frequent values; or by date:month, as well as year, quarter, week, day, hour. Repeatable.",
)
@click.option("--expand", is_flag=True, help="Also rank by the typical words of the first hits.")
@click.option(
    "--recency",
    metavar="AGE",
    help="Rank newer articles higher. Half of the score halves with every AGE: 12h, 7d, 2w, 6m, 1y.",
)
@timeout_option
@tz_option
@format_option("text", "json", "jsonl", "csv", "ids")
@color_option
@archive_option
def search(
    question: Question,
    sort: Sort,
    limit: int | None,
    after: str | None,
    everything: bool,
    facets: tuple[str, ...],
    expand: bool,
    recency: str | None,
    timeout: float,
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
      news search --any 'A headline, or a sentence'
      news search -- -flood
      news search flood --all --format csv > floods.csv

    \b
    In a query: a b   a OR b   -a   "a phrase"   "near phrase"~3   a NEAR/5 b
    strik*   str?ke   strik~   title:a   keyword:a   source:(a OR b)   author:none
    date:2025-02   date:2025-02..2025-03   since:7d   date:yesterday   (a OR b)^2

    All of the query language: news help query. The exit code is 0 if articles were found and 1 if not.
    """
    if facets and output_format in ROW_FORMATS:
        raise click.UsageError(
            f"--facet cannot be printed as {output_format}; use --format json, or: news facets"
        )
    if everything:
        check_all(output_format, sort)
    settings = resolve(archive, tz, color)
    with open_existing(settings) as opened:
        results = opened.search(
            question,
            sort=sort,
            limit=0 if everything else settings.limit if limit is None else limit,
            after=after,
            facets=facets,
            snippets=output_format != "ids",
            timeout=timeout,
            expand=expand,
            recency=recency,
        )
        if everything:
            show_notes(results)
            print_rows(output_format, opened.scan(question))
    if not everything:
        show_results(settings, results, output_format)
    elif not results.total:
        exit_with(NOTHING_FOUND)


def show_notes(results: Results) -> None:
    """Print the warnings and hints about the query."""
    from search.archive.spelling import in_words

    for warning in results.warnings:
        warn(warning)
    if results.did_you_mean is not None:
        warn(f"did you mean: {results.did_you_mean}")
    for sentence in in_words(results.parts):
        warn(sentence)


def show_results(settings: Settings, results: Results, output_format: str) -> None:
    """Print a page of results; the exit code is 1 if there are none."""
    from search.present import schema, terminal

    show_notes(results)
    more = results.next is not None
    match output_format:
        case "text" if results.hits or results.total:
            following = command_line(after=results.next) if more else None
            terminal.print_results(console(settings), results, settings.zone, following)
        case "text":
            warn(f"nothing found; the query was read as: {results.read_as}")
        case "json":
            click.echo(schema.results_as_json(results))
        case _:
            print_rows(output_format, results.hits)
            if more:
                note_the_rest(results)
    if not results.total:
        exit_with(NOTHING_FOUND)


@click.command()
@question_options
@timeout_option
@tz_option
@archive_option
def count(
    question: Question,
    timeout: float,
    tz: str | None,
    archive: str | None,
) -> None:
    """Print the exact number of articles that match.

    \b
      news count keyword:markets
      news count '"rate cut"' --since 2025
    """
    settings = resolve(archive, tz)
    with open_existing(settings, with_warnings=True) as opened:
        total = opened.count(question, timeout=timeout)
    click.echo(total)
    if not total:
        exit_with(NOTHING_FOUND)


@click.command()
@click.option(
    "--by",
    type=click.Choice("year quarter month week day hour".split()),
    default="month",
    show_default=True,
    help="The interval.",
)
@question_options
@timeout_option
@tz_option
@click.option(
    "--format",
    "-f",
    "output_format",
    type=click.Choice(["text", "csv", "json"]),
    help="How to print.  [default: text on a terminal, else csv]",
)
@color_option
@archive_option
def timeline(
    question: Question,
    by: Interval,
    timeout: float,
    tz: str | None,
    output_format: str | None,
    color: str | None,
    archive: str | None,
) -> None:
    """Count matches by time: bars on a terminal, CSV in a pipe.

    \b
      news timeline strike --by week
      news timeline keyword:weather --by month --format json
    """
    from search.present import schema, table, terminal

    settings = resolve(archive, tz, color)
    with open_existing(settings, with_warnings=True) as opened:
        line = opened.timeline(question, by, timeout=timeout)
    match output_format or ("text" if sys.stdout.isatty() else "csv"):
        case "text":
            terminal.print_timeline(console(settings), line)
        case "json":
            click.echo(schema.timeline_as_json(line))
        case _:
            click.echo(table.timeline_as_csv(line), nl=False)
    if not line.bins and not line.undated:
        exit_with(NOTHING_FOUND)


@click.command()
@click.option(
    "--by",
    "fields",
    multiple=True,
    metavar="FIELD[:N]",
    help="Count by this field, as in search --facet. Can be repeated.  [default: keyword, source, author]",
)
@question_options
@timeout_option
@tz_option
@format_option("text", "json", "csv")
@color_option
@archive_option
def facets(
    question: Question,
    fields: tuple[str, ...],
    timeout: float,
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
    """
    from search.present import schema, table, terminal

    settings = resolve(archive, tz, color)
    with open_existing(settings, with_warnings=True) as opened:
        counted = opened.facets(question, *(fields or ("keyword", "source", "author")), timeout=timeout)
    match output_format:
        case "text":
            terminal.print_facets(console(settings), counted)
        case "json":
            click.echo(schema.facets_as_json(counted))
        case _:
            click.echo(table.facets_as_csv(counted), nl=False)
    if not any(facet.values or facet.missing for facet in counted):
        exit_with(NOTHING_FOUND)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID|URL...")
@tz_option
@format_option("text", "json")
@color_option
@archive_option
def show(
    ids: tuple[str, ...], tz: str | None, output_format: str, color: str | None, archive: str | None
) -> None:
    """Print whole articles by id or URL.

    With --format json, print one article a line in the form that `news index` reads.

    \b
      news show "$(news search comet --format ids --limit 1)"
    """
    from search.present import schema, terminal

    settings = resolve(archive, tz, color)
    missing = False
    with open_existing(settings, with_warnings=True) as opened:
        for number, identity in enumerate(ids):
            article = _get(opened, identity)
            if article is None:
                warn(f"no article has the id {identity}")
                missing = True
            elif output_format == "json":
                click.echo(schema.article_as_json(article))
            else:
                click.echo() if number else None
                terminal.print_article(console(settings), article, settings.zone)
    if missing:
        exit_with(NOTHING_FOUND)


def _get(archive: Archive, identity: str) -> Article | None:
    """Return the article with this id, else the newest one with this URL."""
    from search.language import Word

    article = archive.get(identity)
    if article is None and "://" in identity:
        hits = archive.search(str(Word(identity, "url")), sort="newest", limit=1).hits
        article = hits[0].article if hits else None
    return article


@click.command()
@format_option("text", "json")
@color_option
@archive_option
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
        click.echo(schema.stats_as_json(numbers))
    else:
        terminal.print_stats(console(settings), numbers)
