"""Web archives become articles: pages, records that are passed over, and damaged archives."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

pytest.importorskip("warcio")
pytest.importorskip("trafilatura", reason="the extra html is not installed", exc_type=ImportError)

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from search.sources.pages.html import MAX_PAGE
from search.sources.pages.warc import MAX_HEADERS, articles_in_warc
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, Item, Rejected, Skipped

URL = "https://herald.example/crane"
TEXT = "The harbour crane of Port Alder came down at noon on Tuesday, and nobody was hurt in the façade."
PAGE = (
    f"<html><head><title>Crane falls</title></head><body><article><h1>Crane falls</h1><p>{TEXT}</p></article>"
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


def record(
    body: bytes = PAGE.encode(),
    headers: Mapping[str, str] = HTML,
    *,
    status: str = "200 OK",
    kind: str = "response",
    url: str = URL,
    packed: bool = False,
    warc: Mapping[str, str] | None = None,
) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    http = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
    made = writer.create_warc_record(
        url, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=dict(warc or {})
    )
    writer.write_record(made)
    made.raw_stream.close()  # a temporary file
    return out.getvalue()


def read(content: bytes, options: ReadOptions | None = None) -> list[Item]:
    return list(articles_in_warc(io.BytesIO(content), "crawl.warc", options or ReadOptions()))


def test_the_date_of_a_record_is_when_the_page_was_crawled() -> None:
    (item,) = read(record(warc={"WARC-Date": "2025-02-11T18:30:00Z"}))
    assert isinstance(item, Accepted)
    assert item.article.crawled == datetime(2025, 2, 11, 18, 30, tzinfo=UTC)
    assert item.article.published is None


def codes(content: bytes) -> list[str]:
    return ["accepted" if isinstance(i, Accepted) else getattr(i, "code", "?") for i in read(content)]


def chunked(body: bytes) -> bytes:
    pieces = [body[start : start + 50] for start in range(0, len(body), 50)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


READ = {
    "plain": record(),
    "of gzip members": record(packed=True),
    "chunked": record(chunked(PAGE.encode()), {**HTML, "Transfer-Encoding": "chunked"}),
    "compressed": record(gzip.compress(PAGE.encode()), {**HTML, "Content-Encoding": "gzip"}),
    "said to be compressed": record(PAGE.encode(), {**HTML, "Content-Encoding": "gzip"}),
    "both": record(
        chunked(gzip.compress(PAGE.encode())),
        {**HTML, "Transfer-Encoding": "chunked", "Content-Encoding": "gzip"},
    ),
    "in another charset": record(PAGE.encode("cp1252"), {"Content-Type": "text/html; charset=windows-1252"}),
    "XHTML": record(headers={"Content-Type": "application/xhtml+xml"}),
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_a_page_is_read_that_is(content: bytes) -> None:
    (item,) = read(content)
    assert isinstance(item, Accepted)
    assert item.article.title == "Crane falls"
    assert TEXT in item.article.body
    assert item.article.url == URL
    assert item.article.published is None
    assert str(item.origin) == "crawl.warc, record 1"


PASSED_OVER = {
    "a request": (record(kind="request", status="GET / HTTP/1.1"), "request"),
    "a revisit": (record(b"", kind="revisit"), "revisit"),
    "a resource": (record(kind="resource"), "resource"),
    "an unknown kind": (record(kind="novelty"), "other"),
    "a picture": (record(b"GIF", {"Content-Type": "image/gif"}), "not-html"),
    "no content type": (record(headers={}), "not-html"),
    "an error": (record(status="404 Not Found"), "not-ok"),
    "a redirect": (record(status="301 Moved"), "not-ok"),
    "a name server's answer": (record(url="dns:herald.example"), "not-http"),
    "a page without a story": (record(b"<html><body></body></html>"), "no-article"),
}


@pytest.mark.parametrize(("content", "code"), PASSED_OVER.values(), ids=PASSED_OVER)
def test_a_record_is_passed_over_that_is(content: bytes, code: str) -> None:
    skipped, after = read(content + record())
    assert isinstance(skipped, Skipped)
    assert skipped.code == code
    assert isinstance(after, Accepted)
    assert after.origin.place == "record 2"


BOMB = gzip.compress(b" " * (MAX_PAGE + 1))
REFUSED = {
    "a page that is too large": (record(b" " * (MAX_PAGE + 1)), "too-large"),
    "a bomb": (record(BOMB, {**HTML, "Content-Encoding": "gzip"}), "too-large"),
    "an unknown compression": (record(headers={**HTML, "Content-Encoding": "squash"}), "encoding"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_a_record_is_rejected_and_the_next_one_read_after(content: bytes, code: str) -> None:
    rejected, after = read(content + record())
    assert isinstance(rejected, Rejected)
    assert rejected.code == code
    assert isinstance(after, Accepted)


DAMAGED = {
    "cut in a record": (record() + record()[:-200], ["accepted", "truncated"]),
    "followed by anything": (record() + b"anything\r\n\r\n", ["accepted", "not-warc"]),
    "of no length": (record().replace(b"Content-Length", b"Content-Breadth"), ["not-warc"]),
    "no archive": (b"Crane falls\nIt came down.\n", ["not-warc"]),
    "empty": (b"", ["not-warc"]),
    "of gzip members and cut": (record(packed=True) + record(packed=True)[:-150], ["accepted", "truncated"]),
    "one line without end": (b"WARC/1.0 " + b"x" * (2 * MAX_HEADERS), ["not-warc"]),
}


@pytest.mark.parametrize(("content", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_what_comes_before_is_kept_of_an_archive_that_is(
    content: bytes, expected: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert codes(content) == expected
    assert capfd.readouterr().err == ""


def test_a_page_that_the_crawl_cut_is_noted() -> None:
    (item,) = read(record(warc={"WARC-Truncated": "length"}))
    assert isinstance(item, Accepted)
    assert "truncated" in [note.code for note in item.notes]


def test_an_arc_file_is_read() -> None:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode()
    first = b"1 0 Herald\nURL IP-address Archive-date Content-type Archive-length\n"
    arc = b"filedesc://crawl.arc 0.0.0.0 20250211180134 text/plain %d\n%s\n" % (len(first), first)
    arc += b"%s 192.0.2.1 20250211180134 text/html %d\n%s\n" % (URL.encode(), len(http), http)
    skipped, item = read(arc)
    assert isinstance(skipped, Skipped)
    assert isinstance(item, Accepted)
    assert item.article.url == URL
