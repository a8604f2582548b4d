"""The kernels of writing that are compiled: pieces, words in order, boundaries, shingles; see `native`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import search.index.kernels._native as _native
import search.index.kernels.boundaries as boundaries
import search.index.kernels.inversion as inversion
import search.index.kernels.shingles as shingles
from search.index.kernels.arrays import Array, Docs, Ints
from search.index.kernels.native import INDEX, compiled


@compiled(inversion.cut_pieces)
def cut_pieces(text: Array) -> tuple[Ints, Ints]:
    starts, sizes = np.empty((len(text) + 1) // 2, np.int64), np.empty((len(text) + 1) // 2, np.int64)
    count = _native.cut_pieces(text, boundaries.GENERAL_PUNCTUATION, boundaries.LATIN_SIGNS, starts, sizes)
    return starts[:count], sizes[:count]


@compiled(inversion.pack_pieces)
def pack_pieces(text: Array, starts: Ints, sizes: Ints) -> tuple[Array, Array]:
    lows, highs = np.empty(len(starts), np.uint64), np.empty(len(starts), np.uint64)
    _native.pack_pieces(text, starts, sizes, lows, highs)
    return lows, highs


@compiled(inversion.find_keys)
def find_keys(low: Array, high: Array, lows: Array, highs: Array, numbers: Array) -> Array:
    found = np.empty(len(low), np.int32)
    _native.find_keys(low, high, lows, highs, numbers, found)
    return found


@compiled(inversion.order_by_term)
def order_by_term(terms: Array) -> tuple[Ints, Docs]:
    order, ordered = np.empty(len(terms), np.int64), np.empty(len(terms), np.int32)
    room = np.empty(0x10001, np.int64), np.empty(len(terms), np.int64)
    _native.order_by_term(terms, order, ordered, *room)
    return order, ordered


@compiled(inversion.interleave_runs)
def interleave_runs(owners: Sequence[Array], count: int) -> tuple[Ints, list[Ints]]:
    if any(own.dtype.char not in INDEX for own in owners):
        return inversion.interleave_runs(owners, count)
    starts = np.zeros(count + 1, np.int64)
    for own in owners:
        _native.count_owners(own, starts[1:])
    np.cumsum(starts, out=starts)
    following, places = starts[:-1].copy(), [np.empty(len(own), np.int64) for own in owners]
    for own, where in zip(owners, places, strict=True):
        _native.place_entries(own, following, where)
    return starts, places


@compiled(boundaries.mark_boundaries)
def mark_boundaries(text: Array, starts: Ints, abbreviations: Array) -> Array:
    marks = np.zeros(len(starts), np.uint8)
    _native.mark_boundaries(
        text,
        boundaries.in_plain_signs(text),
        starts,
        abbreviations,
        boundaries.SENTENCE,
        boundaries.PARAGRAPH,
        boundaries.WIDE_LINE,
        boundaries.NARROW_LINE,
        marks,
    )
    return marks


@compiled(shingles.hash_shingles)
def hash_shingles(words: Array, lengths: Array) -> tuple[Array, Ints]:
    counts = shingles.shingle_counts(lengths)
    hashes = np.empty(int(counts.sum()), np.uint64)
    _native.hash_shingles(words, lengths.astype(np.int64, copy=False), hashes)
    return hashes, counts


@compiled(shingles.sketch_texts)
def sketch_texts(words: Array, lengths: Array) -> tuple[Array, Ints]:
    hashes, sizes = np.empty(shingles.SKETCH_SIZE * len(lengths), np.uint32), np.empty(len(lengths), np.int64)
    count = _native.sketch_texts(words, lengths.astype(np.int64, copy=False), hashes, sizes)
    return hashes[:count].copy(), sizes


@compiled(shingles.count_common)
def count_common(one: Array, other: Array) -> int:
    return _native.count_common(one, other)


@compiled(shingles.compare_sketches)
def compare_sketches(one: Array, other: Array) -> tuple[Ints, Ints]:
    shared, among = np.empty(len(one), np.int64), np.empty(len(one), np.int64)
    _native.compare_sketches(one, other, shared, among)
    return shared, among
