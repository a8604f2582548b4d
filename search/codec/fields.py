"""The kinds of Whoosh field that an index here is made of.

They take values that are analysed already, so that text is analysed once, in one place. Their class
paths are kept in the schema that Whoosh writes: they must stay importable from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, FieldType
from whoosh.formats import Existence, Format

Item = tuple[bytes, int, float, bytes]

MISSING = -(2**63) + 1
"""What a number column holds for a document that has none; the least value but one of an int64."""


class IntegerPositions(Format):  # type: ignore[misc]
    """Where a term stands in a document: ascending positions as little-endian int32."""

    def supports(self, name: str) -> bool:
        return name in ("frequency", "positions")

    def encode(self, positions: Sequence[int]) -> bytes:
        return np.asarray(positions, "<i4").tobytes()

    def decode_positions(self, value: bytes) -> list[int]:
        return [int(position) for position in np.frombuffer(value, "<i4")]

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // 4

    def decode_weight(self, value: bytes) -> float:
        return float(len(value) // 4)


class _Analysed(FieldType):  # type: ignore[misc]
    """A field that is indexed and neither stored nor analysed by Whoosh."""

    indexed = True
    stored = False
    vector = None
    analyzer = None
    column_type = None
    multitoken_query = "default"

    def __init__(self) -> None:
        pass

    def to_bytes(self, value: str | bytes) -> bytes:
        return value if isinstance(value, bytes) else value.encode()

    def from_bytes(self, value: bytes) -> str:
        return bytes(value).decode()

    def process_text(self, text: str, **_: Any) -> Iterator[str]:
        yield text


class Positions(_Analysed):
    """Terms with their positions; its value is a mapping of term to ascending positions."""

    scorable = True
    format = IntegerPositions()

    def index(self, value: Mapping[str, Sequence[int]], **_: Any) -> Iterator[Item]:
        encode = self.format.encode
        for term, positions in value.items():
            yield term.encode(), len(positions), float(len(positions)), encode(positions)


class Terms(_Analysed):
    """Terms alone; its value is any number of them."""

    scorable = False
    format = Existence()

    def index(self, value: Iterable[str], **_: Any) -> Iterator[Item]:
        for term in value:
            yield term.encode(), 1, 1.0, b""


def integer_column() -> COLUMN:
    """A column of one int64 a document, `MISSING` where none is given."""
    return COLUMN(NumericColumn("q", default=MISSING))
