"""The contract of a peer: documents go in, queries are prepared once and asked many times.

A peer has `version`, `build` and `open`, and one method for each kind of query that it can answer, named
as the kind: any_of, all_of, phrase, near, prefix, wildcard, fuzzy, dated, newest, facets. The method makes
the query ready and returns the call to time. Each call fetches the documents that it shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

SHOWN = 10
"""The number of documents that an answer shows."""

DISTANCE = 5
"""The greatest distance of the words of `near`, in words."""


@dataclass(frozen=True, slots=True)
class Document:
    """An article as peers get it: text or terms, tags, time in seconds, and the article's JSON to be kept."""

    id: str
    text: str
    tags: list[str]
    seconds: int
    stored: str


def read_documents(source: Path) -> Iterator[Document]:
    """Documents of a file of JSON lines: articles as objects, or arrays of the values of a `Document`."""
    with source.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if isinstance(record, list):
                yield Document(*record)
            else:
                text = f"{record.get('title', '')}\n{record.get('body', '')}"
                seconds = int(datetime.fromisoformat(record["published"]).timestamp())
                yield Document(record["id"], text, record.get("keywords", []), seconds, line)


@dataclass(frozen=True, slots=True)
class Query:
    """A query for all engines: `terms` for engines that were given terms, `words` for this engine.

    `between` limits the time of a `dated` query, in seconds: the first second, and the first one after.
    """

    kind: str
    terms: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    between: tuple[int, int] = (0, 0)


Times = tuple[float, float]
"""Seconds of CPU and of the clock."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The number of matches, and the ids of the best ones or the first counts of a facet.

    An engine in another process takes the times itself.
    """

    total: int
    shown: list[Any]
    times: Times | None = None


Run = Callable[[], Answer]
"""A query that is ready to be asked."""


class Peer(Protocol):
    """An engine that is measured. One made with `english` analyses text; else it is given terms."""

    name: str

    def __init__(self, *, english: bool = False) -> None: ...

    def version(self) -> str:
        """The version of the engine; raises `ImportError` if it is not installed."""

    def build(self, source: Path, folder: Path) -> Times | None:
        """Index the documents of a file; an engine in another process returns what it took."""

    def open(self, folder: Path) -> None:
        """Open the index that `build` made."""


class RankingPeer(Peer, Protocol):
    """An engine whose order of documents can be judged."""

    def ranked(self, text: str, depth: int) -> dict[str, float]:
        """The best documents for any word of the text, by id with their scores, the best first."""


def prepared(peer: Peer, query: Query) -> Run | None:
    """The query made ready for this engine, or None if the engine has no such kind."""
    make: Callable[[Query], Run] | None = getattr(peer, query.kind, None)
    return make(query) if make else None
