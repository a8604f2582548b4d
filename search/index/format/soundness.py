"""Checks that the arrays of a segment fit together, so that no later step fails on them.

`check_shapes` runs when a segment is opened: every array is there, and has its type and the length that the
others require; it reads a few numbers of each array. `contradictions` reads all of them. `names` lists the
arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from search.index.format.layout import BadLayout
from search.index.format.lexicon import Lexicon
from search.index.format.names import (
    EARLINESS,
    SKETCH_DOCS,
    SKETCH_HASHES,
    TEXT_UNITS,
    TextPart,
    columns,
    starts_of,
    text_array,
    text_fields,
    value_fields,
)
from search.index.format.whole import completed, unpacked
from search.index.kernels import Array

_SMALL = ("|u1", "<u2", "<i4")
_WIDE = ("<i4", "<i8")
_MAX_NUMBER = 1 << 31


class _Shapes:
    """Looks arrays up and checks their types and lengths; raises `BadLayout`."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = arrays
        self.known: set[str] = set()

    def array(self, name: str, kinds: tuple[str, ...], length: int | None = None) -> Array:
        self.known.add(name)
        array = self.arrays.get(name)
        if array is None:
            raise BadLayout(f"the array {name} is missing")
        if array.dtype.str not in kinds or (length is not None and len(array) != length):
            raise BadLayout(f"the array {name} has a wrong type or length")
        return array

    def starts(self, name: str, kinds: tuple[str, ...], count: int, end: int) -> None:
        """Check an array of the starts of `count` runs in an array that ends at `end`."""
        array = self.array(name, kinds, count + 1)
        if array[0] != 0 or array[-1] != end:
            raise BadLayout(f"the array {name} has wrong ends")

    def lexicon(self, name: str) -> int:
        """Check the shapes of a lexicon, and return the number of its strings."""
        text = self.array(f"{name}.text", ("|u1",))
        offsets = self.array(f"{name}.offsets", _WIDE)
        rows, entries = self.array(f"{name}.rows", ("<i4",)), self.array(f"{name}.entries", ("<i4",))
        if len(offsets) != len(entries) + 1 or len(rows) < 2 or (len(rows) - 1) & (len(rows) - 2):
            raise BadLayout(f"the lexicon {name} has wrong lengths")
        self.starts(f"{name}.offsets", _WIDE, len(entries), len(text))
        self.starts(f"{name}.rows", ("<i4",), len(rows) - 1, len(entries))
        return len(entries)


def check_shapes(arrays: Mapping[str, Array], count: int) -> None:
    """Raise `BadLayout` unless the arrays of a segment of `count` documents fit together by their lengths."""
    arrays = completed(arrays)
    shapes = _Shapes(arrays)
    terms, forms = shapes.lexicon("terms"), shapes.lexicon("forms")
    postings = len(shapes.array("docs", ("<u2", "<i4")))
    if "docs.high" in arrays:
        shapes.array("docs", ("<u2",))
        runs = len(shapes.array("docs.high", ("<u2",)))
        shapes.starts("docs.high_starts", _WIDE, runs, postings)
    shapes.starts("starts", _WIDE, terms, postings)
    shapes.array("forms.terms", ("<i4",), forms)
    shapes.array("forms.variants", _SMALL, forms)
    shapes.array("variant_forms", ("<i4",), forms)
    shapes.starts("variant_starts", ("<i4",), terms, forms)
    fields, values, numbers = _fields(arrays)
    if not fields:
        raise BadLayout("there is no text field")
    for name in fields:
        frequencies = shapes.array(f"{name}.frequencies", _SMALL)
        if f"{name}.excess" in arrays:
            excess = shapes.array(f"{name}.excess", ("<i4",))
            shapes.array(f"{name}.excess_at", _WIDE, len(excess))
        if f"{name}.at" in arrays:
            at = shapes.array(f"{name}.at", ("<i4",), len(frequencies))
            shapes.starts(f"{name}.at_starts", _WIDE, terms, len(at))
        elif len(frequencies) != postings:
            raise BadLayout(f"the array {name}.frequencies has a wrong length")
        shapes.array(text_array(name, EARLINESS), ("|u1",), len(frequencies))
        positions = shapes.array(f"{name}.positions", _SMALL)
        shapes.array(f"{name}.variants", _SMALL, len(positions))
        shapes.starts(f"{name}.place_starts", _WIDE, terms, len(positions))
        shapes.array(f"{name}.lengths", ("<i4",), count)
        shapes.array(f"{name}.extents", ("<i4",), count)
        for unit in TEXT_UNITS:
            if text_array(name, unit) in arrays:
                begun = shapes.array(text_array(name, unit), _SMALL)
                shapes.starts(text_array(name, starts_of(unit)), _WIDE, count, len(begun))
    for name in values:
        own = shapes.lexicon(f"{name}.terms")
        pairs = len(shapes.array(f"{name}.docs", ("<i4",)))
        shapes.starts(f"{name}.starts", ("<i4",), own, pairs)
        shapes.array(f"{name}.ordinals", _SMALL, pairs)
        shapes.starts(f"{name}.doc_starts", ("<i4",), count, pairs)
    for name in numbers:
        shapes.array(f"{name}.numbers", ("<i8",), count)
    if SKETCH_HASHES in arrays:
        shapes.array(SKETCH_DOCS, ("<i4",), len(shapes.array(SKETCH_HASHES, ("<i4",))))
    if others := sorted(arrays.keys() - shapes.known):
        raise BadLayout(f"the array {others[0]!r:.60} belongs to nothing")


