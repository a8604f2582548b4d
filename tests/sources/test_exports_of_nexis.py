"""Exports of Nexis: each document is an article with its own title, date, source and byline."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.sources import Accepted, ReadOptions, Rejected
from tests.sources.documents import articles, facts, read, written
from tests.sources.office_files import docx, pdf, rtf

NEXIS = """
Date and Time: Friday, 5 July 2019 09:31:00 CEST
Job Number: 00000001
Documents (2)
1. Crane falls; Port at a standstill
Client/Matter: -None-
Search Terms: crane
Narrowed by: Sources: The Herald (Port Alder)
Crane falls; Port at a standstill
The Herald (Port Alder)
May 30, 2014 Friday 9:50 PM GMT
Copyright 2014 Herald Media All Rights Reserved
Section: NEWS; Pg. A10
Length: 937 words
Byline: Ada Rook and Ben Tide
Highlight: It was forty years old.
Dateline: PORT ALDER
Body
Nobody was hurt in the fall.
The mayor said: no comment.
Classification
Language: ENGLISH
Publication-Type: Newspaper
Subject: PORTS (93%); ACCIDENTS (80%)
Geographic: PORT ALDER (79%); MARENNE (60%)
Load-Date: May 31, 2014
End of Document
Ferry late
The Herald Blogs
(Quayside)
March 2015
Copyright 2015 Herald Media
Section: Section C; Column 2; Business Desk
Byline: BY CARA QUAY
Body
The ferry was late.
Load-Date: March 9, 2015
End of Document
""".strip().splitlines()

OLDER = """
                               1 of 2 DOCUMENTS

                                  The Herald

                      December 19, 1991, Sunday, Late Edition - Final

Crane falls

BYLINE: By ADA ROOK

SECTION: Section 5; Page 16; National Desk

LENGTH: 584 words

The crane came down
at noon.

Nobody was hurt.

LOAD-DATE: December 20, 1991

LANGUAGE: ENGLISH

CORRECTION: The crane came down at one.

GRAPHIC: Photo: the crane

                       Copyright 1991 The Herald

                               2 of 2 DOCUMENTS

                                 Der Bote

                          27. Februar 2012 Montag

Kran stürzt um

AUTOR: Ada Turm; Ben Flut

RUBRIK: HAFEN; S. 7

LÄNGE: 12 Wörter

HIGHLIGHT: Niemand wurde verletzt.

Der Kran ist um.

UPDATE: 28. Februar 2012

SPRACHE: GERMAN; DEUTSCH

PUBLICATION-TYPE: Zeitung
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", docx(NEXIS)),
        ("a.rtf", rtf(NEXIS)),
        ("a.rtf", rtf([line.replace(": ", ":\xa0", 1) for line in NEXIS])),
        ("a.pdf", pdf(NEXIS[:7], [*NEXIS[7:30], "Page 1 of 2"], NEXIS[30:])),
    ],
)
def test_documents_of_nexis(tmp_path: Path, name: str, content: bytes) -> None:
    first, second = articles(written(tmp_path, name, content))
    assert facts(first) == (
        "Crane falls; Port at a standstill",
        "2014-05-30T21:50:00Z",
        "The Herald (Port Alder)",
        "Ada Rook & Ben Tide",
        "Nobody was hurt in the fall. | The mayor said: no comment.",
    )
    assert (first.description, first.language) == ("It was forty years old.", "en")
    assert first.keywords == ("PORTS", "ACCIDENTS")
    assert first.extra == {
        "dateline": ("PORT ALDER",),
        "page": ("A10",),
        "places": ("PORT ALDER", "MARENNE"),
        "publication_type": ("Newspaper",),
        "section": ("NEWS",),
    }
    assert facts(second) == ("Ferry late", "2015-03", "The Herald Blogs", "CARA QUAY", "The ferry was late.")
    assert second.extra["section"] == ("Quayside", "Section C", "Business Desk")


