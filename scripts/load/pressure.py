"""More clients than can be answered, and bad queries beside good ones."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from load.clients import Client, percentile
from load.servers import Server, news

MANY = 512
CHEAP = ("port", "oil", "grain", "bank", "trade", "rate")
BAD = ("company~2", "*tion")


@dataclass
class Outcome:
    """The statuses of the replies, the seconds that each status took, and the clients that gave up."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    timeouts: int = 0

    def tell(self) -> str:
        """The number of replies by status, with the median and the 99th percentile in milliseconds."""
        told = [
            f"{status}: {len(each):,} "
            f"({1000 * percentile(each, 50):.0f} / {1000 * percentile(each, 99):.0f} ms)"
            for status, each in sorted(self.seconds.items())
        ]
        return ", ".join([*told, f"timeouts: {self.timeouts}"])


async def run_clients(
    server: Server, count: int, seconds: float, target: Callable[[int], str], first: int = 0
) -> Outcome:
    """Let clients ask one request after the other, whatever the answers are."""
    outcome, until = Outcome(), time.monotonic() + seconds

    async def ask(number: int) -> None:
        client = Client(server.port, first + number)
        while time.monotonic() < until:
            try:
                reply = await client.get(target(number))
            except TimeoutError:
                outcome.timeouts += 1
            except (ConnectionError, asyncio.IncompleteReadError):
                outcome.seconds.setdefault(0, []).append(0.0)
            else:
                outcome.seconds.setdefault(reply.status, []).append(reply.seconds)
        client.close()

    await asyncio.gather(*map(ask, range(count)))
    return outcome


def new_targets(words: tuple[str, ...] = CHEAP) -> Callable[[int], str]:
    """Searches of which no two are the same, so that no answer is kept."""
    turn = itertools.count()
    return lambda number: (
        "/api/v1/search?"
        + urlencode({"q": words[(number + next(turn)) % len(words)], "f": f"-zzqy{next(turn)}"})
    )


def overload(archive: Path, seconds: float) -> Iterator[str]:
    """Lines about clients that ask again at once when they are refused."""
    with news(archive, workers=2) as server:
        rates = Counter[int]()
        for count in (16, MANY):
            before, began = server.cpu_seconds(), time.monotonic()
            outcome = asyncio.run(run_clients(server, count, seconds, new_targets()))
            spent, took = server.cpu_seconds() - before, time.monotonic() - began
            useful = len(outcome.seconds.get(200, ()))
            rates[count] = round(1000 * useful / took)
            yield (
                f"{count} clients: {useful / took:.1f} answers/s, {useful / spent:.1f} a CPU second; "
                f"{outcome.tell()}"
            )
        yield f"useful answers: {100 * rates[MANY] / max(1, rates[16]):.0f} % of the rate of 16 clients"


def bad_beside_good(archive: Path, seconds: float) -> Iterator[str]:
    """Lines about the time of cheap queries, alone and while two clients ask for expensive ones."""
    with news(archive, workers=3) as server:
        asyncio.run(run_clients(server, 4, 2, new_targets()))
        cheap = {}
        for name in ("alone", "beside bad queries"):
            outcome, bad = asyncio.run(_beside(server, seconds, with_bad=name != "alone"))
            cheap[name] = percentile(outcome.seconds.get(200, ()), 99)
            yield f"{name}: {outcome.tell()}" + (f"; bad: {bad.tell()}" if bad else "")
        yield f"99th percentile: x {cheap['beside bad queries'] / cheap['alone']:.2f}"


async def _beside(server: Server, seconds: float, *, with_bad: bool) -> tuple[Outcome, Outcome | None]:
    good = run_clients(server, 2, seconds, new_targets())
    if not with_bad:
        return await good, None
    turn = itertools.count()
    bad = run_clients(
        server,
        len(BAD),
        seconds,
        lambda number: "/api/v1/count?" + urlencode({"q": f"{BAD[number]} -zzqb{next(turn)}"}),
        first=100,
    )
    return await asyncio.gather(good, bad)
