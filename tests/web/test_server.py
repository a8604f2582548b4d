"""`news serve` as a process on loopback: its start, its end, and the end of all its processes."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.query import open_archive
from search.serving import Answer, Export, Front, Task
from search.web.app import make_app
from search.web.operations import API
from search.web.security import ABORT, Guard, hosts_of
from search.web.server import listen, serve
from tests.web.running import SECONDS, Served, children_of, served

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux tells of processes")


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose export is larger than the buffers of a socket."""
    where = tmp_path_factory.mktemp("served") / "archive"
    with open_archive(where, create=True) as archive:
        body = " ".join(f"word{number}" for number in range(8_000))
        archive.add({"id": f"a{number}", "title": "Fog", "body": body} for number in range(60))
    return where


def end_of(pid: int) -> Callable[[], None]:
    """Wait until the process has ended, whose id may be that of another one afterwards."""
    handle = os.pidfd_open(pid)

    def wait() -> None:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        ended = poll.poll(SECONDS * 1000)
        os.close(handle)
        assert ended, f"the process {pid} is an orphan"

    return wait


@linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_server_and_its_processes_in_good_order(location: Path, number: int) -> None:
    with served(location, "--workers", "2") as server:
        assert server.count() == 60
        assert len(server.children) == 2
        ends = [end_of(pid) for pid in server.children]
        code, printed = server.end(number)
        assert code == 0
        assert len(printed.splitlines()) == 1
        assert printed.startswith(f"news: GET {API}/count 200 ")
        for end in ends:
            end()


@linux
def test_ctrl_c_at_a_terminal_reaches_all_processes_and_prints_nothing(location: Path) -> None:
    with served(location, "--workers", "2", "--quiet") as server:
        os.killpg(server.process.pid, signal.SIGINT)
        _, printed = server.process.communicate(timeout=SECONDS)
        assert (server.process.returncode, printed) == (0, "")


@linux
def test_a_server_that_is_killed_leaves_no_process(location: Path) -> None:
    with served(location, "--workers", "3") as server:
        assert server.count() == 60
        ends = [end_of(pid) for pid in server.children]
        assert len(ends) == 3
        server.process.kill()
        for end in ends:
            end()


@linux
def test_a_server_that_is_killed_leaves_no_process_that_is_stopped(location: Path) -> None:
    with served(location, "--workers", "1") as server:
        (pid,) = server.children
        end = end_of(pid)
        os.kill(pid, signal.SIGSTOP)
        server.process.kill()
        end()


@linux
def test_a_client_that_takes_nothing_does_not_hold_up_the_end(location: Path) -> None:
    with served(location, "--workers", "1") as server, stalled_export(server) as client:
        assert client.recv(12) == b"HTTP/1.1 200"
        ends = [end_of(pid) for pid in children_of(server.process.pid)]
        assert len(ends) == 2
        code, _ = server.end(signal.SIGTERM)
        assert code == 0
        for end in ends:
            end()


