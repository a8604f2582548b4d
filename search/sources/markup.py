"""HTML fragments, as feeds, wires and mails carry them, to text.

Tolerant of anything: what is not closed ends somewhere. Blocks become paragraphs with a blank line
between; scripts, styles and what else is not read aloud are left out. For whole pages, of which the
article has to be found first, see `html_pages`.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot "
    "th thead title tr ul hl1 hl2 block".split()
)
_SILENT = frozenset("script style template noscript iframe object svg math head textarea select".split())
_TAG = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9]*[\s/>]|!--|!\[CDATA\[|!doctype)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_UNCLOSED = re.compile(r"<(?=[^<>]*(?:<|\Z))")
_CUT_OFF = re.compile(r"[\s.…\[\]]+$")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")


class _Text(HTMLParser):
    """Collects the text of a fragment in `paragraphs`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self._line: list[str] = []
        self._silent = ""

    def end_paragraph(self) -> None:
        if text := _SPACES.sub(" ", "".join(self._line)).replace(" \v ", "\n").replace("\v", "\n").strip():
            self.paragraphs.append(text)
        self._line = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT and not self._silent:
            self._silent = tag
        elif tag == "br":
            self._line.append("\v")
        elif tag in _BLOCKS:
            self.end_paragraph()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag in _BLOCKS:
            self.end_paragraph()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line.append(data)


def text_of(fragment: str) -> str:
    """The text of an HTML fragment: paragraphs with a blank line between, entities as characters."""
    # What the parser would look at again and again, or not understand, is taken from it first.
    fragment = _DECLARATION.sub("", _COMMENT.sub("", fragment))
    parser = _Text()
    parser.feed(_UNCLOSED.sub("&lt;", fragment))
    parser.close()
    parser.end_paragraph()
    return "\n\n".join(parser.paragraphs)


def plain(text: str) -> str:
    """`text_of` what has tags or entities, anything else as it is: for fields that may be either."""
    if _TAG.search(text):
        return text_of(text)
    return unescape(text) if _ENTITY.search(text) else text


def is_beginning(text: str, body: str) -> bool:
    """Whether `body` begins with `text`, white space and an ellipsis at the end aside."""
    return " ".join(body.split()).startswith(_CUT_OFF.sub("", " ".join(text.split())))


def one_line_of(text: str) -> str:
    """`plain` on one line, as for a headline."""
    return " ".join(plain(text).split())
