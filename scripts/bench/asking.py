"""The same queries to all engines in turn, one query after the other and engine after engine.

So other work on the machine disturbs all alike. Before the timing, the numbers of matches are compared. The
figure for ratios is CPU time of the asking thread, which other work changes least; the clock is beside it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence

from peers.contract import Answer, Peer, Query, Run, Times, prepared

SLOW = 0.05
"""Engines that need more seconds than this for a query of a class are asked once only."""

WARMING = 60
"""Runs before the timing for an engine in another process: a virtual machine first has to compile."""

Spread = list[float]
"""Seconds: the median, and the 95th and 99th percentile."""

Figures = dict[str, dict[str, Spread]]
"""Spreads by engine, then "cpu" and "clock"."""


def spread(seconds: Sequence[float]) -> Spread:
    ordered = sorted(seconds)
    return [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)]


def timed(run: Run) -> Times:
    """The time that an answer takes."""
    cpu, clock = time.thread_time(), time.perf_counter()
    answer = run()
    own = time.thread_time() - cpu, time.perf_counter() - clock
    return answer.times or own


def ask_all(peers: Sequence[Peer], classes: Mapping[str, list[Query]], rounds: int) -> dict[str, Figures]:
    """The spreads of each class, over its queries and all rounds."""
    found = {}
    for name, queries in classes.items():
        print(f"# asking: {name}", file=sys.stderr)
        ready = []
        for query in queries:
            runs = {peer.name: run for peer in peers if (run := prepared(peer, query)) is not None}
            answers = {peer: run() for peer, run in runs.items()}
            compare(name, query, answers)
            for peer, run in runs.items():
                for _ in range(WARMING if answers[peer].times else 0):
                    run()
            ready.append(runs)
        found[name] = in_turn(ready, rounds)
    return found


def in_turn(ready: Sequence[Mapping[str, Run]], rounds: int) -> Figures:
    """The spreads of queries that are ready, each by the name of who answers it."""
    times: dict[str, list[Times]] = {}
    slow: set[str] = set()
    for _ in range(rounds):
        for runs in ready:
            for name, run in runs.items():
                if name not in slow:
                    times.setdefault(name, []).append(timed(run))
        slow = {name for name, own in times.items() if spread([cpu for cpu, _ in own])[0] > SLOW}
    return {
        name: {"cpu": spread([cpu for cpu, _ in own]), "clock": spread([clock for _, clock in own])}
        for name, own in times.items()
    }


def compare(name: str, query: Query, answers: Mapping[str, Answer]) -> None:
    """End the run if engines do not find the same number of documents, or facets of the same size."""
    counts = {
        peer: (answer.total, answer.shown if query.kind == "facets" else None)
        for peer, answer in answers.items()
    }
    if any(own != counts["news"] for own in counts.values()):
        sys.exit(f"{name}: {query} has other matches in different engines: {counts}")
