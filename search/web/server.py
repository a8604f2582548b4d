"""The server: uvicorn on a socket of this machine, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from search.errors import InvalidRequest
from search.serving import Front
from search.serving.child import report
from search.web.problems import problem

GRACEFUL_SECONDS = 4
MAX_HEADER_BYTES = 32 << 10

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, on any free port for 0; raises `InvalidRequest`.

    Its connections send at once what is written to them. Otherwise the end of an answer would wait for the
    client to confirm the beginning, which takes it 40 milliseconds.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError, UnicodeError) as error:
        raise InvalidRequest(f"cannot listen on {host}, port {port}: {error}") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address_of(listening: socket.socket) -> str:
    """The address of a server at this socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(
    front: Front, make: Callable[[Front], ASGIApp], listening: socket.socket, started: Callable[[], None]
) -> None:
    """The same as `serve`, on an event loop of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(front, make, listening, started))


async def serve(
    front: Front, make: Callable[[Front], ASGIApp], listening: socket.socket, started: Callable[[], None]
) -> None:
    """Serve what `make` returns, from the call of `started` on, until SIGINT, SIGTERM or SIGHUP.

    Requests that run have then `GRACEFUL_SECONDS`; a second signal ends them at once.
    """
    async with front:
        config = uvicorn.Config(
            make(front),
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        )
        with _bugs_reported():
            server = _Server(config, started)
            await server.serve([listening])


class _Protocol(HttpToolsProtocol):
    """HTTP on one connection, whose requests have heads of a bounded size."""

    _in_head = False
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        if self._in_head and self._head_bytes + len(data) > MAX_HEADER_BYTES:
            self.send_400_response("too long")
            return
        self._head_bytes += len(data)
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the parser's, which is not for clients
        """Answer with a problem, and hang up."""
        refusal = problem("not-http", headers={"Connection": "close"})
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(pair) for pair in refusal.raw_headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(refusal.body)]))
        self.transport.close()

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()


class _Server(uvicorn.Server):
    """A server that a signal ends without an error."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_of_start = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell_of_start()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


class _Bugs(logging.Handler):
    """Reports errors that were logged with their traceback, without their messages."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is not None and record.exc_info[0] is not None and record.exc_info[1] is not None:
            report(record.exc_info[0], record.exc_info[1], record.exc_info[2])


@contextmanager
def _bugs_reported() -> Iterator[None]:
    """Let all that is logged while the block runs come to one handler, which prints no word of a query."""
    root, handler = logging.getLogger(), _Bugs(logging.ERROR)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
