"""Saved web pages become articles: the story, what the page says about itself, and hostile pages."""

from __future__ import annotations

import json

import pytest

from search.article import Article
from search.sources.pages.html import MAX_ELEMENTS, MAX_PAGE, article_in_page
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Origin
from tests.conftest import day

pytest.importorskip("trafilatura", reason="the extra html is not installed", exc_type=ImportError)

ORIGIN = Origin("crane.html")
FIRST = "The harbour crane of Port Alder came down at noon on Tuesday, and nobody was hurt in the fall."
SECOND = "The quay stays shut until engineers have looked at the other two cranes, the port office said."
STORY = f"<article><h1>Crane falls</h1><p>{FIRST}</p><p>{SECOND}</p></article>"
LD = {
    "@type": "NewsArticle",
    "headline": "Crane falls at Port Alder",
    "description": "It came down at noon.",
    "datePublished": "2025-02-11T18:01:34Z",
    "author": [{"@type": "Person", "name": "Ada Quill"}, {"name": "By Ben Inkwell"}],
    "publisher": {"name": "Port Alder Herald"},
    "articleSection": "Harbour",
    "keywords": "cranes, port",
    "inLanguage": "en-GB",
}
META = (
    '<meta property="og:title" content="Crane down | Port Alder Herald">'
    '<meta property="og:site_name" content="Port Alder Herald">'
    '<meta property="og:description" content="A fall.">'
    '<meta property="article:published_time" content="2025-02-12T06:00:00Z">'
    '<meta name="author" content="Cy Nib"><meta name="news_keywords" content="quay, cranes">'
)


def page(head: str = "", body: str = STORY, lang: str = "") -> bytes:
    return f"<!doctype html><html{lang}><head>{head}</head><body>{body}</body></html>".encode()


