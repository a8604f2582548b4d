"""The exports of research archives, recognised by their content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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

Documents = Iterator[Accepted | Rejected]


def articles_in_paragraphs(paragraphs: Sequence[str], path: str, options: ReadOptions) -> Documents | None:
    """The articles of an export as paragraphs; None if no known archive made it."""
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
    if "ProQuest document ID:" in text:
        blocks = _BLANK_LINE.split(text.replace("\r\n", "\n"))
        return articles_in_paragraphs([each.strip() for each in blocks if each.strip()], path, options)
    if not any(map(nexis.is_first, text[:65_536].splitlines())):
        return None
    blocks = _BLANK_LINE.split(text.replace("\r\n", "\n"))
    joined = [" ".join(each.split()) for each in blocks]
    return articles_in_paragraphs([each for each in joined if each], path, options)
