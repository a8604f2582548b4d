"""Requests that no careful client sends, to a server on loopback: schemathesis with a seed, and raw bytes.

`scripts/check --web` sends a few thousand of them, the default tests some dozens.
"""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.query import open_archive
from search.web.operations import API
from tests.conftest import ARTICLES
from tests.web.running import SECONDS, Served, served

MANY = "NEWS_WEB" in os.environ
CASES_OF_AN_OPERATION = 60 if MANY else 4
RAW_REQUESTS = 20_000 if MANY else 300

CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = ["4xx"]

[checks.positive_data_acceptance]
expected-statuses = ["200", "304", "400", "404", "422"] # a text can be no query, and an id no article
"""

REQUESTS = (
    b"GET |/healthz| HTTP/1.1|\r\n|Host: localhost|\r\n|\r\n",
    b"GET |/api/v1/search|?q=|storm|&|f=|-fog| HTTP/1.1|\r\n|Host: localhost|\r\n"
    b"Accept-Encoding: gzip|\r\n|\r\n",
    b"GET |/search.csv|?q=|fog| HTTP/1.0|\r\n|Host: localhost|\r\n|\r\n",
    b"POST |/api/v1/search| HTTP/1.1|\r\n|Host: localhost|\r\n|Content-Type: application/json|\r\n"
    b'Content-Length: 11|\r\n|\r\n|{"q":|"fog"}',
)
"""Right requests, cut into parts."""

WRONG = (
    b"", b"\x00", b"\xff\xfe",
    b"%ff", b"%00", b"%2e%2e/", b"&", b"=", b"*", b" HTTP/9.9", b"\n", b"\r\n\r\n", b": ",
    b"Host: evil.example\r\n", b"Content-Length: 5\r\n", b"Content-Length: -1\r\n",
    b"Expect: 100-continue\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Origin: null\r\n", b"Upgrade: websocket\r\nConnection: upgrade\r\n",
    b"If-None-Match: *\r\n", b"Accept-Encoding: gzip;q=x\r\n", b"5\r\n", b"[[[[", b"TRACE ",
    b"X: " + b"a" * 3_000, b"GET http://evil.example/ HTTP/1.1\r\n", b"OPTIONS * HTTP/1.1\r\n",
    b"?q=", b"/../../etc/passwd", b"\"",
)  # fmt: skip
"""Pieces that are put into them."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    location = tmp_path_factory.mktemp("fuzzed") / "archive"
    with open_archive(location, create=True) as archive:
        archive.add(ARTICLES)
    with served(location, "--workers", "2", "--quiet") as running:
        yield running


def test_the_api_is_as_it_is_described(server: Served, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    command += ["--config-file", "schemathesis.toml", "run", f"{server.address}{API}/openapi.json"]
    command += ["--seed", "1", "--max-examples", str(CASES_OF_AN_OPERATION), "--no-color"]
    command += ["--phases", "coverage,fuzzing" if MANY else "fuzzing", "--generation-database", "none"]
    if not MANY:
        command += ["--include-path-regex", r"^/api/v1/(search|timeline|kwic|articles/\{id\})$"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1_800)
    assert run.returncode == 0, run.stdout + run.stderr
    asked = re.search(r"([\d,]+) generated", run.stdout)
    assert asked is not None
    assert int(asked[1].replace(",", "")) >= 20


def test_raw_bytes_bring_no_failure_of_the_server(server: Served) -> None:
    chosen, statuses = random.Random(1), set()
    for _ in range(RAW_REQUESTS):
        parts = chosen.choice(REQUESTS).split(b"|")
        for _ in range(chosen.randint(0, 3)):
            place = chosen.randrange(len(parts))
            parts[place : place + chosen.randint(0, 1)] = [chosen.choice(WRONG)]
        with socket.create_connection(("127.0.0.1", server.port), SECONDS) as client:
            client.sendall(b"".join(parts))
            client.shutdown(socket.SHUT_WR)
            received = b""
            while part := client.recv(1 << 16):
                received += part
        statuses |= {int(status) for status in re.findall(rb"^HTTP/1\.1 (\d{3}) ", received, re.MULTILINE)}
    assert {200, 400, 421} <= statuses
    assert not {status for status in statuses if status >= 500}, statuses
    assert server.count() == len(ARTICLES)


def test_the_head_of_a_request_is_bounded(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        received, sent = b"", 0
        try:
            while sent < 4 << 20:
                client.sendall(b"X: " + b"a" * 4_091 + b"\r\n")
                sent += 4_096
        except ConnectionError:
            pass
        assert sent < 4 << 20
        client.settimeout(SECONDS)
        try:
            received = client.recv(1 << 16)
        except ConnectionError:
            received = b"HTTP/1.1 400 "
    assert received.startswith(b"HTTP/1.1 400 ")
