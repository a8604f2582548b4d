"""The Whoosh field types of an index.

The schema that Whoosh writes has their class paths: they must stay importable from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, FieldType
from whoosh.formats import Existence, Format

from search.index.format.layout import MISSING


class IntegerPositions(Format):  # type: ignore[misc]
    """The positions of a term in a document: ascending, as little-endian int32."""

    def word_values(
        self,
        value: str | Sequence[str],
        analyzer: None,
        **_: Any,
    ) -> Iterator[tuple[str, int, float, bytes]]:
        """(term, frequency, weight, value) of each term of `value`: terms, perhaps with spaces between."""
        places: dict[str, list[int]] = {}
        for position, term in enumerate(value.split() if isinstance(value, str) else value):
            places.setdefault(term, []).append(position)
        for term, positions in places.items():
            yield term, len(positions), float(len(positions)), self.encode(positions)

    def supports(self, name: str) -> bool:
        return name in ("frequency", "positions")

    def encode(self, positions: Sequence[int]) -> bytes:
        """The positions as the value of a posting."""
        return np.asarray(positions, "<i4").tobytes()

    def decode_positions(self, value: bytes) -> list[int]:
        return [int(position) for position in np.frombuffer(value, "<i4")]

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // 4

    def decode_weight(self, value: bytes) -> float:
        return float(len(value) // 4)


class _Indexed(FieldType):  # type: ignore[misc]
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


class Positions(_Indexed):
    """Words with their positions."""

    scorable = True
    format = IntegerPositions()


class Terms(_Indexed):
    """Whole values, without frequencies or positions."""

    scorable = False
    format = Existence()


def integer_column() -> COLUMN:
    """A column of one int64 a document, `MISSING` for a document without a number."""
    return COLUMN(NumericColumn("q", default=MISSING))
