"""The front of the evaluators: one place for the waiting room, the cache, the limits and the replacements."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from functools import partial
from typing import Any, Self

from search.backends import state_stamp
from search.errors import DeadlineExceeded, SearchError
from search.serving.cache import Cache
from search.serving.evaluator import Evaluator, Lost
from search.serving.flight import Flight, Place
from search.serving.room import Busy, TooManyRequests, WaitingRoom
from search.serving.task import Answer, Export, Task

__all__ = ["Busy", "EvaluatorFailed", "Front", "TooManyRequests"]

GRACE_SECONDS = 0.1
"""How long past its deadline a question is waited for: an evaluation ends at its next step."""
RETRY_SECONDS = 1.0
"""The pause between two attempts to start an evaluator, where the archive cannot be opened."""
MAX_EXPORTS = 2
ATTEMPTS = 2
"""A question is asked again if its evaluator is lost, but not for ever: the question may be the cause."""
RECENT = 0.1
"""The part of the last evaluation in the time that evaluations usually take."""


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
        self._flights: dict[tuple[Task, str], Flight] = {}
        self._usual_seconds = 0.0

    async def __aenter__(self) -> Self:
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

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that can answer now."""
        return sorted(each.pid for each in self._evaluators)

    @property
    def waiting(self) -> int:
        """How many questions wait for a process."""
        return len(self._room)

    @property
    def zone(self) -> str:
        """The time zone of dates in questions that name none."""
        return self._zone

    def kept(self, task: Task) -> Answer | None:
        """The answer, if it is kept and still right."""
        return self._cache.get(task, state_stamp(self._location))

    async def answer(self, task: Task, client: str) -> Answer | None:
        """Answer a task for a client; the clients take turns, and equal tasks are evaluated once.

        A client that is cancelled leaves the room; the last one who asks the task frees its process. Raises
        the `SearchError` of the task, `DeadlineExceeded` among them; `Busy` or `TooManyRequests` if it cannot
        wait, or would wait too long; and `EvaluatorFailed`.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds
        while True:
            try:
                return await self._answer_by(until, task, client)
            except DeadlineExceeded:
                if loop.time() < until:
                    continue  # the question that was joined had less time than this client has
                raise DeadlineExceeded(
                    f"the query took longer than {self._seconds:g} seconds; make it narrower"
                ) from None

    async def _answer_by(self, until: float, task: Task, client: str) -> Answer | None:
        state = state_stamp(self._location)
        kept = self._cache.get(task, state)
        if kept is not None:
            return kept
        if not self._evaluators and self._trouble is not None:
            raise self._trouble
        flight = self._flights.get((task, state))
        if flight is None:
            self._check_wait(client)
            flight = self._flights[task, state] = Flight(task, state, client, until)
        flight.clients += 1
        place = None
        try:
            if flight.evaluator is None:
                flight.until = until
                place = self._enter(flight, client)
            async with asyncio.timeout_at(until + GRACE_SECONDS):
                return await asyncio.shield(flight.result)
        except TimeoutError:
            if flight.evaluator is None:
                raise Busy from None
            raise DeadlineExceeded from None
        finally:
            flight.clients -= 1
            if place is not None:
                self._leave(flight, place)
            if not flight.clients:
                self._abandon(flight)

    def _check_wait(self, client: str) -> None:
        """Raise `Busy` if, by the time that evaluations take, a question would wait past its deadline."""
        turns = 1 + self._room.turns_before(client)
        wait = turns * self._usual_seconds / self._workers
        if turns > 1 and wait > self._seconds:
            raise Busy("", wait - self._seconds)

    def _enter(self, flight: Flight, client: str) -> Place | None:
        """A place in the room for this client, unless another one already has a place for the same task."""
        try:
            place = self._room.enter(client)
        except (Busy, TooManyRequests):
            if not flight.places:
                raise
            return None
        flight.places[place] = client
        place.add_done_callback(partial(self._begin, flight))
        return place

    def _leave(self, flight: Flight, place: Place) -> None:
        if (client := flight.places.pop(place, None)) is not None:
            self._room.leave(client, place)

    def _begin(self, flight: Flight, place: Place) -> None:
        """Evaluate the task when a place has been filled."""
        if place.cancelled():
            return
        if (error := place.exception()) is not None:
            self._end(flight)
            flight.fail(error)
        elif flight.evaluator is not None or not flight.clients:
            self._room.give(place.result())
        else:
            flight.evaluator = place.result()
            for other in list(flight.places):
                self._leave(flight, other)
            work = self._run(self._evaluate(flight, flight.evaluator))
            work.add_done_callback(flight.end_with)

    def _abandon(self, flight: Flight) -> None:
        """Free the process of a task that no client waits for, and its places."""
        self._end(flight)
        for place in list(flight.places):
            self._leave(flight, place)
        if flight.evaluator is not None and not flight.result.done():
            flight.evaluator.cancel()

    def _end(self, flight: Flight) -> None:
        """Let no further client join."""
        if self._flights.get((flight.task, flight.state)) is flight:
            del self._flights[flight.task, flight.state]

    async def _evaluate(self, flight: Flight, evaluator: Evaluator) -> None:
        """Ask the evaluator; then it is free again, or has ended and will be replaced."""
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(flight.until + self._seconds):
                answer = await evaluator.ask(flight.task, max(0.001, flight.until - began))
        except SearchError as error:
            self._finish(flight, evaluator, began)
            flight.fail(error)
        except TimeoutError as error:
            self._end(flight)
            flight.fail(error)
            await evaluator.end()
        except Lost:
            await evaluator.end()
            self._retry(flight)
        else:
            lasts = answer is not None and answer.version is not None and flight.state
            if answer is not None and lasts and flight.state == state_stamp(self._location):
                self._cache.put(flight.task, answer, flight.state)
            self._finish(flight, evaluator, began)
            flight.succeed(answer)

    def _finish(self, flight: Flight, evaluator: Evaluator, began: float) -> None:
        spent = asyncio.get_running_loop().time() - began
        self._usual_seconds += RECENT * (spent - self._usual_seconds)
        self._end(flight)
        self._room.give(evaluator)

    def _retry(self, flight: Flight) -> None:
        """Let a task wait again whose evaluator was lost, but not for ever: it may be the cause."""
        flight.evaluator, flight.losses = None, flight.losses + 1
        if flight.losses >= ATTEMPTS:
            self._end(flight)
            flight.fail(EvaluatorFailed())
        elif flight.clients:
            try:
                self._enter(flight, flight.client)
            except (Busy, TooManyRequests) as refused:
                self._end(flight)
                flight.fail(refused)

    async def export(self, export: Export, client: str) -> AsyncGenerator[bytes, None]:
        """Yield the pieces of a long answer, from a process of its own, without a deadline.

        Each client has one export at a time, and all clients together `MAX_EXPORTS`. Raises as `answer` does.
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
                    yield part
        except (Lost, OSError):
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
            except (Lost, OSError):  # such as no free descriptor, or no memory for a process
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
