"""Each kernel gives what its naive twin gives, a few lines of plain Python: strings."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.kernels import Array
from tests.index.pairs import kernels

_pieces = st.lists(st.sampled_from(b"aab\xc3"), min_size=1, max_size=7).map(bytes)
_strings = st.lists(st.lists(st.sampled_from(b"aab\xc3"), max_size=9).map(bytes), max_size=30)
_kinds = st.sampled_from([np.int32, np.int64])


def joined(strings: list[bytes], kind: type[np.generic] = np.int32) -> tuple[Array, Array]:
    edges = [0, *accumulate(map(len, strings))]
    return np.frombuffer(b"".join(strings), np.uint8), np.array(edges, kind)


@given(_strings, _pieces, _kinds)
def test_find_containing(strings: list[bytes], sought: bytes, kind: type[np.generic]) -> None:
    found = kernels.find_containing(*joined(strings, kind), sought)
    assert found.tolist() == [sought in string for string in strings]


@pytest.mark.parametrize("sought", [b"q", b"qu", b"quit", b"quite"])
def test_strings_that_seldom_contain_the_bytes(sought: bytes) -> None:
    strings = [b"%d" % number for number in range(999)]
    for number, string in ((0, sought), (500, b"x" + sought + b"x"), (998, sought), (7, sought[:-1])):
        strings[number] = string
    strings[8] = sought[-1:] + b"x"  # so that the bytes are there, but from one string into the next
    found = kernels.find_containing(*joined(strings), sought)
    assert found.tolist() == [sought in string for string in strings]


@given(_strings, st.just(b"") | _pieces, st.data())
def test_find_ending(strings: list[bytes], suffix: bytes, draw: st.DataObject) -> None:
    numbers = st.integers(0, len(strings) - 1) if strings else st.nothing()
    among = draw.draw(st.lists(numbers, unique=True))
    found = kernels.find_ending(*joined(strings), suffix, np.array(among, np.int64))
    assert found.tolist() == [number for number in among if strings[number].endswith(suffix)]


@given(_strings, _pieces, st.integers(0, 4), st.integers(0, 5))
def test_find_at(strings: list[bytes], sought: bytes, first: int, count: int) -> None:
    text, edges = joined(strings)
    shifts = range(first, first + count)
    starts = edges[:-1].astype(np.int64)
    found = kernels.find_at(text, starts, sought, shifts)
    whole = bytes(text)
    assert found.tolist() == [any(whole.startswith(sought, start + n) for n in shifts) for start in starts]
