"""Files and folders to articles: which files, opened how, read as what.

A folder is gone through in the order of names, folders below it too. Hidden files, symbolic links and
what is no regular file (pipes, devices, sockets) are skipped. What a file holds is told by its name,
`.gz` aside, and by how it begins where that says something else, or the name nothing.
"""

from __future__ import annotations

import gzip
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import BinaryIO

from search.errors import InvalidRequest
from search.sources.csv_records import articles_in_table
from search.sources.json_records import articles_in_json, articles_in_lines
from search.sources.plaintext import article_in
from search.sources.reading import (
    Accepted,
    BadDocument,
    Format,
    Item,
    Origin,
    ReadOptions,
    Rejected,
    Skipped,
    decoded,
    whole,
)
from search.sources.streams import PEEKED, as_utf8, decompressed, own_encoding

_SUFFIXES: dict[Format, str] = {
    "text": ".txt .text",
    "jsonl": ".jsonl .ndjson",
    "json": ".json",
    "csv": ".csv .tsv",
    "xml": ".xml .rss .atom .rdf .nitf .newsml",
    "html": ".html .htm .xhtml",
    "warc": ".warc .arc",
    "markdown": ".md .markdown",
    "email": ".eml",
    "parquet": ".parquet",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}

_MAIL_HEADER = (
    rb"(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|Reply-To|X-[\w-]+): "
    rb"[^\n]*\n(?:[ \t][^\n]*\n)*"
)
_BY_START: tuple[tuple[Format, re.Pattern[bytes]], ...] = (
    ("warc", re.compile(rb"WARC/\d|filedesc://")),
    ("parquet", re.compile(rb"PAR1")),
    (
        "html",
        re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.{,2000}?-->\s*)*<(?:!doctype\s+)?html\b", re.I | re.S),
    ),
    (
        "xml",
        re.compile(rb"<\?xml\b|<(?:!DOCTYPE\s+)?(?:rss|feed|rdf:RDF|newsMessage|newsItem|NewsML|nitf)\b"),
    ),
    ("email", re.compile(_MAIL_HEADER * 3, re.IGNORECASE)),
    ("json", re.compile(rb"[{\[]")),
)
"""What a file begins with, white space and a byte-order mark aside; the first that matches."""

_ADDRESS = re.compile(r"(?:https?|ftp):/", re.IGNORECASE)  # a path has but one of its two strokes
_OBJECT = re.compile(rb"\{\s*\"|\[\s*\{")
_ELEMENT = re.compile(rb"<[A-Za-z][\w:.-]*[\s/>]")

_ARCHIVE_FILES = frozenset(
    "articles.db articles.db-wal articles.db-shm lock index index.new index.old".split()
)
"""What an archive keeps beside its articles.db."""

MAX_BAD_LINES = 100
"""After so many rejects and not one article, the rest of a file is not read."""


def read_paths(paths: Iterable[Path], options: ReadOptions) -> Iterator[Item]:
    """Every document of the files and folders, in their order; `-` is standard input.

    Raises `InvalidRequest` before anything is read if one of the paths does not exist, or is standard
    input and that is closed.
    """
    wanted = list(paths)
    for path in wanted:
        if str(path) == "-":
            if getattr(sys.stdin, "buffer", None) is None:
                raise InvalidRequest("standard input is closed, so there is nothing to read from -")
        elif not path.exists():
            if address := _ADDRESS.match(str(path)):
                url = f"{address[0]}/{str(path)[address.end() :]}"
                raise InvalidRequest(
                    f"{url} is not a file; to read what is there: curl {quote(url)} | news index -"
                )
            raise InvalidRequest(f"there is no file or folder {path}")
    return _read_all(wanted, options)


def _read_all(paths: list[Path], options: ReadOptions) -> Iterator[Item]:
    for path in paths:
        if str(path) == "-":
            # The raw stream gives what has come; a buffered one would wait until its buffer is full.
            yield from _read_stream(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), "-", options)
        elif path.is_dir():
            yield from _read_folder(path, options)
        else:
            yield from _read_file(path, options)


