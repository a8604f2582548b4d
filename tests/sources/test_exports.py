"""Exports of research archives: each document is an article with its own title, date, source and byline."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from search.article import Article, written_time
from search.dates import read_zone
from search.sources import Accepted, ReadOptions, Rejected
from tests.sources.documents import articles, read, written
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


def facts(article: Article) -> tuple[str, ...]:
    date = written_time(article.published, article.precision) if article.published else ""
    return (
        article.title,
        date,
        article.source,
        " & ".join(article.authors),
        article.body.replace("\n\n", " | "),
    )


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


CODED = [
    ("SE", ["Harbour"]),
    ("HD", ["Kran stürzt um"]),
    ("BY", ["Von Ada Turm"]),
    ("WC", ["877 Wörter"]),
    ("PD", ["29 Dezember 2011"]),
    ("ET", ["15:32"]),
    ("SN", ["Der Bote"]),
    ("SC", ["BOTE"]),
    ("PG", ["26"]),
    ("LA", ["Deutsch"]),
    ("CY", ["(c) 2011 Bote"]),
    ("LP", ["Der Kran ist um."]),
    ("TD", ["Niemand wurde verletzt.", "Er war alt."]),
    ("NS", ["gcat : Political News | gports : Ports"]),
    ("RE", ["alder : Port Alder"]),
    ("AN", ["Document BOTE000020111229e7ct0001r"]),
]


def check_coded(article: Article) -> None:
    assert facts(article) == (
        "Kran stürzt um",
        "2011-12-29T15:32:00Z",
        "Der Bote",
        "Ada Turm",
        "Der Kran ist um. | Niemand wurde verletzt. | Er war alt.",
    )
    assert (article.id, article.language) == ("BOTE000020111229e7ct0001r", "de")
    assert article.keywords == ("Political News", "Ports")
    assert article.extra == {"page": ("26",), "places": ("Port Alder",), "section": ("Harbour",)}


def test_documents_of_factiva_with_codes_as_a_web_page(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td><b>{code}</b>&nbsp;</td><td>{''.join(f'<p>{text}</p>' for text in texts)}</td></tr>"
        for code, texts in CODED
    )
    document = f'<div class="article deArticle"><table>{rows}</table></div>'
    page = f"<html><body><h1>Factiva</h1>{document}{document.replace('ct0001r', 'ct0002r')}</body></html>"
    first, second = articles(written(tmp_path, "a.html", page))
    check_coded(first)
    assert second.id == "BOTE000020111229e7ct0002r"


@pytest.mark.parametrize("separator", ["\\cell ", "\\par "])
def test_documents_of_factiva_with_codes_in_rtf(tmp_path: Path, separator: str) -> None:
    lines = [text for code, texts in CODED for text in (code, *texts)]
    (article,) = articles(written(tmp_path, "a.rtf", rtf(lines, separator)))
    check_coded(article)


def test_a_date_of_factiva_is_read_in_the_order_of_the_user(tmp_path: Path) -> None:
    coded = [(code, ["3/4/2024 (Mittwoch)"] if code == "PD" else texts) for code, texts in CODED]
    path = written(
        tmp_path, "a.rtf", rtf([text for code, texts in coded for text in (code, *texts)], "\\par ")
    )
    (article,) = articles(path, ReadOptions(order="day-first"))
    assert article.as_record()["published"] == "2024-04-03"


def test_codes_of_factiva_in_one_line_with_their_values(tmp_path: Path) -> None:
    lines = [
        line
        for code, texts in CODED
        for line in (f"{code}\t{texts[0]}" if code != "HD" else f"HD {texts[0]}", *texts[1:])
    ]
    (article,) = articles(written(tmp_path, "a.docx", docx(["", *lines])))
    check_coded(article)


PLAIN = [
    *(
        "Ada Rook",
        "1,285 words",
        "1 April 2017",
        "11:21:59",
        "The Herald",
        "HERLD",
        "Late Edition",
        "14",
        "English",
    ),
    *("Copyright 2017. Herald Ltd.", "The crane came down.", "Nobody was hurt.", "Herald Media Inc."),
    "Document HERLD00020170401ed4100001",
]


def check_plain(article: Article) -> None:
    assert facts(article) == (
        "Crane falls in the harbour",
        "2017-04-01T11:21:59Z",
        "The Herald",
        "Ada Rook",
        "The crane came down. | Nobody was hurt.",
    )
    assert (article.id, article.language) == ("HERLD00020170401ed4100001", "en")
    assert article.extra == {
        "edition": ("Late Edition",),
        "page": ("14",),
        "publisher": ("Herald Media Inc.",),
        "section": ("News",),
    }


def test_documents_of_factiva_without_codes_in_rtf(tmp_path: Path) -> None:
    (article,) = articles(written(tmp_path, "a.rtf", rtf(["News", "Crane falls in the harbour", *PLAIN])))
    check_plain(article)


def test_documents_of_factiva_without_codes_as_a_web_page(tmp_path: Path) -> None:
    author, *rest = PLAIN
    head = (
        '<div>News</div><div id="hd"><span class="enHeadline">Crane falls in the <b>harbour</b></span></div>'
    )
    body = "".join(f"<div>{text}</div>" for text in rest)
    one = f'<div class="article enArticle"><p></p>{head}<div class="author">By {author}</div>{body}</div>'
    other = one.replace("<div>News</div>", "").replace("ed4100001", "ed4100002")
    page = f"<html><h1>Factiva</h1><span>Dow Jones</span><form>{other}{one}</form></html>"
    without_section, article = articles(written(tmp_path, "a.html", page))
    check_plain(article)
    assert "section" not in without_section.extra


def test_a_document_of_factiva_without_its_last_line_is_read(tmp_path: Path) -> None:
    def document(title: str, *end: str) -> str:
        texts = (f"<span class='enHeadline'>{title}</span>", *PLAIN[1:-1], *end)
        return f'<div class="article enArticle">{"".join(f"<div>{text}</div>" for text in texts)}</div>'

    page = f"<html>{document('One')}{document('Two', PLAIN[-1])}{document('Three')}<p>(c) Factiva</p></html>"
    titles = [article.title for article in articles(written(tmp_path, "a.html", page))]
    assert titles == ["One", "Two", "Three"]


def test_a_document_of_factiva_with_a_date_in_another_language_keeps_its_parts(tmp_path: Path) -> None:
    lines = [
        "Crane falls",
        "12 слов",
        "31 xyzw 2018",
        "The Herald",
        "HERLD",
        "Русский",
        "(c) 2018",
        "It fell.",
        PLAIN[-1],
    ]
    (article,) = articles(written(tmp_path, "a.docx", docx(lines)))
    assert facts(article) == ("Crane falls", "", "The Herald", "", "It fell.")
    assert (article.extra["date_as_written"], article.language) == (("31 xyzw 2018",), "ru")


def test_a_document_of_factiva_in_another_order_loses_no_text(tmp_path: Path) -> None:
    (article,) = articles(
        written(tmp_path, "a.docx", docx(["Crane falls", "It fell.", "All of it.", PLAIN[-1]]))
    )
    assert facts(article) == ("Crane falls", "", "", "", "It fell. | All of it.")


@pytest.mark.parametrize(
    ("shown", "date"),
    [
        ("2018 年 10 月 7 日 17:04", "2018-10-07T17:04:00Z"),
        ("29 décembre 2011", "2011-12-29"),
        ("8 Januar 1993", "1993-01-08"),
        ("14 ottobre 2020", "2020-10-14"),
        ("3 de mayo de 2021", "2021-05-03"),
    ],
)
def test_dates_of_factiva_in_many_languages(tmp_path: Path, shown: str, date: str) -> None:
    lines = [
        "Crane falls",
        "12 字",
        shown,
        "The Herald",
        "HERLD",
        "英文",
        "Copyright 2018",
        "It fell.",
        PLAIN[-1],
    ]
    (article,) = articles(written(tmp_path, "a.docx", docx(lines)))
    assert facts(article)[:3] == ("Crane falls", date, "The Herald")
    assert article.language == "en"


def test_documents_of_factiva_as_xml(tmp_path: Path) -> None:
    content = """
        <PPSResponse><ppsArticleResponse xmlns="http://global.factiva.com/pps/2.0"><ppsarticleResultSet><ppsarticle>
        <article>
          <accessionNo>HERLD00020170401ed4100001</accessionNo><baseLanguage>EN</baseLanguage>
          <byline>By Ada Rook</byline>
          <headline><paragraph><hlt>Crane</hlt> falls</paragraph></headline>
          <leadParagraph><paragraph>The crane came down.</paragraph></leadParagraph>
          <tailParagraphs><paragraph>Nobody was hurt.</paragraph></tailParagraphs>
          <publicationDate><date>2017-04-01</date></publicationDate>
          <sourceName>The Herald</sourceName><sectionName>News</sectionName>
          <region code="alder"><name>Port Alder</name></region>
          <newsSubject code="gports"><name>Ports</name></newsSubject>
        </article></ppsarticle></ppsarticleResultSet></ppsArticleResponse></PPSResponse>
    """
    (article,) = articles(written(tmp_path, "a.xml", dedent(content).strip()))
    assert facts(article) == (
        "Crane falls",
        "2017-04-01",
        "The Herald",
        "Ada Rook",
        "The crane came down. | Nobody was hurt.",
    )
    assert (article.keywords, article.extra["places"]) == (("Ports",), ("Port Alder",))


PROQUEST = """\
____________________________________________________________

