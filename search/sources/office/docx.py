"""Word files (docx): the paragraphs of the document, in tables and text boxes too.

The XML is read here, as libraries for docx leave out the text of boxes and content controls. Headers,
footers, footnotes, comments and deleted text are left out.
"""

from __future__ import annotations

from io import RawIOBase
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from search.sources.reading.outcome import BadDocument
from search.sources.reading.safe_xml import MAX_DEPTH

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_WORD = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def paragraphs_of_docx(document: RawIOBase) -> list[str]:
    """The paragraphs in the XML of a document; raises `BadDocument`.

    A paragraph in a text box comes before the paragraph that the box belongs to.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    paragraphs: list[str] = []
    depth = doubles = 0
    try:
        for event, element in iterparse(document, events=("start", "end"), forbid_dtd=True):
            step = 1 if event == "start" else -1
            depth += step
            if depth > MAX_DEPTH:
                raise BadDocument("too-deep", f"the XML is nested deeper than {MAX_DEPTH:,} elements")
            if element.tag.endswith("}Fallback"):  # the text of a box again, for older programs
                doubles += step
            if step < 0 and _name(element) == "p":
                if not doubles:
                    paragraphs.append(_text(element))
                element.clear()
    except DefusedXmlException as error:
        kind = type(error).__name__
        raise BadDocument("dangerous-xml", f"the XML has entities of its own ({kind})") from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadDocument("not-docx", f"the XML of the document is damaged: {error}") from error
    return paragraphs


def _name(element: Element) -> str:
    """The name of an element of Word; "" for another element."""
    space, _, name = element.tag.rpartition("}")
    return name if f"{space}}}" in _WORD else ""


def _text(paragraph: Element) -> str:
    pieces = []
    for element in paragraph.iter():
        name = _name(element)
        pieces.append((element.text or "") if name == "t" else _CHARACTERS.get(name, ""))
    return "".join(pieces)
