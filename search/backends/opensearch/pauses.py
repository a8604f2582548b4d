"""Pauses between attempts."""

from __future__ import annotations

import time


class Pauses:
    """Pauses in seconds, each twice as long as the one before it, up to the longest."""

    def __init__(self, first: float = 0.1, longest: float = 2.0) -> None:
        self._next, self._longest = first, longest

    def wait(self) -> None:
        """Make the next pause."""
        time.sleep(self._next)
        self._next = min(self._longest, 2 * self._next)
