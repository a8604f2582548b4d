"""Adds documents to an archive, a batch at a time, and keeps an account of their outcomes."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from search.article import Article
from search.engine import MAX_NAMED_FIELDS, Added, Engine, SearchRequest
from search.language import Everything
from search.sources import Accepted, Item, Note, Origin, Rejected, Retracted, Skipped
from search.text import MAX_WORD_LENGTH, words

BATCH_ARTICLES = 25_000
BATCH_CHARACTERS = 32 << 20
BATCH_SECONDS = 5.0
"""A batch ends with whichever it reaches first."""

REMEMBERED = 250_000
"""The number of documents of a run whose origins are kept, to name them if a later one has the same id."""

MAX_AHEAD = timedelta(hours=36)
"""A time that is no further ahead than this can be today in another zone, or by a clock that is fast."""


@dataclass(slots=True)
class IndexReport:
    """The outcomes of the documents read so far.

    `counts` has the ids, too, where they were asked for. `withdrawn` are articles that were there and that a
    document took back. `examples` has, for each code of a note, the first document that has it.
    """

    counts: Added = field(default_factory=Added)
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    withdrawn: int = 0
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
    on_note: Callable[[Origin, Note], None] | None = None,
    on_progress: Callable[[IndexReport], None] | None = None,
    now: datetime | None = None,
    keep_ids: bool = False,
) -> None:
    """Add every accepted article to the engine, keeping the account in `report`.

    With `keep_ids` it has the ids of the articles. Articles from after `now` (default: the time of the call)
    are noted in it.

    `report` is true at any time, also when this is interrupted: every article counted in it is
    stored. If a `KeyboardInterrupt` ends the reading, the articles read before it are stored first.
    `on_reject` is called for each rejected document, `on_note` for each note about an accepted one,
    `on_progress` now and then.
    """
    started, now = time.monotonic(), now or datetime.now(UTC)

    told = 0

    def tell() -> None:
        nonlocal told
        told = report.read
        report.seconds = time.monotonic() - started
        if on_progress is not None:
            on_progress(report)

    withdrawn: dict[str, int | None] = {}
    seen = _Origins()
    fields: dict[str, Origin | None] = {}  # where each extra field was first met; None once it was noted

    def take(origin: Origin, note: Note) -> None:
        report.notes[note.code] += 1
        report.examples.setdefault(note.code, f"{origin}: {note.detail}")
        if on_note is not None:
            on_note(origin, note)

    def accepted() -> Iterator[Article]:
        for item in items:
            report.read += 1
            if report.read % 500 == 0:
                tell()
            match item:
                case Accepted(article, origin, notes):
                    if _is_newer(article.version, withdrawn.get(article.id)):
                        withdrawn.pop(article.id, None)
                    for note in chain(notes, _oddities(article, now), seen.other(article, origin)):
                        take(origin, note)
                    if len(fields) < MAX_NAMED_FIELDS:
                        for name in article.extra:
                            fields.setdefault(name, origin)
                    yield article
                case Rejected(_, code, _):
                    report.rejected[code] += 1
                    if on_reject is not None:
                        on_reject(item)
                case Skipped(_, code):
                    report.skipped[code] += 1
                case Retracted(article_id, _, version):
                    withdrawn[article_id] = version

    def note(counts: Added) -> None:
        report.counts += counts if keep_ids else replace(counts, added_ids=(), updated_ids=())
        for name in counts.unindexed:
            if (origin := fields.get(name)) is not None:
                fields[name] = None
                detail = f"the field {name} is stored but cannot be searched, as there are too many fields"
                take(origin, Note("unindexed-field", detail))
        tell()

    add_all(engine, accepted(), note)
    if withdrawn:
        report.withdrawn = engine.withdraw(withdrawn)
        report.skipped["withdrawn"] += len(withdrawn) - report.withdrawn
    if told < report.read:
        tell()


def _is_newer(version: int | None, cancelled: int | None) -> bool:
    """True if an article that comes after its cancelling is a newer state of it, as far as the wire says."""
    return version is None or cancelled is None or version > cancelled


class _Origins:
    """The origins of the last `REMEMBERED` documents of a run, by their ids."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, Origin]] = OrderedDict()  # whose first goes at no cost

    def other(self, article: Article, origin: Origin) -> Iterator[Note]:
        """Yield a note if another article of this run had the same id, and remember this one for the id."""
        content = hash(article)
        before, first = self._known.pop(article.id, (content, origin))
        self._known[article.id] = content, origin
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        if before != content:
            yield Note("same-id", f"the article {article.id!r} takes the place of that from {first}")


def _oddities(article: Article, now: datetime) -> Iterator[Note]:
    """Note the oddities of an article, which is added all the same; they do not depend on its source."""
    seen = now if article.crawled is None else min(now, article.crawled)
    if article.published is not None and article.published > seen + MAX_AHEAD:
        detail = f"dated in the future: {article.published:%Y-%m-%d}, first seen {seen:%Y-%m-%d}"
        yield Note("future-date", detail)
    if _may_have_long_word(article.body):
        pieces = [piece for piece in article.body.split() if len(piece) > MAX_WORD_LENGTH]
        longest = max((len(word) for piece in pieces for word in words(piece)), default=0)
        if longest > MAX_WORD_LENGTH:
            yield Note("long-word", f"a word of {longest:,} characters cannot be searched for")


def _may_have_long_word(text: str) -> bool:
    """True if more than `MAX_WORD_LENGTH` characters are somewhere without a space, seen without a split."""
    start, last = 0, len(text) - MAX_WORD_LENGTH
    while start < last:
        start = text.rfind(" ", start, start + MAX_WORD_LENGTH + 1) + 1
        if not start:
            return True
    return False


def add_all(engine: Engine, articles: Iterator[Article], note: Callable[[Added], object]) -> None:
    """Add articles batch by batch, calling `note` when one is stored and can be found.

    A `KeyboardInterrupt` while the next article is made ends the batch, which is stored before it goes on.
    After several batches the index is optimized, the whole of it if more than half of the archive is new:
    that costs less than the run did.
    """
    added = several = 0
    for batch in _batches(articles):
        counts = engine.add(batch, more=several > 0)
        note(counts)
        if batch.interrupt is not None:
            raise batch.interrupt
        added += counts.added + counts.updated
        several += 1
    if several > 1:
        with engine.reader() as reader:
            total = reader.search(SearchRequest(Everything(), limit=0)).total
        engine.optimize(whole=2 * added > total)


class _Batch:
    """Some articles, from the first on, read as they are taken; all of them must be taken before the next."""

    def __init__(self, first: Article, articles: Iterator[Article]) -> None:
        self._first, self._articles = first, articles
        self.interrupt: KeyboardInterrupt | None = None

    def __iter__(self) -> Iterator[Article]:
        article, characters, started = self._first, 0, time.monotonic()
        for count in range(1, BATCH_ARTICLES + 1):
            yield article
            characters += len(article.body) + len(article.description)
            full = count == BATCH_ARTICLES or characters >= BATCH_CHARACTERS
            if full or time.monotonic() - started > BATCH_SECONDS:
                return
            try:
                article = next(self._articles)
            except StopIteration:
                return
            except KeyboardInterrupt as interrupt:
                self.interrupt = interrupt
                return


def _batches(articles: Iterator[Article]) -> Iterator[_Batch]:
    return (_Batch(first, articles) for first in articles)
