"""Which files are read, and as what: folders, links, pipes, standard input, names that say nothing."""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from search.article import Article
from search.errors import InvalidRequest
from search.sources import Accepted, ReadOptions, Rejected, Skipped, read_paths
from search.sources.tables.json import MAX_LINE, articles_in_lines
from tests.sources.documents import DEFAULT, articles, read, written

LINES = '{"id":"r1","title":"Crane","body":"Old."}\n{"id":"r2","title":"Ferry","body":"Late."}\n'
TABLE = "id,title,body\nr1,Crane,Old.\nr2,Ferry,Late.\n"
LIST = json.dumps([json.loads(line) for line in LINES.splitlines()])
BOTH = [Article(id="r1", title="Crane", body="Old."), Article(id="r2", title="Ferry", body="Late.")]


def test_a_folder_is_read_in_the_order_of_names_with_the_folders_in_it(tmp_path: Path) -> None:
    for name in ("c.txt", "a.txt", "b/z.txt", "b/a.txt"):
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True, parents=True)
        written(tmp_path / "in", name, f"Title {name}\n")
    titles = [article.title for article in articles(tmp_path / "in")]
    assert titles == ["Title a.txt", "Title b/a.txt", "Title b/z.txt", "Title c.txt"]


def test_what_is_no_visible_regular_file_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    target = written(tmp_path, "elsewhere.txt", "Elsewhere\n")
    (folder / "link.txt").symlink_to(target)
    (folder / "loop").symlink_to(folder)
    (folder / ".git").mkdir()
    written(folder, ".hidden.txt", "Hidden\n")
    os.mkfifo(folder / "pipe.txt")
    monkeypatch.chdir(folder)  # a socket's whole path has to be short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.txt")
    written(folder, "z.txt", "Seen\n")
    items = read(folder)
    assert {Path(item.origin.path).name: item.code for item in items if isinstance(item, Skipped)} == {
        ".git": "hidden",
        ".hidden.txt": "hidden",
        "link.txt": "link",
        "loop": "link",
        "pipe.txt": "not-a-file",
        "socket.txt": "not-a-file",
    }
    assert [item.article.title for item in items if isinstance(item, Accepted)] == ["Seen"]


def test_a_pipe_that_is_named_is_skipped_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [(type(item), item.origin.path) for item in read(tmp_path / "pipe")] == [
        (Skipped, str(tmp_path / "pipe"))
    ]


def test_an_excluded_folder_and_the_store_of_an_archive_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    written(tmp_path / "index", "a.txt", "Not ours\n")
    written(tmp_path, "articles.db", "not to be read")
    written(tmp_path, "b.txt", "Ours\n")
    items = read(tmp_path, ReadOptions(exclude=(tmp_path / "index",)))
    skipped = {
        Path(item.origin.path).name for item in items if isinstance(item, Skipped) and item.code == "archive"
    }
    assert skipped == {"index", "articles.db"}
    assert [item.article.title for item in items if isinstance(item, Accepted)] == ["Ours"]


def test_the_format_that_is_given_goes_before_the_name(tmp_path: Path) -> None:
    path = written(tmp_path, "a.page", "Crane\nIt fell.\nOld.")
    (unknown,) = read(path)
    assert isinstance(unknown, Rejected)
    assert unknown.code == "unknown-format"
    assert articles(path, ReadOptions(format="text"))[0].title == "Crane"
    assert articles(written(tmp_path, "b.txt", TABLE), ReadOptions(format="csv")) == BOTH


@pytest.mark.parametrize(
    ("content", "title"),
    [(LINES, "Crane"), (LIST, "Crane"), ("Crane\nIt fell.\nOld.", "Crane")],
    ids=["JSON lines", "a JSON list", "plain text"],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_standard_input_is_read_as_what_it_looks_like(
    monkeypatch: pytest.MonkeyPatch, content: str, title: str, packed: bool
) -> None:
    given = gzip.compress(content.encode()) if packed else content.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert articles(Path("-"))[0].title == title


def test_a_path_that_is_not_there_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    present = written(tmp_path, "a.txt", "Crane\n")
    with pytest.raises(InvalidRequest, match="nowhere"):
        read_paths([present, tmp_path / "nowhere"], DEFAULT)


MAIL = "From: ida@herald.example\nSubject: Crane falls\nDate: Tue, 11 Feb 2025 18:30:15 GMT\n\nIt fell.\n"


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("mail.txt", MAIL, "Crane falls"),
        ("mail", MAIL, "Crane falls"),
        ("list.txt", LIST, "Crane"),
        ("lines", LINES, "Crane"),
        ("note.txt", "[Corrected]\nIt fell.", "[Corrected]"),
        ("note.txt", "<b>Crane</b>\nIt fell.", "<b>Crane</b>"),
    ],
)
def test_content_goes_before_a_name_that_says_little(
    tmp_path: Path, name: str, content: str, title: str
) -> None:
    assert articles(written(tmp_path, name, content))[0].title == title


def test_xml_of_no_known_kind_without_a_suffix_is_no_plain_text(tmp_path: Path) -> None:
    (item,) = read(written(tmp_path, "answer", "<results><result>Crane</result></results>"))
    assert isinstance(item, Rejected)
    assert (item.code, "results" in item.reason) == ("unknown-format", True)


def test_a_line_of_200_megabytes_is_rejected_in_bounded_memory() -> None:
    class Endless(io.RawIOBase):
        """A line that is never held as a whole, then another."""

        left = 200 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any, /) -> int:
            size = min(self.left, len(buffer))
            content = b"x" * size if size else self.rest[: len(buffer)]
            self.left -= size
            self.rest = self.rest if size else self.rest[len(content) :]
            buffer[: len(content)] = content
            return len(content)

        rest = b'\n{"title":"Crane"}\n'

    tracemalloc.start()
    long, after = articles_in_lines(cast(BinaryIO, io.BufferedReader(Endless())), "a", DEFAULT)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(long, Rejected)
    assert long.code == "too-large"
    assert isinstance(after, Accepted)
    assert most < 5 * MAX_LINE