def test_older_documents_of_nexis_in_two_languages(tmp_path: Path) -> None:
    first, second = articles(written(tmp_path, "a.txt", f"Download Request: All\n\n{OLDER}"))
    assert facts(first) == (
        "Crane falls",
        "1991-12-19",
        "The Herald",
        "ADA ROOK",
        "The crane came down at noon. | Nobody was hurt. | The crane came down at one.",
    )
    assert first.extra == {
        "edition": ("Late Edition - Final",),
        "page": ("16",),
        "section": ("Section 5", "National Desk"),
    }
    assert facts(second) == (
        "Kran stürzt um",
        "2012-02-27",
        "Der Bote",
        "Ada Turm & Ben Flut",
        "Der Kran ist um.",
    )
    assert (second.language, second.description) == ("de", "Niemand wurde verletzt.")
    assert (second.extra["section"], second.extra["page"]) == (("HAFEN",), ("7",))


def test_older_documents_of_nexis_as_a_web_page(tmp_path: Path) -> None:
    paragraphs = [" ".join(block.split()) for block in OLDER.split("\n\n")]
    divisions = "".join(
        f'<BR><DIV CLASS="c5"><P CLASS="c6"><SPAN>{text}</SPAN></P></DIV>' for text in paragraphs
    )
    page = f"<HTML><BODY><!-- Hide XML section from browser\n<DOC NUMBER=1> -->{divisions}</BODY></HTML>"
    titles = [article.title for article in articles(written(tmp_path, "a.html", page))]
    assert titles == ["Crane falls", "Kran stürzt um"]


def test_a_sentence_that_begins_as_a_label_does_stays_in_the_text(tmp_path: Path) -> None:
    lines = [
        *NEXIS[7:10],
        "Body",
        "The crane fell.",
        "Update: the mayor, who had said nothing, has now spoken of it.",
    ]
    (article,) = articles(written(tmp_path, "a.docx", docx([*lines, "End of Document"])))
    assert article.body.endswith("has now spoken of it.")


def test_a_document_of_nexis_without_a_date_has_its_title_and_source(tmp_path: Path) -> None:
    lines = ["Crane falls", "The Herald", "Correction Appended", "Copyright 2014 Herald", "Body", "It fell."]
    (article,) = articles(written(tmp_path, "a.docx", docx([*lines, "End of Document"])))
    assert facts(article) == ("Crane falls", "", "The Herald", "", "It fell.")


def test_the_last_document_of_an_export_that_was_cut_short_is_read(tmp_path: Path) -> None:
    found = articles(written(tmp_path, "a.docx", docx(NEXIS[:-1])))
    assert [article.title for article in found] == ["Crane falls; Port at a standstill", "Ferry late"]


def test_a_document_without_any_text_is_rejected_and_the_others_are_read(tmp_path: Path) -> None:
    items = read(written(tmp_path, "a.docx", docx(["Body", "End of Document", *NEXIS])))
    assert [type(item) for item in items] == [Rejected, Accepted, Accepted]
    assert isinstance(items[0], Rejected)
    assert (items[0].code, items[0].origin.place) == ("no-text", "document 1")


def test_a_press_release_that_says_where_it_ends_is_no_export(tmp_path: Path) -> None:
    lines = ["Crane falls", "Nobody was hurt.", "It was old.", "End of document"]
    (article,) = articles(written(tmp_path, "a.docx", docx(lines)))
    assert (article.title, article.body) == (
        "Crane falls",
        "Nobody was hurt.\n\nIt was old.\n\nEnd of document",
    )


def test_a_title_of_two_paragraphs_is_whole_in_every_document(tmp_path: Path) -> None:
    document = [
        "Crane falls;",
        "nobody is hurt",
        "The Herald",
        "May 3, 2014",
        "Length: 1 word",
        "Body",
        "It fell.",
    ]
    content = docx(["Job Number: 1", "Documents (2)", *[*document, "End of Document"] * 2])
    titles = [article.title for article in articles(written(tmp_path, "a.docx", content))]
    assert titles == ["nobody is hurt", "Crane falls; nobody is hurt"]  # before the first stands a list


def test_an_older_document_without_a_date_keeps_its_title(tmp_path: Path) -> None:
    (article,) = articles(
        written(
            tmp_path, "a.txt", "1 of 1 DOCUMENTS\n\nThe Herald\n\nCrane falls\n\nLENGTH: 2 words\n\nIt fell."
        )
    )
    assert facts(article) == ("Crane falls", "", "The Herald", "", "It fell.")


