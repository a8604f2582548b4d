"""One writer at a time: a lock that the system takes back when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from search.errors import ArchiveLocked, ArchiveReadOnly

POLL = 0.05
"""Seconds from one look to the next at a lock that is waited for."""


@contextmanager
def writing(location: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the archive's lock; the file says by which process, on which host, and since when.

    Raises `ArchiveLocked` when another process, or another engine in this one, holds it, and has not
    let go of it after `wait` seconds.
    """
    until = time.monotonic() + wait
    path = location / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise ArchiveReadOnly(f"cannot write {path}: {error.strerror}", location) from error
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise _locked(location, os.pread(descriptor, 400, 0)) from error
                time.sleep(POLL)
        os.ftruncate(descriptor, 0)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()} {now}\n".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _locked(location: Path, written: bytes) -> ArchiveLocked:
    """The error for a lock whose file says this."""
    pid, host, since = [*written.decode(errors="replace").strip().split(" ", 2), "", "", ""][:3]
    return ArchiveLocked(location, int(pid) if pid.isdecimal() else None, host or None, since or None)
