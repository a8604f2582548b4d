"""This engine with its archive on a node of a real OpenSearch, which `scripts/opensearch/cluster` starts."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from peers.contract import Times
from peers.news import News, indexed

RECIPE = Path(__file__).resolve().parent.parent / "opensearch" / "cluster"

SETTINGS = {"OPENSEARCH_HEAP": "1500m", "OPENSEARCH_JAVA": "", "OPENSEARCH_PROCESSORS": "2"}
"""The node is as on a machine of its own; in tests it is kept small."""


class NewsCluster(News):
    """The times of a search are of this process: on the clock with the node's, of CPU without."""

    name = "news (OpenSearch)"

    def version(self) -> str:
        for needed in ("java", "mvn"):
            if shutil.which(needed) is None:
                raise ImportError(f"OpenSearch needs {needed}")
        return f"{super().version()}, client {metadata.version('opensearch-py')}"

    def build(self, source: Path, folder: Path, *, kernels: str = "") -> Times:
        """Run the command `news index`; the CPU time is without the node's."""
        process, location = started(folder)
        try:
            return indexed(source, location, kernels)
        finally:
            ended(process)

    def open(self, folder: Path) -> None:
        from search.backends import open_engine

        process, location = started(folder)
        atexit.register(ended, process)
        self._engine = open_engine(location)


def started(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A node with its data in the folder, and the address of the archive there."""
    process = subprocess.Popen(
        [sys.executable, RECIPE, "1", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **SETTINGS},
    )
    assert process.stdout is not None
    node = json.loads(process.stdout.readline())
    return process, f"opensearch+http://127.0.0.1:{node['port']}/bench"


def ended(process: subprocess.Popen[str]) -> None:
    """End a node, and wait until it has ended."""
    process.communicate()