def script(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def accepted(content: bytes, url: str = "", charset: str | None = None, encoding: str = "utf-8") -> Accepted:
    return article_in_page(content, ORIGIN, ReadOptions(encoding=encoding), url=url, charset=charset)


def article(content: bytes, url: str = "", charset: str | None = None, encoding: str = "utf-8") -> Article:
    return accepted(content, url, charset, encoding).article


def code_of(content: bytes, options: ReadOptions | None = None) -> str:
    with pytest.raises(BadDocument) as caught:
        article_in_page(content, ORIGIN, options or ReadOptions())
    return caught.value.code


def test_a_page_that_describes_itself_in_json_ld() -> None:
    canonical = '<link rel="canonical" href="https://herald.example/crane">'
    assert article(page(script(LD) + META + canonical)) == Article(
        title="Crane falls at Port Alder",
        description="It came down at noon.",
        body=f"Crane falls\n\n{FIRST}\n\n{SECOND}",
        published=day("2025-02-11T18:01:34"),
        authors=("Ada Quill", "Ben Inkwell"),
        keywords=("cranes", "port"),
        source="Port Alder Herald",
        url="https://herald.example/crane",
        language="en",
        extra={"date_from": ("json-ld",), "section": ("Harbour",)},
    )


def test_a_page_that_describes_itself_in_metas() -> None:
    found = article(page(META, lang=' lang="en-US"'))
    assert found.title == "Crane down"
    assert found.description == "A fall."
    assert found.published == day("2025-02-12T06:00:00")
    assert found.extra["date_from"] == ("meta",)
    assert found.authors == ("Cy Nib",)
    assert found.keywords == ("quay", "cranes")
    assert found.source == "Port Alder Herald"
    assert found.language == "en"


def test_a_page_that_says_nothing_has_its_headline_and_the_date_that_is_seen() -> None:
    body = STORY.replace("<p>", '<time datetime="2025-02-10">10 February 2025</time><p>', 1)
    found = article(page(body=body))
    assert found.title == "Crane falls"
    assert found.body == f"{FIRST}\n\n{SECOND}"
    assert found.published == day("2025-02-10")
    assert found.extra["date_from"] == ("text",)


GRAPH = {
    "@graph": [
        {"@type": "WebSite", "name": "Herald"},
        {**LD, "@type": ["Thing", "ReportageNewsArticle"], "author": {"@id": "#ada"}},
        {"@id": "#ada", "@type": "Person", "name": "Ada Quill"},
    ]
}
JSON_LD = {
    "a list": [{"@type": "WebSite", "name": "Herald"}, LD],
    "a graph with references": GRAPH,
    "the type as an address": {**LD, "@type": "https://schema.org/Article"},
    "a trailing comma": json.dumps(LD)[:-1] + ",}",
    "a line break in a string": json.dumps(LD).replace("at noon", "at\nnoon"),
    "an HTML comment": f"<!-- {json.dumps(LD)} -->",
}


@pytest.mark.parametrize("value", JSON_LD.values(), ids=JSON_LD)
def test_json_ld_may_be(value: object) -> None:
    found = article(page(script(value)))
    assert found.title == "Crane falls at Port Alder"
    assert found.description == "It came down at noon."
    assert found.authors[0] == "Ada Quill"


@pytest.mark.parametrize("broken", ["{", "[" * 100_000, "null", '"text"', '{"@type": {}}', ""])
def test_broken_json_ld_is_passed_over(broken: str) -> None:
    assert article(page(script(broken) + META)).title == "Crane down"


def test_a_canonical_link_to_the_front_page_is_not_the_address() -> None:
    head = '<link rel="canonical" href="https://herald.example/">'
    assert article(page(head), url="https://herald.example/crane").url == "https://herald.example/crane"


@pytest.mark.parametrize("href", ["javascript:x", "/crane", "ftp://a/b", "http://[x/"])
def test_an_address_is_absolute_and_of_the_web(href: str) -> None:
    assert article(page(f'<link rel="canonical" href="{href}">')).url == ""


def test_an_unreadable_date_is_noted_and_strictly_refused() -> None:
    content = page(script({**LD, "datePublished": "soon"}))
    assert [note.code for note in accepted(content).notes] == ["unreadable-date"]
    assert code_of(content, ReadOptions(strict=True)) == "unreadable-date"


def test_an_unreadable_date_is_no_loss_where_the_metas_have_it() -> None:
    found = accepted(page(script({**LD, "datePublished": "soon"}) + META))
    assert found.notes == ()
    assert found.article.published == day("2025-02-12T06:00:00")


MEANT = {  # where a page can say when it was published: head, body, the time, its precision, the place
    "json-ld of the page": (
        script([{"@type": "WebPage", "datePublished": "2025-02-12T06:00Z"}, {"@type": "NewsArticle"}]),
        "",
        ("2025-02-12T06:00", "instant", "json-ld"),
    ),
    "a placeholder before the meta": (
        script({**LD, "datePublished": "0001-01-01T00:00:00Z"}) + META,
        "",
        ("2025-02-12T06:00", "instant", "meta"),
    ),
    "words": (
        '<meta property="article:published_time" content="February 12, 2025, 01:00 AM EST">',
        "",
        ("2025-02-12T06:00", "instant", "meta"),
    ),
    "a meta of two names": (
        '<meta property="article:published" itemprop="dateCreated datePublished" content="2025-02-12">',
        "",
        ("2025-02-12", "day", "meta"),
    ),
    "an element of the text": (
        "",
        '<time itemprop="datePublished" datetime="2025-02-12T07:00+01:00">today</time>',
        ("2025-02-12T06:00", "instant", "text"),
    ),
}


@pytest.mark.parametrize(("head", "before", "expected"), MEANT.values(), ids=MEANT)
def test_when_a_page_was_published_is_read_as_exactly_as_it_says(
    head: str, before: str, expected: tuple[str, str, str]
) -> None:
    found = accepted(page(head, STORY.replace("<p>", f"{before}<p>", 1)))
    when, precision, place = expected
    assert (found.article.published, found.article.precision) == (day(when), precision)
    assert found.article.extra["date_from"] == (place,)
    assert found.notes == ()


def test_a_date_that_only_a_search_finds_is_taken_and_said_to_be_so() -> None:
    body = STORY.replace("<p>", "<p>Port Alder, den 12. Februar 2025. </p><p>", 1)
    found = accepted(page(body=body))
    assert (found.article.published, found.article.precision) == (day("2025-02-12"), "day")
    assert found.article.extra["date_from"] == ("search",)
    assert [note.code for note in found.notes] == ["found-date"]


@pytest.mark.parametrize(
    "head",
    [
        script({**LD, "dateModified": "2025-02-11T19:00Z"}),
        script(LD) + '<meta property="article:modified_time" content="2025-02-11T20:00+01:00">',
    ],
)
def test_when_a_page_was_modified(head: str) -> None:
    assert article(page(head)).modified == day("2025-02-11T19:00")


def test_no_warning_of_a_library_is_shown_while_a_page_is_read() -> None:
    """The search in the text gives dates with a zone to dateutil, which warns where it knows none."""
    body = STORY.replace("<p>", "<time>2025-02-12 3:30 PM XYZT</time><p>", 1)
    assert article(page(body=body)).published == day("2025-02-12")


@pytest.mark.parametrize("written", ["In the year 2024", "© 2019"])
def test_no_day_is_made_of_a_year_that_is_somewhere_on_the_page(written: str) -> None:
    assert article(page(body=f"{STORY}<footer><p>{written}</p></footer>")).published is None


ACCENTED = page(body=STORY.replace("harbour", "façade")).decode()
DECLARED = ACCENTED.replace("<head>", '<head><meta charset="iso-8859-1">')
ENCODINGS = {
    "UTF-8 undeclared": (ACCENTED.encode(), None, "utf-8"),
    "a byte-order mark before all": (b"\xef\xbb\xbf" + DECLARED.encode(), "latin-1", "utf-8"),
    "UTF-16 with its mark": (ACCENTED.encode("utf-16"), None, "utf-8"),
    "the header": (ACCENTED.encode("cp1252"), "windows-1252", "utf-8"),
    "the header before the meta": (DECLARED.encode(), "utf-8", "utf-8"),
    "the meta": (DECLARED.encode("latin-1"), None, "utf-8"),
    "a header of no charset": (ACCENTED.encode(), "punycode", "utf-8"),
    "an unknown header": (ACCENTED.encode(), "x-unheard-of", "utf-8"),
    "the option before the header": (ACCENTED.encode("cp1252"), "utf-8", "cp1252"),
}


@pytest.mark.parametrize(("content", "charset", "encoding"), ENCODINGS.values(), ids=ENCODINGS)
def test_the_encoding_is_that_of(content: bytes, charset: str | None, encoding: str) -> None:
    assert "façade" in article(content, charset=charset, encoding=encoding).body


def test_a_stray_byte_in_utf_8_is_noted() -> None:
    found = accepted(ACCENTED.replace("crane", "çà" * 20).encode().replace(b"Tuesday", b"Tues\xffday"))
    assert [note.code for note in found.notes] == ["encoding"]
    assert "façade" in found.article.body


REFUSED = {
    "empty": (b"<html><body></body></html>", "no-text"),
    "no page": (b"\x00\x01\x02", "no-text"),
    "no story": (page(body="<nav><a href=/>Home</a></nav>"), "no-text"),
    "nested without end": (b"<html><body>" + b"<div>" * 1_000_000, "no-text"),
    "too many bytes": (b" " * (MAX_PAGE + 1), "too-large"),
    "too many attributes": (
        page(body=f"<p {' '.join(f'a{n}=1' for n in range(9_999))}>{STORY}"),
        "too-large",
    ),
    "too many attributes, hidden in a script": (
        page(body=f"<script x==' {' '.join(f'a{n}<' for n in range(9_999))}'></script>{STORY}"),
        "too-large",
    ),
    "too many elements": (page(body="<p>word" * (MAX_ELEMENTS + 1)), "too-large"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_a_page_is_refused_that_is(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_what_stands_in_a_script_is_not_taken_for_attributes() -> None:
    assert FIRST in article(page(head=f"<script>var html = '<a {'b c ' * 9_999}';</script>")).body


def test_a_story_without_spaces_between_its_words_is_one() -> None:
    text = "港口的起重机在星期二中午倒下，没有人受伤。码头将关闭，直到工程师检查完另外两台起重机。"
    assert text in article(page(body=f"<article><h1>起重机倒下</h1><p>{text}</p></article>")).body


def test_nul_characters_and_unclosed_tags_do_no_harm() -> None:
    content = f"<html><body><article><p>{FIRST}\0<p><b><i>{SECOND}".encode()
    assert FIRST in article(content).body


def test_an_unknown_encoding_is_refused() -> None:
    assert code_of(page(), ReadOptions(encoding="x-unheard-of")) == "unreadable"
