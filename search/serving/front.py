"""The front of the evaluators: one place for the waiting room, the cache, the limits and the replacements."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from typing import Any, Self

from search.errors import DeadlineExceeded, SearchError
from search.query import Archive, open_archive
from search.serving.cache import Cache
from search.serving.evaluator import Evaluator, Lost
from search.serving.room import Busy, TooManyRequests, WaitingRoom
from search.serving.task import Answer, Export, Task

__all__ = ["Busy", "EvaluatorFailed", "Front", "TooManyRequests"]

GRACE_SECONDS = 0.1
"""How long past its deadline a question is waited for: an evaluation ends at its next step."""
RETRY_SECONDS = 1.0
"""The pause between two attempts to start an evaluator, where the archive cannot be opened."""
STALL_SECONDS = 30.0
"""How long an export waits for a client that takes nothing."""
MAX_EXPORTS = 2
ATTEMPTS = 2
"""A question is asked again if its evaluator is lost, but not for ever: the question may be the cause."""


class EvaluatorFailed(Exception):
    """Each process that evaluated the question ended before it had an answer."""


class Front:
    """Answers tasks with `workers` processes, each within `seconds`, waiting included.

    Use it in an `async with` statement, which raises a `SearchError` if the archive cannot be opened. When it
    ends, all its processes have ended. A process is replaced if it ends by itself, or has no answer by twice
    the time that it has.
    """

    def __init__(self, location: str, *, zone: str = "UTC", workers: int = 2, seconds: float = 5.0) -> None:
        self._location, self._zone, self._workers, self._seconds = location, zone, workers, seconds
        self._room: WaitingRoom[Evaluator] = WaitingRoom(workers)
        self._cache = Cache()
        self._evaluators: set[Evaluator] = set()
        self._exporting: dict[str, Evaluator | None] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._trouble: SearchError | EvaluatorFailed | None = None
        self._archive: Archive | None = None

    async def __aenter__(self) -> Self:
        self._archive = open_archive(self._location)
        starts = [Evaluator.start(self._location, self._zone) for _ in range(self._workers)]
        started = await asyncio.gather(*starts, return_exceptions=True)
        for each in started:
            if isinstance(each, Evaluator):
                self._admit(each)
                self._run(self._keep(each))
        for each in started:
            if isinstance(each, BaseException):
                await self.__aexit__()
                raise each
        return self

    async def __aexit__(self, *_: object) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        exporting = [each for each in self._exporting.values() if each is not None]
        await asyncio.gather(*(each.end() for each in (*self._evaluators, *exporting)))
        if self._archive is not None:
            self._archive.close()

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that can answer now."""
        return sorted(each.pid for each in self._evaluators)

    @property
    def waiting(self) -> int:
        """How many questions wait for a process."""
        return len(self._room)

    async def answer(self, task: Task, client: str) -> Answer | None:
        """Answer a task for a client; the clients take turns.

        A task that is cancelled leaves the room, or frees its process. Raises the `SearchError` of the task,
        `DeadlineExceeded` among them; `Busy` or `TooManyRequests` if it cannot wait or has waited too long;
        and `EvaluatorFailed`.
        """
        assert self._archive is not None
        kept = self._cache.get(task, self._archive.version())
        if kept is not None:
            return kept
        until = asyncio.get_running_loop().time() + self._seconds
        for _ in range(ATTEMPTS):
            with suppress(Lost):
                answer = await self._answer(task, client, until)
                if answer is not None and answer.version is not None:
                    self._cache.put(task, answer)
                return answer
        raise EvaluatorFailed

    async def _answer(self, task: Task, client: str, until: float) -> Answer | None:
        if not self._evaluators and self._trouble is not None:
            raise self._trouble
        try:
            async with asyncio.timeout_at(until):
                evaluator = await self._room.take(client)
        except TimeoutError:
            raise Busy from None
        work = self._run(self._evaluate(evaluator, task, until))
        try:
            async with asyncio.timeout_at(until + GRACE_SECONDS):
                return await asyncio.shield(work)
        except TimeoutError:
            evaluator.cancel()
            raise DeadlineExceeded(
                f"the query took longer than {self._seconds:g} seconds; make it narrower"
            ) from None
        except asyncio.CancelledError:
            evaluator.cancel()
            raise

    async def _evaluate(self, evaluator: Evaluator, task: Task, until: float) -> Answer | None:
        """Ask the evaluator; then it is free again, or has ended and will be replaced."""
        try:
            async with asyncio.timeout_at(until + self._seconds):
                seconds = max(0.001, until - asyncio.get_running_loop().time())
                answer = await evaluator.ask(task, seconds)
        except SearchError:
            self._room.give(evaluator)
            raise
        except (TimeoutError, Lost):
            await evaluator.end()
            raise
        self._room.give(evaluator)
        return answer

    async def export(self, export: Export, client: str) -> AsyncGenerator[bytes, None]:
        """Yield the pieces of a long answer, from a process of its own, without a deadline.

        Each client has one export at a time, and all clients together `MAX_EXPORTS`. Raises as `answer` does.
        A client that takes nothing for `STALL_SECONDS` loses its export.
        """
        if client in self._exporting:
            raise TooManyRequests
        if len(self._exporting) >= MAX_EXPORTS:
            raise Busy
        self._exporting[client] = None
        evaluator = None
        try:
            evaluator = await Evaluator.start(self._location, self._zone)
            self._exporting[client] = evaluator
            async with aclosing(evaluator.export(export)) as parts:
                async for part in parts:
                    stall = asyncio.get_running_loop().call_later(STALL_SECONDS, evaluator.kill)
                    try:
                        yield part
                    finally:
                        stall.cancel()
        except Lost:
            raise EvaluatorFailed from None
        finally:
            if evaluator is not None:
                await evaluator.end()
            del self._exporting[client]

    async def _keep(self, evaluator: Evaluator) -> None:
        """Keep one evaluator at work, and start another one whenever it has ended."""
        while True:
            await evaluator.ended()
            self._room.discard(evaluator)
            self._evaluators.discard(evaluator)
            evaluator = await self._start()
            self._admit(evaluator)

    def _admit(self, evaluator: Evaluator) -> None:
        self._trouble = None
        self._evaluators.add(evaluator)
        self._room.give(evaluator)

    async def _start(self) -> Evaluator:
        """Start an evaluator, however many attempts it takes; meanwhile the reason is kept as `_trouble`."""
        while True:
            try:
                return await Evaluator.start(self._location, self._zone)
            except SearchError as error:
                self._trouble = error
            except Lost:
                self._trouble = EvaluatorFailed()
            if not self._evaluators:
                self._room.refuse_all(self._trouble)
            await asyncio.sleep(RETRY_SECONDS)

    def _run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # which its caller has had, or no longer waits for
