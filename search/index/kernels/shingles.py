"""Runs of words, the lowest hashes of a text's runs, and the texts that share some of them.

A *shingle* is a run of `SHINGLE_WORDS` words. Its hash is a polynomial of the hashes of its words, mixed, so
that each of the 2**64 hashes is as likely as any other. A *sketch* of a text has the `SKETCH_SIZE` lowest of
the distinct upper halves of its hashes (Broder 1997, "On the resemblance and containment of documents"; a
bottom-k sketch, Cohen and Kaplan 2007). A text of fewer than `MIN_WORDS` words has no shingles to speak of:
its sketch has two hashes of the whole text, so that it shares them with an equal text only.
"""

from __future__ import annotations

import numpy as np

from search.index.kernels.arrays import Array, Docs, Ints
from search.index.kernels.sets import expand_runs, first_of_runs

SHINGLE_WORDS = 5
SKETCH_SIZE = 32
MIN_SHINGLES = 20
MIN_WORDS = MIN_SHINGLES + SHINGLE_WORDS - 1
NEAR_PARTNERS = 8
"""The number of texts with one hash, beside the first, that a text with it is paired with."""

_FACTOR = 0x9E3779B97F4A7C15
_POWERS = np.array([pow(_FACTOR, power, 1 << 64) for power in range(MIN_WORDS)], np.uint64)
_MIXERS = (np.uint64(0xD6E8FEB86659FD93), np.uint64(0xCA5A826395121157))
_HALF = np.uint64(32)


def mix_hashes(hashes: Array) -> Array:
    """uint64: a one-to-one image of uint64 numbers in which each bit depends on all of theirs."""
    mixed: Array = hashes ^ (hashes >> _HALF)
    mixed *= _MIXERS[0]
    mixed ^= mixed >> _HALF
    mixed *= _MIXERS[1]
    mixed ^= mixed >> _HALF
    return mixed


def hash_shingles(words: Array, lengths: Array) -> tuple[Array, Ints]:
    """(uint64: the hash of each shingle, text by text; int64: the number of shingles of each text).

    `words` uint64 has the hash of each word of all texts, `lengths` the number of words of each text. A text
    of fewer than `MIN_WORDS` words has no shingles.
    """
    counts = shingle_counts(lengths)
    if not counts.any():
        return np.empty(0, np.uint64), counts
    end = len(words) - SHINGLE_WORDS + 1
    hashes = words[:end].copy()
    for place in range(1, SHINGLE_WORDS):
        hashes *= _POWERS[1]
        hashes += words[place : end + place]
    return mix_hashes(hashes[expand_runs(_starts(lengths), counts)]), counts


def shingle_counts(lengths: Array) -> Ints:
    """int64: the number of shingles of texts with these numbers of words."""
    return np.where(lengths < MIN_WORDS, 0, lengths.astype(np.int64) - (SHINGLE_WORDS - 1))


def distinct_shingles(hashes: Array, counts: Ints) -> tuple[Array, Ints]:
    """(uint64: the distinct hashes of each text, ascending, text by text; int64: their number in each).

    Parameters are what `hash_shingles` returns.
    """
    found, first = hashes.copy(), 0
    ends = np.cumsum(counts)
    for end in ends.tolist():
        found[first:end].sort()
        first = end
    kept = first_of_runs(found)
    kept[(ends - counts)[counts > 0]] = True
    return found[kept], np.bincount(np.repeat(np.arange(len(counts)), counts)[kept], minlength=len(counts))


def count_common(one: Array, other: Array) -> int:
    """Count the numbers that are in both arrays, each of which ascends without repeats."""
    merged = np.concatenate([one, other])
    merged.sort(kind="stable")
    return int(np.count_nonzero(merged[1:] == merged[:-1]))


def hash_texts(words: Array, lengths: Array) -> Array:
    """uint64: a hash of all words of each text, in their order; each has from 1 to `MIN_WORDS` - 1 words."""
    starts = _starts(lengths)
    if not len(starts):
        return np.empty(0, np.uint64)
    weighed = words * _POWERS[np.arange(len(words)) - np.repeat(starts, lengths)]
    return mix_hashes(np.add.reduceat(weighed, starts) + lengths.astype(np.uint64))


def _starts(lengths: Array) -> Ints:
    starts: Ints = np.cumsum(lengths, dtype=np.int64) - lengths
    return starts


def sketch_texts(words: Array, lengths: Array) -> tuple[Array, Ints]:
    """(uint32: the sketch of each text, ascending, text by text; int64: the number of hashes in each).

    Parameters are as in `hash_shingles`. A text without words has an empty sketch.
    """
    keys = _lowest(*hash_shingles(words, lengths))
    if len(own := np.flatnonzero((lengths < MIN_WORDS) & (lengths > 0))):
        whole = hash_texts(words[expand_runs(_starts(lengths)[own], lengths[own])], lengths[own])
        texts = own.astype(np.uint64) << _HALF
        halves = [texts | whole >> _HALF, texts | mix_hashes(whole ^ _MIXERS[0]) >> _HALF]
        keys = np.sort(np.concatenate([keys, *halves]))
    sizes = np.bincount((keys >> _HALF).astype(np.int64), minlength=len(lengths))
    return keys.astype(np.uint32), sizes.astype(np.int64)


