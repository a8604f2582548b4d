"""Answers that are kept for as long as the archive stays as it is."""

from __future__ import annotations

from collections import OrderedDict

from search.serving.task import Answer, Task

MAX_CACHE_BYTES = 64 << 20
MAX_SHARE = 8
"""An answer of more than this part of the cache is not kept."""


class Cache:
    """The answers in one state of an archive, of which the ones used last are kept.

    An answer is counted with its compressed form, which may be made later.
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
        if task in self._answers or _size(answer) > self._max_bytes // MAX_SHARE:
            return
        self._answers[task] = answer
        self._bytes += _size(answer)
        while self._bytes > self._max_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(answer: Answer) -> int:
    return 2 * len(answer.body)