@contextmanager
def stalled_export(server: Served) -> Iterator[socket.socket]:
    """A client that asks for an export and takes only what it is told to."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(SECONDS)
    client.connect(("127.0.0.1", server.port))
    client.sendall(b"GET /export.csv?columns=id,body HTTP/1.1\r\nHost: localhost\r\n\r\n")
    with client:
        yield client


@linux
def test_the_process_of_an_export_ends_when_its_client_hangs_up(location: Path) -> None:
    with served(location, "--workers", "1") as server:
        with stalled_export(server) as client:
            assert client.recv(12) == b"HTTP/1.1 200"
            (own,) = set(children_of(server.process.pid)) - set(server.children)
            end = end_of(own)
        end()
        assert server.count() == 60


@linux
def test_an_export_that_breaks_does_not_look_whole(location: Path) -> None:
    with served(location, "--workers", "1") as server, stalled_export(server) as client:
        received = client.recv(12)
        (own,) = set(children_of(server.process.pid)) - set(server.children)
        os.kill(own, signal.SIGKILL)
        while part := client.recv(1 << 16):
            received += part
        assert received.startswith(b"HTTP/1.1 200")
        assert not received.endswith(b"0\r\n\r\n")
        code, printed = server.end(signal.SIGTERM)
        assert code == 0
        (line,) = printed.splitlines()
        assert line.startswith("news: GET /export.csv broken ")


@linux
def test_no_word_of_a_request_is_printed(location: Path) -> None:
    with served(location, "--workers", "1") as server:
        for path in ("/canary", f"{API}/count?q=canary", "/export.csv?q=canary", f"{API}/article?id=canary"):
            httpx.get(server.address + path, trust_env=False)
        for junk in (b"canary\r\n\r\n", b"GET /canary HTTP/9\r\n\r\n", b"GET / HTTP/1.1\r\ncanary\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", server.port), SECONDS) as client:
                client.sendall(junk)
                assert b" 400 " in client.recv(1 << 16)
        code, printed = server.end(signal.SIGTERM)
        assert code == 0
        assert len(printed.splitlines()) == 4
        assert "canary" not in printed


def test_an_answer_is_not_held_back_until_the_client_has_confirmed_its_beginning() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


HALVES = {
    "no request": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost:",
    "half a body": b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 10\r\n\r\n{",
    "half a head after an answer": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /",
}


def connected(*sent: bytes) -> list[bytes]:
    """What a server answers on connections that are open at once, until it hangs up on each."""

    async def main() -> list[bytes]:
        answers: list[bytes] = []
        with listen("127.0.0.1", 0) as listening:

            async def talk() -> None:
                streams = []
                for data in sent:
                    streams.append(await asyncio.open_connection(*listening.getsockname()))
                    streams[-1][1].write(data)
                for reader, writer in streams:
                    answers.append(await reader.read())
                    writer.close()
                os.kill(os.getpid(), signal.SIGTERM)

            talks = []
            await serve(
                _Idle("nowhere"),
                lambda front: make_app(front, Guard(hosts_of("127.0.0.1", []))),
                listening,
                lambda: talks.append(asyncio.create_task(talk())),
            )
            await talks[0]
        return answers

    return asyncio.run(asyncio.wait_for(main(), SECONDS))


class _Idle(Front):
    """A front without a process."""

    async def __aenter__(self) -> Self:
        return self


def test_a_connection_without_a_whole_request_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.web.server.REQUEST_SECONDS", 0.2)
    answers = dict(zip(HALVES, connected(*HALVES.values()), strict=True))
    assert answers["no request"] == answers["half a head"] == answers["half a body"] == b""
    assert answers["half a head after an answer"].startswith(b"HTTP/1.1 200 ")


def test_a_request_with_its_whole_address_is_answered() -> None:
    head = b"GET http://localhost:8707/healthz HTTP/1.1\r\nHost: localhost:8707\r\nConnection: close\r\n\r\n"
    (answer,) = connected(head)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_another_host_in_the_first_line_of_a_request_is_not_answered() -> None:
    head = b"GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost:8707\r\nConnection: close\r\n\r\n"
    (answer,) = connected(head)
    assert answer.startswith(b"HTTP/1.1 421 ")


def test_more_connections_than_there_are_files_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.web.server.MAX_CONNECTIONS", 1)
    monkeypatch.setattr("search.web.server.REQUEST_SECONDS", 0.2)
    first, second = connected(b"", b"")
    assert first == b""
    assert second.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"#busy" in second


def test_an_address_that_arrives_in_parts_is_too_long_however_it_is_cut() -> None:
    for size, status in ((20_000, b"414"), (120_000, b"414")):
        (answer,) = connected(
            b"GET /" + b"a" * size + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        assert answer.startswith(b"HTTP/1.1 " + status)


def test_a_head_that_arrives_at_once_is_not_longer_than_the_limit() -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"a" * 50_000
    (answer,) = connected(head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("more", [b"GET http://me@localhost/healthz HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_user_in_the_first_line_of_a_request_is_refused(more: bytes) -> None:
    (answer,) = connected(more + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 421 ")


def test_a_client_that_hangs_up_within_a_body_is_not_a_bug() -> None:
    lines: list[str] = []

    async def main() -> None:
        app = make_app(_Idle("nowhere"), Guard(hosts_of("127.0.0.1", [])), lines.append)

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(_message: Message) -> None: ...

        path = f"{API}/search"
        scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [
                (b"host", b"localhost"), (b"content-length", b"9"), (b"content-type", b"application/json"),
            ],
            "client": ("192.0.2.7", 1), "root_path": "",
        }  # fmt: skip
        await app(scope, receive, send)

    asyncio.run(main())
    assert lines[0].startswith(f"POST {API}/search 499 ")


class _Exporting(Front):
    """A front whose exports have one piece after the other, and no end."""

    def __init__(self) -> None:
        super().__init__("nowhere")
        self.ended = False

    async def export(self, export: Export, client: str) -> AsyncGenerator[bytes, None]:
        assert export
        assert client
        try:
            while True:
                yield b"row\n"
        finally:
            self.ended = True


@pytest.mark.parametrize("stopped", [False, True], ids=["its client takes nothing", "the server ends"])
def test_an_export_that_breaks_is_one_line_of_the_log_and_hangs_up(
    monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    monkeypatch.setattr("search.web.exports.STALL_SECONDS", 60 if stopped else 0.01)
    front, lines, aborted = _Exporting(), list[str](), list[bool]()

    async def main() -> None:
        app = make_app(front, Guard(hosts_of("127.0.0.1", [])), lines.append)
        stalled, path = asyncio.Event(), "/export.csv"

        async def receive() -> Message:
            never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
            return await never

        async def send(_message: Message) -> None:
            stalled.set()
            await receive()

        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [(b"host", b"localhost")], "client": ("192.0.2.7", 1), "root_path": "",
            "state": {ABORT: lambda: aborted.append(True)},
        }  # fmt: skip
        running = asyncio.create_task(_called(app, scope, receive, send))
        await stalled.wait()
        if stopped:
            running.cancel()
        await running

    asyncio.run(asyncio.wait_for(main(), SECONDS))
    assert front.ended
    assert aborted == [True]
    (line,) = lines
    assert line.startswith("GET /export.csv broken ")


async def _called(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


class _Waiting(Front):
    """A front whose answers never come; `began` and `cancelled` say how far a question has got."""

    def __init__(self) -> None:
        super().__init__("nowhere")
        self.began, self.cancelled = asyncio.Event(), False

    async def answer(self, task: Task, client: str) -> Answer | None:
        assert task
        assert client == "192.0.2.7"
        self.began.set()
        try:
            await asyncio.get_running_loop().create_future()
            return None
        except asyncio.CancelledError:
            self.cancelled = True
            raise


def test_a_question_is_given_up_when_its_client_hangs_up() -> None:
    lines: list[str] = []

    async def main() -> bool:
        front = _Waiting()
        app = make_app(front, Guard(hosts_of("127.0.0.1", [])), lines.append)
        messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            if messages:
                return messages.pop()
            await front.began.wait()
            return {"type": "http.disconnect"}

        async def send(_message: Message) -> None: ...

        path = f"{API}/count"
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [(b"host", b"localhost")], "client": ("192.0.2.7", 1), "root_path": "",
        }  # fmt: skip
        await app(scope, receive, send)
        return front.cancelled

    assert asyncio.run(main())
    assert lines[0].startswith(f"GET {API}/count 499 ")
