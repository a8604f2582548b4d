"""What the tests of archives on a cluster share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from search.article import Article
from search.backends.opensearch.client import Cluster
from search.backends.opensearch.layout import newest
from search.backends.opensearch.location import read_location
from search.backends.opensearch.notes import Notes
from search.engine import Engine
from search.language import Word, parse_query
from tests.asking import ask


def ids(engine: Engine, query: str = "*") -> set[str]:
    return set(ask(engine).ids(parse_query(query).tree))


def numbered(first: int, last: int, body: str = "") -> list[Article]:
    """Articles with these numbers."""
    return [Article(id=f"n{n}", title=f"Number {n}", body=body) for n in range(first, last)]


@contextmanager
def repeated(step: Callable[[int], object]) -> Iterator[list[int]]:
    """Run a step again and again in a thread; gives the numbers of the steps that are done."""
    done: list[int] = []
    ending = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            for number in count():
                if ending.is_set():
                    return
                step(number)
                done.append(number)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield done
    finally:
        ending.set()
        thread.join()
    assert failures == []


def wait_for(done: list[int], more: int) -> None:
    """Wait until so many more steps are done."""
    wanted = len(done) + more
    while len(done) < wanted:
        time.sleep(0.01)


def engine_cluster(engine: Engine) -> Cluster:
    """A connection to the cluster of an engine."""
    return Cluster(read_location(engine.location))


def ids_of(engine: Engine, word: str) -> list[str]:
    return ask(engine).ids(Word(word))


def notes_of(engine: Engine) -> Notes:
    return Notes(engine_cluster(engine))


def engine_index(engine: Engine) -> str:
    return newest(engine_cluster(engine)).index
