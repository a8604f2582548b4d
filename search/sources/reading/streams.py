"""The bytes of a file, ready to be read: unpacked from gzip, and recoded from UTF-16 and UTF-32.

Wide encodings become UTF-8, so that line ends and delimiters are the same bytes for every reader.
"""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, cast

from search.sources.reading.outcome import BadDocument

if TYPE_CHECKING:
    from typing_extensions import Buffer

PEEKED_BYTES = 4096
"""Number of bytes at the start of a file that show its format."""

MAX_DOCUMENT = 256 << 20
"""Largest file that is read whole (plain text, JSON), in bytes after decompression."""

MAX_INFLATED, MAX_RATIO = 64 << 20, 200
"""Compressed data may expand to this many bytes, and beyond them only to this many times its size."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Inflated(io.RawIOBase):
    """The content of gzip data. Where the data is cut short, everything before the cut can be read.

    Raises the errors of `gzip`, and `BadDocument` for data that expands more than any text does.
    """

    def __init__(self, packed: BinaryIO) -> None:
        self.packed, self.inflated_bytes = packed, 0
        self.unpacked = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer).cast("B")
        content = self.unpacked.read1(len(room))  # readinto would lose what it has when it meets the cut
        room[: len(content)] = content
        self.inflated_bytes += len(content)
        if self.inflated_bytes > MAX_INFLATED and self.inflated_bytes > MAX_RATIO * self.packed.tell():
            raise BadDocument("too-large", f"the compressed data grows more than {MAX_RATIO} times")
        return len(content)


@contextmanager
def decompressed(stream: BinaryIO, *, named_gzip: bool = False) -> Iterator[tuple[BinaryIO, bytes]]:
    """The stream, unpacked if it is gzip, and a copy of its first `PEEKED_BYTES`.

    Raises `BadDocument` for a stream whose name says gzip and whose content is not, unless it is empty.
    """
    packed = io.BufferedReader(cast(io.RawIOBase, stream))
    try:
        if packed.peek(2)[:2] == b"\x1f\x8b":
            with io.BufferedReader(_Inflated(cast(BinaryIO, packed))) as plain:
                yield cast(BinaryIO, plain), plain.peek(PEEKED_BYTES)[:PEEKED_BYTES]
        elif named_gzip and packed.peek(1):
            reason = "the file is called .gz, but is not compressed with gzip; rename it"
            raise BadDocument("not-gzip", reason)
        else:
            yield cast(BinaryIO, packed), packed.peek(PEEKED_BYTES)[:PEEKED_BYTES]
    finally:
        packed.detach()


def marked_encoding(start: bytes, default: str) -> str:
    """The wide encoding that the byte-order mark names, else `default`."""
    return next((name for mark, name in _MARKS if start.startswith(mark)), default)


def as_utf8(stream: BinaryIO, encoding: str) -> tuple[BinaryIO, bytes]:
    """The stream in UTF-8, and its first bytes; a read raises `BadDocument` if it is not in `encoding`."""
    plain = io.BufferedReader(_Recoded(stream, encoding))
    return cast(BinaryIO, plain), plain.peek(PEEKED_BYTES)[:PEEKED_BYTES]


class _Recoded(io.RawIOBase):
    """A stream in `encoding`, read as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.stream, self.encoding, self.bytes_read = stream, encoding, 0
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer).cast("B")
        more = True
        while more and not self.waiting:
            chunk = self.stream.read(len(room))
            more = bool(chunk)
            try:
                self.waiting = self.decoder.decode(chunk, final=not more).encode("utf-8", "replace")
            except UnicodeDecodeError as error:
                place = self.bytes_read + error.start
                raise BadDocument("encoding", f"not {self.encoding} at or near byte {place}") from error
            self.bytes_read += len(chunk)
        content, self.waiting = self.waiting[: len(room)], self.waiting[len(room) :]
        room[: len(content)] = content
        return len(content)


def read_whole(stream: BinaryIO, start: bytes = b"", hint: str = "") -> bytes:
    """`start` and the rest of the stream; raises `BadDocument`, with `hint`, past `MAX_DOCUMENT` bytes."""
    chunks = iter(partial(stream.read, 1 << 20), b"")  # not at once, which would take all the memory first
    content = start + b"".join(islice(chunks, (MAX_DOCUMENT >> 20) + 1))
    if len(content) > MAX_DOCUMENT:
        raise BadDocument("too-large", f"the file is larger than {MAX_DOCUMENT >> 20} MiB{hint}")
    return content


def decoded(content: bytes, encoding: str) -> str:
    """`content` as text, without a byte-order mark; raises `BadDocument`, which suggests an encoding."""
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        hint = "; perhaps --encoding latin-1" if encoding == "utf-8" else ""
        raise BadDocument("encoding", f"not {encoding} at byte {error.start}{hint}") from error
