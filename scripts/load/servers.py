"""The servers that are asked: processes on loopback, with their CPU time and their memory."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers at a port."""

    process: subprocess.Popen[str]
    port: int

    def pids(self) -> list[int]:
        """The ids of the process and of its children, the process first."""
        own = self.process.pid
        children = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                if int(stat.read_text().rpartition(")")[2].split()[1]) == own:
                    children.append(int(stat.parent.name))
        return [own, *sorted(children)]

    def cpu_seconds(self) -> float:
        """The CPU time of all the processes so far; of one that has ended it is forgotten."""
        return sum(map(cpu_seconds, self.pids()))

    def megabytes(self) -> list[float]:
        """The memory of each process, its part of shared memory included (PSS)."""
        return [_megabytes(pid) for pid in self.pids()]


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process with all its threads."""
    spent = 0
    for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            spent += int(each.read_text().split()[0])
    return spent / 1e9


def _megabytes(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def news(archive: Path, *, workers: int, timeout: float = 5.0) -> Iterator[Server]:
    """Our server over an archive, until the block ends."""
    options = ["--port", "0", "--archive", str(archive), "--workers", str(workers), "--quiet"]
    command = [sys.executable, "-m", "search", "serve", *options, "--timeout", str(timeout)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout is not None
            yield Server(process, int(process.stdout.readline().rpartition(":")[2]))
        finally:
            process.terminate()


@contextmanager
def datasette(database: Path, settings: Sequence[tuple[str, str]]) -> Iterator[Server]:
    """Datasette over a database, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = [part for name, value in settings for part in ("--setting", name, value)]
    command = [sys.executable, "-m", "datasette", "serve", str(database), "--port", str(port), *given]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            until = time.monotonic() + START_SECONDS
            while time.monotonic() < until and process.poll() is None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield Server(process, port)
        finally:
            process.terminate()
