"""What the formats of the wires share: the draft of an article, the names in a byline, the text of XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from html import unescape
from typing import TYPE_CHECKING

from search.article import Article, has_controls, one_line, version_of, written_time
from search.dates import shortened
from search.errors import InvalidArticle
from search.sources.reading import (
    Accepted,
    BadDocument,
    Note,
    Origin,
    ReadOptions,
    Withdrawn,
    fitting,
    strictly,
)
from search.sources.times import read_times

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TAKEN_BACK = frozenset({"canceled", "cancelled", "withheld"})
"""What the standards call the status of a document that is not, or no longer, to be shown."""

_BLOCKS = frozenset(
    "address article aside block blockquote body body.content bq caption center dd div dl dt fieldset "
    "figcaption figure fn footer h1 h2 h3 h4 h5 h6 header hl1 hl2 hr li main nav nitf-table note ol p pre "
    "section summary table tagline ul".split()
)
_SILENT = frozenset("head iframe media nitf-table-metadata object script style svg template".split())
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_BREAKS = re.compile(r" ?\v ?")
_BLANK_LINE = re.compile(r"(?<=\S)[ \t\r]*\n(?:[ \t\r]*\n)+[ \t]*(?=\S)")
_INDENTED_LINE = re.compile(r"\r?\n[ \t]{2,}(?=\S)")
_FLUSH_LINE = re.compile(r"\n\S")
_JOINED = re.compile(r"\s*[;|]\s*|\s+/\s+|,?\s+and\s+")
_BY = {"de": "von", "fr": "par", "es": "por", "pt": "por", "it": "di", "nl": "door", "sv": "av", "nb": "av"}


@dataclass(slots=True)
class Draft:
    """An article of a wire being put together.

    `dates` are when it was published and `changes` when it was changed, the first readable of each counts.
    """

    options: ReadOptions
    id: str = ""
    title: str = ""
    description: str = ""
    body: str = ""
    dates: Sequence[str] = ()
    changes: Sequence[str] = ()
    keywords: Iterable[str] = ()
    authors: Iterable[str] = ()
    source: str = ""
    language: str = ""
    extra: dict[str, Iterable[str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def accepted(self, origin: Origin) -> Accepted:
        """The article; a first paragraph that only repeats the title goes. Raises `BadDocument`."""
        for name in ("title", "description", "body"):
            if has_controls(getattr(self, name).replace("\r", "")):
                self.notes.append(Note("control-characters", f"control characters were taken out of {name}"))
        self._check_embargo()
        times = read_times(self.dates, self.options, self.notes, modified=self.changes)
        first, _, rest = self.body.partition("\n\n")
        try:
            article = Article(
                id=self.id,
                title=self.title,
                description=self.description,
                body=rest if rest and one_line(first) == one_line(self.title) else self.body,
                published=times.published,
                precision=times.precision,
                modified=times.modified,
                keywords=self._fitting("keywords", self.keywords),
                authors=self._fitting("authors", self.authors),
                source=next(iter(self._fitting("source", (self.source,))), ""),
                language=self.language,
                extra={
                    **{name: self._fitting(name, values) for name, values in self.extra.items()},
                    **times.as_written,
                },
            )
        except InvalidArticle as error:
            raise BadDocument(error.code, str(error)) from error
        return Accepted(article, origin, strictly(self.notes, self.options))

    def _check_embargo(self) -> None:
        """Raise `BadDocument` until the embargo ends: with a time of day, or where its day begins.

        An embargo whose end cannot be read does not end.
        """
        written = [text for text in self.extra.get("embargoed", ()) if text.strip()]
        if not written:
            return
        until = read_times(written, self.options, self.notes)
        if until.published is None:
            raise BadDocument("embargoed", f"the end of the embargo cannot be read: {shortened(written[0])}")
        ends, shown = until.published, written_time(until.published, until.precision)
        if until.precision != "instant":
            ends = datetime.combine(ends.date(), time(), self.options.zone)
        if ends > (self.options.now or datetime.now(UTC)):
            raise BadDocument("embargoed", f"the article is under embargo until {shown}; index it again then")
        self.extra["embargoed"] = (shown,)

    def _fitting(self, name: str, values: Iterable[str]) -> tuple[str, ...]:
        return fitting(name, map(one_line, values), self.notes)


def withdrawn(identity: str, origin: Origin, version: str = "") -> Withdrawn:
    """The taking back of the document `identity`; raises `BadDocument` where that is no id."""
    if not identity.strip():
        raise BadDocument("bad-id", "a document is taken back without saying which")
    number = version_of({"version": (version.strip(),)})
    try:
        return Withdrawn(Article(id=identity, title="-").id, origin, number)
    except InvalidArticle as error:
        raise BadDocument(error.code, str(error)) from error


def names_in(byline: str, *, language: str = "", source: str = "") -> list[str]:
    """The authors of a byline: without "By" (or "Von", by its language) and the source after a comma."""
    by = _BY.get(language[:2].lower(), "by")
    text = re.sub(rf"^(?:by|{by})[:\s]+", "", one_line(byline), flags=re.IGNORECASE).strip(" ,;-")
    if source and text.lower().endswith(ending := f", {source.lower()}"):
        text = text[: -len(ending)]
    names = _JOINED.split(text)
    if re.search(r"\sand\s", text):  # only then does a comma part two names, not a name and what it is
        names = [name for joined in names for name in joined.split(",")]
    return [name.strip() for name in names if name.strip() and name.strip().lower() != source.lower()]


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_in(element: Element | None, *, leaving_out: Iterable[str] = ()) -> str:
    """The text of an element: paragraphs with a blank line between, the rows of a table as lines."""
    if element is None:
        return ""
    silent = _SILENT.union(leaving_out)
    paragraphs: list[str] = []
    line: list[str] = []

    def end() -> None:
        text = _BREAKS.sub("\n", _SPACES.sub(" ", "".join(line))).strip()
        if text:
            paragraphs.append(unescape(text) if "&" in text else text)  # some wires escape twice
        line.clear()

    ahead: list[Element | str | None] = [element]  # not recursive: a document can be any depth
    while ahead:
        match ahead.pop():
            case None:
                end()
            case str(text):
                line.append(text)
            case node:
                name = local(node).lower()
                if not name or (name in silent and node is not element):
                    continue
                if name in _BLOCKS:
                    end()
                    ahead.append(None)
                elif name in ("br", "tr"):
                    ahead.append("\v")
                elif name in ("td", "th"):
                    ahead.append(" ")
                for child in reversed(node):
                    ahead += (child.tail or "", child)
                text = node.text or ""
                line.append(text.replace("\n", "\v") if name == "pre" else _with_paragraphs(text))
    end()
    return "\n\n".join(paragraphs)


def _with_paragraphs(text: str) -> str:
    """Many wires set the paragraphs of a whole story within one element, by blank or indented lines."""
    if "\n" in text:
        text = _BLANK_LINE.sub("\v\v", text)
        if _FLUSH_LINE.search(text):  # else the indent is that of the XML
            text = _INDENTED_LINE.sub("\v\v", text)
    return text


def line_in(element: Element | None, *, leaving_out: Iterable[str] = ()) -> str:
    """`text_in` on one line."""
    return " ".join(text_in(element, leaving_out=leaving_out).split())