OLDER_DOCUMENTS = [
    f"{number} of 2 DOCUMENTS\n\n{source}\n\nMarch 5, 2024\n\n{title}\n\nBYLINE: Ada Rook\n\n"
    f"LENGTH: 2 words\n\nZebra {number}.\n\nLOAD-DATE: March 6, 2024\n\n"
    for number, source, title in ((1, "The Herald", "Crane falls"), (2, "Der Bote", "Ferry late"))
]


def glued(document: str) -> str:
    return document.replace("DOCUMENTS\n\n", "DOCUMENTS\n")


@pytest.mark.parametrize("first", [*OLDER_DOCUMENTS[:1], glued(OLDER_DOCUMENTS[0])])
@pytest.mark.parametrize("second", [*OLDER_DOCUMENTS[1:], glued(OLDER_DOCUMENTS[1])])
@pytest.mark.parametrize("between", ["", "LANGUAGE: ENGLISH\n"])
def test_no_document_of_nexis_is_lost_where_no_blank_line_is_beside_its_first_line(
    tmp_path: Path, first: str, second: str, between: str
) -> None:
    found = articles(written(tmp_path, "a.txt", first + between + second))
    assert [facts(article) for article in found] == [
        ("Crane falls", "2024-03-05", "The Herald", "Ada Rook", "Zebra 1."),
        ("Ferry late", "2024-03-05", "Der Bote", "Ada Rook", "Zebra 2."),
    ]


def test_text_before_the_first_document_of_nexis_is_rejected_and_the_documents_are_read(
    tmp_path: Path,
) -> None:
    before, *rest = read(written(tmp_path, "a.txt", "Some other text\n" + "".join(OLDER_DOCUMENTS)))
    assert isinstance(before, Rejected)
    assert (before.code, "Some other text" in before.reason) == ("outside-document", True)
    assert [type(item) for item in rest] == [Accepted, Accepted]


def test_a_document_of_nexis_without_its_first_line_is_read(tmp_path: Path) -> None:
    text = OLDER_DOCUMENTS[0].partition("\n\n")[2] + OLDER_DOCUMENTS[1]
    found = articles(written(tmp_path, "a.txt", text))
    assert [article.title for article in found] == ["Crane falls", "Ferry late"]


def test_an_export_that_names_more_documents_than_it_has_gets_a_note(tmp_path: Path) -> None:
    (item,) = read(written(tmp_path, "a.txt", OLDER_DOCUMENTS[0]), ReadOptions(strict=True))
    assert isinstance(item, Accepted)
    assert [note.code for note in item.notes] == ["missing-documents"]


def test_the_words_end_of_document_in_an_older_export_glue_no_documents(tmp_path: Path) -> None:
    text = "".join(OLDER_DOCUMENTS).replace("Zebra 1.", "Zebra 1.\n\nEnd of document")
    found = articles(written(tmp_path, "a.txt", text))
    assert [article.title for article in found] == ["Crane falls", "Ferry late"]


@pytest.mark.parametrize("separator", ["\n\n", "\n"])
def test_newer_documents_of_nexis_as_plain_text(tmp_path: Path, separator: str) -> None:
    text = "\n\n".join(NEXIS).replace("\n\nEnd of Document\n\n", f"{separator}End of Document{separator}")
    titles = [article.title for article in articles(written(tmp_path, "a.txt", text))]
    assert titles == ["Crane falls; Port at a standstill", "Ferry late"]


def test_older_documents_of_nexis_in_lines_of_one_paragraph_of_a_page(tmp_path: Path) -> None:
    text = "".join(OLDER_DOCUMENTS).replace("\n\n", "</P><P>").replace("DOCUMENTS</P><P>", "DOCUMENTS<BR>")
    page = f"<HTML><BODY><!-- Hide XML section from browser\n<DOC NUMBER=1> --><P>{text}</P></BODY></HTML>"
    titles = [article.title for article in articles(written(tmp_path, "a.html", page))]
    assert titles == ["Crane falls", "Ferry late"]
