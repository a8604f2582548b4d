"""Europresse (Eureka): the documents of an export as a web page, in the layouts of before and after 2013.

DocPublicationName      the source, perhaps with the number of the issue
DocHeader               "Politique, jeudi 5 octobre 2013, p. 12": section, date, page
TitreArticleVisu        the title; lines before it are a kicker, lines after it a subtitle or a byline
DocText                 paragraphs
"Numéro de document"    the id
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from search.sources.exports.fields import Fields, add, date_within
from search.sources.reading.options import ReadOptions
from search.text.markup import one_line_of, text_of

SIGN = re.compile(r"class=[\"']?DocPublicationName", re.IGNORECASE)
"""A mark of each document."""

_BEGIN = re.compile(r"<article\b|<table\b[^<>]{0,80}id=[\"']?tbHeaderImages", re.IGNORECASE)
_SOURCE = re.compile(
    r"class=[\"']?DocPublicationName[^<>]{0,80}>(.{0,2000}?)</span>", re.IGNORECASE | re.DOTALL
)
_HEADER = re.compile(r"<span class=[\"']?DocHeader[^<>]{0,80}>(.{0,2000}?)</span>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(
    r"<(?:p|span|div)\b[^<>]{0,80}class=[\"'][^\"'<>]{0,80}TitreArticleVisu[^<>]{0,80}>", re.IGNORECASE
)
_TITLE_END = re.compile(r"</p>|<br\b|</div>|</header>", re.IGNORECASE)
_HEAD_END = re.compile(r"</header>|<p>\s*</p>", re.IGNORECASE)
_TITLE_BOX_END = re.compile(r"</div>", re.IGNORECASE)
_FOOT = re.compile(r"<footer\b|<b><i>\s*©|<small>\s*©|Num[ée]ro de document", re.IGNORECASE)
_ID = re.compile(r"\b(\w+·\d{8}·[\w·-]+)")
_PAGE = re.compile(r"p\.\s*([\w*-]+)", re.IGNORECASE)
_ISSUE = re.compile(r",\s*(?:no|n°|nº|num[ée]ro)\.?\s*\S+\Z", re.IGNORECASE)
_BYLINE = re.compile(r".{1,120}(?<![.!?…:])", re.DOTALL)
_CAPTION_HEAD = re.compile(r"[^.!?]{0,40}:")


def documents(page: str, options: ReadOptions) -> Iterator[Fields]:
    """The fields of each document in an export.

    Where the element that begins a document is missing, the name of its source begins it.
    """
    begins = [0, *(found.start() for found in _BEGIN.finditer(page)), len(page)]
    starts = []
    for begin, end in pairwise(begins):
        signs = [page.rindex("<", begin, found.start()) for found in SIGN.finditer(page, begin, end)]
        if signs or _TITLE.search(page, begin, end):
            starts += [begin, *signs[1:]]
    for start, end in pairwise([*starts, len(page)]):
        yield _document(page[start:end], options)


def _document(document: str, options: ReadOptions) -> Fields:
    fields: Fields = {}
    if source := _SOURCE.search(document):
        add(fields, "source", _ISSUE.sub("", one_line_of(source[1])))
    headers = list(_HEADER.finditer(document))
    _add_header(one_line_of(" ".join(found[1] for found in headers)), fields, options)
    if found := _ID.search(document):
        fields["id"] = [found[1]]
    foot = _FOOT.search(document)
    content = document[headers[-1].end() if headers else 0 : foot.start() if foot else None]
    title = _TITLE.search(content)
    if title is None:
        add(fields, "body", text_of(content))
        return fields
    after = _TITLE_END.search(content, title.end())
    title_end = after.start() if after else len(content)
    add(fields, "title", one_line_of(content[title.start() : title_end]))
    for line in text_of(content[: title.start()]).split("\n\n"):
        add(fields, "kicker", line)
    head = _HEAD_END.search(content, title_end)
    head_end = head.start() if head else title_end
    box = _TITLE_BOX_END.search(content, title_end, head_end)
    box_end = box.end() if box else title_end
    for line in text_of(content[title_end:box_end]).split("\n\n"):
        add(fields, "description", line)
    for line in text_of(content[box_end:head_end]).split("\n\n"):
        add(fields, "authors" if _BYLINE.fullmatch(line) else "body", line)
    for paragraph in text_of(content[head_end:]).split("\n\n"):
        if not _CAPTION_HEAD.fullmatch(paragraph):  # of captions and notes, also if there are none
            add(fields, "body", paragraph)
    return fields


def _add_header(header: str, fields: Fields, options: ReadOptions) -> None:
    found = date_within(header, options)
    if found is None:
        add(fields, "date", header)
        return
    before, date, after = found
    for section in before.split(","):
        add(fields, "section", section)
    fields["date"] = [date]
    if page := _PAGE.search(after):
        fields["page"] = [page[1]]
