"""Writes the sketches of the documents of a segment, by hash; see `format.sketches`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search.index.format.fields import SegmentFields
from search.index.format.layout import SegmentFile
from search.index.format.names import SKETCH_DOCS, SKETCH_HASHES
from search.index.format.sketches import PUBLISHED, RANGES, REVISION, ByArrival, arrival_order
from search.index.kernels import Array, Docs


def merge_sketches(
    sources: Sequence[tuple[SegmentFields, Array, Docs]], ordinals: Array, file: SegmentFile
) -> None:
    """Merge the sketches of segments, if every segment has some.

    Each comes with bool[N], True for its documents that are kept, and with their new numbers. `ordinals` has
    the rank of the id of each document of the merged segment.
    """
    edges = np.arange(RANGES, dtype=np.uint32) << np.uint32(32 - (RANGES - 1).bit_length())
    entries, revisions, published = [], [], []
    count = 0
    for fields, live, numbers in sources:
        own, revision, time = fields.sketches, fields.numbers(REVISION), fields.numbers(PUBLISHED)
        if own is None or revision is None or time is None:
            return
        kept = None if live.all() else live[own.docs]
        bounds = [*np.searchsorted(own.hashes, edges).tolist(), len(own.hashes)]
        entries.append((own, kept, numbers, bounds))
        count += len(own.docs) if kept is None else int(np.count_nonzero(kept))
        revisions.append(revision[live])
        published.append(time[live])
    by_arrival = ByArrival(arrival_order(np.concatenate(revisions), np.concatenate(published), ordinals))
    rooms = [file.room(name, np.dtype(np.int32), count) for name in (SKETCH_HASHES, SKETCH_DOCS)]
    done = 0
    for number in range(RANGES):
        hashes, docs = [], []
        for own, kept, numbers, bounds in entries:
            some = slice(*bounds[number : number + 2])
            flags = slice(None) if kept is None else kept[some]
            hashes.append(own.hashes[some][flags])
            docs.append(numbers.take(own.docs[some][flags]))
        sorted_hashes, sorted_docs = by_arrival.sorted(np.concatenate(hashes), np.concatenate(docs))
        into = slice(done, done + len(sorted_docs))
        rooms[0][into], rooms[1][into] = sorted_hashes.view(np.int32), sorted_docs
        done = into.stop
        file.release()
