"""A server under a path of a site that has other pages, too."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from search.errors import InvalidRequest
from search.web.operations import API
from search.web.rooted import root_of
from search.web.security import Guard, hosts_of
from tests.web.conftest import Server, client_of

ROOT = "/search/news"


def asked(server: Server, address: str, **options: Any) -> httpx.Response:
    client = client_of(server.front, root=ROOT)
    return server.runner.run(client.get(address, **options))


@pytest.mark.parametrize(
    "page",
    ["/", "/search?q=harbour", "/article/a1", "/article/a5/history", "/timeline?q=harbour", "/facets/source",
     "/about", "/help", "/search?q=(", "/nothing"],
)  # fmt: skip
def test_every_address_of_a_page_under_a_path_leads_to_the_server(server: Server, page: str) -> None:
    html = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    shown, plain = asked(server, ROOT + page, headers=html), server.get(page, accept="text/html")
    assert shown.status_code == plain.status_code
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', shown.text)
    own = [each for each in addresses if each.startswith("/")]
    assert len(own) > 5
    assert all(each.startswith(f"{ROOT}/") for each in own)
    assert {each.removeprefix(ROOT).replace(f"8707{ROOT}/", "8707/") for each in addresses} == set(
        re.findall(r'(?:href|src|action)="([^"]*)"', plain.text)
    )
    for each in [name for name in own if "/assets/" in name or "/about" in name]:
        assert asked(server, each).status_code == 200


def test_a_query_that_looks_like_an_address_stays_as_it_is(server: Server) -> None:
    text = asked(server, f"{ROOT}/search", params={"q": '"/nothing" OR /href="/x"'}).text
    assert f"{ROOT}/nothing" not in text
    assert f"{ROOT}/x" not in text


def test_a_redirect_and_a_feed_have_the_path(server: Server) -> None:
    assert asked(server, f"{ROOT}/search?until=&q=fog").headers["location"] == f"{ROOT}/search?q=fog"
    feed = asked(server, f"{ROOT}/search.atom?q=fog").text
    assert f"http://localhost:8707{ROOT}/search.atom?q=fog" in feed
    assert (
        f"http://localhost:8707{ROOT}/search?q={{searchTerms}}"
        in asked(server, f"{ROOT}/opensearch.xml").text
    )


@pytest.mark.parametrize("path", ["/search/", "/help/", "/article/a1/", "/api/v1/count/"])
@pytest.mark.parametrize("root", ["", ROOT])
def test_a_slash_too_many_leads_to_the_page_under_the_path(server: Server, path: str, root: str) -> None:
    client = client_of(server.front, root=root)
    response = server.runner.run(client.get(f"{root}{path}?q=fog"))
    assert (response.status_code, response.headers["location"]) == (307, f"{root}{path[:-1]}?q=fog")
    assert server.runner.run(client.get(f"http://localhost:8707{root}//evil.example/")).status_code == 404


def test_the_path_without_its_slash_leads_to_the_first_page(server: Server) -> None:
    assert asked(server, ROOT).headers["location"] == f"{ROOT}/"
    assert asked(server, f"{ROOT}?q=fog").headers["location"] == f"{ROOT}/?q=fog"


def test_problems_and_the_description_of_the_api_name_the_path(server: Server) -> None:
    assert asked(server, f"{ROOT}{API}/count?q=x:y").json()["type"] == f"{ROOT}/help/problems#query-syntax"
    assert asked(server, f"{ROOT}{API}/openapi.json").json()["servers"] == [{"url": ROOT}]
    assert "servers" not in server.get(f"{API}/openapi.json").json()


def test_a_page_that_asks_for_a_token_has_addresses_under_the_path(server: Server) -> None:
    guard = Guard(hosts_of("127.0.0.1", []), frozenset({"0" * 64}))
    client = client_of(server.front, guard=guard, root=ROOT)
    for address in ("/x", f"{ROOT}/search"):
        page = server.runner.run(client.get(address, headers={"Accept": "text/html"}))
        assert page.status_code == 401
        assert f'href="{ROOT}/help"' in page.text
        assert not re.search(rf'(?:href|src|action)="/(?!{ROOT[1:]}/)', page.text)


def test_the_log_of_queries_has_the_address_that_was_asked_for(server: Server) -> None:
    lines: list[str] = []
    client = client_of(server.front, lines.append, root=ROOT, log_queries=True)
    server.runner.run(client.get(f"{ROOT}/search?q=fog"))
    assert f"{ROOT}/search?q=fog" in lines[0]


def test_pages_under_a_path_are_made_by_the_evaluators(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(server, f"{ROOT}/search?q=fog")
    monkeypatch.setattr("search.web.rooted.rooted", fail)
    assert asked(server, f"{ROOT}/search?q=fog", headers={"Accept-Encoding": "gzip"}).status_code == 200


def fail(*_: object) -> None:
    raise AssertionError


@pytest.mark.parametrize("address", ["/", "/search?q=fog", f"{API}/count", "/search/newspaper", "/healthz"])
def test_nothing_is_answered_beside_the_path(server: Server, address: str) -> None:
    assert asked(server, address).status_code == 404


def test_the_api_is_under_the_path(server: Server) -> None:
    assert asked(server, f"{ROOT}{API}/count?q=*").json() == server.get(f"{API}/count?q=*").json()
    assert asked(server, f"{ROOT}/healthz").text == "ok\n"


@pytest.mark.parametrize(("given", "root"), [("", ""), ("/", ""), ("/news/", "/news"), ("/a/b-1", "/a/b-1")])
def test_a_path_is_read(given: str, root: str) -> None:
    assert root_of(given) == root


@pytest.mark.parametrize("given", ["news", "/a b", "/../x", "//x", '/"x', "https://x.example/news"])
def test_a_path_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(InvalidRequest, match="is not a path"):
        root_of(given)
