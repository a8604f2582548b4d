"""Exports of ProQuest, RIS and Europresse: each document is an article."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from search.article import Article
from search.sources import Rejected
from tests.sources.documents import articles, facts, read, written
from tests.sources.office_files import rtf

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


def test_no_document_of_europresse_is_lost_without_the_element_that_begins_it(tmp_path: Path) -> None:
    document = (
        '<span class="DocPublicationName">La Quai</span><span class="DocHeader">5 octobre 2013</span>'
        '<p class="TitreArticleVisu">Titre {0}</p><div>Texte {0}.</div>'
    )
    one, two, three = (document.format(number) for number in (1, 2, 3))
    page = f"<html><body>{one}<article>{two}</article>{three}</body></html>"
    titles = [article.title for article in articles(written(tmp_path, "a.html", page))]
    assert titles == ["Titre 1", "Titre 2", "Titre 3"]
