"""The page of serving says what a server does: its requests are made, to the sample archive."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path

import httpx
import pytest

from search.query import open_archive
from search.serving import Front
from search.web.operations import OPERATIONS
from search.web.problems import PROBLEMS
from tests.web.conftest import client_of

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "serving.md").read_text()


def requests() -> list[tuple[str, str]]:
    """The address and the shown answer of each request."""
    blocks = "".join(re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    found = re.findall(r"^\$ (curl .*)\n((?:(?!\$ ).*\n)*)", blocks, re.MULTILINE)
    return [(shlex.split(command)[1], shown) for command, shown in found]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, httpx.Response]:
    location = str(tmp_path_factory.mktemp("sample") / "archive")
    with open_archive(location, create=True) as archive:
        archive.index(ROOT / "index_data" / "sample")

    async def main() -> dict[str, httpx.Response]:
        async with Front(location, workers=1, seconds=30) as front, client_of(front) as client:
            return {address: await client.get(address) for address, _ in requests()}

    return asyncio.run(main())


def test_requests_have_the_answers_that_are_shown(answers: dict[str, httpx.Response]) -> None:
    assert len(requests()) >= 4
    for address, shown in requests():
        pattern = ".*".join(re.escape(piece) for piece in shown.strip().split("…"))
        assert re.fullmatch(pattern, answers[address].text.strip(), re.DOTALL), answers[address].text


def test_the_table_of_problems_has_each_with_its_status() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (\d{3}) \|", PAGE, re.MULTILINE)
    assert {kind: int(status) for kind, status in rows} == {k: each.status for k, each in PROBLEMS.items()}
    assert [kind for kind, _ in rows] == list(PROBLEMS)


def test_the_table_of_addresses_has_each_operation() -> None:
    table = PAGE.partition("## Addresses")[2].partition("## Parameters")[0]
    for each in OPERATIONS:
        last = each.path.replace("{id}", "ID").rpartition("/")[2]
        assert f"/{last}" in table, each.path
