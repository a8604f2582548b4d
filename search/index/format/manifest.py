"""What a commit of an index consists of: the manifest names every file of it, with length and checksum.

    manifest.json   one line of JSON, then the CRC-32 of that line in hexadecimal
        {"format": 1, "generation": 7, "note": {…},
         "segments": [{"id": "k3…", "count": 1200, "deleted": base64 of ascending int32}, …],
         "files": {"articles_k3….arrays": [length, crc32, modified], …}}

A commit writes new files and makes them durable, then puts the manifest in the place of the last one,
and makes that durable. At any moment, whatever happens to the machine, the manifest on the disk is that
of one commit or the next, and the files that it names are whole. Nothing in any of them is code.
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
"""Raised when what the manifest says changes."""

MAX_DOCUMENTS = 1 << 31
"""A segment has fewer documents than this."""

MAX_READ_WHOLE = 64 << 20
"""Files up to this many bytes are checked whole when they are opened; larger ones unless untouched."""

_CHUNK = 1 << 20


class BadManifest(ValueError):
    """The manifest, or a file that it names, is not what it was; the message says which and how."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was made durable: its length, the CRC-32 of its bytes, and when it was written (ns)."""

    size: int
    crc32: int
    modified: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A commit; `note` is what the owner of the index says of it, in terms of JSON."""

    generation: int = 0
    segments: tuple[Segment, ...] = ()
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(folder: Path, name: str) -> Manifest:
    """The newest commit of the index `name`; raises `FileNotFoundError`, `OSError` and `BadManifest`."""
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
        raise BadManifest(f"{MANIFEST} does not say what a manifest says ({error!s:.80})") from error
    raise BadManifest(f"{MANIFEST} has format {found!r:.20}, not {FORMAT}")


def _checked(read: Mapping[str, Any], name: str) -> Manifest:
    """What a manifest says; raises what Python does where a value is not of its type or in its range."""
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
    """What the files of a commit are called."""
    return re.compile(rf"{re.escape(name)}_[a-z0-9]+\.arrays|_{re.escape(name)}_\d+\.toc")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make `manifest` the newest commit: it is durable when this returns.

    What it names has to be durable before. Raises `OSError`; the last commit then stays, or this one
    stands in its place though the system could not say that it will after a loss of power.
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
    """Make a finished file durable, and say what it is; its name in the folder is not durable yet."""
    with open_file(path) as file:
        os.fsync(file.fileno())
        crc = 0
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
        status = os.fstat(file.fileno())
        return FileRecord(status.st_size, crc, status.st_mtime_ns)


def sync_folder(folder: Path) -> None:
    """Make durable which names a folder has."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_file(path: Path, sealed: FileRecord, *, whole: bool = False) -> None:
    """Raise `BadManifest` if the file is not what was sealed, `BadLayout` or `OSError` if it cannot be read.

    A large file that has the length and the time that it was sealed with is taken for untouched, unless
    it is to be read `whole`: what changes on the medium by itself is then seen by that only.
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
            raise BadManifest(f"{path.name} is damaged: its checksum is not that of what was written")


def collect(folder: Path, name: str, kept: Iterable[str]) -> None:
    """Remove what earlier or unfinished commits of the index `name` have left; nothing that is not ours."""
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
