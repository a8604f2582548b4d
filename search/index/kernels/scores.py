"""BM25F of a block of documents, the highest of many keys, and edit distances.

For the formula of BM25F see `search.index.evaluate.bm25f`.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from search.index.kernels.arrays import Array, Docs, Floats, Ints

HALFWAY = 50
"""The word at this position has half the earliness of the first word of its field."""

MAX_EARLINESS = 255
"""The result of `earliness_of` for the first word of a field."""

BLOCK_SIZE = 64
"""This many keys are looked at together first, by their maximum."""


def earliness_of(positions: Array) -> Array:
    """uint8: how near positions, integers from 0, are to the beginning of a field.

    It is MAX_EARLINESS * HALFWAY / (HALFWAY + position), rounded.
    """
    return np.rint(float(MAX_EARLINESS * HALFWAY) / (positions + float(HALFWAY))).astype(np.uint8)


def add_field(
    tf: Floats,
    docs: Docs,
    at: Array | None,
    norms: Floats,
    frequencies: Array,
    earliness: Array,
    weight: float,
) -> None:
    """Add to `tf` float32[docs] the part of one field.

    The part is norm * (1 + weight * earliness / MAX_EARLINESS) * frequency.

    `at` has the places in `docs` of the frequencies and the earliness, ascending and distinct (None: all
    of them). `norms` has the norm of every document of the index. `tf` is changed.
    """
    added = norms.take(docs if at is None else docs.take(at))
    counts = frequencies.astype(np.float32)  # at once: a product of two types converts piece by piece
    if weight:
        factors = earliness.astype(np.float32)
        factors *= np.float32(weight / MAX_EARLINESS)
        factors += 1
        counts *= factors
    added *= counts
    if at is None:
        tf += added
    else:
        np.add.at(tf, at, added)


def saturate(tf: Floats, idf: float, k1: float) -> None:
    """Make scores of `tf` float32, which is changed: idf * (k1 + 1) * tf / (k1 + tf), and 0 where tf is 0.

    `k1` is above 0.
    """
    divisor = tf + np.float32(k1)
    tf *= np.float32(idf * (k1 + 1))
    tf /= divisor


def add_scores(totals: Floats, docs: Docs, added: Floats) -> None:
    """Add the score of each document to `totals`, which has an entry for each document and is changed."""
    np.add.at(totals, docs.astype(np.intp), added)


def highest(keys: Array, limit: int) -> Ints:
    """int64, ascending: the places of the `limit` highest keys, and of all that equal the last of them.

    `limit` is 1 or more. No key is NaN. The limit-th highest of the maxima of blocks is a bound that at least
    `limit` keys reach; a key that does not reach it cannot be among them.
    """
    blocks = len(keys) // BLOCK_SIZE
    if blocks > 4 * limit:
        maxima = keys[: blocks * BLOCK_SIZE].reshape(blocks, BLOCK_SIZE).max(axis=1)
        reaching = np.flatnonzero(keys >= np.partition(maxima, blocks - limit)[blocks - limit])
    else:
        reaching = np.arange(len(keys))
    if limit < len(reaching):
        own = keys.take(reaching)
        bound = np.partition(own, len(own) - limit)[len(own) - limit]
        reaching = reaching.compress(own >= bound)
    return reaching


def edit_distances(letters: Array, target: str, lengths: Array | None = None) -> Array:
    """int16[words]: the edits from each word, a row of `letters`, to `target`.

    `letters` is [words, width], code points of any integer type. `lengths` says how much of its row each word
    has; by default all of it. An edit inserts, deletes or replaces a character, or swaps two neighbours, and
    no character is edited twice (optimal string alignment). It is the table of Wagner and Fischer (1974),
    filled for all the words at once, one row of it for each character of the target.
    """
    count, width = letters.shape
    far = width + len(target)
    kind = np.int8 if far < 60 else np.int16  # a cell is at most 2 * far + 1
    # A row of the table is [columns, words], so that each step runs over the words, which are many.
    columns = np.ascontiguousarray(letters.T)
    before = row = np.repeat(np.arange(width + 1, dtype=kind)[:, None], count, axis=1)
    for i, char in enumerate(target, start=1):
        earlier, before = before, row
        row = np.empty_like(before)
        row[0] = i
        same = columns == ord(char)
        np.minimum(before[1:] + kind(1), before[:-1] + ~same, out=row[1:])
        if i > 1 and width > 1:
            apart = ~same[:-1] | (columns[1:] != ord(target[i - 2]))
            np.minimum(row[2:], earlier[:-2] + apart * kind(far) + kind(1), out=row[2:])
        for left, cell in pairwise(row):
            np.minimum(cell, left + kind(1), out=cell)
    ends = row[-1] if lengths is None else row[lengths, np.arange(count)]
    return ends.astype(np.int16)
