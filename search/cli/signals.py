"""Ctrl-C and its like: SIGINT, SIGTERM and SIGHUP end a command in good order, a second one at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

Item = TypeVar("Item")

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """One of the signals has come; `exit_code` is what a shell expects of it (130 for Ctrl-C)."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(number)


class Interruption:
    """What the signals call: the first of them raises `Interrupted`, the second ends the process.

    While it is `held` the first one waits, until `release`.
    """

    def __init__(self) -> None:
        self._held = False
        self._waiting: Interrupted | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        for other in _SIGNALS:
            if signal.getsignal(other) is self:
                signal.signal(other, signal.SIG_DFL)
        if not self._held:
            raise Interrupted(number)
        self._waiting = Interrupted(number)

    def hold(self) -> None:
        """Let a signal wait from now on."""
        self._held = True

    def release(self) -> None:
        """Let signals through again; one that waits is raised here."""
        self._held = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            raise waiting


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Meanwhile the first of the signals raises `Interrupted`, and a second ends the process.

    What is ignored stays so, as SIGHUP is under nohup. Nothing that is stored depends on the good order:
    an archive is whole wherever its writer ends.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():  # which alone can have handlers
        yield interruption
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, interruption)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Reading(Iterator[Item]):
    """Items of which each is used before the next is read; only reading is interrupted, not their use.

    So what was read can be stored in good order.
    """

    def __init__(self, items: Iterable[Item], interruption: Interruption) -> None:
        self._items, self._interruption = iter(items), interruption
        self._ended = False

    def __next__(self) -> Item:
        self._interruption.release()
        try:
            return next(self._items)
        except StopIteration:
            self._ended = True
            raise
        finally:
            self._interruption.hold()

    def used(self) -> None:
        """Say that what was read has been used; when all of it is, nothing is held back any more."""
        if self._ended:
            self._interruption.release()
