"""Zip archives: each file in one is read as a file in a folder is."""

from __future__ import annotations

import io
import stat
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from search.sources import Accepted, Item, ReadOptions, Rejected, Skipped, read_paths
from tests.sources.documents import read, written
from tests.sources.office_files import docx, pdf, rtf, zipped

TEXT = b"Crane falls\nNobody was hurt.\n"
LAST = ("z.txt", b"Ferry late\nIt was late.\n")


def outcomes(items: list[Item], folder: Path) -> list[tuple[str, str]]:
    """The place of each item in the archive, and its title or its code."""
    return [
        (
            str(item.origin).removeprefix(f"{folder}/a.zip/"),
            item.article.title if isinstance(item, Accepted) else getattr(item, "code", ""),
        )
        for item in items
    ]


def test_files_of_each_kind_in_an_archive_are_read(tmp_path: Path) -> None:
    content = zipped(
        ("text.txt", TEXT),
        ("folder/", b""),
        ("folder/word.docx", docx(["Word", "It fell."])),
        ("folder/rich.rtf", rtf(["Rich", "It fell."])),
        ("two.jsonl", b'{"title":"one"}\n{"title":"two"}\n'),
        (".hidden.txt", TEXT),
        ("__MACOSX/._text.txt", TEXT),
    )
    assert outcomes(read(written(tmp_path, "a.zip", content)), tmp_path) == [
        ("text.txt", "Crane falls"),
        ("folder/word.docx", "Word"),
        ("folder/rich.rtf", "Rich"),
        ("two.jsonl, line 1", "one"),
        ("two.jsonl, line 2", "two"),
        (".hidden.txt", "hidden"),
        ("__MACOSX/._text.txt", "hidden"),
    ]


def test_pdf_and_tables_in_an_archive_are_read(tmp_path: Path) -> None:
    pytest.importorskip("pypdf", reason="the extra office is not installed")
    content = zipped(
        ("a.pdf", pdf(["Crane falls", "It fell."])), ("a.csv", b"title,text\nFerry late,It was late.\n")
    )
    titles = [title for _, title in outcomes(read(written(tmp_path, "a.zip", content)), tmp_path)]
    assert titles == ["Crane falls", "Ferry late"]


def test_an_archive_comes_through_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Pipe(zipped(("a.txt", TEXT)))))
    (item,) = read_paths([Path("-")], ReadOptions())
    assert isinstance(item, Accepted)
    assert str(item.origin) == "-/a.txt"


def with_link() -> bytes:
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(info, "/etc/passwd")
        file.writestr(*LAST)
    return made.getvalue()