Document 1 of 2

Crane falls

https://www.example.org/docview/251439970

Author: Rook, Ada

Abstract: None available.

Full text: The crane came down.
Nobody was hurt.

Subject: Ports; Accidents

Company / organization: Name: Port Authority; NAICS: 524128; Name: Harbour Office

Title: Crane falls

Publication title: The Herald; Port Alder

First page: A.13

Publication year: 2010

Publication date: May 8, 2010

Section: News; Harbour

Language of publication: English

ProQuest document ID: 251439970

Document URL: https://www.example.org/docview/251439970

Last updated: 2017-11-07

Database: Newsstream

____________________________________________________________

Document 2 of 2

Ferry late

Publication info: The Herald ; Port Alder [Port Alder]09 May 2010: A.2.

Abstract: The ferry was late again.

Full text: Not available.

ProQuest document ID: 251439971

____________________________________________________________

Contact us at: http://www.example.org/contact Database copyright (c) 2026
"""


def check_proquest(first: Article, second: Article) -> None:
    assert facts(first) == (
        "Crane falls",
        "2010-05-08",
        "The Herald",
        "Rook, Ada",
        "The crane came down. | Nobody was hurt.",
    )
    assert (first.id, first.language) == ("251439970", "en")
    assert first.url == "https://www.example.org/docview/251439970"
    assert first.keywords == ("Ports", "Accidents")
    assert first.extra == {
        "database": ("Newsstream",),
        "orgs": ("Port Authority", "Harbour Office"),
        "page": ("A.13",),
        "section": ("News", "Harbour"),
    }
    assert facts(second) == ("Ferry late", "2010-05-09", "The Herald", "", "")
    assert second.description == "The ferry was late again."


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_documents_of_proquest_as_text(tmp_path: Path, end: str) -> None:
    check_proquest(*articles(written(tmp_path, "a.txt", PROQUEST.replace("\n", end))))


def test_documents_of_proquest_as_rtf(tmp_path: Path) -> None:
    blocks = [block.replace("\n", "\\line ") for block in PROQUEST.split("\n\n")]
    content = rtf(blocks).replace(b"\\\\line", b"\\line")
    check_proquest(*articles(written(tmp_path, "a.rtf", content)))


RIS = """\
TY  - NEWS
TI  - Crane falls
AU  - Rook, Ada
AU  - Tide, Ben
T2  - The Herald
DA  - 2010/05/08/
PY  - 2010
AB  - The crane came down,
 and nobody was hurt.
