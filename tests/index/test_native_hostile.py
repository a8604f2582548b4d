"""Arrays that no undamaged index has give the compiled kernels a result or an error, and nothing else.

`scripts/check --native` runs this with a compiler that finds what is read or written outside of an array.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.index import kernels
from search.index.kernels import Array
from search.index.kernels.chosen import is_built

if not is_built():
    pytest.skip("the kernels are not compiled", allow_module_level=True)

_native: Any = import_module("search.index.kernels._native")
native: Any = import_module("search.index.kernels.native")
SOURCE = (Path(kernels.__file__).parent / "native.c").read_text()
SPECS = {
    name: spec
    for name, body in re.findall(r"\nKERNEL\((\w+)\)(.*?)\n}", SOURCE, re.DOTALL)
    for spec in re.findall(r'(?:CALL\(|spec\[.*?\] = )"([^"]+)"', body)
}
KINDS = {kind: np.dtype(kind.replace("l", "q").replace("L", "Q")) for kind in "bBhHiIlLf"}
ROUNDS = 300


def damaged(draw: np.random.Generator, kind: str, size: int) -> Array:
    """Numbers of a kind: small ones in order or not, often equal, or as extreme as they can be."""
    own = KINDS[kind]
    if kind == "f":
        return draw.choice(np.array([0, 1, -1, 3.5, np.inf, np.nan, 1e38], own), size)
    limits = np.iinfo(own)
    numbers = draw.integers(0, draw.choice([2, 5, 40]), size).astype(own)
    if draw.random() < 0.4:
        numbers.sort()
    if draw.random() < 0.4 and size:
        some = draw.integers(0, size, 1 + size // 4)
        numbers[some] = draw.choice(np.array([limits.min, limits.max, limits.max - 1, limits.max // 2], own))
    return numbers


def arguments(draw: np.random.Generator, spec: str) -> list[Any]:
    size, given = int(draw.integers(0, 12)), list[Any]()
    for sign in spec.replace("=", ""):
        if sign == ".":
            given.append(int(draw.choice([0, 1, 2, 5, -1, 2**31, 2**62, -(2**63)])))
        elif sign == "~":
            given.append(float(draw.choice([0.0, 1.2, -1.0, 1e300])))
        else:
            own = size if draw.random() < 0.7 else int(draw.choice([0, 1, 8, 16, 64 * size, 65_537]))
            kind = draw.choice([*"bBhHiIlLf"]) if sign == "*" else sign
            given.append(damaged(draw, kind, own))
    return given


def test_every_kernel_is_tried() -> None:
    assert set(SPECS) == {name for name in dir(_native) if not name.startswith("_")}


@pytest.mark.parametrize("name", SPECS)
def test_damaged_arrays_give_a_result_or_an_error(name: str) -> None:
    draw, answered = np.random.default_rng(7), 0
    for _ in range(ROUNDS):
        spec = SPECS[name] + ("i**" * int(draw.integers(1, 4)) if name == "count_phrase" else "")
        try:
            getattr(_native, name)(*arguments(draw, spec))
            answered += 1
        except (LookupError, ValueError, TypeError, OverflowError):
            pass
    assert answered < ROUNDS or name in ("count_common", "saturate")


def test_a_number_that_comes_again_is_found_as_often_as_both_have_it() -> None:
    assert native.find_common(np.full(200_000, 5, np.int32), np.array([5], np.int32)).tolist() == [5]


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros(3, np.dtype([])),
        np.zeros(3, "V0"),
        np.zeros(3, ">i4"),
        np.array([None, 3, 4], object),
        np.zeros(3, "S8"),
        np.frombuffer(b"\0" * 13, np.uint8)[1:].view(np.int32),
    ],
    ids=["no fields", "no bytes", "big-endian", "objects", "bytes", "unaligned"],
)
def test_an_array_of_other_things_than_numbers_is_refused(wrong: Array) -> None:
    with pytest.raises((TypeError, ValueError, BufferError)):
        _native.find_common(wrong, wrong, wrong)


def test_a_number_beyond_the_table_leaves_the_table_clear() -> None:
    table = np.zeros(10, np.uint8)
    with pytest.raises(IndexError):
        native.flag_members([np.array([1])], np.array([3, 4, 10]), table)
    with pytest.raises(IndexError):
        native.unite_by_table([np.array([3, -1], np.int32)], table)
    assert not table.any()