def _fields(arrays: Mapping[str, Array]) -> tuple[list[str], list[str], list[str]]:
    """The text fields, the value fields, and the columns of numbers."""

    return text_fields(arrays), value_fields(arrays), columns(arrays)


def contradictions(arrays: Mapping[str, Array], count: int) -> list[str]:
    """Find contradictions between arrays whose shapes are right; one sentence for each."""
    if found := list(_packed_out_of_range(arrays)):
        return found
    arrays = unpacked(arrays)
    return list(_out_of_range(arrays, count)) or list(_at_odds(arrays))


def _packed_out_of_range(arrays: Mapping[str, Array]) -> Iterator[str]:
    """Find runs and places of the packed arrays that are not in order, or point past the end of another."""
    if "docs.high" in arrays:
        yield from _of_runs(arrays, "docs.high_starts")
    for name in text_fields(arrays):
        if f"{name}.excess" in arrays:
            yield from _of_runs(arrays, f"{name}.excess_at")
            yield from _within(arrays, f"{name}.excess_at", len(arrays[f"{name}.frequencies"]))
            yield from _within(arrays, f"{name}.excess", _MAX_NUMBER)


def _out_of_range(arrays: Mapping[str, Array], count: int) -> Iterator[str]:
    """Find numbers that point past the end of another array, and runs that do not follow each other."""
    fields, values, _ = _fields(arrays)
    for name in ("terms", "forms", *(f"{name}.terms" for name in values)):
        yield from _of_lexicon(arrays, name)
    runs = ["starts", "variant_starts"]
    kinds: tuple[TextPart, ...] = ("place_starts", "at_starts", *map(starts_of, TEXT_UNITS))
    runs += [text_array(name, kind) for name in fields for kind in kinds]
    runs += [f"{name}.{kind}" for name in values for kind in ("starts", "doc_starts")]
    for name in runs:
        if name in arrays:
            yield from _of_runs(arrays, name)
    yield from _within(arrays, "docs", count)
    yield from _within(arrays, "forms.terms", len(arrays["terms.entries"]))
    yield from _within(arrays, "variant_forms", len(arrays["forms.entries"]))
    for name in fields:
        yield from _within(arrays, f"{name}.lengths", _MAX_NUMBER)
        yield from _within(arrays, f"{name}.extents", _MAX_NUMBER)
        yield from _within(arrays, f"{name}.frequencies", _MAX_NUMBER)
    for name in values:
        yield from _within(arrays, f"{name}.docs", count)
        yield from _within(arrays, f"{name}.ordinals", len(arrays[f"{name}.terms.entries"]))
    if SKETCH_HASHES in arrays:
        yield from _within(arrays, SKETCH_DOCS, count)
        if (np.diff(arrays[SKETCH_HASHES].view(np.uint32).astype(np.int64)) < 0).any():
            yield f"the array {SKETCH_HASHES} is not in ascending order"


def _at_odds(arrays: Mapping[str, Array]) -> Iterator[str]:
    """Find arrays that disagree with each other; all their numbers are in range."""
    starts, variants = arrays["starts"], np.diff(arrays["variant_starts"])
    if not _ascending_in_runs(arrays["docs"], starts):
        yield "the documents of a term are not in order"
    for name in _fields(arrays)[0]:
        ends, words = starts, np.diff(arrays[f"{name}.place_starts"])
        if f"{name}.at" in arrays:
            ends, at = arrays[f"{name}.at_starts"], arrays[f"{name}.at"]
            if len(at) and (at.min() < 0 or (at >= np.repeat(np.diff(starts), np.diff(ends))).any()):
                yield f"the array {name}.at points past the postings of a term"
        totals = np.concatenate([[0], np.cumsum(arrays[f"{name}.frequencies"], dtype=np.int64)])
        if not np.array_equal(np.diff(totals[ends]), words):
            yield f"the frequencies of {name} differ from the counts of its words"
        for unit in TEXT_UNITS:
            begun = text_array(name, unit)
            if begun in arrays and not _ascending_in_runs(
                arrays[begun], arrays[text_array(name, starts_of(unit))]
            ):
                yield f"the array {begun} is not in ascending order"
        if (arrays[f"{name}.variants"] >= np.repeat(variants, words)).any():
            yield f"the array {name}.variants points past the forms of a term"


def _of_lexicon(arrays: Mapping[str, Array], name: str) -> Iterator[str]:
    faults = [*_of_runs(arrays, f"{name}.offsets"), *_of_runs(arrays, f"{name}.rows")]
    faults += _within(arrays, f"{name}.entries", len(arrays[f"{name}.entries"]))
    if not faults:
        try:
            strings = Lexicon(arrays, name).strings()
        except UnicodeDecodeError:
            faults.append(f"the lexicon {name} has bytes that are not UTF-8")
        else:
            if any(later < earlier for earlier, later in pairwise(strings)):
                faults.append(f"the lexicon {name} is not in order")
    yield from faults


def _of_runs(arrays: Mapping[str, Array], name: str) -> Iterator[str]:
    if (np.diff(arrays[name]) < 0).any():
        yield f"the array {name} is not in ascending order"


def _within(arrays: Mapping[str, Array], name: str, end: int) -> Iterator[str]:
    array = arrays[name]
    if len(array) and (int(array.min()) < 0 or int(array.max()) >= end):
        yield f"the array {name} has numbers out of range"


def _ascending_in_runs(numbers: Array, starts: Array) -> bool:
    """True if the numbers ascend within each of the runs that begin at `starts`."""
    if len(numbers) < 2 or (np.diff(starts) < 0).any():
        return True
    ascends = numbers[1:] > numbers[:-1]
    begins = starts[(starts > 0) & (starts < len(numbers))] - 1
    ascends[begins] = True
    return bool(ascends.all())
