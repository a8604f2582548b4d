"""The commands that maintain an archive: verify, backup, restore, transfer, dump, doctor."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from search.cli.options import (
    DAMAGED,
    archive_option,
    articles,
    exit_with,
    output_option,
    print_error,
    quiet_option,
    resolve,
    say,
    warn,
)
from search.cli.progress import show_progress

if TYPE_CHECKING:
    from search.engine import Level

MAX_NAMED = 5
"""Articles that a message names."""


@click.command()
@click.option("--quick", "level", flag_value="quick", help="Check only what every search checks.")
@click.option(
    "--full", "level", flag_value="full", default=True, help="Read and check every byte.  [default]"
)
@click.option(
    "--deep",
    "level",
    flag_value="deep",
    help="Also analyse every article again and compare it with the index.",
)
@archive_option
@quiet_option()
def verify(level: Level, archive: str | None) -> None:
    """Check that the archive is whole.

    --full runs SQLite's own check and compares each article with its digest and each file of the index
    with its checksum. --deep also analyses the articles again and compares every word, which takes longer
    than a rebuild. If anything is wrong, the command says what to do and exits with 5.
    """
    from search.backends import maintained

    with show_progress("articles") as progress:
        report = maintained(resolve(archive).archive).verify(level, progress)
    for note in report.notes:
        warn(note)
    for sentence in (*report.problems, report.fix) if report.problems else ():
        print_error(sentence)
    if report.problems:
        exit_with(DAMAGED)
    say(f"the archive is whole: {articles(report.articles)}, checked {level}")


@click.command()
@click.argument("target", metavar="DIR")
@archive_option
@quiet_option()
def backup(target: str, archive: str | None) -> None:
    """Copy the archive to the new folder DIR.

    The copy holds the archive as it was at one moment, even while another process indexes, and it is
    checked before the command ends. It is a complete archive: --archive DIR searches it.

    For an archive on OpenSearch, DIR is REPOSITORY/NAME: a snapshot in a repository of the cluster.
    """
    from search.backends import maintained

    report = maintained(resolve(archive).archive).copy_to(target)
    say(f"copied {articles(report.articles)} to {target}, and checked the copy")


@click.command()
@click.argument("source", metavar="DIR")
@archive_option
@quiet_option()
def restore(source: str, archive: str | None) -> None:
    """Make the archive from the backup DIR.

    The archive must not exist yet. Move a damaged archive away first, so that nothing in it is lost.

    For an archive on OpenSearch, DIR is REPOSITORY/NAME: a snapshot that news backup took.
    """
    from search.backends import restored

    location = resolve(archive).archive
    report = restored(source, location)
    say(f"restored {articles(report.articles)} to {location}, and checked them")


@click.command()
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="TARGET")
@quiet_option()
def transfer(source: str, target: str) -> None:
    """Copy every article of one archive into another.

    SOURCE and TARGET are each a folder, or opensearch://HOST/NAME. The articles keep the time when SOURCE
    first had them. In the end each article of SOURCE is compared with TARGET by its digest. If the command is
    interrupted, give it again: it goes on where it was. Earlier versions of articles and saved searches stay
    in SOURCE; the command says how many there are.

    \b
      news transfer index_data opensearch://search.example/news
      news transfer opensearch://search.example/news index_data

    The exit code is 5 if an article is not the same in both.
    """
    from search.archive.transfer import transfer_archive
    from search.config import place_of

    with show_progress("articles") as progress:
        done = transfer_archive(place_of(source), place_of(target), progress)
    for sentence in done.left_behind:
        warn(sentence)
    if done.different:
        named = ", ".join(map(repr, done.different[:MAX_NAMED]))
        print_error(
            f"{articles(len(done.different))} of {source} are not the same in {target}, such as {named}; "
            "give the command again"
        )
        exit_with(DAMAGED)
    more = f", which has {articles(done.others)} more" if done.others else ""
    say(
        f"{articles(done.articles)} of {source} are in {target}{more}: {done.added:,} added, "
        f"{done.updated:,} updated, {done.unchanged:,} there before; every digest is the same"
    )


@click.command()
@click.option(
    "--versions", is_flag=True, help="Print every stored version, deleted articles included; see below."
)
@click.option(
    "--seen",
    is_flag=True,
    help="Write when each article was first seen as its time of crawling, which index keeps.",
)
@output_option
@archive_option
@quiet_option()
def dump(versions: bool, seen: bool, archive: str | None) -> None:
    """Print every article as JSON lines.

    They are in the order of their first arrival. `news index` makes the same archive from this output. The
    command reads only the stored articles, so it works without the index.

    An archive made from it has first seen the articles when it was made. With --seen each article tells when
    this archive first had it (crawled), and the other archive has then first seen it at that time, too.

    With --versions, each line is a version with the names that `news history --format json` has: revision,
    at, until, ended, changed and article. `news index` does not read these lines.
    """
    from search.backends import maintained
    from search.present.schema import to_json_lines, versions_as_json_lines

    stored = maintained(resolve(archive).archive)
    if versions and seen:
        raise click.UsageError("--seen is of articles; each version tells when it came")
    articles = stored.articles(seen=seen)
    lines = versions_as_json_lines(stored.versions()) if versions else to_json_lines(articles)
    sys.stdout.writelines(lines)


@click.command()
@archive_option
def doctor(archive: str | None) -> None:
    """Print versions, limits and the state of archive and disk.

    Advice follows an arrow on the line that it is about. If the archive is damaged, the command exits with 5.
    """
    from search.cli.doctor import archive_lines, installation_lines

    location = resolve(archive).archive
    for line in installation_lines(location):
        click.echo(line)
    lines, damaged = archive_lines(location)
    for line in lines:
        click.echo(line)
    if damaged:
        exit_with(DAMAGED)
