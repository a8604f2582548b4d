"""Ctrl-C at any line: nothing is lost, no lock stays, and the same engine can write again."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from search.article import Article
from tests.engines import open_engine
from tests.faults.archives import CHANGES, TORTURE, Outcomes, bodies, make
from tests.faults.conftest import Count
from tests.faults.killing import interrupted


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interrupts") / "archive"
    make(folder)
    return folder


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that Python closes
@pytest.mark.parametrize("kind", CHANGES)
def test_the_same_engine_can_write_after_an_interrupt(
    kind: str, template: Path, tmp_path: Path, count: Count
) -> None:
    outcomes = Outcomes(template, kind, tmp_path / "scratch")
    tried, step = 0, 7 if TORTURE else 1_499
    for at in range(0, 10_000_000, step):
        location = Path(shutil.copytree(template, tmp_path / "tried"))
        engine = open_engine(location)
        finished = interrupted(partial(CHANGES[kind], engine), at)
        engine.add([Article(id="again", title="Notice", body="once more of tides")])
        engine.delete(["again"])
        assert bodies(location) in (
            [outcomes.after] if finished is None else [outcomes.before, outcomes.after]
        )
        engine.close()
        outcomes.check(location, acknowledged=finished is not False)
        shutil.rmtree(location)
        tried += 1
        if finished is None:
            break
    assert tried > 3
    count(f"interrupts, {kind}", tried)
