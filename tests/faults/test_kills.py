"""A process that is killed, at whatever it was about to do, loses nothing and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.archives import KINDS, TORTURE, Outcomes, make
from tests.faults.conftest import Count
from tests.faults.events import watching

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kills") / "archive"
    make(folder)
    return folder


def killed_before(event: int, kind: str, location: Path) -> tuple[bool, bool]:
    """Change the archive in a process that is killed before its event of this number, from 0 on.

    Whether it was killed, and whether the change had been acknowledged until then.
    """
    told, tell = os.pipe()
    process = os.fork()
    if not process:
        seen = 0

        def count(_event: str, _path: str) -> None:
            nonlocal seen
            if seen == event:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

        try:
            with watching(location.parent, count):
                KINDS[kind](location)
                os.write(tell, b"done")
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    os.close(tell)
    _, status = os.waitpid(process, 0)
    acknowledged = os.read(told, 9) == b"done"
    os.close(told)
    assert status in (0, signal.SIGKILL), status
    return bool(status), acknowledged


def tries(kind: str, template: Path, folder: Path, step: int) -> Iterator[int]:
    outcomes = Outcomes(template, kind, folder / "scratch")
    for event in range(0, 100_000, step):
        location = folder / "tried" / "archive"
        shutil.copytree(template, location)
        killed, acknowledged = killed_before(event, kind, location)
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
