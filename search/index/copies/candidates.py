"""The earlier documents that may be copies of a new one: their sketches have enough hashes in common.

A hash that many documents have, as one of a line that ends each article of a source, would pair all of them.
So a document is paired with the first that has the hash, and with the last few before it. The choice does not
depend on how the documents are spread over segments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb

import numpy as np

from search.index.copies.rules import AT_ANY_TIME, MAX_APART, MIN_CONTAINMENT
from search.index.format.fields import SegmentFields
from search.index.format.layout import MISSING
from search.index.format.names import COPY_OF
from search.index.format.sketches import IDENTITY, LATEST, PUBLISHED, REVISION, Sketches, arrival_order
from search.index.kernels import (
    MIN_SPARSITY,
    SKETCH_SIZE,
    Array,
    Ints,
    choose_partners,
    compare_sketches,
    count_pairs,
    expand_runs,
    find_common,
    first_of_runs,
    pad_sketches,
)
from search.once import once

MIN_SHARED = 2
"""The number of hashes that two documents share before their sketches are compared."""

MAX_MISSED = 0.003
"""The chance that the sketches of two copies look too unlike, where one has half its text from the other."""

CHUNK_DOCUMENTS = 2_500
"""Documents whose candidates are found at a time."""

MAX_LIST = 64
"""A longer list of documents with one hash is shortened by itself, not together with others."""


@dataclass
class Part:
    """A segment whose documents are numbered from `base`; `live` bool[N] flags the ones that are there."""

    fields: SegmentFields
    live: Array | None
    base: int

    def column(self, name: str) -> Ints:
        """int64[N]: a column that every segment with sketches has."""
        numbers = self.fields.numbers(name)
        assert numbers is not None
        return numbers

    def ranks(self, docs: Array) -> Array:
        """The ranks of the documents' ids among the segment's."""
        ids = self.fields.values(IDENTITY)
        assert ids is not None
        return ids.ordinals.take(docs)

    def order(self, doc: int) -> tuple[int, int, str]:
        """The revision, the time and the id of a document, which is numbered among all."""
        place = doc - self.base
        published = int(self.column(PUBLISHED)[place])
        time = LATEST if published == MISSING else published
        return int(self.column(REVISION)[place]), time, self.identities([doc])[0]

    def identities(self, docs: Sequence[int]) -> list[str]:
        """The ids of documents, which are numbered among all."""
        ids = self.fields.values(IDENTITY)
        return [] if ids is None else ids.first_of(np.array(docs, np.int64) - self.base)

    def first_value(self, field: str, doc: int) -> str:
        """The first value of a document, which is numbered among all; "" if it has no value."""
        values = self.fields.values(field)
        return "" if values is None else values.first_of(np.array([doc - self.base]))[0]

    def docs_with(self, field: str, value: str) -> list[int]:
        """The live documents with a value, numbered among all."""
        values = self.fields.values(field)
        number = -1 if values is None else values.values.number(value.encode())
        if values is None or number < 0:
            return []
        docs = values.docs_of(number)
        docs = docs if self.live is None else docs.compress(self.live[docs])
        return [doc + self.base for doc in docs.tolist()]

    def groups_among(self, names: Collection[str]) -> set[str]:
        """Find the names among these that are of groups that documents have joined."""
        values = self.fields.values(COPY_OF)
        if values is None:
            return set()
        known = values.values
        if len(names) * MIN_SPARSITY < len(known):
            return {name for name in names if known.number(name.encode()) >= 0}
        return {*names} & self._groups

    @once
    def _groups(self) -> frozenset[str]:
        values = self.fields.values(COPY_OF)
        return frozenset() if values is None else frozenset(values.values.strings())

    @once
    def sketches(self) -> Sketches:
        """The sketches of all documents."""
        found = self.fields.sketches
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Candidates:
    """New documents in order of arrival, and for each pair its place among them and the earlier document.

    Both are numbered among all documents; `owners` ascends.
    """

    docs: Ints
    owners: Ints
    earlier: Ints


def candidates(parts: Sequence[Part]) -> Iterator[Candidates]:
    """Find the candidates of each live document of the last part, in order of arrival."""
    new, older = parts[-1], parts[:-1]
    sketches, count = new.sketches, len(new.column(REVISION))
    every = np.arange(count, dtype=np.int32)
    order = arrival_order(new.column(REVISION), new.column(PUBLISHED), new.ranks(every))
    if new.live is not None:
        kept = np.flatnonzero(new.live[sketches.docs])
        sketches = Sketches(sketches.hashes[kept], sketches.docs[kept], count)
        order = order[new.live[order]]
    hashes, docs = sketches.hashes, sketches.docs
    places = np.empty(count, np.int64)
    places[order] = np.arange(len(order))
    for start in range(0, len(order), CHUNK_DOCUMENTS):
        chunk = order[start : start + CHUNK_DOCUMENTS]
        own = np.sort(sketches.entries_of(chunk, often=True))
        sought = hashes[own]
        begins = np.flatnonzero(first_of_runs(sought))
        known, starts = _older_documents(older, sought[begins])
        lists = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(own)))
        first_own = np.searchsorted(hashes, sought[begins])[lists]
        olders = np.diff(starts)[lists]
        owners, offsets = choose_partners(olders + own - first_own)
        is_older = offsets < olders[owners]
        earlier = np.empty(len(owners), np.int64)
        old, others = owners[is_older], owners[~is_older]
        earlier[is_older] = known[starts[lists[old]] + offsets[is_older]]
        earlier[~is_older] = docs[first_own[others] + offsets[~is_older] - olders[others]] + new.base
        pairs = count_pairs(places[docs[own]][owners] - start, earlier, MIN_SHARED)
        yield likely(parts, Candidates(chunk + new.base, *pairs))


def likely(parts: Sequence[Part], found: Candidates) -> Candidates:
    """The candidates that may be copies by the whole sketches of both, of documents of these parts.

    A copy shares at least half of its shingles, or more if it came much later (see `rules`). Of its hashes
    that are low enough for both sketches it shares about as many, and seldom fewer than `_LEAST_SHARED`; two
    texts with one sentence in common share fewer.
    """
    own = found.docs[found.owners]
    docs, places = np.unique(np.concatenate([own, found.earlier]), return_inverse=True)
    sketches = _sketches_of(parts, docs)
    shared, among = compare_sketches(
        *(sketches[places[some]] for some in (slice(len(own)), slice(len(own), None)))
    )
    times = _times_of(parts, docs)
    one, other = times[places[: len(own)]], times[places[len(own) :]]
    apart = (one != MISSING) & (other != MISSING) & (np.abs(one - other) > MAX_APART)
    kept = np.flatnonzero(shared >= _LEAST_SHARED[apart.astype(np.int64), among])
    return Candidates(found.docs, found.owners[kept], found.earlier[kept])


def _least_shared(among: int, containment: float) -> int:
    """The number of hashes, of `among`, that copies share at least, except with a chance of `MAX_MISSED`.

    `containment` is the least that they have.
    """
    chance, shared = 0.0, -1
    while chance <= MAX_MISSED:
        shared += 1
        chance += comb(among, shared) * containment**shared * (1 - containment) ** (among - shared)
    return max(MIN_SHARED, shared)


_LEAST_SHARED = np.array(
    [[_least_shared(n, least) for n in range(SKETCH_SIZE + 1)] for least in (MIN_CONTAINMENT, AT_ANY_TIME)]
)
"""[0] of copies at most `MAX_APART` apart, or without a time; [1] of copies further apart."""


def _times_of(parts: Sequence[Part], docs: Ints) -> Ints:
    """int64: the time of each of the documents, which ascend."""
    found = [np.empty(0, np.int64)]
    for part in parts:
        times = part.column(PUBLISHED)
        first, after = np.searchsorted(docs, (part.base, part.base + len(times)))
        found.append(times[docs[first:after] - part.base])
    return np.concatenate(found)


def _sketches_of(parts: Sequence[Part], docs: Ints) -> Array:
    """The padded sketches of documents, which ascend."""
    keys = [np.empty(0, np.uint64)]
    for part in parts:
        first, after = np.searchsorted(docs, (part.base, part.base + len(part.column(REVISION))))
        if first < after:
            own = docs[first:after] - part.base
            places = np.empty(len(part.column(REVISION)), np.uint64)
            places[own] = np.arange(first, after)
            entries = part.sketches.entries_of(own, often=part is parts[-1])
            owners = places[part.sketches.docs[entries]]
            keys.append(owners << np.uint64(32) | part.sketches.hashes[entries])
    return pad_sketches(np.sort(np.concatenate(keys), kind="stable"), len(docs))


def _older_documents(parts: Sequence[Part], sought: Array) -> tuple[Ints, Ints]:
    """(documents, starts): for each hash its first document and its last ones, in order of arrival."""
    rows = [(part, *own) for part in parts if len((own := _documents_of(part, sought))[1])]
    starts = np.zeros(len(sought) + 1, np.int64)
    if not rows:
        return np.empty(0, np.int64), starts
    lists = np.concatenate([own for _, own, _ in rows])
    revisions = [part.column(REVISION)[docs] for part, _, docs in rows]
    if all(int(before.max()) < int(after.min()) for before, after in pairwise(revisions)):
        order = np.argsort(lists, kind="stable")  # each segment is in order, and came after the one before it
    else:
        times = np.concatenate([part.column(PUBLISHED)[docs] for part, _, docs in rows])
        ranks = np.concatenate([part.ranks(docs) for part, _, docs in rows])
        times = np.where(times == MISSING, LATEST, times)
        order = np.lexsort((ranks, times, np.concatenate(revisions), lists))
    np.cumsum(np.bincount(lists, minlength=len(sought)), out=starts[1:])
    return np.concatenate([docs + part.base for part, _, docs in rows])[order], starts


def _documents_of(part: Part, sought: Array) -> tuple[Ints, Ints]:
    """(lists, documents): of each hash in one segment, its first live document and its last ones."""
    hashes, docs = part.sketches.hashes, part.sketches.docs
    common = find_common(sought, hashes)
    numbers = np.searchsorted(sought, common)
    first, after = (np.searchsorted(hashes, common, side) for side in ("left", "right"))
    sizes = after - first
    short = np.flatnonzero(sizes <= MAX_LIST)
    lists = np.repeat(numbers[short], sizes[short])
    found = docs[expand_runs(first[short], sizes[short])].astype(np.int64)
    if part.live is not None:
        kept = part.live[found]
        lists, found = lists[kept], found[kept]
    all_lists, all_found = [lists], [found]
    for long in np.flatnonzero(sizes > MAX_LIST).tolist():
        own = docs[first[long] : after[long]].astype(np.int64)
        own = own if part.live is None else own[part.live[own]]
        all_lists.append(np.full(len(own), numbers[long]))
        all_found.append(own)
    lists, found = np.concatenate(all_lists), np.concatenate(all_found)
    counts = np.bincount(lists, minlength=len(sought))
    order = np.argsort(lists, kind="stable")
    owners, offsets = choose_partners(counts)
    return owners, found[order[np.cumsum(counts)[owners] - counts[owners] + offsets]]
