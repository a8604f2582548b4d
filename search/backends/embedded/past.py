"""A commit of the index as it would be for the articles of an earlier revision.

Of the newest commit the articles are left out that have come or changed since, and the articles that were
replaced or deleted are put beside the others, as they were, in a segment that is only in memory. So whatever
is asked of it has the answer of an archive that was never changed after that revision: ids, totals, facets,
and scores, too. The last few are kept, as one question seldom comes alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from search.article import Article
from search.backends.embedded.store import Store
from search.backends.evaluate.columns import COLUMNS, numbers_of
from search.deadline import checked
from search.errors import ArchiveError, LimitExceeded
from search.fields import MAX_EXTRA_FIELDS
from search.index.kernels import Array
from search.index.read.snapshot import Snapshot
from search.text import Analyzer

if TYPE_CHECKING:  # what analyses articles is imported when one has been replaced
    from search.backends.evaluate.documents import DocumentCollector

MAX_REPLACED = 20_000
"""Articles that have been changed or deleted since the revision, at most; and former states of articles whose
groups of copies are worked out."""

MAX_KEPT = 4
"""Earlier revisions of one commit that stay in memory."""

BATCH_ARTICLES = 500


@dataclass(frozen=True, slots=True)
class Past:
    """The index of an earlier revision, and the extra fields that its articles have.

    Without `has_copies` the articles that have been replaced since are in no group of copies.
    """

    view: Snapshot
    extra_fields: tuple[str, ...]
    has_copies: bool = True


class Pasts:
    """The earlier revisions of a commit that are in memory; safe to share between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Past] = OrderedDict()
        self._lock = Lock()

    def get(self, revision: int) -> Past | None:
        with self._lock:
            if revision in self._known:
                self._known.move_to_end(revision)
            return self._known.get(revision)

    def put(self, revision: int, past: Past) -> None:
        with self._lock:
            self._known[revision] = past
            while len(self._known) > MAX_KEPT:
                self._known.popitem(last=False)


def past_of(view: Snapshot, store: Store, language: str, extra_fields: Sequence[str], revision: int) -> Past:
    """The index as of a revision, from the `view` of a commit with these extra fields.

    Raises `LimitExceeded` if too many articles have been changed or deleted since.
    """
    pasts = view.keep("pasts", make=Pasts)
    past = pasts.get(revision)
    if past is None:
        past = _made(view, store, language, extra_fields, revision)
        pasts.put(revision, past)
    own = past.view.fork()
    own.check = view.check
    return replace(past, view=own)


def _made(view: Snapshot, store: Store, language: str, extra_fields: Sequence[str], revision: int) -> Past:
    from search.backends.evaluate.documents import DocumentCollector, batch_of
    from search.index.write.invert import segment_arrays

    if (count := store.count_replaced(revision)) > MAX_REPLACED:
        raise LimitExceeded(
            f"{count:,} articles have been changed or deleted since revision {revision:,}, more than the "
            f"{MAX_REPLACED:,} of a search as of a revision; ask for a later one, or make an archive of "
            "the versions of that time from: news dump --versions"
        )
    changed = {identity.encode() for identity in store.changed_since(revision)}
    if not changed:
        return Past(view.fork(), tuple(extra_fields))
    gone = view.values("id").docs(lambda ids: numbers_of(ids, checked(changed, view.check)))
    collector, fields = DocumentCollector(Analyzer(language)), dict.fromkeys(extra_fields)
    numbers: dict[str, int] = {}
    replaced = store.replaced(revision, view.check)
    while some := list(islice(replaced, BATCH_ARTICLES)):
        for article, _ in some:
            if len(fields) < MAX_EXTRA_FIELDS:
                fields.update(dict.fromkeys(article.extra.keys() - COLUMNS.keys()))
        seen = store.first_seen([article.id for article, _ in some])
        dated = [(article, edits, seen.get(article.id)) for article, edits in some]
        collector.add(batch_of(dated, [revision] * len(some), len(numbers), fields))
        numbers.update((article.id, number) for number, (article, _) in enumerate(some, start=len(numbers)))
    arrays: dict[str, Array] = {}
    if numbers:
        arrays = segment_arrays(collector.documents())
        if known := store.count_former(revision) <= MAX_REPLACED:
            arrays |= _groups(view, store, collector, numbers, revision)
    past = view.changed(gone, arrays, len(numbers))
    return Past(past, tuple(sorted(fields)), not numbers or known)


def _groups(
    view: Snapshot, store: Store, collector: DocumentCollector, numbers: Mapping[str, int], revision: int
) -> dict[str, Array]:
    """The groups of copies of the articles as they were, which have these numbers by id."""
    from search.backends.embedded.regrouping import values_then
    from search.index.write.invert import value_field_arrays

    def read(identities: Sequence[str]) -> dict[str, Article]:
        view.check()
        found = store.get(identities, revision)
        if len(found) < len(identities):
            raise ArchiveError("articles were erased while they were read; ask again", store.location)
        return found

    arrays: dict[str, Array] = {}
    former = list(checked(store.former(revision), view.check))
    for name, (docs, values) in values_then(view, former, read, collector).items():
        present = sorted(
            (numbers[former[doc].article.id], value)
            for doc, value in zip(docs, values, strict=True)
            if former[doc].until > revision and former[doc].article.id in numbers
        )
        docs, values = [number for number, _ in present], [value for _, value in present]
        arrays |= value_field_arrays(name, docs, values, len(numbers))
    return arrays
