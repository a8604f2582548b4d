"""Sees what this process does to files: Python's audit events, SQLite's statements, and calls of fsync.

Writes to open files are not events of their own: what a process that is killed has written is there,
and what a loss of power leaves of it is for `power` to say.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_WATCHED = frozenset(
    "open os.rename os.remove os.mkdir os.rmdir os.truncate os.link os.listdir os.scandir".split()
)
_CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

OnEvent = Callable[[str, str], None]

_listener: list[OnEvent] = []
_root: list[str] = []
_hooked: list[bool] = []


@contextmanager
def watching(root: Path, before: OnEvent, after_sync: Callable[[Path], None] | None = None) -> Iterator[None]:
    """Calls `before(event, path)` ahead of each event below `root`; it may raise, or end the process.

    `after_sync(path)` is called when a file or folder has been made durable.
    """
    if not _hooked:  # a hook cannot be taken away again
        sys.addaudithook(_hook)
        _hooked.append(True)
    real = os.fsync

    def fsync(descriptor: Any) -> None:
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        path = Path(f"/proc/self/fd/{number}").readlink()
        _tell("fsync", str(path))
        real(descriptor)
        if after_sync is not None:
            after_sync(path)

    connected = sqlite3.connect

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connected(*arguments, **named)
        connection.set_trace_callback(lambda statement: _tell("sql", f"{root}/{statement}"))
        return connection

    _listener.append(before)
    _root.append(str(root))
    patch = pytest.MonkeyPatch()
    patch.setattr(os, "fsync", fsync)
    patch.setattr(sqlite3, "connect", connect)
    try:
        yield
    finally:
        patch.undo()
        _listener.clear()
        _root.clear()


def _tell(event: str, path: str) -> None:
    if not _listener or not path.startswith(_root[0]):
        return
    listener, root = _listener.pop(), _root.pop()  # what it does itself is no event
    try:
        listener(event, path)
    finally:
        _listener.append(listener)
        _root.append(root)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listener:
        return
    if event in _WATCHED and arguments:
        path = arguments[0]
        if isinstance(path, int):
            return
        name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        if event == "os.remove" and not name.startswith("/"):  # by a descriptor of its folder
            name = f"{_root[0]}/{name}"
        _tell(event, name)
