"""Documents and frequencies in small types, arrays that are left out, and segments of earlier versions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.format import packed
from search.index.format.layout import BadLayout, MappedArrays, write_arrays
from search.index.format.packed import (
    DocNumbers,
    Frequencies,
    excess_arrays,
    high_arrays,
    split_docs,
    split_frequencies,
)
from search.index.format.soundness import check_shapes, contradictions
from search.index.format.whole import unpacked
from search.index.kernels import Array
from search.index.write.invert import Documents, segment_arrays
from search.index.write.merge import Source, merge
from search.index.write.words import PieceWords, WordCollector
from tests.index.arrays import array

FIELDS = ("head", "body", "note")
TERMS = ["a", "b", "c"]


def packed_docs(docs: list[int]) -> dict[str, Array]:
    low, high, starts = split_docs(array(docs))
    return {"docs": low} | high_arrays(high, starts, len(low))


@pytest.mark.parametrize("looped", [1, 64])
@given(
    docs=st.lists(st.integers(0, 1 << 18) | st.integers(0, (1 << 31) - 1), max_size=12),
    ends=st.lists(st.integers(0, 12), min_size=2, max_size=6),
)
def test_documents_come_back_by_runs_of_postings(looped: int, docs: list[int], ends: list[int]) -> None:
    ends = sorted(min(end, len(docs)) for end in ends)
    for arrays in (packed_docs(docs), {"docs": array(docs)}):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(packed, "MAX_LOOPED_RUNS", looped)
            numbers = DocNumbers(arrays)
            assert (len(numbers), numbers.every().tolist()) == (len(docs), docs)
            for first, after in pairwise(ends):
                assert numbers.between(first, after).tolist() == docs[first:after]
            firsts, afters = array(ends[:-1]), array(ends[1:])
            assert numbers.of_runs(firsts, afters).tolist() == docs[ends[0] : ends[-1]]


def test_low_documents_have_no_high_bits_beside_them() -> None:
    assert packed_docs([0, 65_535, 7]).keys() == {"docs"}
    assert packed_docs([0, 65_536]).keys() == {"docs", "docs.high", "docs.high_starts"}


@given(
    counts=st.lists(st.integers(0, 3) | st.sampled_from([255, 256, 70_000]), max_size=12),
    chosen=st.sets(st.integers(0, 11)),
    first=st.integers(0, 12),
)
def test_frequencies_come_back_by_entries(counts: list[int], chosen: set[int], first: int) -> None:
    small, excess, at = split_frequencies(array(counts))
    assert small.dtype == np.uint8
    found = Frequencies({"body.frequencies": small} | excess_arrays("body", excess, at), "body")
    assert found.every().tolist() == counts
    assert found.between(first, len(counts)).tolist() == counts[first:]
    entries = sorted(entry for entry in chosen if entry < len(counts))
    assert found.take(np.array(entries, np.int64)).tolist() == [counts[entry] for entry in entries]


def segment(bodies: list[str], heads: list[str]) -> dict[str, Array]:
    """The arrays of documents with these texts; no document has a note."""
    words = WordCollector(FIELDS, 10, PieceWords([(n,) for n in range(len(TERMS))], range(len(TERMS))))
    for number, texts in enumerate(zip(heads, bodies, strict=True)):
        for field, text in enumerate(texts):
            pieces = [TERMS.index(word) for word in text.split()]
            if pieces:
                words.add(array(pieces), np.array([len(pieces)]), [number], [field])
    collected = words.collected(TERMS, range(len(TERMS)), TERMS)
    count = len(bodies)
    values = {"id": (range(count), [f"d{n}" for n in range(count)]), "tag": ([0, 0], ["x", "y"])}
    return segment_arrays(Documents(count, collected, values, {"number": range(count)}))


def earlier(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The same segment as earlier versions wrote it."""
    whole = dict(unpacked(arrays))
    for name in whole:
        if name.endswith((".ordinals", "docs")):
            whole[name] = whole[name].astype(np.int32)
        elif name.endswith("starts") and name.partition(".")[0] in FIELDS:
            whole[name] = whole[name].astype(np.int64)
    return whole


