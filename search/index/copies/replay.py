"""The candidates of all documents of an archive, when its articles come again in the order they once came.

A group keeps the name of a founder that has been changed or deleted since. So a rebuilt index has the groups
of the one before only if former articles come again too, each for the time that it was there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from search.index.copies.candidates import CHUNK_DOCUMENTS, MIN_SHARED, Candidates, Part, likely
from search.index.format.layout import MISSING
from search.index.format.sketches import LATEST, PUBLISHED, REVISION, sketch_arrays
from search.index.kernels import NEAR_PARTNERS, Array, Docs, Ints, choose_partners, count_pairs, expand_runs

NEVER = (1 << 63) - 1
"""The revision at which a present article ends."""


def replayed(
    present: Sequence[Part], former: Part, ends: Sequence[int], *, only_former: bool = False
) -> Iterator[Candidates]:
    """Find the candidates of present and former documents, which are numbered last, in order of arrival.

    A former document was there until just before the revision that `ends` has for it. With `only_former` the
    present documents are candidates, but have no turn of their own.
    """
    parts = (*present, former)
    hashes, docs = _entries(parts, former.sketches.hashes if only_former else None)
    taken, docs = np.unique(np.concatenate([docs, _every(parts, only_former)]), return_inverse=True)
    numbers: Docs = docs[: len(hashes)].astype(np.int32)
    revisions, times, ranks, until = _arrivals(parts, taken, ends)
    order = np.lexsort((ranks, np.where(times == MISSING, LATEST, times), revisions))
    entries = [*sketch_arrays(hashes, numbers, order)]
    hashes, docs = (np.concatenate([own[place] for own in entries]) for place in (0, 1))
    first_former = int(np.searchsorted(taken, former.base))
    if only_former:
        order = order[order >= first_former]
    places = np.full(len(taken), -1, np.int64)
    places[order] = np.arange(len(order))
    firsts = np.searchsorted(hashes, hashes)
    with_former = np.zeros(len(hashes), np.bool_)
    with_former[firsts[docs >= first_former]] = True
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
        owners, earlier_ones = count_pairs(np.concatenate(later), np.concatenate(earlier), MIN_SHARED)
        turns = taken[order[start : start + CHUNK_DOCUMENTS]]
        yield likely(parts, Candidates(turns, owners, taken[earlier_ones]))


def _entries(parts: Sequence[Part], wanted: Array | None) -> tuple[Array, Ints]:
    """(uint32 hashes, int64 documents): the entries of all sketches, or those with one of these hashes."""
    sought = None if wanted is None else np.unique(wanted)
    hashes, docs = [], []
    for part in parts:
        own, its = part.sketches.hashes, part.sketches.docs.astype(np.int64)
        if sought is not None:
            first, after = (np.searchsorted(own, sought, side) for side in ("left", "right"))
            chosen = expand_runs(first, after - first)
            own, its = own[chosen], its[chosen]
        if part.live is not None:
            kept = part.live[its]
            own, its = own[kept], its[kept]
        hashes.append(own)
        docs.append(its + part.base)
    return np.concatenate(hashes), np.concatenate(docs)


def _every(parts: Sequence[Part], only_former: bool) -> Ints:
    """All documents that have a turn."""
    found = []
    for part in parts[-1:] if only_former else parts:
        own = np.arange(len(part.column(REVISION)), dtype=np.int64)
        found.append((own if part.live is None else own[part.live]) + part.base)
    return np.concatenate(found)


def _arrivals(parts: Sequence[Part], docs: Ints, ends: Sequence[int]) -> tuple[Ints, Ints, Ints, Ints]:
    """(revisions, times, ranks of ids, the revisions at which they end) of documents, which ascend."""
    found: list[tuple[Ints, Ints, Ints]] = []
    ids: list[str] = []
    for part in parts:
        own = docs[(docs >= part.base) & (docs < part.base + len(part.column(REVISION)))]
        inside = own - part.base
        until = np.array(ends, np.int64)[inside] if part is parts[-1] else np.full(len(own), NEVER)
        revisions, times = (part.column(name)[inside] for name in (REVISION, PUBLISHED))
        ids += part.identities(own.tolist())
        found.append((revisions, times, until))
    revisions, times, until = (np.concatenate(own) for own in zip(*found, strict=True))
    ranks = np.empty(len(ids), np.int64)
    ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    return revisions, times, ranks, until


def _partners(before: Array) -> Ints:
    """The first and the last few of the documents."""
    far = before[:1] if len(before) > NEAR_PARTNERS else before[:0]
    return np.concatenate([far, before[-NEAR_PARTNERS:]]).astype(np.int64)
