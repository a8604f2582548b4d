"""A real cluster of OpenSearch for tests, as `scripts/opensearch/cluster` starts it, on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from search.backends import open_engine
from search.engine import Engine

RECIPE = Path(__file__).resolve().parent.parent / "scripts" / "opensearch" / "cluster"

REQUIRED = "NEWS_CLUSTER"
"""With this variable set a missing JDK or Maven is a failure; without it the tests are skipped."""


@dataclass
class Node:
    """A node that runs, or was killed."""

    name: str
    port: int
    pid: int


class RunningCluster:
    """Nodes that run until `stop`."""

    def __init__(self, nodes: int, folder: Path) -> None:
        self.snapshots = folder / "snapshots"
        self._process = subprocess.Popen(
            [sys.executable, RECIPE, str(nodes), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.nodes: dict[str, Node] = {}
        for line in self._lines:
            if line.strip() == "ready":
                return
            self._note(line)
        raise RuntimeError(f"the cluster in {folder} did not start")

    @property
    def _lines(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _note(self, line: str) -> None:
        told = json.loads(line)
        self.nodes[told["name"]] = Node(told["name"], told["port"], told["pid"])

    @property
    def hosts(self) -> str:
        """All nodes, as an address has them."""
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes.values())

    def location(self, name: str, options: str = "") -> str:
        """The address of an archive."""
        return f"opensearch+http://{self.hosts}/{name}{options}"

    def kill(self, name: str) -> None:
        """End a node at once, as a loss of power would."""
        os.kill(self.nodes[name].pid, signal.SIGKILL)

    def start(self, name: str) -> None:
        """Start a node that was killed, and wait until it answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"start {name}\n")
        self._process.stdin.flush()
        self._note(self._lines.readline())

    def call(self, method: str, path: str, body: object = None) -> object:
        """Ask a node directly."""
        data = None if body is None else json.dumps(body).encode()
        for node in self.nodes.values():
            url = f"http://127.0.0.1:{node.port}{path}"
            request = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except ConnectionError:
                continue
            except urllib.error.URLError as error:
                if isinstance(error, urllib.error.HTTPError):
                    raise
        raise RuntimeError("no node answers")

    def manager(self) -> str:
        """The name of the node that manages the cluster."""
        told = self.call("GET", "/_cat/cluster_manager?format=json")
        assert isinstance(told, list)
        return str(told[0]["node"])

    def remove(self, name: str) -> None:
        """Remove the indexes of an archive."""
        self.call("DELETE", f"/news-{name}.*")

    def stop(self) -> None:
        """End all nodes."""
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)


_untouched: dict[str, str] = {}
"""By the hosts of a cluster, the version of the archive with the articles of the tests, as it was made."""


@contextmanager
def articles_on(cluster: RunningCluster) -> Iterator[Engine]:
    """An archive of `ARTICLES`; the next test has the same one unless a test has changed it."""
    from tests.conftest import ARTICLES

    location = cluster.location("contract")
    if _untouched.get(cluster.hosts) is None:
        cluster.remove("contract")
        with closing(open_engine(location, create=True)) as engine:
            engine.add(ARTICLES)
            _untouched[cluster.hosts] = engine.version()
    with closing(open_engine(location)) as engine:
        version = _untouched.pop(cluster.hosts)
        yield engine
        if engine.version() == version:
            _untouched[cluster.hosts] = version


def start_cluster(nodes: int, folder: Path) -> RunningCluster:
    """Start a cluster, or skip the test where there is no JDK or no Maven."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if missing and not os.environ.get(REQUIRED):
        pytest.skip(f"a cluster needs {' and '.join(missing)}")
    return RunningCluster(nodes, folder)
