"""The report of `news doctor`: a line a fact, with advice after an arrow."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.config import Place

_EXTRAS = ("html", "language", "office", "opensearch", "parquet", "web")
_NETWORKED = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "fuse.s3fs", "afs", "ceph")
_MIN_FREE_BYTES = 1 << 30
_MIN_EXPAT = (2, 6, 0)  # older ones need quadratic time for some documents


def installation_lines(location: Place) -> Iterator[str]:
    """Describe the installation and the disk that `location` is on, line by line."""
    yield f"news-search {_version('news-search')}, Python {platform.python_version()}, {platform.platform()}"
    packages = ", ".join(f"{name} {_version(name)}" for name in _packages())
    yield "packages: " + (packages or "unknown → pip install news-search to have their names too")
    for extra in _EXTRAS:
        names = _packages(extra)
        missing = [name for name in names if _version(name) == "missing"]
        yield f"extra {extra}: " + (
            f"not installed → pip install 'news-search[{extra}]' to use it"
            if missing or not names
            else ", ".join(f"{name} {_version(name)}" for name in names)
        )
    yield from _libraries()
    if isinstance(location, Path):
        yield from _disk(location)
    yield from _limits()


def _packages(extra: str = "") -> list[str]:
    """The names of the packages that news-search requires, or that one of its extras does."""
    try:
        requirements = metadata.requires("news-search") or []
    except metadata.PackageNotFoundError:
        return []
    named = re.compile(r"""([\w.-]+)[^;]*(?:; extra == ['"](\w+)['"])?""")
    found = [match for match in map(named.fullmatch, requirements) if match]
    return sorted(match[1] for match in found if (match[2] or "") == extra)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _libraries() -> Iterator[str]:
    from pyexpat import EXPAT_VERSION, version_info

    from search.backends import kernels_in_use, store_version

    yield f"SQLite {store_version()}"
    kernels = kernels_in_use()
    slower = kernels == "numpy" and "NEWS_KERNELS" not in os.environ
    yield f"kernels: {kernels}" + (
        " → install a C compiler and the headers of Python, then news-search again, for more speed"
        if slower
        else ""
    )
    old = (
        " → upgrade Python or expat before you read XML that others wrote"
        if version_info < _MIN_EXPAT
        else ""
    )
    yield f"expat {EXPAT_VERSION.removeprefix('expat_')}{old}"


def _disk(location: Path) -> Iterator[str]:
    folder = next(path for path in (location.absolute(), *location.absolute().parents) if path.exists())
    kind = _file_system(folder)
    free = shutil.disk_usage(folder).free
    remote = " → SQLite's locks are not safe there; keep the archive on a local disk"
    yield f"file system of {folder}: {kind}" + (remote if kind.startswith(_NETWORKED) else "")
    yield f"free: {free / 1e9:,.1f} GB" + (" → make room before indexing" if free < _MIN_FREE_BYTES else "")
    if not os.access(folder, os.W_OK):
        yield f"{folder} cannot be written → searches work, indexing does not"


def _file_system(path: Path) -> str:
    """Return the kernel's name for the file system that holds `path`."""
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
        f"{limits.MAX_NESTING} levels, {limits.MAX_PHRASE_WORDS} words in a phrase, "
        f"{limits.MAX_DISTANCE:,} words of distance, {MAX_HITS:,} hits on a page"
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


def archive_lines(location: Place) -> tuple[list[str], bool]:
    """Describe the archive at `location`, and say whether it is damaged."""
    from search.backends import condition, maintained
    from search.cli.options import articles
    from search.errors import ArchiveDamaged, ArchiveError

    try:
        report = maintained(location).verify("quick")
    except ArchiveError as error:
        return [f"archive: {error}"], isinstance(error, ArchiveDamaged)
    lines = [f"archive {location}: {articles(report.articles)}", *condition(location)]
    lines += [f"archive: {note}" for note in report.notes]
    lines += [f"archive: {problem} → {report.fix}" for problem in report.problems]
    if not report.notes and not report.problems:
        lines.append("archive: it opens, and its index is up to date → to check every byte run: news verify")
    return lines, bool(report.problems)
