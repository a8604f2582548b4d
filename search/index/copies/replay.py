"""The candidates of all documents of an archive, when its articles come again in the order they once came.

A group keeps the name of a founder that has been changed or deleted since. So a rebuilt index has the groups
of the one before only if former articles come again too, each for the time that it was there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from search.index.copies.candidates import CHUNK_DOCUMENTS, MIN_SHARED, Candidates, Part
from search.index.format.layout import MISSING
from search.index.format.sketches import LATEST, PUBLISHED, REVISION, sketch_arrays
from search.index.kernels import NEAR_PARTNERS, Array, Ints, choose_partners, count_pairs

NEVER = (1 << 63) - 1
"""The revision at which a present article ends."""


def replayed(present: Part, former: Part, ends: Sequence[int]) -> Iterator[Candidates]:
    """Find the candidates of present and former documents, numbered one after the other, by arrival.

    A former document was there until just before the revision that `ends` has for it.
    """
    parts = (present, former)
    revisions, times = (np.concatenate([p.column(name) for p in parts]) for name in (REVISION, PUBLISHED))
    until = np.concatenate([np.full(len(present.column(REVISION)), NEVER), np.array(ends, np.int64)])
    every = [range(part.base, part.base + len(part.column(REVISION))) for part in parts]
    ids = np.array(
        [identity for part, own in zip(parts, every, strict=True) for identity in part.identities(own)]
    )
    order = np.lexsort((ids, np.where(times == MISSING, LATEST, times), revisions))
    hashes = np.concatenate([part.sketches.hashes for part in parts])
    docs = np.concatenate([part.sketches.docs + part.base for part in parts]).astype(np.int32)
    entries = [*sketch_arrays(hashes, docs, order)]
    hashes, docs = (np.concatenate([own[place] for own in entries]) for place in (0, 1))
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    firsts = np.searchsorted(hashes, hashes)
    with_former = np.zeros(len(hashes), np.bool_)
    with_former[firsts[docs >= former.base]] = True
    mixed = with_former[firsts]
    arrived = places[docs]
    for start in range(0, len(order), CHUNK_DOCUMENTS):
        inside = (arrived >= start) & (arrived < start + CHUNK_DOCUMENTS)
        own = np.flatnonzero(inside & ~mixed)
        owners, offsets = choose_partners(own - firsts[own])
        later = [arrived[own][owners] - start]
        earlier = [docs[firsts[own][owners] + offsets].astype(np.int64)]
        for entry in np.flatnonzero(inside & mixed).tolist():
            before = docs[firsts[entry] : entry]
            chosen = _partners(before[until[before] > revisions[docs[entry]]])
            earlier.append(chosen)
            later.append(np.full(len(chosen), arrived[entry] - start))
        pairs = count_pairs(np.concatenate(later), np.concatenate(earlier), MIN_SHARED)
        yield Candidates(order[start : start + CHUNK_DOCUMENTS], *pairs)


def _partners(before: Array) -> Ints:
    """The first and the last few of the documents."""
    far = before[:1] if len(before) > NEAR_PARTNERS else before[:0]
    return np.concatenate([far, before[-NEAR_PARTNERS:]]).astype(np.int64)
