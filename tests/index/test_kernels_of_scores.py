"""Each kernel gives what its naive twin gives, a few lines of plain Python: scores and inversion."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.kernels import Array
from tests.index.arrays import TOP, array
from tests.index.pairs import kernels

# --- scores -----------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 100_000) | st.just(TOP), max_size=20))
def test_earliness_of(positions: list[int]) -> None:
    assert kernels.earliness_of(array(positions)).tolist() == [round(255 * 50 / (50 + p)) for p in positions]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255), st.booleans()), max_size=30),
    st.sampled_from([0.0, 0.5, 2.0]),
    st.booleans(),
    st.sampled_from([np.uint16, np.int32]),
)
def test_a_field_adds_to_scores_and_they_are_saturated(
    rows: list[tuple[int, int, bool]], weight: float, dense: bool, kind: type[np.generic]
) -> None:
    docs = array([2 * number for number in range(len(rows))])
    norms = np.linspace(0.1, 2.0, 2 * len(rows) + 1, dtype=np.float32)
    listed = [number for number, row in enumerate(rows) if row[2] or dense]
    frequencies = array([rows[number][0] for number in listed], kind)
    earliness = array([rows[number][1] for number in listed], np.uint8)
    tf = np.full(len(rows), 0.25, np.float32)
    kernels.add_field(tf, docs, None if dense else array(listed), norms, frequencies, earliness, weight)
    expected = [
        0.25 + (float(norms[2 * n]) * (1 + weight * row[1] / 255) * row[0] if n in listed else 0)
        for n, row in enumerate(rows)
    ]
    assert tf.tolist() == pytest.approx(expected, rel=1e-5)
    kernels.saturate(tf, 1.5, 1.8)
    assert tf.tolist() == pytest.approx([1.5 * 2.8 * own / (1.8 + own) for own in expected], rel=1e-5)


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 1e6, width=32))))
def test_add_scores(added: list[tuple[int, float]]) -> None:
    totals = np.zeros(10, np.float32)
    docs, scores = [doc for doc, _ in added], [own for _, own in added]
    kernels.add_scores(totals, array(docs), array(scores, np.float32))
    expected = [np.float32(0)] * 10
    for doc, own in added:
        expected[doc] += np.float32(own)
    assert totals.tolist() == [float(total) for total in expected]


def test_what_scores_nothing_saturates_to_nothing() -> None:
    tf = np.zeros(2, np.float32)
    kernels.saturate(tf, 3.0, 1.8)
    assert tf.tolist() == [0, 0]


@given(
    st.lists(st.integers(-3, 3) | st.sampled_from([TOP - 1, TOP, -TOP]), max_size=700),
    st.integers(1, 12),
    st.sampled_from([np.int32, np.int64, np.float32, np.float64]),
)
def test_highest(keys: list[int], limit: int, kind: type[np.generic]) -> None:
    given = array(keys, kind)
    own = given.tolist()
    bound = sorted(own, reverse=True)[limit - 1] if limit <= len(own) else min(own, default=0)
    found = kernels.highest(given, limit)
    assert found.tolist() == [place for place, key in enumerate(own) if key >= bound]


@pytest.mark.parametrize("kind", [np.float32, np.int64])
@pytest.mark.parametrize("count", [4_096, 4_097, 20_000])
def test_the_highest_of_many_keys_that_ascend_or_descend(kind: type[np.generic], count: int) -> None:
    keys = array(range(count), kind)
    for limit in (1, 4, 5, 20, count - 1):
        assert kernels.highest(keys, limit).tolist() == [*range(count - limit, count)]
        assert kernels.highest(keys[::-1].copy(), limit).tolist() == [*range(limit)]


@pytest.mark.parametrize("limit", [1, 2, 5])
@pytest.mark.parametrize("top", [0, 63, 64, 1_984, 1_999])
def test_the_highest_of_many_keys_in_any_block_and_in_the_rest(limit: int, top: int) -> None:
    keys = [number * 7919 % 101 for number in range(2_000)]
    keys[top] = TOP
    bound = sorted(keys, reverse=True)[limit - 1]
    found = kernels.highest(array(keys), limit)
    assert found.tolist() == [place for place, key in enumerate(keys) if key >= bound]


def edits(a: str, b: str) -> int:
    """Optimal string alignment distance, by the textbook."""
    rows = [[i + j for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            changed = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed)
            if i > 1 and j > 1 and (a[i - 1], a[i - 2]) == (b[j - 2], b[j - 1]):
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(
    st.integers(0, 7).flatmap(lambda n: st.lists(st.text("abé東😀", min_size=n, max_size=n), max_size=6)),
    st.text("abé東😀", max_size=7),
)
def test_edit_distances(words: list[str], target: str) -> None:
    length = len(words[0]) if words else 0
    letters = np.array([[ord(char) for char in word] for word in words], np.uint32)
    found = kernels.edit_distances(letters.reshape(len(words), length), target)
    assert found.tolist() == [edits(word, target) for word in words]


@given(st.lists(st.text("ab", min_size=3, max_size=3), min_size=1), st.text("abc", max_size=300))
def test_edit_distances_of_bytes_to_a_long_target(words: list[str], target: str) -> None:
    letters = np.frombuffer("".join(words).encode(), np.uint8).reshape(len(words), 3)
    assert kernels.edit_distances(letters, target).tolist() == [edits(word, target) for word in words]


@given(st.lists(st.text("abc", min_size=4, max_size=4), min_size=1), st.text("abcd", max_size=6), st.data())
def test_edit_distances_of_words_that_end_within_their_row(
    rows: list[str], target: str, draw: st.DataObject
) -> None:
    lengths = draw.draw(st.lists(st.integers(0, 4), min_size=len(rows), max_size=len(rows)))
    letters = np.frombuffer("".join(rows).encode(), np.uint8).reshape(len(rows), 4)
    found = kernels.edit_distances(letters, target, array(lengths))
    assert found.tolist() == [edits(row[:n], target) for row, n in zip(rows, lengths, strict=True)]


# --- inversion --------------------------------------------------------------------------------------

_texts = st.lists(st.sampled_from([*b"ab9.,'& \n-", 0xC3, 0xA9]), max_size=120).map(bytes)


def pieces(text: bytes) -> list[tuple[int, bytes]]:
    """Where each piece begins, and its bytes."""
    kept = b"abcdefghijklmnopqrstuvwxyz0123456789.,'&" + bytes(range(0x80, 0x100))
    found, start = [], 0
    for at, byte in enumerate(text):
        if byte in kept:
            continue
        piece = text[start:at]
        begin, end = start, at
        if piece[:1] in (b".", b",", b"'", b"&"):
            begin += 1
        if piece[-1:] in (b".", b",", b"'", b"&"):
            end -= 1
        if begin < end:
            found.append((begin, text[begin:end]))
        start = at + 1
    return found


@given(_texts)
def test_pieces_are_cut_and_packed(text: bytes) -> None:
    content = b"\n" + text + b"\n" + bytes(24)
    content = content[: len(content) & ~7]
    raw = np.frombuffer(content, np.uint8)
    starts, sizes = kernels.cut_pieces(raw)
    expected = pieces(content)
    assert [(start, content[start : start + size]) for start, size in zip(starts, sizes, strict=True)] == (
        expected
    )
    low, high = kernels.pack_pieces(raw, starts, sizes)
    packed = [int.from_bytes(piece[:16].ljust(16, b"\0"), "little") for _, piece in expected]
    assert [int(h) << 64 | int(lo) for lo, h in zip(low, high, strict=True)] == packed


_keys = st.one_of(st.integers(0, 8), st.integers(0, (1 << 64) - 1))
_key_lists = st.lists(st.tuples(_keys, _keys), max_size=30)


def as_keys(keys: list[tuple[int, int]]) -> tuple[Array, Array]:
    return array([low for low, _ in keys], np.uint64), array([high for _, high in keys], np.uint64)


@given(st.lists(st.sets(st.tuples(_keys, _keys), max_size=10), max_size=3), _key_lists)
def test_a_hash_table_finds_what_was_put_in(
    batches: list[set[tuple[int, int]]], sought: list[tuple[int, int]]
) -> None:
    table = np.zeros(64, np.uint64), np.zeros(64, np.uint64), np.full(64, -1, np.int32)
    known: dict[tuple[int, int], int] = {}
    for batch in batches:
        new = [key for key in sorted(batch) if key not in known]
        numbers = range(len(known), len(known) + len(new))
        known.update(zip(new, numbers, strict=True))
        kernels.insert_keys(*as_keys(new), array(list(numbers)), *table)
        for wanted in (new, sought, list(known)):
            found = kernels.find_keys(*as_keys(wanted), *table)
            assert found.tolist() == [known.get(key, -1) for key in wanted]


def test_keys_are_found_in_tables_that_are_half_full() -> None:
    for first in range(0, 6_400, 64):  # in some of them a search goes on at the first slot after the last
        keys, others = (np.arange(first + step, first + step + 32, dtype=np.uint64) for step in (0, 32))
        table = np.zeros(64, np.uint64), np.zeros(64, np.uint64), np.full(64, -1, np.int32)
        kernels.insert_keys(keys, keys, np.arange(32, dtype=np.int32), *table)
        assert kernels.find_keys(keys, keys, *table).tolist() == list(range(32))
        assert kernels.find_keys(others, others, *table).tolist() == [-1] * 32


@given(_key_lists)
def test_group_keys(keys: list[tuple[int, int]]) -> None:
    order, first = kernels.group_keys(*as_keys(keys))
    in_order = [keys[place] for place in order.tolist()]
    assert sorted(in_order) == sorted(keys)
    assert len(set(keys)) == first.sum()
    runs = [a == b for a, b in pairwise(in_order)]
    assert (~first[1:]).tolist() == runs


@given(st.lists(st.sampled_from([0, 1, 2, 0xFFFF, 0x10000, 0x10001, TOP - 1, TOP])))
def test_order_by_term(terms: list[int]) -> None:
    order, in_order = kernels.order_by_term(array(terms))
    assert order.tolist() == sorted(range(len(terms)), key=terms.__getitem__)
    assert in_order.tolist() == sorted(terms)


@given(st.lists(st.lists(st.integers(0, 4), max_size=12).map(sorted), min_size=1, max_size=4))
def test_interleave_runs(owners: list[list[int]]) -> None:
    starts, goals = kernels.interleave_runs([array(own) for own in owners], 5)
    merged = sorted(
        (owner, part, place) for part, own in enumerate(owners) for place, owner in enumerate(own)
    )
    assert starts.tolist() == [bisect_right([row[0] for row in merged], owner) for owner in range(-1, 5)]
    expected = [
        [merged.index((owner, part, n)) for n, owner in enumerate(own)] for part, own in enumerate(owners)
    ]
    assert [own.tolist() for own in goals] == expected
