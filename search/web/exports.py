"""Long answers: a stream whose process ends with it, and which looks whole only if it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from search.errors import SearchError
from search.serving import EvaluatorFailed
from search.web.security import ResponseBroken

STALL_SECONDS = 30.0
"""How long an export waits for a client that takes nothing."""


class ExportResponse(StreamingResponse):
    """A long answer, whose process ends with the response however it ends.

    Raises `ResponseBroken` if its process has ended too early, or its client takes nothing.
    """

    def __init__(
        self, first: bytes, parts: AsyncGenerator[bytes, None], headers: Mapping[str, str], media_type: str
    ) -> None:
        self._first, self._parts = first, parts
        super().__init__(self._stream(), headers=headers, media_type=media_type)

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        yield self._first
        try:
            async for part in self._parts:
                yield part
        except (EvaluatorFailed, SearchError) as error:
            raise ResponseBroken("the process of an export has ended") from error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            try:
                async with asyncio.timeout(STALL_SECONDS):
                    await send(message)
            except TimeoutError as error:
                raise ResponseBroken("the client of an export takes nothing") from error

        async with aclosing(self._parts):
            await super().__call__(scope, receive, sending)
