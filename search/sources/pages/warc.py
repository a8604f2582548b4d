"""Web archives (WARC, ARC) to articles: the pages in them that hold one.

A crawl is mostly pictures, redirects and front pages: they are skipped, each with its reason.
A file is read as a stream; never more than one page is in memory.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from search.sources.pages.html import MAX_PAGE, article_in_page
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument, Item, MissingExtra, Note, Origin, Rejected, Skipped

MAX_HEADERS = 1 << 20
"""Maximum length of the headers of a record, in bytes."""

_TYPES = frozenset("warcinfo request metadata revisit resource conversion continuation arc_header".split())
_PAGES = frozenset(("text/html", "application/xhtml+xml"))
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class _BrokenArchive(Exception):
    """Raised where the rest of the archive cannot be read."""

    def __init__(self, code: str, reason: str) -> None:
        self.code, self.reason = code, reason


class _Source:
    """A stream that ends where it is damaged, and that bounds the length of a record's headers."""

    def __init__(self, stream: BinaryIO) -> None:
        # One read of the stream below at a time: an error in a second one would lose the bytes of the first.
        self.read_some = getattr(stream, "read1", stream.read)
        self.damage, self.left = "", MAX_HEADERS

    def read(self, size: int = -1) -> bytes:
        if self.left < 0:
            raise _BrokenArchive("not-warc", f"the headers of a record are longer than {MAX_HEADERS} bytes")
        try:
            found: bytes = self.read_some(size)
        except (EOFError, OSError, zlib.error) as error:  # of gzip, which warcio takes for a good end
            self.damage = str(error)
            return b""
        self.left -= len(found)
        return found


