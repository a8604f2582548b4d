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
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from search.article import Article
from search.engines.embedded.engine import AT_A_TIME, EmbeddedEngine
from search.engines.embedded.index import ArchiveIndex
from search.engines.embedded.store import Store
from search.errors import ArchiveDamaged, ArchiveError, ArchiveExists, IndexUnusable

Level = Literal["quick", "full", "deep"]

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
    remedy = "restore a backup: news restore"
    try:
        engine, store = EmbeddedEngine.open(location), Store(location)
    except ArchiveDamaged as error:
        return Verdict(level, 0, (str(error).partition(";")[0],), remedy)
    try:
        faults = [] if level == "quick" else list(islice(store.damages(), MOST_FAULTS))
        if faults:
            return Verdict(level, 0, tuple(faults), remedy)
        index = ArchiveIndex(location / "index")
        notes = list(engine.warnings())
        index.check(whole=level != "quick")
        view = index.view()
        covered, count = index.covered().revision, store.count()
        if covered != store.revision:
            notes += [] if notes else ["the archive was written to meanwhile"]
            notes.append("whether the index has what the articles say was not checked")
        elif view.count > count:  # a rebuild would only hide it
            fault = f"articles.db has lost articles: the index has {view.count:,}, it has {count:,}"
            return Verdict(level, count, (fault,), remedy)
        elif view.count < count:
            faults.append(f"the index has {view.count:,} articles, articles.db {count:,}")
        elif level == "deep":
            from search.engines.embedded.reanalysis import differences

            with tempfile.TemporaryDirectory(prefix="news-verify-", dir=_roomy(location)) as folder:
                found = list(islice(differences(index, store, Path(folder)), MOST_FAULTS))
            if store.revision == covered:
                faults += [f"index: {fault}" for fault in found]
            else:
                notes.append("the archive was written to meanwhile; its words were not compared")
        return Verdict(level, count, tuple(faults), "run: news rebuild" if faults else "", tuple(notes))
    except IndexUnusable as error:
        return Verdict(level, engine.count(), (str(error).partition(";")[0],), "run: news rebuild")
    except ArchiveDamaged as error:
        return Verdict(level, 0, (str(error).partition(";")[0],), remedy)
    finally:
        engine.close()
        store.close()


def _roomy(location: Path) -> str | None:
    """Beside the archive if that can be written, else where temporary files are."""
    return str(location) if os.access(location, os.W_OK) else None


def backup(location: Path, target: Path) -> Verdict:
    """Copy the archive at `location` to the new folder `target`, also while it is written to.

    The copy is that of one moment, has been checked ("full"), and is durable, or it is not there.
    Raises `ArchiveExists` if there is anything at `target`, `ArchiveDamaged` if the articles of the
    archive are; an index that is of no use is made anew in the copy.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ArchiveExists(f"{target} is there already; move it aside, or choose another folder", target)
    source = EmbeddedEngine.open(location)
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        try:
            ArchiveIndex(location / "index").copy_to(partial / "index")  # first: it may lag, not lead
        except IndexUnusable:
            shutil.rmtree(partial / "index", ignore_errors=True)
        store = Store(location)
        store.copy_to(partial / "articles.db")
        store.close()
        copy = EmbeddedEngine.open(partial)
        copy.catch_up()
        copy.close()
        verdict = verify(partial)
        if verdict.faults:
            raise ArchiveDamaged(f"{location}: {verdict.faults[0]}; {verdict.remedy}", location)
        _settle(partial)
        partial.replace(target)
        _sync(target.absolute().parent)
        return verdict
    except OSError as error:
        raise ArchiveError(f"the copy {target} cannot be made: {error.strerror or error}", target) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        source.close()


def articles(location: Path) -> Iterator[Article]:
    """Every article of the archive, in the order in which they first came, whatever state its index is in."""
    store = Store(EmbeddedEngine.found(location))
    try:
        for some in store.since(0, AT_A_TIME):
            yield from some
    finally:
        store.close()


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
