"""One segment in one file: named arrays, mapped into memory.

    0        8 bytes   magic, `NEWSSEG` and a null byte
    8        uint32    version of the layout
    12       uint32    length of the table
    16       uint64    where the table begins
    24       …         the arrays, each beginning at a multiple of 64 bytes
    …        JSON      the table: {"name": ["<i4", length, offset], …}

Everything is little-endian. Nothing in it is code: an array is bytes and one of a few number types.
"""

from __future__ import annotations

import json
import mmap
import os
import stat
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from search.index.kernels import Array

MAGIC = b"NEWSSEG\0"
VERSION = 1
ALIGNMENT = 64
_HEADER = struct.Struct("<8sIIQ")
_TYPES = frozenset(("|u1", "<u2", "<i4", "<i8"))

MISSING = -(2**63) + 1
"""The value of a number column for a document without a number: the second least int64."""


class BadLayout(ValueError):
    """Raised for a file that is not a segment, or not a whole one; the message says why."""


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading; raises `OSError`, and `BadLayout` for a folder, a pipe or a device."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise BadLayout(f"{path.name} is not a regular file")


class SegmentFile:
    """A file of arrays, written one after the other; the caller must make it durable.

    The file is whole when the `with` block has ended. Unless it is `new`, more arrays follow its own.
    """

    def __init__(self, path: Path, *, new: bool = True) -> None:
        self._path = path
        self._file = path.open("xb" if new else "r+b")
        self._table: dict[str, tuple[str, int, int]] = {}
        self._mapped: list[mmap.mmap] = []
        if new:
            self._file.write(bytes(_HEADER.size))
        else:
            *_, length, start = _HEADER.unpack(self._file.read(_HEADER.size))
            self._file.seek(start)
            self._table.update(json.loads(self._file.read(length)))
            self._file.seek(start)

    def put(self, name: str, array: Array) -> None:
        """Add an array."""
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        self._begin(name, little.dtype, len(little))
        self._file.write(little.data)

    def room(self, name: str, kind: np.dtype[Any], count: int) -> Array:
        """Add an array of zeros, and return it mapped, so that the caller can fill it in."""
        offset = self._begin(name, kind, count)
        self._file.truncate(offset + count * kind.itemsize)
        self._file.seek(0, 2)
        if not count:
            return np.empty(0, kind)
        array = np.memmap(self._path, kind, "r+", offset, (count,))
        assert isinstance(array.base, mmap.mmap)
        self._mapped.append(array.base)
        return array

    def release(self) -> None:
        """Release the mapped pages of every `room`; their content stays in the file."""
        if hasattr(mmap, "MADV_DONTNEED"):
            for mapped in self._mapped:
                mapped.madvise(mmap.MADV_DONTNEED)  # of a shared file, whose pages the system still has

    def _begin(self, name: str, kind: np.dtype[Any], count: int) -> int:
        written = kind.newbyteorder("<").str
        if written not in _TYPES:
            raise TypeError(f"{name} is {written}; a segment holds {', '.join(sorted(_TYPES))}")
        self._file.write(bytes(-self._file.tell() % ALIGNMENT))
        self._table[name] = (written, count, self._file.tell())
        return self._file.tell()

    def __enter__(self) -> SegmentFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file as file:
            if kind is None:
                start = file.tell()
                table = json.dumps(self._table, separators=(",", ":")).encode()
                file.write(table)
                file.seek(0)
                file.write(_HEADER.pack(MAGIC, VERSION, len(table), start))


def append_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Add arrays to a file that no commit names yet."""
    with SegmentFile(path, new=False) as file:
        for name, array in arrays.items():
            file.put(name, array)


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write the arrays to a new file."""
    with SegmentFile(path) as file:
        for name, array in arrays.items():
            file.put(name, array)


class MappedArrays(Mapping[str, Array]):
    """The arrays of a file that `write_arrays` made, read-only, and read from the disk on use.

    Raises `OSError`, and `BadLayout` if the file is not a segment.
    """

    def __init__(self, path: Path) -> None:
        with open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size < _HEADER.size:
                raise BadLayout(f"{path.name} is too short to be a segment")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, version, length, start = _HEADER.unpack_from(self._map)
        if magic != MAGIC:
            raise BadLayout(f"{path.name} is not a segment")
        if version != VERSION:
            raise BadLayout(f"{path.name} has version {version} of the layout, not {VERSION}")
        if start + length != size:
            raise BadLayout(f"{path.name} is not whole: {size} bytes, not {start + length}")
        self._table = _checked_table(self._map[start:], start, path.name)
        self._arrays: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        array = self._arrays.get(name)
        if array is None:
            kind, count, offset = self._table[name]
            array = self._arrays[name] = np.frombuffer(self._map, kind, count, offset)
        return array

    @property
    def file_size(self) -> int:
        """Bytes of the file."""
        return len(self._map)

    def release(self) -> None:
        """Release the mapped pages; the next use of an array reads them again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def __iter__(self) -> Any:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


class HeldArrays(dict[str, Array]):
    """The arrays of a segment that is in memory and in no file."""

    file_size = 0

    def release(self) -> None:
        """Do nothing: there are no mapped pages."""


def _checked_table(written: bytes, end: int, name: str) -> dict[str, tuple[str, int, int]]:
    """Read the table of a segment whose arrays end at `end`; raises `BadLayout`."""
    try:
        table = json.loads(written)
        for kind, count, offset in table.values():
            if type(count) is not int or type(offset) is not int or kind not in _TYPES:
                raise TypeError(kind)
            size = np.dtype(kind).itemsize
            if not 0 <= count <= end or not 0 <= offset <= end - count * size or offset % size:
                raise ValueError(offset)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadLayout(f"{name} has a damaged table") from error
    return dict(table)


def mapped_memory() -> int:
    """Bytes of mapped files in this process's memory; 0 where the system does not say."""
    try:
        descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        return int(os.read(descriptor, 256).split()[2]) * mmap.PAGESIZE
    finally:
        os.close(descriptor)


def narrow(array: Array) -> Array:
    """Convert an array of values from 0 up to the smallest type that holds them all."""
    return array.astype(narrowest(array))


def narrow_starts(starts: Array) -> Array:
    """Convert the starts of runs, which ascend, to int32 if that holds them."""
    return starts.astype(np.int32 if int(starts[-1]) < 1 << 31 else np.int64)


def narrowest(array: Array) -> np.dtype[Any]:
    """The smallest type that holds all values of an array, which are from 0 up."""
    most = int(array.max()) if len(array) else 0
    return np.dtype(np.uint8 if most < 1 << 8 else np.uint16 if most < 1 << 16 else np.int32)
