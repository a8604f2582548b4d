"""Pages of other sites that may read answers, and clients that a proxy has passed on."""

from __future__ import annotations

import httpx
import pytest
from starlette.datastructures import Headers

from search.errors import InvalidRequest
from search.web.clients import client_address, networks_of
from search.web.cors import origins_of
from search.web.operations import API
from search.web.security import Guard, hosts_of
from tests.web.conftest import Server, client_of, problem

SITE = "https://archive.example"


def guarded(server: Server, **given: object) -> httpx.AsyncClient:
    guard = Guard(hosts_of("127.0.0.1", []), **given)  # type: ignore[arg-type]  # as each test gives them
    return client_of(server.front, server.lines.append, guard, log_queries=True)


def test_only_a_page_of_a_named_site_may_read_answers(server: Server) -> None:
    client = guarded(server, origins=origins_of([SITE]))
    for path in (f"{API}/count", "/nothing"):
        for origin, shared in ((SITE, SITE), ("https://evil.example", None), ("null", None)):
            response = server.runner.run(client.get(path, headers={"origin": origin}))
            assert response.headers.get("access-control-allow-origin") == shared
            kept_in = "cross-origin" if shared else "same-origin"
            assert response.headers["cross-origin-resource-policy"] == kept_in
            assert "Origin" in response.headers["vary"]
    assert "access-control-allow-origin" not in server.get(f"{API}/count", origin=SITE).headers


def test_a_browser_may_ask_first_without_a_token(server: Server) -> None:
    client = guarded(server, origins=origins_of([SITE]), tokens=frozenset({"0" * 64}))
    asked = {"access-control-request-method": "POST", "origin": SITE}
    response = server.runner.run(client.options(f"{API}/search", headers=asked))
    assert response.status_code == 204
    assert response.headers["access-control-allow-methods"] == "GET, POST"
    assert "authorization" in response.headers["access-control-allow-headers"]
    evil = server.runner.run(
        client.options(f"{API}/search", headers=asked | {"origin": "https://evil.example"})
    )
    assert evil.status_code == 401
    assert "access-control-allow-origin" not in evil.headers
    assert server.runner.run(client.get(f"{API}/count", headers={"origin": SITE})).status_code == 401
    rebound = server.runner.run(client.options("/", headers=asked | {"host": "evil.example"}))
    assert rebound.status_code == 421


def test_a_page_of_a_named_site_may_send_a_question(server: Server) -> None:
    client = guarded(server, origins=origins_of([SITE]))
    for origin, status in ((SITE, 200), ("https://evil.example", 403)):
        response = server.runner.run(
            client.post(f"{API}/search", json={"q": "storm"}, headers={"origin": origin})
        )
        assert response.status_code == status
    assert problem(response)["type"].endswith("#wrong-origin")


@pytest.mark.parametrize(
    "origin", ["*", "null", "archive.example", f"{SITE}/", f"{SITE}/page", "ftp://a", ""]
)
def test_a_text_that_is_not_an_origin_is_refused(origin: str) -> None:
    with pytest.raises(InvalidRequest, match="is not an origin"):
        origins_of([origin])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.9, 203.0.113.7"], "203.0.113.7"),  # the first is what a client has written
        ("10.0.0.1", ["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", [" 2001:db8::7 "], "2001:db8::7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7, "], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("192.0.2.1", ["203.0.113.7"], "192.0.2.1"),
        ("testclient", ["203.0.113.7"], "testclient"),
        ("::1", ["203.0.113.7"], "203.0.113.7"),
    ],
)
def test_only_a_proxy_tells_the_address_of_a_client(peer: str, forwarded: list[str], client: str) -> None:
    headers = Headers(raw=[(b"x-forwarded-for", each.encode()) for each in forwarded])
    assert client_address(peer, headers, networks_of(["10.0.0.0/24", "::1"])) == client
    assert client_address(peer, headers, ()) == peer


@pytest.mark.parametrize("written", ["proxy.example", "10.0.0.1/8", "", "*"])
def test_a_text_that_is_not_a_network_is_refused(written: str) -> None:
    with pytest.raises(InvalidRequest, match="--proxy-from"):
        networks_of([written])


def test_queries_and_clients_are_in_the_log_if_that_is_asked_for(server: Server) -> None:
    client = guarded(server, proxies=networks_of(["127.0.0.1"]))
    address = f"{API}/count?q=canary%0A+fog"
    server.runner.run(client.get(address, headers={"x-forwarded-for": "203.0.113.7"}))
    assert server.lines[-1].startswith(f"GET 203.0.113.7 {address} 200 ")
    server.get(address, x_forwarded_for="203.0.113.7")
    assert server.lines[-1].startswith(f"GET {API}/count 200 ")


@pytest.mark.parametrize(
    ("proxy", "forwarded", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "HTTPS", "https"),
        ("127.0.0.1", "gopher", "http"),
        ("127.0.0.1", "", "http"),
        ("192.0.2.1", "https", "http"),
    ],
)
def test_addresses_of_a_page_have_the_scheme_that_its_proxy_is_asked_by(
    server: Server, proxy: str, forwarded: str, scheme: str
) -> None:
    client = guarded(server, proxies=networks_of([proxy]))
    for address in ("/opensearch.xml", "/search?q=fog"):
        response = server.runner.run(client.get(address, headers={"x-forwarded-proto": forwarded}))
        assert f"{scheme}://localhost:8707/search?q=" in response.text


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://ok.example:443", "https://ok.example"),
        ("http://ok.example:80", "http://ok.example"),
        ("https://ok.example:80", "https://ok.example:80"),
    ],
)
def test_an_origin_is_known_without_its_usual_port(written: str, sent: str) -> None:
    assert origins_of([written]) == {sent}


def test_a_page_of_a_named_site_may_read_what_programs_need(server: Server) -> None:
    client = guarded(server, origins=origins_of([SITE]))
    response = server.runner.run(client.get(f"{API}/count", headers={"origin": SITE}))
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert exposed == ["etag", "link", "retry-after", "x-request-id"]
