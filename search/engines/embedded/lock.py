"""One writer at a time: a lock that the system takes back when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from search.errors import ArchiveLocked, ArchiveReadOnly


@contextmanager
def writing(location: Path) -> Iterator[None]:
    """Hold the archive's lock; the file says by which process, and since when.

    Raises `ArchiveLocked` at once when another process, or another engine in this one, holds it.
    """
    path = location / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise ArchiveReadOnly(f"cannot write {path}: {error.strerror}", location) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid, _, since = os.pread(descriptor, 100, 0).decode(errors="replace").strip().partition(" ")
            raise ArchiveLocked(location, int(pid) if pid.isdecimal() else None, since or None) from error
        os.ftruncate(descriptor, 0)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        os.pwrite(descriptor, f"{os.getpid()} {now}\n".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
