"""Word files, RTF and PDF: their paragraphs, and one article as in plain text."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from search.article import Article
from search.sources import Accepted, ReadOptions, Rejected
from tests.conftest import day
from tests.sources.documents import articles, only_article, only_item, written
from tests.sources.office_files import docx, docx_of, pdf, rtf, zipped

pypdf = pytest.importorskip("pypdf", reason="the extra office is not installed")

LINES = [
    "Crane falls",
    "At noon, in Port Alder",
    "2025-02-03T12:10:00Z",
    "Nobody was hurt.",
    "It was old: 40 years.",
]


@pytest.mark.parametrize(
    ("name", "content"), [("a.docx", docx(LINES)), ("a.rtf", rtf(LINES)), ("a.pdf", pdf(LINES))]
)
def test_a_document_is_an_article_as_in_plain_text(tmp_path: Path, name: str, content: bytes) -> None:
    (article,) = articles(written(tmp_path, name, content))
    assert (article.title, article.description) == ("Crane falls", "At noon, in Port Alder")
    assert str(article.published) == "2025-02-03 12:10:00+00:00"
    assert article.body == "Nobody was hurt.\n\nIt was old: 40 years."


def test_a_document_without_a_date_is_an_article_without_one(tmp_path: Path) -> None:
    article = only_article(only_item(tmp_path / "a.docx", docx(["Crane falls", "Nobody was hurt."])))
    assert (article.title, article.body, article.published) == ("Crane falls", "Nobody was hurt.", None)


@pytest.mark.parametrize("name", ["a.txt", "a.doc", "a.docx", "a", "a.json", "a.bin", "a.csv"])
@pytest.mark.parametrize("content", [docx(LINES), rtf(LINES), pdf(LINES)], ids=["docx", "rtf", "pdf"])
def test_the_content_tells_the_kind_whatever_the_name_is(tmp_path: Path, name: str, content: bytes) -> None:
    assert only_article(only_item(tmp_path / name, content)).title == "Crane falls"


def test_a_web_page_that_is_called_doc_is_a_web_page(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="the extra html is not installed", exc_type=ImportError)
    page = b"<html><head><title>Crane falls</title></head><body><p>Nobody was hurt at the harbour.</p></body>"
    assert only_article(only_item(tmp_path / "a.doc", page)).body == "Nobody was hurt at the harbour."


def word(tmp_path: Path, body: str) -> Article:
    return only_article(
        only_item(tmp_path / "a.docx", docx_of(f"<w:p><w:r><w:t>Title</w:t></w:r></w:p>{body}"))
    )


def test_text_in_tables_links_boxes_and_controls_of_word_is_text(tmp_path: Path) -> None:
    def paragraph(text: str) -> str:
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    box = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice><w:txbxContent>{0}</w:txbxContent>'
        "</mc:Choice><mc:Fallback><w:txbxContent>{0}</w:txbxContent></mc:Fallback></mc:AlternateContent>"
        "<w:t>After it.</w:t></w:r></w:p>"
    ).format(paragraph("In a box."))
    table = f"<w:tbl><w:tr><w:tc>{paragraph('One')}</w:tc><w:tc>{paragraph('Two')}</w:tc></w:tr></w:tbl>"
    link = "<w:p><w:hyperlink><w:r><w:t>A link</w:t></w:r></w:hyperlink><w:r><w:t> here.</w:t></w:r></w:p>"
    control = f"<w:sdt><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>"
    article = word(tmp_path, table + link + control + box)
    assert article.body.split("\n\n") == [
        "One",
        "Two",
        "A link here.",
        "In a control.",
        "In a box.",
        "After it.",
    ]


def test_breaks_of_word_are_kept_and_deleted_text_is_not(tmp_path: Path) -> None:
    runs = "<w:r><w:t>one</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r>"
    deleted = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>!</w:t></w:r></w:ins>"
    field = "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
    assert word(tmp_path, f"<w:p>{runs}{deleted}{field}</w:p>").body == "one\ttwo\n\nthree!"


def test_a_document_of_strict_word_is_read(tmp_path: Path) -> None:
    space = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    text = f'<w:document xmlns:w="{space}"><w:p><w:r><w:t>Crane falls</w:t></w:r></w:p></w:document>'
    content = zipped(("word/document2.xml", text.encode()))
    assert only_article(only_item(tmp_path / "a.docx", content)).title == "Crane falls"


@pytest.mark.parametrize(
    ("written_as", "text"),
    [
        (rb"caf\'e9", "café"),
        (rb"\ansicpg1251 \'ef\'f0\'e8\'e2\'e5\'f2", "привет"),
        (rb"\u26085?\u26412?", "日本"),
        (rb"\uc2\u8364\'80\'80 5", "€ 5"),
        (rb"{\uc0\u8364}5", "€5"),
        (rb"a\u8212\'97b", "a—b"),
        (rb"a\u8212\emdash b", "a—b"),
        (rb"a\u8209\_b", "a\u2011b"),
        (rb"\uc2 a\u8212\'80\emdash b\_c", "a—b-c"),
        (rb"\u26085\u26412?", "日本"),
        (rb"\u8364{5}", "€5"),
        (rb"\u-10179?\u-8704?", "\U0001f600"),
        (rb"one\line two", "one\n\ntwo"),
        (rb"a\~b\_c \{d\} \\", "a b-c {d} \\"),
        (rb"\ldblquote Hm\rdblquote\emdash yes", "“Hm”—yes"),
        (rb'{\field{\*\fldinst HYPERLINK "https://x.example"}{\fldrslt a link}} here', "a link here"),
        (rb"a{\pict\wmetafile8 0123abcd}b", "ab"),
        (b"a{\\pict\\bin4 }{\\x}b", "ab"),
        (rb"a{\*\unknown secret}b", "ab"),
        (rb"a{\footer page 1}b", "ab"),
        (rb"one\cell two\cell\row three", "one\n\ntwo\n\nthree"),
        ("naïve".encode("cp1252"), "naïve"),
        (rb"{\b bold} and {\i italic\b0}", "bold and italic"),
    ],
)
def test_rtf(tmp_path: Path, written_as: bytes, text: str) -> None:
    content = (
        b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}{\\info{\\title Hidden}}Title\\par "
        + written_as
        + b"}"
    )
    article = only_article(only_item(tmp_path / "a.rtf", content))
    assert (article.title, article.body) == ("Title", text)


def test_the_font_tells_the_code_page_of_rtf(tmp_path: Path) -> None:
    fonts = rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fnil\fcharset204 Arial Cyr;}}"
    content = b"{\\rtf1\\ansi\\deff0" + fonts + rb"Title\par {\f1\'ef\'f0} \'e9\f1\'ef\plain\'e9}"
    assert only_article(only_item(tmp_path / "a.rtf", content)).body == "пр éпé"


def test_a_date_in_a_pdf_stands_alone_in_the_order_of_the_user(tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.pdf", pdf(["Crane falls", "03/04/2024", "on the quay of Port Alder at noon."])
    )
    (article,) = articles(path, ReadOptions(order="day-first"))
    assert (article.published, article.body) == (day("2024-04-03"), "on the quay of Port Alder at noon.")


def test_lines_of_a_pdf_become_paragraphs(tmp_path: Path) -> None:
    page = [
        "Crane falls in the harbour",
        "The harbour crane of Port Alder came down at noon on Tues-",
        "day, and no person was hurt in the fall, which the porters",
        "had expected.",
        "It was built forty years ago, and was last inspected in the",
        "1) year of the great storm, says the harbour master of Port",
    ]
    more = ["Alder, who would not say more about its state.", "2"]
    (article,) = articles(written(tmp_path, "a.pdf", pdf(page, more)))
    assert article.title == "Crane falls in the harbour"
    first, second = article.body.split("\n\n")
    assert first.startswith("The harbour crane of Port Alder came down at noon on Tuesday, and no person")
    assert second.endswith("harbour master of Port Alder, who would not say more about its state.")


def encrypted(password: str, algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(LINES)))
    writer.encrypt(password, "owner", algorithm=algorithm)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_is_encrypted_without_a_password_is_read(tmp_path: Path, algorithm: str) -> None:
    assert only_article(only_item(tmp_path / "a.pdf", encrypted("", algorithm))).title == "Crane falls"


REJECTED = {
    "a PDF with a password": ("a.pdf", encrypted("secret", "AES-256"), "encrypted", "the PDF has a password"),
    "a PDF of pictures": ("a.pdf", pdf([]), "no-text", "recognise its text"),
    "a PDF that is cut short": ("a.pdf", pdf(LINES)[:200], "not-pdf", "damaged"),
    "no PDF": ("a.pdf", b"%PDF-1.7 nonsense", "not-pdf", "damaged"),
    "text called PDF": ("a.pdf", b"just text", "not-pdf", "damaged"),
    "RTF that is cut short": ("a.rtf", rtf(LINES)[:-1], "truncated", "cut short"),
    "RTF too deep": ("a.rtf", b"{\\rtf1 " + b"{" * 20_000 + b"}" * 20_001, "too-deep", "10,000"),
    "text called RTF": ("a.rtf", b"just text", "not-rtf", "not RTF"),
    "RTF without text": ("a.rtf", b"{\\rtf1 }", "no-text", "no text"),
    "docx with entities": (
        "a.docx",
        docx_of("&a;", before='<!DOCTYPE x [<!ENTITY a "aha">]>'),
        "dangerous-xml",
        "entities",
    ),
    "docx that refers to a file": (
        "a.docx",
        docx_of("&a;", before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "dangerous-xml",
        "entities",
    ),
    "docx with broken XML": ("a.docx", docx_of("<w:p><w:r></w:p>"), "not-docx", "damaged"),
    "docx too deep": ("a.docx", docx_of("<w:r>" * 20_000 + "</w:r>" * 20_000), "too-deep", "10,000"),
    "docx without text": ("a.docx", docx([]), "no-text", "no text"),
    "text called docx": ("a.docx", b"just text", "not-zip", "not a zip archive"),
    "docx with a password": (
        "a.docx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "encrypted",
        "password",
    ),
    "Word of before 2007": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-office", "2007"),
    "OpenDocument": ("a.odt", zipped(("mimetype", b"application/vnd.oasis")), "unknown-format", "save it as"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_bad_document_is_rejected_by_name(tmp_path: Path, case: str) -> None:
    name, content, code, reason = REJECTED[case]
    item = only_item(tmp_path / name, content)
    assert isinstance(item, Rejected), item
    assert item.code == code
    assert reason in item.reason


def test_a_hostile_table_of_fonts_takes_no_time(tmp_path: Path) -> None:
    content = b"{\\rtf1{\\fonttbl" + b"\\f1" * 500_000 + b"}Crane falls}"
    assert only_article(only_item(tmp_path / "a.rtf", content)).title == "Crane falls"


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    item = only_item(tmp_path / "a.pdf", pdf(LINES))
    assert isinstance(item, Rejected)
    assert (item.code, item.reason) == (
        "missing-extra",
        "reading PDF needs more packages: pip install 'news-search[office]'",
    )


def test_word_and_rtf_need_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pypdf", "openpyxl", "lxml", "trafilatura"):
        monkeypatch.setitem(sys.modules, name, None)
    for name, content in (("a.docx", docx(LINES)), ("a.rtf", rtf(LINES))):
        assert isinstance(only_item(tmp_path / name, content), Accepted)
