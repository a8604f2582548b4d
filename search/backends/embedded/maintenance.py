"""Maintenance of the files of an archive, whatever state they are in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from search.article import Article
from search.backends.embedded.backup import copy_archive
from search.backends.embedded.engine import EmbeddedEngine
from search.backends.embedded.store import Store
from search.backends.embedded.verify import verify
from search.backends.embedded.writing import BATCH_ARTICLES
from search.engine import Beside, Level, Progress, Report, Version


class EmbeddedFiles:
    """The files of the archive in the folder `location`."""

    def __init__(self, location: Path) -> None:
        self._location = location

    def verify(self, level: Level = "full", progress: Progress | None = None) -> Report:
        return verify(self._location, level, progress)

    def copy_to(self, target: str | Path) -> Report:
        return copy_archive(self._location, Path(target))

    def articles(self, *, seen: bool = False) -> Iterator[Article]:
        with closing(Store(EmbeddedEngine.found(self._location))) as store, store.snapshot():
            for some in store.since(0, BATCH_ARTICLES):
                known = store.first_seen([article.id for article, _ in some]) if seen else {}
                for article, _ in some:
                    at = known.get(article.id)
                    yield article if at is None else article.crawled_at(at)

    def beside(self) -> Beside:
        with closing(Store(EmbeddedEngine.found(self._location))) as store, store.snapshot():
            return store.beside()

    def versions(self) -> Iterator[Version]:
        with closing(Store(EmbeddedEngine.found(self._location))) as store, store.snapshot():
            yield from store.every_version()
