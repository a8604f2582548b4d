"""Compares a segment with a new one made from the same documents, array by array.

A segment is a function of its documents and their order: inverting them at once gives the same arrays as
inverting parts and merging these. So a segment made again from the same texts must be equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from search.index.format.layout import MappedArrays
from search.index.format.names import COPY_OF, PART_OF, is_of_field, is_of_unit, value_array, value_fields
from search.index.format.segment import Segment
from search.index.format.whole import unpacked
from search.index.kernels import Array
from search.index.read.snapshot import Snapshot
from search.index.write.merge import Source, merge


def values_in_order(folder: Path, segment: Segment, field: str) -> list[str]:
    """The first value of `field` of each document that is not deleted, in the order of the documents."""
    return Snapshot(folder, [segment]).values(field).texts(np.flatnonzero(segment.live()).astype(np.int32))


def differing_arrays(
    folder: Path, segment: Segment, fresh: Mapping[str, Array], scratch: Path
) -> Iterator[str]:
    """Find the names of arrays that differ from `fresh`, which was made from the documents not deleted.

    A segment with deleted documents is merged alone, into files below `scratch`, twice. Without the deleted
    documents it must equal `fresh`. With them it must equal itself; this also checks the arrays that a merge
    computes and does not copy.
    """
    arrays = segment.open(folder)
    if not segment.deleted:
        yield from _differing(arrays, fresh)
        return
    everything = np.ones(segment.count, np.bool_)
    yield from _differing(arrays, _merged(arrays, everything, scratch / f"{segment.id}.everything"))
    yield from _differing(_merged(arrays, segment.live(), scratch / f"{segment.id}.live"), fresh)


def _merged(arrays: MappedArrays, live: Array, path: Path) -> MappedArrays:
    merge([Source(arrays, live)], path)
    return MappedArrays(path)


def _differing(one: Mapping[str, Array], other: Mapping[str, Array]) -> Iterator[str]:
    one, other = unpacked(one), unpacked(other)
    # The groups of copies depend on other documents too.
    # A value field without any value left has arrays after a merge, but `fresh` has no arrays of it.
    empty = [field for field in value_fields(one) if not len(one[value_array(field, "ordinals")])]
    # Segments of earlier versions do not know where sentences and paragraphs begin.
    newer = {name for name in other if is_of_unit(name) and name not in one}
    for name in sorted({*one, *other} - newer):
        same = name in one and name in other and np.array_equal(one[name], other[name])
        if not same and not any(is_of_field(name, field) for field in (*empty, COPY_OF, PART_OF)):
            yield name
