"""Answers that are kept for as long as the archive stays as it is."""

from __future__ import annotations

from collections import OrderedDict

from search.serving.task import Answer, Task

MAX_CACHE_BYTES = 64 << 20
MAX_SHARE = 8
"""An answer of more than this part of the cache is not kept."""


class Cache:
    """The answers of one version of an archive, of which the ones used last are kept."""

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._version = ""
        self._answers: OrderedDict[Task, Answer] = OrderedDict()

    def get(self, task: Task, version: str) -> Answer | None:
        """The answer in this version of the archive, if it is kept."""
        answer = self._answers.get(task) if version == self._version else None
        if answer is not None:
            self._answers.move_to_end(task)
        return answer

    def put(self, task: Task, answer: Answer) -> None:
        """Keep an answer, which has a version, and forget all answers of other versions."""
        assert answer.version is not None
        if answer.version != self._version:
            self._answers.clear()
            self._version, self._bytes = answer.version, 0
        if task in self._answers or len(answer.body) > self._max_bytes // MAX_SHARE:
            return
        self._answers[task] = answer
        self._bytes += len(answer.body)
        while self._bytes > self._max_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)
