"""Clients that keep a connection, each with an address of its own on the loopback network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

PATIENCE = 15.0
"""Seconds after which a client gives up."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, and the seconds that it took."""

    status: int
    body: bytes
    seconds: float


class Client:
    """Client number `number` of the server at a port; it connects again after each connection that ends."""

    def __init__(self, port: int, number: int = 0) -> None:
        self._port = port
        self._address = f"127.0.{1 + number // 250}.{1 + number % 250}"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, target: str) -> Reply:
        """The reply to GET; raises `TimeoutError` after `PATIENCE` seconds."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                status, body = await self._ask(target)
        except BaseException:
            self.close()
            raise
        return Reply(status, body, time.perf_counter() - began)

    async def _ask(self, target: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=(self._address, 0)
            )
        reader, writer = self._streams
        writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        if "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
        else:
            body = b""
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
        if headers.get("connection") == "close":
            self.close()
        return int(head[0].split()[1]), body

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that this percentage of the values does not exceed; 0 for an empty list."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
