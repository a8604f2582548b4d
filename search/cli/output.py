"""Standard output to a file that is complete or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import IO

import click

from search.present.safe import printable


@contextmanager
def written_to(path: Path | None) -> Iterator[None]:
    """Send standard output to a file while the block runs; None and `-` leave it where it is.

    The file is written beside its place and moved there when it is complete and on the disk. If the block is
    interrupted or fails, the place is left as it was. A device or pipe is written to at once.
    """
    if path is None or str(path) == "-":
        yield
        return
    place = path.resolve()
    if place.exists() and not place.is_file():
        with place.open("w", encoding="utf-8", errors="replace", newline="") as file, redirect_stdout(file):
            yield
        return
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8", errors="replace", newline="") as file, redirect_stdout(file):
            try:
                yield
                ended = None
            except click.exceptions.Exit as exit_code:  # with which a complete command ends, too
                ended = exit_code
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        click.echo(printable(f"news: nothing was written to {path}"), err=True)
        raise
    folder = os.open(place.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)  # else a loss of power may leave the file under its other name
    finally:
        os.close(folder)
    if ended is not None:
        raise ended


def bytes_out() -> IO[bytes]:
    """Standard output for bytes; raises `UsageError` at a terminal, which cannot show them."""
    if sys.stdout.isatty():
        raise click.UsageError("Parquet is not for a terminal; give a file: --output FILE")
    sys.stdout.flush()
    return sys.stdout.buffer
