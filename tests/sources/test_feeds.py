"""Feeds become articles: RSS, Atom and JSON Feed, whole, broken and hostile."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.article import Article
from search.sources.feeds import articles_in_feed
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Item, Note, Origin, Rejected
from tests.conftest import day

DEFAULT = ReadOptions()
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
CHANNEL = "<title>Port Alder Herald</title><link>https://alder.example/</link><language>en-gb</language>"


def rss(*items: str, channel: str = CHANNEL) -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {NAMESPACES}><channel>{channel}{inner}</channel></rss>'.encode()


def atom(*entries: str, feed: str = "<title>Lowmere Post</title>", attributes: str = "") -> bytes:
    inner = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{feed}{inner}</feed>'.encode()


def read(content: bytes, options: ReadOptions = DEFAULT) -> list[Item]:
    return list(articles_in_feed(content, "a.xml", options))


def accepted(content: bytes, options: ReadOptions = DEFAULT) -> list[Accepted]:
    items = read(content, options)
    assert all(isinstance(item, Accepted) for item in items), items
    return [item for item in items if isinstance(item, Accepted)]


def one(content: bytes, options: ReadOptions = DEFAULT) -> Article:
    (item,) = accepted(content, options)
    assert item.notes == ()
    return item.article


def noted(content: bytes, options: ReadOptions = DEFAULT) -> tuple[Article, list[str]]:
    (item,) = accepted(content, options)
    return item.article, [note.code for note in item.notes]


def refused(content: bytes, options: ReadOptions = DEFAULT) -> BadDocument:
    with pytest.raises(BadDocument) as caught:
        read(content, options)
    return caught.value


# --- whole feeds ------------------------------------------------------------------------------------

RSS_ITEM = (
    "<title>Crane &amp;amp; quay\n fall</title><link>https://alder.example/crane</link>"
    '<guid isPermaLink="false">crane-1</guid><pubDate>Tue, 11 Feb 2025 18:01:34 GMT</pubDate>'
    "<description>It came down at noon.</description><category>Harbour, docks</category>"
    "<category>Safety</category><dc:creator>By Ada Quill</dc:creator>"
    "<content:encoded><![CDATA[<p>The crane was <b>old</b>.</p><p>Nobody knows.</p>]]></content:encoded>"
)
ATOM_ENTRY = (
    '<title type="html">Ferry &lt;i&gt;late&lt;/i&gt;</title><id>urn:ferry:1</id>'
    '<link href="https://lowmere.example/ferry"/><link rel="enclosure" href="https://lowmere.example/f.mp3"/>'
    "<published>2025-02-10T08:00:00+01:00</published><updated>2025-02-12T08:00:00Z</updated>"
    "<author><name>Bo Reed</name><email>bo@lowmere.example</email></author>"
    '<category term="sea" label="At sea"/>'
    "<summary>A short wait.</summary>"
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
    "<p>It was fog &amp; ice.</p></div></content>"
)
RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Hillfold News</title></channel>'
    b'<item rdf:about="https://hillfold.example/1"><title>Mill shut</title>'
    b"<link>https://hillfold.example/1</link><dc:date>2025-02-11</dc:date><dc:subject>Work</dc:subject>"
    b"<description>For good.</description></item></rdf:RDF>"
)
CRANE = Article(
    id="crane-1",
    title="Crane & quay fall",
    description="It came down at noon.",
    body="The crane was old.\n\nNobody knows.",
    published=day("2025-02-11T18:01:34"),
    keywords=("Harbour, docks", "Safety"),
    authors=("Ada Quill",),
    source="Port Alder Herald",
    url="https://alder.example/crane",
    language="en-gb",
)
FERRY = Article(
    id="urn:ferry:1",
    title="Ferry late",
    description="A short wait.",
    body="It was fog & ice.",
    published=day("2025-02-10T07:00:00"),
    modified=day("2025-02-12T08:00:00"),
    keywords=("At sea",),
    authors=("Bo Reed",),
    source="Lowmere Post",
    url="https://lowmere.example/ferry",
)
MILL = Article(
    id="https://hillfold.example/1",
    title="Mill shut",
    body="For good.",
    published=day("2025-02-11"),
    precision="day",
    keywords=("Work",),
    source="Hillfold News",
    url="https://hillfold.example/1",
)
WHOLE = {
    "RSS 2.0": (rss(RSS_ITEM), CRANE),
    "RSS 0.91": (rss(RSS_ITEM).replace(b'"2.0"', b'"0.91"'), CRANE),
    "Atom": (atom(ATOM_ENTRY), FERRY),
    "RDF": (RDF, MILL),
    "a declaration": (b'<?xml version="1.0" encoding="utf-8"?>' + rss(RSS_ITEM), CRANE),
    "blank lines first": (b'\xef\xbb\xbf\n\n<?xml version="1.0"?>' + rss(RSS_ITEM), CRANE),
    "UTF-16": ('<?xml version="1.0" encoding="utf-16"?>' + rss(RSS_ITEM).decode()).encode("utf-16"),
    "UTF-8 that declares UTF-16": b'<?xml version="1.0" encoding="utf-16"?>' + rss(RSS_ITEM),
}


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_a_feed_is_read_as(whole: tuple[bytes, Article] | bytes) -> None:
    content, expected = whole if isinstance(whole, tuple) else (whole, CRANE)
    assert one(content) == expected


def test_each_entry_has_its_place() -> None:
    items = read(rss("<title>A</title>", "<category>c</category>", "<title>B</title>"))
    assert [type(item) for item in items] == [Accepted, Rejected, Accepted]
    assert [item.origin for item in items if not isinstance(item, Note)] == [
        Origin("a.xml", f"item {number}") for number in (1, 2, 3)
    ]
    assert isinstance(items[1], Rejected)
    assert items[1].code == "no-text"


def test_a_feed_without_entries_is_nothing() -> None:
    assert read(rss()) == []
    assert read(atom()) == []


# --- fields -----------------------------------------------------------------------------------------


def test_no_id_is_invented() -> None:
    address = "<link>https://alder.example/a</link>"
    derived = Article(title="A", source="Port Alder Herald", url="https://alder.example/a").id
    assert one(rss(f"<title>A</title>{address}")).id == derived
    long = f"<title>A</title><guid isPermaLink='false'>{'g' * 600}</guid>{address}"
    article, codes = noted(rss(long))
    assert (article.id, codes) == (derived, ["ignored-value"])


URLS = {
    "https://alder.example/a?b=1&amp;c=2": "https://alder.example/a?b=1&c=2",
    "/crane": "https://alder.example/crane",
    "javascript:alert(1)": "",
    "data:text/html,x": "",
    "ftp://alder.example/a": "",
    "http://[": "",
}


@pytest.mark.parametrize(("written", "expected"), URLS.items())
def test_links(written: str, expected: str) -> None:
    assert one(rss(f"<title>A</title><link>{written}</link>")).url == expected


def test_a_relative_link_without_a_base_is_dropped_and_resolved_with_one() -> None:
    entry = '<title>A</title><link href="a"/>'
    assert one(atom(entry)).url == ""
    assert one(atom(entry, attributes='xml:base="https://x.example/d/"')).url == "https://x.example/d/a"


def test_the_original_link_is_taken_before_that_of_a_counter() -> None:
    links = "<link>https://count.example/1</link><feedburner:origLink>https://alder.example/1</feedburner:origLink>"
    assert one(rss(f"<title>A</title>{links}")).url == "https://alder.example/1"


FULL = "<content:encoded>Fog &lt;b&gt;and&lt;/b&gt; ice on the quay.</content:encoded>"
TEXTS = {
    "a summary only": ("<description>Fog.</description>", "Fog.", ""),
    "both": (f"<description>Late.</description>{FULL}", "Fog and ice on the quay.", "Late."),
    "both, the other way round": (
        f"{FULL}<description>Late.</description>",
        "Fog and ice on the quay.",
        "Late.",
    ),
    "the same twice": (
        f"<description>Fog and ice on the quay.</description>{FULL}",
        "Fog and ice on the quay.",
        "",
    ),
    "its beginning": (f"<description>Fog and ice […]</description>{FULL}", "Fog and ice on the quay.", ""),
    "full text only": (FULL, "Fog and ice on the quay.", ""),
    "a caption, which is no text": (
        "<description>Fog.</description><media:description type='plain'>A long caption.</media:description>",
        "Fog.",
        "",
    ),
    "a caption and nothing else": ("<media:description>A caption.</media:description>", "A caption.", ""),
    "a summary for players": (
        "<description>Fog.</description><itunes:summary>Fog and ice.</itunes:summary>",
        "Fog and ice.",
        "",
    ),
    "scripts": (
        "<description>&lt;script&gt;x()&lt;/script&gt;&lt;p&gt;Fog.&lt;/p&gt;</description>",
        "Fog.",
        "",
    ),
    "a marked section": ("<description>Fog &lt;![odd[ ice &lt;p&gt;</description>", "Fog <![odd[ ice", ""),
}


@pytest.mark.parametrize(("inner", "body", "description"), TEXTS.values(), ids=TEXTS)
def test_texts(inner: str, body: str, description: str) -> None:
    article = one(rss(f"<title>A</title>{inner}"))
    assert (article.body, article.description) == (body, description)


def test_plain_text_of_atom_keeps_what_only_looks_like_a_tag() -> None:
    assert one(atom("<title>The &lt;table&gt; at the inn</title>")).title == "The <table> at the inn"
    assert one(atom("<title>Ada &lt;b&gt;wins&lt;/b&gt;</title>")).title == "Ada wins"


AUTHORS = {
    "an address with a name": ("<author>ada@alder.example (Ada Quill)</author>", ("Ada Quill",)),
    "a name with an address": ("<author>Ada Quill &lt;ada@alder.museum&gt;</author>", ("Ada Quill",)),
    "an address only": ("<author>ada@alder.example</author>", ("ada@alder.example",)),
    "two": ("<dc:creator>Ada</dc:creator><dc:creator>Bo</dc:creator>", ("Ada", "Bo")),
    "one twice": ("<author>Ada</author><dc:creator>Ada</dc:creator>", ("Ada",)),
}


@pytest.mark.parametrize(("inner", "expected"), AUTHORS.values(), ids=AUTHORS)
def test_authors(inner: str, expected: tuple[str, ...]) -> None:
    assert one(rss(f"<title>A</title>{inner}")).authors == expected


def test_the_author_of_an_atom_feed_wrote_what_names_nobody_but_an_editor_of_rss_did_not() -> None:
    assert one(atom("<title>A</title>", feed="<author><name>Cy Fell</name></author>")).authors == ("Cy Fell",)
    channel = f"{CHANNEL}<managingEditor>Dee Marsh</managingEditor>"
    assert one(rss("<title>A</title>", channel=channel)).authors == ()


def test_an_entry_may_have_a_source_and_a_language_of_its_own() -> None:
    item = '<title>A</title><source url="https://x.example/">Hillfold News</source>'
    assert one(rss(f"{item}<dc:language>fr</dc:language>")).source == "Hillfold News"
    assert one(rss(f"{item}<dc:language>fr</dc:language>")).language == "fr"
    feed = atom("<title xml:lang='de'>A</title><source><title>B</title></source>", attributes='xml:lang="en"')
    assert (one(feed).source, one(feed).language) == ("B", "de")


def test_values_too_long_are_dropped_and_noted() -> None:
    long = "k" * 600
    item = (
        f"<title>A</title><category>{long}</category><category>sea</category><dc:creator>{long}</dc:creator>"
    )
    article, codes = noted(rss(item))
    assert (article.keywords, article.authors) == (("sea",), ())
    assert codes == ["ignored-value"] * 2


# --- times ------------------------------------------------------------------------------------------


def published(written: str, options: ReadOptions = DEFAULT) -> tuple[datetime | None, list[str]]:
    article, codes = noted(rss(f"<title>A</title><pubDate>{written}</pubDate>"), options)
    return article.published, codes


def test_times() -> None:
    assert published("Tue, 11 Feb 2025 18:01:34 EST") == (day("2025-02-11T23:01:34"), [])
    assert published("11/02/2025", ReadOptions(order="day-first")) == (day("2025-02-11"), [])
    assert published("11/02/2025") == (None, ["unreadable-date"])
    assert published("soon") == (None, ["unreadable-date"])
    assert published("") == (None, [])
    assert published("0001-01-01T00:00:00Z") == (None, ["unreadable-date"])


def test_an_update_is_when_the_article_was_modified() -> None:
    times = "<published>2025-02-11T08:00:00Z</published><updated>{}</updated>"

    def modified(updated: str) -> tuple[datetime | None, list[str]]:
        article, codes = noted(atom(f"<title>A</title>{times.format(updated)}"))
        assert article.published == day("2025-02-11T08:00")
        return article.modified, codes

    assert modified("2025-02-11T09:30:00+01:00") == (day("2025-02-11T08:30"), [])
    assert modified("2025-02-11T09:00:00+01:00") == (None, [])
    assert modified("2025-02-10T08:00:00Z") == (day("2025-02-10T08:00"), ["modified-before-published"])
    assert modified("soon") == (None, ["unreadable-date"])


def test_updated_is_taken_where_there_is_no_time_of_publication() -> None:
    assert one(atom("<title>A</title><updated>2025-02-11</updated>")).published == day("2025-02-11")


def test_strict_reading_rejects_what_loses_anything() -> None:
    (item,) = read(rss("<title>A</title><pubDate>soon</pubDate>"), ReadOptions(strict=True))
    assert isinstance(item, Rejected)
    assert item.code == "unreadable-date"


# --- broken and hostile -----------------------------------------------------------------------------


def test_a_broken_feed_keeps_what_parses_and_says_so_once() -> None:
    content = rss("<title>A & B</title>", "<title>C</title>").removesuffix(b"</channel></rss>")
    first, second = accepted(content)
    assert [first.article.title, second.article.title] == ["A & B", "C"]
    assert [note.code for note in first.notes] == ["broken-feed"]
    assert second.notes == ()
    kinds = [type(item) for item in read(content, ReadOptions(strict=True))]
    assert kinds == [Rejected, Accepted]


NO_FEEDS = {
    "a page": (b"<!DOCTYPE html><html><head><title>A</title></head><body><p>B</body></html>", "a web page"),
    "a page that is XML": (b"<html><body><p>B</p></body></html>", "a web page"),
    "text": (b"Crane falls at Lowmere", "not a feed"),
    "nothing": (b"", "not a feed"),
    "a broken head": (b"<rss version='2.0'><channel><title>A", "not a feed"),
    "the name of a file": (__file__.encode(), "not a feed"),
}


@pytest.mark.parametrize(("content", "reason"), NO_FEEDS.values(), ids=NO_FEEDS)
def test_no_feed(content: bytes, reason: str) -> None:
    error = refused(content)
    assert error.code == "not-a-feed"
    assert reason in error.reason


BOMB = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_entities_of_its_own_are_refused(encoding: str) -> None:
    assert refused((BOMB + rss("<title>&b;</title>").decode()).encode(encoding)).code == "dangerous-xml"


@pytest.mark.parametrize("encoding", ["utf-7", "unicode_escape", "cp037"])
def test_encodings_that_entities_could_hide_in_are_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}{rss("<title>&b;</title>").decode()}'
    hidden = text.encode(encoding) if encoding == "cp037" else text.replace("<!E", "+ADw-!E").encode()
    assert refused(hidden).code == "encoding"


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("quince marmalade")
    declared = f'<!DOCTYPE rss [<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
    assert refused(declared.encode() + rss("<title>&f;</title>")).code == "dangerous-xml"
    outside = f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}">'.encode() + rss("<title>A &f;</title>")
    assert all("quince" not in repr(item) for item in read(outside))


def test_an_encoding_given_is_used() -> None:
    content = rss("<title>Café</title>").decode().encode("latin-1")
    assert one(content, ReadOptions(encoding="latin-1")).title == "Café"


PIECES = [
    *"<rss> <feed> <item> <entry> <title> </title> </item> <![CDATA[ ]]> &# &#x; &#9999999999; > <".split(),
    *"<author> <pubDate> <category> <!ENTITY <![odd[ <image> <description> <textinput> <!--".split(),
    *(
        "<!DOCTYPE",
        "&",
        "<?xml encoding='x'?>",
        "<content type='x' mode='base64'>",
        "<link href='",
        "<source>",
        "<svg>",
        "é \0",
    ),
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map(lambda pieces: "".join(pieces).encode()) | st.binary()
)
def test_no_bytes_raise_anything_but_bad_document(content: bytes) -> None:
    with suppress(BadDocument):
        read(content)
