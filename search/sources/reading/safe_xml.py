"""XML without its dangers: no entity of its own is expanded, nothing outside the document is read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from search.sources.reading.outcome import BadDocument

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH = 10_000
"""Maximum depth of nested elements."""

MAX_ATTRIBUTE = 1 << 20
"""Maximum length of an attribute's value, in bytes."""


def parsed_xml(content: bytes) -> Element:
    """The root of an XML document; raises `BadDocument` if it is malformed or dangerous."""
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
    """Raise `BadDocument` for XML nested deeper than `MAX_DEPTH` or with a longer attribute than allowed.

    Malformed XML is checked up to its first error. The caller must have ruled out entities.
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

    # In any encoding that holds ASCII, the marks of XML are where they are in Latin-1.
    parser = ParserCreate(None if b"\0" in content else "iso-8859-1")
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    with suppress(ExpatError):
        parser.Parse(content, True)
