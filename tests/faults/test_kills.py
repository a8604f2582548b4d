"""A process that is killed, at whatever it was about to do, loses nothing and leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.archives import KINDS, TORTURE, Outcomes, make
from tests.faults.conftest import Count
from tests.faults.killing import killed_before

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kills") / "archive"
    make(folder)
    return folder


def tries(kind: str, template: Path, folder: Path, step: int) -> Iterator[int]:
    outcomes = Outcomes(template, kind, folder / "scratch")
    for event in range(0, 100_000, step):
        location = folder / "tried" / "archive"
        shutil.copytree(template, location)
        killed, acknowledged = killed_before(event, KINDS[kind], location)
        outcomes.check(location, acknowledged=acknowledged)
        shutil.rmtree(folder / "tried")
        yield event
        if not killed:
            return


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_to_a_kill(kind: str, template: Path, tmp_path: Path, count: Count) -> None:
    tried = list(tries(kind, template, tmp_path, 1 if TORTURE else 9))
    assert len(tried) > (20 if TORTURE else 2)
    count(f"kills, {kind}", len(tried))
