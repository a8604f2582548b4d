"""Reads a segment of arrays through Whoosh's own interfaces, so that Whoosh can search it.

Our own queries do not use this module (see `read`); `whoosh.index.open_dir` and programs built on it do.
`writing` has the other direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from whoosh.codec.base import FieldCursor, PerDocumentReader, TermsReader
from whoosh.columns import ColumnReader
from whoosh.matching import ReadTooFar
from whoosh.matching.mcore import Matcher
from whoosh.reading import TermInfo, TermNotFound

from search.index.format.fields import SegmentFields
from search.index.format.layout import MISSING, MappedArrays
from search.index.format.lexicon import Lexicon
from search.index.kernels import Array


class Documents(Protocol):
    """The numbers of a segment's documents that `WhooshSegment` knows."""

    count: int

    def doc_count(self) -> int: ...
    def has_deletions(self) -> bool: ...
    def is_deleted(self, docnum: int) -> bool: ...
    def deleted_docs(self) -> list[int]: ...


class ArrayTermsReader(TermsReader):  # type: ignore[misc]
    """The terms of every field, each with its postings."""

    def __init__(self, arrays: MappedArrays, count: int) -> None:
        self._fields = SegmentFields(arrays)
        self._count = count

    def indexed_field_names(self) -> list[str]:
        return sorted([*self._fields.text, *self._fields.value_names])

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return len(self._postings(*term)[0]) > 0

    def _lexicon(self, field: str) -> Lexicon:
        values = self._fields.values(field)
        return self._fields.terms if values is None else values.values

    def _postings(self, field: str, text: bytes) -> tuple[Array, Array, Array | None]:
        """(documents, frequencies, positions) of a term in a field."""
        own, values = self._fields.text.get(field), self._fields.values(field)
        number = -1 if own is None and values is None else self._lexicon(field).number(text)
        if number < 0:
            none = np.empty(0, np.int32)
            return none, none, None
        if values is not None:
            docs = values.docs_of(number)
            return docs, np.ones(len(docs), np.int32), None
        assert own is not None
        docs, frequencies = own.occurrences(number, self._fields.docs_of(number))
        return docs, frequencies, own.positions[own.words(number)]

    def _names(self, field: str, prefix: bytes) -> Iterator[bytes]:
        """The terms of a field from `prefix` on."""
        lexicon = self._lexicon(field)
        for number in range(lexicon.find(prefix), len(lexicon)):
            text = lexicon[number]
            if field not in self._fields.text or len(self._postings(field, text)[0]):
                yield text

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for field in self.indexed_field_names():
            yield from ((field, text) for text in self._names(field, b""))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        for field in self.indexed_field_names():
            if field >= fieldname:
                start = prefix if field == fieldname else b""
                yield from ((field, text) for text in self._names(field, start))

    def items(self) -> Iterator[tuple[tuple[str, bytes], Any]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], Any]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def cursor(self, fieldname: str, fieldobj: Any) -> ArrayCursor:
        return ArrayCursor(list(self._names(fieldname, b"")), fieldobj)

    def term_info(self, fieldname: str, text: bytes) -> Any:
        docs, found, _ = self._postings(fieldname, text)
        if not len(docs):
            raise KeyError((fieldname, text))
        shortest, longest = 1, 1
        if (own := self._fields.text.get(fieldname)) is not None:
            lengths = own.lengths[docs]
            shortest, longest = int(lengths.min()), int(lengths.max())
        return TermInfo(
            weight=float(found.sum(dtype=np.int64)),
            df=len(docs),
            minlength=shortest,
            maxlength=longest,
            maxweight=float(found.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ArrayMatcher:
        docs, found, positions = self._postings(fieldname, text)
        if not len(docs):
            raise TermNotFound(f"{fieldname}:{text!r}")
        info = self.term_info(fieldname, text)
        return ArrayMatcher(docs, found, positions, format_, scorer, (fieldname, text), info)


class ArrayCursor(FieldCursor):  # type: ignore[misc]
    """Walks the terms of one field."""

    def __init__(self, texts: list[bytes], fieldobj: Any) -> None:
        self._texts, self._field, self._at = texts, fieldobj, 0

    def text(self) -> str | None:
        """The current term; None past the last."""
        return self._field.from_bytes(self._texts[self._at]) if self.is_valid() else None

    def is_valid(self) -> bool:
        """True if the cursor is at a term."""
        return self._at < len(self._texts)

    def first(self) -> str | None:
        self._at = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        sought = string if isinstance(string, bytes) else string.encode()
        self._at = int(np.searchsorted(np.array(self._texts, object), sought))
        return self.text()

    def next(self) -> str | None:
        self._at += 1
        return self.text()


class ArrayMatcher(Matcher):  # type: ignore[misc]
    """The postings of one term, one at a time, as Whoosh's queries need them."""

    def __init__(
        self,
        docs: Array,
        frequencies: Array,
        positions: Array | None,
        format_: Any,
        scorer: Any,
        term: tuple[str, bytes],
        info: Any,
    ) -> None:
        self._docs, self._frequencies, self._positions = docs, frequencies, positions
        self._ends = None if positions is None else np.cumsum(frequencies)
        self.format, self.scorer, self._term, self._info = format_, scorer, term, info
        self._at = 0

    def is_active(self) -> bool:
        return self._at < len(self._docs)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = 0

    def term(self) -> tuple[str, bytes]:
        return self._term

    def copy(self) -> ArrayMatcher:
        made = ArrayMatcher(
            self._docs, self._frequencies, self._positions, self.format, self.scorer, self._term, self._info
        )
        made._at = self._at
        return made

    def id(self) -> int:
        """The document; after the last one still the last, as some of Whoosh's matchers ask once more."""
        return int(self._docs[min(self._at, len(self._docs) - 1)])

    def next(self) -> bool:
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return True

    def skip_to(self, id: int) -> bool:  # noqa: A002
        if not self.is_active():
            raise ReadTooFar
        self._at += int(np.searchsorted(self._docs[self._at :], id))
        return True

    def all_ids(self) -> Iterator[int]:
        return iter(self._docs[self._at :].tolist())

    def weight(self) -> float:
        return float(self._frequencies[self._at])

    def value(self) -> bytes:
        if self._ends is None or self._positions is None:
            return b""
        end = int(self._ends[self._at])
        start = end - int(self._frequencies[self._at])
        encoded: bytes = self.format.encode(self._positions[start:end].tolist())
        return encoded

    def value_as(self, astype: str) -> Any:
        return self.format.decoder(astype)(self.value())

    def supports(self, astype: str) -> bool:
        return bool(self.format.supports(astype))

    def supports_block_quality(self) -> bool:
        return bool(self.scorer and self.scorer.supports_block_quality())

    def score(self) -> float:
        return float(self.scorer.score(self)) if self.scorer else self.weight()

    def max_quality(self) -> float:
        return float(self.scorer.max_quality()) if self.scorer else float(self._info.max_weight())

    def block_quality(self) -> float:
        return self.max_quality()

    def skip_to_quality(self, minquality: float) -> int:
        if self.max_quality() > minquality:
            return 0
        self._at = len(self._docs)
        return 1


class ArrayPerDocumentReader(PerDocumentReader):  # type: ignore[misc]
    """Lengths, columns and deletions; the index has no stored fields."""

    def __init__(self, arrays: MappedArrays, documents: Documents) -> None:
        self._fields, self._documents = SegmentFields(arrays), documents

    def doc_count(self) -> int:
        return self._documents.doc_count()

    def doc_count_all(self) -> int:
        return self._documents.count

    def has_deletions(self) -> bool:
        return self._documents.has_deletions()

    def is_deleted(self, docnum: int) -> bool:
        return self._documents.is_deleted(docnum)

    def deleted_docs(self) -> list[int]:
        return self._documents.deleted_docs()

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return self._fields.numbers(fieldname) is not None or fieldname in self._fields.value_names

    def list_columns(self) -> list[str]:
        """The names of the columns."""
        return self._fields.column_names

    def column_reader(self, fieldname: str, column: Any) -> ArrayColumnReader:
        return ArrayColumnReader(self._fields, fieldname, self._documents.count)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        lengths = self._lengths(fieldname)
        return default if lengths is None else int(lengths[docnum])

    def field_length(self, fieldname: str) -> int:
        lengths = self._lengths(fieldname)
        return 0 if lengths is None else int(lengths.sum(dtype=np.int64))

    def min_field_length(self, fieldname: str) -> int:
        lengths = self._lengths(fieldname)
        return 0 if lengths is None or not len(lengths) else int(lengths.min())

    def max_field_length(self, fieldname: str) -> int:
        lengths = self._lengths(fieldname)
        return 0 if lengths is None or not len(lengths) else int(lengths.max())

    def _lengths(self, field: str) -> Array | None:
        own = self._fields.text.get(field)
        return None if own is None else own.lengths

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        return {}


class ArrayColumnReader(ColumnReader):  # type: ignore[misc]
    """A column of numbers, or the first value of a value field as bytes."""

    def __init__(self, fields: SegmentFields, field: str, count: int) -> None:
        self._numbers, self._values, self._count = fields.numbers(field), fields.values(field), count
        self._reverse = False

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, docnum: int) -> Any:
        if self._numbers is not None:
            return int(self._numbers[docnum])
        return b"" if self._values is None else self._values.first_of(np.array([docnum]))[0].encode()

    def sort_key(self, docnum: int) -> Any:
        key = self[docnum]
        if self._reverse and isinstance(key, int):
            return -key if key != MISSING else MISSING
        return key

    def set_reverse(self) -> None:
        self._reverse = True

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(self._count))

    def load(self) -> list[Any]:
        """Every value."""
        return list(self)
