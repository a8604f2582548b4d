"""How long an answer may take, and how a caller ends it sooner."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from search.errors import DeadlineExceeded, InvalidRequest

Check = Callable[[], None]
"""Raises `DeadlineExceeded` once there is no time left; called between the steps of an evaluation."""

Item = TypeVar("Item")

CHECK_EVERY = 4_096
"""The number of small steps between two checks."""


class Deadline:
    """A moment at which an evaluation ends without an answer; made by `after`.

    It is checked between the steps of an evaluation, in any thread; one step takes some
    tens of milliseconds at a million articles. Another thread can `cancel` it, which ends the evaluation
    at its next step.
    """

    __slots__ = ("_cancelled", "seconds", "until")

    def __init__(self, seconds: float, until: float) -> None:
        self.seconds, self.until = seconds, until
        self._cancelled = False

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return a deadline `seconds` from now; raises `InvalidRequest` unless they are more than 0."""
        if not isinstance(seconds, int | float):
            raise InvalidRequest(f"a timeout is a number of seconds, not {type(seconds).__name__}")
        if not seconds > 0:
            raise InvalidRequest("a timeout must be more than 0 seconds")
        return cls(seconds, time.monotonic() + seconds)

    def cancel(self) -> None:
        """Let the deadline be past from now on."""
        self._cancelled = True

    def check(self) -> None:
        """Raise `DeadlineExceeded` if it is past."""
        if self._cancelled:
            raise DeadlineExceeded("the query was cancelled")
        if time.monotonic() > self.until:
            raise DeadlineExceeded(
                f"the query took longer than {self.seconds:g} seconds; make it narrower, or give it more time"
            )


def no_deadline() -> None:
    """Check nothing: the evaluation may take as long as it needs."""


def checked(items: Iterable[Item], check: Check, step: int = CHECK_EVERY) -> Iterator[Item]:
    """The items, with a check before every `step` of them."""
    for number, item in enumerate(items):
        if not number % step:
            check()
        yield item
