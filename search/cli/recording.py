"""The manifest of a search, which another person can check: the option that writes one, and `news replay`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search.cli.options import (
    DAMAGED,
    NOTHING_FOUND,
    archive_option,
    articles,
    exit_with,
    format_option,
    open_existing,
    quiet_option,
    resolve,
    timeout_option,
    tz_option,
    warn,
)
from search.cli.output import bytes_out, written_to

if TYPE_CHECKING:
    from search.archive.archive import Archive
    from search.archive.manifest import Drift, Manifest

manifest_option = click.option(
    "--manifest",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write a record of this search, for: news replay FILE",
)

MAX_SHOWN = 20
"""Ids of each kind of drift that text output names."""


def pinned(archive: Archive) -> Archive:
    """The archive as it is at this moment, so that every answer is of one revision and one time."""
    return archive.at(as_of=archive.state().revision, now=datetime.now(UTC))


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest, and its list of articles beside it where that is a file of its own."""
    if (listed := manifest.list_file()) is not None:
        with written_to(_list_path(path)):
            bytes_out().write(listed)
    with written_to(path):
        sys.stdout.write(manifest.to_json())


def _list_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.ids.gz")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@timeout_option
@tz_option
@format_option("text", "json")
@archive_option
@quiet_option()
def replay(file: Path, timeout: float, tz: str | None, output_format: str, archive: str | None) -> None:
    """Do a recorded search again, and compare the articles.

    FILE is a manifest that --manifest of search, count or timeline wrote. It names the archive and its
    revision, the query as it was read, and each article found, by id, revision and a digest of its content.

    The search is done as of the revision of the manifest, and as of now. The articles of now that are new
    (+), changed (~) or gone (-) are listed. The exit code is 0 if they are the same, 1 if they are not, 2 if
    the manifest was changed after it was made, and 5 if the archive holds other articles of that revision.

    \b
      news search harbour strike --manifest run.json
      news replay run.json
    """
    from search.archive.manifest import Manifest

    manifest = Manifest.read(_text(file), lambda: _list_path(file).read_bytes())
    with open_existing(resolve(archive, tz)) as opened:
        found = opened.replay(manifest, timeout=timeout)
    for note in found.notes:
        warn(note)
    if output_format == "json":
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        if found.then is not None:
            click.echo(f"as of revision {found.then.revision}: {_in_words(found.then)}")
        click.echo(f"now, at revision {found.now.revision}: {_in_words(found.now)}")
        for mark, ids in (("+", found.now.new), ("~", found.now.changed), ("-", found.now.gone)):
            for identity in ids[:MAX_SHOWN]:
                click.echo(f"{mark} {identity}")
            if len(ids) > MAX_SHOWN:
                click.echo(f"{mark} {len(ids) - MAX_SHOWN:,} more; all: --format json")
    if found.then is not None and (found.then.changed or found.then.new):
        exit_with(DAMAGED)
    if found.now or found.then:
        exit_with(NOTHING_FOUND)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not the manifest of a search") from error


def _in_words(drift: Drift) -> str:
    if not drift:
        return f"the same {articles(drift.total)}"
    counts = {"new": drift.new, "changed": drift.changed, "gone": drift.gone}
    return ", ".join(f"{len(ids):,} {name}" for name, ids in counts.items() if ids)
