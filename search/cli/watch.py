"""The commands about saved searches and the articles that are new to them: save, saved, new."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from search.cli.options import (
    NOTHING_FOUND,
    USAGE,
    Settings,
    archive_option,
    color_option,
    completed,
    console,
    exit_with,
    format_option,
    open_existing,
    output_file,
    print_error,
    question_options,
    quiet_option,
    resolve,
    say,
    tz_option,
    wait_option,
    warn,
)
from search.cli.output import written_to

if TYPE_CHECKING:
    from search.archive.archive import Archive
    from search.archive.question import Question
    from search.query import Delivery

Format = Literal["text", "json", "jsonl", "ids", "mail", "atom", "rss", "jsonfeed"]


@click.command()
@click.argument("name")
@question_options
@click.option(
    "--from",
    "start",
    metavar="REV|DATE",
    help="Also tell of articles that came from this revision (r41) or day on.  [default: from now on]",
)
@click.option(
    "--changes", is_flag=True, help="Also tell of articles that have changed, or match since a change."
)
@click.option("--every-copy", is_flag=True, help="Tell of each copy of a text as an article of its own.")
@click.option(
    "--replace", is_flag=True, help="Give the query and the options to the saved search that has this name."
)
@tz_option
@wait_option
@archive_option
@quiet_option()
def save(
    name: str,
    question: Question,
    start: str | None,
    changes: bool,
    every_copy: bool,
    replace: bool,
    tz: str | None,
    wait: float,
    archive: str | None,
) -> None:
    """Save a search under a name, to be told of new articles.

    NAME has letters, digits and any of _ - . in it. The search is kept in the archive, and a backup has it
    too. Dates such as 7d are counted from each run of `news new`, and days are days of the time zone of
    that run: --tz is only for --from here.

    \b
      news save ferry 'ferry -title:timetable'
      news save silent is:silent --changes
      news save ferry 'ferry OR boat' --replace
    """
    with open_existing(resolve(archive, tz), wait) as opened:
        made = opened.save(
            name, question, start=start, replace=replace, changes=changes, every_copy=every_copy
        )
    say(f"saved {name}, for articles after r{made.revision}; to see what is new: news new {name}")


@click.command()
@click.option(
    "--remove",
    metavar="NAME",
    shell_complete=completed("complete_saved"),
    help="Remove this saved search, with all that it has delivered.",
)
@tz_option
@wait_option
@format_option("text", "json")
@archive_option
@quiet_option()
def saved(remove: str | None, tz: str | None, wait: float, output_format: str, archive: str | None) -> None:
    """List the saved searches, or remove one.

    Each line has the name, the query, the revision up to which it has looked, and its deliveries.

    \b
      news saved
      news saved --remove ferry
    """
    from search.present.deliveries import searches_as_text
    from search.present.schema import to_json

    settings = resolve(archive, tz)
    with open_existing(settings, wait) as opened:
        if remove is not None:
            if not opened.remove_saved(remove):
                print_error(f"there is no saved search {remove!r}")
                exit_with(NOTHING_FOUND)
            say(f"removed {remove}")
            return
        found = opened.saved()
    if output_format == "json":
        click.echo(to_json(found, indent=2))
    else:
        sys.stdout.writelines(searches_as_text(found, settings.zone))
    if not found:
        warn("there is no saved search; to save one: news save NAME QUERY")
        exit_with(NOTHING_FOUND)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completed("complete_saved"))
@click.option("--all", "every", is_flag=True, help="Ask all saved searches.")
@click.option("--again", type=click.IntRange(1), metavar="NUMBER", help="Print an earlier delivery again.")
@click.option("--to", metavar="ADDRESS,...", help="The addresses that a mail is for.")
@click.option("--sender", metavar="ADDRESS", help="The address that a mail is from.")
@click.option(
    "--format",
    "-f",
    "output_format",
    type=click.Choice(["text", "json", "jsonl", "ids", "mail", "atom", "rss", "jsonfeed"]),
    default="text",
    show_default=True,
    help="The format of the output.",
)
@output_file
@color_option
@tz_option
@wait_option
@archive_option
@quiet_option()
def new(
    names: tuple[str, ...],
    every: bool,
    again: int | None,
    to: str | None,
    sender: str | None,
    output_format: Format,
    output: Path | None,
    color: str | None,
    tz: str | None,
    wait: float,
    archive: str | None,
) -> None:
    """Show the articles that are new to saved searches.

    These are the articles that came since the last look. An article counts when the archive first has it,
    whenever it was published, if it matches as it came. It is shown once. Copies of one text are one article
    ("also in 3").

    Each look with a result is a delivery, with a number and up to 1,000 articles of a search. It is confirmed
    when it is printed, or when FILE is in its place. An interrupted delivery is given again, byte for byte,
    when the same searches are asked; --again NUMBER does that for any delivery. A feed (atom, rss, jsonfeed)
    has all articles of the last delivery, and earlier ones up to 50; it is written also if nothing is new.

    The exit code is 0 if there is something new; if not, 1, or 2 if one of the searches cannot be asked.

    \b
      news save ferry 'ferry -title:timetable'
      news new ferry
      news new --all --format atom --output new.xml
      news new --all -f mail --to desk@herald.example -o "outbox/$(date +%s).eml"
      for m in outbox/*.eml; do [ -e "$m" ] && sendmail -t < "$m" && rm "$m"; done
    """
    if sum((bool(names), every, again is not None)) != 1:
        raise click.UsageError("give the names of saved searches, or --all, or --again NUMBER")
    if output_format != "mail" and (to is not None or sender is not None):
        raise click.UsageError("--to and --sender are for -f mail")
    settings = resolve(archive, tz, color)
    with open_existing(settings, wait) as opened:
        if again is not None:
            delivery = opened.delivery(again)
        else:
            if every and not opened.saved():
                raise click.UsageError("there is no saved search; to save one: news save NAME QUERY")
            delivery = opened.new(names or None)
        if delivery.entries or output_format != "mail":
            with written_to(output):
                _print(opened, output_format, delivery, settings, to, sender)
                sys.stdout.flush()
        if delivery.number and again is None:
            opened.confirm(delivery)
    _account(delivery, output_format, again)


def _print(
    archive: Archive,
    output_format: Format,
    delivery: Delivery,
    settings: Settings,
    to: str | None,
    sender: str | None,
) -> None:
    match output_format:
        case "text":
            from search.present.deliveries import print_delivery

            print_delivery(console(settings), delivery, settings.zone)
        case "mail":
            from search.present.mail import mail

            sys.stdout.write(mail(delivery, settings.zone, to=to, sender=sender))
        case "ids":
            sys.stdout.writelines(
                f"{each.id}\n" for entry in delivery.entries for each in (entry, *entry.copies)
            )
        case "jsonl":
            from search.present.schema import to_json_lines

            sys.stdout.writelines(to_json_lines(delivery.entries))
        case "json":
            from search.present.schema import to_json

            sys.stdout.write(f"{to_json(delivery, indent=2)}\n")
        case _:
            from search.present.feeds import feed

            entries = archive.delivered(upto=delivery)
            began = (each.made for each in archive.saved() if each.name in delivery.searches)
            made = min(began, default=delivery.made)
            assert made is not None  # as there are saved searches, or a delivery
            name, zone = delivery.name, settings.zone
            sys.stdout.write(feed(output_format, delivery.archive, name, entries, made, zone))


def _account(delivery: Delivery, output_format: Format, again: int | None) -> None:
    """Say on standard error how it went, and set the exit code."""
    from search.present.entries import earlier_in_words

    for warning in delivery.warnings:
        warn(warning)
    for name, error in delivery.failures.items():
        print_error(f"the saved search {name!r} cannot be asked: {error}")
    is_printed = output_format == "text" or (output_format == "mail" and bool(delivery.entries))
    if delivery.earlier and not is_printed:
        warn(earlier_in_words(delivery))
    elif not delivery.entries:
        warn("nothing is new" if again is None else "the articles of this delivery have been erased")
    if not delivery.entries:
        exit_with(USAGE if delivery.failures else NOTHING_FOUND)
