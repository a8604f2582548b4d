"""Standard output to a file that is complete or not there."""

from __future__ import annotations

import errno
import glob
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import IO

import click

from search.present.safe import printable


@contextmanager
def written_to(path: Path | None) -> Iterator[None]:
    """Send standard output to a file while the block runs; None and `-` leave it where it is.

    The file is written beside its place and moved there when it is complete and on the disk; a file that was
    there before passes its mode and owner on. If the block is interrupted or fails, the place is left as it
    was. A device or pipe is written to at once.
    """
    if path is None or str(path) == "-":
        yield
        return
    if path.exists() and not path.is_file():  # before it is resolved: a pipe of the shell has no path
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file, redirect_stdout(file):
            yield
        return
    place = path.resolve()
    if not place.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    _remove_abandoned(place)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8", errors="replace", newline="") as file, redirect_stdout(file):
            _take_rights(file.fileno(), place)
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


def _take_rights(file: int, place: Path) -> None:
    """Give an open file the mode and, where it is allowed, the owner of the file at `place`."""
    with suppress(FileNotFoundError):
        known = place.stat()
        os.fchmod(file, stat.S_IMODE(known.st_mode))
        with suppress(PermissionError):
            os.fchown(file, known.st_uid, known.st_gid)


def _remove_abandoned(place: Path) -> None:
    """Remove the unfinished files of earlier runs that were killed."""
    for part in place.parent.glob(f".{glob.escape(place.name)}.*.part"):
        number = part.name.split(".")[-2]
        if number.isdecimal() and not _is_running(int(number)):
            part.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def bytes_out() -> IO[bytes]:
    """Standard output for bytes; raises `UsageError` at a terminal, which cannot show them."""
    if sys.stdout.isatty():
        raise click.UsageError("Parquet is not for a terminal; give a file: --output FILE")
    sys.stdout.flush()
    return sys.stdout.buffer
