"""C. Web pages, web archives, compressed files and folders."""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from search.sources import Accepted, Item
from search.sources import read_paths as really_read
from tests.bad_input.desk import Content, Desk
from tests.bad_input.table import FIRST, LAST, OK, REJECTED, USAGE, Index, Line, ending, line
from tests.sources.office_files import zipped

WATER = "The harbour crane of Port Alder came down at noon on Tuesday, and nobody was hurt in the fall."


def page(body: str, head: str = "") -> str:
    head = f"<head><title>Crane falls</title>{head}</head>"
    return f"<!DOCTYPE html><html lang=en>{head}<body>{body}</body></html>"


def article(more: str = "") -> str:
    return f"<article><h1>Crane falls</h1><p>{WATER}</p>{more}</article>"


def web(content: Content, code: int, *says: str, kept: int = 1) -> Index:
    return Index({"a.html": content}, code, says, kept)


def warc(kind: str, content: bytes, *, length: int | None = None, more: str = "", name: str = "a") -> bytes:
    """A record of a web archive."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{name}>\r\n"
        f"WARC-Date: 2025-02-03T10:00:00Z\r\nWARC-Target-URI: https://herald.example/{name}\r\n{more}"
        "Content-Type: application/http;msgtype=response\r\n"
        f"Content-Length: {len(content) if length is None else length}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


def response(body: bytes, charset: str = "utf-8") -> bytes:
    kind = f"Content-Type: text/html; charset={charset}\r\n"
    return f"HTTP/1.1 200 OK\r\n{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body


GOOD = response(page(article()).encode())
CAFE = page(article("<p>The café was shut.</p>"), "<meta charset=utf-8>")


def reads(files: dict[str, Content], *words: str, without: tuple[str, ...] = ()) -> Callable[[Desk], None]:
    """All of the words are in the one article of the files, and none of the others."""

    def look(desk: Desk) -> None:
        desk.write(files)
        desk.news("index", *files).check(OK, "added 1")
        (added,) = desk.added()
        text = f"{added.title}\n{added.body}"
        assert all(word in text for word in words), text
        assert not any(word in text for word in without), text

    return look


CHARSETS = ending(OK)(
    reads({"a.warc": warc("response", response(CAFE.encode("latin-1"), "latin-1"))}, "café")
)
LYING = ending(OK)(
    reads({"a.html": page(article("<p>A café.</p>"), "<meta charset=utf-8>").encode("latin-1")}, "café")
)
HIDDEN = ending(OK)(
    reads(
        {
            "a.html": page(
                article("<!-- a secret remark --><p style='display:none'>The quay is shut as well.</p>")
            )
        },
        WATER,
        without=("secret remark", "quay is shut"),
    )
)


def refused(
    name: str, content: Content, *says: str, kept: tuple[str, ...] = ("first",), **limits: int
) -> Index:
    """A container of which nothing bad is read, beside a file that gets in."""
    named = {f"search.sources.office.zip.{name}": limit for name, limit in limits.items()}
    return Index({name: content, "b.jsonl": FIRST}, REJECTED, says, kept, limits=named)


def _encrypted(content: bytes) -> bytes:
    """A zip archive whose only file says that it is encrypted."""
    marked = bytearray(content)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        marked[marked.index(sign) + place] |= 1
    return bytes(marked)


ENCRYPTED = _encrypted(zipped(("x.jsonl", LAST)))


@ending(OK)
def links(desk: Desk) -> None:
    desk.write({"in/a.jsonl": FIRST, "outside.jsonl": LAST})
    (desk.folder / "in/out.jsonl").symlink_to("../outside.jsonl")
    (desk.folder / "in/loop").symlink_to(".")
    (desk.folder / "in/dangling").symlink_to("nowhere")
    desk.news("index", "in").check(OK, "added 1", "skipped: link 3")


@ending(OK)
def not_files(desk: Desk) -> None:
    desk.write({"in/a.jsonl": FIRST})
    os.mkfifo("in/pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("in/socket.jsonl")
        desk.news("index", "in").check(OK, "added 1", "skipped: not-a-file 2")
        desk.news("index", "in/pipe.jsonl", "/dev/zero").check(OK, "added 0", "skipped: not-a-file 2")


@ending(REJECTED)
def unreadable(desk: Desk) -> None:
    """What root may read all the same is here refused by a stand-in of the system."""
    desk.write({"in/a.jsonl": FIRST, "in/b.jsonl": LAST, "in/c/d.jsonl": LAST})
    opened, scanned = Path.open, os.scandir

    def refuse(path: object) -> None:
        if Path(str(path)).name in ("b.jsonl", "c"):
            raise PermissionError(13, "Permission denied", str(path))

    def open_path(path: Path, *arguments: object, **named: object) -> object:
        refuse(path)
        return opened(path, *arguments, **named)  # type: ignore[call-overload]

    def scan(path: object) -> object:
        refuse(path)
        return scanned(path)  # type: ignore[call-overload]

    with desk.patch.context() as patch:
        patch.setattr(Path, "open", open_path)
        patch.setattr(os, "scandir", scan)
        ended = desk.news("index", "in")
    ended.check(REJECTED, "b.jsonl: the file cannot be read: Permission denied")
    ended.check(REJECTED, "in/c: the folder cannot be read: Permission denied", "unreadable 2")
    assert [article.id for article in desk.added()] == ["first"]


def meanwhile(desk: Desk, change: Callable[[], object]) -> None:
    """Make the change when the first article has been read."""
    left = [change]

    def read(*arguments: object) -> Iterator[Item]:
        for item in really_read(*arguments):  # type: ignore[arg-type]
            yield item
            if isinstance(item, Accepted) and left:
                left.pop()()

    desk.patch.setattr("search.sources.read_paths", read)


@ending(REJECTED)
def grows(desk: Desk) -> None:
    desk.write({"in/a.jsonl": FIRST + b"\n", "in/b.jsonl": LAST})
    meanwhile(desk, lambda: desk.write({"in/a.jsonl": FIRST + b"\n" + LAST + b"\n"}))
    desk.news("index", "in").check(REJECTED, "a.jsonl: the file was changed while it was read")
    assert {"first", "last"} <= set(desk.ids())


@ending(REJECTED)
def vanishes(desk: Desk) -> None:
    desk.write({"in/a.jsonl": FIRST, "in/b.jsonl": FIRST, "in/c.jsonl": LAST})
    meanwhile(desk, (desk.folder / "in/b.jsonl").unlink)
    desk.news("index", "in").check(REJECTED, "b.jsonl", "unreadable 1")
    assert {"first", "last"} <= set(desk.ids())


@ending(REJECTED)
def odd_names(desk: Desk) -> None:
    (desk.folder / "in").mkdir()
    for number, name in enumerate((b"caf\xe9.jsonl", b"a\nb.jsonl", b"a\x1b[31mb.jsonl")):
        path = desk.folder / "in" / name.decode(errors="surrogateescape")
        path.write_text(f'{{"id":"h{number}","title":"Tide"}}\nbroken\n')
    ended = desk.news("index", "in").check(REJECTED, "added 3", r"a\nb.jsonl", r"a\x1b[31mb.jsonl", "caf\\")
    assert "\x1b" not in ended.err
    assert len(desk.added()) == 3


@ending(OK)
def own_archive(desk: Desk) -> None:
    desk.write({"a.jsonl": FIRST})
    desk.news("index", ".").check(OK, "added 1", "skipped: archive")
    desk.news("index", ".").check(OK, "added 0, updated 0, unchanged 1", "skipped: archive")
    assert len(desk.added()) == 1


@ending(OK)
def many_files(desk: Desk) -> None:
    """Five hundred stand for a million."""
    desk.write({f"in/{n:04}.jsonl": b'{"id":"f%d","title":"Tide"}' % n for n in range(500)})
    desk.news("index", "in").check(OK, "added 500")


@ending(USAGE)
def missing(desk: Desk) -> None:
    desk.write({"a.jsonl": FIRST})
    before = desk.contents()
    desk.news("index", "a.jsonl", "nowhere").check(USAGE, "there is no file or folder nowhere")
    assert desk.contents() == before


LINES: dict[int, Line] = {
    44: line(
        "tags that are not closed, 1,000,000 within each other",
        OK,
        web(page(f"<article><h1>Crane falls<p>{WATER}<p>And <b>more of it"), OK),
        web(lambda: page(article() + "<div>" * 1_000_000 + f"<p>{WATER}").encode(), OK, "added 1"),
        web(lambda: page("<div>" * 1_000_000 + f"<p>{WATER}").encode(), REJECTED, "no article", kept=0),
        but="text deeper than pages ever are is not found; a page with nothing else is rejected by name",
    ),
    45: line("charsets that lie", OK, CHARSETS, LYING),
    46: line("text that is hidden", OK, HIDDEN),
    47: line(
        "a web archive that is cut short",
        REJECTED,
        Index(
            {"a.warc": warc("response", GOOD) + warc("response", GOOD, name="b")[:-200]},
            REJECTED,
            ("record 2", "truncated 1"),
            1,
        ),
        Index(
            {
                "a.warc.gz": gzip.compress(warc("response", GOOD))
                + gzip.compress(warc("response", GOOD, name="b"))[:-90]
            },
            REJECTED,
            ("record 2", "truncated 1"),
            1,
        ),
    ),
    48: line(
        "web archives that break the rules",
        REJECTED,
        Index({"a.warc": warc("response", GOOD, length=99_999)}, REJECTED, ("record 1",), 0),
        Index(
            {"a.warc": warc("response", GOOD, length=10) + warc("response", GOOD, name="b")},
            REJECTED,
            ("record",),
            0,
        ),
        Index({"a.warc": b"WARC/1.0\r\nnonsense\r\n\r\n"}, REJECTED, ("record 1",), 0),
        Index(
            {"a.warc.gz": gzip.compress(warc("response", GOOD) + warc("response", GOOD, name="b"))}, OK, (), 2
        ),
        Index({"a.warc": warc("response", GOOD, more="WARC-Payload-Digest: sha1:AAAA\r\n")}, OK, (), 1),
        but="one gzip member for all is read as well as one for each; digests are not compared, as "
        "crawlers write them of different bytes",
    ),
    49: line(
        "records that are no pages",
        OK,
        Index(
            {
                "a.warc": b"".join(warc(kind, b"x", name=kind) for kind in ("request", "metadata", "revisit"))
                + warc("response", GOOD)
            },
            OK,
            ("request 1", "metadata 1", "revisit 1"),
            1,
        ),
    ),
    50: line(
        "a gzip bomb",
        REJECTED,
        Index(
            {"a.txt.gz": lambda: gzip.compress(bytes(9 << 20)), "b.jsonl": FIRST},
            REJECTED,
            ("grows more than 200 times",),
            ("first",),
            limits={"search.sources.reading.streams.MAX_INFLATED": 1 << 20},
        ),
    ),
    51: line(
        "zip archives",
        REJECTED,
        refused(
            "a.zip",
            zipped(("../../etc/x.jsonl", LAST), ("/abs.jsonl", LAST), ("x.jsonl", LAST)),
            "unsafe-name 2",
            kept=("last", "first"),
        ),
        refused(
            "a.zip",
            zipped(("x.jsonl", LAST), ("y.jsonl", LAST)).replace(b"y.jsonl", b"x.jsonl"),
            "duplicate-name 1",
            kept=("last", "first"),
        ),
        refused(
            "a.zip",
            lambda: zipped(*((f"{n}.jsonl", b"") for n in range(5_000))),
            "too many files",
            MAX_DIRECTORY=100_000,
        ),
        refused(
            "a.zip",
            lambda: zipped(("x.jsonl", bytes(9 << 20))),
            "grow more than 200 times",
            MAX_INFLATED=1 << 20,
        ),
        refused("a.zip", ENCRYPTED, "encrypted 1"),
        refused("a.zip", b"PK\x03\x04 damaged", "not-zip 1"),
    ),
    52: line(
        "an archive in an archive",
        REJECTED,
        refused("a.jsonl.gz.gz", gzip.compress(gzip.compress(LAST)), "this kind of file is not read"),
        refused("a.zip", zipped(("x.zip", zipped(("x.jsonl", LAST)))), "nested-archive 1"),
        refused("a.tar.gz", gzip.compress(bytes(10_240)), "this kind of file is not read"),
    ),
    53: line(
        ".gz that is no gzip",
        REJECTED,
        Index({"a.jsonl.gz": LAST, "b.jsonl": FIRST}, REJECTED, ("rejected a.jsonl.gz",), ("first",)),
        Index({"a.jsonl.gz": b"\x1f\x8bnonsense", "b.jsonl": FIRST}, REJECTED, ("not-gzip 1",), ("first",)),
    ),
    54: line("symbolic links", OK, links),
    55: line("pipes, devices, sockets", OK, not_files),
    56: line("files and folders that cannot be read", REJECTED, unreadable),
    57: line("files that change meanwhile", REJECTED, grows, vanishes),
    58: line(
        "odd file names",
        OK,
        odd_names,
        but="the files have a bad line each, so that their names are shown; what is good in them gets in",
    ),
    59: line("an archive among what is indexed", OK, own_archive),
    60: line("a million files in a folder", OK, many_files),
    61: line("a path that is not there", USAGE, missing),
}
