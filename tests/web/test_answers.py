"""Answers as they are sent: compressed or not, kept or evaluated, the same to the client."""

from __future__ import annotations

import gzip
import os
import signal

import pytest

from search.web.operations import API
from tests.web.conftest import Server

LONG = f"{API}/search?q=*&facet=source&facet=date:month"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("identity", None),
        ("", None),
        ("gzip;q=0", None),
        ("gzip; q=0.000, *", None),
        ("br", None),
    ],
)
def test_an_answer_is_compressed_for_a_client_that_takes_it(
    server: Server, accepted: str, coding: str | None
) -> None:
    plain = server.get(LONG, accept_encoding="identity")
    assert len(plain.content) > 1_024
    for _ in range(2):  # evaluated or kept
        response = server.get(LONG, accept_encoding=accepted)
        assert response.headers.get("content-encoding") == coding
        assert response.headers["vary"] == "Accept-Encoding"
        assert response.text == plain.text
        assert response.headers["etag"] == plain.headers["etag"]
        assert (int(response.headers["content-length"]) < len(plain.content)) == (coding == "gzip")


def test_a_short_answer_is_sent_as_it_is(server: Server) -> None:
    assert "content-encoding" not in server.get(f"{API}/count", accept_encoding="gzip").headers


def test_the_same_answer_has_the_same_bytes_compressed(server: Server) -> None:
    async def raw() -> bytes:
        async with server.client.stream("GET", LONG, headers={"accept-encoding": "gzip"}) as response:
            return b"".join([part async for part in response.aiter_raw()])

    first, second = server.runner.run(raw()), server.runner.run(raw())
    assert first == second
    assert gzip.decompress(first) == server.get(LONG, accept_encoding="identity").content


def test_a_kept_answer_has_the_headers_of_an_evaluated_one(server: Server) -> None:
    address = f"{API}/search?q=harbour&limit=1"
    first, kept = server.get(address), server.get(address)
    assert kept.content == first.content
    own = {"x-request-id"}
    assert {k: v for k, v in kept.headers.items() if k not in own} == {
        k: v for k, v in first.headers.items() if k not in own
    }
    assert server.lines[-1].split()[:3] == ["GET", f"{API}/search", "200"]
    assert server.get(address, if_none_match=kept.headers["etag"]).status_code == 304
    assert server.request("HEAD", address).headers["etag"] == kept.headers["etag"]


def test_a_kept_answer_is_sent_while_no_process_is_free(server: Server) -> None:
    address = f"{API}/count?q=storm"
    assert server.get(address).status_code == 200
    (pid,) = server.front.pids
    os.kill(pid, signal.SIGSTOP)
    try:
        assert server.get(address).status_code == 200
    finally:
        os.kill(pid, signal.SIGCONT)
