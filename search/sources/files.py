"""Files and folders to articles: find the files, open them, tell their format.

Folders are read in the order of names, with the folders in them. Hidden files, symbolic links, pipes,
devices and sockets are skipped. The name of a file, without `.gz`, tells its format, unless its first
bytes tell another.
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
from functools import partial
from pathlib import Path
from shlex import quote
from typing import BinaryIO

from search.errors import InvalidRequest
from search.sources.documents.plaintext import article_in
from search.sources.reading.options import Format, ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Item, Origin, Rejected, Skipped
from search.sources.reading.streams import (
    PEEKED_BYTES,
    as_utf8,
    decoded,
    decompressed,
    marked_encoding,
    read_whole,
)
from search.sources.tables.csv import articles_in_table
from search.sources.tables.json import articles_in_json, articles_in_lines

_SUFFIXES: dict[Format, str] = {
    "text": ".txt .text",
    "jsonl": ".jsonl .ndjson",
    "json": ".json",
    "csv": ".csv .tsv",
    "xml": ".xml .rss .atom .rdf .nitf .newsml",
    "html": ".html .htm .xhtml",
    "mhtml": ".mhtml .mht",
    "warc": ".warc .arc",
    "markdown": ".md .markdown",
    "email": ".eml",
    "parquet": ".parquet",
    "docx": ".docx .docm .doc",
    "xlsx": ".xlsx .xlsm .xls",
    "zip": ".zip",
    "rtf": ".rtf",
    "pdf": ".pdf",
    "ris": ".ris",
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
        "zip",
        re.compile(rb"PK\x03\x04|PK\x05\x06|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ),  # docx, xlsx, their elders
    ("rtf", re.compile(rb"\{\\rtf")),
    ("pdf", re.compile(rb"%PDF-")),
    ("ris", re.compile(rb"TY  ?- [A-Z]{3,9}\s")),
    (
        "html",
        re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.{,2000}?-->\s*)*<(?:!doctype\s+)?html\b", re.I | re.S),
    ),
    (
        "xml",
        re.compile(rb"<\?xml\b|<(?:!DOCTYPE\s+)?(?:rss|feed|rdf:RDF|newsMessage|newsItem|NewsML|nitf)\b"),
    ),
    (
        "mhtml",
        re.compile(rb"(?:[\w-]+: [^\n]*\n(?:[ \t][^\n]*\n)*){1,9}Snapshot-Content-Location:", re.IGNORECASE),
    ),
    ("email", re.compile(_MAIL_HEADER * 3, re.IGNORECASE)),
    ("json", re.compile(rb"[{\[]")),
)
"""The first bytes of each format, after white space and a byte-order mark; the first match counts."""
_UNMISTAKABLE = frozenset(("zip", "rtf", "pdf", "ris"))
"""Formats that the first bytes tell, whatever the name of the file is."""

_ADDRESS = re.compile(r"(?:https?|ftp):/", re.IGNORECASE)  # a path keeps one of the two slashes
_OBJECT = re.compile(rb"\{\s*\"|\[\s*\{")
_ELEMENT = re.compile(rb"<[A-Za-z][\w:.-]*[\s/>]")

_ARCHIVE_FILES = frozenset("articles.db articles.db-wal articles.db-shm lock index index.new".split())
"""The files of an archive."""

MAX_BAD_DOCUMENTS = 100
"""Number of rejected documents without an article after which the rest of a file is not read."""


def read_paths(paths: Iterable[Path], options: ReadOptions) -> Iterator[Item]:
    """The outcome of every document in the files and folders, in their order; `-` is standard input.

    Raises `InvalidRequest`, before anything is read, for a path that does not exist and for `-` if standard
    input is closed.
    """
    paths = list(paths)
    for path in paths:
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
    return _read_all(paths, options)


def _read_all(paths: list[Path], options: ReadOptions) -> Iterator[Item]:
    for path in paths:
        if str(path) == "-":
            # The raw stream gives its bytes as they come; a buffered one waits until its buffer is full.
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
    archive_files = _ARCHIVE_FILES if "articles.db" in names else frozenset()
    for name in names:
        path = folder / name
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            yield Rejected(Origin(str(path)), "unreadable", f"the file is gone: {error.strerror}")
            continue
        if name in archive_files:
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
            if options.on_open is not None:
                options.on_open(path, stream)
            yield from _read_stream(stream, str(path), options)
            after = os.fstat(stream.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            reason = "the file was changed while it was read; index it again"
            yield Rejected(Origin(str(path)), "changed", reason)
    except OSError as error:
        yield Rejected(Origin(str(path)), "unreadable", f"the file cannot be read: {error.strerror or error}")


def _read_stream(
    stream: BinaryIO, path: str, options: ReadOptions, *, nested: bool = False
) -> Iterator[Item]:
    """The items of a file, which may be `nested` in an archive."""
    try:
        with decompressed(stream, named_gzip=path.lower().endswith(".gz")) as (plain, start):
            if not start.strip() and len(start) < PEEKED_BYTES:
                yield Skipped(Origin(path), "empty")
                return
            encoding = marked_encoding(start, options.encoding)
            if encoding != options.encoding or encoding.startswith(("utf-16", "utf-32")):
                plain, start = as_utf8(plain, encoding)
                options = replace(options, encoding="utf-8")
            file_format = options.format or _format(path, start)
            if file_format is None:
                reason = "this kind of file is not read; if it is plain text, give --format text"
                raise BadDocument("unknown-format", reason)
            accepted = rejected = 0
            item: Item | None = None
            for item in _items(plain, path, file_format, options, nested=nested):
                yield item
                accepted += isinstance(item, Accepted)
                rejected += isinstance(item, Rejected)
                if rejected >= MAX_BAD_DOCUMENTS and not accepted and not options.keep_going:
                    reason = f"the first {rejected} documents were all rejected; to read on: --keep-going"
                    raise BadDocument("given-up", reason)
            if item is None:  # a table with its header only, a feed without items
                yield Skipped(Origin(path), "empty")
    except BadDocument as error:
        yield Rejected(Origin(path, error.place), error.code, error.reason)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield Rejected(Origin(path), "not-gzip", f"the compressed data is damaged: {error}")


def _format(path: str, start: bytes) -> Format | None:
    """The format of a file, by its first bytes and else by its name; None if it is not known."""
    name = Path(path).name.lower().removesuffix(".gz")
    suffix = Path(name).suffix
    named = _BY_SUFFIX.get(suffix)
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    begun = next((kind for kind, pattern in _BY_START if pattern.match(head)), None)
    if begun == "json" and ((named is None and suffix) or (named == "text" and not _OBJECT.match(head))):
        begun = None  # many other things begin with a bracket
    if begun and (begun in _UNMISTAKABLE or named in (None, "text", "xml", "html", "docx", "xlsx")):
        return begun
    if path == "-" or (named is None and not suffix):
        return "xml" if _ELEMENT.match(head) else "text"
    return "json" if named == "jsonl" and head.startswith(b"[") else named


def _items(
    stream: BinaryIO, path: str, file_format: Format, options: ReadOptions, *, nested: bool
) -> Iterator[Item]:
    match file_format:
        case "jsonl":
            return articles_in_lines(stream, path, options)
        case "json":
            return articles_in_json(stream, path, options)
        case "csv":
            return articles_in_table(stream, path, options)
        case "warc":
            from search.sources.pages.warc import articles_in_warc

            return articles_in_warc(stream, path, options)
        case "parquet":
            from search.sources.tables.parquet import articles_in_parquet

            return articles_in_parquet(stream, path, options)
        case "zip" | "docx" | "xlsx":
            from search.sources.office.zip import articles_in_zip

            return articles_in_zip(
                stream, path, options, None if nested else partial(_read_stream, nested=True)
            )
        case _:
            return _items_of_whole(stream, path, file_format, options)


def _items_of_whole(stream: BinaryIO, path: str, file_format: Format, options: ReadOptions) -> Iterator[Item]:
    """The items of a file in a format that is not read as a stream."""
    content = read_whole(stream)
    match file_format:
        case "xml":
            from search.sources.wires.xml_documents import articles_in_xml

            yield from articles_in_xml(content, path, options)
        case "html":
            from search.sources.exports.vendors import articles_in_export_page
            from search.sources.pages.html import article_in_page

            if (found := articles_in_export_page(content, path, options)) is not None:
                yield from found
            else:
                yield article_in_page(content, Origin(path), options)
        case "mhtml":
            from search.sources.pages.mhtml import article_in_saved_page

            yield article_in_saved_page(content, Origin(path), options)
        case "markdown":
            from search.sources.documents.markdown import article_in_markdown

            yield article_in_markdown(decoded(content, options.encoding), Origin(path), options)
        case "email":
            from search.sources.documents.email import article_in_message

            yield article_in_message(content, Origin(path), options)
        case "rtf":
            from search.sources.office.paragraphs import articles_in_paragraphs
            from search.sources.office.rtf import paragraphs_of_rtf

            yield from articles_in_paragraphs(paragraphs_of_rtf(content), path, options)
        case "pdf":
            from search.sources.office.paragraphs import articles_in_paragraphs
            from search.sources.office.pdf import paragraphs_of_pdf

            yield from articles_in_paragraphs(paragraphs_of_pdf(content, options), path, options)
        case "ris":
            from search.sources.exports import ris
            from search.sources.exports.fields import items

            yield from items(ris.documents(decoded(content, options.encoding)), path, options)
        case _:
            from search.sources.exports.vendors import articles_in_export_text

            text = decoded(content, options.encoding)
            if (found := articles_in_export_text(text, path, options)) is not None:
                yield from found
            else:
                yield article_in(text, Origin(path), options)
