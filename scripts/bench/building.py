"""Indexes, each built by a process that is timed and whose memory is measured.

Each engine builds twice: from the articles, with its own English analysis, which is what is measured; and
from the terms of this engine's analysis, so that all find the same articles. This engine needs only the
first, by the command `news index`.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peers import PEERS
from peers.contract import Peer

OWN = ("news", "news (NumPy)", "news (OpenSearch)")
"""This engine, which analyses text itself and so needs one index only."""

POLL = 0.02
"""Seconds between two looks at the memory of a process."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU, the peak memory of all processes in bytes, and the output."""

    cpu: float
    memory: int
    output: str


def measured(command: Sequence[str], *, codes: tuple[int, ...] = (0,)) -> Cost:
    """Run a command; the memory is the sum of the peaks of the process and the ones that it starts."""
    peaks: dict[int, int] = {}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        while True:
            try:
                output, errors = child.communicate(timeout=POLL)
                break
            except subprocess.TimeoutExpired:
                _note_peaks(child.pid, peaks)
    if child.returncode not in codes:
        sys.exit(f"{command} ended with {child.returncode}:\n{errors}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, sum(peaks.values()), output)


def _note_peaks(pid: int, peaks: dict[int, int]) -> None:
    """Update the peak memory of a process and of the processes that it started; one may have ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            peaks[pid] = int(line.split()[1]) * 1024
    for child in children:
        _note_peaks(int(child), peaks)


def folder_of(peer: Peer, folder: Path) -> Path:
    """The folder of the index that answers queries."""
    return folder / peer.name.lower().replace(" ", "-")


def build_all(peers: Sequence[Peer], folder: Path) -> dict[str, dict[str, float]]:
    """Seconds, CPU seconds, bytes and peak memory by engine. An index that is there already is kept."""
    built = {}
    for peer in peers:
        own = folder_of(peer, folder)
        note = own.with_suffix(".json")
        if not note.exists():
            figures = _built(peer.name, folder / "articles.jsonl", own)
            if peer.name not in OWN:
                _built(peer.name, folder / "lines.jsonl", own)
            note.write_text(json.dumps(figures))
        built[peer.name] = json.loads(note.read_text())
    return built


def _built(name: str, source: Path, own: Path) -> dict[str, float]:
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    cost = measured([sys.executable, "-m", "bench.building", name, str(source), str(own)])
    cpu, seconds = map(float, cost.output.split())
    size = sum(path.stat().st_size for path in own.rglob("*") if path.is_file())
    return {"seconds": seconds, "cpu": cpu, "memory": cost.memory, "size": size}


def build(name: str, source: Path, own: Path) -> None:
    """Build an index in this process, and print the seconds of CPU and of the clock."""
    peer = PEERS[name](english=source.name == "articles.jsonl")
    cpu, begin = time.process_time(), time.perf_counter()
    times = peer.build(source, own)
    print(*(times or (time.process_time() - cpu, time.perf_counter() - begin)))


if __name__ == "__main__":
    build(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
