"""Files of arrays: arrays, numbers in little room, lexicons; and files that are not whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.format.layout import BadLayout, MappedArrays, narrow, write_arrays
from search.index.format.lexicon import Lexicon, lexicon_arrays
from search.index.kernels import Array

ARRAYS: dict[str, Array] = {
    "bytes": np.arange(5, dtype=np.uint8),
    "none": np.empty(0, np.int32),
    "long": np.array([-(2**63), 2**63 - 1]),
}


def test_arrays_come_back_as_they_were_written(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x", ARRAYS)
    mapped = MappedArrays(tmp_path / "x")
    assert list(mapped) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert mapped[name].dtype == array.dtype
        assert mapped[name].tolist() == array.tolist()


def test_what_is_not_a_number_of_these_types_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="<f8"):
        write_arrays(tmp_path / "x", {"floats": np.zeros(3)})


def _cut(content: bytes) -> bytes:
    return content[:-1]


def _lengthened(content: bytes) -> bytes:
    return content + b"x"


def _of_another_kind(content: bytes) -> bytes:
    return b"PK" + content[2:]


def _of_another_version(content: bytes) -> bytes:
    return content[:8] + b"\x63" + content[9:]


def _short(content: bytes) -> bytes:
    return content[:10]


def _with_a_broken_table(content: bytes) -> bytes:
    return content[:-1] + b"!"


@pytest.mark.parametrize(
    "harm", [_cut, _lengthened, _of_another_kind, _of_another_version, _short, _with_a_broken_table]
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    write_arrays(tmp_path / "x", ARRAYS)
    (tmp_path / "y").write_bytes(harm((tmp_path / "x").read_bytes()))
    with pytest.raises(BadLayout):
        MappedArrays(tmp_path / "y")


@pytest.mark.parametrize(("most", "kind"), [(0, "|u1"), (255, "|u1"), (256, "<u2"), (65_536, "<i4")])
def test_numbers_take_the_least_room(most: int, kind: str) -> None:
    assert narrow(np.array([0, most])).dtype.str == kind


_texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(_texts.filter(bool)), _texts)
def test_a_lexicon_finds_strings_and_prefixes(strings: list[str], sought: str) -> None:
    encoded = sorted(s.encode() for s in strings)
    lexicon = Lexicon(lexicon_arrays("x", sorted(strings)), "x")
    key = sought.encode()
    assert lexicon.bytes() == encoded
    assert [encoded[n] for n in lexicon.equal(key)] == [s for s in encoded if s == key]
    assert (lexicon.number(key) >= 0) == (key in encoded)
    assert [encoded[n] for n in lexicon.starting(key)] == [s for s in encoded if s.startswith(key)]
