"""The engines that keep and find articles, each behind the seam `search.engine.Engine`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from search.article import Article
from search.engine import Engine, Version
from search.errors import ArchiveNotFound

if TYPE_CHECKING:
    from search.backends.embedded.care import Level, Verdict


def open_engine(
    location: str | Path, *, create: bool = False, language: str | None = None, wait: float = 0.0
) -> Engine:
    """The engine of the archive at `location`.

    With `create`, an archive that is not there is made, for articles in `language` (default english);
    without, `ArchiveNotFound` is raised. The language of an archive that is there stays as it is.
    Each write waits up to `wait` seconds for another process that is writing.
    """
    from search.backends.embedded.engine import EmbeddedEngine

    folder = Path(location)
    try:
        return EmbeddedEngine.open(folder, wait)
    except ArchiveNotFound:
        if not create:
            raise
        return EmbeddedEngine.create(folder, language or "english", wait)


def verify(location: Path, level: Level = "full") -> Verdict:
    """Check whether the archive is whole; see `search.backends.embedded.care` for the levels."""
    from search.backends.embedded import care

    return care.verify(location, level)


def backup(location: Path, target: Path) -> Verdict:
    """Copy the archive, also while it is written to, to a new folder; the copy has been checked."""
    from search.backends.embedded import care

    return care.backup(location, target)


def stored_versions(location: Path) -> Iterator[Version]:
    """Every version of every article that there is or was, article by article, the oldest first."""
    from search.backends.embedded import care

    return care.all_versions(location)


def store_version() -> str:
    """The version of the SQLite that is used."""
    from search.backends.embedded.store import SQLITE_VERSION

    return SQLITE_VERSION


def stored_articles(location: Path) -> Iterator[Article]:
    """Every article of the archive, in the order in which they first came, whatever state its index is in."""
    from search.backends.embedded import care

    return care.articles(location)
