"""The progress of a long command: one line on standard error, if that is a terminal.

    ━━━━━━━━──────────────  212.0 of 480.1 MB  12,345 articles  38.0 MB/s  0:12  export-2019.jsonl

The line is drawn again ten times a second, from numbers that are asked for when it is drawn.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from search.cli.options import articles, is_quiet

if TYPE_CHECKING:
    from rich.text import Text

Move = Callable[[int, int | None], None]

MAX_BAR, MIN_BAR = 30, 6
"""Columns of the bar."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The state of a command: the share that is done, None if it is unknown, and the words beside the bar."""

    share: float | None
    counts: tuple[str, ...]
    name: str = ""


@contextmanager
def show_progress(unit: str, *, shown: bool = True) -> Iterator[Move]:
    """Show the progress while the block runs; yields the function that updates it.

    Call it with the number done and the total, or None if the total is unknown. Only a known total has a bar.
    """
    done: int = 0
    total: int | None = None
    started = time.monotonic()

    def move(now_done: int, of_all: int | None) -> None:
        nonlocal done, total
        done, total = now_done, of_all

    def look() -> Moment:
        counted = f"{done:,} {unit}" if total is None else f"{done:,} of {total:,} {unit}"
        rate = f"{done / elapsed:,.0f}/s" if (elapsed := time.monotonic() - started) > 1 else ""
        return Moment(None if total is None else done / max(total, 1), (counted, rate))

    with _drawn(look, started, shown=shown):
        yield move


class ReadFiles:
    """The bytes of the files that a command reads; `documents` counts the documents read so far."""

    def __init__(self, paths: Iterable[Path], documents: Callable[[], int]) -> None:
        self.documents = documents
        self.total = _size_of(paths) if _has_terminal() else None
        self._before = self._position = 0
        self._path, self._size = Path(), 0
        self._stream: BinaryIO | None = None
        self._started = time.monotonic()

    def open(self, path: Path, stream: BinaryIO) -> None:
        """Take note of the next file, which is read from `stream`."""
        self._before += self._size
        self._path, self._stream, self._position = path, stream, 0
        self._size = os.fstat(stream.fileno()).st_size

    def look(self) -> Moment:
        """How much is read."""
        if self._stream is not None:
            try:
                self._position = max(self._position, min(self._stream.tell(), self._size))
            except ValueError:  # it is closed
                self._position = self._size
        done, elapsed = self._before + self._position, time.monotonic() - self._started
        rate = f"{_bytes(done / elapsed)}/s" if elapsed > 1 and done else ""
        if not self.total:
            return Moment(None, (articles(self.documents()), rate), self._path.name)
        total = _bytes(self.total)
        counted = f"{_bytes(done).removesuffix(total[total.index(' ') :])} of {total}"
        return Moment(min(done / self.total, 1), (counted, articles(self.documents()), rate), self._path.name)


@contextmanager
def show_reading(files: ReadFiles) -> Iterator[None]:
    """Show the progress of reading while the block runs."""
    with _drawn(files.look, time.monotonic()):
        yield


def _has_terminal() -> bool:
    return sys.stderr.isatty() and not is_quiet()


@contextmanager
def _drawn(look: Callable[[], Moment], started: float, *, shown: bool = True) -> Iterator[None]:
    if not shown or not _has_terminal():
        yield
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)

    def line() -> Text:
        return _line(look(), int(time.monotonic() - started), console.width)

    with Live(
        get_renderable=line,
        console=console,
        refresh_per_second=10,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


def _line(moment: Moment, seconds: int, width: int) -> Text:
    """Write one line of at most `width` columns; without room there is no name, then no rate, then no bar."""
    from rich.text import Text

    minutes = f"{seconds // 3600}:{seconds // 60 % 60:02}" if seconds >= 3600 else f"{seconds // 60}"
    words = "  ".join([*filter(None, moment.counts), f"{minutes}:{seconds % 60:02}"])
    if width - len(words) - 1 < MIN_BAR + 2:  # without the rate, which is the last count
        words = "  ".join([*filter(None, moment.counts[:-1]), f"{minutes}:{seconds % 60:02}"])
    room = width - len(words) - 1
    line = Text(no_wrap=True, overflow="ellipsis")
    if moment.share is not None and room >= MIN_BAR + 2:
        columns = min(MAX_BAR, max(MIN_BAR, room // 2))
        full = int(moment.share * columns)
        line.append("━" * full, "green").append("─" * (columns - full), "dim").append("  ")
        room -= columns + 2
    line.append(words)
    if moment.name and room >= 8:
        name = "".join(c if c.isprintable() else "?" for c in moment.name)
        shown = name if len(name) <= room - 2 else "…" + name[3 - room :]
        line.append("  " + shown, "dim")
    return line


def _bytes(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.1f} {unit}" if unit == "MB" else f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


def _size_of(paths: Iterable[Path]) -> int | None:
    """The bytes of all files that will be read; None with standard input, whose length is unknown."""
    total = 0
    for path in paths:
        if str(path) == "-":
            return None
        for folder, folders, names in os.walk(path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            total += sum(_file_size(Path(folder, name)) for name in names if not name.startswith("."))
        total += _file_size(path)
    return total


def _file_size(path: Path) -> int:
    try:
        found = path.lstat()
    except OSError:  # it is gone; the reader will say so
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
