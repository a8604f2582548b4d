"""Exports of Factiva, with codes and without: each document is an article."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from search.article import Article
from search.dates import read_zone
from search.sources import ReadOptions
from tests.sources.documents import articles, facts, written
from tests.sources.office_files import docx, rtf

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


def test_the_zone_of_the_reader_is_that_of_times_without_one(tmp_path: Path) -> None:
    lines = [code_or_text for code, texts in CODED for code_or_text in (code, *texts)]
    path = written(tmp_path, "a.docx", docx(lines))
    (article,) = articles(path, ReadOptions(zone=read_zone("Europe/Berlin")))
    assert str(article.published) == "2011-12-29 14:32:00+00:00"
