"""The server: uvicorn on a socket of this machine, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from urllib.parse import urlsplit

import uvicorn
import uvloop
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from search.errors import InvalidRequest
from search.serving import Front
from search.serving.bugs import report
from search.web.problems import problem
from search.web.security import ABORT, MAX_ADDRESS_BYTES, MAX_HEAD_BYTES

GRACEFUL_SECONDS = 4
REQUEST_SECONDS = 30.0
"""How long the server waits for a whole request, head and body, before it hangs up."""
MAX_CONNECTIONS = 8_192
OTHER_FILES = 256
"""The file descriptors that are kept for other things than connections, such as evaluators."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, on any free port for 0; raises `InvalidRequest`.

    Its connections send at once what is written to them. Otherwise the end of an answer would wait for the
    client to confirm the beginning, which takes it 40 milliseconds.
    """
    try:
        host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError, UnicodeError) as error:
        raise InvalidRequest(f"cannot listen on {host}, port {port}: {error}") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def is_known(host: str) -> bool:
    """True if a name or an address is one that this machine can resolve."""
    try:
        return bool(socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return False


def address_of(listening: socket.socket) -> str:
    """The address of a server at this socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def max_connections() -> int:
    """The number of connections at once, so that file descriptors are left for other things."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return min(MAX_CONNECTIONS, max(limit - OTHER_FILES, limit // 2))


def allow_most_files() -> None:
    """Let this process open as many files at once as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # which some systems say to a number that they have named
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run(
    front: Front, make: Callable[[Front], ASGIApp], listening: socket.socket, started: Callable[[], None]
) -> None:
    """The same as `serve`, on an event loop of its own."""
    allow_most_files()
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
            server = _SignalledServer(config, started)
            await server.serve([listening])


class _Protocol(HttpToolsProtocol):
    """HTTP on one connection, whose requests have heads of a bounded size and arrive in a bounded time."""

    url = b""
    _in_head = False
    _head_bytes = 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect_request()
        if len(self.connections) > max_connections():
            self._hang_up_with("busy")

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)  # but for the data in which the head begins, of which some is before it
        self._expect_request()
        super().data_received(data)
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("too long")

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the parser's, which is not for clients
        """Answer with a problem, and hang up."""
        self._hang_up_with("too-long" if len(self.url) > MAX_ADDRESS_BYTES else "not-http")

    def _hang_up_with(self, kind: str) -> None:
        refusal = problem(kind, headers={"Connection": "close"})
        status = HTTPStatus(refusal.status_code)
        lines = [f"HTTP/1.1 {status} {status.phrase}".encode(), *map(b": ".join, refusal.raw_headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(refusal.body)]))
        self.transport.close()

    def _expect_request(self) -> None:
        """Wait for the end of a request from now on, unless one is waited for already."""
        if self._late is None:
            self._late = self.loop.call_later(REQUEST_SECONDS, self._end_waiting)

    def _end_waiting(self) -> None:
        self._late = None
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            self.transport.abort()
        else:  # a line break came after the request whose answer is sent
            self._expect_request()

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._expect_request()
        super().on_message_begin()
        self.scope["state"][ABORT] = self.transport.abort

    def on_headers_complete(self) -> None:
        self._in_head = False
        if not self.url.startswith(b"/") and (host := urlsplit(self.url).netloc):
            # A host in the first line of a request counts in place of the header (RFC 9112, 3.2.2).
            others = [pair for pair in self.headers if pair[0] != b"host"]
            named = max(1, len(self.headers) - len(others))  # two are refused later on
            self.headers[:] = [*((b"host", host) for _ in range(named)), *others]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()


class _SignalledServer(uvicorn.Server):
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
