"""Writes a segment through Whoosh's own writer: `index.writer(codec=ArrayCodec())`.

Archives are written by `writer.ArrayWriter`, whole arrays at a time; this module serves programs that change
such an index through Whoosh. It takes fields with positions, fields of whole values that are text, and
columns of numbers. It refuses stored values and boosts, as a segment has no place for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec.base import FieldWriter, PerDocumentWriter
from whoosh.fields import COLUMN, Schema

from search.index.format.layout import write_arrays
from search.index.write.invert import Documents, segment_arrays
from search.index.write.words import Words


class ArrayPerDocumentWriter(PerDocumentWriter):  # type: ignore[misc]
    """Takes the columns of documents; their lengths are counted from the postings."""

    def __init__(self) -> None:
        self.count = 0
        self.columns: dict[str, dict[int, int]] = {}
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        if docnum != self.count:
            raise ValueError(f"document {docnum} was started, but {self.count} is the next number")
        self.count += 1

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        if value is not None:
            raise ValueError(f"{fieldname} has a stored value, which these segments do not keep")

    def add_column_value(self, fieldname: str, columnobj: Any, value: Any) -> None:
        if isinstance(value, int):
            self.columns.setdefault(fieldname, {})[self.count - 1] = value

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Any) -> None:
        raise ValueError(f"{fieldname} has vectors, which these segments do not keep")

    def close(self) -> None:
        self.is_closed = True


class ArrayFieldWriter(FieldWriter):  # type: ignore[misc]
    """Takes the postings, field by field and term by term, and writes the segment when it is closed."""

    def __init__(self, path: Path, documents: ArrayPerDocumentWriter) -> None:
        self._path, self._documents = path, documents
        self._schema: Schema | None = None
        self._field, self._format, self._text = "", None, ""
        self._entries: list[tuple[int, str, int, str]] = []  # document, field, position, term
        self._values: dict[str, list[tuple[int, str]]] = {}
        self.is_closed = False

    def add_postings(self, schema: Schema, lengths: Any, items: Iterable[Any]) -> None:
        self._schema = schema
        super().add_postings(schema, lengths, items)

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        self._field = fieldname
        self._format = fieldobj.format if fieldobj.format.supports("positions") else None

    def start_term(self, text: bytes) -> None:
        try:
            self._text = text.decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"{self._field} has terms that are not text") from error

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        if self._format is None:
            self._values.setdefault(self._field, []).append((docnum, self._text))
            return
        positions = self._format.decode_positions(vbytes)
        if weight != len(positions):
            raise ValueError(f"{self._field} has a boost, which these segments do not keep")
        self._entries += [(docnum, self._field, position, self._text) for position in positions]

    def finish_term(self) -> None:
        pass

    def close(self) -> None:
        """Write the segment's file, unless it would be empty."""
        self.is_closed = True
        if self._schema is None or not self._documents.count:
            return
        fields = [(name, field) for name, field in self._schema.items() if field.indexed]
        text_fields = tuple(name for name, field in fields if field.format.supports("positions"))
        columns = [(name, field) for name, field in self._schema.items() if isinstance(field, COLUMN)]
        count = self._documents.count
        own = self._documents.columns
        numbers = {
            name: [own.get(name, {}).get(doc, field.column_type.default_value()) for doc in range(count)]
            for name, field in columns
        }
        values = {
            name: ([doc for doc, _ in sorted(pairs)], [text for _, text in sorted(pairs)])
            for name, pairs in self._values.items()
        }
        documents = Documents(count, self._words(text_fields), values, numbers)
        write_arrays(self._path, segment_arrays(documents))

    def _words(self, text_fields: tuple[str, ...]) -> Words:
        """The words by term, each its own form."""
        order = {name: number for number, name in enumerate(text_fields)}
        found = sorted((term, doc, order[field], position) for doc, field, position, term in self._entries)
        terms = list(dict.fromkeys(term for term, *_ in found))
        numbers = {term: number for number, term in enumerate(terms)}
        words, docs, fields, positions = zip(*found, strict=True) if found else ((), (), (), ())
        owners = np.array([numbers[word] for word in words], np.int32)
        return Words(
            text_fields,
            terms,
            np.arange(len(terms), dtype=np.int32),
            terms,
            owners,
            owners,
            np.array(docs, np.int32),
            np.array(fields, np.uint8),
            np.array(positions, np.int32),
        )
