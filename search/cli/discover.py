"""The commands that start from an article or a word: similar, background, copies, suggest, explain."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    color_option,
    completed,
    exit_with,
    format_option,
    open_existing,
    question_options,
    quiet_option,
    resolve,
    timeout_option,
    tz_option,
    warn,
)
from search.cli.rows import PAGE_FORMATS
from search.cli.search import show_results

if TYPE_CHECKING:
    from search.archive.question import Question
    from search.article import Article
    from search.engine import Results

limit_option = click.option(
    "--limit", "-n", type=click.IntRange(0), default=10, show_default=True, help="Print at most this many."
)
MAX_SHOWN_WORDS = 6
hits_option = format_option(*PAGE_FORMATS)


def _read_article(identity: str) -> str | Article:
    """Read the article on standard input if the id is `-`; else return the id."""
    if identity != "-":
        return identity
    from search.sources import Accepted, ReadOptions, Rejected, read_paths

    rejected: Rejected | None = None
    for item in read_paths([Path("-")], ReadOptions()):
        if isinstance(item, Accepted):
            return item.article
        if isinstance(item, Rejected):
            rejected = rejected or item
    reason = f": {rejected.reason}" if rejected else ""
    raise click.UsageError(f"there is no article on standard input{reason}")


@click.command()
@click.argument("identity", metavar="ID|-", shell_complete=completed("complete_ids"))
@click.option("--since", metavar="DATE", help="Only articles from the start of this day, month or year.")
@click.option("--until", metavar="DATE", help="Only articles until the end of this day, month or year.")
@limit_option
@timeout_option
@tz_option
@hits_option
@color_option
@archive_option
@quiet_option()
def similar(
    identity: str,
    since: str | None,
    until: str | None,
    limit: int,
    timeout: float,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Find articles similar to one.

    The article is one of the archive, by its id, or - for one on standard input. Articles are similar if
    they share the words that are frequent in it and rare in the archive.

    \b
      news similar c152da1da562d27f50a70
      news similar - < draft.txt
    """
    settings = resolve(archive, tz, color)
    with open_existing(settings) as opened:
        results = opened.similar(
            _read_article(identity), since=since, until=until, limit=limit, timeout=timeout
        )
    show_results(settings, _with_short_head(results, output_format), output_format)


def _with_short_head(results: Results, output_format: str) -> Results:
    """The results as text for people, who need to see the first words of a long query only."""
    words = results.read_as.split(" OR ")
    if output_format != "text" or len(words) <= MAX_SHOWN_WORDS:
        return results
    return replace(results, read_as=f"{' OR '.join(words[:MAX_SHOWN_WORDS])} OR … ({len(words)} words)")


@click.command()
@click.argument("identity", metavar="ID|-", shell_complete=completed("complete_ids"))
@limit_option
@timeout_option
@tz_option
@hits_option
@color_option
@archive_option
@quiet_option()
def background(
    identity: str,
    limit: int,
    timeout: float,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Find older articles that give the context of one.

    They are similar and older. Copies of the article or of each other are left out.

    \b
      news background c152da1da562d27f50a70 --limit 5
    """
    settings = resolve(archive, tz, color)
    with open_existing(settings) as opened:
        results = opened.background(_read_article(identity), limit=limit, timeout=timeout)
    show_results(settings, _with_short_head(results, output_format), output_format)


@click.command()
@click.argument("identity", metavar="ID", shell_complete=completed("complete_ids"))
@click.option("--diff", is_flag=True, help="Print the sentences that differ from the first article.")
@timeout_option
@tz_option
@format_option("text", "json", "jsonl")
@archive_option
@quiet_option()
def copies(
    identity: str, diff: bool, timeout: float, tz: str | None, output_format: str, archive: str | None
) -> None:
    """List the copies of an article.

    The first article with the text comes first, then its copies by date: the same, edited, cut or extended,
    with the share of the shorter text that both have. A part is a digest that has the text among others.

    \b
      news copies c152da1da562d27f50a70
      news copies c152da1da562d27f50a70 --diff
    """
    from search.present import copies as rendered
    from search.present.schema import to_json, to_json_lines

    if diff and output_format != "text":
        raise click.UsageError(f"--diff cannot be printed as {output_format}")
    settings = resolve(archive, tz)
    with open_existing(settings, with_warnings=True) as opened:
        found = opened.copies(identity, timeout=timeout)
    match output_format:
        case "json":
            click.echo(to_json(found, indent=2))
        case "jsonl":
            sys.stdout.writelines(to_json_lines(found))
        case _:
            for line in rendered.copies_as_text(found, settings.zone, diff=diff):
                click.echo(line)


@click.command()
@click.argument("prefix")
@limit_option
@timeout_option
@format_option("text", "json")
@archive_option
@quiet_option()
def suggest(prefix: str, limit: int, timeout: float, output_format: str, archive: str | None) -> None:
    """Print words that begin with PREFIX, most frequent first.

    If no word begins with it, print similar words, which PREFIX may be a misspelling of.

    \b
      news suggest harb
    """
    from search.present.schema import to_json

    with open_existing(resolve(archive), with_warnings=True) as opened:
        found = opened.suggest(prefix, limit=limit, timeout=timeout)
    if output_format == "json":
        click.echo(to_json(found, indent=2))
    else:
        for suggestion in found:
            click.echo(
                f"{suggestion.word}\t{suggestion.articles}"
                if not sys.stdout.isatty()
                else f"{suggestion.word}  {suggestion.articles:,}"
            )
    if not found:
        exit_with(NOTHING_FOUND)


@click.command()
@click.argument("identity", metavar="ID", shell_complete=completed("complete_ids"))
@question_options
@timeout_option
@tz_option
@format_option("text", "json")
@color_option
@archive_option
@quiet_option()
def explain(
    identity: str,
    question: Question,
    timeout: float,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Show how the score of an article adds up.

    The score for a query is broken down by word, then by field.

    \b
      news explain c152da1da562d27f50a70 harbour strike
    """
    from search.cli.options import console
    from search.present import schema, terminal

    settings = resolve(archive, tz, color)
    with open_existing(settings, with_warnings=True) as opened:
        found = opened.explain(identity, question, timeout=timeout)
    if output_format == "json":
        click.echo(schema.to_json(found, indent=2))
    else:
        terminal.print_explanation(console(settings), found)
    if not found.matches:
        warn("the query does not match this article")
        exit_with(NOTHING_FOUND)