def articles_in_warc(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Item]:
    """The outcome of each record, in order; places are "record 1" and so on.

    A page with an article is accepted, an unreadable page rejected, any other record skipped. If the
    archive itself is damaged, the last item is a `Rejected` with the code "truncated" or "not-warc". Raises
    `MissingExtra` if warcio or trafilatura is not installed.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
    except ImportError as error:
        raise MissingExtra("web archives", "html") from error
    if not logging.getLogger("warcio").handlers:  # else its complaints go to stderr
        logging.getLogger("warcio").addHandler(logging.NullHandler())
    source = _Source(stream)
    number = 0
    try:
        records = ArchiveIterator(source, no_record_parse=True)
        records.INC_RECORD = ""  # what it prints to stderr; a record that is cut short is seen below
        while (record := _next(records, source)) is not None:
            number += 1
            yield _item(record, source, Origin(path, f"record {number}"), options)
        if source.damage:
            raise _BrokenArchive("truncated", f"the compressed data is damaged: {source.damage}")
        if not number:
            raise _BrokenArchive("not-warc", "there is no record in the file")
    except _BrokenArchive as error:
        yield Rejected(Origin(path, f"record {max(number, 1)}"), error.code, error.reason)


def _next(records: Any, source: _Source) -> Any:
    """The next record, its headers read, or None at the end."""
    source.left = MAX_HEADERS
    try:
        return next(records, None)
    except _BrokenArchive:
        raise
    except Exception as error:  # warcio lets any error through: its own, ValueError, AttributeError, zlib's
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise _BrokenArchive("not-warc", f"the next record cannot be read: {reason[0][:200]}") from error


def _item(record: Any, source: _Source, origin: Origin, options: ReadOptions) -> Item:
    """The outcome of a record, which is read to its end; raises `_BrokenArchive` if the end is missing."""
    source.left = 1 << 62
    if not hasattr(record.raw_stream, "limit"):
        raise _BrokenArchive("not-warc", "a record does not say how long it is")
    outcome: Item | tuple[bytes, str | None, str]
    crawled = record.rec_headers.get_header("archive-date" if record.format == "arc" else "WARC-Date") or ""
    try:
        outcome = _page(record, origin)
    except BadDocument as error:
        outcome = Rejected(origin, error.code, error.reason)
    while record.raw_stream.read(1 << 16):
        pass
    if record.raw_stream.limit > 0:
        raise _BrokenArchive("truncated", "the file ends within a record")
    if not isinstance(outcome, tuple):
        return outcome
    content, charset, url = outcome
    try:
        notes = []
        if cause := record.rec_headers.get_header("WARC-Truncated"):
            notes.append(Note("truncated", f"the crawl kept only the start of the page ({cause[:40]})"))
        return article_in_page(
            content, origin, options, url=url, charset=charset, crawled=crawled, notes=notes
        )
    except MissingExtra:
        raise
    except BadDocument as error:
        if error.code == "no-text":  # most pages of a crawl are no articles
            return Skipped(origin, "no-article")
        return Rejected(origin, error.code, error.reason)


def _page(record: Any, origin: Origin) -> Skipped | tuple[bytes, str | None, str]:
    """The page of a record, its charset and its URL; raises `BadDocument` for one that is too large."""
    from warcio.limitreader import LimitReader
    from warcio.statusandheaders import StatusAndHeadersParser

    if record.rec_type != "response":
        kind = record.rec_type if record.rec_type in _TYPES else "other"
        return Skipped(origin, "warcinfo" if kind == "arc_header" else kind)
    named = "uri" if record.format == "arc" else "WARC-Target-URI"
    url = record.rec_headers.get_header(named) or ""
    if not url.lower().startswith(("http:", "https:")):
        return Skipped(origin, "not-http")
    try:
        parser = StatusAndHeadersParser(["HTTP/"], verify=False)
        http = parser.parse(LimitReader(record.raw_stream, MAX_HEADERS))
    except (EOFError, ValueError):
        return Skipped(origin, "not-ok")
    if (http.get_statuscode() or "") != "200":
        return Skipped(origin, "not-ok")
    kind = http.get_header("content-type") or ""
    if kind.partition(";")[0].strip().lower() not in _PAGES:
        return Skipped(origin, "not-html")
    charset = _CHARSET.search(kind)
    return _content(record.raw_stream, http), charset[1] if charset else None, url


def _content(raw: Any, http: Any) -> bytes:
    """The bytes of the page, without chunks and compression; never more than `MAX_PAGE` of them.

    warcio's own `content_stream` inflates without a bound, and reads a chunk of any size at once.
    """
    from warcio.bufferedreaders import ChunkedDataReader

    too_large = BadDocument("too-large", f"the page is larger than {MAX_PAGE >> 20} MiB")
    if raw.limit > MAX_PAGE:
        raise too_large
    if (http.get_header("transfer-encoding") or "").strip().lower() == "chunked":
        raw = ChunkedDataReader(raw)
    packed: bytes = raw.read(MAX_PAGE + 1)
    coding = (http.get_header("content-encoding") or "identity").strip().lower()
    if coding == "br":
        content = _without_brotli(packed)
    elif coding in _WINDOW:
        content = _inflated(packed, _WINDOW[coding])
    elif coding in ("identity", "none", "utf-8"):
        content = packed
    else:
        raise BadDocument("encoding", f"the page is compressed with {coding[:40]}, which is not supported")
    if len(content) > MAX_PAGE:
        raise too_large
    return content


def _inflated(packed: bytes, window: int) -> bytes:
    """At most `MAX_PAGE` + 1 bytes; `packed` itself if it is not compressed, as with some crawlers."""
    for bits in (window, -15) if window == 15 else (window,):
        try:
            return zlib.decompressobj(bits).decompress(packed, MAX_PAGE + 1)
        except zlib.error:
            continue
    return packed


def _without_brotli(packed: bytes) -> bytes:
    """At most a little more than `MAX_PAGE` bytes; raises `BadDocument` for a brotli without that bound."""
    try:
        import brotli

        return bytes(brotli.Decompressor().process(packed, output_buffer_limit=MAX_PAGE + 1))
    except (ImportError, TypeError) as error:
        raise BadDocument("encoding", "the page is compressed with brotli; pip install brotli") from error
    except brotli.error:
        return packed
