"""B. XML: RSS and Atom, NITF, NewsML-G2."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bad_input.desk import Content, Desk
from tests.bad_input.table import OK, REJECTED, Index, Line, ending, line

CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
G2 = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
GOOD = '{"id":"other","title":"Ferry"}'


def rss(*items: str, before: str = "", head: str = "") -> str:
    """A feed of items, `before` its root and at the head of its channel."""
    held = "".join(f"<item>{item}</item>" for item in items)
    return f"{before}<rss version='2.0' {CONTENT}><channel><title>Herald</title>{head}{held}</channel></rss>"


def item(identity: str, title: str = "Tide", more: str = "") -> str:
    return f"<guid isPermaLink='false'>{identity}</guid><title>{title}</title>{more}"


def nitf(body: str, before: str = "", title: str = "Tide") -> str:
    return (
        f"{before}<nitf><head><title>{title}</title><docdata><doc-id id-string='h'/></docdata></head>"
        f"<body>{body}</body></nitf>"
    )


def g2(identity: str, text: str, meta: str = "", attributes: str = "", space: str = G2) -> str:
    return (
        f"<newsItem {space} guid='{identity}' version='1' {attributes}><itemMeta>"
        f"<itemClass qcode='ninat:text'/>{meta}</itemMeta><contentMeta><headline>Tide</headline>"
        f"</contentMeta><contentSet><inlineXML><html><body>{text}</body></html></inlineXML></contentSet>"
        "</newsItem>"
    )


def message(*items: str) -> str:
    return f"<newsMessage {G2}><itemSet>{''.join(items)}</itemSet></newsMessage>"


def xml(content: Content, code: int, *says: str, kept: tuple[str, ...] | int = (), **more: object) -> Index:
    """An XML file beside another, which gets in whatever it is."""
    found = kept + 1 if isinstance(kept, int) else (*kept, "other")
    shown = more.get("shown", {})
    assert isinstance(shown, Mapping)
    options = more.get("options", ())
    assert isinstance(options, tuple)
    return Index({"a.xml": content, "b.jsonl": GOOD}, code, says, found, options=options, shown=shown)


DOUBLED = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
LAUGHS = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{DOUBLED}]>"
QUADRATIC = f"<!DOCTYPE x [<!ENTITY a '{'x' * 50_000}'>]>"
PARAGRAPH = "<body.content><p>Water.</p></body.content>"


def in_both(before: str, reference: str) -> tuple[Index, Index]:
    """A declaration and its use in a feed and in NITF, which are read by two parsers."""
    body = f"<body.content><p>{reference}</p></body.content>"
    return (
        xml(rss(item("h", reference), before=before), REJECTED, "rejected a.xml", "entities of its own"),
        xml(nitf(body, before=before), REJECTED, "rejected a.xml", "entities of its own"),
    )


@ending(REJECTED)
def external_entity(desk: Desk) -> None:
    """Nothing of the file that is pointed to is in the archive, and nothing is connected to."""
    desk.write({"secret.txt": "sesame"})
    address = (desk.folder / "secret.txt").as_uri()
    for place in (address, "http://herald.example/secret.txt"):
        for keyword in ("SYSTEM", "PUBLIC '-//x//y'"):
            before = f"<!DOCTYPE x [<!ENTITY e {keyword} '{place}'>]>"
            desk.write({"a.xml": rss(item("h", "&e;"), before=before), "b.xml": nitf("&e;", before=before)})
            ended = desk.news("index", "a.xml", "b.xml").check(REJECTED, "dangerous-xml 2")
            assert "sesame" not in ended.err
    assert desk.added() == []


@ending(OK, REJECTED)
def feed_cut_short(desk: Desk) -> None:
    desk.write({"a.xml": rss(item("h"), item("i")).replace("</channel>", "</oops>")})
    desk.news("index", "a.xml").check(OK, "noted: broken-feed 1", "a.xml")
    assert [article.id for article in desk.added()] == ["h", "i"]
    desk.write({"b.xml": nitf(PARAGRAPH).replace("</body>", "</oops>")})
    desk.news("index", "b.xml").check(REJECTED, "rejected b.xml", "mismatched tag")


@ending(OK)
def taken_back(desk: Desk) -> None:
    for status in ("canceled", "withheld"):
        desk.write({"a.xml": g2("h", "<p>Water.</p>")})
        desk.news("index", "a.xml").check(OK)
        desk.write({"a.xml": g2("h", "<p>Water.</p>", f"<pubStatus qcode='stat:{status}'/>")})
        desk.news("index", "a.xml").check(OK, "withdrawn 1")
        assert "h" not in desk.ids()
        desk.news("delete", "--forget", "--yes", "h").check(OK)


@ending(REJECTED, OK)
def embargo(desk: Desk) -> None:
    for year, code in (("2099", REJECTED), ("2001", OK)):
        when = f"<embargoed>{year}-01-01T00:00:00Z</embargoed>"
        desk.write({"a.xml": message(g2("h", "<p>Water.</p>", when), g2("i", "<p>Ebb.</p>"))})
        ended = desk.news("index", "a.xml").check(code)
        assert ("under embargo until 2099-01-01" in ended.err) == (code == REJECTED)
        assert ("h" in desk.ids()) == (code == OK)
        assert "i" in desk.ids()


def embargoed(name: str, content: str) -> Index:
    """What may not be shown before a time that is not known is not shown."""
    return Index({name: content}, REJECTED, ("embargo",))


def embargoed_nitf(release: str) -> str:
    return nitf(PARAGRAPH).replace("<docdata>", f"<docdata management-status='embargoed'>{release}")


NINJS = '{"uri":"urn:h","headline":"Tide","body_text":"Water.","embargoed":"%s"}'
REUSED = rss(item("h", "Tide"), item("h", "Ebb"))
LOGIN = (
    "<!DOCTYPE html><html><head><title>Log in</title></head><body><form><input name=q></form></body></html>"
)
LONG_LOGIN = LOGIN.replace("<form>", "<p>Log in to read the news of the day on this site.</p><form>")

LINES: dict[int, Line] = {
    24: line("billion laughs", REJECTED, *in_both(LAUGHS, "&a9;")),
    25: line("quadratic blow-up", REJECTED, *in_both(QUADRATIC, "&a;" * 1_000)),
    26: line("external entities", REJECTED, external_entity),
    27: line(
        "parameter entities and the address of a DTD",
        (OK, REJECTED),
        *in_both("<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://herald.example/p.dtd'>%p;]>", "Water."),
        xml(rss(item("h"), before="<!DOCTYPE rss SYSTEM 'http://herald.example/r.dtd'>"), OK, kept=("h",)),
        xml(
            nitf(PARAGRAPH, before="<!DOCTYPE nitf SYSTEM 'http://herald.example/nitf.dtd'>"), OK, kept=("h",)
        ),
    ),
    28: line(
        "XInclude and style sheets",
        OK,
        xml(
            rss(
                item("h", more="<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>"),
                before="<?xml-stylesheet href='http://herald.example/s.xsl'?>",
            ),
            OK,
            kept=("h",),
            shown={"h": {"title": "Tide", "body": ""}},
        ),
        xml(
            nitf(
                "<body.content><p>Water.</p><x:include xmlns:x='http://www.w3.org/2001/XInclude' "
                "href='/etc/passwd' parse='text'/></body.content>"
            ),
            OK,
            kept=("h",),
            shown={"h": {"body": "Water."}},
        ),
    ),
    29: line(
        "an attribute of 4 MB",
        REJECTED,
        xml(lambda: rss(item("h", more=f"<a b='{'x' * (4 << 20)}'/>")).encode(), REJECTED, "an attribute"),
        xml(
            lambda: nitf(f"<body.content><p id='{'x' * (4 << 20)}'>Water.</p></body.content>").encode(),
            REJECTED,
            "an attribute",
        ),
    ),
    30: line(
        "depth 100,000",
        REJECTED,
        xml(rss(item("h", more="<a>" * 100_000 + "</a>" * 100_000)), REJECTED, "rejected a.xml"),
        xml(nitf("<body.content>" + "<p>" * 100_000 + "</p>" * 100_000), REJECTED, "rejected a.xml"),
        xml("<rss>" + "<a>" * 100_000, REJECTED, "rejected a.xml"),
    ),
    31: line(
        "encodings that are declared wrongly",
        REJECTED,
        xml(rss(item("h"), before="<?xml version='1.0' encoding='utf-7'?>"), REJECTED, "encoding utf-7"),
        xml(nitf(PARAGRAPH, before="<?xml version='1.0' encoding='klingon'?>"), REJECTED, "rejected a.xml"),
        xml(
            nitf(PARAGRAPH, "<?xml version='1.0' encoding='utf-8'?>", "Café").encode("latin-1"),
            REJECTED,
            "not XML",
        ),
        xml(
            rss(item("h", "Café"), before="<?xml version='1.0' encoding='ascii'?>"),
            OK,
            "noted: broken-feed 1",
            kept=("h",),
            shown={"h": {"title": "Café"}},
        ),
        but="a feed is read whatever it declares, with a note, as feeds that declare it wrongly are common",
    ),
    32: line(
        "a mismatched tag near the end",
        REJECTED,
        feed_cut_short,
        but="what can be read of a feed is kept with a note, so that nothing is lost; a wire is atomic",
    ),
    33: line(
        "&nbsp; that is not declared",
        (OK, REJECTED),
        xml(
            rss(item("h", "Tide&nbsp;high")),
            OK,
            "noted: broken-feed",
            kept=("h",),
            shown={"h": {"title": "Tide high"}},
        ),
        xml(nitf("<body.content><p>a&nbsp;b</p></body.content>"), REJECTED, "undefined entity"),
    ),
    34: line(
        "RSS without a guid",
        OK,
        xml(rss("<title>Tide</title><link>http://herald.example/a</link>", "<title>Ebb</title>"), OK, kept=2),
    ),
    35: line(
        "a guid of two items",
        OK,
        xml(REUSED, OK, "same-id 1, first in a.xml, item 2", kept=("h",), shown={"h": {"title": "Ebb"}}),
    ),
    36: line(
        "links that lead nowhere",
        OK,
        xml(
            rss(
                *(
                    item(f"h{n}", more=f"<link>{link}</link>")
                    for n, link in enumerate(
                        ("/a", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd")
                    )
                )
            ),
            OK,
            kept=("h0", "h1", "h2", "h3"),
            shown={f"h{n}": {"url": ""} for n in range(4)},
        ),
    ),
    37: line(
        "a script in content:encoded",
        OK,
        xml(
            rss(
                item(
                    "h",
                    more="<content:encoded><![CDATA[<p onclick='x()'>Water.</p><script>alert(1)</script>]]>"
                    "</content:encoded>",
                )
            ),
            OK,
            kept=("h",),
            shown={"h": {"body": "Water."}},
        ),
    ),
    38: line("NewsML that takes an item back", OK, taken_back),
    39: line(
        "NewsML under embargo",
        OK,
        embargo,
        embargoed("a.xml", g2("h", "<p>Water.</p>", "<embargoed>2999-01-01T00:00:00Z</embargoed>")),
        embargoed("a.xml", g2("h", "<p>Water.</p>", "<embargoed>when the court has ruled</embargoed>")),
        embargoed("a.xml", embargoed_nitf("<date.release norm='nonsense'/>")),
        embargoed("a.xml", embargoed_nitf("")),
        embargoed("a.json", NINJS % "when the court has ruled"),
        but="it is rejected by name until then, as an archive has no article that it may not show",
    ),
    40: line(
        "NITF with several bodies or none",
        (OK, REJECTED),
        xml(nitf(PARAGRAPH * 2), OK, kept=("h",), shown={"h": {"body": "Water.\n\nWater."}}),
        xml(nitf("", title=""), REJECTED, "no text"),
    ),
    41: line(
        "namespaces that are missing or another's",
        REJECTED,
        xml(g2("h", "<p>Water.</p>", space=""), OK, kept=("h",)),
        xml(
            g2("h", "<p>Water.</p>", space="xmlns='http://herald.example/'"),
            OK,
            kept=("h",),
            shown={"h": {"body": "Water."}},
        ),
        xml(
            "<x:newsStand xmlns:x='http://herald.example/'/>", REJECTED, "root element newsstand is not read"
        ),
        but="elements are known by their local names, as wires declare old and missing namespaces",
    ),
    42: line(
        "CDATA that is split, languages that are mixed",
        OK,
        xml(
            rss(item("h", "<![CDATA[a]]]]><![CDATA[>b]]>", "<description xml:lang='de'>Flut</description>")),
            OK,
            kept=("h",),
            shown={"h": {"title": "a]]>b"}},
        ),
        xml(
            g2("h", "<p xml:lang='de'>Flut</p><p xml:lang='fr'>eau</p>", attributes="xml:lang='en'"),
            OK,
            kept=("h",),
            shown={"h": {"body": "Flut\n\neau", "language": "en"}},
        ),
    ),
    43: line(
        "a web page in the place of a feed",
        REJECTED,
        xml(LOGIN, REJECTED, "rejected a.xml"),
        Index({"a.xml": LOGIN}, REJECTED, ("the file is a web page",), options=("--format", "xml")),
        Index({"a.rss": LONG_LOGIN}, OK, (), 1),
        but="a file is read as what it holds, so a page with a text is one whatever it is called; with "
        "--format xml it is rejected",
    ),
}
