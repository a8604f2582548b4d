"""The sketches of a segment's documents, by hash: the documents that may be copies of a new one.

    copy-sketches.hashes   the hashes of all sketches, ascending as uint32
    copy-sketches.docs     the document of each; of one hash in the order in which the documents arrived

Documents arrive by revision; of one revision the earliest published comes first, and of these the lowest id.
So the order is the same however documents are spread over segments. A segment of an earlier format has no
sketches.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from search.index.format.layout import MISSING
from search.index.kernels import Array, Docs, Ints, expand_runs, find_flagged, group_by_document
from search.once import once

REVISION, PUBLISHED, IDENTITY = "revision", "published", "id"
"""The columns and the value field by which documents are in order of arrival."""

LATEST = (1 << 63) - 1
"""The time of a document without one, in the order of arrival."""

RANGES = 16
"""Sketches are sorted in this many ranges of hashes, one after the other, to bound the memory for it."""


class Sketches:
    """The entries of the sketches of `count` documents: `hashes` uint32, ascending, and `docs` int32."""

    def __init__(self, hashes: Array, docs: Docs, count: int) -> None:
        self.hashes, self.docs, self._count = hashes, docs, count

    def entries_of(self, docs: Array, *, often: bool) -> Array:
        """The numbers of the entries of some documents, in no order.

        All entries are looked through, or, where documents are asked for `often`, grouped at the first call.
        """
        if often:
            entries, starts = self._by_document
            return entries[expand_runs(starts[docs], starts[docs + 1] - starts[docs])]
        wanted = np.zeros(self._count, np.bool_)
        wanted[docs] = True
        return find_flagged(wanted, self.docs)

    @once
    def _by_document(self) -> tuple[Docs, Ints]:
        return group_by_document(self.docs, self._count)


def arrival_order(revisions: Ints, published: Ints, identities: Array) -> Ints:
    """int64[N]: the documents in the order in which they arrived; `identities` has the rank of each id."""
    times = np.where(published == MISSING, LATEST, published)
    return np.lexsort((identities, times, revisions))


def sketch_arrays(hashes: Array, docs: Docs, order: Ints) -> Iterator[tuple[Array, Docs]]:
    """Sort the entries of sketches by hash and by the `order` of their documents, range by range."""
    by_arrival = ByArrival(order)
    parts = hashes >> np.uint32(32 - (RANGES - 1).bit_length())
    for number in range(RANGES):
        own = np.flatnonzero(parts == number)
        yield by_arrival.sorted(hashes[own], docs[own])


class ByArrival:
    """Sorts entries of sketches by hash, and entries of one hash by the `order` of their documents."""

    def __init__(self, order: Ints) -> None:
        self._order = order
        self._ranks = np.empty(len(order), np.uint32)
        self._ranks[order] = np.arange(len(order), dtype=np.uint32)

    def sorted(self, hashes: Array, docs: Docs) -> tuple[Array, Docs]:
        """(uint32 hashes, int32 documents) of entries in any order."""
        keys = hashes.astype(np.uint64) << np.uint64(32) | self._ranks[docs]
        keys.sort()
        found = self._order[keys & np.uint64(0xFFFFFFFF)].astype(np.int32)
        return (keys >> np.uint64(32)).astype(np.uint32), found