def _lowest(hashes: Array, counts: Ints) -> Array:
    """uint64, ascending: `text << 32 | upper half` of the lowest distinct hashes of each text."""
    owners = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    halves = hashes >> _HALF
    # Most hashes are not among the lowest of a long text: a bound spares sorting them.
    bounds = np.full(len(counts), 1 << 32, np.uint64)
    long = counts > 4 * SKETCH_SIZE
    bounds[long] = ((3 * SKETCH_SIZE << 32) // counts[long]).astype(np.uint64)
    keys = _first_of_each(owners, halves, halves < np.repeat(bounds, counts))
    found = np.bincount((keys >> _HALF).astype(np.int64), minlength=len(counts))
    if (again := long & (found < SKETCH_SIZE)).any():  # of a text that repeats itself
        chosen = np.repeat(again, counts)
        keys = keys[~again[(keys >> _HALF).astype(np.int64)]]
        keys = np.sort(np.concatenate([keys, _first_of_each(owners, halves, chosen)]))
    return keys


def _first_of_each(owners: Array, halves: Array, chosen: Array) -> Array:
    own = np.flatnonzero(chosen)
    keys = np.sort(owners.take(own) << _HALF | halves.take(own))  # np.unique takes ten times as long
    keys = keys.compress(first_of_runs(keys))
    begins = np.flatnonzero(first_of_runs(keys >> _HALF))
    sizes = np.diff(begins, append=len(keys))
    return keys[expand_runs(begins, np.minimum(sizes, SKETCH_SIZE))]


def count_pairs(one: Array, other: Array, least: int) -> tuple[Array, Array]:
    """(int64, int64): the pairs (one, other) that are there at least `least` times, each once, sorted."""
    keys = one.astype(np.int64) << 32 | other.astype(np.int64)
    keys.sort()
    begins = np.flatnonzero(first_of_runs(keys))
    chosen = keys[begins[np.diff(begins, append=len(keys)) >= least]]
    return chosen >> 32, chosen & 0xFFFFFFFF


def group_by_document(docs: Docs, count: int) -> tuple[Docs, Ints]:
    """(int32: the numbers of the entries, by document and ascending; int64[count + 1]: where each begins).

    `docs` has the document of each entry; there are `count` documents.
    """
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(docs, minlength=count), out=starts[1:])
    entries = np.empty(len(docs), np.int32)
    for low in range(0, count, _RADIX):  # which sorts in linear time, and bounds the memory
        own = np.flatnonzero((docs >= low) & (docs < low + _RADIX))
        places = np.argsort((docs[own] - low).astype(np.uint16), kind="stable")
        entries[starts[low] : starts[min(low + _RADIX, count)]] = own[places]
    return entries, starts


_RADIX = 1 << 16


def pad_sketches(keys: Array, count: int) -> Array:
    """uint64[count, SKETCH_SIZE]: the hashes of each sketch, ascending, and then 2**32 where it has no more.

    `keys` uint64 has `number of the sketch << 32 | hash` of all hashes, ascending.
    """
    owners = (keys >> _HALF).astype(np.int64)
    sizes = np.bincount(owners, minlength=count)
    places = np.arange(len(keys)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    padded = np.full((count, SKETCH_SIZE), 1 << 32, np.uint64)
    padded[owners, places] = keys & np.uint64((1 << 32) - 1)
    return padded


def compare_sketches(one: Array, other: Array) -> tuple[Ints, Ints]:
    """(int64, int64): of pairs of padded sketches, the hashes they share, and of how many.

    Only hashes count that are as low as all of both sketches: where one text has such a hash and the other
    sketch has not, the other text has not. The second number is the lesser number of them in one of the two.
    """
    shared, among = np.empty(len(one), np.int64), np.empty(len(one), np.int64)
    for start in range(0, len(one), _PAIRS_AT_ONCE):
        mine, others = one[start : start + _PAIRS_AT_ONCE], other[start : start + _PAIRS_AT_ONCE]
        bound = np.minimum(mine[:, -1:], others[:, -1:]).clip(max=(1 << 32) - 1)
        low = mine <= bound
        equal = (mine[:, :, None] == others[:, None, :]).any(axis=2)
        shared[start : start + len(mine)] = (equal & low).sum(axis=1)
        among[start : start + len(mine)] = np.minimum(low.sum(axis=1), (others <= bound).sum(axis=1))
    return shared, among


_PAIRS_AT_ONCE = 2_048


def choose_partners(counts: Ints) -> tuple[Ints, Ints]:
    """(owners, places) int64: of each of some lists, of these lengths, the first place and the last ones.

    `NEAR_PARTNERS` places at the end are chosen, and the first; each place at most once. `owners` has the
    list of each place.
    """
    near = np.minimum(counts, NEAR_PARTNERS)
    lists = np.arange(len(counts))
    far = np.flatnonzero(counts > NEAR_PARTNERS)
    owners = np.concatenate([far, np.repeat(lists, near)])
    return owners, np.concatenate([np.zeros(len(far), np.int64), expand_runs(counts - near, near)])
