"""One writer at a time: a lock that the system takes back when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from weakref import WeakSet

from search.errors import ArchiveLocked, ArchiveReadOnly

LOCK = "lock"

POLL_SECONDS = 0.05
"""Seconds from one look to the next at a lock that is waited for."""


_held: WeakSet[FileIO] = WeakSet()
"""The files of locks that this process has; a process that it forks has no part in them."""


def _let_go() -> None:
    for file in list(_held):
        with suppress(OSError):
            file.close()
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def writing(location: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the archive's lock; the file says by which process, on which host, and since when.

    Raises `ArchiveLocked` when another process, or another engine in this one, holds it, and has not
    let go of it after `wait` seconds. An interrupt at any point lets go of it too: closing the file does,
    and Python closes one that nothing refers to.
    """
    until = time.monotonic() + wait
    path = location / LOCK
    try:
        file = FileIO(path, "r+", opener=_open)
    except OSError as error:
        raise ArchiveReadOnly(f"cannot write {path}: {error.strerror}", location) from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ArchiveReadOnly(f"{path} is not a regular file; remove it", location)
        _held.add(file)
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise _locked(location, os.pread(file.fileno(), 400, 0)) from error
                time.sleep(POLL_SECONDS)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        try:
            file.truncate(0)
            with suppress(OSError):  # a full disk, which must not keep anybody from deleting
                file.write(f"{os.getpid()} {os.uname().nodename} {now}\n".encode())
            yield
        finally:
            if not file.closed:  # it is in a process that was forked meanwhile
                file.truncate(0)
                # One that was just forked, to become another program, may have the file still.
                fcntl.flock(file, fcntl.LOCK_UN)


def _open(path: str, _: int) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)


def is_being_written(location: Path) -> bool:
    """True if the process that last took the archive's lock still runs, as far as this host can tell."""
    try:
        written = (location / LOCK).read_bytes()[:400]
    except OSError:
        return False
    pid, host, since = _holder(written)
    if pid is None or host is None:
        return False
    if host != os.uname().nodename:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not _is_gone(pid, since)


def _is_gone(pid: int, since: str | None) -> bool:
    """True if the process has ended, or `pid` is now a process that began after `since`; False if unknown."""
    try:
        state, *numbers = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        if state in (b"Z", b"X"):
            return True
        ticks = int(numbers[18])
        boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
        locked = datetime.strptime(since or "", "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    except (OSError, ValueError, IndexError, StopIteration):
        return False
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK") > locked.timestamp() + 2


def _locked(location: Path, written: bytes) -> ArchiveLocked:
    """The error for a lock whose file says this."""
    return ArchiveLocked(location, *_holder(written))


def _holder(written: bytes) -> tuple[int | None, str | None, str | None]:
    """The process, the host and the time that a lock's file says."""
    pid, host, since = [*written.decode(errors="replace").strip().split(" ", 2), "", "", ""][:3]
    known = pid.isascii() and pid.isdecimal() and len(pid) < 10
    return int(pid) if known else None, host or None, since or None
