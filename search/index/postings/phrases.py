"""Words side by side, in one segment.

Every position in a field gets a number, document after document, with an unused number between two
documents. A phrase begins at number n where its first word has the number n, its second word n + 1, and so
on. So the numbers of each word, less the word's place in the phrase, have exactly the starts of the phrase in
common.

A few numbers are sorted together; a number that occurs twice is common to two words. Many numbers are looked
up in a table of bytes, a block of documents at a time, so that the work stays in a processor's cache and its
memory is used again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from search.deadline import Check, no_deadline
from search.index.kernels import (
    Array,
    Docs,
    Flags,
    Words,
    count_flagged,
    count_phrase,
    count_starts,
    earliness_of,
    expand_runs,
    find_members,
    find_near_words,
    flag_members,
    number_words,
    phrase_starts,
    unite_by_sorting,
)
from search.index.postings.postings import Counted, joined, summed
from search.index.postings.proximity import Spans, joined_spans

BLOCK_POSITIONS = 1 << 20
"""The approximate number of positions in a block of documents."""

MAX_SORTED_POSITIONS = 1 << 16
"""Up to this many positions are sorted; more are looked up in a table."""

MIN_RARITY = 32
"""If the rarest word has this many times fewer documents than another, only its documents are looked at."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The occurrences of a term in a field of a segment: documents, frequency in each, positions."""

    docs: Docs
    frequencies: Array
    positions: Array

    def within(self, docs: Docs) -> Occurrences:
        """The occurrences in the given documents, which ascend."""
        at, there = find_members(docs, self.docs)
        at = at.compress(there)
        found = self.frequencies.take(at)
        ends = np.cumsum(self.frequencies, dtype=np.int64).take(at)
        return Occurrences(self.docs.take(at), found, self.positions.take(expand_runs(ends - found, found)))

    def split(self, edges: Array) -> list[Occurrences]:
        """The occurrences in the documents from each of `edges` up to the next."""
        cuts = np.searchsorted(self.docs, edges)
        ends = np.concatenate([[0], np.cumsum(self.frequencies, dtype=np.intp)]).take(cuts).tolist()
        docs = cuts.tolist()
        return [
            Occurrences(self.docs[a:b], self.frequencies[a:b], self.positions[c:d])
            for a, b, c, d in zip(docs, docs[1:], ends, ends[1:], strict=False)
        ]

    def as_words(self) -> Words:
        """The same as the kernels take it."""
        return self.docs, self.frequencies, self.positions

    def numbers(self, bases: Array, offset: int) -> Array:
        """The number of each occurrence, less `offset`; ascending."""
        return number_words(self.docs, self.frequencies, self.positions, bases, offset)

    def counted(self, flags: Flags, place: int) -> Counted:
        """The phrases whose word at `place` is an occurrence with its flag set."""
        docs, counts, first = count_flagged(self.docs, self.frequencies, flags)
        return Counted(docs, counts, earliness_of(self.positions.take(first).astype(np.int32) - place))


Slot = Sequence[Occurrences]
"""The alternatives for one place of a phrase."""


class Numbering:
    """The numbers of the positions of a field; `extents` int32[N] counts the positions of each document."""

    def __init__(self, extents: Array) -> None:
        total = int(extents.sum(dtype=np.int64)) + len(extents)
        self.bases: Array = np.cumsum(extents).astype(np.int32 if total < 1 << 31 else np.int64)
        self.bases += np.arange(1, len(extents) + 1, dtype=self.bases.dtype)
        self.bases -= extents
        starts = np.arange(0, total, BLOCK_POSITIONS).astype(self.bases.dtype)
        self.edges = np.append(np.searchsorted(self.bases, starts), len(extents)).astype(np.int32)
        self.room = BLOCK_POSITIONS + (int(extents.max()) if len(extents) else 0)
        """At least as many entries as a block has numbers."""


def phrase_documents(
    words: Sequence[Slot],
    numbering: Numbering,
    table: Callable[[int], Array],
    check: Check = no_deadline,
) -> Counted:
    """Find a phrase; each of `words` has the alternatives for one place of it.

    `table` lends an array of uint8 with at least this many entries, all 0 before and after.
    """
    counts = [sum(len(own.docs) for own in slot) for slot in words]
    rarest = min(range(len(words)), key=counts.__getitem__)
    if not counts[rarest]:
        return joined([])
    docs = unite_by_sorting([own.docs for own in words[rarest]])
    words = [
        slot if len(docs) * MIN_RARITY > count else [own.within(docs) for own in slot]
        for slot, count in zip(words, counts, strict=True)
    ]
    if sum(len(own.positions) for slot in words for own in slot) <= MAX_SORTED_POSITIONS:
        return _of_few(words, numbering.bases)
    marks = table(numbering.room + len(words))  # for the numbers of a block, and for a phrase before it
    found = [_of_block(block, numbering.bases, marks) for block in _blocks(words, numbering.edges, check)]
    return joined(found)


def words_near(
    left: Occurrences,
    right: Occurrences,
    numbering: Numbering,
    distance: int,
    *,
    ordered: bool,
    check: Check = no_deadline,
) -> Spans:
    """Find spans that hold one of each side, as `proximity.near` does."""
    found = []
    for one, other in zip(*(side.split(numbering.edges) for side in (left, right)), strict=True):
        check()
        if len(one.docs) and len(other.docs):
            found.append(Spans(*find_near_words(one.as_words(), other.as_words(), distance, ordered=ordered)))
    return joined_spans(found)


def _of_few(words: Sequence[Slot], bases: Array) -> Counted:
    starts = phrase_starts([[own.numbers(bases, place) for own in slot] for place, slot in enumerate(words)])
    docs, counts, positions = count_starts(starts, bases)
    return Counted(docs, counts, earliness_of(positions))


def _blocks(words: Sequence[Slot], edges: Array, check: Check) -> Iterator[Sequence[Slot]]:
    """The words of each block of documents that has all of them."""
    check()
    split = [[own.split(edges) for own in slot] for slot in words]
    for number in range(len(edges) - 1):
        block = [[own[number] for own in slot] for slot in split]
        if all(any(len(own.docs) for own in slot) for slot in block):
            check()
            yield block


def _of_block(words: Sequence[Slot], bases: Array, table: Array) -> Counted:
    if all(len(slot) == 1 for slot in words):
        docs, counts, firsts = count_phrase([own.as_words() for (own,) in words], bases, table)
        return Counted(docs, counts, earliness_of(firsts))
    sizes = [sum(len(own.positions) for own in slot) for slot in words]
    rarest, *others = sorted(range(len(words)), key=sizes.__getitem__)
    first = min(int(own.docs[0]) for slot in words for own in slot if len(own.docs))
    shift = int(bases[first]) - len(words)
    starts = np.concatenate([own.numbers(bases, shift + rarest) for own in words[rarest]])
    *others, last = others
    for place in others:
        numbers = [own.numbers(bases, shift + place) for own in words[place]]
        flags = flag_members(numbers, starts, table)
        starts = np.concatenate([own.compress(kept) for own, kept in zip(numbers, flags, strict=True)])
    numbers = [own.numbers(bases, shift + last) for own in words[last]]
    flags = flag_members(numbers, starts, table)
    found = [own.counted(kept, last) for own, kept in zip(words[last], flags, strict=True)]
    return found[0] if len(found) == 1 else summed(found)
