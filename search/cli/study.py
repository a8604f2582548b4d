"""The commands about the language of articles: kwic, collocations, distinctive."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import click

from search.cli.options import (
    NOTHING_FOUND,
    Command,
    archive_option,
    color_option,
    command_line,
    console,
    exit_with,
    format_option,
    open_existing,
    question_options,
    quiet_option,
    resolve,
    timeout_option,
    tz_option,
    warn,
    was_given,
)

if TYPE_CHECKING:
    from search.archive.concordance import KwicSort
    from search.archive.question import Question
    from search.present.study import Rows

_formats = format_option("text", "csv", "tsv", "jsonl", "json")


def _limit_option(default: int) -> Callable[[Command], Command]:
    return click.option(
        "--limit", "-n", callback=_limit, default=str(default), show_default=True, metavar="N|all",
        help="Print at most this many.",
    )  # fmt: skip


def _limit(ctx: click.Context, param: click.Parameter, given: str) -> int | None:
    return None if given == "all" else int(click.IntRange(0)(given, param, ctx))


def _window(ctx: click.Context, param: click.Parameter, given: str) -> int | Literal["sentence"]:
    """Read a number of words, or `sentence`."""
    if given == "sentence":
        return "sentence"
    return int(click.IntRange(0, 100)(given, param, ctx))


def _print_rows(output_format: str, rows: Rows, columns: Sequence[str], facts: Mapping[str, object]) -> None:
    """Print rows in a format for programs; a JSON object has the `facts` about all of them, too."""
    from search.present import schema, table

    match output_format:
        case "json":
            click.echo(schema.rows_as_json(rows, facts))
        case "jsonl":
            sys.stdout.writelines(schema.to_json_lines(rows))
        case "tsv":
            sys.stdout.writelines(table.rows_as_table(rows, columns, "tsv"))
        case _:
            sys.stdout.writelines(table.rows_as_table(rows, columns))


def _note_limit(count: int, limit: int | None) -> None:
    """Say that there may be more words than the limit."""
    if count and count == limit:
        warn(f"the first {count:,}; all: {command_line(limit='all')}")


@click.command()
@click.option(
    "--sort",
    type=click.Choice(["date", "left", "right"]),
    default="date",
    show_default=True,
    help="The order: the oldest first, or by the words to the left or right.",
)
@click.option(
    "--width",
    "-w",
    type=click.IntRange(0, 1000),
    default=40,
    show_default=True,
    help="Characters on each side of a match; by default at most what the terminal has room for.",
)
@_limit_option(50)
@question_options
@timeout_option
@tz_option
@_formats
@color_option
@archive_option
@quiet_option()
def kwic(
    question: Question,
    sort: KwicSort,
    width: int,
    limit: int | None,
    timeout: float,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Print every match of a query in its context.

    The words of the query stand one below the other (a concordance). The first line counts all matches.

    \b
      news kwic '"output ceiling"' --sort right
      news kwic strik* --since 2025 -f csv -n all
    """
    from search.present import study

    settings = resolve(archive, tz, color)
    with open_existing(settings, with_warnings=True) as opened:
        found = opened.kwic(question, sort=sort, width=width, limit=limit, timeout=timeout)
    if output_format == "text":
        study.print_kwic(console(settings), found, width, fits=not was_given("width"))
    else:
        facts = {"total": found.total, "articles": found.articles}
        _print_rows(output_format, study.kwic_rows(found), study.KWIC_COLUMNS, facts)
        if len(found.lines) < found.total and output_format != "json":
            warn(f"{len(found.lines):,} of {found.total:,}; all: {command_line(limit='all')}")
    if not found.total:
        exit_with(NOTHING_FOUND)


@click.command()
@click.option(
    "--window",
    "-w",
    callback=_window,
    metavar="N|sentence",
    default="5",
    show_default=True,
    help="How many words away is near; or in the same sentence.",
)
@_limit_option(20)
@question_options
@timeout_option
@tz_option
@_formats
@archive_option
@quiet_option()
def collocations(
    question: Question,
    window: int | Literal["sentence"],
    limit: int | None,
    timeout: float,
    tz: str | None,
    output_format: str,
    archive: str | None,
) -> None:
    """Print the words that stand near the words of a query.

    They are ordered by logDice, which is at most 14: how much of both words' articles have them together. A
    word is shown if it is near in at least 5 articles.

    \b
      news collocations wheat
      news collocations '"crude oil"' --window sentence
    """
    from search.present import study

    settings = resolve(archive, tz)
    with open_existing(settings, with_warnings=True) as opened:
        found = opened.collocations(question, window=window, limit=limit, timeout=timeout)
    if output_format == "text":
        sys.stdout.writelines(f"{line}\n" for line in study.collocates_as_text(found))
    else:
        rows = study.collocate_rows(found)
        _print_rows(output_format, rows, study.COLLOCATE_COLUMNS, {"window": window})
    _note_limit(len(found), limit)
    if not found:
        exit_with(NOTHING_FOUND)


@click.command()
@click.option(
    "--against",
    metavar="archive|same-dates|same-sources|QUERY",
    default="same-dates",
    show_default=True,
    help="The other articles: all, of the same days or sources in proportion, or the matches of a query.",
)
@click.option(
    "--min-texts",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Only words that are in this many of the matches.",
)
@click.option(
    "--min-sources",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    help="Only words that are in this many of their sources, if they have as many.",
)
@click.option("--with-query", is_flag=True, help="Also the words of the query itself.")
@_limit_option(20)
@question_options
@timeout_option
@tz_option
@_formats
@archive_option
@quiet_option()
def distinctive(
    question: Question,
    against: str,
    min_texts: int,
    min_sources: int,
    with_query: bool,
    limit: int | None,
    timeout: float,
    tz: str | None,
    output_format: str,
    archive: str | None,
) -> None:
    """Print the words that set the matches of a query apart.

    A word counts once for each text that has it, also where there are many copies of the text. Against the
    same dates or sources, other texts have weights, so that each date or source has the share that it has
    among the matches. The score z is the log-odds ratio of Monroe, Colaresi and Quinn (2008); words
    below 3.29 may be chance and are left out.

    \b
      news distinctive strike --since 2025-02
      news distinctive keyword:budget --against archive -f csv
    """
    from search.present import study

    settings = resolve(archive, tz)
    with open_existing(settings, with_warnings=True) as opened:
        found = opened.distinctive(
            question,
            against=against,
            limit=limit,
            min_texts=min_texts,
            min_sources=min_sources,
            with_query=with_query,
            timeout=timeout,
        )
    if output_format == "text":
        sys.stdout.writelines(f"{line}\n" for line in study.distinctive_as_text(found, against))
    else:
        facts = {"inside": found.inside, "outside": round(found.outside, 1), "against": against}
        _print_rows(output_format, study.distinctive_rows(found), study.DISTINCTIVE_COLUMNS, facts)
    _note_limit(len(found.words), limit)
    if not found.words:
        exit_with(NOTHING_FOUND)