KW  - Ports
KW  - Accidents
UR  - https://www.example.org/1
AN  - 251439970
SP  - A.13
LA  - English
ER  -

TY  - JOUR
T1  - Ferry late
JO  - The Herald
PY  - 2011
ER  -
"""


@pytest.mark.parametrize("name", ["a.ris", "a.txt", "a"])
def test_records_of_ris(tmp_path: Path, name: str) -> None:
    first, second = articles(written(tmp_path, name, RIS))
    assert facts(first) == ("Crane falls", "2010-05-08", "The Herald", "Rook, Ada & Tide, Ben", "")
    assert first.description == "The crane came down, and nobody was hurt."
    assert (first.id, first.keywords, first.language) == ("251439970", ("Ports", "Accidents"), "en")
    assert facts(second) == ("Ferry late", "2011", "The Herald", "", "")


def test_a_record_of_ris_without_an_end_is_read(tmp_path: Path) -> None:
    content = "TY  - NEWS\nTI  - Crane falls\nTY  - NEWS\nTI  - Ferry late\n"
    assert [article.title for article in articles(written(tmp_path, "a.ris", content))] == [
        "Crane falls",
        "Ferry late",
    ]


@pytest.mark.parametrize("content", ["Crane falls\n", "TI  - Crane falls\n", "ER  -\n"])
def test_a_file_that_is_called_ris_and_is_not_is_rejected(tmp_path: Path, content: str) -> None:
    (item,) = read(written(tmp_path, "a.ris", content))
    assert isinstance(item, Rejected)
    assert item.code == "not-ris"


NEWER_EUROPRESSE = """
<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><article><header>
<div><span class="DocPublicationName">Le Quai, no. 5968 </span></div>
<div><span class="DocHeader">Politique, mardi 14 mars 2006, p. 16</span></div>
<div><p>PORTS</p></div>
<div class="titreArticle"><p class="titreArticleVisu">La <mark>grue</mark> tombe</p>
<p>Personne n'est bless&eacute;</p></div>
<div>Ada Tour</div></header>
<section><div class="DocText"><div class='docOcurrContainer'><p>La grue est <mark>tomb&eacute;e</mark>.</p>
<p>Elle &eacute;tait vieille.</p></div></div></section>
<aside><div><b>Note(s) : </b><p>Voir page 2.</p></div></aside>
<footer><small>(c) 2006</small><p>Num&eacute;ro de document : news·20060315·QU·0q1503_1</p></footer></article>
</body></html>
"""

OLDER_EUROPRESSE = """
<html><META http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"><body>
<table id="tbHeaderImages"><tr><td></td></tr></table><span class="DocPublicationName">Le Quai</span><br>
<span class="DocHeader">Éditorial, </span><span class="DocHeader">jeudi </span>
<span class="DocHeader">4 octobre 2012</span>
<span class="DocHeader">, p. 03</span><br><br>Surtitre<br>
<span class="TitreArticleVisu">La <span>grue</span> tombe</span>
<br><br>Ada Tour<br><p></p>La grue est tombée.<p></p>Elle était vieille.<p></p><b><i>© 2012 Le Quai.</i></b>
<p></p>Numéro de document : news·20121003·QU·156190<br></body></html>
"""


def test_documents_of_europresse(tmp_path: Path) -> None:
    (article,) = articles(written(tmp_path, "a.html", NEWER_EUROPRESSE.strip()))
    assert facts(article) == (
        "La grue tombe",
        "2006-03-14",
        "Le Quai",
        "Ada Tour",
        "La grue est tombée. | Elle était vieille. | Voir page 2.",
    )
    assert article.id == "news·20060315·QU·0q1503_1"
    assert article.description == "Personne n'est blessé"
    assert article.extra == {"kicker": ("PORTS",), "page": ("16",), "section": ("Politique",)}


def test_older_documents_of_europresse_whatever_encoding_they_declare(tmp_path: Path) -> None:
    (article,) = articles(written(tmp_path, "a.html", OLDER_EUROPRESSE.strip()))
    assert facts(article) == (
        "La grue tombe",
        "2012-10-04",
        "Le Quai",
        "Ada Tour",
        "La grue est tombée. | Elle était vieille.",
    )
    assert article.id == "news·20121003·QU·156190"
    assert article.extra == {"kicker": ("Surtitre",), "page": ("03",), "section": ("Éditorial",)}


def test_exports_need_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pypdf", "openpyxl", "lxml", "trafilatura"):
        monkeypatch.setitem(sys.modules, name, None)
    assert articles(written(tmp_path, "a.html", NEWER_EUROPRESSE.strip()))


def test_the_zone_of_the_reader_is_that_of_times_without_one(tmp_path: Path) -> None:
    lines = [code_or_text for code, texts in CODED for code_or_text in (code, *texts)]
    path = written(tmp_path, "a.docx", docx(lines))
    (article,) = articles(path, ReadOptions(zone=read_zone("Europe/Berlin")))
    assert str(article.published) == "2011-12-29 14:32:00+00:00"


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


def test_no_document_of_proquest_is_lost_where_its_first_lines_are_glued(tmp_path: Path) -> None:
    text = re.sub(r"(_{20,})\n+(Document \d of 2)\n+", r"\1\n\2\n", PROQUEST)
    assert len(articles(written(tmp_path, "a.txt", text))) == 2
    without_lines = re.sub(r"_{20,}\n+", "", PROQUEST)
    assert len(articles(written(tmp_path, "b.txt", without_lines))) == 2


def test_documents_of_proquest_that_nothing_parts_are_rejected(tmp_path: Path) -> None:
    text = re.sub(r"_{20,}\n+|Document \d of 2\n+|Database: .*", "", PROQUEST)
    items = read(written(tmp_path, "a.txt", text))
    assert [item.code for item in items if isinstance(item, Rejected)] == ["two-documents"] * 2
    assert len(items) == 2


def test_a_document_of_proquest_with_a_title_only_is_read(tmp_path: Path) -> None:
    found = articles(written(tmp_path, "a.txt", f"{PROQUEST}\n\nDocument 3 of 3\n\nTram late\n"))
    assert found[-1].title == "Tram late"


def test_a_document_of_factiva_without_its_last_line_is_read_in_rtf(tmp_path: Path) -> None:
    lines = ["News", "Crane falls in the harbour", *PLAIN]
    plain = rtf([*lines, "News", "Ferry late", *PLAIN[:-1]])
    assert [article.title for article in articles(written(tmp_path, "a.rtf", plain))] == [
        "Crane falls in the harbour",
        "Ferry late",
    ]
    coded = [text for code, texts in CODED for text in (code, *texts)]
    found = articles(written(tmp_path, "b.rtf", rtf([*coded[:-2], *coded], "\\par ")))
    assert [article.title for article in found] == ["Kran stürzt um"] * 2
    assert [article.extra["section"] for article in found] == [("Harbour",)] * 2


def test_no_document_of_europresse_is_lost_without_the_element_that_begins_it(tmp_path: Path) -> None:
    document = (
        '<span class="DocPublicationName">La Quai</span><span class="DocHeader">5 octobre 2013</span>'
        '<p class="TitreArticleVisu">Titre {0}</p><div>Texte {0}.</div>'
    )
    one, two, three = (document.format(number) for number in (1, 2, 3))
    page = f"<html><body>{one}<article>{two}</article>{three}</body></html>"
    titles = [article.title for article in articles(written(tmp_path, "a.html", page))]
    assert titles == ["Titre 1", "Titre 2", "Titre 3"]
