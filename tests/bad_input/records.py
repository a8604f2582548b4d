"""A. JSON, JSON lines and CSV."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.bad_input.desk import Desk
from tests.bad_input.table import AROUND, FIRST, LAST, OK, REJECTED, Index, Line, ending, line, record

if TYPE_CHECKING:
    from typing_extensions import Buffer

FIRST_TEXT, LAST_TEXT = FIRST.decode(), LAST.decode()


def of(code: int, *says: str, **fields: object) -> Index:
    """A record with these fields between two others."""
    kept = AROUND if code == REJECTED else (*AROUND, "h")
    raw = json.dumps({"id": "h", "title": "Tide", **fields}).encode()
    return record(code, *says, raw=raw, kept=kept)


def table(code: int, *says: str, rows: str, kept: tuple[str, ...] = AROUND) -> Index:
    return Index({"a.csv": f"id,title\n{rows}"}, code, says, kept)


@ending(REJECTED)
def long_line(desk: Desk) -> None:
    """A megabyte stands for the cap, twenty for the line."""
    desk.patch.setattr("search.sources.tables.json.MAX_LINE", 1 << 20)
    desk.write({"a.jsonl": lambda: b"\n".join((FIRST, b'{"title":"' + b"x" * (20 << 20) + b'"}', LAST))})
    tracemalloc.start()
    desk.news("index", "a.jsonl").check(REJECTED, "line 2: the line is longer than 1 MiB")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20
    assert [article.id for article in desk.added()] == ["first", "last"]


@ending(OK)
def long_token(desk: Desk) -> None:
    desk.write({"a.jsonl": json.dumps({"id": "h", "title": "Tide", "body": f"fore {'x' * 1_000_000} aft"})})
    desk.news("index", "a.jsonl").check(OK, "noted: long-word 1", "1,000,000 characters")
    assert desk.ids("fore aft") == ["h"]


@ending(OK)
def older_revision(desk: Desk) -> None:
    new, old = ({"id": "h", "title": title, "version": n} for title, n in (("Flood", "2"), ("Tide", "1")))
    desk.write({"new.jsonl": json.dumps(new), "old.jsonl": json.dumps(old)})
    desk.news("index", "new.jsonl").check(OK)
    desk.news("index", "old.jsonl").check(OK, "older 1")
    assert desk.article("h").title == "Flood"


@ending(REJECTED)
def cut_input(desk: Desk) -> None:
    ended = desk.news("index", "-", given=FIRST + b'\n{"id":"h","tit')
    ended.check(REJECTED, "added 1", "rejected -, line 2")
    assert [article.id for article in desk.added()] == ["first"]


@ending(OK)
def no_output(desk: Desk) -> None:
    desk.write({"a.jsonl": FIRST})
    desk.process("index", "a.jsonl", deaf=True).check(OK)
    assert [article.id for article in desk.added()] == ["first"]


class Tiny(io.RawIOBase):
    """Standard input of tiny documents, that now and then looks how many are in the archive already."""

    def __init__(self, desk: Desk, count: int) -> None:
        self.seen = list[int]()
        self._texts = self._each(desk, count)
        self._ahead = b""

    def _each(self, desk: Desk, count: int) -> Iterator[bytes]:
        for number in range(count):
            if number % 100 == 0:
                self.seen.append(len(desk.ids()))
            yield b'{"id":"t%d","title":"Tide"}\n' % number

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer).cast("B")
        text = self._ahead or next(self._texts, b"")
        given, self._ahead = text[: len(room)], text[len(room) :]
        room[: len(given)] = given
        return len(given)


@ending(OK)
def many_documents(desk: Desk) -> None:
    """What is read is stored before more is read: memory holds one batch, here of 50 for 25,000."""
    desk.patch.setattr("search.ingest.BATCH_ARTICLES", 50)
    stream = Tiny(desk, 600)
    desk.news("index", "-", given=io.BufferedReader(stream)).check(OK, "added 600")
    assert stream.seen == sorted(stream.seen)
    assert stream.seen[-1] >= 100
    assert len(desk.added()) == 600


NOISE = random.Random(7).randbytes(60_000).replace(b"\r", b"\n")

LINES: dict[int, Line] = {
    1: line(
        "an empty file",
        OK,
        Index({"a.jsonl": b""}, OK, ("added 0", "skipped: empty 1")),
        Index({"a.json": b" \n"}, OK, ("skipped: empty 1",)),
        Index({"a.csv": b"id,title\n"}, OK, ("skipped: empty 1",)),
    ),
    2: line(
        "blank lines, no last line end",
        OK,
        Index({"a.jsonl": b"\n \n" + FIRST}, OK, ("added 1",), ("first",)),
    ),
    3: line(
        "a byte-order mark",
        OK,
        *(
            Index({name: "\ufeff" + text}, OK, ("added 1",), ("first",))
            for name, text in (
                ("a.jsonl", FIRST_TEXT),
                ("a.json", f"[{FIRST_TEXT}]"),
                ("a.csv", "id,title\nfirst,Crane\n"),
            )
        ),
    ),
    4: line(
        "UTF-16 and Latin-1",
        REJECTED,
        record(
            REJECTED, "not utf-8 at byte 13", "--encoding latin-1", raw='{"title":"Café"}'.encode("latin-1")
        ),
        Index({"a.csv": b"id,title\nh,Caf\xe9\nlast,B\n"}, REJECTED, ("not utf-8", "--encoding"), ("last",)),
        Index({"a.jsonl": (FIRST + b"\n").decode().encode("utf-16-le")}, REJECTED, ("rejected a.jsonl",)),
        Index({"a.jsonl": FIRST.decode().encode("utf-16")}, OK, (), ("first",)),
        but="UTF-16 with its mark says what it is, and is read; without a mark it is rejected as written",
    ),
    5: line(
        "a last line cut short",
        REJECTED,
        Index({"a.jsonl": FIRST + b'\n{"id":"h","tit'}, REJECTED, ("line 2", "not JSON"), ("first",)),
    ),
    6: line(
        "NaN and Infinity",
        REJECTED,
        *(
            record(REJECTED, "line 2", f"{name} is not JSON", raw=b'{"title":"Tide","x":%b}' % name.encode())
            for name in ("NaN", "Infinity", "-Infinity")
        ),
    ),
    7: line(
        "a name twice in an object",
        REJECTED,
        record(REJECTED, "line 2", "'id' stands twice", raw=b'{"id":"a","title":"Tide","id":"b"}'),
        record(REJECTED, "'y' stands twice", raw=b'{"title":"Tide","x":{"y":1,"y":2}}'),
    ),
    8: line(
        "depth 100,000",
        REJECTED,
        record(REJECTED, "line 2", "nested too deep", raw=b"[" * 100_000),
        record(REJECTED, "line 2", "nested too deep", raw=b'{"a":' * 100_000),
        Index({"a.json": b"[" * 100_000}, REJECTED, ("nested too deep",)),
    ),
    9: line(
        "an integer of 100,000 digits",
        REJECTED,
        record(REJECTED, "line 2", "digits", raw=b'{"title":"Tide","x":%b}' % (b"9" * 100_000)),
    ),
    10: line(
        "a list called .jsonl, an object called .json",
        OK,
        Index({"a.jsonl": b"[%b,%b]" % (FIRST, LAST)}, OK, (), AROUND),
        Index({"a.json": FIRST}, OK, (), ("first",)),
        Index({"a.json": FIRST + b"\n" + LAST}, OK, (), AROUND),
    ),
    11: line(
        "a body that is no text",
        REJECTED,
        of(REJECTED, "line 2", "body is a number", body=7),
        of(REJECTED, "body is a truth value", body=True),
        of(REJECTED, "body is a list", body=[1, 2]),
        of(REJECTED, "body is an object", body={"a": 1}),
        of(OK, body=None),
        but="null is how exports write that there is none: an article with a title needs no body",
    ),
    12: line(
        "ids that are missing, empty, numbers, too long",
        (OK, REJECTED),
        Index(
            {"a.jsonl": b'{"title":"Tide"}\n{"id":"","title":"Ebb"}\n{"id":null,"title":"Flow"}'}, OK, (), 3
        ),
        Index({"a.jsonl": b'{"id":70,"title":"Tide"}'}, OK, (), ("70",)),
        of(REJECTED, "2000 characters", id="x" * 2_000),
        of(REJECTED, "id is a list", id=["a"]),
    ),
    13: line(
        "half a surrogate pair",
        (OK, REJECTED),
        Index(
            {"a.jsonl": b'{"id":"h","title":"Tide","body":"a\\ud800b"}'},
            OK,
            (),
            ("h",),
            shown={"h": {"body": "a\ufffdb"}},
        ),
        record(REJECTED, "surrogates", raw=b'{"id":"a\\ud800","title":"Tide"}'),
    ),
    14: line(
        "NUL and other controls",
        OK,
        Index(
            {"a.jsonl": b'{"id":"h","title":"Tide","body":"a\\u0000\\u0007b"}'},
            OK,
            ("noted: control-characters 1",),
            ("h",),
            shown={"h": {"body": "ab"}},
        ),
    ),
    15: line("a line of 200 MB", REJECTED, long_line),
    16: line("a word of 1 MB", OK, long_token),
    17: line(
        "unknown fields",
        (OK, REJECTED),
        Index(
            {"a.jsonl": b'{"id":"h","title":"Tide","mood":"calm"}'},
            OK,
            (),
            ("h",),
            shown={"h": {"extra": {"mood": ("calm",)}}},
        ),
        Index(
            {"a.jsonl": b'{"id":"h","title":"Tide","x":{"a":1}}\n{"id":"i","title":"Ebb","x":{"a":1}}'},
            OK,
            ("noted: ignored-field 2, first in a.jsonl, line 1",),
            ("h", "i"),
        ),
        Index(
            {"a.jsonl": b'{"id":"h","title":"Tide","x":{"a":1}}'},
            REJECTED,
            ("ignored-field",),
            options=("--strict",),
        ),
        but="DESIGN.md (extra): a field of plain values is kept and searchable by its name",
    ),
    18: line(
        "an id twice in a file",
        OK,
        Index(
            {"a.jsonl": b'{"id":"h","title":"Tide"}\n{"id":"h","title":"Ebb"}'},
            OK,
            ("updated 1", "same-id 1", "line 1"),
            ("h",),
            shown={"h": {"title": "Ebb"}},
        ),
    ),
    19: line("an older revision", OK, older_revision),
    20: line(
        "bad tables",
        REJECTED,
        Index({"a.csv": 'id,title\nfirst,A\nh,"Ti\n'}, REJECTED, ("line 3",), ("first",)),
        table(REJECTED, "line 3", "never closed", rows='first,A\nh,"B\nlast,D\n'),
        table(REJECTED, "line 3", "3 cells, the first row 2", rows="first,A\nh,B,C\nlast,D\n"),
        table(REJECTED, "line 3", "1 cells", rows="first,A\nh\nlast,D\n"),
        Index(
            {"a.csv": ",".join(f"c{n}" for n in range(20_000)) + "\n"}, REJECTED, ("more than 1,000 columns",)
        ),
        Index(
            {"a.csv": f"id,title\nfirst,A\nh,{'x' * 70_000}\nlast,B\n"},
            REJECTED,
            ("line 3", "field limit"),
            AROUND,
            limits={"search.sources.tables.csv.MAX_CELL": 1 << 16},
        ),
        table(OK, rows=f"first,A\nlast,{'x ' * 70_000}\n"),
        table(OK, "control-characters 1", rows="first,A\nlast,B\0C\n"),
        but="NUL is taken out and noted, as in JSON; a cell may have 16 MB, as articles are long",
    ),
    21: line(
        "bytes that are called .jsonl",
        REJECTED,
        Index(
            {"a.jsonl": NOISE, "b.jsonl": LAST},
            REJECTED,
            ("given-up 1", "rejected 101"),
            ("last",),
        ),
        Index(
            {"a.jsonl": b"no json\n" * 150 + LAST},
            REJECTED,
            ("rejected 150",),
            ("last",),
            options=("--keep-going",),
        ),
    ),
    22: line(
        "streams that end early",
        REJECTED,
        cut_input,
        no_output,
        but="who closes the pipe after the work has done no harm: all is stored, so it ends with 0",
    ),
    23: line("ten million tiny documents", OK, many_documents),
}
