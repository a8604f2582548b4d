"""The Whoosh class of a segment, which Whoosh pickles into its table of contents, and its codec."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec.base import Codec
from whoosh.codec.base import Segment as BaseSegment

from search.index.format.segment import EXTENSION, Segment
from search.index.whoosh.reading import ArrayPerDocumentReader, ArrayTermsReader
from search.index.whoosh.writing import ArrayFieldWriter, ArrayPerDocumentWriter


class WhooshSegment(BaseSegment):  # type: ignore[misc]
    """A `Segment` with the methods that Whoosh calls. Files have its class path, so it must not move."""

    def __init__(self, indexname: str, count: int = 0) -> None:
        super().__init__(indexname)
        self.count = count
        self.deleted = b""  # ascending int32, little-endian

    @classmethod
    def of(cls, segment: Segment) -> WhooshSegment:
        """Make the Whoosh class of a segment."""
        made = cls(segment.name, segment.count)
        made.segid, made.deleted = segment.id, segment.deleted
        return made

    @property
    def ours(self) -> Segment:
        """The same segment in the class of `format`."""
        return Segment(self.indexname, self.count, self.segid, self.deleted)

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def should_assemble(self) -> bool:
        return False

    def make_filename(self, ext: str) -> str:
        return self.ours.file if ext == EXTENSION else str(super().make_filename(ext))

    def doc_count_all(self) -> int:
        return self.count

    def set_doc_count(self, doccount: int) -> None:
        self.count = doccount

    def deleted_count(self) -> int:
        return len(self.deleted) // 4

    def deleted_docs(self) -> list[int]:
        return [int(number) for number in self.ours.deleted_array()]

    def delete_documents(self, numbers: Iterable[int]) -> None:
        """Mark more documents as deleted."""
        segment = self.ours
        segment.delete(numbers)
        self.deleted = segment.deleted

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self.delete_documents([docnum])
        else:
            kept = [number for number in self.deleted_docs() if number != docnum]
            self.deleted = np.array(kept, "<i4").tobytes()

    def is_deleted(self, docnum: int) -> bool:
        gone = self.ours.deleted_array()
        at = int(np.searchsorted(gone, docnum))
        return at < len(gone) and int(gone[at]) == docnum


class ArrayCodec(Codec):  # type: ignore[misc]
    """The codec of a `WhooshSegment`."""

    length_stats = False  # otherwise Whoosh reads the segment before it is written
    _documents: ArrayPerDocumentWriter

    def per_document_writer(self, storage: Any, segment: WhooshSegment) -> ArrayPerDocumentWriter:
        self._documents = ArrayPerDocumentWriter()
        return self._documents

    def field_writer(self, storage: Any, segment: WhooshSegment) -> ArrayFieldWriter:
        return ArrayFieldWriter(Path(storage.folder, segment.ours.file), self._documents)

    def terms_reader(self, storage: Any, segment: WhooshSegment) -> ArrayTermsReader:
        return ArrayTermsReader(segment.ours.open(Path(storage.folder)), segment.count)

    def per_document_reader(self, storage: Any, segment: WhooshSegment) -> ArrayPerDocumentReader:
        return ArrayPerDocumentReader(segment.ours.open(Path(storage.folder)), segment)

    def new_segment(self, storage: Any, indexname: str) -> WhooshSegment:
        return WhooshSegment(indexname)
