"""What goes in bad comes out named: each kind of broken document, and that the others still get in."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import NamedTuple

import pytest

from search.article import Article
from search.engine import Added
from search.errors import InvalidRequest
from search.ingest import IndexReport, index_documents
from search.query import Archive
from search.sources import Accepted, Item, Origin, ReadOptions, Rejected, Skipped, read_paths
from search.sources.reading.streams import MAX_INFLATED

FIRST, LAST = '{"id":"first","title":"Crane"}', '{"id":"last","title":"Ferry"}'
AROUND = ["first", "last"]


class Bad(NamedTuple):
    """A file, which documents of it get in, and the one that does not: its code, reason and place."""

    name: str
    content: str | bytes
    accepted: list[str]
    code: str
    reason: str
    place: str = ""


def line(content: str | bytes, code: str, reason: str) -> Bad:
    """A bad line of JSON lines between two good ones."""
    raw = content if isinstance(content, bytes) else content.encode()
    return Bad("a.jsonl", b"\n".join([FIRST.encode(), raw, LAST.encode()]), AROUND, code, reason, "line 2")


def fields(code: str, reason: str, **given: object) -> Bad:
    """A bad line that is a record with these fields."""
    return line(json.dumps({"title": "Tide", **given}), code, reason)


def read(folder: Path, name: str, content: str | bytes, options: ReadOptions | None = None) -> list[Item]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_paths([path], options or ReadOptions()))


def ids(items: list[Item]) -> list[str]:
    return [item.article.id for item in items if isinstance(item, Accepted)]


BAD = {
    "text in Latin-1": line('{"title":"Café"}'.encode("latin-1"), "encoding", "byte 13; perhaps --encoding"),
    "a file in UTF-16 cut within a character": Bad(
        "a.txt", "Crane".encode("utf-16")[:-1], [], "encoding", "utf-16"
    ),
    "a table in Latin-1": Bad("a.csv", b"title\nCaf\xe9\n", [], "encoding", "--encoding latin-1", "line 2"),
    "a last line cut short": Bad(
        "a.jsonl", f'{FIRST}\n{{"id":"h","tit', ["first"], "not-json", "character", "line 2"
    ),
    "a JSON file cut short": Bad("a.json", f'[{FIRST},\n{{"id":', [], "not-json", "character"),
    "a thing with but a name": line('{"name":"Tide","colour":"grey"}', "not-an-article", "no headline"),
    "NaN": line('{"title":"Tide","x":NaN}', "not-json", "NaN"),
    "Infinity": line('{"title":"Tide","x":Infinity}', "not-json", "Infinity"),
    "minus Infinity": line('{"title":"Tide","x":-Infinity}', "not-json", "-Infinity"),
    "a name twice": line('{"id":"a","title":"Tide","id":"b"}', "duplicate-name", "'id'"),
    "a name twice further in": line('{"title":"Tide","x":{"y":1,"y":2}}', "duplicate-name", "'y'"),
    "lists nested past any use": line("[" * 100_000, "too-deep", "nested"),
    "objects nested past any use": line('{"a":' * 100_000, "too-deep", "nested"),
    "a JSON file nested past any use": Bad("a.json", "[" * 100_000, [], "too-deep", "nested"),
    "a number of 100,000 digits": line(f'{{"title":"Tide","x":{"9" * 100_000}}}', "bad-number", "digits"),
    "no JSON": line("what is this", "not-json", "character 1"),
    "a list for an article": line("[1, 2]", "not-an-object", "JSON object"),
    "a text for an article": line('"Tide"', "not-an-object", "JSON object"),
    "an item that is no object": Bad(
        "a.json", f"[{FIRST}, 7, {LAST}]", AROUND, "not-an-object", "JSON object", "item 2"
    ),
    "a JSON file with a text": Bad("a.json", '"Tide"', [], "not-an-object", "neither"),
    "a number for the body": fields("bad-field", "body is a number", body=7),
    "a truth value for the body": fields("bad-field", "body is a truth value", body=True),
    "a list of numbers for the body": fields("bad-field", "body is a list", body=[1, 2]),
    "an object for the body": fields("bad-field", "body is an object", body={"a": 1}),
    "an id of 2,000 characters": fields("bad-id", "2000 characters", id="x" * 2_000),
    "a list for the id": fields("bad-id", "a list", id=["a"]),
    "a fraction for the id": fields("bad-id", "a number", id=1.5),
    "a lone surrogate in the id": fields("bad-id", "surrogates", id="a\ud800"),
    "a NUL in the id": fields("bad-id", "control", id="a\0b"),
    "a JSON schema": line(
        '{"$schema":"http://json-schema.org/draft-07/schema#","title":"A"}', "not-an-article", "schema"
    ),
    "no text at all": line('{"id":"empty","source":"Gazette"}', "no-text", "no text"),
    "a line past the cap": line(b'{"title":"' + b"x" * (33 << 20) + b'"}', "too-large", "32 MiB"),
    "an unclosed quote": Bad(
        "a.csv", 'id,title\nfirst,Crane\nh,"Ti\n', ["first"], "not-csv", "unexpected end", "line 3"
    ),
    "a quote that is never closed, before other rows": Bad(
        "a.csv", 'id,title\nfirst,A\nh,"B\nlast,D\n', AROUND, "not-csv", "never closed", "line 3"
    ),
    "a quote in the midst of a cell, before other rows": Bad(
        "a.csv", 'id,title\nfirst,A\nh,"B" C\nlast,D\n', AROUND, "not-csv", "expected", "line 3"
    ),
    "a quote that a later row seems to close": Bad(
        "a.csv", 'id,title\nfirst,A\nh,"B\nlast,D\n"",\nx,E\n', [*AROUND, "x"], "not-csv", "", "line 3"
    ),
    "names of columns that are not closed": Bad("a.csv", 'id,"title\na,A\n', [], "not-csv", "columns"),
    "two columns of one name": Bad("a.csv", "id,title,Title\na,A,B\n", [], "duplicate-name", "'title'"),
    "a row too long": Bad(
        "a.csv",
        "id,title\nfirst,A\nh,B,C\nlast,D\n",
        AROUND,
        "ragged-row",
        "3 cells, the first row 2",
        "line 3",
    ),
    "a row too short": Bad(
        "a.csv", "id,title\nfirst,A\nh\nlast,D\n", AROUND, "ragged-row", "1 cells", "line 3"
    ),
    "a table of very many columns": Bad(
        "a.csv", ",".join(f"c{n}" for n in range(2_000)) + "\n", [], "not-csv", "more than 1,000 columns"
    ),
    "a cell of 17 million characters": Bad(
        "a.csv",
        f"id,title\nfirst,Crane\nh,{'x' * (17 << 20)}\n",
        ["first"],
        "not-csv",
        "field limit",
        "line 3",
    ),
    "a table without a text column": Bad("a.csv", "id,colour\na,red\n", [], "no-text-column", "--map"),
    "a bad cell": Bad(
        "a.csv", f"id,title\nfirst,A\n{'x' * 600},B\nlast,D\n", AROUND, "bad-id", "600 characters", "line 3"
    ),
    "bytes that are no text": Bad("a.txt", bytes(range(32)) * 20, [], "not-text", "not a text file"),
    "a file of a kind not read": Bad("a.mp3", "ID3", [], "unknown-format", "--format text"),
    "a gzip file cut short": Bad("a.txt.gz", gzip.compress(b"Crane\n" * 999)[:40], [], "not-gzip", "damaged"),
    "a gzip file by its name only": Bad("a.jsonl.gz", FIRST, [], "not-gzip", "rename it"),
    "a gzip file that is none inside": Bad("a.jsonl.gz", b"\x1f\x8bnonsense", [], "not-gzip", "damaged"),
    "a gzip file that grows as no text does": Bad(
        "a.txt.gz", gzip.compress(b"\0" * (MAX_INFLATED + 1)), [], "too-large", "200 times"
    ),
    "a gzipped table cut short": Bad(
        "a.csv.gz", gzip.compress(b"id,title\nfirst,A\nlast,B\n")[:-8], AROUND, "not-gzip", "damaged"
    ),
    "gzipped lines cut short": Bad(
        "a.jsonl.gz",
        gzip.compress(f"{FIRST}\n{LAST}\nx".encode())[:-8],
        AROUND,
        "not-gzip",
        "damaged",
    ),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_is_rejected_alone_and_by_name(tmp_path: Path, case: Bad) -> None:
    items = read(tmp_path, case.name, case.content)
    assert ids(items) == case.accepted
    (rejected,) = [item for item in items if isinstance(item, Rejected)]
    assert rejected.code == case.code
    assert case.reason in rejected.reason
    assert rejected.origin == Origin(str(tmp_path / case.name), case.place)


class Odd(NamedTuple):
    """A file that gets in, the article it becomes, and the notes on it."""

    name: str
    content: str | bytes
    article: Article
    notes: tuple[str, ...] = ()


def odd(article: Article, *notes: str, **given: object) -> Odd:
    return Odd("a.jsonl", json.dumps({"title": "Tide", **given}), article, notes)


TIDE = Article(title="Tide")
ODD = {
    "blank lines and no last line end": Odd("a.jsonl", f"\n \n{FIRST}", Article(id="first", title="Crane")),
    "a byte-order mark before JSON lines": Odd(
        "a.jsonl", "\ufeff" + FIRST, Article(id="first", title="Crane")
    ),
    "a byte-order mark before JSON": Odd("a.json", f"\ufeff[{FIRST}]", Article(id="first", title="Crane")),
    "text in UTF-16": Odd("a.txt", "Tide".encode("utf-16"), TIDE),
    "JSON lines in UTF-16": Odd("a.jsonl", '{"title":"Tide"}\n'.encode("utf-16"), TIDE),
    "JSON in UTF-32": Odd("a.json", '{"title":"Tide"}'.encode("utf-32"), TIDE),
    "a table in UTF-16": Odd("a.csv", "title\nTide\n".encode("utf-16"), TIDE),
    "a feed in UTF-16": Odd(
        "a.xml",
        "<?xml version='1.0' encoding='utf-16'?><rss version='2.0'><channel><item><title>Tide</title></item>"
        "</channel></rss>".encode("utf-16"),
        TIDE,
    ),
    "a date that is an object": odd(TIDE, "unreadable-date", date={"year": 2025}),
    "a byte-order mark before a table": Odd("a.csv", "\ufefftitle\nTide\n", TIDE),
    "a byte-order mark before text": Odd("a.txt", "\ufeffTide\n", TIDE),
    "a JSON list called jsonl": Odd("a.jsonl", f"[{FIRST}]", Article(id="first", title="Crane")),
    "no id": odd(TIDE),
    "an empty id": odd(TIDE, id=""),
    "null for the id": odd(TIDE, id=None),
    "a number for the id": odd(Article(id="70", title="Tide"), id=70),
    "a lone surrogate in the body": odd(Article(title="Tide", body="a\ufffdb"), body="a\ud800b"),
    "control characters in the body": odd(
        Article(title="Tide", body="ab\tc"), "control-characters", body="a\0\x07b\tc"
    ),
    "a control character in plain text": Odd(
        "a.txt", "Ti\x07de high\n", Article(title="Tide high"), ("control-characters",)
    ),
    "unknown fields": odd(Article(title="Tide", extra={"mood": ("calm",)}), mood="calm"),
    "a field with parts": odd(TIDE, "ignored-field", parts={"a": 1}),
    "a keyword too long": odd(
        Article(title="Tide", keywords=("sea",)), "ignored-value", tags=["k" * 600, "sea"]
    ),
}


@pytest.mark.parametrize("case", ODD.values(), ids=ODD)
def test_is_accepted_as(tmp_path: Path, case: Odd) -> None:
    (item,) = read(tmp_path, case.name, case.content)
    assert isinstance(item, Accepted)
    assert item.article == case.article
    assert tuple(note.code for note in item.notes) == case.notes


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.csv", "a.json", "a.txt", "a.xml", "a.html", "a.mht", "a.md", "a.eml", "a.warc"]
)
@pytest.mark.parametrize("content", ["", " \n\n"])
def test_an_empty_file_is_skipped(tmp_path: Path, name: str, content: str) -> None:
    (item,) = read(tmp_path, name, content)
    assert isinstance(item, Skipped)
    assert item.code == "empty"


def test_a_file_that_grows_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"title": "Tide"}) + "\n")
    items = read_paths([path], ReadOptions())
    assert isinstance(next(items), Accepted)
    with path.open("a") as file:
        file.write(json.dumps({"title": "Crane"}) + "\n")
    *_, last = items
    assert isinstance(last, Rejected)
    assert last.code == "changed"


@pytest.mark.parametrize("given", [{"parts": {"a": 1}}, {"tags": ["k" * 600]}, {"date": "soonish"}])
def test_what_would_be_lost_rejects_the_document_where_reading_is_strict(
    tmp_path: Path, given: dict[str, object]
) -> None:
    (item,) = read(tmp_path, "a.jsonl", json.dumps({"title": "Tide", **given}), ReadOptions(strict=True))
    assert isinstance(item, Rejected)
    assert item.code in ("ignored-field", "ignored-value", "unreadable-date")


def test_the_same_id_twice_in_a_file_counts_as_an_update_and_the_last_stays(
    tmp_path: Path, archive: Archive
) -> None:
    report = IndexReport()
    items = read(tmp_path, "a.jsonl", '{"id":"t","title":"Tide"}\n{"id":"t","title":"Ebb"}\n')
    index_documents(archive.engine, items, report)
    assert report.counts == Added(added=1, updated=1)
    article = archive.get("t")
    assert article is not None
    assert article.title == "Ebb"


def test_a_word_of_a_million_characters_does_not_keep_the_others_from_being_found(
    tmp_path: Path, archive: Archive
) -> None:
    body = json.dumps({"id": "t", "title": "Tide", "body": f"before {'x' * 1_000_000} behind"})
    index_documents(archive.engine, read(tmp_path, "a.jsonl", body), IndexReport())
    assert archive.ids("before behind") == ["t"]


@pytest.mark.parametrize(
    "content",
    [random.Random(7).randbytes(60_000).replace(b"\r", b"\n"), b"no json\n" * 500],
    ids=["noise", "lines"],
)
def test_a_file_that_has_nothing_to_read_is_given_up_after_100_lines(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.jsonl").write_text(LAST)
    (tmp_path / "a.jsonl").write_bytes(content)
    items = list(read_paths([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], ReadOptions()))
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert len(rejected) == 101
    assert rejected[-1].code == "given-up"
    assert ids(items) == ["last"]


def test_such_a_file_is_read_on_where_that_is_wanted(tmp_path: Path) -> None:
    items = read(tmp_path, "a.jsonl", "no json\n" * 150 + LAST, ReadOptions(keep_going=True))
    assert ids(items) == ["last"]
    assert len(items) == 151


def test_utf_16_without_a_mark_is_read_where_it_is_given(tmp_path: Path) -> None:
    items = read(tmp_path, "a.jsonl", (LAST + "\n").encode("utf-16-le"), ReadOptions(encoding="utf-16-le"))
    assert ids(items) == ["last"]


def test_bad_lines_after_a_good_one_do_not_stop_a_file(tmp_path: Path) -> None:
    items = read(tmp_path, "a.jsonl", "\n".join([FIRST, *["no json"] * 150, LAST]))
    assert ids(items) == AROUND
    assert len(items) == 152


# --- files and folders ------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails when it is read")
def test_a_file_that_cannot_be_read_is_rejected_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(LAST)
    items = list(read_paths([Path("/proc/self/mem"), tmp_path / "b.jsonl"], ReadOptions()))
    assert isinstance(items[0], Rejected)
    assert items[0].code == "unreadable"
    assert ids(items) == ["last"]


def test_a_file_that_vanishes_meanwhile_is_rejected_and_the_next_one_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in (("a.jsonl", FIRST), ("b.txt", "Tide"), ("c.jsonl", LAST)):
        (folder / name).write_text(content)
    stream = read_paths([folder], ReadOptions())
    items = [next(stream)]
    (folder / "b.txt").unlink()
    items += stream
    assert ids(items) == AROUND
    (rejected,) = [item for item in items if isinstance(item, Rejected)]
    assert (rejected.code, rejected.origin.path) == ("unreadable", str(folder / "b.txt"))


@pytest.mark.parametrize("name", [b"caf\xe9.jsonl", b"a\nb.jsonl", b"a\x1b[31mb.jsonl"])
def test_a_file_is_read_whatever_its_name_is_made_of(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name.decode(errors="surrogateescape")).write_text(FIRST)
    assert ids(list(read_paths([folder], ReadOptions()))) == ["first"]


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"no file or folder .*missing"):
        read_paths([tmp_path / "missing"], ReadOptions())