def _read_folder(folder: Path, options: ReadOptions) -> Iterator[Item]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError as error:
        yield Rejected(Origin(str(folder)), "unreadable", f"the folder cannot be read: {error.strerror}")
        return
    own = _ARCHIVE_FILES if "articles.db" in names else frozenset()
    for name in names:
        path = folder / name
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            yield Rejected(Origin(str(path)), "unreadable", f"the file is gone: {error.strerror}")
            continue
        if name in own:
            yield Skipped(Origin(str(path)), "archive")
        elif name.startswith("."):
            yield Skipped(Origin(str(path)), "hidden")
        elif stat.S_ISLNK(mode):
            yield Skipped(Origin(str(path)), "link")
        elif stat.S_ISDIR(mode):
            if any(path.resolve() == excluded.resolve() for excluded in options.exclude):
                yield Skipped(Origin(str(path)), "archive")
            else:
                yield from _read_folder(path, options)
        elif stat.S_ISREG(mode):
            yield from _read_file(path, options)
        else:
            yield Skipped(Origin(str(path)), "not-a-file")


def _read_file(path: Path, options: ReadOptions) -> Iterator[Item]:
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            yield Skipped(Origin(str(path)), "not-a-file")
            return
        with path.open("rb") as stream:
            yield from _read_stream(stream, str(path), options)
            after = os.fstat(stream.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            reason = "the file was changed while it was read; index it again"
            yield Rejected(Origin(str(path)), "changed", reason)
    except OSError as error:
        yield Rejected(Origin(str(path)), "unreadable", f"the file cannot be read: {error.strerror or error}")


def _read_stream(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Item]:
    try:
        with decompressed(stream, named_gzip=path.lower().endswith(".gz")) as (plain, start):
            if not start.strip() and len(start) < PEEKED:
                yield Skipped(Origin(path), "empty")
                return
            encoding = own_encoding(start, options.encoding)
            if encoding != options.encoding or encoding.startswith(("utf-16", "utf-32")):
                plain, start = as_utf8(plain, encoding)
                options = replace(options, encoding="utf-8")
            kind = options.format or _format(path, start)
            if kind is None:
                reason = "this kind of file is not read; if it is plain text, give --format text"
                raise BadDocument("unknown-format", reason)
            accepted = rejected = 0
            item: Item | None = None
            for item in _items(plain, path, kind, options):
                yield item
                accepted += isinstance(item, Accepted)
                rejected += isinstance(item, Rejected)
                if rejected >= MAX_BAD_LINES and not accepted and not options.keep_going:
                    reason = f"the first {rejected} documents were all rejected; to read on: --keep-going"
                    raise BadDocument("given-up", reason)
            if item is None:  # a table with but its header, a feed without items
                yield Skipped(Origin(path), "empty")
    except BadDocument as error:
        yield Rejected(Origin(path, error.place), error.code, error.reason)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield Rejected(Origin(path), "not-gzip", f"the compressed data is damaged: {error}")


def _format(path: str, start: bytes) -> Format | None:
    """What the file holds: by its name, but by its `start` where that says otherwise or nothing."""
    name = Path(path).name.lower().removesuffix(".gz")
    suffix = Path(name).suffix
    named = _BY_SUFFIX.get(suffix)
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    begun = next((kind for kind, pattern in _BY_START if pattern.match(head)), None)
    if begun == "json" and ((named is None and suffix) or (named == "text" and not _OBJECT.match(head))):
        begun = None  # many other things begin with a bracket
    if begun and named in (None, "text", "xml", "html"):
        return begun
    if path == "-" or (named is None and not suffix):
        return "xml" if _ELEMENT.match(head) else "text"
    return "json" if named == "jsonl" and head.startswith(b"[") else named


def _items(stream: BinaryIO, path: str, kind: Format, options: ReadOptions) -> Iterator[Item]:
    match kind:
        case "jsonl":
            return articles_in_lines(stream, path, options)
        case "json":
            return articles_in_json(stream, path, options)
        case "csv":
            return articles_in_table(stream, path, options)
        case "warc":
            from search.sources.warc import articles_in_warc

            return articles_in_warc(stream, path, options)
        case "parquet":
            from search.sources.parquet import articles_in_parquet

            return articles_in_parquet(stream, path, options)
        case _:
            return _document(stream, path, kind, options)


def _document(stream: BinaryIO, path: str, kind: Format, options: ReadOptions) -> Iterator[Item]:
    """What is read whole."""
    content = whole(stream)
    match kind:
        case "xml":
            from search.sources.xml_documents import articles_in_xml

            yield from articles_in_xml(content, path, options)
        case "html":
            from search.sources.html_pages import article_in_page

            yield article_in_page(content, Origin(path), options)
        case "markdown":
            from search.sources.markdown import article_in_markdown

            yield article_in_markdown(decoded(content, options.encoding), Origin(path), options)
        case "email":
            from search.sources.email_messages import article_in_message

            yield article_in_message(content, Origin(path), options)
        case _:
            yield article_in(decoded(content, options.encoding), Origin(path), options)
