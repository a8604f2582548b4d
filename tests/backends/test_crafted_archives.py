"""Archives that somebody made up: files of other kinds, and values that no version of ours writes.

Whatever they hold, a command ends with 5 and names the file, without a traceback and without waiting.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from search.cli import main
from search.errors import ArchiveDamaged
from tests.conftest import ARTICLES
from tests.engines import open_engine

DEEP = "[" * 200_000 + "]" * 200_000


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    location = tmp_path_factory.mktemp("crafted") / "archive"
    engine = open_engine(location, create=True)
    engine.add(ARTICLES)
    engine.close()
    return location


def resealed(location: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Another manifest, whose checksum is right."""
    path = location / "index" / "manifest.json"
    manifest = json.loads(path.read_bytes().split(b"\n")[0])
    change(manifest)
    make_durable(path, json.dumps(manifest))


def make_durable(path: Path, line: str) -> None:
    path.write_bytes(line.encode() + b"\n%08x\n" % zlib.crc32(line.encode()))


def manifest_is(line: str) -> Callable[[Path], object]:
    return lambda location: make_durable(location / "index" / "manifest.json", line)


def manifest_with(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    return lambda location: resealed(location, change)


def put(*path: str | int, value: object) -> Callable[[Path], object]:
    """A manifest with another value at this place."""

    def change(manifest: dict[str, Any]) -> None:
        place: Any = manifest
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return manifest_with(change)


def in_the_place_of(name: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Something of another kind where a file of the archive was."""

    def change(location: Path) -> None:
        (path,) = location.glob(name)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(path)

    return change


def document(text: str) -> Callable[[Path], object]:
    """Every article's document is this text, and its digest is right."""

    def change(location: Path) -> None:
        with sqlite3.connect(location / "articles.db") as connection:
            digest = hashlib.sha256(text.encode()).digest()
            connection.execute("UPDATE articles SET document = ?, digest = ?", (text.encode(), digest))
        connection.close()

    return change


def sql(statement: str) -> Callable[[Path], object]:
    def change(location: Path) -> None:
        with sqlite3.connect(location / "articles.db") as connection:
            connection.executescript(statement)
        connection.close()

    return change


KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a dangling link": lambda path: path.symlink_to("nowhere"),
    "an empty file": lambda path: path.touch(),
}
INDEX = {
    **{
        f"{name} is {kind}": in_the_place_of(name, make)
        for name in ("index/manifest.json", "index/*.arrays", "index/*.toc", "index")
        for kind, make in KINDS.items()
    },
    "a deep manifest": manifest_is(DEEP),
    "a manifest with something deep": manifest_is('{"format": 1, "x": ' + DEEP + "}"),
    "a manifest that is no object": manifest_is("[1]"),
    "a manifest with nothing in it": manifest_is('{"format": 1}'),
    "a negative count": put("segments", 0, "count", value=-1),
    "a huge count": put("segments", 0, "count", value=10**9),
    "a count that is text": put("segments", 0, "count", value="4"),
    "a huge generation": put("generation", value=10**30),
    "a negative generation": put("generation", value=-1),
    "a huge revision": put("note", "revision", value=10**30),
    "a revision that is true": put("note", "revision", value=True),
    "extra fields that are numbers": put("note", "extra_fields", value=[1]),
    "a note that is a list": put("note", value=[]),
    "a segment twice": manifest_with(lambda m: m["segments"].append(m["segments"][0])),
    "a segment without a file": put("segments", 0, "id", value="nowhere"),
    "a file outside of the index": put("files", "../articles.db", value=[1, 1, 1]),
    "deleted documents that are none": put("segments", 0, "deleted", value="/////w=="),
    "deleted documents that are not base64": put("segments", 0, "deleted", value="?"),
    "files with words for lengths": put("files", value={"x": ["a", "b", "c"]}),
}
STORE = {
    **{f"articles.db is {kind}": in_the_place_of("articles.db", make) for kind, make in KINDS.items()},
    "a deep document": document(DEEP),
    "a document that is null": document("null"),
    "a document that is a list": document("[1]"),
    "a document that is empty": document("{}"),
    "a document that is no JSON": document("x"),
    "a document with a number for its title": document('{"id": "a1", "title": 5}'),
    "a document with a list of lists": document('{"id": "a1", "title": "a", "keywords": [[1]]}'),
    "a document of a year that there is not": document(
        '{"id": "a1", "title": "a", "published": "99999-01-01"}'
    ),
    "a document with a time of no zone": document(
        '{"id": "a1", "title": "a", "published": "2025-01-01T00:00"}'
    ),
    "no history": sql("DELETE FROM revisions"),
    "a history that is text": sql("UPDATE revisions SET digest = 'x'"),
    "no language": sql("DELETE FROM meta WHERE key = 'language'"),
    "a language that there is not": sql("UPDATE meta SET value = 'klingon' WHERE key = 'language'"),
    "no archive": sql("DELETE FROM meta WHERE key = 'archive'"),
    "no articles": sql("DROP TABLE articles"),
}
WRITTEN: dict[str, tuple[str, list[str]]] = {
    "a time of a revision that is text": ("UPDATE revisions SET at = 'zz'", ["index", "more.jsonl"]),
    "a time past all times": ("UPDATE revisions SET at = 9223372036854775807", ["delete", "a1", "--yes"]),
    "a history of no time": ("UPDATE revisions SET at = 9223372036854775807", ["history", "a1"]),
    "a version that is text": ("UPDATE articles SET version = 'abc'", ["index", "more.jsonl"]),
    "a digest that is text": ("UPDATE articles SET digest = 'abc'", ["index", "more.jsonl"]),
    "a cancelled version that is text": (
        "INSERT INTO withdrawn VALUES ('a1', 1, 'abc')",
        ["index", "more.jsonl"],
    ),
    "an id that is bytes": ("INSERT INTO tombstones VALUES (x'00', 99)", ["rebuild"]),
    "a revision that is text": ("UPDATE articles SET revision = 'abc'", ["search", "strike"]),
}
"""A value of another type where SQLite would take any, and a command that comes upon it."""


@pytest.mark.parametrize("fault", WRITTEN)
def test_a_value_of_another_type_is_damage(
    fault: str,
    template: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("more.jsonl").write_text('{"id": "a1", "title": "Tide", "version": 3}\n')
    location = Path(shutil.copytree(template, tmp_path / "archive"))
    statement, command = WRITTEN[fault]
    sql(statement)(location)
    for each in (command, ["verify"]):
        code, err = ends(each, location, capsys)
        assert (code, "articles.db" in err, "restore" in err) == (5, True, True), (each, err)


def test_a_store_that_cannot_be_used_is_closed(template: Path, tmp_path: Path) -> None:
    location = Path(shutil.copytree(template, tmp_path / "archive"))
    STORE["no language"](location)
    before = len(list(Path("/dev/fd").iterdir()))
    with pytest.raises(ArchiveDamaged):
        open_engine(location)
    assert len(list(Path("/dev/fd").iterdir())) == before


@pytest.mark.parametrize("name", ["body.positions", "title.leads", "keyword.doc_starts", "published.numbers"])
def test_an_array_of_another_name_is_damage_of_the_index(
    name: str, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    location = Path(shutil.copytree(template, tmp_path / "archive"))
    (path,) = (location / "index").glob("*.arrays")
    other = name[:-1] + "x"
    path.write_bytes(path.read_bytes().replace(f'"{name}"'.encode(), f'"{other}"'.encode()))
    sealed = [path.stat().st_size, zlib.crc32(path.read_bytes()), path.stat().st_mtime_ns]
    resealed(location, lambda manifest: manifest["files"].update({path.name: sealed}))
    for command in (["search", '"on strike"'], ["facets"], ["verify", "--quick"]):
        code, err = ends(command, location, capsys)
        assert (code, path.name in err, "run: news rebuild" in err) == (5, True, True), err


READING = (["search", "strike"], ["count", "strike"], ["stats"], ["verify", "--quick"], ["verify"])


def ends(command: list[str], location: Path, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """The exit code of a command, and what it said; whatever is not `SystemExit` is a traceback."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--archive", str(location)])
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize("fault", INDEX)
def test_an_index_that_was_made_up_is_named_and_can_be_made_anew(
    fault: str, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    location = Path(shutil.copytree(template, tmp_path / "archive"))
    INDEX[fault](location)
    for command in READING:
        code, err = ends(command, location, capsys)
        assert (code, "run: news rebuild" in err) == (5, True), (command, err)
    assert ends(["backup", str(tmp_path / "kept")], location, capsys)[0] == 0
    assert ends(["count", "strike"], tmp_path / "kept", capsys)[0] == 0
    assert ends(["rebuild"], location, capsys) == (0, "")
    assert ends(["verify", "--deep"], location, capsys) == (0, "")
    assert ends(["count", "strike"], location, capsys)[0] == 0


@pytest.mark.parametrize("fault", STORE)
def test_a_store_that_was_made_up_is_named_and_answers_nothing(
    fault: str, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    location = Path(shutil.copytree(template, tmp_path / "archive"))
    STORE[fault](location)
    commands = [["search", "strike"], ["verify"], ["backup", str(tmp_path / "kept")]]
    commands += [["rebuild"]] if "is" not in fault else []
    for command in commands:
        code, err = ends(command, location, capsys)
        assert code == 5, (command, err)
        assert "articles.db" in err
        assert "restore" in err
    assert not (tmp_path / "kept").exists()
