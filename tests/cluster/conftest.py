"""The archives of the tests of clusters; commands run as in the tests of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest

from search.backends.opensearch import rebuild
from search.engine import Engine
from tests.cli.conftest import run
from tests.clusters import RunningCluster
from tests.engines import open_engine

__all__ = ["run"]

_numbers = count(1)


@pytest.fixture
def location(cluster: RunningCluster) -> Iterator[str]:
    """The address of a new archive, which is removed in the end."""
    name = f"writers{next(_numbers)}"
    yield cluster.location(name, "?shards=2")
    cluster.remove(name)


@pytest.fixture
def engine(location: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    with closing(open_engine(location, create=True)) as made:
        yield made
