"""The bytes of a file as they are to be read: out of gzip, and out of encodings with wide characters.

UTF-16 and UTF-32 become UTF-8, so that lines and delimiters are what they are everywhere else.
"""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from search.sources.reading import BadDocument

if TYPE_CHECKING:
    from typing_extensions import Buffer

PEEKED = 4096
"""How much of a file is looked at to tell what it is, in bytes."""

MAX_INFLATED, MAX_RATIO = 64 << 20, 200
"""Compressed data may become this many bytes, and more if that is not so many times what it was."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Inflated(io.RawIOBase):
    """What gzip data holds, each read giving what there is before the data ends, wherever it is cut.

    Raises what `gzip` raises, and `BadDocument` for what grows as no text does.
    """

    def __init__(self, packed: BinaryIO) -> None:
        self.packed, self.given = packed, 0
        self.unpacked = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer).cast("B")
        found = self.unpacked.read1(len(room))  # readinto would lose what it has when it meets the cut
        room[: len(found)] = found
        self.given += len(found)
        if self.given > MAX_INFLATED and self.given > MAX_RATIO * self.packed.tell():
            raise BadDocument("too-large", f"the compressed data grows more than {MAX_RATIO} times")
        return len(found)


@contextmanager
def decompressed(stream: BinaryIO, *, named_gzip: bool = False) -> Iterator[tuple[BinaryIO, bytes]]:
    """The stream without its gzip, if it has that, and its first bytes, which are still to be read.

    Raises `BadDocument` for one that is named so and is none, unless it is empty.
    """
    packed = io.BufferedReader(cast(io.RawIOBase, stream))
    try:
        if packed.peek(2)[:2] == b"\x1f\x8b":
            with io.BufferedReader(_Inflated(cast(BinaryIO, packed))) as plain:
                yield cast(BinaryIO, plain), plain.peek(PEEKED)[:PEEKED]
        elif named_gzip and packed.peek(1):
            reason = "the file is called .gz, but is not compressed with gzip; rename it"
            raise BadDocument("not-gzip", reason)
        else:
            yield cast(BinaryIO, packed), packed.peek(PEEKED)[:PEEKED]
    finally:
        packed.detach()


def own_encoding(start: bytes, given: str) -> str:
    """The encoding that a byte-order mark says, else the one that is given."""
    return next((name for mark, name in _MARKS if start.startswith(mark)), given)


def as_utf8(stream: BinaryIO, encoding: str) -> tuple[BinaryIO, bytes]:
    """The stream in UTF-8, and its first bytes; where it is not in `encoding` it raises `BadDocument`."""
    plain = io.BufferedReader(_Recoded(stream, encoding))
    return cast(BinaryIO, plain), plain.peek(PEEKED)[:PEEKED]


class _Recoded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.stream, self.encoding, self.taken = stream, encoding, 0
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.ahead = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer).cast("B")
        more = True
        while more and not self.ahead:
            packed = self.stream.read(len(room))
            more = bool(packed)
            try:
                self.ahead = self.decoder.decode(packed, final=not more).encode("utf-8", "replace")
            except UnicodeDecodeError as error:
                at = self.taken + error.start
                raise BadDocument("encoding", f"not {self.encoding} from byte {at} on, or near it") from error
            self.taken += len(packed)
        found, self.ahead = self.ahead[: len(room)], self.ahead[len(room) :]
        room[: len(found)] = found
        return len(found)
