"""Markup to text: fragments of HTML, as feeds, wires and mails carry them, and elements of XML.

Each block becomes a paragraph, with a blank line between two; scripts, styles, form fields and media are
left out. Any input has a text: in HTML a tag that is never closed ends where its surroundings do.

HTML often lays a page out in tables, so each cell is a paragraph. In the XML of the wires a table holds
results or prices, and each row is a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_BLOCKS = frozenset(
    "address article aside block blockquote body body.content bq caption center dd details div dl dt "
    "fieldset figcaption figure fn footer form h1 h2 h3 h4 h5 h6 header hl1 hl2 hr html li main nav "
    "nitf-table note ol p pre section summary table tagline title ul".split()
)
_CELLS = frozenset("tbody td tfoot th thead tr".split())
_SILENT = frozenset(
    "head iframe math media nitf-table-metadata noscript object script select style svg template "
    "textarea".split()
)
_TAG = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9]*[\s/>]|!--|!\[CDATA\[|!doctype)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_UNCLOSED = re.compile(r"<(?=[^<>]*(?:<|\Z))")
_CUT_OFF = re.compile(r"[\s.…\[\]]+$")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_BREAKS = re.compile(r" ?\v ?")
_BLANK_LINE = re.compile(r"(?<=\S)[ \t\r]*\n(?:[ \t\r]*\n)+[ \t]*(?=\S)")
_INDENTED_LINE = re.compile(r"\r?\n[ \t]{2,}(?=\S)")
_FLUSH_LINE = re.compile(r"\n\S")


class _Paragraphs:
    """The text of blocks, put together piece by piece; a `"\\v"` in a piece begins a new line."""

    def __init__(self) -> None:
        self.finished: list[str] = []
        self._pieces: list[str] = []
        self.add = self._pieces.append

    def end_paragraph(self) -> None:
        if text := _BREAKS.sub("\n", _SPACES.sub(" ", "".join(self._pieces))).strip():
            self.finished.append(text)
        self._pieces.clear()


class _FragmentParser(HTMLParser):
    """Collects the text of a fragment of HTML in `paragraphs`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs = _Paragraphs()
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT and not self._silent:
            self._silent = tag
        elif tag == "br":
            self.paragraphs.add("\v")
        elif tag in _BLOCKS or tag in _CELLS:
            self.paragraphs.end_paragraph()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag in _BLOCKS or tag in _CELLS:
            self.paragraphs.end_paragraph()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.paragraphs.add(data)


def text_of(fragment: str) -> str:
    """The text of a fragment of HTML, entities as characters."""
    # The parser would look at these again and again, or not understand them.
    fragment = _DECLARATION.sub("", _COMMENT.sub("", fragment))
    parser = _FragmentParser()
    parser.feed(_UNCLOSED.sub("&lt;", fragment))
    parser.close()
    parser.paragraphs.end_paragraph()
    return "\n\n".join(parser.paragraphs.finished)


def plain(text: str) -> str:
    """`text_of` a text with tags or entities, any other text as it is: for fields that may be either."""
    if _TAG.search(text):
        return text_of(text)
    return without_entities(text)


def without_entities(text: str) -> str:
    """The text with its entities as characters."""
    return unescape(text) if _ENTITY.search(text) else text


def one_line_of(text: str) -> str:
    """`plain` on one line, as for a headline."""
    return " ".join(plain(text).split())


def is_beginning(text: str, body: str) -> bool:
    """True if `body` begins with `text`, apart from white space and a final ellipsis."""
    return " ".join(body.split()).startswith(_CUT_OFF.sub("", " ".join(text.split())))


def local_name(element: Element) -> str:
    """The name of an element of XML without its namespace; "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_in(element: Element | None, *, leaving_out: Iterable[str] = ()) -> str:
    """The text of an element of XML, without the elements named in `leaving_out`."""
    if element is None:
        return ""
    silent = _SILENT.union(leaving_out)
    paragraphs = _Paragraphs()
    waiting: list[Element | str | None] = [element]  # not recursive: a document can be of any depth
    while waiting:
        match waiting.pop():
            case None:
                paragraphs.end_paragraph()
            case str(text):
                paragraphs.add(text)
            case node:
                name = local_name(node).lower()
                if not name or (name in silent and node is not element):
                    continue
                if name in _BLOCKS:
                    paragraphs.end_paragraph()
                    waiting.append(None)
                elif name in ("br", "tr"):
                    waiting.append("\v")
                elif name in ("td", "th"):
                    waiting.append(" ")
                for child in reversed(node):
                    waiting += (child.tail or "", child)
                text = node.text or ""
                paragraphs.add(text.replace("\n", "\v") if name == "pre" else _with_paragraphs(text))
    paragraphs.end_paragraph()
    return "\n\n".join(unescape(text) if "&" in text else text for text in paragraphs.finished)


def line_in(element: Element | None, *, leaving_out: Iterable[str] = ()) -> str:
    """`text_in` on one line."""
    return " ".join(text_in(element, leaving_out=leaving_out).split())


def _with_paragraphs(text: str) -> str:
    """Many wires set all the paragraphs of a story within one element, by blank or indented lines."""
    if "\n" in text:
        text = _BLANK_LINE.sub("\v\v", text)
        if _FLUSH_LINE.search(text):  # else the indent is that of the XML
            text = _INDENTED_LINE.sub("\v\v", text)
    return text
