"""The commands of the page about OpenSearch, on a real cluster."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.clusters import RunningCluster
from tests.pages import DOCS

pytestmark = pytest.mark.cluster

PAGE = (DOCS / "opensearch.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
    if line.startswith("news ")
]


def test_every_command_of_the_page_works(
    cluster: RunningCluster, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DOCS.parent / "index_data" / "sample", tmp_path / "index_data" / "sample")
    assert run("index", "index_data/sample", "--archive", "index_data")[0] == 0
    folder = str(cluster.snapshots / "docs")
    cluster.call("PUT", "/_snapshot/backups", {"type": "fs", "settings": {"location": folder}})
    own = f"opensearch+http://{cluster.hosts}/docs-"
    assert len(COMMANDS) > 10
    for command in COMMANDS:
        arguments = shlex.split(command.replace("opensearch://localhost:9200/", own))[1:]
        code, out, err = run(*arguments)
        assert code == 0, (command, out, err)
    for name in ("news", "moved", "restored"):
        cluster.remove(f"docs-{name}")
