"""XML of any of the formats read here: which one is told by the root element.

Entities are not expanded and nothing outside the document is read, whatever it asks for. A feed may be
broken (see `feeds`); the wires' formats may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from search.sources.reading import BadDocument, Item, ReadOptions

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH = 10_000
"""Most elements within each other."""

MAX_ATTRIBUTE = 1 << 20
"""Longest value of an attribute, in bytes."""

_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_WIDE = re.compile(rb"""\A(\s*<\?xml[^>]*?)\s+encoding=["']utf-(?:16|32)[^"']*["']""", re.IGNORECASE)
_WIRES = (b"newsmessage", b"newsitem", b"packageitem", b"newsml", b"lewis", b"reuters")
_FEEDS = (b"rss", b"feed", b"rdf", b"channel")


def articles_in_xml(content: bytes, path: str, options: ReadOptions) -> Iterator[Item]:
    """The documents of an XML file; raises `BadDocument` where it is none that is read here."""
    content = _WIDE.sub(rb"\1", content, 1)  # as it can be read here, it is not in that
    found = _ROOT.search(re.sub(rb"<!--.*?-->", b"", content[:65_536], flags=re.DOTALL))
    name = found[1].lower() if found else b""
    if name in _FEEDS:
        from search.sources.feeds import articles_in_feed

        yield from articles_in_feed(content, path, options)
        return
    if name in _WIRES:
        from search.sources.newsml import articles_in_newsml

        yield from articles_in_newsml(parsed_xml(content), path, options)
    elif name == b"nitf":
        from search.sources.nitf import articles_in_nitf

        yield from articles_in_nitf(parsed_xml(content), path, options)
    elif name == b"html":
        raise BadDocument("not-xml", "the file is a web page; give --format html")
    else:
        shown = name.decode("ascii", "replace") or "nothing"
        raise BadDocument("unknown-format", f"XML with the root element {shown} is not read")


def parsed_xml(content: bytes) -> Element:
    """The root of an XML document; raises `BadDocument`, for what would be dangerous to read as well."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(content, forbid_dtd=False)
    except DefusedXmlException as error:
        kind = type(error).__name__
        raise BadDocument("dangerous-xml", f"the XML has entities of its own ({kind})") from error
    except ParseError as error:
        raise BadDocument("not-xml", f"not XML: {error}") from error
    except (ValueError, LookupError, RecursionError) as error:
        raise BadDocument("not-xml", f"the XML cannot be read: {error}") from error
    check_shape(content)
    return root


def check_shape(content: bytes) -> None:
    """Raise `BadDocument` for XML that is nested deeper, or has a longer attribute, than any of news.

    What is not well-formed is looked at as far as it is. The entities must be known to do no harm.
    """
    from xml.parsers.expat import ExpatError, ParserCreate

    depth = 0

    def begin(_name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise BadDocument("too-deep", f"the XML is nested deeper than {MAX_DEPTH:,} elements")
        for text in attributes:
            if len(text) > MAX_ATTRIBUTE:
                raise BadDocument("too-large", f"an attribute is longer than {MAX_ATTRIBUTE >> 20} MiB")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    # in any encoding that holds ASCII, the marks of XML are where they are in Latin-1
    parser = ParserCreate(None if b"\0" in content else "iso-8859-1")
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    with suppress(ExpatError):
        parser.Parse(content, True)
