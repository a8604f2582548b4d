"""A commit of the index as it would be for the articles of an earlier revision.

Of the newest commit the articles are left out that have come or changed since, and the articles that were
replaced or deleted are put beside the others, as they were, in a segment that is only in memory. So whatever
is asked of it has the answer of an archive that was never changed after that revision: ids, totals, facets,
and scores, too. The last few are kept, as one question seldom comes alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock

from search.backends.embedded.columns import numbers_of
from search.backends.embedded.store import Store
from search.deadline import checked
from search.errors import LimitExceeded
from search.fields import MAX_EXTRA_FIELDS
from search.index.read.snapshot import Snapshot
from search.text import Analyzer

MAX_REPLACED = 20_000
"""Articles that have been changed or deleted since the revision, at most."""

MAX_KEPT = 4
"""Earlier revisions of one commit that stay in memory."""

BATCH_ARTICLES = 500


@dataclass(frozen=True, slots=True)
class Past:
    """The index of an earlier revision, and the extra fields that its articles have."""

    view: Snapshot
    extra_fields: tuple[str, ...]


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
    return Past(own, past.extra_fields)


def _made(view: Snapshot, store: Store, language: str, extra_fields: Sequence[str], revision: int) -> Past:
    from search.backends.embedded.documents import DocumentCollector, batch_of
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
    collector, fields, made = DocumentCollector(Analyzer(language)), dict.fromkeys(extra_fields), 0
    replaced = store.replaced(revision, view.check)
    while some := list(islice(replaced, BATCH_ARTICLES)):
        for article, _ in some:
            if len(fields) < MAX_EXTRA_FIELDS:
                fields.update(dict.fromkeys(article.extra))
        collector.add(batch_of(some, [revision] * len(some), made, fields))
        made += len(some)
    past = view.changed(gone, segment_arrays(collector.documents()) if made else {}, made)
    return Past(past, tuple(sorted(fields)))
