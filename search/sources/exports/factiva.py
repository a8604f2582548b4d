"""Factiva: the documents of an export, as paragraphs of a web page or of RTF, and as XML.

With indexing, each value has a code:  HD title · SE section · BY byline · PD date · ET time · SN source ·
ED edition · PG page · LA language · LP, TD text · CO companies · NS subjects · RE regions · IN industries ·
PUB publisher · AN id. The code stands in its own cell, or before the value with a tab between them.

Without indexing, the values stand in the same order without a code:

    [section], title, [byline], "877 words", date, [time], source, its code, [edition], [page], language,
    copyright, paragraphs, [publisher], "Document NYTF000020050408dp1900j9s"

In a web page the classes of the elements tell title and byline; `marked_page` writes their codes before
them. In RTF a line before the number of words is taken for a byline if it is shorter than the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from search.sources.exports.fields import Fields, add, date_within, language_code
from search.sources.reading.options import ReadOptions
from search.text.markup import line_in, text_in

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

CODES = {
    "HD": "title", "SE": "section", "CLM": "section", "BY": "authors", "PD": "date", "ET": "time",
    "SN": "source", "ED": "edition", "PG": "page", "LA": "language", "LP": "body", "TD": "body",
    "CO": "companies", "NS": "keywords", "RE": "places", "IN": "industries", "PE": "people",
    "PUB": "publisher", "AN": "id", "DE": "keywords", "ART": "", "CR": "", "CT": "", "CY": "", "GC": "",
    "IPC": "", "IPD": "", "NGC": "", "RF": "", "SC": "", "VOL": "", "WC": "",
}  # fmt: skip

DOCUMENT = re.compile(r"(?:AN\t+)?(?:[^\W\d_]+ )?([A-Z][A-Z0-9]{2,13}\d{8}[a-z0-9]{8,10})")
"""The last line of a document: a word such as "Document", and the id."""

_HEAD_CODE = re.compile(r"HD |(?:HD|PD|SN)\t")
_IN_LINE = re.compile(r"(HD|SE) +(?=\S)|([A-Z]{2,3})\t+")
_NUMBER_OF_WORDS = re.compile(r"\d[\d.,\s]*[^\d\s]+")
_SOURCE_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_TIME = re.compile(r"\d\d?:\d\d(?::\d\d)?(?: ?[AP]M)?(?: GMT)?", re.IGNORECASE)
_PAGE = re.compile(r"[A-Z]{0,2}\.?-?\d{1,4}[A-Z]?(?:, ?\d{1,4})*")
_COPYRIGHT = re.compile(r"copyright|\(c\)|©|copr\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<!\bInc)(?<!\bLtd)(?<!\bCo)(?<!\bS\.A)[.!?…][\"'”’»)]?\Z")
_LISTS = frozenset("companies keywords places industries people".split())
_MAX_HEADER, _MAX_PUBLISHER_LENGTH, _MAX_NUMBER_LENGTH = 20, 100, 40

_HEADLINE = re.compile(r"<(\w+)\b[^<>]{0,200}?class=[\"']?[a-z]{2}headline\b", re.IGNORECASE)
_AUTHOR = re.compile(r"<div\b[^<>]{0,200}?class=[\"']?author\b", re.IGNORECASE)
_CODED = re.compile(r"<b>(?:HD|PD)</b>")
_ARTICLE = re.compile(r"<div\b[^<>]{0,200}?class=[\"']?article [a-z]{2}Article\b", re.IGNORECASE)
_BEGIN = "<article>"
"""A paragraph that `marked_page` puts before each document."""


def marked_page(page: str) -> str:
    """The page with marks before each document, and before the elements that hold a title or a byline."""
    page = _ARTICLE.sub(lambda found: f"<p>&lt;article&gt;</p>{found[0]}", page)
    if _CODED.search(page):
        return page
    page = _HEADLINE.sub(lambda found: f"<p>HD</p>{found[0]}", page)
    return _AUTHOR.sub(lambda found: f"<p>BY</p>{found[0]}", page)


def documents(paragraphs: Sequence[str], options: ReadOptions) -> Iterator[Fields]:
    """The fields of each document in an export, also of one whose last line is missing."""
    begin, is_open = 0, False
    for index, paragraph in enumerate([*paragraphs, _BEGIN]):
        found = DOCUMENT.fullmatch(paragraph)
        if not found and paragraph != _BEGIN:
            continue
        *earlier, block = _parted(paragraphs[begin:index])
        for each in earlier:
            yield _coded(each, options)
        coded = _is_coded(block)
        if found or (block and (is_open or coded or _head(block, options)[1])):
            fields = _coded(block, options) if coded else _plain(block, options)
            if found:
                fields["id"] = [found[1]]
            yield fields
        begin, is_open = index + 1, paragraph == _BEGIN


def _is_coded(block: Sequence[str]) -> bool:
    codes = [each for each in block if each in ("HD", "PD", "SN") or _HEAD_CODE.match(each)]
    return len(codes) > 1


def _parted(block: Sequence[str]) -> list[Sequence[str]]:
    """The documents of a block with codes, each with one title: the last line of one may be missing."""
    starts = []
    if _is_coded(block):
        for index, each in enumerate(block):
            if each == "HD" or each[:3] in ("HD ", "HD\t"):
                in_cell = index > 1 and block[index - 2] in ("SE", "CLM")
                in_line = index > 0 and block[index - 1].startswith(("SE ", "SE\t", "CLM\t"))
                starts.append(index - 2 * in_cell - in_line)
    ends = [*starts[1:], len(block)]
    return [block[begin:end] for begin, end in zip([0, *starts[1:]], ends, strict=True)]


def _coded(paragraphs: Sequence[str], options: ReadOptions) -> Fields:
    fields: Fields = {}
    field = ""
    for paragraph in paragraphs:
        begun = _IN_LINE.match(paragraph)
        code = (begun[1] or begun[2]) if begun else paragraph.strip()
        if code in CODES:
            field = CODES[code]
            paragraph = paragraph[begun.end() :] if begun else ""
        if field in _LISTS:
            for value in paragraph.split("|"):
                add(fields, field, value.rpartition(" : ")[2])
        else:
            add(fields, field, paragraph)
    if "date" in fields:
        written = " ".join([*fields["date"], *fields.pop("time", ())])
        found = date_within(written, options)
        fields["date"] = [found[1] if found else written]
    return fields


def _plain(paragraphs: Sequence[str], options: ReadOptions) -> Fields:
    fields: Fields = {}
    counted, date = _head(paragraphs, options)
    if not counted:
        return {"title": [*paragraphs[:1]], "body": [*paragraphs[1:]]}
    dated = counted + 1
    fields["date"] = [date or paragraphs[dated]]
    _add_head(paragraphs[max(0, counted - 6) : counted], fields)
    rest = paragraphs[dated + 1 :]
    end = next((n + 1 for n, each in enumerate(rest[:_MAX_HEADER]) if _COPYRIGHT.match(each)), 0)
    end = end or next((n + 1 for n, each in enumerate(rest[:_MAX_HEADER]) if language_code(each)), 0)
    _add_values(rest[:end], fields)
    body = list(rest[end:])
    if body and len(body[-1]) <= _MAX_PUBLISHER_LENGTH and not _SENTENCE_END.search(body[-1]):
        add(fields, "publisher", body.pop())
    fields["body"] = body
    return fields


def _head(paragraphs: Sequence[str], options: ReadOptions) -> tuple[int, str]:
    """Where the number of words stands, 0 if nowhere, and the date after it, "" if there is none."""
    counts = [
        index
        for index, each in enumerate(paragraphs[:-1])
        if index and len(each) <= _MAX_NUMBER_LENGTH and _NUMBER_OF_WORDS.fullmatch(each)
    ]
    for index in counts[:_MAX_HEADER]:
        if found := date_within(paragraphs[index + 1], options):
            return index, found[1]
    return min(counts, default=0), ""


def _add_head(lines: Sequence[str], fields: Fields) -> None:
    """Add section, title and byline: the lines before the number of words."""
    if "HD" in lines:
        at = len(lines) - 1 - lines[::-1].index("HD")
        add(fields, "section", "".join(lines[at - 1 : at]) if at else "")
        after = lines[at + 1 :]
        add(fields, "title", "".join(after[:1]))
        add(fields, "authors", "".join(after[after.index("BY") + 1 :][:1]) if "BY" in after else "")
        return
    lines = lines[-3:]
    if len(lines) == 3:
        add(fields, "section", lines[0])
    byline = lines[-1] if len(lines) == 3 or (len(lines) == 2 and len(lines[1]) < len(lines[0])) else ""
    add(fields, "authors", byline)
    add(fields, "title", lines[-2] if byline else "".join(lines[-1:]))
    if len(lines) == 2 and not byline:
        add(fields, "section", lines[0])


def _add_values(lines: Sequence[str], fields: Fields) -> None:
    """Add the values from the source to the copyright."""
    lines = [line for line in lines if not _COPYRIGHT.match(line)]
    if lines and _TIME.fullmatch(lines[0]):
        fields["date"] = [f"{fields['date'][0]} {lines[0]}"]
        lines = lines[1:]
    add(fields, "source", "".join(lines[:1]))
    if len(lines) > 1 and (language_code(lines[-1])):
        add(fields, "language", lines[-1])
        lines = lines[:-1]
    for line in lines[1:]:
        if _TIME.fullmatch(line):
            fields["date"] = [f"{fields['date'][0]} {line}"]
        elif _PAGE.fullmatch(line):
            add(fields, "page", line)
        elif not _SOURCE_CODE.fullmatch(line):
            add(fields, "edition", line)


def documents_in_xml(root: Element) -> Iterator[Fields]:
    """The fields of each `article` in a response of Factiva's service."""
    for article in root.iterfind(".//{*}article"):

        def lines(path: str, article: Element = article) -> list[str]:
            return [line_in(found) for found in article.iterfind(path)]

        dates = article.findall("{*}publicationDate/{*}dateTime") or article.findall(
            "{*}publicationDate/{*}date"
        )
        time = lines("{*}publicationTime/{*}time") if dates and dates[0].tag.endswith("}date") else []
        body = [
            text_in(found)
            for part in ("leadParagraph", "tailParagraphs")
            for found in article.iterfind(f"{{*}}{part}")
        ]
        yield {
            "id": lines("{*}accessionNo")[:1],
            "title": lines("{*}headline"),
            "authors": lines("{*}byline"),
            "date": [" ".join([line_in(each) for each in dates] + time)] if dates else [],
            "source": lines("{*}sourceName")[:1],
            "language": [each.lower() for each in lines("{*}baseLanguage")[:1]],
            "body": body,
            "section": lines("{*}sectionName"),
            "edition": lines("{*}edition"),
            "page": lines("{*}pages/{*}page") or lines("{*}pages"),
            "keywords": lines("{*}newsSubject/{*}name"),
            "places": lines("{*}region/{*}name"),
            "companies": lines("{*}company/{*}name"),
            "industries": lines("{*}industry/{*}name"),
            "publisher": lines("{*}publisherName"),
        }
