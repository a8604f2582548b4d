"""XML files to articles: the root element tells which format it is.

A feed may be malformed (see `feeds`); a file of a news agency must be well formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument, Item
from search.sources.reading.safe_xml import parsed_xml

_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_WIDE = re.compile(rb"""\A(\s*<\?xml[^>]*?)\s+encoding=["']utf-(?:16|32)[^"']*["']""", re.IGNORECASE)
_NEWSML = (b"newsmessage", b"newsitem", b"packageitem", b"newsml", b"lewis", b"reuters")
_FEEDS = (b"rss", b"feed", b"rdf", b"channel")


def articles_in_xml(content: bytes, path: str, options: ReadOptions) -> Iterator[Item]:
    """The documents of an XML file; raises `BadDocument` if its format is unknown."""
    content = _WIDE.sub(rb"\1", content, 1)  # as it can be read here, it is not in that
    found = _ROOT.search(re.sub(rb"<!--.*?-->", b"", content[:65_536], flags=re.DOTALL))
    name = found[1].lower() if found else b""
    if name in _FEEDS:
        from search.sources.feeds import articles_in_feed

        yield from articles_in_feed(content, path, options)
    elif name in _NEWSML:
        from search.sources.wires.newsml import articles_in_newsml

        yield from articles_in_newsml(parsed_xml(content), path, options)
    elif name == b"nitf":
        from search.sources.wires.nitf import articles_in_nitf

        yield from articles_in_nitf(parsed_xml(content), path, options)
    elif name == b"ppsresponse":
        from search.sources.exports import factiva
        from search.sources.exports.fields import items

        yield from items(factiva.documents_in_xml(parsed_xml(content)), path, options)
    elif name == b"html":
        raise BadDocument("not-xml", "the file is a web page; give --format html")
    else:
        shown = name.decode("ascii", "replace") or "nothing"
        raise BadDocument("unknown-format", f"XML with the root element {shown} is not read")
