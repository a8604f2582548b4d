"""The commands about changes of articles: diff, changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    color_option,
    completed,
    console,
    exit_with,
    format_option,
    open_existing,
    quiet_option,
    resolve,
    tz_option,
    warn,
)

if TYPE_CHECKING:
    from search.changes import By, ChangeLevel


@click.command()
@click.argument("identity", metavar="ID", shell_complete=completed("complete_ids"))
@click.argument("versions", nargs=-1, metavar="[A [B]]")
@click.option(
    "--words", "by", flag_value="words", default="words", help="Compare word by word (the default)."
)
@click.option("--sentences", "by", flag_value="sentences", help="Compare whole sentences.")
@tz_option
@format_option("text", "html", "json")
@color_option
@archive_option
@quiet_option()
def diff(
    identity: str,
    versions: tuple[str, ...],
    by: By,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Compare two versions of an article.

    A and B are revisions as `news history` lists them (r41), or moments (2025-04-08T13:00). Without B the
    version A is compared with the last one, and without A the last two are compared.

    Text that was removed is shown as [-…-], text that was added as {+…+}, or in colours. Where more than 70 %
    of the words differ, the whole of both is shown. Text output has some words around each change; html has
    everything. The exit code is 1 if nothing differs.

    \b
      news diff c152da1da562d27f50a70
      news diff c152da1da562d27f50a70 r41 r57 --sentences
      news diff c152da1da562d27f50a70 --format html > diff.html
    """
    from search.present import diff as rendered
    from search.present.schema import to_json

    if len(versions) > 2:
        raise click.UsageError("news diff compares two versions, A and B")
    settings = resolve(archive, tz, color)
    with open_existing(settings) as opened:
        found = opened.diff(identity, *versions, by=by)
    match output_format:
        case "text":
            rendered.print_diff(console(settings), found, settings.zone)
        case "html":
            click.echo(rendered.diff_as_html(found, settings.zone))
        case _:
            click.echo(to_json(found, indent=2))
    if not found.change.levels:
        exit_with(NOTHING_FOUND)


@click.command()
@click.option("--silent", is_flag=True, help="Only silent edits; see below.")
@click.option(
    "--headline", "levels", flag_value="headline", multiple=True, help="Only changes of the headline."
)
@click.option("--text", "levels", flag_value="text", multiple=True, help="Only changes of the text.")
@click.option("--date", "levels", flag_value="date", multiple=True, help="Only changes of the date.")
@click.option("--since", metavar="DATE", help="Only changes from the start of this day, month or year.")
@click.option("--until", metavar="DATE", help="Only changes until the end of this day, month or year.")
@tz_option
@format_option("text", "jsonl", "ids")
@archive_option
@quiet_option()
def changes(
    silent: bool,
    levels: tuple[ChangeLevel, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    output_format: str,
    archive: str | None,
) -> None:
    """List the updates of all articles, the oldest first.

    Each line has the revision and the time at which the archive took the update in, the id, the parts that
    differ, and the new headline. The parts are headline, text, date, minor (only case, punctuation or white
    space) and metadata. With several of --headline, --text and --date, one is enough.

    An edit is silent if headline or text have other words, and the article does not say so: neither its date
    nor its time of modification differ, and the headline does not begin with a word such as Correction,
    Update or Clarification.

    \b
      news changes --since 7d
      news changes --silent --headline --since 2025-02
      news search 'strike changed:7d is:silent'
    """
    from search.present import versions as rendered
    from search.present.schema import to_json

    settings = resolve(archive, tz)
    count = 0
    with open_existing(settings, with_warnings=True) as opened:
        for change in opened.changes(since=since, until=until, levels=levels, silent=silent):
            count += 1
            match output_format:
                case "text":
                    (line,) = rendered.changes_as_text([change], settings.zone)
                case "jsonl":
                    line = to_json(change)
                case _:
                    line = change.id
            sys.stdout.write(f"{line}\n")
    if not count:
        warn("nothing found: there was not such an update in this time")
        exit_with(NOTHING_FOUND)
