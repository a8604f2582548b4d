"""Merges several segments into one: arrays are concatenated and renumbered, without inverting again.

Documents keep their order, segment after segment. Terms are sorted in each segment, so a run of terms of the
merged segment is a run of terms in every source, and one run is merged after the other. The large arrays go
straight into the new file. So memory is needed for one run and for the terms themselves, and does not grow
with the postings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np

from search.index.format.fields import SegmentFields, densest
from search.index.format.layout import MappedArrays, SegmentFile, narrow, narrow_starts, narrowest
from search.index.format.lexicon import encoded_lexicon_arrays
from search.index.format.names import EARLINESS, TEXT_UNITS, TextUnit, column_array, text_array, value_array
from search.index.format.packed import excess_arrays, high_arrays, split_docs, split_frequencies
from search.index.format.sketches import IDENTITY
from search.index.kernels import Array, expand_runs, interleave_runs
from search.index.write.invert import form_arrays, length_arrays, part_arrays, value_arrays
from search.index.write.sketching import merge_sketches

Arrays = Mapping[str, Array]

MAX_RUN_POSTINGS = 1 << 19
"""The approximate number of words to merge at a time."""


@dataclass(slots=True)
class Source:
    """A segment to merge: its arrays, and `live` bool[N], True for each document to keep."""

    arrays: Arrays
    live: Array


@dataclass(slots=True)
class _Part:
    """A source with the new numbers of its documents, terms and forms.

    A term or form without a kept word has the number of the next one; so the numbers ascend.
    """

    arrays: Arrays
    fields: SegmentFields
    live: Array
    docs: Array  # int32[N]
    kept: Array | None = None  # bool[P], True for each kept posting; None: all
    terms: Array = field(default_factory=lambda: np.empty(0, np.int32))
    forms: Array = field(default_factory=lambda: np.empty(0, np.int32))


def merge(sources: Sequence[Source], path: Path) -> int:
    """Write the live documents of the sources to a new file, as one segment; return their number."""
    parts = []
    count = 0
    for source in sources:
        docs = (np.cumsum(source.live) - 1 + count).astype(np.int32)
        part = _Part(source.arrays, SegmentFields(source.arrays), source.live, docs)
        if not source.live.all():
            part.kept = source.live.take(part.fields.docs.every())
        parts.append(part)
        count += int(np.count_nonzero(source.live))
    with SegmentFile(path) as file:
        lengths = {name: _lengths(name, parts) for name in parts[0].fields.text}
        fields = [name for name, arrays in lengths.items() if any(own.any() for own in arrays.values())]
        _merge_text(parts, fields or [*lengths][:1], file)
        for name, arrays in lengths.items():
            if name in (fields or [*lengths][:1]):
                _put(file, arrays)
                for unit in TEXT_UNITS:
                    _put(file, _begun(name, unit, parts))
            else:
                file.put(text_array(name, "positions"), np.empty(0, np.uint8))
        for name in parts[0].fields.column_names:
            columns = [source.arrays[column_array(name)][source.live] for source in sources]
            file.put(column_array(name), np.concatenate(columns))
        ordinals = None
        for name in dict.fromkeys(name for part in parts for name in part.fields.value_names):
            arrays = _merged_values(name, parts, count)
            _put(file, arrays)
            ordinals = arrays[value_array(IDENTITY, "ordinals")] if name == IDENTITY else ordinals
            _release(parts, file)
        if ordinals is not None:
            merge_sketches([(part.fields, part.live, part.docs) for part in parts], ordinals, file)
    return count


def _put(file: SegmentFile, arrays: Arrays) -> None:
    for name, array in arrays.items():
        file.put(name, array)


def _begun(name: str, unit: TextUnit, parts: Sequence[_Part]) -> dict[str, Array]:
    """Merge the sentences or paragraphs of a text field; nothing if a part does not know them."""
    merged, counts = [np.empty(0, np.uint8)], []
    for part in parts:
        known = part.fields.text[name].begun(unit)
        if known is None:
            return {}
        positions, starts = known
        counts.append(np.diff(starts).compress(part.live))
        merged.append(positions.take(expand_runs(starts[:-1].compress(part.live), counts[-1])))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts), dtype=np.int64)])
    return part_arrays(name, unit, np.concatenate(merged), starts)


def _lengths(name: str, parts: Sequence[_Part]) -> dict[str, Array]:
    """Merge the lengths and extents of a text field."""
    own = [(part.fields.text[name], part.live) for part in parts]
    lengths = np.concatenate([field.lengths[live] for field, live in own])
    return length_arrays(name, lengths, np.concatenate([field.extents[live] for field, live in own]))


# --- terms and forms --------------------------------------------------------------------------------


def _merged_lexicons(parts: Sequence[_Part], fields: Sequence[str]) -> tuple[dict[str, Array], Array]:
    """Make the arrays of the used terms and forms, and each form's variant; set the numbers in `parts`."""
    used = [_used(part, fields) for part in parts]
    terms, numbers = _united([part.fields.terms.bytes() for part in parts], [terms for terms, _ in used])
    for part, own in zip(parts, numbers, strict=True):
        part.terms = own
    # A form is there once for each of its terms: so it is known by the number of its text and its term's.
    texts, numbers = _united([part.fields.forms.bytes() for part in parts], [None] * len(parts))
    pairs = [
        own.astype(np.int64) << 32 | part.terms.take(part.fields.form_terms)
        for part, own in zip(parts, numbers, strict=True)
    ]
    forms = np.unique(
        np.concatenate(
            [own if flags is None else own[flags] for own, (_, flags) in zip(pairs, used, strict=True)]
        )
    )
    for part, own in zip(parts, pairs, strict=True):
        part.forms = np.searchsorted(forms, own).astype(np.int32)
    owners = (forms & 0xFFFFFFFF).astype(np.int32)
    arrays, variants = form_arrays([texts[n] for n in (forms >> 32).tolist()], owners, len(terms))
    arrays.update(encoded_lexicon_arrays("terms", terms))
    return arrays, variants


