"""A server of `news serve`, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from search.web.operations import API

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 20
"""A process that has not ended by then never does."""


@dataclass
class Served:
    """A running server: its process, its address, the ids of its own processes."""

    process: subprocess.Popen[str]
    address: str
    children: list[int]

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def count(self) -> int:
        return int(httpx.get(f"{self.address}{API}/count", trust_env=False).json()["total"])

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; the exit code and what was printed on standard error."""
        self.process.send_signal(number)
        _, printed = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, printed


@contextmanager
def served(location: Path | str, *options: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "search", "serve", "--port", "0", "--archive", str(location), *options]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("serving "), process.communicate()
        yield Served(process, line.split()[-1], children_of(process.pid))
    finally:
        process.kill()
        process.communicate()


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found
