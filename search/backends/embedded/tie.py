"""The tie of an index to the articles beside it: it belongs to them, and covers no later revision."""

from __future__ import annotations

from pathlib import Path

from search.backends.embedded.index import CommitInfo
from search.backends.embedded.store import Store
from search.errors import ArchiveDamaged


def check_tie(store: Store, covered: CommitInfo) -> None:
    """Raise `ArchiveDamaged` unless the store has all that an index covers, with the same history."""
    state = store.state()
    untied = store.upgraded_from()  # up to there an index of the format before names no archive
    if covered.archive != state.archive and (covered.archive or untied is None or covered.revision > untied):
        raise damage(store.location, f"{store.location / 'index'} is the index of another archive")
    if covered.revision > state.revision:
        raise damage(
            store.location,
            f"{store.path} has lost articles: the index covers revision {covered.revision:,} of it, "
            f"and it has only {state.revision:,}",
        )
    if covered.archive and store.digest_at(covered.revision) != covered.digest:
        raise damage(
            store.location,
            f"{store.path} has lost articles: the index covers another history of it, "
            f"up to revision {covered.revision:,}",
        )


def damage(location: Path, what: str) -> ArchiveDamaged:
    """The error for articles that are gone, which no index makes up for."""
    return ArchiveDamaged(
        f"{what}; restore a backup: news restore. To go on with the articles that are there, move "
        f"{location / 'index'} away, then: news rebuild",
        location,
    )
