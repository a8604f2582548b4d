"""The manifest of a commit: it names every file of the commit, with length and checksum.

    manifest.json   one line of JSON, then the CRC-32 of that line in hexadecimal
        {"format": 1, "generation": 7, "note": {…},
         "segments": [{"id": "k3…", "count": 1200, "deleted": base64 of ascending int32}, …],
         "files": {"articles_k3….arrays": [length, crc32, modified], …}}

A commit writes new files and makes them durable. Then it replaces the manifest by a new one and makes that
durable. So after a crash at any moment the manifest on the disk belongs to the last commit or to the new one,
and the files that it names are whole. No file holds code.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from search.index.format.layout import BadLayout, open_file
from search.index.format.segment import Segment

MANIFEST = "manifest.json"

FORMAT = 1
"""The version of the manifest; raise it when the content changes."""

MAX_DOCUMENTS = 1 << 31
"""A segment has fewer documents than this number."""

MAX_READ_WHOLE = 64 << 20
"""`check_file` reads a file of up to this many bytes whole, and a larger one only if its time changed."""

_CHUNK = 1 << 20


class BadManifest(ValueError):
    """Raised if the manifest, or a file that it names, is damaged; the message says which and how."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A durable file: its length, the CRC-32 of its bytes, and the time it was last written (ns)."""

    size: int
    crc32: int
    modified: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A commit; `note` is JSON that the owner of the index keeps with it."""

    generation: int = 0
    segments: tuple[Segment, ...] = ()
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(folder: Path, name: str) -> Manifest:
    """Read the newest commit of the index `name`; raises `FileNotFoundError`, `OSError` and `BadManifest`."""
    try:
        with open_file(folder / MANIFEST) as file:
            content = file.read()
    except BadLayout as error:
        raise BadManifest(str(error)) from error
    line, _, mark = content.partition(b"\n")
    if mark != b"%08x\n" % zlib.crc32(line):
        raise BadManifest(f"{MANIFEST} is damaged")
    try:
        read = json.loads(line)
        found = read["format"]
        if found == FORMAT:
            return _checked(read, name)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise BadManifest(f"{MANIFEST} does not have the content of a manifest ({error!s:.80})") from error
    raise BadManifest(f"{MANIFEST} has format {found!r:.20}, not {FORMAT}")


def _checked(read: Mapping[str, Any], name: str) -> Manifest:
    """Check the values of a manifest; a wrong type or range raises the ordinary error of Python."""
    segments = []
    if not isinstance(read["segments"], list):
        raise TypeError("segments")
    for each in read["segments"]:
        deleted = b64decode(each["deleted"], validate=True)
        segment = Segment(name, _number(each["count"], MAX_DOCUMENTS), each["id"], deleted)
        gone = segment.deleted_array()
        if len(gone) and not (gone[0] >= 0 and (gone[1:] > gone[:-1]).all() and gone[-1] < segment.count):
            raise ValueError("deleted documents")
        segments.append(segment)
    files = {}
    for file, (size, crc32, modified) in read["files"].items():
        if not _own_files(name).fullmatch(file):
            raise ValueError(file)
        files[file] = FileRecord(_number(size), _number(crc32), _number(modified))
    wanted = [segment.file for segment in segments]
    if len(set(wanted)) < len(wanted) or not files.keys() >= set(wanted):
        raise ValueError("segments")
    if not isinstance(read["note"], dict):
        raise TypeError("note")
    return Manifest(_number(read["generation"]), tuple(segments), files, read["note"])


def _number(value: object, most: int = 1 << 63) -> int:
    if type(value) is not int or not 0 <= value < most:
        raise ValueError(f"{value!r:.30}")
    return value


def _own_files(name: str) -> re.Pattern[str]:
    """A pattern of the names of the files of a commit."""
    return re.compile(rf"{re.escape(name)}_[a-z0-9]+\.arrays|_{re.escape(name)}_\d+\.toc")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make `manifest` the newest commit: it is durable when this returns.

    The files that it names must be durable before. Raises `OSError`. Then the last commit
    stays, or, if only the last step failed, the new one is in place but may not survive a loss of power.
    """
    segments = [
        {"id": each.id, "count": each.count, "deleted": b64encode(each.deleted).decode()}
        for each in manifest.segments
    ]
    files = {name: [sealed.size, sealed.crc32, sealed.modified] for name, sealed in manifest.files.items()}
    line = json.dumps(
        {
            "format": FORMAT,
            "generation": manifest.generation,
            "note": dict(manifest.note),
            "segments": segments,
            "files": files,
        }
    ).encode()
    fresh = folder / f"{MANIFEST}.new"
    with fresh.open("wb") as file:
        file.write(line + b"\n%08x\n" % zlib.crc32(line))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / MANIFEST)
    sync_folder(folder)


def make_durable(path: Path) -> FileRecord:
    """Make a finished file durable, and return its record; its name in the folder is not durable yet."""
    with open_file(path) as file:
        os.fsync(file.fileno())
        crc = 0
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
        status = os.fstat(file.fileno())
        return FileRecord(status.st_size, crc, status.st_mtime_ns)


def sync_folder(folder: Path) -> None:
    """Make the names of the files in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_file(path: Path, sealed: FileRecord, *, whole: bool = False) -> None:
    """Raise `BadManifest` if the file differs from its record, `BadLayout` or `OSError` if it cannot be read.

    A large file with the length and the time of its record is taken for unchanged, unless `whole` is set.
    Only `whole` finds damage that the medium itself did to a large file.
    """
    with open_file(path) as file:
        status = os.fstat(file.fileno())
        if status.st_size != sealed.size:
            raise BadManifest(f"{path.name} has {status.st_size:,} bytes, not {sealed.size:,}")
        if not whole and sealed.size > MAX_READ_WHOLE and status.st_mtime_ns == sealed.modified:
            return
        crc = 0
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
        if crc != sealed.crc32:
            raise BadManifest(f"{path.name} is damaged: its checksum differs from the recorded one")


def collect(folder: Path, name: str, kept: Iterable[str]) -> None:
    """Remove the files of earlier or unfinished commits of the index `name`; other files stay."""
    ours = re.compile(
        rf"{name}_[a-z0-9]+\.arrays|_{name}_\d+\.toc(?:\.[\d.]+)?|{re.escape(MANIFEST)}\.new|covers\.(?:json|new)"
    )
    wanted = set(kept)
    with os.scandir(folder) as entries:
        for entry in entries:
            if (
                entry.name not in wanted
                and ours.fullmatch(entry.name)
                and entry.is_file(follow_symlinks=False)
            ):
                Path(entry.path).unlink(missing_ok=True)
