"""A server in this process over the four articles, and a client that asks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from search.article import Article
from search.query import open_archive
from search.serving import Front
from search.web.app import make_app
from search.web.security import Guard, hosts_of
from tests.conftest import ARTICLES

ODD = Article(id="https://ex.org/A?b=1#../Ä", title="Odd id", body="An article whose id is an address.")
UPDATED = Article(id="a5", title="Fog lifts", body="The fog lifted at noon.", source="Herald")
COPY = Article(id="a6", title=ARTICLES[0].title, body=ARTICLES[0].body, source="Courier")


@dataclass
class Server:
    """Asks the application as a browser on this machine would; `lines` are its log."""

    runner: asyncio.Runner
    front: Front
    client: httpx.AsyncClient
    location: str
    lines: list[str] = field(default_factory=list)

    def get(self, address: str, **headers: str) -> httpx.Response:
        """The response to GET."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.runner.run(self.client.get(address, headers=given))

    def request(self, method: str, address: str, **options: Any) -> httpx.Response:
        """The response to a request of any kind."""
        return self.runner.run(self.client.request(method, address, **options))


def problem(response: httpx.Response) -> dict[str, Any]:
    """The details of a problem; its status is the one of the response."""
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(response.text)
    assert told["status"] == response.status_code
    return told


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    location = tmp_path_factory.mktemp("web") / "archive"
    with open_archive(location, create=True) as archive:
        archive.add([*ARTICLES, ODD, COPY, Article(id="a5", title="Fog")])
        archive.add([UPDATED])
    yield from serving(location)


def serving(location: Path) -> Iterator[Server]:
    """A server of this archive, while it is used."""
    with asyncio.Runner() as runner:
        front = Front(str(location), workers=1, seconds=30)
        runner.run(front.__aenter__())
        lines: list[str] = []
        client = client_of(front, lines.append)
        yield Server(runner, front, client, str(location), lines)
        runner.run(client.aclose())
        runner.run(front.__aexit__())


def client_of(
    front: Front,
    log: Callable[[str], None] = lambda _line: None,
    guard: Guard | None = None,
    *,
    log_queries: bool = False,
    root: str = "",
) -> httpx.AsyncClient:
    """A client of the application over this front."""
    guard = guard or Guard(hosts_of("127.0.0.1", ["archive.example"]))
    app = make_app(front, guard, log, hold_seconds=0, log_queries=log_queries, root=root)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8707")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder with an archive without an article."""
    open_archive(tmp_path / "empty", create=True).close()
    return tmp_path / "empty"


class Links(HTMLParser):
    """The addresses of links, forms and files of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if name in ("href", "src", "action") and value]


def links(text: str) -> list[str]:
    """The addresses of a page, each once."""
    parser = Links()
    parser.feed(text)
    return list(dict.fromkeys(parser.found))
