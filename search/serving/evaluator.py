"""An evaluating process, as the front sees it."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator

from search.errors import SearchError
from search.serving.frames import ASK, CANCEL, DONE, EXPORT, FAILED, PART, READY, Frame, packed, receive_frame
from search.serving.task import Answer, Export, Task


class Lost(Exception):
    """The process has ended, or was ended, before it answered."""


class Evaluator:
    """A process with its own archive, which answers one question at a time."""

    def __init__(self, process: Process, answers: asyncio.StreamReader, pipe: asyncio.ReadTransport) -> None:
        self._process, self._answers, self._pipe = process, answers, pipe

    @classmethod
    async def start(cls, location: str, zone: str) -> Evaluator:
        """Start a process, and wait until it can answer.

        Raises `Lost`, `OSError`, or the `SearchError` for which the archive cannot be opened.
        """
        program = (
            f"import sys; sys.path[:] = {sys.path!r}; from search.serving.child import main; "
            f"main({location!r}, {zone!r}, {os.getpid()})"
        )
        read_end, write_end = os.pipe()
        # A pipe of our own has a transport that can be closed. Otherwise `wait` would wait until all that the
        # process wrote has been read, and there may be no client any more that reads it.
        answers = asyncio.StreamReader()
        try:
            pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(read_end, "rb", buffering=0)
            )
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-c", program, stdin=PIPE, stdout=write_end
                )
            except BaseException:
                pipe.close()
                raise
        finally:
            os.close(write_end)
        evaluator = cls(process, answers, pipe)
        try:
            await evaluator._receive()
        except BaseException:
            await evaluator.end()
            raise
        return evaluator

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    async def ask(self, task: Task, seconds: float) -> Answer | None:
        """Answer the task within that time; raises `SearchError`, or `Lost`."""
        await self._send((ASK, task, seconds))
        answer: Answer | None = (await self._receive())[1]
        return answer

    def cancel(self) -> None:
        """Ask the process to give up on its question; it still answers, mostly that it was cancelled."""
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            self._process.stdin.write(packed((CANCEL,)))

    async def export(self, export: Export) -> AsyncGenerator[bytes, None]:
        """Yield the pieces of a long answer; raises `SearchError`, or `Lost`."""
        await self._send((EXPORT, export))
        while (frame := await self._receive())[0] == PART:
            yield frame[1]

    def kill(self) -> None:
        """End the process, whatever it does."""
        if self._process.returncode is None:
            self._process.kill()

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

    async def end(self) -> None:
        """End the process, and wait until it has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._pipe.close()
        self.kill()
        await self.ended()

    async def _send(self, frame: Frame) -> None:
        assert self._process.stdin is not None
        if self._process.stdin.is_closing():  # to which uvloop would raise a RuntimeError
            raise Lost
        try:
            self._process.stdin.write(packed(frame))
            await self._process.stdin.drain()
        except ConnectionError as error:
            raise Lost from error

    async def _receive(self) -> Frame:
        try:
            frame = await receive_frame(self._answers)
        except EOFError as error:
            raise Lost from error
        if frame[0] == FAILED:
            assert isinstance(frame[1], SearchError)
            raise frame[1]
        assert frame[0] in (READY, PART, DONE)
        return frame
