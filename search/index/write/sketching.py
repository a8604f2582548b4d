"""Writes the sketches of the documents of a segment, by hash; see `format.sketches`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search.index.format.fields import SegmentFields
from search.index.format.layout import SegmentFile
from search.index.format.names import SKETCH_DOCS, SKETCH_HASHES
from search.index.format.sketches import PUBLISHED, REVISION, arrival_order, sketch_arrays
from search.index.kernels import Array, Docs


def merge_sketches(
    sources: Sequence[tuple[SegmentFields, Array, Docs]], ordinals: Array, file: SegmentFile
) -> None:
    """Merge the sketches of segments, if every segment has some.

    Each comes with bool[N], True for its documents that are kept, and with their new numbers. `ordinals` has
    the rank of the id of each document of the merged segment.
    """
    hashes, docs, revisions, published = [], [], [], []
    for fields, live, numbers in sources:
        own, revision, time = fields.sketches, fields.numbers(REVISION), fields.numbers(PUBLISHED)
        if own is None or revision is None or time is None:
            return
        kept = slice(None) if live.all() else live[own.docs]
        hashes.append(own.hashes[kept])
        docs.append(numbers.take(own.docs[kept]))
        revisions.append(revision[live])
        published.append(time[live])
    order = arrival_order(np.concatenate(revisions), np.concatenate(published), ordinals)
    count = sum(map(len, docs))
    rooms = [file.room(name, np.dtype(np.int32), count) for name in (SKETCH_HASHES, SKETCH_DOCS)]
    done = 0
    for own_hashes, own_docs in sketch_arrays(np.concatenate(hashes), np.concatenate(docs), order):
        into = slice(done, done + len(own_docs))
        rooms[0][into], rooms[1][into] = own_hashes.view(np.int32), own_docs
        done = into.stop