def _united(lists: Sequence[list[bytes]], used: Sequence[Array | None]) -> tuple[list[bytes], list[Array]]:
    """Unite the used entries of sorted lists, each once and sorted; number all entries of each list.

    An unused entry that is in no other list has the number of the next one, so that the numbers ascend.
    """
    every: list[bytes] = []
    for own, flags in zip(lists, used, strict=True):
        every += own if flags is None else [own[number] for number in np.flatnonzero(flags).tolist()]
    every.sort()  # which takes sorted runs as they are, and merges them
    numbers = dict.fromkeys(every, 0)
    united = [*numbers]
    numbers.update(zip(united, range(len(united)), strict=True))
    return united, [_ascending(map(numbers.get, own, repeat(-1)), len(own), len(united)) for own in lists]


def _ascending(numbers: Iterable[int], count: int, after: int) -> Array:
    """int32[count]: the numbers, and in the place of each -1 the next number; `after` at the end."""
    found = np.fromiter(numbers, np.int32, count)
    found[found < 0] = after
    ascending: Array = np.minimum.accumulate(found[::-1])[::-1]
    return ascending


def _used(part: _Part, fields: Sequence[str]) -> tuple[Array | None, Array | None]:
    """(bool[terms], bool[forms]): True for each with a word in a kept document; None for all."""
    if part.kept is None:
        return None, None
    own = part.fields
    terms = np.logical_or.reduceat(part.kept, own.starts[:-1]) if len(part.kept) else np.empty(0, bool)
    forms = np.zeros(len(own.forms), np.bool_)
    for first, after in _runs(np.sum([np.diff(own.text[name].place_starts) for name in fields], axis=0)):
        for name in fields:
            forms[_Words(part, name, first, after).forms] = True
    return terms, forms


# --- postings and words -----------------------------------------------------------------------------


def _merge_text(parts: Sequence[_Part], fields: Sequence[str], file: SegmentFile) -> None:
    arrays, variants = _merged_lexicons(parts, fields)
    _release(parts, file)
    _put(file, arrays)
    merging = _Merging(parts, fields, variants, file)
    weights = np.zeros(len(arrays["variant_starts"]), np.int64)  # one for each term, and one past the last
    for part in parts:
        for name in fields:
            np.add.at(weights, part.terms, np.diff(part.fields.text[name].place_starts))
    for first, after in _runs(weights[:-1]):
        merging.run(first, after)
        _release(parts, file)
    merging.finish()


def _release(parts: Sequence[_Part], file: SegmentFile) -> None:
    """Give back the memory of the mapped pages."""
    file.release()
    for part in parts:
        if isinstance(part.arrays, MappedArrays):
            part.arrays.release()


