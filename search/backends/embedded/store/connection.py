"""The opening of a store's SQLite file, and the translation of SQLite's errors into errors of the archive."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from pathlib import Path

from search.backends.embedded.store.layout import APPLICATION_ID, FORMAT
from search.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveExists,
    ArchiveFull,
    ArchiveLocked,
    ArchiveReadOnly,
)

SQLITE_VERSION = sqlite3.sqlite_version

RESTORE = "restore a backup: news restore"

ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""The errors that sqlite3 raises; it cannot decode the messages of some, which name damaged tables."""

_UNWRITTEN = frozenset(
    f"SQLITE_IOERR_{what}" for what in ("WRITE", "TRUNCATE", "SHMSIZE", "SHMOPEN", "FSYNC")
)
"""SQLite's names of errors for a file that cannot grow, for another reason than a full disk."""

Stamp = tuple[int, int, int, int]


def file_of(path: Path) -> tuple[int, int]:
    """The device and inode of the file at the path; raises `FileNotFoundError`."""
    status = path.stat()
    return status.st_dev, status.st_ino


def stamp_of(path: Path) -> Stamp:
    """Return a stamp, which changes whenever the file or its WAL does."""
    status = path.stat()
    try:
        waiting = path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        waiting = 0
    return status.st_ino, status.st_size, status.st_mtime_ns, waiting


def opened(path: Path, location: Path) -> tuple[sqlite3.Connection, Stamp | None]:
    """Open the file for writing if possible, else for reading; raises `ArchiveError`.

    On a medium that cannot be written, or without the right to write, WAL needs a file that cannot be made
    unless a writer has made it. Where nothing waits in the WAL, the file is read as it is (`immutable`), and
    its stamp is returned: once the stamp changes, everything read before is void.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ArchiveDamaged(f"{path} is not a regular file; {RESTORE}", location)
        if not path.stat().st_size:
            if (location / "index").exists():
                raise ArchiveDamaged(f"{path} is empty; {RESTORE}", location)
            raise ArchiveExists(f"{path} is not an archive of news; choose another folder", location)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}", location) from error
    for mode in ("rw", "ro"):
        try:
            return _connection(path, mode), None
        except ERRORS as error:
            full = getattr(error, "sqlite_errorname", "") in _UNWRITTEN
            if not full and code_of(error) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                raise translation(error, location, path) from error
    stamp = stamp_of(path)
    if stamp[-1]:
        raise ArchiveReadOnly(
            f"{path} has changes in {path.name}-wal, which cannot be read without the right to write here; "
            "open the archive once where it can be written, or copy all of it to such a place",
            location,
        )
    try:
        return _connection(path, "ro&immutable=1"), stamp
    except ERRORS as error:
        raise translation(error, location, path) from error


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # so that what is erased is not in the file any more
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def format_of(connection: sqlite3.Connection, path: Path, location: Path) -> int:
    """The version of the tables; raises `ArchiveExists` for tables of another program or a newer version."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ArchiveExists(f"{path} is not an archive of news; choose another folder", location)
    if version > FORMAT:
        raise ArchiveExists(
            f"{path} was made by a newer version of news (format {version}, this one reads {FORMAT}); "
            "upgrade news",
            location,
        )
    if version < 1:
        raise ArchiveDamaged(f"{path} has no format; {RESTORE}", location)
    return int(version)


def translation(error: Exception, location: Path, path: Path) -> ArchiveError:
    """Translate an error of SQLite into an error of the archive."""
    if isinstance(error, UnicodeDecodeError):
        return ArchiveDamaged(f"{path} is damaged; {RESTORE}", location)
    match code_of(error):
        case sqlite3.SQLITE_READONLY if _is_full(path):  # it could be opened for reading only
            return ArchiveFull(f"no space is left for {path}; nothing of this batch was stored", location)
        case sqlite3.SQLITE_FULL:
            return ArchiveFull(f"no space is left for {path}; nothing of this batch was stored", location)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ArchiveReadOnly(f"{path} cannot be written: {error}", location)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ArchiveLocked(location, None, None, None)
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return ArchiveDamaged(f"{path} is damaged ({error}); {RESTORE}", location)
        case sqlite3.SQLITE_IOERR if getattr(error, "sqlite_errorname", "") in _UNWRITTEN:
            reason = "it cannot grow; is there a limit to the size of files or what a user may have?"
            return ArchiveFull(f"{path}: {reason} Nothing of this batch was stored", location)
        case sqlite3.SQLITE_IOERR:
            return ArchiveDamaged(f"{path}: the disk cannot be read; {RESTORE}", location)
        case sqlite3.SQLITE_ERROR if str(error).startswith(("no such table", "no such column")):
            return ArchiveDamaged(f"{path} is damaged: {error}; {RESTORE}", location)
        case _:
            return ArchiveError(f"{path}: {error}", location)


def _is_full(path: Path) -> bool:
    """True if the file may be written, but its disk has no space."""
    try:
        return os.access(path, os.W_OK) and not shutil.disk_usage(path.parent).free
    except OSError:
        return False


def code_of(error: Exception) -> int:
    """SQLite's primary result code; 0 for an error that is not SQLite's own."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
