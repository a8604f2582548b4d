"""The words of texts as hashes: sketches of many texts, and texts to compare.

A text comes cut into pieces, which are numbered (`write.piece_table`). The hash of a word is the first 8
bytes of the BLAKE2b digest of its form, little-endian.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from search.index.copies.rules import Text
from search.index.kernels import Array, distinct_shingles, expand_runs, hash_shingles, sketch_texts


def word_hash(form: str) -> int:
    """The hash of a word, of 64 bits, from its form."""
    return int.from_bytes(blake2b(form.encode(), digest_size=8).digest(), "little")


class WordHashes:
    """The hashes of the words of pieces.

    `words_of` has the words of each piece, each a place among the `forms`, or -1 for a word without a form,
    which is left out. Both lists may grow.
    """

    def __init__(self, words_of: Sequence[Sequence[int]], forms: Sequence[str]) -> None:
        self._words_of, self._forms = words_of, forms
        self.clear()

    def clear(self) -> None:
        """Forget what both lists had, as they were cleared too."""
        self._starts, self._words = array("i", [0]), array("i")
        self._hashes, self._numeric = array("Q"), array("b")

    def _learn(self) -> None:
        for words in self._words_of[len(self._starts) - 1 :]:
            self._words.extend(word for word in words if word >= 0)
            self._starts.append(len(self._words))
        forms = self._forms[len(self._hashes) :]
        self._hashes.extend(map(word_hash, forms))
        self._numeric.extend(form[0].isdecimal() and len(form) > 1 for form in forms)

    def _found(self, pieces: Array, counts: Array, owners: Array, size: int) -> tuple[Array, Array, Array]:
        """(int32: the words of texts; int64: where each text begins; int64[size]: words of each owner)."""
        self._learn()
        starts = np.frombuffer(self._starts, np.int32).astype(np.int64)
        first = starts.take(pieces)
        sizes = starts.take(pieces + 1) - first
        words = np.frombuffer(self._words, np.int32).take(expand_runs(first, sizes))
        lengths = np.bincount(np.repeat(owners, counts), sizes, size).astype(np.int64)
        return words, np.concatenate([[0], np.cumsum(lengths)]), lengths

    def sketches(
        self, pieces: Array, counts: Array, owners: Sequence[int], compared: Sequence[bool], size: int
    ) -> tuple[Array, Array]:
        """(uint32: the hashes of sketches, one document after the other; int64[size]: how many each has).

        `pieces` has the pieces of some texts, one text after the other, and `counts` their number in each.
        `owners` has the document of each text, from 0 and ascending. A document is `compared` by these texts.
        """
        own = np.flatnonzero(np.array(compared, np.bool_))
        starts = np.cumsum(counts) - counts
        some = pieces[expand_runs(starts[own], counts[own])]
        words, _, lengths = self._found(some, counts[own], np.array(owners, np.int64)[own], size)
        return sketch_texts(np.frombuffer(self._hashes, np.uint64).take(words), lengths)

    def texts(
        self, pieces: Array, counts: Array, owners: Sequence[int], published: Sequence[int]
    ) -> list[Text]:
        """The texts to compare of some documents; parameters as in `sketches`, with the time of each."""
        words, edges, lengths = self._found(pieces, counts, np.array(owners, np.int64), len(published))
        hashes = np.frombuffer(self._hashes, np.uint64).take(words)
        numeric = np.frombuffer(self._numeric, np.bool_).take(words)
        shingles, runs = distinct_shingles(*hash_shingles(hashes, lengths))
        ends = [0, *np.cumsum(runs).tolist()]
        return [
            Text(
                shingles[first:last].copy(),  # of which the others may be forgotten sooner
                frozenset(hashes[start:end][numeric[start:end]].tolist()),
                at,
                end - start,
                blake2b(hashes[start:end].data, digest_size=16).digest(),
            )
            for (start, end), (first, last), at in zip(
                pairwise(edges.tolist()), pairwise(ends), published, strict=True
            )
        ]


class SketchCollector:
    """Collects the sketches of documents, batch by batch; parameters are as in `WordHashes.sketches`."""

    def __init__(self, hashes: WordHashes) -> None:
        self._hashes = hashes
        self._found = [(np.empty(0, np.uint32), np.empty(0, np.int64))]

    def add(
        self, pieces: Array, counts: Array, owners: Sequence[int], compared: Sequence[bool], size: int
    ) -> None:
        """Add the sketches of `size` further documents."""
        self._found.append(self._hashes.sketches(pieces, counts, owners, compared, size))

    def collected(self) -> tuple[Array, Array]:
        """The hashes of all sketches, one document after the other, and their number in each document."""
        hashes, counts = zip(*self._found, strict=True)
        return np.concatenate(hashes), np.concatenate(counts)
