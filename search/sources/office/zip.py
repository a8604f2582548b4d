"""Zip archives: of any files that are read, and the packages that docx and xlsx are.

Nothing is written to the disk. Each file in an archive is read as a file in a folder is, and is rejected by
itself if it is encrypted or damaged, has an unsafe name or expands too far. A zip archive in a zip archive is
not opened.
"""

from __future__ import annotations

import io
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from lzma import LZMAError
from typing import TYPE_CHECKING, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument, Item, Origin, Rejected, Skipped
from search.sources.reading.streams import MAX_INFLATED, MAX_RATIO, read_whole

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_DIRECTORY = 16 << 20
"""Maximum size of the list of files in an archive, in bytes; a file takes about 100."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of Office files of before 2007, and of encrypted ones."""

_DOCX = re.compile(r"word/document\d*\.xml")
_OTHER_OFFICE = ("mimetype", "ppt/presentation.xml", "META-INF/container.xml")
_UNSAFE = re.compile(r"(?:\A|[/\\])\.\.(?:[/\\]|\Z)|\A[/\\]|\A[A-Za-z]:")
_DAMAGE = (
    BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)

Read = Callable[[BinaryIO, str, ReadOptions], Iterator[Item]]


def articles_in_zip(stream: BinaryIO, path: str, options: ReadOptions, read: Read | None) -> Iterator[Item]:
    """The items of a zip archive, a docx or an xlsx; `read` reads a file in an archive, if that is allowed.

    Raises `BadDocument` for an archive that cannot be opened, expands too far or has too many files, and for
    other files of offices.
    """
    if not stream.seekable():
        stream = io.BytesIO(read_whole(stream))
    if stream.read(len(OLE)) == OLE:
        raise _not_a_package(stream.read())
    stream.seek(0)
    with _opened(stream) as archive:
        names = archive.NameToInfo
        if document := next(filter(_DOCX.fullmatch, names), None):
            from search.sources.office.docx import paragraphs_of_docx
            from search.sources.office.paragraphs import articles_in_paragraphs

            with _FileInZip.opened(archive, names[document]) as part:
                paragraphs = paragraphs_of_docx(part)
            yield from articles_in_paragraphs(paragraphs, path, options)
        elif "xl/workbook.xml" in names:
            from search.sources.tables.xlsx import articles_in_xlsx

            yield from articles_in_xlsx(stream, path, options)
        elif any(name in names for name in _OTHER_OFFICE):
            reason = "this kind of office file is not read; save it as docx, xlsx or PDF"
            raise BadDocument("unknown-format", reason)
        elif read is None:
            raise BadDocument("nested-archive", "an archive in an archive is not opened; unpack it first")
        else:
            yield from _articles_in_files(archive, path, replace(options, format=None), read)


def _opened(stream: BinaryIO) -> ZipFile:
    try:
        archive = ZipFile(cast(BinaryIO, _Guarded(stream)))
    except _DAMAGE as error:
        raise BadDocument("not-zip", f"not a zip archive, or damaged: {error}") from error
    size, packed = sum(info.file_size for info in archive.infolist()), stream.seek(0, io.SEEK_END)
    if size > MAX_INFLATED and size > MAX_RATIO * packed:
        raise BadDocument("too-large", f"the files of the archive grow more than {MAX_RATIO} times")
    return archive


def _articles_in_files(archive: ZipFile, path: str, options: ReadOptions, read: Read) -> Iterator[Item]:
    seen: set[str] = set()
    for info in archive.infolist():
        name = info.filename
        inner = f"{path}/{name}"
        if info.is_dir():
            continue
        parts = name.split("/")
        try:
            if _UNSAFE.search(name) or stat.S_ISLNK(info.external_attr >> 16):
                raise BadDocument("unsafe-name", "the file would be outside of the archive, or is a link")
            if name in seen:
                raise BadDocument("duplicate-name", "two files in the archive have this name")
            seen.add(name)
            if any(part.startswith(".") or part == "__MACOSX" for part in parts):
                yield Skipped(Origin(inner), "hidden")
                continue
            with _FileInZip.opened(archive, info) as stream:
                yield from read(cast(BinaryIO, stream), inner, options)
        except BadDocument as error:
            yield Rejected(Origin(inner, error.place), error.code, error.reason)


def _not_a_package(content: bytes) -> BadDocument:
    """The reason why an Office file that is not a package is not read."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return BadDocument("encrypted", "the file has a password; save it without one")
    return BadDocument("old-office", "Office files of before 2007 are not read; save it as docx or xlsx")


class _Guarded(io.RawIOBase):
    """A file in which the list of a zip archive's files is not read if it is too long."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def read(self, size: int = -1, /) -> bytes:
        if size > MAX_DIRECTORY:  # ZipFile reads the list at once, and the files bit by bit
            raise BadDocument("too-large", "the archive has too many files")
        return self.stream.read(size)


class _FileInZip(io.RawIOBase):
    """A file in a zip archive as a stream; a read raises `BadDocument` if the file is damaged."""

    def __init__(self, unpacked: BinaryIO) -> None:
        self.unpacked = unpacked

    @classmethod
    def opened(cls, archive: ZipFile, info: ZipInfo) -> _FileInZip:
        """Open a file; raises `BadDocument` if it is encrypted, damaged or expands too far."""
        if info.flag_bits & 1:
            raise BadDocument("encrypted", "the file has a password; pack it without one")
        if info.file_size > MAX_INFLATED and info.file_size > MAX_RATIO * info.compress_size:
            raise BadDocument("too-large", f"the file grows more than {MAX_RATIO} times")
        try:
            return cls(cast(BinaryIO, archive.open(info)))
        except _DAMAGE as error:
            raise BadDocument("not-zip", f"the file in the archive is damaged: {error}") from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer).cast("B")
        try:
            content = self.unpacked.read(min(len(room), 1 << 20))
        except _DAMAGE as error:
            raise BadDocument("not-zip", f"the file in the archive is damaged: {error}") from error
        room[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self.unpacked.close()
        super().close()