ONE = segment(["a " * 300 + "b", "", "c a"], ["a", "b", ""])
OTHER = segment(["b", "a a"], ["", "c"])


def test_what_others_tell_is_left_out() -> None:
    assert {name for name in ONE if name.startswith("note.")} == {"note.positions"}
    assert not {"body.extents", "id.starts", "id.doc_starts", "tag.starts"} & ONE.keys()
    assert {"tag.doc_starts", "body.excess", "head.at"} <= ONE.keys()
    assert {"note.place_starts", "note.extents", "id.starts"} <= earlier(ONE).keys()
    assert earlier(ONE)["body.frequencies"].tolist() == [300, 1, 1, 0, 1]


@pytest.mark.parametrize("live", [[True] * 3, [False, True, True], [False, True, False]])
def test_a_segment_of_an_earlier_version_is_merged_as_a_new_one(tmp_path: Path, live: list[bool]) -> None:
    found = []
    for name, one, other in (
        ("new", ONE, OTHER),
        ("old", earlier(ONE), earlier(OTHER)),
        ("both", earlier(ONE), OTHER),
    ):
        for arrays, count in ((one, 3), (other, 2)):
            check_shapes(arrays, count)
            assert contradictions(arrays, count) == []
        merge([Source(one, np.array(live)), Source(other, np.array([True, True]))], tmp_path / name)
        merged = MappedArrays(tmp_path / name)
        check_shapes(merged, sum(live) + 2)
        assert contradictions(merged, sum(live) + 2) == []
        found.append({name: (own.dtype.str, own.tolist()) for name, own in merged.items()})
    assert found[0] == found[1] == found[2]


def test_a_merge_makes_the_segment_that_its_documents_make(tmp_path: Path) -> None:
    merge([Source(ONE, np.array([False, True, True])), Source(OTHER, np.array([True, True]))], tmp_path / "x")
    merged = unpacked(MappedArrays(tmp_path / "x"))
    wanted = unpacked(segment(["", "c a", "b", "a a"], ["b", "", "", "c"]))
    for name in ("docs", "starts", "body.frequencies", "head.frequencies", "note.at_starts", "body.extents"):
        assert merged[name].tolist() == wanted[name].tolist(), name


FAULTS: dict[str, tuple[str, Array | None]] = {
    "no lengths of a field with words": ("body.lengths", None),
    "no frequencies": ("head.frequencies", None),
    "no positions of a field with words": ("body.positions", None),
    "excess of no entries": ("body.excess_at", array([], np.int32)),
    "high bits without their runs": ("docs.high", array([1], np.uint16)),
    "too many high bits": ("docs.high_starts", array([0, 6])),
    "frequencies of a field without words": ("note.frequencies", array([1], np.uint8)),
    "an array of an empty field": ("note.lengths", array([0, 0])),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_arrays_that_do_not_fit_are_refused(fault: str, tmp_path: Path) -> None:
    name, harmed = FAULTS[fault]
    arrays = {key: own for key, own in ONE.items() if key != name}
    if harmed is not None:
        arrays[name] = harmed
    write_arrays(tmp_path / "x", arrays)
    with pytest.raises(BadLayout):
        check_shapes(MappedArrays(tmp_path / "x"), 3)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"body.excess_at": array([9])}, "body.excess_at has numbers out of range"),
        ({"body.excess": array([-1])}, "body.excess has numbers out of range"),
        (
            {"docs.high": array([1], np.uint16), "docs.high_starts": array([0, 6])},
            "docs has numbers out of range",
        ),
        (
            {"docs.high": array([0, 0], np.uint16), "docs.high_starts": array([0, 9, 6])},
            "docs.high_starts is not in ascending order",
        ),
    ],
)
def test_packed_numbers_that_point_past_others_are_found(changed: dict[str, Array], said: str) -> None:
    count = len(ONE["docs"])
    changed = {name: np.where(own == 6, count, own).astype(own.dtype) for name, own in changed.items()}
    check_shapes(ONE | changed, 3)
    assert any(said in sentence for sentence in contradictions(ONE | changed, 3))
