"""The guard: hosts, origins, tokens, headers, and a log without queries."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from search.errors import InvalidRequest
from search.serving import Front
from search.web.operations import API
from search.web.security import Guard, hosts_of, is_loopback
from search.web.tokens import read_tokens
from tests.web.conftest import Server, client_of, problem


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8707",
        "127.0.0.1:8707",
        "[::1]:8707",
        "LOCALHOST",
        "localhost.",
        "archive.example",
        "archive.example:80",
    ],
)
def test_a_host_of_this_server_is_answered(server: Server, host: str) -> None:
    assert server.get("/healthz", host=host).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", f"{API}/count", "/export.csv", "/nothing", "/help/problems"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8707",
        "",
        "evil.example@localhost",
        "[::1",
        "[::2]",
    ],
)
def test_another_host_is_not_answered_anywhere(server: Server, path: str, host: str) -> None:
    assert problem(server.get(path, host=host))["type"] == "/help/problems#wrong-host"


@pytest.mark.parametrize(
    ("origin", "answered"),
    [
        ("http://localhost:8707", True),
        ("https://localhost:8707", True),  # of a proxy that has the certificate
        ("http://localhost:3000", False),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_body_from_the_page_of_another_site_is_refused(server: Server, origin: str, answered: bool) -> None:
    response = server.request("POST", f"{API}/search", json={"q": "strike"}, headers={"Origin": origin})
    assert response.status_code == (200 if answered else 403)


def test_no_other_site_may_read_an_answer(server: Server) -> None:
    response = server.get(f"{API}/count", Origin="https://evil.example")
    assert not [name for name in response.headers if name.startswith("access-control")]
    asked = server.request("OPTIONS", f"{API}/search", headers={"Origin": "https://evil.example"})
    assert asked.status_code >= 400


@pytest.mark.parametrize(
    "path", [f"{API}/search", f"{API}/nothing", "/export.csv", "/healthz", "/search.atom"]
)
def test_every_response_has_the_headers_that_protect(server: Server, path: str) -> None:
    headers = server.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"]
    assert headers["x-request-id"]


def test_the_log_has_routes_and_no_words_of_a_request(server: Server) -> None:
    del server.lines[:]
    for address in (
        f"{API}/search?q=canary", f"{API}/count?q=nofield:canary", f"{API}/articles/canary", f"{API}/canary",
        "/search.atom?q=canary", "/export.csv?q=canary", f"{API}/count?canary=1", "/healthz?canary",
    ):  # fmt: skip
        server.get(address, User_Agent="canary", X_Forwarded_For="canary", Referer="http://canary")
    server.request("POST", f"{API}/search", json={"q": "canary"})
    server.get("/canary", host="canary.example")
    assert len(server.lines) == 10
    assert "canary" not in "\n".join(server.lines)
    assert server.lines[0].startswith(f"GET {API}/search 200 ")
    assert server.lines[2].startswith(f"GET {API}/articles/{{id}} 404 ")
    assert server.lines[3].startswith("GET - 404 ")


def test_a_server_with_tokens_answers_who_has_one(empty: Path, tmp_path: Path) -> None:
    digests = [sha256(word.encode()).hexdigest() for word in ("one", "other")]
    (tmp_path / "tokens").write_text(f"# two of us\n{digests[0]}  -\n\n{digests[1].upper()}\n")
    guard = Guard(hosts_of("127.0.0.1", []), read_tokens(tmp_path / "tokens"))

    async def main() -> None:
        async with Front(str(empty), workers=1) as front, client_of(front, guard=guard) as client:

            async def status(path: str, authorization: str | None) -> httpx.Response:
                headers = {} if authorization is None else {"Authorization": authorization}
                return await client.get(path, headers=headers)

            for good in ("Bearer one", "bearer other", "Bearer  one "):
                assert (await status(f"{API}/count", good)).status_code == 200
            for bad in (None, "", "Bearer", "Bearer three", "Basic one", "one", f"Bearer {digests[0]}"):
                refused = await status(f"{API}/count", bad)
                assert problem(refused)["status"] == 401
                assert refused.headers["www-authenticate"] == "Bearer"
            assert (await status("/export.csv", None)).status_code == 401
            assert (await status("/healthz", None)).status_code == 200

    asyncio.run(main())


@pytest.mark.parametrize(
    ("content", "reason"),
    [("secret\n", "not a SHA-256"), ("# none\n\n", "has no token"), (None, "cannot be read")],
)
def test_a_file_of_tokens_that_cannot_be_used_is_refused(
    tmp_path: Path, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "tokens").write_text(content)
    with pytest.raises(InvalidRequest, match=reason) as caught:
        read_tokens(tmp_path / "tokens")
    assert "secret" not in str(caught.value)


def test_addresses_of_this_machine_only() -> None:
    assert [host for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost") if not is_loopback(host)] == []
    assert [host for host in ("0.0.0.0", "::", "192.168.1.2", "example.org", "") if is_loopback(host)] == []
    assert hosts_of("0.0.0.0", ["Archive.example:8080"]) == {"0.0.0.0", "archive.example"}


def test_the_digest_of_nothing_is_not_a_token(server: Server, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"{sha256(b'').hexdigest()}  -\n")
    with pytest.raises(InvalidRequest, match="SHA-256 of nothing"):
        read_tokens(tmp_path / "tokens")
    guard = Guard(hosts_of("127.0.0.1", []), frozenset({sha256(b"").hexdigest()}))
    for empty in ("Bearer", "Bearer ", "Bearer \t "):
        response = server.runner.run(
            client_of(server.front, guard=guard).get("/readyz", headers={"Authorization": empty})
        )
        assert response.status_code == 401


def test_a_token_may_have_letters_beyond_ascii(server: Server) -> None:
    guard = Guard(hosts_of("127.0.0.1", []), frozenset({sha256("schlüssel-à".encode()).hexdigest()}))
    headers = {b"Authorization": b"Bearer " + "schlüssel-à".encode()}
    response = server.runner.run(client_of(server.front, guard=guard).get("/readyz", headers=headers))
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/readyz", "/help/problems", "/", f"{API}/openapi.json"])
def test_everything_but_health_needs_a_token(server: Server, path: str) -> None:
    guard = Guard(hosts_of("127.0.0.1", []), frozenset({"0" * 64}))
    client = client_of(server.front, guard=guard)
    assert server.runner.run(client.get(path)).status_code == 401
    assert server.runner.run(client.get("/healthz")).status_code == 200


def test_a_person_without_a_token_is_told_on_a_page_where_it_comes_from(server: Server) -> None:
    guard = Guard(hosts_of("127.0.0.1", []), frozenset({"0" * 64}))
    response = server.runner.run(
        client_of(server.front, guard=guard).get("/", headers={"Accept": "text/html"})
    )
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer TOKEN" in response.text


@pytest.mark.parametrize("host", ['localhost:"onload=x', "localhost:80:80", "localhost:x", "localhost/"])
def test_a_host_with_anything_but_a_port_is_not_answered(server: Server, host: str) -> None:
    assert server.get("/opensearch.xml", host=host).status_code == 421


def test_a_request_with_two_hosts_is_refused(server: Server) -> None:
    headers = [("Host", "localhost"), ("Host", "evil.example")]
    response = server.request("GET", "/healthz", headers=headers)
    assert problem(response)["type"] == "/help/problems#not-http"


def test_headers_beyond_the_limit_are_refused(server: Server) -> None:
    assert server.get("/healthz", x="a" * 30_000).status_code == 200
    assert problem(server.get("/healthz", x="a" * 33_000))["type"] == "/help/problems#not-http"


@pytest.mark.parametrize("name", ["http://a.b", "*", "a b", "", "a/b", "a@b"])
def test_a_text_that_is_not_the_name_of_a_host_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="is not the name of a host"):
        hosts_of("127.0.0.1", [name])


def test_the_name_of_a_host_is_known_as_browsers_send_it() -> None:
    assert "xn--mnchen-3ya.example" in hosts_of("127.0.0.1", ["münchen.example"])
    assert hosts_of("[::1]", []) == hosts_of("::1", [])
