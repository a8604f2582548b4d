"""Counts what the harnesses tried, and says so at the end of a run of them all (`scripts/torture`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.archives import TORTURE

Count = Callable[[str, int], None]

_tried: Counter[str] = Counter()


@pytest.fixture
def count() -> Count:
    """`count(what, number)` adds to what is said to have been tried."""

    def add(what: str, number: int) -> None:
        _tried[what] += number

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TORTURE and _tried:
        terminalreporter.section("tried")
        for what, number in _tried.items():
            terminalreporter.write_line(f"{what}: {number:,}")
