"""Documents into an archive, a batch at a time, and an account of what became of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from search.article import Article
from search.engine import Added, Engine
from search.sources import Accepted, Item, Rejected, Skipped

BATCH_ARTICLES = 25_000
BATCH_CHARACTERS = 32 << 20
"""A batch ends with whichever it reaches first; no more than one is held in memory."""


@dataclass(slots=True)
class IndexReport:
    """What became of the documents read so far.

    `examples` has, for each code of a note, the first document that has it.
    """

    counts: Added = field(default_factory=Added)
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    read: int = 0
    seconds: float = 0.0

    @property
    def stored(self) -> int:
        """Articles of this run that are in the archive and can be found."""
        return self.counts.added + self.counts.updated + self.counts.unchanged


def index_documents(
    engine: Engine,
    items: Iterable[Item],
    report: IndexReport,
    *,
    on_reject: Callable[[Rejected], None] | None = None,
    on_progress: Callable[[IndexReport], None] | None = None,
) -> None:
    """Add every accepted article to the engine, keeping the account in `report`.

    `report` is true at any time, so that it holds when this is interrupted: what is counted in it is
    stored. `on_reject` is called for each rejected document, `on_progress` now and then.
    """
    started = time.monotonic()
    batch: list[Article] = []
    characters = 0

    def flush() -> None:
        nonlocal batch, characters
        if batch:
            report.counts += engine.add(batch)
        batch, characters = [], 0
        report.seconds = time.monotonic() - started
        tell()

    def tell() -> None:
        if on_progress is not None:
            on_progress(report)

    for item in items:
        match item:
            case Accepted(article, origin, notes):
                batch.append(article)
                characters += len(article.body) + len(article.description)
                for note in notes:
                    report.notes[note.code] += 1
                    report.examples.setdefault(note.code, f"{origin}: {note.detail}")
            case Rejected(_, code, _):
                report.rejected[code] += 1
                if on_reject is not None:
                    on_reject(item)
            case Skipped(_, code):
                report.skipped[code] += 1
        report.read += 1
        if len(batch) >= BATCH_ARTICLES or characters >= BATCH_CHARACTERS:
            flush()
        elif report.read % 500 == 0:
            tell()
    flush()
