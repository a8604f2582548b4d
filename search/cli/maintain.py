"""The commands that take care of an archive: verify, backup, restore, dump, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search.cli.options import DAMAGED, archive_option, exit_with, resolve, warn

if TYPE_CHECKING:
    from search.engine import Level


@click.command()
@click.option("--quick", "level", flag_value="quick", help="Only what each search checks.")
@click.option("--full", "level", flag_value="full", default=True, help="Read every byte of it.  [default]")
@click.option("--deep", "level", flag_value="deep", help="Compare the index with a new analysis as well.")
@archive_option
def verify(level: Level, archive: str | None) -> None:
    """Check whether the archive is whole.

    --full reads everything there is: SQLite's own check, the digest of each article, the checksum of
    each file of the index. --deep analyses the articles again and compares word by word; it takes
    somewhat longer than a rebuild. Exits with 5 if anything is wrong, and says what to do.
    """
    from search.backends import maintained

    report = maintained(resolve(archive).archive).verify(level)
    for sentence in (*report.notes, *report.problems):
        warn(sentence)
    if report.problems:
        warn(report.fix)
        exit_with(DAMAGED)
    click.echo(f"the archive is whole: {report.articles:,} articles, checked {level}")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@archive_option
def backup(folder: Path, archive: str | None) -> None:
    """Copy the archive to the new folder DIR.

    The copy is that of one moment, also while something is being indexed, and has been checked when
    the command ends. It is an archive like any other: --archive DIR searches it.
    """
    from search.backends import maintained

    report = maintained(resolve(archive).archive).copy_to(folder)
    click.echo(f"copied {report.articles:,} articles to {folder}, and checked the copy")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@archive_option
def restore(folder: Path, archive: str | None) -> None:
    """Make the archive from the backup DIR.

    There must be no archive in the place yet: one that is damaged has to be moved aside first, so that
    nothing of it is lost.
    """
    from search.backends import maintained

    location = resolve(archive).archive
    report = maintained(folder).copy_to(location)
    click.echo(f"restored {report.articles:,} articles to {location}, and checked them")


@click.command()
@click.option(
    "--versions", is_flag=True, help="Print every version that is kept, also of what was deleted; see below."
)
@archive_option
def dump(versions: bool, archive: str | None) -> None:
    """Print every article as JSON lines, in the order in which they first came.

    `news index` of what this prints makes the same archive. The index is not needed for it.

    With --versions each line has a version: revision, at, until, ended, changed and article, as
    `news history --format json` has them. That is for open_existing, not for `news index`.
    """
    from search.backends import maintained
    from search.present.schema import article_as_json
    from search.present.versions import versions_as_json_lines

    stored = maintained(resolve(archive).archive)
    lines = versions_as_json_lines(stored.versions()) if versions else map(article_as_json, stored.articles())
    for line in lines:
        sys.stdout.write(line + "\n")


@click.command()
@archive_option
def doctor(archive: str | None) -> None:
    """Print versions, limits, and what state the archive and its disk are in; say what to do."""
    from search.cli.doctor import diagnosis

    for line in diagnosis(resolve(archive).archive):
        click.echo(line)
