"""The page of the tools says what they are: their names, their arguments, and how a client starts them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from search.cli import news
from search.mcp.untrusted import MAX_CHARACTERS
from tests.mcp.conftest import ROOT, with_client

if TYPE_CHECKING:
    from pathlib import Path

    from mcp import Client

PAGE = (ROOT / "docs" / "mcp.md").read_text()


def test_the_table_has_each_tool_with_its_arguments(sample: Path) -> None:
    rows = re.findall(r"^\| `(news_\w+)` \| (.*?) \|", PAGE, re.MULTILINE)
    shown = {name: re.findall(r"`(\w+)`", arguments) for name, arguments in rows}

    async def use(client: Client) -> dict[str, list[str]]:
        return {
            tool.name: list(tool.input_schema["properties"]) for tool in (await client.list_tools()).tools
        }

    assert with_client(sample, use) == shown
    assert f"{MAX_CHARACTERS:,} characters" in PAGE


def test_the_configuration_starts_the_command_with_options_that_it_has() -> None:
    (block,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (server,) = json.loads(block)["mcpServers"].values()
    assert server["command"] == "news"
    name, *options = server["args"]
    known = {option for parameter in news.commands[name].params for option in parameter.opts}
    assert options[0] in known


def test_the_guide_has_queries_that_can_be_read() -> None:
    from datetime import UTC, datetime

    from search.language import parse_query
    from search.mcp.guide import GRAMMAR

    columns = [re.split(r"\s{2,}", line)[:-1] for line in GRAMMAR.splitlines()[:-1]]
    queries = [query for line in columns for query in line]
    assert len(queries) >= 20
    for query in queries:
        assert parse_query(query, zone=UTC, now=datetime(2025, 3, 1, tzinfo=UTC)).tree
