"""Minutes of clients, while another process commits each second and evaluators are killed."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from load.clients import Client, percentile
from load.pressure import CHEAP
from load.servers import Server, news
from search.query import open_archive

CLIENTS = 16
MARK = "zzcommitted"
KILL_EVERY = 60.0
FOUND_SECONDS = 1.0

WRITER = f"""
import sys, time
from search.query import open_archive
with open_archive(sys.argv[1]) as archive:
    for number in range(10**6):
        archive.add([{{"id": f"{MARK}-{{number}}", "title": "{MARK}", "body": f"{MARK} {{number}}"}}])
        print(time.monotonic(), flush=True)
        time.sleep(1)
"""


@dataclass
class _Seen:
    commits: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    late: int = 0
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    kills: int = 0


def last(archive: Path, minutes: float) -> Iterator[str]:
    """Lines about wrong totals, other failures, late commits, and memory."""
    queries = [f"{a} {b}" for a in CHEAP for b in CHEAP if a < b] + list(CHEAP)
    with open_archive(archive) as opened:
        totals = opened.count_many(queries)
    seen = _Seen()
    with news(archive, workers=2) as server:
        command = [sys.executable, "-c", WRITER, str(archive)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            try:
                asyncio.run(_last(server, writer, totals, minutes * 60, seen))
            finally:
                writer.kill()
    if not seen.commits:
        raise SystemExit("the process that writes has made no commit")
    yield f"{len(seen.seconds):,} answers in {minutes:g} minutes; {dict(seen.statuses)}"
    yield f"{len(seen.commits)} commits, {seen.kills} evaluators killed"
    yield f"wrong totals: {len(seen.wrong)} {seen.wrong[:3]}"
    yield f"answers without an article that was committed {FOUND_SECONDS:g} s before: {seen.late}"
    half, most = (1000 * percentile(seen.seconds, percent) for percent in (50, 99))
    yield f"median {half:.0f} ms, 99 % {most:.0f} ms"
    if seen.memory:
        middle = len(seen.memory) // 2
        parts = seen.memory[:middle], seen.memory[middle:]
        first, second = (sum(part) / max(1, len(part)) for part in parts)
        told = ", ".join(f"{each:.0f}" for each in seen.memory)
        yield f"memory by the minute: {told} MB"
        yield f"memory of the second half: {100 * second / max(first, 1) - 100:+.0f} %"


async def _last(
    server: Server, writer: subprocess.Popen[str], totals: dict[str, int], seconds: float, seen: _Seen
) -> None:
    until = time.monotonic() + seconds
    note = asyncio.create_task(asyncio.to_thread(_note_commits, writer, seen))
    disturb = asyncio.create_task(_disturb(server, until, seen))
    await asyncio.gather(*(_ask(server, number, totals, until, seen) for number in range(CLIENTS)))
    await disturb
    writer.kill()
    await note


def _note_commits(writer: subprocess.Popen[str], seen: _Seen) -> None:
    assert writer.stdout is not None
    for line in writer.stdout:
        seen.commits.append(float(line))


async def _disturb(server: Server, until: float, seen: _Seen) -> None:
    """Look at the memory, then kill an evaluator, each minute."""
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, KILL_EVERY))
        pids = server.pids()
        seen.memory.append(sum(server.megabytes()))
        if until - time.monotonic() > KILL_EVERY / 4 and len(pids) > 1:
            os.kill(pids[1 + seen.kills % (len(pids) - 1)], signal.SIGKILL)
            seen.kills += 1


async def _ask(server: Server, number: int, totals: dict[str, int], until: float, seen: _Seen) -> None:
    client, known = Client(server.port, number), 0
    for turn in itertools.count(number):
        if time.monotonic() > until:
            break
        query = MARK if turn % 8 == 0 else list(totals)[turn % len(totals)]
        least = sum(each < time.monotonic() - FOUND_SECONDS for each in seen.commits)
        try:
            reply = await client.get(
                "/api/v1/search?" + urlencode({"q": query, "limit": 5, "facet": "source"})
            )
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError) as error:
            seen.statuses[type(error).__name__] += 1
            continue
        told = json.loads(reply.body)
        if reply.status != 200:
            seen.statuses[told["type"].partition("#")[2]] += 1
            continue
        seen.statuses["200"] += 1
        seen.seconds.append(reply.seconds)
        total = told["total"]
        if query != MARK:
            if total != totals[query]:
                seen.wrong.append(f"{query}: {total}, not {totals[query]}")
        elif total < known:
            seen.wrong.append(f"{MARK}: {total} after {known}")
        else:
            known = total
            seen.late += total < least
    client.close()