def encrypted() -> bytes:
    """An archive whose first file says that it is encrypted."""
    content = bytearray(zipped(("x.txt", TEXT), LAST))
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def damaged() -> bytes:
    """An archive whose first file is not what its checksum says."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as file:
        file.writestr("x.txt", TEXT)
        file.writestr(*LAST)
    return made.getvalue().replace(b"Crane", b"Crone", 1)


def twice(content: bytes) -> bytes:
    """An archive in which the second file has the name of the first."""
    return content.replace(b"y.txt", b"x.txt")


ALONE = {
    "a file above the archive": (zipped(("../x.txt", TEXT), LAST), "../x.txt", "unsafe-name"),
    "a file above a folder": (zipped(("a/../../x.txt", TEXT), LAST), "a/../../x.txt", "unsafe-name"),
    "a file at the root": (zipped(("/x.txt", TEXT), LAST), "/x.txt", "unsafe-name"),
    "a file of Windows": (zipped(("C:/x.txt", TEXT), LAST), "C:/x.txt", "unsafe-name"),
    "a link": (with_link(), "link.txt", "unsafe-name"),
    "an encrypted file": (encrypted(), "x.txt", "encrypted"),
    "a damaged file": (damaged(), "x.txt", "not-zip"),
    "a bad document": (zipped(("x.txt", bytes(range(32)) * 20), LAST), "x.txt", "not-text"),
    "a file of a kind not read": (zipped(("x.mp3", b"ID3"), LAST), "x.mp3", "unknown-format"),
    "an archive in the archive": (
        zipped(("x.zip", zipped(("x.txt", TEXT))), LAST),
        "x.zip",
        "nested-archive",
    ),
    "an archive under another name": (
        zipped(("x.txt", zipped(("x.txt", TEXT))), LAST),
        "x.txt",
        "nested-archive",
    ),
}


@pytest.mark.parametrize("case", ALONE)
def test_a_bad_file_is_rejected_alone_and_by_name(tmp_path: Path, case: str) -> None:
    content, name, code = ALONE[case]
    items = read(written(tmp_path, "a.zip", content))
    assert outcomes(items, tmp_path) == [(name, code), ("z.txt", "Ferry late")]
    assert isinstance(items[0], Rejected)


def test_of_two_files_with_one_name_the_second_is_rejected(tmp_path: Path) -> None:
    content = twice(zipped(("x.txt", TEXT), ("y.txt", TEXT), LAST))
    assert outcomes(read(written(tmp_path, "a.zip", content)), tmp_path) == [
        ("x.txt", "Crane falls"),
        ("x.txt", "duplicate-name"),
        ("z.txt", "Ferry late"),
    ]


def test_a_file_that_grows_too_far_is_rejected_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.sources.office.zip.MAX_INFLATED", 1 << 20)
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.txt", bytes(4 << 20))
        file.writestr(zipfile.ZipInfo("padding.mp3"), bytes(range(256)) * 200)  # stored as it is
        file.writestr(*LAST)
    items = read(written(tmp_path, "a.zip", store.getvalue()))
    assert ("x.txt", "too-large") in outcomes(items, tmp_path)
    assert ("z.txt", "Ferry late") in outcomes(items, tmp_path)


def test_an_archive_that_grows_too_far_as_a_whole_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.sources.office.zip.MAX_INFLATED", 1 << 20)
    content = zipped(*((f"{number}.txt", bytes(900_000)) for number in range(4)))
    (item,) = read(written(tmp_path, "a.zip", content))
    assert isinstance(item, Rejected)
    assert (item.code, item.origin.place) == ("too-large", "")


def test_a_word_file_that_grows_too_far_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.sources.office.zip.MAX_INFLATED", 1 << 20)
    (item,) = read(written(tmp_path, "a.docx", docx(["crane " * 1_000_000])))
    assert isinstance(item, Rejected)
    assert item.code == "too-large"


def test_an_archive_with_a_list_of_files_that_is_too_long_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.sources.office.zip.MAX_DIRECTORY", 10_000)
    (item,) = read(written(tmp_path, "a.zip", zipped(*((f"{number}.txt", b"") for number in range(500)))))
    assert isinstance(item, Rejected)
    assert (item.code, item.reason) == ("too-large", "the archive has too many files")


@pytest.mark.parametrize(
    "content",
    [
        zipped(("x.txt", TEXT))[:-10],
        zipped(("x.txt", TEXT))[:20],
        b"PK\x03\x04 nonsense",
        b"PK\x05\x06" + b"\xff" * 18,
    ],
    ids=["cut at its end", "cut", "nonsense", "damaged"],
)
def test_an_archive_that_is_cut_short_or_damaged_is_rejected(tmp_path: Path, content: bytes) -> None:
    (item,) = read(written(tmp_path, "a.zip", content))
    assert isinstance(item, Rejected)
    assert item.code in ("not-zip", "too-large")


def test_an_empty_archive_holds_no_article(tmp_path: Path) -> None:
    (item,) = read(written(tmp_path, "a.zip", zipped()))
    assert isinstance(item, Skipped)


def test_an_archive_of_a_chosen_format_is_an_archive_of_any_files(tmp_path: Path) -> None:
    path = written(tmp_path, "a.bin", zipped(("x.txt", TEXT)))
    (item,) = read(path, ReadOptions(format="zip"))
    assert isinstance(item, Accepted)
