"""A segment: some documents of an index in one file of arrays, and the list of the deleted ones."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from search.index.format.layout import BadLayout, MappedArrays
from search.index.format.soundness import check_shapes
from search.index.kernels import Array

EXTENSION = ".arrays"

_LETTERS = string.ascii_lowercase + string.digits


def _new_id() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


@dataclass(slots=True)
class Segment:
    """The manifest's entry of a segment of the index `name`; `deleted` is ascending little-endian int32."""

    name: str
    count: int = 0
    id: str = field(default_factory=_new_id)
    deleted: bytes = b""

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}_{self.id}{EXTENSION}"

    def open(self, folder: Path) -> MappedArrays:
        """Open its arrays and check their lengths; raises `BadLayout` and `OSError`."""
        arrays = MappedArrays(folder / self.file)
        try:
            check_shapes(arrays, self.count)
        except BadLayout as error:
            raise BadLayout(f"{self.file}: {error}") from error
        return arrays

    @property
    def live_count(self) -> int:
        """The number of documents that are not deleted."""
        return self.count - len(self.deleted) // 4

    def deleted_array(self) -> Array:
        """int32: the numbers of deleted documents, ascending."""
        return np.frombuffer(self.deleted, "<i4")

    def live(self) -> Array:
        """bool[count]: True for each document that is not deleted."""
        flags = np.ones(self.count, np.bool_)
        flags[self.deleted_array()] = False
        return flags

    def delete(self, numbers: Iterable[int]) -> None:
        """Mark more documents as deleted."""
        gone = np.union1d(self.deleted_array(), np.fromiter(numbers, np.int32))
        self.deleted = gone.astype("<i4").tobytes()