class _Merging:
    """The arrays of the merged postings, filled run by run."""

    def __init__(
        self, parts: Sequence[_Part], fields: Sequence[str], variants: Array, file: SegmentFile
    ) -> None:
        self._parts, self._fields, self._variants, self._file = parts, fields, variants, file
        self._starts: list[Array] = [np.zeros(1, np.int64)]
        self._done = 0
        count = sum(len(p.fields.docs) if p.kept is None else int(np.count_nonzero(p.kept)) for p in parts)
        self._docs = file.room("docs", np.dtype(np.uint16), count)
        self._high: list[tuple[Array, Array]] = []
        self._dense = densest(
            {name: sum(p.fields.text[name].posting_count(p.kept) for p in parts) for name in fields}
        )
        self._frequencies = file.room(text_array(self._dense, "frequencies"), np.dtype(np.uint8), count)
        self._excess: list[tuple[Array, Array]] = []
        self._earliness = file.room(text_array(self._dense, EARLINESS), np.dtype(np.uint8), count)
        self._sparse: dict[str, list[tuple[Array, Array, Array, Array]]] = {
            name: [] for name in fields if name != self._dense
        }
        self._places = {name: _Places(parts, name, narrowest(variants), file) for name in fields}

    def run(self, first: int, after: int) -> None:
        """Merge the terms from `first` to just before `after`."""
        pieces = [_Postings(part, self._fields, first, after) for part in self._parts]
        starts, places = interleave_runs([piece.owners for piece in pieces], after - first)
        end = self._done + int(starts[-1])
        docs = np.empty(end - self._done, np.int32)
        for piece, where in zip(pieces, places, strict=True):
            docs[where] = piece.docs
        self._docs[self._done : end], high, begins = split_docs(docs)
        self._high.append((high, begins + self._done))
        for name in self._fields:
            counts = np.zeros(end - self._done, np.int32)
            earliness = np.zeros(end - self._done, np.uint8)
            for piece, where in zip(pieces, places, strict=True):
                counts[where] = piece.frequencies[name]
                earliness[where] = piece.earliness[name]
            if name == self._dense:
                self._frequencies[self._done : end], excess, at = split_frequencies(counts)
                self._excess.append((excess, at + self._done))
                self._earliness[self._done : end] = earliness
            else:
                present = np.flatnonzero(counts)
                owners = np.searchsorted(starts, present, side="right") - 1
                at = (present - starts[owners]).astype(np.int32)
                sizes = np.bincount(owners, minlength=after - first)
                self._sparse[name].append((at, narrow(counts[present]), earliness[present], sizes))
            self._places[name].run(self._parts, self._variants, first, after)
        self._starts.append(starts[1:] + self._done)
        self._done = end

    def finish(self) -> None:
        """Write the arrays whose lengths are known only at the end."""
        file = self._file
        file.put("starts", narrow_starts(np.concatenate(self._starts)))
        _put(file, high_arrays(*_columns(self._high), self._done))
        _put(file, excess_arrays(self._dense, *_columns(self._excess)))
        for name, runs in self._sparse.items():
            none = np.empty(0, np.int32)
            file.put(text_array(name, "at"), np.concatenate([none, *(at for at, _, _, _ in runs)]))
            counts = np.concatenate([none.astype(np.uint8), *(counts for _, counts, _, _ in runs)])
            small, excess, above = split_frequencies(counts)
            _put(file, {text_array(name, "frequencies"): small} | excess_arrays(name, excess, above))
            earliness = np.concatenate([none.astype(np.uint8), *(earliness for _, _, earliness, _ in runs)])
            file.put(text_array(name, EARLINESS), earliness)
            sizes = np.concatenate([none, *(sizes for _, _, _, sizes in runs)])
            at_starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
            file.put(text_array(name, "at_starts"), narrow_starts(at_starts))
        for places in self._places.values():
            places.finish(file)


class _Places:
    """The positions and variants of a text field."""

    def __init__(self, parts: Sequence[_Part], name: str, kind: np.dtype[Any], file: SegmentFile) -> None:
        self._name = name
        count = sum(int(part.fields.text[name].lengths[part.live].sum(dtype=np.int64)) for part in parts)
        positions = np.result_type(*(part.fields.text[name].positions.dtype for part in parts))
        self._positions = file.room(text_array(name, "positions"), positions, count)
        self._variants = file.room(text_array(name, "variants"), kind, count)
        self._starts: list[Array] = [np.zeros(1, np.int64)]
        self._done = 0

    def run(self, parts: Sequence[_Part], variants: Array, first: int, after: int) -> None:
        """Merge the words of the terms from `first` to just before `after`."""
        pieces = [_Words(part, self._name, *_own_terms(part, first, after)) for part in parts]
        owners = [part.terms[piece.terms] - first for part, piece in zip(parts, pieces, strict=True)]
        starts, places = interleave_runs(owners, after - first)
        end = self._done + int(starts[-1])
        own, spelled = self._positions[self._done : end], self._variants[self._done : end]
        for part, piece, where in zip(parts, pieces, places, strict=True):
            own[where] = piece.positions
            spelled[where] = variants[part.forms[piece.forms]]
        self._starts.append(starts[1:] + self._done)
        self._done = end

    def finish(self, file: SegmentFile) -> None:
        file.put(text_array(self._name, "place_starts"), narrow_starts(np.concatenate(self._starts)))


