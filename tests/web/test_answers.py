"""Answers as they are sent: compressed or not, kept or evaluated, the same to the client."""

from __future__ import annotations

import gzip
import os
import re
import signal
from pathlib import Path
from typing import NoReturn

import pytest

from search.serving import Front
from search.web.operations import API
from search.web.responses import program_digest
from tests.web.conftest import Server, client_of

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


def test_any_answer_that_a_client_has_is_right_by_a_star(server: Server) -> None:
    assert server.get(f"{API}/count?q=storm", if_none_match="*").status_code == 304
    assert server.get(f"{API}/count?q=storm+since:7d", if_none_match="*").status_code == 200


def test_an_answer_in_another_zone_has_another_etag(server: Server) -> None:
    async def tag(zone: str) -> str:
        async with Front(server.location, zone=zone, workers=1) as front, client_of(front) as client:
            return str((await client.get(f"{API}/count?q=storm")).headers["etag"])

    tags = [server.runner.run(tag(zone)) for zone in ("UTC", "Asia/Tokyo", "UTC")]
    assert tags[0] == tags[2] != tags[1]


def test_an_answer_of_another_version_of_the_program_has_another_etag(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = server.get(f"{API}/count?q=storm").headers["etag"]
    monkeypatch.setattr("search.web.responses.PROGRAM", "next")
    assert server.get(f"{API}/count?q=storm", if_none_match=before).status_code == 200


def test_the_version_of_the_program_changes_with_its_templates(tmp_path: Path) -> None:
    template = tmp_path / "page.html"
    template.write_text("one")
    before = program_digest(tmp_path)
    assert program_digest(tmp_path) == before
    template.write_text("two")
    assert program_digest(tmp_path) != before


def test_the_head_of_an_export_starts_no_process(server: Server) -> None:
    async def nothing(*_: object) -> NoReturn:
        raise AssertionError("a process was started")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.serving.evaluator.Evaluator.start", nothing)
        response = server.request("HEAD", "/export.csv?q=storm")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/csv")
    assert "content-length" not in response.headers
    assert server.request("HEAD", "/export.csv?nothing=1").status_code == 400


def test_the_files_of_a_page_are_compressed_too(server: Server) -> None:
    page = server.get("/search?q=fog").text
    files = re.findall(r'"(/assets/[^"]+)"', page)
    assert len(files) == 3
    for each in files:
        plain, packed = (server.get(each, accept_encoding=coding) for coding in ("identity", "gzip"))
        assert packed.text == plain.text
        assert ("content-encoding" in packed.headers) == (len(plain.content) > 1_024)


def test_a_question_to_the_first_page_is_a_search(server: Server) -> None:
    asked = server.get("/?q=fog&f=source:Herald")
    assert (asked.status_code, asked.headers["location"]) == (303, "/search?q=fog&f=source:Herald")
    assert server.get("/").status_code == 200
