"""Copying an archive into another one, which may be of another kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from search.article import Article
from search.backends import maintained, open_engine
from search.engine import Added, Progress
from search.ingest import add_all

KEPT_DIGEST_BYTES = 16
"""Of the 32 bytes of each digest the first ones are remembered for the comparison."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """The outcome of a transfer: how many `articles` the source has, and what became of them in the target.

    `different` are ids whose article is not the same in the target, sorted; `others` is how many further
    articles the target has. `left_behind` are sentences about what does not travel.
    """

    articles: int
    added: int
    updated: int
    unchanged: int
    others: int
    different: tuple[str, ...]
    left_behind: tuple[str, ...]


def transfer_archive(source: str | Path, target: str | Path, progress: Progress | None = None) -> Transferred:
    """Copy every article of one moment from `source` to `target`, which is made if it is not there.

    The articles keep the time when the source first had them, and ids that a wire has cancelled stay
    cancelled. An article that is there already is not written again, so an interrupted transfer can be called
    again. In the end each article is compared by its digest. Raises `ArchiveNotFound` and what `Engine.add`
    raises.
    """
    stored = maintained(source)
    with closing(open_engine(source)) as engine, engine.reader() as reader:
        state, total = reader.state(), reader.stats().articles
    digests: dict[str, bytes] = {}
    counts, done = Added(), 0

    def articles() -> Iterator[Article]:
        for article in stored.articles(seen=True):
            digests[article.id] = article.digest()[:KEPT_DIGEST_BYTES]
            yield article

    def note(added: Added) -> None:
        nonlocal counts, done
        counts += Added(
            added.added, added.updated, added.unchanged, added.older, added.withdrawn, added.unindexed
        )
        done = counts.added + counts.updated + counts.unchanged + counts.older + counts.withdrawn
        if progress is not None:
            progress(done, max(done, total))

    with closing(open_engine(target, create=True, language=state.language)) as engine:
        with engine.reader() as reader:
            language = reader.state().language
        add_all(engine, articles(), note)
        beside = stored.beside()
        if beside.cancelled:
            engine.withdraw(
                {each: version for each, version in beside.cancelled.items() if each not in digests}
            )
    others = 0
    for article in maintained(target).articles():
        if article.id not in digests:
            others += 1
        elif digests[article.id] == article.digest()[:KEPT_DIGEST_BYTES]:
            digests[article.id] = b""
    return Transferred(
        len(digests),
        counts.added,
        counts.updated,
        counts.unchanged,
        others,
        tuple(sorted(identity for identity, digest in digests.items() if digest)),
        tuple(_left_behind(beside.versions, beside.searches, state.language, language, counts.unindexed)),
    )


def _left_behind(
    versions: int, searches: int, language: str, other: str, unindexed: tuple[str, ...]
) -> Iterator[str]:
    """A sentence about each thing that does not travel."""
    if versions:
        yield f"{versions:,} earlier versions of articles stay in the source: news dump --versions"
    if searches:
        yield f"{searches:,} saved searches stay in the source; news saved list has them"
    if language != other:
        yield f"the target is in {other} and not in {language}, so that words may have other stems there"
    if unindexed:
        named = ", ".join(unindexed[:5])
        yield f"fields that are stored but cannot be searched in the target: {named}"
