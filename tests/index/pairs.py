"""The kernels, each called twice: as it is defined in NumPy, and as it is compiled, with equal results.

The tests of the kernels call `kernels.find_common(…)` of this module. Without compiled kernels they test the
definitions only; `test_native.py` tells where these must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from importlib import import_module
from typing import Any

import numpy as np

from search.index import kernels as chosen
from search.index.kernels import boundaries, inversion, scores, sets, shingles, spans, strings
from search.index.kernels.chosen import is_built

_ROOMS = (boundaries, inversion, scores, sets, shingles, spans, strings)
COMPILED = [
    import_module(f"search.index.kernels.{name}") for name in ("native", "native_writing") if is_built()
]


class _Pairs:
    def __getattr__(self, name: str) -> Any:
        defined = next((getattr(room, name) for room in _ROOMS if hasattr(room, name)), None)
        other = next((getattr(room, name) for room in COMPILED if hasattr(room, name)), None)
        return getattr(chosen, name) if defined is None or other is None else _both(defined, other)


def _both(defined: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        given = [list(each) if isinstance(each, Iterator) else each for each in arguments]
        again = deepcopy(given)
        # The arguments themselves go to the compiled one: copies are contiguous, aligned and writable.
        result, same = defined(*again, **options), other(*given, **options)
        _check_equal([result, again], [same, given])
        return result

    return call


def _check_equal(one: Any, other: Any) -> None:
    """The same values in arrays of the same types, also in sequences of them."""
    if isinstance(one, np.ndarray):
        assert isinstance(other, np.ndarray)
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            _check_equal(mine, theirs)
    else:
        assert one == other


kernels: Any = _Pairs()
