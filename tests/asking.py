"""Asks an engine one thing at a time, each of its newest commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from search.deadline import Deadline
from search.engine import Engine, Reader


class _Asked:
    def __init__(self, engine: Engine, deadline: Deadline | None) -> None:
        self._engine, self._deadline = engine, deadline

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def answer(*args: object, **options: object) -> Any:
            with self._engine.reader(self._deadline) as reader:
                found = getattr(reader, name)(*args, **options)
                return list(found) if name == "scan" else found

        return answer


def ask(engine: Engine, deadline: Deadline | None = None) -> Reader:
    """A reader of which each call is of the newest commit."""
    return cast(Reader, _Asked(engine, deadline))
