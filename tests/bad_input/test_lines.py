"""Each line of the list does what it says, or what a later text says in its place."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from search.query import open_archive
from tests.bad_input import damage, dates, files, later, markup, queries, records, settings
from tests.bad_input.desk import Desk
from tests.bad_input.table import Trial
from tests.conftest import ARTICLES

SECTIONS = {
    "A": records.LINES,
    "B": markup.LINES,
    "C": files.LINES,
    "D": dates.LINES,
    "E": queries.LINES,
    "F": settings.LINES,
    "G": damage.LINES,
}
LINES = {number: line for section in SECTIONS.values() for number, line in section.items()}
TRIALS = [
    pytest.param(trial, id=f"{number}-{place}")
    for number, line in LINES.items()
    for place, trial in enumerate(line.trials, start=1)
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    location = tmp_path_factory.mktemp("bad-input") / "archive"
    with open_archive(location, create=True) as opened:
        opened.add(ARTICLES)
    return location


@pytest.fixture
def desk(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    shutil.copytree(template, folder / "archive")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NEWS_ARCHIVE", "archive")
    monkeypatch.setattr(socket.socket, "connect", _unconnected)
    return Desk(folder, capsys, monkeypatch)


def _unconnected(_: socket.socket, address: object) -> None:
    raise AssertionError(f"something connects to {address}")


@pytest.mark.parametrize("trial", TRIALS)
def test_does_what_the_line_says(trial: Trial, desk: Desk) -> None:
    trial(desk)


def test_every_line_is_tried_or_waits_with_a_reason() -> None:
    assert sorted([*LINES, *later.LATER]) == list(range(1, 136))
    assert all(line.trials for line in LINES.values())
    assert all(later.LATER.values())


def test_lines_stand_in_their_sections() -> None:
    starts = {"A": 1, "B": 24, "C": 44, "D": 62, "E": 76, "F": 98, "G": 112}
    ends = [*list(starts.values())[1:], 127]
    for (name, first), end in zip(starts.items(), ends, strict=True):
        assert set(SECTIONS[name]) | {n for n in later.LATER if first <= n < end} == set(range(first, end))


def test_what_deviates_from_the_list_says_why() -> None:
    silent = [number for number, line in LINES.items() if line.deviates and not line.but]
    assert silent == []
