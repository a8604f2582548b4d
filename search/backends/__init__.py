"""The engines that keep and find articles, each behind the seam `search.engine.Engine`."""

from __future__ import annotations

from pathlib import Path

from search.engine import Engine, Maintained
from search.errors import ArchiveNotFound, InvalidRequest


def open_engine(
    location: str | Path, *, create: bool = False, language: str | None = None, wait: float = 0.0
) -> Engine:
    """The engine of the archive at `location`.

    With `create`, an archive that is not there is made, for articles in `language` (default english);
    without, `ArchiveNotFound` is raised. The language of an archive that is there stays as it is.
    Each write waits up to `wait` seconds for another process that is writing.
    """
    from search.backends.embedded.engine import EmbeddedEngine

    folder = _folder(location)
    try:
        return EmbeddedEngine.open(folder, wait)
    except ArchiveNotFound:
        if not create:
            raise
        return EmbeddedEngine.create(folder, language or "english", wait)


def maintained(location: str | Path) -> Maintained:
    """The stored form of the archive at `location`, to be checked, copied or read whatever state it is in."""
    from search.backends.embedded.maintenance import EmbeddedFiles

    return EmbeddedFiles(_folder(location))


def state_stamp(location: str | Path) -> str:
    """A text that changes whenever the archive at `location` does, made in microseconds; "" without an index.

    Nothing is opened, so a process that only keeps answers needs no memory for the archive.
    """
    from search.backends.embedded.stamp import stamp

    inode, changed = stamp(f"{location}/index/manifest.json")
    return f"{inode}-{changed}" if inode else ""


def store_version() -> str:
    """The version of the SQLite that is used."""
    from search.backends.embedded.store import SQLITE_VERSION

    return SQLITE_VERSION


def kernels_in_use() -> str:
    """`native` if the compiled loops are in use, `numpy` if they are not there or NEWS_KERNELS says so."""
    from search.index.kernels.chosen import KERNELS

    return KERNELS


def _folder(location: str | Path) -> Path:
    if "\0" in str(location):
        raise InvalidRequest("a location cannot have a NUL character")
    return Path(location)
