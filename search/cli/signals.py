"""Interrupts: the first SIGINT, SIGTERM or SIGHUP ends a command in good order, the second at once."""

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
    """A signal has arrived; `exit_code` is 128 + its number, as shells expect (130 for Ctrl-C)."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(number)


class Interruption:
    """The handler of the signals: the first one raises `Interrupted`, the second ends the process.

    Between `hold` and `release` the first one waits.
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
        """Make signals wait from now on."""
        self._held = True

    def release(self) -> None:
        """Let signals through again; a signal that waits is raised here."""
        self._held = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            raise waiting


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Handle the signals while the block runs: the first raises `Interrupted`, a second ends the process.

    A signal that is ignored stays ignored, such as SIGHUP under nohup. The archive does not depend on this:
    it is whole wherever its writer ends.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():  # only the main thread can set handlers
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
    """An iterator that can be interrupted while it reads an item, but not while the caller uses the item.

    So every item that was read can be stored.
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

    def used(self, _report: object = None) -> None:
        """Say that the last item has been used; after the last of all, signals are let through."""
        if self._ended:
            self._interruption.release()
