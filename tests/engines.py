"""Engines for tests: each is closed at the end of the test that opened it, whatever the test comes to."""

from __future__ import annotations

from pathlib import Path

from search import backends
from search.engine import Engine

_opened: list[Engine] = []


def open_engine(
    location: Path | str, *, create: bool = False, language: str | None = None, wait: float = 0.0
) -> Engine:
    """Like `search.backends.open_engine`; a second close does nothing, so a test may close it too."""
    engine = backends.open_engine(location, create=create, language=language, wait=wait)
    _opened.append(engine)
    return engine


def forget_engines() -> None:
    """Leave open what is open: it belongs to a module or to the session."""
    _opened.clear()


def close_engines() -> None:
    """Close every engine that was opened since they were forgotten."""
    while _opened:
        _opened.pop().close()
