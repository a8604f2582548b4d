"""Is an archive whole?

The checks of each level, which also makes the checks of the levels before it:

    quick   both stores open; every file of the index is there, of its length, small ones read whole
    full    SQLite's own check, the digest of every article, every byte of the index
    deep    every word, value and number of the index equals the result of a new analysis of the articles
"""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from itertools import islice
from pathlib import Path

from search.backends.embedded.engine import EmbeddedEngine
from search.backends.embedded.index import ArchiveIndex
from search.backends.embedded.store import Store
from search.backends.embedded.store.connection import RESTORE
from search.backends.embedded.tie import check_tie
from search.engine import Level, Progress, Report
from search.errors import ArchiveDamaged, IndexUnusable

REBUILD = "run: news rebuild"

MAX_PROBLEMS = 20
"""Problems of one kind that are named."""


def verify(location: Path, level: Level = "full", progress: Progress | None = None) -> Report:
    """Check the archive at `location`, which stays as it is; raises `ArchiveNotFound`."""
    articles = 0
    try:
        with closing(EmbeddedEngine.open(location)) as engine, closing(Store(location)) as store:
            damages = store.damages(progress or _no_progress)
            if level != "quick" and (problems := list(islice(damages, MAX_PROBLEMS))):
                return Report(level, 0, tuple(problems), RESTORE)
            articles = store.count()
            return _of_index(engine, store, level, progress)
    except IndexUnusable as error:
        return Report(level, articles, (_problem(error),), REBUILD)
    except ArchiveDamaged as error:
        return Report(level, articles, (_problem(error),), RESTORE)


def _no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


def _problem(error: ArchiveDamaged) -> str:
    """The problem that the error names, without the next step."""
    return str(error).partition(";")[0]


def _of_index(engine: EmbeddedEngine, store: Store, level: Level, progress: Progress | None) -> Report:
    """Check the index, and that it fits the store; raises `ArchiveDamaged`."""
    with engine.reader() as reader:
        warnings = reader.state().warnings
    notes = list(warnings)
    index = ArchiveIndex(store.location / "index")
    index.check(whole=level != "quick")
    view, covered = index.view()
    with store.snapshot():
        check_tie(store, covered)
        revision, count = store.revision, store.count()
    problems = [] if level == "quick" else index.contradictions()[:MAX_PROBLEMS]
    if covered.revision != revision:
        notes += [] if notes else ["the archive was written to meanwhile"]
        notes.append("whether the index has what the articles say was not checked")
        if view.count < (expected := store.count_at(covered.revision)):
            problems.append(f"the index has {view.count:,} articles, and had {expected:,}")
    elif view.count > count:  # a rebuild would only hide it
        problem = f"articles.db has lost articles: the index has {view.count:,}, it has {count:,}"
        return Report(level, count, (problem,), RESTORE)
    elif view.count < count:
        problems.append(f"the index has {view.count:,} articles, articles.db {count:,}")
    elif level == "deep" and warnings:
        notes.append("the index was made by another version; its words were not compared")
    elif level == "deep" and not problems:
        from search.backends.embedded.verify_deep import differences

        with tempfile.TemporaryDirectory(prefix="news-verify-", dir=_roomy(store.location)) as folder:
            found = list(islice(differences(index, store, Path(folder), progress), MAX_PROBLEMS))
        if store.revision == covered.revision:
            problems += [f"index: {problem}" for problem in found]
        else:
            notes.append("the archive was written to meanwhile; its words were not compared")
    return Report(level, count, tuple(problems), REBUILD if problems else "", tuple(notes))


def _roomy(location: Path) -> str | None:
    """Beside the archive if that can be written, else where temporary files are."""
    return str(location) if os.access(location, os.W_OK) else None
