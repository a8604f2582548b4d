"""A proxy on loopback between the engine and a node: it cuts, delays, shortens and falsifies answers.

With a certificate it takes TLS alone, and with a user it asks for the password, as a secured cluster does.
"""

from __future__ import annotations

import base64
import http.client
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, bytes]
Falsified = Callable[[Answer], Answer | None]
"""Changes an answer; None is a connection that is closed without one."""


@dataclass
class Fault:
    """What happens to the answers to the next `times` requests whose first line has `part` in it.

    So many of them pass before, as `after` says.
    """

    part: str
    change: Falsified
    times: int = 1
    after: int = 0


def cut(_: Answer) -> None:
    """Close the connection: the request was carried out, and nobody is told."""


def delayed(seconds: float) -> Falsified:
    """Answer late."""

    def change(answer: Answer) -> Answer:
        time.sleep(seconds)
        return answer

    return change


def answered(status: int, body: bytes) -> Falsified:
    """Give another answer."""
    return lambda _: (status, body)


@dataclass
class Proxied:
    """The running proxy: its port, the faults to come, and the first lines of all requests."""

    port: int
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    halved: set[str] = field(default_factory=set)
    """Parts of first lines; the next answer to such a request ends in its middle."""

    def location(self, name: str, *, encrypted: bool = False, options: str = "") -> str:
        """The address of an archive behind the proxy."""
        scheme = "opensearch" if encrypted else "opensearch+http"
        return f"{scheme}://localhost:{self.port}/{name}{options}"


@contextmanager
def proxied(
    target: int, *, context: ssl.SSLContext | None = None, user: str = "", password: str = ""
) -> Iterator[Proxied]:
    """A proxy to the port `target` of this machine, for the length of a `with` block."""
    lock = threading.Lock()
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def _pass_on(self) -> None:
            first = f"{self.command} {self.path}"
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            running.asked.append(first)
            if user and self.headers.get("authorization") != wanted:
                self._give((401, b"Unauthorized"))
                return
            answer: Answer | None = self._asked(body)
            with lock:
                fault = next((each for each in running.faults if each.part in first), None)
                if fault is not None and fault.after:
                    fault.after -= 1
                    fault = None
                if fault is not None:
                    fault.times -= 1
                    if not fault.times:
                        running.faults.remove(fault)
                half = next((part for part in running.halved if part in first), None)
                running.halved.discard(half or "")
            if fault is not None and answer is not None:
                answer = fault.change(answer)
            if answer is None:
                self.close_connection = True
            else:
                self._give(answer, half=half is not None)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815

        def _asked(self, body: bytes) -> Answer | None:
            connection = http.client.HTTPConnection("127.0.0.1", target, timeout=60)
            headers = {"content-type": self.headers.get("content-type", "application/json")}
            try:
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            except OSError:
                return None
            finally:
                connection.close()

        def _give(self, answer: Answer, *, half: bool = False) -> None:
            status, body = answer
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if half else body)
            if half:
                self.close_connection = True

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of clients that go away."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    running = Proxied(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
