"""The engines that are compared, each a function from a collection to a run; all get plain text queries.

The others have the settings that they advise for English: their own stemming and stop words, any word.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from evaluation.collection import Collection, text_of
from peers.bm25s import Bm25s
from peers.contract import RankingPeer
from peers.fts5 import Fts5
from peers.tantivy import Tantivy
from peers.whoosh import Whoosh
from search import Archive, open_archive
from search.archive.question import Question

Run = dict[str, dict[str, float]]
"""Scores by query and document, the highest first."""

DEPTH = 1_000
"""Documents of a query that are ranked."""


@contextmanager
def indexed(collection: Collection) -> Iterator[Archive]:
    """The collection in an archive of this engine."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_archive(Path(folder, "archive"), create=True) as archive,
    ):
        archive.add(collection.articles())
        yield archive


def news(collection: Collection, **options: Any) -> Run:
    """The run of this engine; `Archive.search` gets the `options`."""
    with indexed(collection) as archive:
        return searched(archive, collection, **options)


def searched(archive: Archive, collection: Collection, depth: int = DEPTH, **options: Any) -> Run:
    """The run of an archive that has the collection."""
    run: Run = {}
    for query, text in collection.queries.items():
        found = archive.search(Question(text, any_word=True), limit=depth, snippets=False, **options)
        run[query] = {hit.article.id: hit.score for hit in found.hits}
    return run


def rival(kind: type[RankingPeer], collection: Collection) -> Run:
    """The run of another engine."""
    with tempfile.TemporaryDirectory() as temporary:
        source, folder = Path(temporary, "documents.jsonl"), Path(temporary, "index")
        folder.mkdir()
        with source.open("w", encoding="utf-8") as lines:
            for article in collection.articles():
                lines.write(json.dumps([article.id, text_of(article), [], 0, ""]) + "\n")
        engine = kind(english=True)
        engine.build(source, folder)
        engine.open(folder)
        return {query: engine.ranked(text, DEPTH) for query, text in collection.queries.items()}


SYSTEMS: dict[str, Callable[[Collection], Run]] = {
    "news": news,
    "news --expand": partial(news, expand=True),
    "whoosh": partial(rival, Whoosh),
    "bm25s": partial(rival, Bm25s),
    "fts5": partial(rival, Fts5),
    "tantivy": partial(rival, Tantivy),
}
