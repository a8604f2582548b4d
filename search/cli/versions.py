"""The commands about what an archive has had: history, prune, upgrade."""

from __future__ import annotations

import click

from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    exit_with,
    format_option,
    open_existing,
    resolve,
    tz_option,
    wait_option,
    warn,
)
from search.cli.progress import show_progress


@click.command()
@click.argument("identity", metavar="ID")
@tz_option
@format_option("text", "json")
@archive_option
def history(identity: str, tz: str | None, output_format: str, archive: str | None) -> None:
    """List the versions of an article.

    What an update or a deletion takes the place of is kept, until it is pruned or forgotten.

    \b
      news history c152da1da562d27f50a70
      news history c152da1da562d27f50a70 --format json    with the whole of each version
    """
    from search.present import versions as rendered

    settings = resolve(archive, tz)
    with open_existing(settings) as opened:
        versions = opened.history(identity)
        known = versions or opened.get(identity) is not None
    if output_format == "json":
        click.echo(rendered.versions_as_json(versions))
    for line in rendered.versions_as_text(versions, settings.zone) if output_format == "text" else ():
        click.echo(line)
    if not versions:
        warn(
            "the archive is of a format that keeps no versions; news upgrade brings it up to date"
            if known
            else f"no article has or had the id {identity}"
        )
        exit_with(NOTHING_FOUND)


@click.command()
@click.option(
    "--versions-older-than",
    "age",
    metavar="AGE",
    required=True,
    help="Drop versions that were replaced or deleted longer ago than this: 30d, 6m or 1y.",
)
@wait_option
@archive_option
def prune(age: str, wait: float, archive: str | None) -> None:
    """Drop old versions of articles; what is current stays.

    \b
      news prune --versions-older-than 1y
    """
    with open_existing(resolve(archive), wait) as opened:
        count = opened.prune(age)
    click.echo(f"dropped {count:,} version{'' if count == 1 else 's'}")


@click.command()
@wait_option
@archive_option
def upgrade(wait: float, archive: str | None) -> None:
    """Bring an archive that an older version of news made up to date.

    The next command that writes would do the same. All of it is done, or nothing. Until then the archive
    can be searched as it is.
    """
    with open_existing(resolve(archive), wait) as opened, show_progress("articles") as progress:
        done = opened.upgrade(progress)
    click.echo("the archive is brought up to date" if done else "the archive is up to date already")
