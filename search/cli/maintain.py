"""The commands that maintain an archive: verify, backup, restore, dump, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
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
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@archive_option
@quiet_option()
def backup(folder: Path, archive: str | None) -> None:
    """Copy the archive to the new folder DIR.

    The copy holds the archive as it was at one moment, even while another process indexes, and it is
    checked before the command ends. It is a complete archive: --archive DIR searches it.
    """
    from search.backends import maintained

    report = maintained(resolve(archive).archive).copy_to(folder)
    say(f"copied {articles(report.articles)} to {folder}, and checked the copy")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@archive_option
@quiet_option()
def restore(folder: Path, archive: str | None) -> None:
    """Make the archive from the backup DIR.

    The archive must not exist yet. Move a damaged archive away first, so that nothing in it is lost.
    """
    from search.backends import maintained

    location = resolve(archive).archive
    report = maintained(folder).copy_to(location)
    say(f"restored {articles(report.articles)} to {location}, and checked them")


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
