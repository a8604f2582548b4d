"""A row of the store to an article and back; only a row that the store wrote becomes an article."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from hashlib import sha256
from types import UnionType
from typing import Any

import orjson
import zstandard

from search.article import Article

MAX_DOCUMENT_BYTES = 1 << 30
"""A document that says it is larger than this, in bytes, was not written by this store."""

_FRAME = b"\x28\xb5\x2f\xfd"
"""The first bytes of Zstandard data; no JSON begins with them."""

_LEVEL = 1
"""Of Zstandard: higher ones save one part in fifty, and take up to four times as long."""

_DECODER = json.JSONDecoder()

Row = tuple[Any, ...]


class _Contexts(threading.local):
    """A compressor and a decompressor for each thread: to make one takes longer than to use it."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_CONTEXTS = _Contexts()


class BadRow(ValueError):
    """A row that does not hold what was stored."""


def typed(row: Row, *types: type | UnionType) -> Row:
    """The row, whose values must have these types: SQLite takes any in any column. Raises `BadRow`."""
    if tuple(map(type, row)) != types and not all(map(isinstance, row, types)):
        raise BadRow("a value has another type than it was stored with")
    return row


def record_of(article: Article) -> bytes:
    """The article as the JSON that is stored of it."""
    return orjson.dumps(article.as_record())


def digest_of(record: bytes) -> bytes:
    """The digest that goes with a record."""
    return sha256(record).digest()


def packed(record: bytes, successor: bytes | None = None) -> bytes:
    """The record as a document, shorter where it can be; `successor` is the record that took its place."""
    if successor is None:
        short = _CONTEXTS.compressor.compress(record)
    else:
        short = zstandard.ZstdCompressor(_LEVEL, dict_data=_dictionary(successor)).compress(record)
    return short if len(short) < len(record) else record


def unpacked(document: object, digest: object, successor: bytes | None = None) -> bytes:
    """The record of a document; raises `BadRow` if it does not have this digest."""
    if not isinstance(document, bytes):
        raise BadRow("it is not a document")
    record = document
    if document.startswith(_FRAME):
        try:
            if zstandard.get_frame_parameters(document).content_size > MAX_DOCUMENT_BYTES:
                raise BadRow("it is too large")
            if successor is None:
                record = _CONTEXTS.decompressor.decompress(document)
            else:
                record = zstandard.ZstdDecompressor(dict_data=_dictionary(successor)).decompress(document)
        except zstandard.ZstdError as error:
            raise BadRow("it cannot be decompressed") from error
    if digest_of(record) != digest:
        raise BadRow("it is not what was stored")
    return record


def _dictionary(record: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(record, zstandard.DICT_TYPE_RAWCONTENT)


def article_of(record: bytes, identity: object = None) -> Article:
    """The article of a record; raises `BadRow` if there is none, or its id is not the id of the row."""
    try:
        article = Article.restored(_value_of(record))
        sound = _is_sound(article)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BadRow("it is not an article") from error
    if not sound:
        raise BadRow("it is not an article")
    if identity is not None and article.id.encode() != identity:
        raise BadRow("it is not what was stored under this id")
    return article


def _value_of(record: bytes) -> Any:
    """The JSON value of a record; raises `ValueError` and `RecursionError` as `json` does.

    Where orjson refuses a record (NaN, a lone surrogate), `json` may still read it.
    """
    try:
        return orjson.loads(record)
    except orjson.JSONDecodeError:
        return _DECODER.decode(record.decode())


def _is_sound(article: Article) -> bool:
    """True if all values of a restored article have the right types; else False, or `TypeError`."""
    # `join` takes nothing but text, and is the fastest check of many values.
    "".join((article.title, article.description, article.body, article.source, article.url))
    "".join((article.id, article.language, *article.highlights, *article.keywords, *article.authors))
    for values in article.extra.values():
        "".join(values)
    times = (article.published, article.modified, article.crawled)
    return all(time is None or (isinstance(time, datetime) and time.tzinfo is not None) for time in times)
