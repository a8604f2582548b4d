"""One committed state of a Whoosh index, read as arrays.

Document numbers are those of the whole index, over its segments. Whatever comes from here leaves
deleted documents out. Arrays that are asked for again and again (columns, lexicons) are kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Docs = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term (or several as one) occurs.

    `docs` int32[n] ascending; `frequencies` int32[n]; `places` int64[sum of frequencies], each
    `document << 32 | position`, ascending, or None where they were not asked for.
    """

    docs: Docs
    frequencies: Docs
    places: Ints | None = None


NO_POSTINGS = Postings(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Values:
    """A field of whole values: entry i says that document `docs[i]` has value `terms[ordinals[i]]`."""

    terms: list[str]
    ordinals: Docs
    docs: Docs


class Lexicon:
    """The terms of a field in their order."""

    def __init__(self, terms: list[str]) -> None:
        self.terms = terms

    def starting(self, prefix: str) -> list[str]:
        """Every term that begins with `prefix`."""
        terms = self.terms
        first = bisect_left(terms, prefix)
        after = bisect_left(terms, prefix + "\U0010ffff", first)
        return terms[first:after]


class IndexView:
    """The arrays of `reader`, any Whoosh IndexReader. Not safe for several threads at once."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.size: int = reader.doc_count_all()
        # Whoosh's reader of an index without segments has no leaves to give.
        self._leaves: list[tuple[Any, int]] = list(reader.leaf_readers()) if self.size else []
        self.count: int = reader.doc_count()
        self.segments = len(self._leaves)
        self._lexicons: dict[str, Lexicon] = {}
        self._columns: dict[str, Ints] = {}
        self._values: dict[str, Values] = {}
        self._words: dict[str, int] = {}

    def close(self) -> None:
        self._reader.close()

    @cached_property
    def live(self) -> Flags:
        """bool[size]: which document numbers are not deleted."""
        flags = np.ones(self.size, np.bool_)
        if self.count < self.size:
            flags[[number for number in range(self.size) if self._reader.is_deleted(number)]] = False
        return flags

    def postings(self, field: str, term: str, *, places: bool = False) -> Postings:
        """Where `term` occurs in `field`; empty where it never does."""
        if (field, term) not in self._reader:
            return NO_POSTINGS
        matcher = self._reader.postings(field, term)
        docs: list[int] = []
        values: list[bytes] = []
        while matcher.is_active():
            docs.append(matcher.id())
            values.append(matcher.value() or b"")
            matcher.next()
        numbers = np.array(docs, np.int32)
        frequencies = np.array([len(value) // 4 or 1 for value in values], np.int32)
        if not places:
            return Postings(numbers, frequencies)
        positions = np.frombuffer(b"".join(values), "<i4")
        return Postings(
            numbers, frequencies, np.repeat(numbers.astype(np.int64) << 32, frequencies) | positions
        )

    def lexicon(self, field: str) -> Lexicon:
        """The terms of `field`, perhaps with some of documents deleted since."""
        if field not in self._lexicons:
            known = field in self._reader.indexed_field_names()
            terms = [term.decode() for term in self._reader.lexicon(field)] if known else []
            self._lexicons[field] = Lexicon(terms)
        return self._lexicons[field]

    def column(self, field: str) -> Ints:
        """int64[size]: the numbers of a column, of deleted documents too."""
        if field not in self._columns:
            parts = [
                np.fromiter(leaf.column_reader(field), np.int64, leaf.doc_count_all())
                for leaf, _ in self._leaves
            ]
            self._columns[field] = np.concatenate(parts) if parts else np.empty(0, np.int64)
        return self._columns[field]

    def values(self, field: str) -> Values:
        """Which documents have which values of `field`."""
        if field not in self._values:
            terms = self.lexicon(field).terms
            found = [self.postings(field, term).docs for term in terms]
            ordinals = np.repeat(np.arange(len(terms), dtype=np.int32), [len(docs) for docs in found])
            docs = np.concatenate(found) if found else np.empty(0, np.int32)
            self._values[field] = Values(terms, ordinals, docs)
        return self._values[field]

    def texts(self, field: str, docs: Docs) -> list[str]:
        """What each of the documents has in a column of text."""
        columns = [(leaf.column_reader(field), start) for leaf, start in self._leaves]
        starts = [start for _, start in columns]
        found = []
        for number in docs.tolist():
            column, start = columns[bisect_right(starts, number) - 1]
            found.append(str(column[number - start]))
        return found

    def words(self, lengths: str) -> int:
        """The sum of a column of lengths over the documents that are not deleted."""
        if lengths not in self._words:
            self._words[lengths] = int(self.column(lengths)[self.live].sum())
        return self._words[lengths]
