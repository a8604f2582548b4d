"""Documents of every format that is read, and changes to them at random."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.corpora import CORPORA
from tests.faults.archives import TORTURE

FORMATS = CORPORA / "formats"
"""Documents as they come; tried where they are there."""

MAX_DOCUMENT_BYTES = 64 << 10
"""Bytes of such a document."""

RECORD = {
    "id": "a1",
    "title": "Crane falls",
    "body": "The harbour crane came down at noon.",
    "published": "2025-02-03T10:00:00Z",
    "keywords": ["harbour", "port"],
    "extra": {"places": ["lowmere"]},
}
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Herald",
    "items": [{"id": "1", "title": "Crane", "content_html": "<p>Down</p>", "date_published": "2025-02-03"}],
}
NINJS = {"uri": "urn:a", "headline": "Crane", "body_text": "Down.", "versioncreated": "2025-02-03T10:00:00Z"}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Crane falls</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Crane falls"}</script></head>
<body><article><h1>Crane falls</h1><p>The harbour crane of Port Alder came down at noon on Tuesday, and
nobody was hurt in the fall.</p></article></body></html>"""
RESPONSE = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n{PAGE}"

SEEDS: dict[str, str] = {
    "a.txt": "Crane falls\nThe quay is shut.\n2025-02-03T10:00:00Z\n- One crane\n\nIt came down at noon.\n",
    "a.jsonl": json.dumps(RECORD) + "\n" + json.dumps({**RECORD, "id": "a2"}) + "\n",
    "a.json": json.dumps([RECORD, {"headline": "Fog", "text": "Fog on the quay.", "date": 1_738_576_800}]),
    "feed.json": json.dumps(JSON_FEED),
    "ninjs.json": json.dumps(NINJS),
    "a.csv": 'id,title,body,published\n1,Crane,"It ""fell""\nat noon.",2025-02-03\n2,Fog,Fog.,2025-02-04\n',
    "a.md": "---\ntitle: Crane falls\ndate: 2025-02-03\ntags: [harbour, port]\n---\nIt *came* down.\n",
    "a.eml": """From: Desk <desk@herald.example>
Subject: =?utf-8?q?Crane?=
Date: Mon, 3 Feb 2025 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain

Down.
--x
Content-Type: text/html

<p>Down.</p>
--x--
""",
    "a.html": PAGE,
    "rss.xml": """<?xml version="1.0"?><rss version="2.0"><channel><title>Herald</title><item><guid>1</guid>
<title>Crane</title><description>&lt;p&gt;Down&lt;/p&gt;</description>
<pubDate>Mon, 03 Feb 2025 10:00:00 GMT</pubDate></item></channel></rss>""",
    "atom.xml": """<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title><entry><id>u:1</id>
<title>Crane</title><updated>2025-02-03T10:00:00Z</updated>
<content type="xhtml"><div>Down</div></content></entry></feed>""",
    "nitf.xml": """<nitf><head><title>Crane</title><docdata><doc-id id-string="d1"/>
<date.issue norm="20250203"/></docdata></head>
<body><body.content><p>Down.</p></body.content></body></nitf>""",
    "g2.xml": """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="g1" version="1"><itemMeta>
<itemClass qcode="ninat:text"/><versionCreated>2025-02-03T10:00:00Z</versionCreated></itemMeta>
<contentMeta><headline>Crane</headline></contentMeta><contentSet><inlineXML><html><body><p>Down.</p></body>
</html></inlineXML></contentSet></newsItem>""",
    "newsml.xml": """<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>1</NewsItemId>
</NewsIdentifier></Identification><NewsComponent><NewsLines><HeadLine>Crane</HeadLine></NewsLines>
<ContentItem><DataContent><p>Down.</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>""",
    "reuters.xml": """<LEWIS><REUTERS NEWID="7"><DATE>26-FEB-1987 15:01:01.79</DATE>
<TOPICS><D>ship</D></TOPICS><TEXT><TITLE>CRANE</TITLE><BODY>It came down.</BODY></TEXT></REUTERS></LEWIS>""",
    "a.warc": "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
    "WARC-Date: 2025-02-03T10:00:00Z\r\nWARC-Target-URI: https://herald.example/a\r\n"
    f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(RESPONSE)}\r\n\r\n"
    f"{RESPONSE}\r\n\r\n",
}
"""One document of each format, by a name that it may have."""

TOKENS = (
    b'"', b"{", b"[" * 50, b"<", b"]]>", b"&#0;", b"&#xD800;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"\x00",
    b"\xff\xfe", b"\xed\xa0\x80", b"\r\n\r\n", b"1e999", b"-1", b"9" * 30, b"\\ud800", b"null", b"---\n",
    b"\x1f\x8b\x08\x00", b"PAR1", b"Content-Length: 99999999999\r\n", b"charset=utf-7",
    b"0000-00-00T99:99:99+99:99", "\u202e\u0130".encode(),
)  # fmt: skip


def mutated(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """`seed` after one to eight changes: bits, bytes, spans, tokens and parts of others."""
    content = bytearray(seed)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(content) + 1)
        span = chance.choice((1, 2, 9, 80, 700))
        match chance.randrange(8):
            case 0 if at < len(content):
                content[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(content):
                content[at] = chance.randrange(256)
            case 2:
                del content[at : at + span]
            case 3:
                content[at:at] = content[at : at + span] * chance.choice((1, 2, 30))
            case 4 | 5:
                content[at:at] = chance.choice(TOKENS)
            case 6:
                other = chance.choice(others)
                start = chance.randrange(len(other) + 1)
                content[at:at] = other[start : start + span]
            case _:
                del content[at:]
    return bytes(content)


def seeds(folder: Path) -> dict[str, list[tuple[str, bytes]]]:
    """Documents by the ending of their name, as (name, content)."""
    import pyarrow.parquet

    table = folder / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"title": ["Crane"], "body": ["Down."], "id": ["p1"]}), table)
    found = [(name, text.encode()) for name, text in SEEDS.items()]
    found += [(f"{name}.gz", gzip.compress(content, mtime=0)) for name, content in found]
    found.append(("a.parquet", table.read_bytes()))
    if TORTURE:
        found += [
            (path.name, path.read_bytes())
            for path in sorted(FORMATS.rglob("*"))
            if path.is_file() and path.stat().st_size <= MAX_DOCUMENT_BYTES
        ]
    by_ending: dict[str, list[tuple[str, bytes]]] = {}
    for name, content in found:
        by_ending.setdefault("".join(Path(name).suffixes[-2:]).lower(), []).append((name, content))
    return by_ending


def documents(folder: Path, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Documents without end, of each ending in turn."""
    by_ending = seeds(folder)
    everything = [content for some in by_ending.values() for _, content in some if content]
    for ending in cycle(by_ending):
        name, content = chance.choice(by_ending[ending])
        yield name, mutated(content, everything, chance)
