"""The commands about stored versions: history, prune, upgrade."""

from __future__ import annotations

import click

from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    completed,
    exit_with,
    format_option,
    open_existing,
    print_unknown,
    quiet_option,
    resolve,
    say,
    tz_option,
    wait_option,
)
from search.cli.progress import show_progress


@click.command()
@click.argument("identity", metavar="ID", shell_complete=completed("complete_ids"))
@tz_option
@format_option("text", "json")
@archive_option
@quiet_option()
def history(identity: str, tz: str | None, output_format: str, archive: str | None) -> None:
    """List the versions of an article.

    An update or a deletion keeps the version before it, until `news prune` drops it or
    `news delete --forget` erases the article.

    \b
      news history c152da1da562d27f50a70
      news history c152da1da562d27f50a70 --format json
    """
    from search.present import versions as rendered
    from search.present.schema import to_json

    settings = resolve(archive, tz)
    with open_existing(settings) as opened:
        versions = opened.history(identity)
        known = versions or opened.get(identity) is not None
    if output_format == "json":
        click.echo(to_json(versions, indent=2))
    for line in rendered.versions_as_text(versions, settings.zone) if output_format == "text" else ():
        click.echo(line)
    if not versions:
        print_unknown(
            "the format of this archive keeps no versions; to bring it up to date run: news upgrade"
            if known
            else f"no article has the id {identity}, now or earlier"
        )
        exit_with(NOTHING_FOUND)


@click.command()
@click.option(
    "--versions-older-than",
    "age",
    metavar="AGE",
    required=True,
    help="Drop versions that were replaced or deleted longer ago than this, such as 30d, 6m or 1y.",
)
@wait_option
@archive_option
@quiet_option()
def prune(age: str, wait: float, archive: str | None) -> None:
    """Drop old versions of articles.

    The current version of an article is never dropped.

    \b
      news prune --versions-older-than 1y
    """
    with open_existing(resolve(archive), wait) as opened:
        count = opened.prune(age)
    say(f"dropped {count:,} version{'' if count == 1 else 's'}")


@click.command()
@wait_option
@archive_option
@quiet_option()
def upgrade(wait: float, archive: str | None) -> None:
    """Bring an archive of an older version of news up to date.

    The upgrade is done completely or not at all. An archive that is not upgraded can be searched, and
    the next command that writes to it upgrades it.
    """
    with open_existing(resolve(archive), wait) as opened, show_progress("articles") as progress:
        done = opened.upgrade(progress)
    say("the archive is now up to date" if done else "the archive is up to date already")
