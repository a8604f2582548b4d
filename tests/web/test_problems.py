"""Each kind of problem: its status, its details, and its words, which never name a file."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import errors
from search.errors import SearchError
from search.query import open_archive
from search.serving import Busy, Front
from search.web.operations import API
from search.web.problems import KINDS, PROBLEMS, problem_of
from tests.web.conftest import Server, client_of, problem

MANY_WORDS = "+".join(f"w{number}" for number in range(300))


def errors_of(kind: type[SearchError]) -> Iterator[type[SearchError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from errors_of(each)


def test_every_error_of_the_library_is_a_kind_of_problem() -> None:
    ours = {each.code for each in errors_of(SearchError) if each.__module__ == errors.__name__}
    assert KINDS.keys() == ours
    assert set(KINDS.values()) <= PROBLEMS.keys()


def test_an_error_of_the_archive_does_not_name_its_folder() -> None:
    error = errors.ArchiveDamaged("/home/me/news/articles.db is damaged; run: news verify", "/home/me/news")
    response = problem_of(error)
    assert response.status_code == 503
    assert b"home" not in response.body
    assert json.loads(bytes(response.body))["type"] == "/help/problems#archive-damaged"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("count?q=nofield:x", "query-syntax"),
        ("count?q=", "bad-request"),
        ("count?q=a&q=b", "bad-request"),
        ("count?nothing=1", "bad-request"),
        ("about?q=a", "bad-request"),
        ("search?limit=101", "bad-request"),
        ("search?limit=x", "bad-request"),
        ("search?sort=best", "bad-request"),
        ("search?after=x", "bad-request"),
        ("search?facet=nothing", "bad-request"),
        ("search?recency=x", "bad-request"),
        ("count?any=maybe", "bad-request"),
        (f"count?q={MANY_WORDS}&f={MANY_WORDS.replace('w', 'v')}", "too-broad"),
        ("count?since=xyz", "bad-request"),
        ("timeline?by=fortnight", "bad-request"),
        ("articles/a1?id=a2", "bad-request"),
        ("article", "bad-request"),
        ("articles/a4/background", "bad-request"),
        ("articles/a1/diff", "bad-request"),
        ("count?q=" + "+OR+".join(f"w{number}" for number in range(600)), "too-broad"),
        ("articles/nothing", "no-article"),
        ("nothing", "not-found"),
        ("articles/a%2Fb", "not-found"),
    ],
)
def test_a_request_that_cannot_be_answered_is_a_problem(server: Server, address: str, kind: str) -> None:
    told = problem(server.get(f"{API}/{address}"))
    assert told["type"] == f"/help/problems#{kind}"
    assert told["title"] == PROBLEMS[kind].title
    assert told["status"] == PROBLEMS[kind].status


def test_the_wrong_part_of_a_query_is_pointed_at(server: Server) -> None:
    told = problem(server.get(f"{API}/count?q=storm+autor:ruiz"))
    assert (told["query"], told["start"], told["end"]) == ("storm autor:ruiz", 6, 11)
    assert told["did_you_mean"]


def test_a_method_that_an_address_does_not_take_is_a_problem(server: Server) -> None:
    response = server.request("POST", f"{API}/count", json={})
    assert problem(response)["type"] == "/help/problems#method-not-allowed"
    assert "GET" in response.headers["allow"]
    for method in ("OPTIONS", "PUT"):
        allowed = server.request(method, f"{API}/search").headers["allow"]
        assert set(allowed.split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    ("address", "content"), [("search?limit=1", b'{"q": "a"}'), ("search", b'{"q": "a", "q": "b"}')]
)
def test_a_parameter_of_a_body_is_given_once_and_in_the_body(
    server: Server, address: str, content: bytes
) -> None:
    headers = {"content-type": "application/json"}
    told = problem(server.request("POST", f"{API}/{address}", content=content, headers=headers))
    assert told["type"] == "/help/problems#bad-request"


def test_the_problem_of_a_busy_server_says_when_to_come_back() -> None:
    assert problem_of(Busy("", 2.3)).headers["retry-after"] == "3"
    assert problem_of(Busy("", 0.1)).headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, "bad-request"),
        ({"content": b"[1]", "headers": {"content-type": "application/json"}}, "bad-request"),
        ({"content": b'{"q": "\\ud800"}', "headers": {"content-type": "application/json"}}, "bad-request"),
        ({"json": {"q": "a", "nothing": 1}}, "bad-request"),
        ({"json": {"q": "a" * 8193}}, "bad-request"),
        ({"json": {"q": "a", "f": ["b"] * 51}}, "bad-request"),
        ({"json": {"q": "a" * (64 << 10)}}, "too-large"),
        ({"content": b"q=a", "headers": {"content-type": "text/plain"}}, "not-json"),
        ({"data": {"q": "a"}}, "not-json"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(
    server: Server, options: dict[str, object], kind: str
) -> None:
    told = problem(server.request("POST", f"{API}/search", **options))
    assert told["type"] == f"/help/problems#{kind}"


def test_a_body_of_unknown_length_is_refused(server: Server) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"{}"

    headers = {"content-type": "application/json"}
    told = problem(server.request("POST", f"{API}/search", content=chunks(), headers=headers))
    assert told["type"] == "/help/problems#length-required"


def test_every_kind_of_problem_is_listed(server: Server) -> None:
    response = server.get("/help/problems")
    assert response.headers["content-type"].startswith("text/plain")
    listed = {line.split()[0]: int(line.split()[1]) for line in response.text.splitlines()}
    assert listed == {kind: each.status for kind, each in PROBLEMS.items()}


def test_a_deadline_is_a_problem_that_says_when_to_come_back(empty: Path) -> None:
    async def main() -> httpx.Response:
        async with Front(str(empty), workers=1, seconds=1e-6) as front, client_of(front) as client:
            return await client.get(f"{API}/count?q=a")

    response = asyncio.run(main())
    assert problem(response)["type"] in ("/help/problems#deadline", "/help/problems#busy")
    assert response.headers["retry-after"] == "1"


def test_more_questions_than_a_client_may_ask_are_refused(empty: Path) -> None:
    async def main() -> list[httpx.Response]:
        async with Front(str(empty), workers=1, seconds=30) as front, client_of(front) as client:
            return await asyncio.gather(*(client.get(f"{API}/count?q=a{n}") for n in range(30)))

    statuses = [each.status_code for each in asyncio.run(main())]
    assert statuses.count(200) == 9  # one that is evaluated, and eight that wait
    assert statuses.count(429) == 21


def test_health_and_readiness(server: Server, empty: Path) -> None:
    assert server.get("/healthz").text == "ok\n"
    assert server.get("/readyz").text == "ready\n"
    assert empty.is_dir()


def test_a_server_whose_index_is_gone_is_alive_and_not_ready(empty: Path) -> None:
    with open_archive(empty) as archive:
        archive.add([{"id": "a", "title": "Fog"}])

    async def main() -> list[httpx.Response]:
        async with Front(str(empty), workers=1, seconds=30) as front, client_of(front) as client:
            assert (await client.get("/readyz")).status_code == 200
            (manifest,) = (empty / "index").glob("*manifest*")
            manifest.write_bytes(b"broken")
            return [await client.get(path) for path in ("/healthz", "/readyz", f"{API}/count")]

    healthy, ready, count = asyncio.run(main())
    assert healthy.status_code == 200
    for response in (ready, count):
        assert problem(response)["status"] == 503
        assert str(empty) not in response.text


def test_an_archive_whose_folder_is_gone_is_not_called_an_index_to_rebuild(empty: Path) -> None:
    async def main() -> list[httpx.Response]:
        async with Front(str(empty), workers=1, seconds=30) as front, client_of(front) as client:
            assert (await client.get("/readyz")).status_code == 200
            empty.rename(empty.with_name("elsewhere"))
            return [await client.get(path) for path in ("/readyz", f"{API}/count", f"{API}/about")]

    for response in asyncio.run(main()):
        assert problem(response)["type"] == "/help/problems#archive-unusable"


@settings(max_examples=60)
@given(text=st.text(min_size=1, max_size=60).filter(lambda text: not text.isspace()))
def test_any_text_is_a_query_or_a_problem(server: Server, text: str) -> None:
    response = server.request("POST", f"{API}/search", json={"q": text, "limit": 1})
    assert response.status_code in (200, 400, 422), response.text


@settings(max_examples=60)
@given(text=st.text(max_size=40))
def test_any_address_is_an_answer_or_a_problem(server: Server, text: str) -> None:
    try:
        address = httpx.URL("http://localhost:8707" + API + "/" + text)
    except httpx.InvalidURL:
        return
    assert server.get(str(address)).status_code < 500


@pytest.mark.parametrize(
    ("address", "body", "taught"),
    [
        ("search", {"f": "source:Herald"}, 'f is a list of at most 50 texts of 1 to 8,192 characters, also'),
        ("search", {"f": "source:Herald"}, ': ["source:Herald"]'),
        ("search", {"f": [1]}, "f is a list of at most 50 texts"),
        ("search", [], "the body must be an object of JSON, with names and values; parameters are f, since"),
        ("search", {"limit": True}, "limit is a whole number from 0 to 100, not true"),
        ("search", {"bom": 0}, "bom is true or false, not 0"),
        ("search", {"limit": "ten"}, "limit is a whole number from 0 to 100"),
        ("search", {"sort": "best"}, "sort is relevance, newest, oldest, modified or seen"),
        ("search", {"any": "maybe"}, "any is true or false"),
        ("search", {"q": "a" * 8_193}, "q is text of 1 to 8,192 characters, and 8,193 are given"),
        ("search", {"size": 5}, "there is no parameter “size”; parameters are"),
        ("timeline?q=1&q=2&q=3&q=4&q=5&q=6", None, "q is a list of 1 to 5 texts"),
        ("timeline?q=1&q=2&q=3&q=4&q=5&q=6", None, "and 6 are given"),
        ("collocations?q=a&window=-1", None, "window is sentence or a whole number from 0 to 100"),
        ("suggest", None, "prefix is text of 1 to 200 characters, and is needed; parameters are prefix"),
        ("about?x=1", None, "there is no parameter “x”; there are no parameters"),
        ("facets?by=source:20000", None, "a facet has 1 to 10,000 values, not 20000: source:10000"),
    ],
)  # fmt: skip
def test_a_problem_says_what_to_write_and_has_no_words_of_a_library(
    server: Server, address: str, body: object, taught: str
) -> None:
    method = "GET" if body is None else "POST"
    told = problem(server.request(method, f"{API}/{address}", **({} if body is None else {"json": body})))
    assert told["type"] == "/help/problems#bad-request"
    assert taught in told["detail"]
    assert not re.search("Input|Tuple|dictionary|instance|literal|Parameters", told["detail"])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"q": ["ferry"]}, "q is text of 1 to 8,192 characters, and a list is given"),
        ({"q": "\ud800"}, "q is text of 1 to 8,192 characters, and a half of a character is given"),
        ({"f": ["a"] * 51}, "f is a list of at most 50 texts of 1 to 8,192 characters, and 51 are given"),
    ],
)
def test_a_wrong_value_is_told_as_what_it_is(server: Server, body: object, told: str) -> None:
    json_body = {"Content-Type": "application/json"}
    response = server.request("POST", f"{API}/search", content=json.dumps(body), headers=json_body)
    assert problem(response)["detail"] == told


def test_a_wrong_moment_names_revisions_too(server: Server) -> None:
    for moment in ("garbage", "-1"):
        assert "such as r41" in problem(server.get(f"{API}/count?as_of={moment}"))["detail"]
