"""A client in this process that asks the tools, and archives to ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from search.query import open_archive

if TYPE_CHECKING:
    from mcp import Client

ROOT = Path(__file__).resolve().parent.parent.parent
NEEDED = "the tools for agents need: pip install 'news-search[mcp]'"

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Told:
    """The answer of a tool: its text, and True if it is an error."""

    text: str
    failed: bool

    @property
    def facts(self) -> dict[str, Any]:
        """The answer as JSON."""
        assert not self.failed, self.text
        read: dict[str, Any] = json.loads(self.text)
        return read

    @property
    def hits(self) -> list[dict[str, Any]]:
        """What the articles of the hits say."""
        return [hit["untrusted"] for hit in self.facts["hits"]]


def with_client(
    location: Path, use: Callable[[Client], Awaitable[Outcome]], *, seconds: float = 30, mode: str = "auto"
) -> Outcome:
    """What `use` returns for a client of a server over this archive."""
    pytest.importorskip("mcp", reason=NEEDED)
    from mcp import Client

    from search.mcp.server import make_server

    async def main() -> Outcome:
        with open_archive(location) as archive, ThreadPoolExecutor(1) as thread:
            async with Client(make_server(archive, thread, seconds), mode=mode) as client:
                return await use(client)

    return asyncio.run(main())


async def call(client: Client, name: str, given: dict[str, Any]) -> Told:
    """The answer of a tool; it is one text and nothing else."""
    from mcp.types import TextContent

    result = await client.call_tool(name, given)
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.structured_content is None
    return Told(content.text, result.is_error)


def ask(location: Path, name: str, /, **given: Any) -> Told:
    """The answer of one call of a tool."""
    return with_client(location, lambda client: call(client, name, given))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the sample articles."""
    location = tmp_path_factory.mktemp("mcp") / "sample"
    with open_archive(location, create=True) as archive:
        archive.index(ROOT / "index_data" / "sample")
    return location
