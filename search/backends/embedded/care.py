"""Taking care of an archive: is it whole, a copy of it, all that is in it.

What is checked, by level; each has what those before it have:

    quick   both stores open; every file of the index is there, of its length, small ones read whole
    full    SQLite's own check, the digest of every article, every byte of the index
    deep    every word, value and number of the index is that of a new analysis of the articles
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from search.article import Article
from search.backends.embedded.engine import EmbeddedEngine
from search.backends.embedded.index import ArchiveIndex
from search.backends.embedded.store import Store
from search.backends.embedded.store.connection import RESTORE
from search.backends.embedded.tie import check_tie
from search.backends.embedded.writing import AT_A_TIME
from search.engine import Version
from search.errors import ArchiveDamaged, ArchiveError, ArchiveExists, IndexUnusable

Level = Literal["quick", "full", "deep"]

REBUILD = "run: news rebuild"

MOST_FAULTS = 20
"""So many faults of one kind are named."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check has found: `faults` are sentences, none if all is well; `remedy` is what to do then.

    `notes` are odd and no damage.
    """

    level: Level
    articles: int
    faults: tuple[str, ...] = ()
    remedy: str = ""
    notes: tuple[str, ...] = ()


def verify(location: Path, level: Level = "full") -> Verdict:
    """Check the archive at `location`, which stays as it is; raises `ArchiveNotFound`."""
    articles = 0
    try:
        with closing(EmbeddedEngine.open(location)) as engine, closing(Store(location)) as store:
            if level != "quick" and (faults := list(islice(store.damages(), MOST_FAULTS))):
                return Verdict(level, 0, tuple(faults), RESTORE)
            articles = store.count()
            return _verdict(engine, store, level)
    except IndexUnusable as error:
        return Verdict(level, articles, (_fault(error),), REBUILD)
    except ArchiveDamaged as error:
        return Verdict(level, articles, (_fault(error),), RESTORE)


def _fault(error: ArchiveDamaged) -> str:
    """What is wrong, without what to do about it."""
    return str(error).partition(";")[0]


def _verdict(engine: EmbeddedEngine, store: Store, level: Level) -> Verdict:
    """What of the index is wrong, and whether it fits the store; raises `ArchiveDamaged`."""
    with engine.reader() as reader:
        warnings = reader.state().warnings
    notes = list(warnings)
    index = ArchiveIndex(store.location / "index")
    index.check(whole=level != "quick")
    view, covered = index.view()
    with store.snapshot():
        check_tie(store, covered)
        revision, count = store.revision, store.count()
    faults = [] if level == "quick" else index.contradictions()[:MOST_FAULTS]
    if covered.revision != revision:
        notes += [] if notes else ["the archive was written to meanwhile"]
        notes.append("whether the index has what the articles say was not checked")
    elif view.count > count:  # a rebuild would only hide it
        fault = f"articles.db has lost articles: the index has {view.count:,}, it has {count:,}"
        return Verdict(level, count, (fault,), RESTORE)
    elif view.count < count:
        faults.append(f"the index has {view.count:,} articles, articles.db {count:,}")
    elif level == "deep" and warnings:
        notes.append("the index was made by another version; its words were not compared")
    elif level == "deep" and not faults:
        from search.backends.embedded.verify_deep import differences

        with tempfile.TemporaryDirectory(prefix="news-verify-", dir=_roomy(store.location)) as folder:
            found = list(islice(differences(index, store, Path(folder)), MOST_FAULTS))
        if store.revision == covered.revision:
            faults += [f"index: {fault}" for fault in found]
        else:
            notes.append("the archive was written to meanwhile; its words were not compared")
    return Verdict(level, count, tuple(faults), REBUILD if faults else "", tuple(notes))


def _roomy(location: Path) -> str | None:
    """Beside the archive if that can be written, else where temporary files are."""
    return str(location) if os.access(location, os.W_OK) else None


def backup(location: Path, target: Path) -> Verdict:
    """Copy the archive at `location` to the new folder `target`, also while it is written to.

    The copy is that of one moment, has been checked ("full"), and is durable, or it is not there.
    Raises `ArchiveExists` if there is anything at `target`, `ArchiveDamaged` if the articles of the
    archive are; an index that is of no use is made anew in the copy.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100  # a name, also of ".", and links as they are
    _refuse_taken(target)
    partial = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
        verdict = _copied(EmbeddedEngine.found(location), partial)
        _settle(partial)
        partial.chmod(0o777 & ~_umask())
        _refuse_taken(target)
        partial.replace(target)
        _sync(target.parent)
        return verdict
    except OSError as error:
        raise ArchiveError(f"the copy {target} cannot be made: {error.strerror or error}", target) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def _refuse_taken(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise ArchiveExists(f"{target} is there already; move it aside, or choose another folder", target)


def _copied(location: Path, partial: Path) -> Verdict:
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
    verdict = verify(partial)
    if verdict.faults:
        fault = verdict.faults[0].replace(str(partial), str(location))
        raise ArchiveDamaged(f"{location}: {fault}; {verdict.remedy}", location)
    return verdict


def _umask() -> int:
    """The permissions that new files do not have."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def articles(location: Path) -> Iterator[Article]:
    """Every article of the archive, in the order in which they first came, whatever state its index is in."""
    with closing(Store(EmbeddedEngine.found(location))) as store, store.snapshot():
        for some in store.since(0, AT_A_TIME):
            yield from some


def all_versions(location: Path) -> Iterator[Version]:
    """Every version of every article that there is or was, article by article, the oldest first."""
    with closing(Store(EmbeddedEngine.found(location))) as store, store.snapshot():
        yield from store.every_version()


def _settle(folder: Path) -> None:
    """Make the copy durable, all its folders and files."""
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
