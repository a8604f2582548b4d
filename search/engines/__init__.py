"""The engines that keep and find articles, each behind the seam `search.engine.Engine`."""

from __future__ import annotations

from pathlib import Path

from search.engine import Engine
from search.errors import ArchiveNotFound


def open_engine(location: Path, *, create: bool = False, language: str | None = None) -> Engine:
    """The engine of the archive at `location`.

    With `create`, an archive that is not there is made, for articles in `language` (default english);
    without, `ArchiveNotFound` is raised. The language of an archive that is there stays as it is.
    """
    from search.engines.embedded.engine import EmbeddedEngine

    try:
        return EmbeddedEngine.open(location)
    except ArchiveNotFound:
        if not create:
            raise
        return EmbeddedEngine.create(location, language or "english")
