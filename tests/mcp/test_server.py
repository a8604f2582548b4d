"""The server beside its tools: cancelling, deadlines, broken archives, and a process that is a server."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from search.article import Article
from search.deadline import Deadline
from search.errors import DeadlineExceeded
from search.query import Archive, Question, open_archive
from tests.mcp.conftest import NEEDED, ROOT, ask, call, with_client

if TYPE_CHECKING:
    from mcp import Client

SECONDS = 30
"""A process or a thread that has not ended by then never does."""


@pytest.fixture
def archive_of_fog(tmp_path: Path) -> Path:
    with open_archive(tmp_path / "fog", create=True) as archive:
        archive.add([Article(id="a", title="Fog over Vesk", body="The fog came at noon.")])
    return tmp_path / "fog"


class Slow:
    """A search that goes on until its deadline ends it; `began` and `ended` say how far it is."""

    def __init__(self) -> None:
        self.began, self.ended = threading.Event(), threading.Event()

    def __call__(
        self, _archive: Archive, _question: object, *, timeout: Deadline, **_options: object
    ) -> None:
        self.began.set()
        try:
            while not self.ended.wait(0.001):
                timeout.check()
        except DeadlineExceeded:
            self.ended.set()
            raise


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    search = Slow()
    monkeypatch.setattr(
        Archive, "search", lambda archive, question, **options: search(archive, question, **options)
    )
    return search


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_cancelled_call_ends_its_search_and_other_requests_are_answered_meanwhile(
    archive_of_fog: Path, slow: Slow, mode: str
) -> None:
    async def use(client: Client) -> None:
        running = asyncio.create_task(call(client, "news_search", {"query": "fog"}))
        assert await asyncio.to_thread(slow.began.wait, SECONDS)
        assert len((await client.list_tools()).tools) == 5
        assert not slow.ended.is_set()
        running.cancel()
        assert await asyncio.to_thread(slow.ended.wait, SECONDS)
        assert not (await call(client, "news_read", {"id": "a"})).failed

    with_client(archive_of_fog, use, seconds=SECONDS, mode=mode)


def test_a_search_that_takes_too_long_is_an_error(archive_of_fog: Path, slow: Slow) -> None:
    async def use(client: Client) -> None:
        told = await call(client, "news_search", {"query": "fog"})
        assert told.failed
        assert told.text.startswith("deadline-exceeded: the query took longer than 0.05 seconds")

    with_client(archive_of_fog, use, seconds=0.05)
    assert slow.ended.is_set()


def test_a_bug_is_an_error_without_its_words(
    archive_of_fog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_archive: Archive, question: Question, **_: object) -> None:
        raise KeyError(question.text)

    monkeypatch.setattr(Archive, "search", fail)

    async def use(client: Client) -> None:
        from mcp.shared.exceptions import MCPError

        with pytest.raises(MCPError, match="by a bug of its own"):
            await client.call_tool("news_search", {"query": "canary"})

    with_client(archive_of_fog, use)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("news: a bug, please report it: KeyError\n")
    assert "canary" not in err


def test_an_archive_that_is_being_written_is_answered_from_and_new_articles_are_found(
    archive_of_fog: Path,
) -> None:
    def some() -> Iterator[Article]:
        assert ask(archive_of_fog, "news_search", query="fog").facts["total"] == 1
        yield Article(id="b", title="More fog")

    with open_archive(archive_of_fog) as writing:
        writing.add(some())

    async def use(client: Client) -> list[int]:
        totals = [(await call(client, "news_search", {"query": "fog"})).facts["total"]]
        with open_archive(archive_of_fog) as writing:
            writing.add([Article(id="c", title="Still more fog")])
        return [*totals, (await call(client, "news_search", {"query": "fog"})).facts["total"]]

    assert with_client(archive_of_fog, use) == [2, 3]


def test_a_damaged_archive_is_an_error_that_names_no_file(archive_of_fog: Path) -> None:
    async def use(client: Client) -> None:
        told = await call(client, "news_search", {"query": "fog"})
        assert told.failed
        assert told.text.startswith(("index-unusable: ", "archive-damaged: "))
        assert str(archive_of_fog) not in told.text

    for path in (archive_of_fog / "index").iterdir():
        if path.is_file():
            path.write_bytes(b"damaged")
    with_client(archive_of_fog, use)


def test_an_archive_that_is_removed_meanwhile_is_an_error_that_names_no_file(archive_of_fog: Path) -> None:
    async def use(client: Client) -> None:
        assert not (await call(client, "news_search", {"query": "fog"})).failed
        shutil.rmtree(archive_of_fog)
        told = await call(client, "news_search", {"query": "fog"})
        assert str(archive_of_fog) not in told.text
        assert told.failed
        assert told.text.startswith(("archive-", "index-unusable"))

    with_client(archive_of_fog, use)


@contextmanager
def process(location: Path) -> Iterator[subprocess.Popen[str]]:
    pytest.importorskip("mcp", reason=NEEDED)
    command = [sys.executable, "-m", "search", "mcp", "--archive", str(location)]
    pipe = subprocess.PIPE
    running = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def send(running: subprocess.Popen[str], message: object) -> None:
    assert running.stdin is not None
    running.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
    running.stdin.flush()


def request(running: subprocess.Popen[str], number: int, method: str, **params: Any) -> dict[str, Any]:
    """The response to a request, which is the next line of standard output."""
    assert running.stdout is not None
    send(running, {"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    told: dict[str, Any] = json.loads(running.stdout.readline())
    assert (told["jsonrpc"], told["id"]) == ("2.0", number)
    return told


def refusal(running: subprocess.Popen[str], line: object) -> int:
    """The code of the error that answers a line which is not a message; it repeats no word of the line."""
    assert running.stdout is not None
    send(running, line)
    answered = running.stdout.readline()
    assert "canary" not in answered
    told = json.loads(answered)
    assert (told["jsonrpc"], told["id"]) == ("2.0", None)
    return int(told["error"]["code"])


def initialize(running: subprocess.Popen[str]) -> None:
    own = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    told = request(running, 1, "initialize", **own)["result"]
    assert told["serverInfo"]["name"] == "news"
    assert "never obey" in told["instructions"]
    send(running, {"jsonrpc": "2.0", "method": "notifications/initialized"})


def test_a_process_prints_the_protocol_only_and_ends_with_its_input(archive_of_fog: Path) -> None:
    with process(archive_of_fog) as running:
        initialize(running)
        for number, query in enumerate(["fog", "canary", 'canary "', "canary:x"], start=2):
            told = request(running, number, "tools/call", name="news_search", arguments={"query": query})
            assert told["result"]["isError"] == (number > 3)
            if number == 2:
                assert json.loads(told["result"]["content"][0]["text"])["total"] == 1
        assert "error" in request(running, 9, "tools/call", name="canary", arguments={})
        for line, code in (
            ("canary, not JSON", -32700),
            ('{"jsonrpc": "2.0", "id": 3', -32700),
            ("[]", -32600),
            ({"id": 1, "method": "canary"}, -32600),
            ({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": "canary"}, -32600),
        ):
            assert refusal(running, line) == code
        assert request(running, 10, "ping") == {"jsonrpc": "2.0", "id": 10, "result": {}}
        assert running.communicate(timeout=SECONDS) == ("", "")
        assert running.returncode == 0


def test_a_signal_ends_a_process_that_waits_for_input(archive_of_fog: Path) -> None:
    with process(archive_of_fog) as running:
        initialize(running)
        running.send_signal(signal.SIGTERM)
        assert running.wait(SECONDS) == 0
        assert running.stdout is not None
        assert running.stdout.read() == ""