class _Postings:
    """The kept postings of a run of merged terms in one part, in the order of the part."""

    def __init__(self, part: _Part, fields: Sequence[str], first: int, after: int) -> None:
        own, end = _own_terms(part, first, after)
        starts = part.fields.starts[own : end + 1]
        postings = slice(int(starts[0]), int(starts[-1]))
        kept = slice(None) if part.kept is None else part.kept[postings]
        self.owners = np.repeat(part.terms[own:end] - first, np.diff(starts))[kept]
        self.docs = part.docs.take(part.fields.docs.between(postings.start, postings.stop))[kept]
        self.frequencies, self.earliness = {}, {}
        for name in fields:
            frequencies, earliness = part.fields.text[name].of_every_posting(slice(own, end))
            self.frequencies[name], self.earliness[name] = frequencies[kept], earliness[kept]


class _Words:
    """The kept words of a run of a part's terms in one field: the part's term and form, and position."""

    def __init__(self, part: _Part, name: str, own: int, end: int) -> None:
        text = part.fields.text[name]
        starts = text.place_starts[own : end + 1]
        words = slice(int(starts[0]), int(starts[-1]))
        terms = np.repeat(np.arange(own, end, dtype=np.int32), np.diff(starts))
        self.terms, self.positions = terms, text.positions[words]
        self.forms = part.fields.forms_of_words(terms, text.variants[words])
        if part.kept is not None:
            postings = part.fields.starts[[own, end]].tolist()
            frequencies, _ = text.of_every_posting(slice(own, end))
            there = np.repeat(part.kept[slice(*postings)], frequencies)
            self.terms, self.positions, self.forms = terms[there], self.positions[there], self.forms[there]


def _columns(pairs: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Concatenate the values of the pairs, and the places."""
    values, places = zip(*pairs, strict=True) if pairs else ((), ())
    return np.concatenate([np.empty(0, np.uint16), *values]), np.concatenate([np.empty(0, np.int64), *places])


def _own_terms(part: _Part, first: int, after: int) -> tuple[int, int]:
    """The range of the part's terms whose merged numbers are from `first` to just before `after`."""
    own, end = np.searchsorted(part.terms, [first, after]).tolist()
    return own, end


def _runs(weights: Array) -> Iterator[tuple[int, int]]:
    """Cut terms into runs of about `MAX_RUN_POSTINGS` words by their weights; a term with more is a run."""
    totals = np.cumsum(weights)
    marks = np.arange(MAX_RUN_POSTINGS, int(totals[-1]) if len(totals) else 0, MAX_RUN_POSTINGS)
    edges = np.unique(np.concatenate([[0], np.searchsorted(totals, marks, side="right"), [len(weights)]]))
    return pairwise(edges.tolist())


# --- values -----------------------------------------------------------------------------------------


def _merged_values(name: str, parts: Sequence[_Part], count: int) -> dict[str, Array]:
    docs, ordinals, lexicons = [], [], []
    for part in parts:
        own = part.fields.values(name)
        if own is None:
            continue
        own_docs = np.repeat(np.arange(len(part.live), dtype=np.int32), np.diff(own.doc_starts))
        kept = part.live[own_docs]
        docs.append(part.docs[own_docs[kept]])
        ordinals.append(own.ordinals[kept])
        lexicons.append(own.values.bytes())
    used = [_flags(own, len(there)) for own, there in zip(ordinals, lexicons, strict=True)]
    values, numbers = _united(lexicons, used)
    renumbered = [new.take(own) for new, own in zip(numbers, ordinals, strict=True)]
    return value_arrays(name, values, np.concatenate(docs), np.concatenate(renumbered), count)


def _flags(numbers: Array, count: int) -> Array:
    """bool[count]: True for each number that occurs."""
    flags = np.zeros(count, np.bool_)
    flags[numbers] = True
    return flags
