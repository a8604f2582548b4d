"""This engine under conditions that a loop of queries does not show; the page cache for all engines."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

from bench.asking import in_turn, spread
from bench.building import folder_of, measured
from peers import PEERS
from peers.contract import Answer, Peer, Query, Run, prepared, read_documents
from peers.news import text_of
from search.article import Article
from search.query import Archive, Question, open_archive

SNIPPETS = ("1 common word", "any of 4 words", "both of 2 words", "phrase of common words")
COMMITTED = (
    "1 common word",
    "1 rare word",
    "any of 4 words",
    "any of 4 common words",
    "phrase of common words",
)
COMMITS, PER_COMMIT = 200, 5
SEARCHES = 400
STARTS = 7
"""Times that each command is run."""


def searching(archive: Archive, query: Query, *, snippets: bool = False) -> Run:
    """A search by the library."""
    question = Question(text_of(query))

    def run() -> Answer:
        found = archive.search(question, snippets=snippets)
        return Answer(found.total, list(found.hits))

    return run


def snippets(folder: Path, classes: Mapping[str, list[Query]], rounds: int) -> dict[str, dict[str, float]]:
    """CPU seconds of a search without and with snippets, by class."""
    found = {}
    with open_archive(folder / "news" / "archive") as archive:
        for name in SNIPPETS:
            ready = [
                {"without": searching(archive, query), "with": searching(archive, query, snippets=True)}
                for query in classes[name]
            ]
            found[name] = {own: spreads["cpu"][0] for own, spreads in in_turn(ready, rounds).items()}
    return found


def small_commits(folder: Path, classes: Mapping[str, list[Query]], rounds: int) -> dict[str, object]:
    """CPU seconds of a search before and after many small commits, by class, and spread over the commits."""
    with _copied(folder / "news" / "archive", folder / "commits") as copied:
        documents = islice(read_documents(folder / "lines.jsonl"), COMMITS * PER_COMMIT)
        articles = (Article.restored(json.loads(each.stored)) for each in documents)
        added = (replace(article, id=f"again-{article.id}") for article in articles)
        times = []
        with open_archive(folder / "news" / "archive") as before, open_archive(copied) as after:
            while some := list(islice(added, PER_COMMIT)):
                begin = time.thread_time()
                after.add(some)
                times.append(time.thread_time() - begin)
            searches: dict[str, dict[str, float]] = {}
            for name in COMMITTED:
                ready = [
                    {"before": searching(before, query), "after": searching(after, query)}
                    for query in classes[name]
                ]
                searches[name] = {own: spreads["cpu"][0] for own, spreads in in_turn(ready, rounds).items()}
    return {"commit": spread(times), "searches": searches}


@contextmanager
def _copied(archive: Path, copied: Path) -> Iterator[Path]:
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(archive, copied)
    try:
        yield copied
    finally:
        shutil.rmtree(copied)


def threads(folder: Path, classes: Mapping[str, list[Query]]) -> dict[str, float]:
    """Searches a second on one archive, with one thread and with two."""
    found = {}
    with open_archive(folder / "news" / "archive") as archive:
        runs = [searching(archive, query) for name in COMMITTED for query in classes[name]]
        for count in (1, 2):
            asked = [runs[n % len(runs)] for n in range(SEARCHES)]
            with ThreadPoolExecutor(count) as pool:
                begin = time.perf_counter()
                list(pool.map(lambda run: run(), asked))
                found[str(count)] = SEARCHES / (time.perf_counter() - begin)
    return found


def first_answers(peers: Sequence[Peer], folder: Path) -> dict[str, dict[str, float]]:
    """Seconds to open an index and answer one query in a new process, by engine.

    "cached" is with its files in the page cache, "dropped" without. No process may have the files mapped.
    """
    found: dict[str, dict[str, list[float]]] = {peer.name: {"cached": [], "dropped": []} for peer in peers}
    for _ in range(STARTS):
        for peer in peers:
            own = folder_of(peer, folder)
            command = [sys.executable, "-m", "bench.conditions", peer.name, str(own)]
            for state in ("dropped", "cached"):
                if state == "dropped":
                    _drop(own)
                found[peer.name][state].append(float(measured(command).output))
    return {name: {state: median(seconds) for state, seconds in own.items()} for name, own in found.items()}


def _drop(folder: Path) -> None:
    """Take the files of a folder out of the page cache."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)  # pages that are not written yet stay
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def answer_first(name: str, folder: Path) -> None:
    """Open an index and answer one query, and print the seconds."""
    peer = PEERS[name]()
    peer.version()
    begin = time.perf_counter()
    peer.open(folder)
    run = prepared(peer, Query("any_of", ("oil", "price"), ("oil", "price")))
    assert run is not None
    run()
    print(time.perf_counter() - begin)


def commands(folder: Path) -> dict[str, float]:
    """CPU seconds of a search as a command with a known and an unknown word, and of `import numpy` alone."""
    search = [sys.executable, "-m", "search", "search", "--archive", str(folder / "news" / "archive")]
    asked = {
        "known word": partial(measured, [*search, "oil"]),
        "unknown word": partial(measured, [*search, "dokcers"], codes=(1,)),
        "import numpy": partial(measured, [sys.executable, "-c", "import numpy"]),
    }
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(STARTS):
        for name, run in asked.items():
            times[name].append(run().cpu)
    return {name: median(own) for name, own in times.items()}


if __name__ == "__main__":
    answer_first(sys.argv[1], Path(sys.argv[2]))
