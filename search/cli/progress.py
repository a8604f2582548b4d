"""The progress of a long command, shown on standard error if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Move = Callable[[int, int | None], None]


@contextmanager
def show_progress(unit: str) -> Iterator[Move]:
    """Show the progress while the block runs; yields the function that updates it.

    Call it with the number done and the total, or None if the total is unknown. Only a known total has a bar.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, Task, TextColumn, TimeElapsedColumn
    from rich.progress_bar import ProgressBar

    class KnownBar(BarColumn):
        """A bar for a known total; for an unknown one rich would draw a full bar."""

        def render(self, task: Task) -> ProgressBar:
            bar = super().render(task)
            bar.width = 0 if task.total is None else self.bar_width
            return bar

    columns = (
        KnownBar(),
        TextColumn("{task.fields[counted]} " + unit),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None, rate="", counted="0")

        def move(done: int, total: int | None) -> None:
            elapsed = shown.tasks[0].elapsed or 0.0
            rate = f"{done / elapsed:,.0f}/s" if elapsed > 1 else ""
            counted = f"{done:,}" if total is None else f"{done:,} of {total:,}"
            shown.update(task, completed=done, total=total, rate=rate, counted=counted)

        yield move
