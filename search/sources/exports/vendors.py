"""The exports of research archives, recognised by their content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from search.sources.exports import europresse, factiva, nexis, proquest
from search.sources.exports.fields import items
from search.sources.pages.html import page_text
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, Rejected
from search.text.markup import text_of

_PAGE_SIGNS = re.compile(
    rb"<!-- Hide XML section|class=[\"']?[a-z]{2}(?:Headline|Article)\b|class=[\"']?article [a-z]{2}Article"
    rb"|class=[\"']?DocPublicationName|ProQuest document ID",
    re.IGNORECASE,
)
_PROQUEST_ID = re.compile(r"ProQuest document ID:")
_BLANK_LINE = re.compile(r"\n\s*\n")
_MARKS: tuple[Callable[[str], object], ...] = (
    nexis.is_first,
    nexis.is_end,
    proquest.SEPARATOR.fullmatch,
    proquest.NUMBER.fullmatch,
    factiva.DOCUMENT.fullmatch,
)
"""The lines between documents."""

Documents = Iterator[Accepted | Rejected]


def articles_in_paragraphs(paragraphs: Sequence[str], path: str, options: ReadOptions) -> Documents | None:
    """The articles of an export as paragraphs; None if no known archive made it."""
    paragraphs = [each for paragraph in paragraphs for each in _with_marks_apart(paragraph)]
    if nexis.is_export(paragraphs):
        return items(nexis.documents(paragraphs, options), path, options)
    if any(_PROQUEST_ID.match(each) for each in paragraphs):
        return items(proquest.documents(paragraphs, options), path, options)
    if any(factiva.DOCUMENT.fullmatch(each) for each in paragraphs):
        return items(factiva.documents(paragraphs, options), path, options)
    return None


def articles_in_export_page(content: bytes, path: str, options: ReadOptions) -> Documents | None:
    """The articles of an export as a web page; None if no known archive made it."""
    if not _PAGE_SIGNS.search(content):
        return None
    try:  # the encoding that the page declares is often that of the page which was copied from
        page = content.decode("utf-8")
    except UnicodeDecodeError:
        page, _ = page_text(content, options)
    if europresse.SIGN.search(page):
        return items(europresse.documents(page, options), path, options)
    paragraphs = text_of(factiva.marked_page(page)).split("\n\n")
    return articles_in_paragraphs(paragraphs, path, options)


def articles_in_export_text(text: str, path: str, options: ReadOptions) -> Documents | None:
    """The articles of an export as plain text, its paragraphs wrapped; None if no known archive made it."""
    lines = text.splitlines()
    is_of_proquest = "ProQuest document ID:" in text
    if not is_of_proquest and not nexis.is_export(lines):
        return None
    blocks = [part for block in _BLANK_LINE.split("\n".join(lines)) for part in _with_marks_apart(block)]
    paragraphs = [each.strip() if is_of_proquest else " ".join(each.split()) for each in blocks]
    return articles_in_paragraphs([each for each in paragraphs if each], path, options)


def _with_marks_apart(paragraph: str) -> Iterator[str]:
    """The paragraph in parts, so that each line between documents is a part of its own."""
    if "\n" not in paragraph:
        yield paragraph
        return
    for _, lines in groupby(enumerate(paragraph.split("\n")), _mark_number):
        yield "\n".join(line for _, line in lines)


def _mark_number(numbered: tuple[int, str]) -> int:
    """The number of a line between documents; -1 for another line."""
    number, line = numbered
    return number if any(is_mark(line.strip()) for is_mark in _MARKS) else -1
