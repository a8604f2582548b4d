"""What `news doctor` says: a line for each thing that may explain a trouble, advice after an arrow."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

REQUIRED = ("whoosh", "nltk", "numpy", "click", "rich", "feedparser", "defusedxml")
OPTIONAL = {
    "html": ("trafilatura", "htmldate", "warcio"),
    "language": ("py3langid",),
    "parquet": ("pyarrow",),
}
_NETWORKED = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "fuse.s3fs", "afs", "ceph")
_LITTLE = 1 << 30
_SAFE_EXPAT = (2, 6, 0)  # older ones take the square of a document's length for some


def diagnosis(location: Path) -> Iterator[str]:
    """The lines."""
    yield f"news-search {_version('news-search')}, Python {platform.python_version()}, {platform.platform()}"
    yield "packages: " + ", ".join(f"{name} {_version(name)}" for name in REQUIRED)
    for extra, names in OPTIONAL.items():
        missing = [name for name in names if _version(name) == "missing"]
        yield f"extra {extra}: " + (
            f"not installed → pip install 'news-search[{extra}]' to read what needs it"
            if missing
            else ", ".join(f"{name} {_version(name)}" for name in names)
        )
    yield from _libraries()
    yield from _disk(location)
    yield from _limits()
    yield from _archive(location)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _libraries() -> Iterator[str]:
    from pyexpat import EXPAT_VERSION, version_info

    from search.backends import store_version

    yield f"SQLite {store_version()}"
    old = (
        " → upgrade Python or expat before you read XML that others wrote"
        if version_info < _SAFE_EXPAT
        else ""
    )
    yield f"expat {EXPAT_VERSION.removeprefix('expat_')}{old}"


def _disk(location: Path) -> Iterator[str]:
    there = next(path for path in (location.absolute(), *location.absolute().parents) if path.exists())
    kind = _file_system(there)
    free = shutil.disk_usage(there).free
    remote = " → locks of SQLite are not safe there; keep the archive on a local disk"
    yield f"file system of {there}: {kind}" + (remote if kind.startswith(_NETWORKED) else "")
    yield f"free: {free / 1e9:,.1f} GB" + (" → make room before indexing" if free < _LITTLE else "")
    if not os.access(there, os.W_OK):
        yield f"{there} cannot be written → searches work, indexing does not"


def _file_system(path: Path) -> str:
    """The kind of the file system that `path` is on, as the kernel names it."""
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="replace").splitlines()
    except OSError:
        return f"unknown ({sys.platform})"
    found = [(fields[1], fields[2]) for fields in map(str.split, mounts) if len(fields) > 2]
    holding = [(where, kind) for where, kind in found if path.is_relative_to(where.replace("\\040", " "))]
    return max(holding, default=("", "unknown"), key=lambda mount: len(mount[0]))[1]


def _limits() -> Iterator[str]:
    from search.article import MAX_ID_LENGTH
    from search.engine import MAX_HITS
    from search.language import limits
    from search.sources.reading.streams import MAX_DOCUMENT
    from search.sources.tables.json import MAX_LINE
    from search.text import MAX_WORD_LENGTH

    yield (
        f"limits of a query: {limits.MAX_QUERY_LENGTH:,} characters, {limits.MAX_CLAUSES} clauses, "
        f"{limits.MAX_NESTING} levels, {limits.MAX_PHRASE_WORDS} words of a phrase, "
        f"{limits.MAX_DISTANCE:,} words of a distance, {MAX_HITS:,} hits of a page"
    )
    yield (
        f"limits of documents: file read whole {MAX_DOCUMENT >> 20} MiB, line {MAX_LINE >> 20} MiB, "
        f"word {MAX_WORD_LENGTH} characters, id {MAX_ID_LENGTH}"
    )
    try:
        import resource
    except ImportError:
        return
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield f"open files: {files:,}" + (" → ulimit -n 256 or more" if 0 <= files < 256 else "")


def _archive(location: Path) -> Iterator[str]:
    from search.backends import verify
    from search.errors import ArchiveError

    try:
        verdict = verify(location, "quick")
    except ArchiveError as error:
        yield f"archive: {error}"
        return
    yield f"archive {location}: {verdict.articles:,} articles"
    yield from (f"archive: {note}" for note in verdict.notes)
    yield from (f"archive: {fault} → {verdict.remedy}" for fault in verdict.faults)
    if not verdict.faults:
        yield "archive: opens, and its index has its newest articles → check every byte with: news verify"
