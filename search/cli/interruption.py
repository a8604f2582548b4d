"""Ctrl-C and its like: SIGINT, SIGTERM and SIGHUP end a command in good order, a second one at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """One of the signals has come; `exit_code` is what a shell expects of it (130 for Ctrl-C)."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(number)


@contextmanager
def interruptible() -> Iterator[None]:
    """Meanwhile the first of the signals raises `Interrupted`, and a second ends the process.

    What is ignored stays so, as SIGHUP is under nohup. Nothing that is stored depends on the good order:
    an archive is whole wherever its writer ends.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone can have handlers
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    for other in _SIGNALS:
        if signal.getsignal(other) is _interrupt:
            signal.signal(other, signal.SIG_DFL)
    raise Interrupted(number)
