"""A copy of an archive, also while it is written to."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from search.backends.embedded.engine import EmbeddedEngine
from search.backends.embedded.index import ArchiveIndex
from search.backends.embedded.store import Store
from search.backends.embedded.verify import verify
from search.engine import Report
from search.errors import ArchiveDamaged, ArchiveError, ArchiveExists, IndexUnusable


def copy_archive(location: Path, target: Path) -> Report:
    """Copy the archive at `location` to the new folder `target`, also while it is written to.

    The copy is of one moment, has been checked ("full"), and is durable, or it is not there.
    Raises `ArchiveExists` if there is anything at `target`, `ArchiveDamaged` if the articles of the
    archive are damaged; an unusable index is rebuilt in the copy.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100  # a name, also of ".", and links as they are
    _refuse_taken(target)
    partial = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
        report = _copied(EmbeddedEngine.found(location), partial)
        _make_durable(partial)
        _refuse_taken(target)
        if target.exists():  # and stays, as a process may be in it
            _move_into(target, partial)
        else:
            partial.chmod(0o777 & ~_umask())
            partial.rename(target)
        _sync(target.parent)
        return report
    except ArchiveDamaged as error:
        raise ArchiveDamaged(str(error).replace(str(partial), str(location)), location) from error
    except OSError as error:
        raise ArchiveError(f"the copy {target} cannot be made: {error.strerror or error}", target) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def _refuse_taken(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise ArchiveExists(f"{target} is there already; move it aside, or choose another folder", target)


def _copied(location: Path, partial: Path) -> Report:
    """Copy the archive into the folder, and check the copy."""
    try:
        ArchiveIndex(location / "index").copy_to(partial / "index")  # first: it may lag, not lead
        ArchiveIndex(partial / "index").view()
    except IndexUnusable:
        shutil.rmtree(partial / "index", ignore_errors=True)
    with closing(Store(location)) as store:
        store.copy_to(partial / "articles.db")
    with closing(EmbeddedEngine.open(partial)) as copy:
        copy.catch_up(only_behind=True)
    report = verify(partial)
    if report.problems:
        raise ArchiveDamaged(f"{location}: {report.problems[0]}; {report.fix}", location)
    return report


def _move_into(target: Path, partial: Path) -> None:
    """Move the copy into the empty folder: articles.db last, as there is no archive without it."""
    for path in sorted(partial.iterdir(), key=lambda path: path.name == "articles.db"):
        path.rename(target / path.name)
    _sync(target)


def _umask() -> int:
    """The permissions that new files do not have."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _make_durable(folder: Path) -> None:
    """Make the copy durable, all its folders and files."""
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
