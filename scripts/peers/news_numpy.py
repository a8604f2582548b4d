"""This engine in a process of its own, with the kernels of NumPy.

The module is what that process runs: it reads queries from standard input, and writes the answers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from peers.contract import Answer, Query, Run, Times, prepared
from peers.news import News

ENVIRONMENT = {**os.environ, "NEWS_KERNELS": "numpy"}


class NewsNumPy:
    name = "news (NumPy)"

    def __init__(self, *, english: bool = False) -> None:
        self.english = english

    def version(self) -> str:
        return News().version()

    def build(self, source: Path, folder: Path) -> Times:
        return News(english=self.english).build(source, folder, kernels="numpy")

    def open(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "peers.news_numpy", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=ENVIRONMENT,
        )

    def any_of(self, query: Query) -> Run:
        return lambda: self._ask(query)

    all_of = phrase = near = prefix = wildcard = fuzzy = dated = newest = facets = any_of

    def _ask(self, query: Query) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(query)) + "\n")
        self._process.stdin.flush()
        return Answer(*json.loads(self._process.stdout.readline()))


def serve(folder: Path) -> None:
    """Answer the queries of standard input; each is made ready once, and only its answer is timed."""
    peer, known = News(), dict[str, Run]()
    peer.open(folder)
    for line in sys.stdin:
        if line not in known:
            query = json.loads(line)
            run = prepared(
                peer, Query(query["kind"], *(tuple(query[name]) for name in ("terms", "words", "between")))
            )
            assert run is not None
            known[line] = run
        cpu, clock = time.thread_time(), time.perf_counter()
        answer = known[line]()
        times = time.thread_time() - cpu, time.perf_counter() - clock
        sys.stdout.write(json.dumps([answer.total, answer.shown, times]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
