"""A new archive: made in a folder of its own, and put in place by a last rename; until then there is none.

archive.new/    the unfinished archive: articles.db and index/, both whole and durable before they are moved
index/          first, and of no revision: alone it belongs to no archive
articles.db     last: where it is, there is an archive
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

from search.backends.embedded.index import ArchiveIndex, commit_info
from search.backends.embedded.lock import writing
from search.backends.embedded.store.connection import RESTORE, translation
from search.backends.embedded.store.new import create_store
from search.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveExists,
    ArchiveFull,
    ArchiveNotFound,
    ArchiveReadOnly,
    IndexUnusable,
)
from search.index.format.manifest import MANIFEST, make_durable, sync_folder
from search.text import Analyzer

NEW_ARCHIVE = "archive.new"
"""The folder in which a new archive is made."""


def create(location: Path, language: str, wait: float) -> None:
    """Make an archive at `location`, which may be there already as long as it holds none.

    Raises `ArchiveExists`, `ArchiveDamaged` for the remains of one, `ArchiveReadOnly` and `ArchiveFull`.
    """
    analyzer = Analyzer(language)
    try:
        location.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise ArchiveExists(f"{location} is a file; choose a folder for the archive", location) from error
    except OSError as error:
        raise ArchiveReadOnly(f"cannot make {location}: {error.strerror}", location) from error
    with writing(location, wait):
        if (location / "articles.db").exists():
            raise ArchiveExists(f"there is an archive at {location} already", location)
        check_remains(location)
        try:
            _make(location, language, analyzer)
        except sqlite3.Error as error:
            raise translation(error, location, location / "articles.db") from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise ArchiveFull(f"no space is left to make an archive in {location}", location) from error
            raise ArchiveError(f"cannot make an archive in {location}: {error.strerror}", location) from error
        finally:
            discard(location / NEW_ARCHIVE)


def _make(location: Path, language: str, analyzer: Analyzer) -> None:
    new = location / NEW_ARCHIVE
    discard(new)
    new.mkdir()
    state = create_store(new / "articles.db", language)
    make_durable(new / "articles.db")
    ArchiveIndex.create(new / "index", commit_info(analyzer, state))
    if (location / "index").exists():  # of one that was never finished
        shutil.rmtree(location / "index")
    (new / "index").rename(location / "index")
    sync_folder(location)
    (new / "articles.db").rename(location / "articles.db")
    sync_folder(location)


def check_remains(location: Path) -> None:
    """Raise `ArchiveDamaged` if there is an index of articles without any articles.db."""
    path = location / "index"
    log = location / "articles.db-wal"
    if log.exists() and log.stat().st_size:
        raise ArchiveDamaged(
            f"{location} has lost its articles.db: {log} is what was added last; {RESTORE}", location
        )
    try:
        if ArchiveIndex(path).covered().revision == 0:
            return
    except ArchiveNotFound:
        return
    except IndexUnusable:
        if not path.exists():
            return
        if not (path / MANIFEST).exists():
            raise ArchiveExists(
                f"{path} is there already, and is not an index of an archive; choose another folder", location
            ) from None
    raise ArchiveDamaged(
        f"{location} has lost its articles.db: {path} is the index of it; {RESTORE}", location
    )


def discard(path: Path) -> None:
    """Remove what an unfinished change has left, whatever it is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
