"""The files in results/: one for each kept run of the benchmark, named by time, machine and commit.

begun, machine, commit, versions     when and where; of Python and of each engine
load                                 mean number of busy processes, before and after
runs                                 one for each size of the corpus
    articles, text, resampled        number, bytes of text, whether made of the given sentences
    built                            engine -> seconds, cpu, size, memory
    first                            engine -> cached, dropped: seconds
    classes                          query class -> engine -> cpu, clock: seconds at the median, 95 %, 99 %
    snippets, commits, threads, commands    of this engine alone
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from peers.contract import Peer

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"

Result = dict[str, Any]
RunFigures = dict[str, Any]


def new_result(peers: Sequence[Peer]) -> Result:
    """A result without runs, with the facts that hold before the first."""
    commit = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    versions = {"Python": platform.python_version(), **{peer.name: peer.version() for peer in peers}}
    return {
        "begun": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
        "machine": _machine(),
        "commit": subprocess.run(
            commit, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip(),
        "load": [os.getloadavg()[0]],
        "versions": versions,
        "runs": [],
    }


def _machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists() and (named := re.search(r"^model name\s*: (.*)$", info.read_text(), re.MULTILINE)):
        model = named[1]
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


def keep(result: Result) -> Path:
    """Write a result to its file in `results/`; returns the file."""
    result["load"] = [result["load"][0], os.getloadavg()[0]]
    machine = re.sub(r"[^a-z0-9]+", "-", result["machine"].lower()).strip("-")
    path = RESULTS / f"{result['begun'].replace(':', '')}-{machine}-{result['commit']}.json"
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(rounded(result), indent=1, ensure_ascii=False) + "\n")
    return path


def rounded(value: Any) -> Any:
    """The value with four significant digits in every fraction."""
    match value:
        case float():
            return float(f"{value:.4g}")
        case dict():
            return {name: rounded(each) for name, each in value.items()}
        case list():
            return [rounded(each) for each in value]
        case _:
            return value


def read_result(path: Path) -> Result:
    result: Result = json.loads(path.read_text())
    return result


def kept_runs() -> list[tuple[Result, RunFigures]]:
    """The newest kept run of each size with its result, the articles as given first, then by size."""
    newest: dict[tuple[bool, int], tuple[Result, RunFigures]] = {}
    for result in sorted(map(read_result, RESULTS.glob("*.json")), key=lambda result: str(result["begun"])):
        for run in result["runs"]:
            newest[run["resampled"], run["articles"]] = result, run
    return [newest[size] for size in sorted(newest)]
