"""The wires' formats become articles: NewsML-G2, NewsML 1, NITF and ninjs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from search.article import Article
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Item, Origin, Rejected, Retracted, Skipped
from search.sources.reading.safe_xml import parsed_xml
from search.sources.wires.newsml import articles_in_newsml
from search.sources.wires.ninjs import is_ninjs, item_of_ninjs
from search.sources.wires.nitf import articles_in_nitf
from search.text.markup import text_in
from tests.conftest import day

NITF = """<nitf baselang="en"><head><title>Tab</title><docdata management-status="{status}">
<doc-id id-string="n1"/><urgency ed-urg="4"/><date.issue norm="20240301T120000Z"/>
<du-key key="quay" version="02"/><key-list><keyword key="harbour"/></key-list></docdata></head>
<body><body.head><hedline><hl1>Crane falls</hl1></hedline><byline>By Ida Holm and Per Vik<byttl>Staff</byttl>
</byline><distributor>Marenne Press</distributor><dateline><location>LOWMERE</location></dateline>
<abstract><p>It came down.</p></abstract></body.head><body.content><p>It was <b>old</b>.</p>
<hl2>Next</hl2><table><tr><td>Cranes</td><td>2</td></tr><tr><td>Quays</td><td>1</td></tr></table>
<media><media-caption>A crane</media-caption></media></body.content></body></nitf>"""
BODY = "It was old.\n\nNext\n\nCranes 2\nQuays 1"
EXTRA = {"dateline": ("LOWMERE",), "slugline": ("quay",), "urgency": ("4",), "version": ("2",)}
WHOLE = Article(
    id="n1",
    title="Crane falls",
    description="It came down.",
    body=BODY,
    published=day("2024-03-01T12:00:00"),
    keywords=("harbour",),
    authors=("Ida Holm", "Per Vik"),
    source="Marenne Press",
    language="en",
    extra=EXTRA,
)
G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" version="3" xml:lang="en">
<itemMeta><itemClass qcode="ninat:{kind}"/><provider literal="Marenne Press"/>
<versionCreated>2024-03-01T13:00:00+01:00</versionCreated><pubStatus qcode="stat:{status}"/></itemMeta>
<contentMeta><by>By Ida Holm</by><subject qcode="x:1"><name xml:lang="de">Hafen</name>
<name xml:lang="en">harbour</name></subject><subject qcode="x:2"/><headline>Crane falls</headline>
<description role="drol:summary">It came down.</description></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""
XHTML = "<inlineXML><html><head><title>T</title></head><body><p>Old.</p><p>New.</p></body></html></inlineXML>"
NEWSML_1 = """<NewsML><NewsItem><Identification><NewsIdentifier><RevisionId>2</RevisionId>
<PublicIdentifier>urn:newsml:marenne:1:2</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><ThisRevisionCreated>20240301T120000Z</ThisRevisionCreated><Status FormalName="{status}"/>
</NewsManagement><NewsComponent><NewsLines><HeadLine>Crane falls</HeadLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="Marenne Press"/></Provider></AdministrativeMetadata>
<ContentItem><MediaType FormalName="Text"/><DataContent>{content}</DataContent></ContentItem></NewsComponent>
</NewsItem></NewsML>"""


def g2(guid: str = "g1", kind: str = "text", status: str = "usable", content: str = XHTML) -> str:
    return G2.format(guid=guid, kind=kind, status=status, content=content)


def newsml(text: str) -> list[Item]:
    return list(articles_in_newsml(parsed_xml(text.encode()), "a.xml", ReadOptions()))


def nitf(text: str) -> list[Item]:
    return list(articles_in_nitf(parsed_xml(text.encode()), "a.xml", ReadOptions()))


def article(items: list[Item]) -> Article:
    (item,) = items
    assert isinstance(item, Accepted), item
    return item.article


def test_nitf_is_read_whole() -> None:
    assert article(nitf(NITF.format(status="usable"))) == WHOLE


def test_an_article_under_embargo_is_rejected_until_then() -> None:
    text = g2().replace("</itemMeta>", "<embargoed>2025-03-01T06:00:00+01:00</embargoed></itemMeta>")
    root = parsed_xml(text.encode())

    def items(now: datetime) -> list[Item]:
        return list(articles_in_newsml(root, "a.xml", ReadOptions(now=now)))

    (early,) = items(datetime(2025, 3, 1, 4, 59, tzinfo=UTC))
    assert isinstance(early, Rejected)
    assert (early.code, "2025-03-01T05:00:00Z" in early.reason) == ("embargoed", True)
    assert article(items(datetime(2025, 3, 1, 5, tzinfo=UTC))).extra["embargoed"] == ("2025-03-01T05:00:00Z",)


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_what_a_wire_takes_back_is_withdrawn(status: str) -> None:
    assert nitf(NITF.format(status=status)) == [Retracted("n1", Origin("a.xml"), 2)]
    assert newsml(g2(status=status)) == [Retracted("g1", Origin("a.xml"), 3)]
    taken = NEWSML_1.format(status=status.title(), content="")
    assert newsml(taken) == [Retracted("urn:newsml:marenne:1", Origin("a.xml"), 2)]
    ninjs = {"uri": "j1", "pubStatus": status, "version": "7"}
    assert item_of_ninjs(ninjs, Origin("a"), ReadOptions()) == Retracted("j1", Origin("a"), 7)
    assert item_of_ninjs(ninjs | {"version": "b"}, Origin("a"), ReadOptions()) == Retracted("j1", Origin("a"))


def test_nitf_without_a_text_is_rejected() -> None:
    (item,) = nitf("<nitf><body/></nitf>")
    assert isinstance(item, Rejected)
    assert item.code == "no-text"


def test_newsml_g2_is_read_whole() -> None:
    assert article(newsml(g2())) == Article(
        id="g1",
        title="Crane falls",
        description="It came down.",
        body="Old.\n\nNew.",
        published=day("2024-03-01T12:00:00"),
        keywords=("harbour",),
        authors=("Ida Holm",),
        source="Marenne Press",
        language="en",
        extra={"version": ("3",)},
    )


@pytest.mark.parametrize("kind", ["picture", "text"])
def test_nitf_inside_newsml_is_the_body(kind: str) -> None:
    content = f"<inlineXML>{NITF.format(status='usable')}</inlineXML>"
    assert article(newsml(g2(kind=kind, content=content))).body == BODY


def test_one_bad_item_does_not_stop_the_others() -> None:
    items = g2("x" * 513) + g2("g2", "picture", content="") + "<packageItem/>" + g2("g3")
    found = newsml(f"<newsMessage><itemSet>{items}</itemSet></newsMessage>")
    assert [type(item) for item in found] == [Rejected, Skipped, Skipped, Accepted]
    assert [item.origin.place for item in found] == ["item 1", "item 2", "item 3", "item 4"]


@pytest.mark.parametrize("content", ["<nitf><body><body.content><p>Old.</p></body.content></body></nitf>",
                                     "<p>Old.</p>", "<![CDATA[<P>Old.</P>]]>"])  # fmt: skip
def test_newsml_1_is_read_with(content: str) -> None:
    found = article(newsml(NEWSML_1.format(status="Usable", content=content)))
    assert (found.id, found.title, found.body) == ("urn:newsml:marenne:1", "Crane falls", "Old.")
    assert (found.published, found.source) == (day("2024-03-01T12:00:00"), "Marenne Press")
    assert found.version == 2


def test_a_deep_document_is_read() -> None:
    deep = "<p>" * 5_000 + "Old." + "</p>" * 5_000
    assert article(newsml(g2(content=f"<inlineXML>{deep}</inlineXML>"))).body == "Old."


NINJS_1 = {
    "uri": "j1", "versioncreated": "2024-03-01T12:00:00Z", "headline": "Crane falls", "byline": "By Ida Holm",
    "body_html": "<p>Old.</p><p>New.</p>", "subject": [{"code": "1", "name": "harbour"}], "version": "3",
    "infosource": [{"name": "Marenne Press"}], "located": "Lowmere", "language": "en",
}  # fmt: skip
NINJS_3 = {
    "uri": "j1", "versionCreated": "2024-03-01T12:00:00Z", "by": "Ida Holm", "version": 3, "language": "en",
    "headlines": [{"role": "sub", "value": "No"}, {"role": "main", "value": "Crane falls"}],
    "bodies": [{"contentType": "text/plain", "value": "Plain."},
               {"contentType": "text/html", "value": "<p>Old.</p><p>New.</p>"}],
    "subjects": [{"name": "harbour"}],
    "infosources": [{"name": "Marenne Press"}], "places": [{"name": "Lowmere"}],
}  # fmt: skip


@pytest.mark.parametrize("record", [NINJS_1, NINJS_3], ids=["ninjs 1", "ninjs 3"])
def test_ninjs_is_read_whole(record: dict[str, object]) -> None:
    assert is_ninjs(record)
    found = item_of_ninjs(record, Origin("a"), ReadOptions())
    assert isinstance(found, Accepted)
    assert found.article == Article(
        id="j1",
        title="Crane falls",
        body="Old.\n\nNew.",
        published=day("2024-03-01T12:00:00"),
        keywords=("harbour",),
        authors=("Ida Holm",),
        source="Marenne Press",
        language="en",
        extra={"places": ("Lowmere",), "version": ("3",)},
    )


@pytest.mark.parametrize(
    "record",
    [
        {"uri": "a", "title": "Crane", "body": "Old."},
        {"uri": "a", "headline": {"main": "Crane"}, "pub_date": "2024-03-01"},
        {"uri": "a", "headline": "Crane", "body": "Old."},
        {"guid": "a", "headline": "Crane"},
        {"uri": "a", "type": ["text"]},
    ],
)
def test_other_json_is_not_ninjs(record: dict[str, object]) -> None:
    assert not is_ninjs(record)


def test_a_picture_of_ninjs_is_skipped_and_a_bad_date_noted() -> None:
    picture = {"uri": "p", "type": "picture", "headline": "Crane"}
    assert item_of_ninjs(picture, Origin("a"), ReadOptions()) == Skipped(Origin("a"), "not-text")
    undated = {**NINJS_1, "versioncreated": "soon"}
    found = item_of_ninjs(undated, Origin("a"), ReadOptions())
    assert isinstance(found, Accepted)
    assert [note.code for note in found.notes] == ["unreadable-date"]
    with pytest.raises(BadDocument):
        item_of_ninjs(undated, Origin("a"), ReadOptions(strict=True))


def test_a_wire_may_set_its_paragraphs_by_blank_and_by_indented_lines() -> None:
    text = "<p>(Adds detail)\n    * It fell\n    * None hurt\n\n    The crane\nfell at <b>noon</b>.</p>"
    flat = "<p>\n   The crane\n   fell\n   at noon.\n</p>"
    assert text_in(parsed_xml(text.encode())) == (
        "(Adds detail)\n\n* It fell\n\n* None hurt\n\nThe crane fell at noon."
    )
    assert text_in(parsed_xml(flat.encode())) == "The crane fell at noon."


REUTERS = """<LEWIS><REUTERS NEWID="7"><DATE> 1-MAR-2024 12:00:00.79</DATE>
<TOPICS><D>ship</D><D>crane</D></TOPICS>
<PLACES><D>lowmere</D></PLACES><PEOPLE/><TEXT><TITLE>Crane falls</TITLE><AUTHOR>By Ida Holm, Reuters</AUTHOR>
<DATELINE>    LOWMERE, March 1 - </DATELINE><BODY>It was
old.
    Nobody was hurt.
 Reuter
</BODY></TEXT></REUTERS><REUTERS NEWID="8"><TEXT TYPE="UNPROC">Tide tables</TEXT></REUTERS></LEWIS>"""


def test_the_articles_of_reuters_corpora() -> None:
    first, second = articles_in_newsml(parsed_xml(REUTERS.encode()), "c", ReadOptions())
    assert isinstance(first, Accepted)
    assert first.article == Article(
        id="7",
        title="Crane falls",
        body="It was old.\n\nNobody was hurt.",
        published=day("2024-03-01T12:00:00"),
        keywords=("ship", "crane"),
        authors=("Ida Holm",),
        source="Reuters",
        language="en",
        extra={"dateline": ("LOWMERE, March 1",), "places": ("lowmere",)},
    )
    assert isinstance(second, Accepted)
    assert second.article.body == "Tide tables"
