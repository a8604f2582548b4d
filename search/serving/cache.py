"""Answers that are kept for as long as the archive stays as it is."""

from __future__ import annotations

import sys
from collections import OrderedDict

from search.serving.task import Answer, Task

MAX_CACHE_BYTES = 64 << 20
ENTRY_BYTES = 2_048
"""The memory of an answer and its task beside their texts, at most."""
MAX_SHARE = 8
"""An answer of more than this part of the cache is not kept."""


class Cache:
    """The answers in one state of an archive, of which the ones used last are kept.

    An answer is counted with its task and its compressed form.
    """

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._state = ""
        self._answers: OrderedDict[Task, Answer] = OrderedDict()

    def get(self, task: Task, state: str) -> Answer | None:
        """The answer in this state of the archive, if it is kept."""
        answer = self._answers.get(task) if state == self._state else None
        if answer is not None:
            self._answers.move_to_end(task)
        return answer

    def put(self, task: Task, answer: Answer, state: str) -> None:
        """Keep an answer, and forget all answers in other states."""
        if state != self._state:
            self._answers.clear()
            self._state, self._bytes = state, 0
        size = _size(task, answer)
        if task in self._answers or size > self._max_bytes // MAX_SHARE:
            return
        self._answers[task] = answer
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._bytes -= _size(*self._answers.popitem(last=False))


def _size(task: Task, answer: Answer) -> int:
    return ENTRY_BYTES + sys.getsizeof(repr(task)) + len(answer.body) + len(answer.zipped or b"")
