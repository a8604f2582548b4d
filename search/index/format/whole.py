"""The arrays of a segment, with the ones that its file leaves out because others tell them.

Left out are every array but `F.positions` of a text field without a word, `F.extents` that equal `F.lengths`,
`V.starts` if each value has one document, and `V.doc_starts` if each document has one value. Segments of
earlier versions leave nothing out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from search.index.format.names import (
    EARLINESS,
    TEXT_UNITS,
    TextPart,
    is_packed,
    starts_of,
    text_array,
    text_fields,
    value_array,
    value_fields,
)
from search.index.format.packed import DocNumbers, Frequencies
from search.index.kernels import Array

_EMPTY: dict[TextPart, type[np.generic]] = {
    "frequencies": np.uint8,
    EARLINESS: np.uint8,
    "at": np.int32,
    "variants": np.uint8,
}


class _Made(Mapping[str, Array]):
    """Arrays, and others in their place or beside them, each made when it is first used."""

    def __init__(self, arrays: Mapping[str, Array], makers: Mapping[str, Callable[[], Array]]) -> None:
        self._arrays, self._makers = arrays, makers
        self._made: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name in self._makers and name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name] if name in self._made else self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._arrays, *self._makers]))

    def __len__(self) -> int:
        return len(self._arrays.keys() | self._makers.keys())


def completed(arrays: Mapping[str, Array]) -> Mapping[str, Array]:
    """The arrays of a segment, and the ones that are left out; an array that cannot be made is missing."""
    makers: dict[str, Callable[[], Array]] = {}
    starts = arrays.get("starts")
    count = max(
        (len(own) for name in text_fields(arrays) if (own := _lengths(arrays, name)) is not None), default=0
    )
    for name in text_fields(arrays):
        lengths = _lengths(arrays, name)
        if lengths is None and starts is not None and not len(arrays[text_array(name, "positions")]):
            makers |= {text_array(name, part): partial(np.empty, 0, kind) for part, kind in _EMPTY.items()}
            sizes: dict[TextPart, int] = {
                "at_starts": len(starts),
                "place_starts": len(starts),
                "lengths": count,
            }
            makers |= {text_array(name, part): partial(np.zeros, n, np.int32) for part, n in sizes.items()}
            makers[text_array(name, "extents")] = makers[text_array(name, "lengths")]
        elif lengths is not None:
            makers[text_array(name, "extents")] = partial(arrays.__getitem__, text_array(name, "lengths"))
            for unit in TEXT_UNITS:
                if text_array(name, unit) in arrays:
                    makers[text_array(name, starts_of(unit))] = partial(np.zeros, len(lengths) + 1, np.int32)
    for name in value_fields(arrays):
        count = len(arrays[value_array(name, "ordinals")])
        for part in (value_array(name, "starts"), value_array(name, "doc_starts")):
            makers[part] = partial(np.arange, count + 1, dtype=np.int32)
    return _Made(arrays, {name: make for name, make in makers.items() if name not in arrays})


def _lengths(arrays: Mapping[str, Array], field: str) -> Array | None:
    return arrays.get(text_array(field, "lengths"))


def unpacked(arrays: Mapping[str, Array]) -> Mapping[str, Array]:
    """All the arrays, also the ones that are left out, and documents and frequencies as they are.

    Two segments of the same documents have equal arrays then, though one is of an earlier version.
    """
    whole = completed(arrays)
    makers: dict[str, Callable[[], Array]] = {"docs": DocNumbers(whole).every}
    for name in text_fields(whole):
        makers[text_array(name, "frequencies")] = Frequencies(whole, name).every
    kept = {name: whole[name] for name in whole if not is_packed(name)}
    return _Made(kept, makers)
