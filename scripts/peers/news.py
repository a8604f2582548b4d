"""This engine, with its store."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from peers.contract import DISTANCE, SHOWN, Answer, Query, Run, Times


class News:
    """This engine; it always analyses text itself."""

    name = "news"

    def __init__(self, *, english: bool = False) -> None:
        self.english = english

    def version(self) -> str:
        return metadata.version("news-search")

    def build(self, source: Path, folder: Path, *, kernels: str = "") -> Times:
        """Run the command `news index`, with these kernels; the times are of the whole command."""
        return indexed(source, f"{folder}/archive", kernels)

    def open(self, folder: Path) -> None:
        from search.backends import open_engine

        self._engine = open_engine(folder / "archive")

    def any_of(self, query: Query) -> Run:
        return self._run(query)

    all_of = phrase = near = prefix = wildcard = fuzzy = dated = any_of

    def newest(self, query: Query) -> Run:
        return self._run(query, sort="newest")

    def facets(self, query: Query) -> Run:
        from search.engine import FacetRequest

        return self._run(query, limit=0, facets=(FacetRequest("keyword", SHOWN),))

    def _run(self, query: Query, *, limit: int = SHOWN, **options: Any) -> Run:
        from search.dates import Period
        from search.engine import DEFAULT_RANKING, SearchRequest
        from search.language import And, Dates, parse_query

        tree = parse_query(text_of(query)).tree
        if query.kind == "dated":
            start, end = (datetime.fromtimestamp(second, UTC) for second in query.between)
            tree = And((tree, Dates(Period(start, end))))
        # The others rank by words alone, so neighbours are not looked at here.
        ranking = replace(DEFAULT_RANKING, proximity=None)
        request = SearchRequest(tree, limit=limit, ranking=ranking, **options)

        def run() -> Answer:
            with self._engine.reader() as reader:
                found = reader.search(request)
            counts = [value.count for facet in found.facets for value in facet.values]
            return Answer(found.total, counts or [hit.article.id for hit in found.hits])

        return run


def indexed(source: Path, location: str, kernels: str = "") -> Times:
    """Run the command `news index` for an archive; the times of the whole command."""
    command = [sys.executable, "-m", "search", "index", str(source), "--archive", location]
    # As where it is installed, its modules are compiled once and not by each command.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["NEWS_KERNELS"] = kernels
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, seconds


def text_of(query: Query) -> str:
    """The query as this engine's users write it."""
    match query.kind:
        case "any_of":
            return " OR ".join(query.words)
        case "near":
            return f" NEAR/{DISTANCE} ".join(query.words)
        case "phrase":
            return f'"{" ".join(query.words)}"'
        case "prefix":
            return f"{query.words[0]}*"
        case "fuzzy":
            return f"{query.words[0]}~1"
        case "facets":
            return "*"
        case _:
            return " ".join(query.words)
