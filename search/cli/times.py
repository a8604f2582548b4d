"""The commands that count over time: timeline and coverage."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    as_of_option,
    color_option,
    completed,
    console,
    exit_with,
    format_option,
    open_existing,
    output_option,
    question_options,
    quiet_option,
    resolve,
    texts_option,
    timeout_option,
    tz_option,
    warn,
)
from search.cli.recording import manifest_option, pinned, write_manifest

if TYPE_CHECKING:
    from search.archive.question import Question

_by_option = click.option(
    "--by",
    metavar="INTERVAL",
    default="month",
    show_default=True,
    shell_complete=completed("complete_intervals"),
    help="The interval: year, quarter, month, week, day, hour or weekday. By another date than the "
    "publication: modified:week, seen:day.",
)


@click.command()
@_by_option
@click.option("--share", is_flag=True, help="Also count among all articles with the same filters.")
@click.option(
    "--bursts", is_flag=True, help="Mark intervals with more matches than the 28 before; with --share."
)
@texts_option
@click.option("--vs", "others", multiple=True, metavar="QUERY", help="Another query beside it. Repeatable.")
@click.option(
    "--per",
    metavar="FIELD[:N]",
    shell_complete=completed("complete_facets"),
    help="A timeline for each of the N commonest values of this field, such as source:5.",
)
@question_options
@timeout_option
@manifest_option
@as_of_option
@tz_option
@click.option(
    "--format",
    "-f",
    "output_format",
    type=click.Choice(["text", "csv", "tsv", "json", "svg"]),
    help="How to print.  [default: text on a terminal, else csv]",
)
@output_option
@color_option
@archive_option
@quiet_option()
def timeline(
    question: Question,
    by: str,
    share: bool,
    bursts: bool,
    texts: bool,
    others: tuple[str, ...],
    per: str | None,
    timeout: float,
    manifest: Path | None,
    as_of: str | None,
    tz: str | None,
    output_format: str | None,
    color: str | None,
    archive: str | None,
) -> None:
    """Count matches by time.

    It prints bars on a terminal, CSV in a pipe, and a chart with -f svg. With --share each count comes with
    the articles that pass the same filters (sources, dates), the share of them and its 95 % interval. Where
    the archive has no such articles, it says "no data" and never 0. In CSV without --share the count is 0
    there, and a note says so.

    \b
      news timeline strike --by week
      news timeline opec --vs gold --by month --share
      news timeline storm --by seen:day --texts
      news timeline storm --per source:5 -f svg -o storm.svg
    """
    from dataclasses import replace

    from search.present import chart, schema, table, times

    settings = resolve(archive, tz, color)
    share = share or bursts
    asked = {question.text if others else "": question}
    asked |= {text: replace(question, text=text) for text in others}
    several = bool(others) or per is not None
    if several and manifest is not None:
        raise click.UsageError("a manifest is of one question; --manifest has no meaning with --vs and --per")
    with open_existing(settings, with_warnings=True, as_of=as_of) as opened:
        opened = opened if manifest is None else pinned(opened)
        # The shares tell an interval without data from one without a match.
        lines = opened.timelines(asked, by, per=per, share=True, bursts=bursts, texts=texts, timeout=timeout)
        if manifest is not None:
            write_manifest(manifest, opened.manifest(question, by=by))
    if not share:
        lines = {label: times.without_shares(line) for label, line in lines.items()}
    match output_format or ("text" if sys.stdout.isatty() else "csv"):
        case "text":
            times.print_timelines(console(settings), lines, share=share)
        case "json":
            click.echo(schema.to_json(lines if several else lines[""], indent=2))
        case "svg":
            title = " / ".join(filter(None, lines)) or question.text or "all articles"
            click.echo(chart.chart_as_svg(chart.chart_of(lines, share=share), title), nl=False)
        case kind:
            label = "query" if others else "" if per is None else per.partition(":")[0]
            columns = times.timeline_columns(by, label=label, share=share, texts=texts)
            rows = times.timeline_rows(lines, label)
            sys.stdout.writelines(table.rows_as_table(rows, columns, "tsv" if kind == "tsv" else "csv"))
            for note in times.notes_on_rows(lines, share=share):
                warn(note)
    if not any(line.bins or line.undated for line in lines.values()):
        exit_with(NOTHING_FOUND)


@click.command()
@_by_option
@click.option(
    "--per",
    metavar="FIELD[:N]",
    default="source:20",
    show_default=True,
    shell_complete=completed("complete_facets"),
    help="A line for each of the N commonest values of this field.",
)
@timeout_option
@tz_option
@format_option("text", "csv", "tsv", "json")
@archive_option
@quiet_option()
def coverage(
    by: str, per: str, timeout: float, tz: str | None, output_format: str, archive: str | None
) -> None:
    """Show the time that the archive covers, and its holes.

    The first line is of all articles; then comes a line for each source, or for each value of another field.

    \b
      news coverage --by year
      news coverage --per keyword:5 -f csv
    """
    from search.present import schema, table, times

    settings = resolve(archive, tz)
    with open_existing(settings, with_warnings=True) as opened:
        found = opened.coverage(by, per=per, timeout=timeout)
    lines = {"": found.all, **found.per}
    match output_format:
        case "text":
            sys.stdout.writelines(f"{line}\n" for line in times.coverage_as_text(found))
        case "json":
            click.echo(schema.to_json(found, indent=2))
        case kind:
            label = per.partition(":")[0]
            columns = times.timeline_columns(by, label=label, share=False)
            rows = times.timeline_rows(lines, label)
            sys.stdout.writelines(table.rows_as_table(rows, columns, "tsv" if kind == "tsv" else "csv"))
    if not found.all.bins and not found.all.undated:
        exit_with(NOTHING_FOUND)
