"""A question while it waits and is evaluated, once for all who ask it at the same moment."""

from __future__ import annotations

import asyncio

from search.serving.evaluator import Evaluator
from search.serving.task import Answer, Task

Place = asyncio.Future[Evaluator]


class Flight:
    """A task in one state of the archive, with the places of its clients in the room.

    Each client waits in its own turn, so a client with few questions is not held up by another one that asks
    the same. The first place that is filled begins the evaluation. `evaluator` is the
    process that evaluates, and `client` the first who asked.
    """

    def __init__(self, task: Task, state: str, client: str, until: float) -> None:
        self.task, self.state, self.client, self.until = task, state, client, until
        self.result: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self.result.add_done_callback(_look_at)
        self.evaluator: Evaluator | None = None
        self.places: dict[Place, str] = {}
        self.clients, self.losses = 0, 0

    def fail(self, error: BaseException) -> None:
        """End with an error."""
        if not self.result.done():
            self.result.set_exception(error)

    def succeed(self, answer: Answer | None) -> None:
        """End with an answer."""
        if not self.result.done():
            self.result.set_result(answer)

    def end_with(self, work: asyncio.Task[None]) -> None:
        """End as the work has ended, if that was by a bug or by the end of the front."""
        if work.cancelled():
            self.result.cancel()
        elif (error := work.exception()) is not None:
            self.fail(error)


def _look_at(result: asyncio.Future[Answer | None]) -> None:
    """Look at the error, for which no client may wait any longer."""
    if not result.cancelled():
        result.exception()
