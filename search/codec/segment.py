"""A segment of arrays as Whoosh knows segments: which documents it has and which are deleted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec.base import Segment

from search.codec.layout import Array, BadLayout, MappedArrays
from search.codec.soundness import check_shapes

EXTENSION = ".arrays"


class ArraySegment(Segment):  # type: ignore[misc]
    """What a manifest says of a segment. Whoosh keeps it, pickled, in a table of contents of its own."""

    def __init__(self, indexname: str, count: int = 0) -> None:
        super().__init__(indexname)
        self.count = count
        self.deleted = b""  # ascending int32, little-endian

    def codec(self) -> Any:
        from search.codec.whoosh_codec import ArrayCodec

        return ArrayCodec()

    def path(self, folder: str | Path) -> Path:
        """The segment's file."""
        return Path(folder, self.make_filename(EXTENSION))

    def open(self, folder: str | Path) -> MappedArrays:
        """Its arrays, which fit together by their lengths; raises `BadLayout` and `OSError`."""
        arrays = MappedArrays(self.path(folder))
        try:
            check_shapes(arrays, self.count)
        except BadLayout as error:
            raise BadLayout(f"{self.path(folder).name}: {error}") from error
        return arrays

    def should_assemble(self) -> bool:
        return False

    def doc_count_all(self) -> int:
        return self.count

    def set_doc_count(self, doccount: int) -> None:
        self.count = doccount

    def deleted_count(self) -> int:
        return len(self.deleted) // 4

    def deleted_docs(self) -> list[int]:
        return [int(number) for number in self.deleted_array()]

    def deleted_array(self) -> Array:
        """int32: the numbers of deleted documents, ascending."""
        return np.frombuffer(self.deleted, "<i4")

    def live(self) -> Array:
        """bool[count]: which documents are not deleted."""
        flags = np.ones(self.count, np.bool_)
        flags[self.deleted_array()] = False
        return flags

    def delete_documents(self, numbers: Iterable[int]) -> None:
        """Mark more documents as deleted."""
        gone = np.union1d(self.deleted_array(), np.fromiter(numbers, np.int32))
        self.deleted = gone.astype("<i4").tobytes()

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self.delete_documents([docnum])
        else:
            kept = [number for number in self.deleted_docs() if number != docnum]
            self.deleted = np.array(kept, "<i4").tobytes()

    def is_deleted(self, docnum: int) -> bool:
        gone = self.deleted_array()
        at = int(np.searchsorted(gone, docnum))
        return at < len(gone) and int(gone[at]) == docnum
