"""Nexis: the documents of an export, as paragraphs of a Word file, RTF, a web page, plain text or a PDF.

Newer exports (Nexis Uni, Lexis+) have the title first, and a line at the end of each document:

    Title                                  1 of 49 DOCUMENTS            the older ones (LexisNexis Academic)
    Source                                 Source
    May 30, 2014 Friday, Final Edition     May 30, 2014 Friday
    Copyright 2014 …                       Title
    Section: News; Pg. A10                 BYLINE: …
    Byline: …                              SECTION: …
    Body                                   paragraphs
    paragraphs                             LOAD-DATE: …
    Classification                         Copyright 2014 …
    Subject: PORTS (93%); STRIKES (80%)
    Load-Date: May 30, 2014
    End of Document

Labels are known in seven languages. Captions of pictures are left out, and so is the list of the documents
at the beginning of an export. Other text before the first line of an older export is read as a document if
it has labels, else rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from search.dates import shortened
from search.sources.exports.fields import Fields, add, date_within, is_heading, labelled
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument

END = frozenset(
    "end of document|ende des dokuments|fin du document|fin del documento|fine del documento|"
    "einde van document|fim do documento".split("|")
)
"""The last line of each document of a newer export."""

FIRST = re.compile(
    r"\s*(?:dokument |document )?\d[\d,.]* (?:of|von|de|di|van) (\d[\d,.]*) (?:documents?|dokumente?n?)\s*",
    re.IGNORECASE,
)
"""The first line of each document of an older export, with the number of documents."""
FIRST_LOCAL = re.compile(r"\s*(?:dokument|document|documento) \d+ (?:von|de|di|van) (\d+)\s*", re.IGNORECASE)

_BODY = frozenset("body|text|volltext|texte|corps|cuerpo|testo|hoofdtekst".split("|"))
_TAIL = frozenset("classification|graphic|klassifizierung|grafik|clasificacion|graphique".split("|"))
_COPYRIGHT = re.compile(r"(?:copyright|\(c\)|©|all rights reserved|tous droits)", re.IGNORECASE)
_SHARE = re.compile(r"\s*\(\d{1,3}\s?%\)")
_PAGE = re.compile(
    r"(.*?)(?:\A|,|\s)\s*(?:pg|page|s|seite|pag|p)\b\.?[ -]?((?=[\w-]*\d)[\w-]+)(?:, column \d+)?"
    r"|()([A-Z]{1,2}\d{1,3})",
    re.IGNORECASE,
)
_COVER = re.compile(
    r"job.num|client/matter|narrowed by|(?:documents|dokumente|documentos) \((\d+)"
    r"|(?:download|print|email|time of) request|send to:|(?:search )?terms:|research information|project id",
    re.IGNORECASE,
)
"""A line of the page before the documents, perhaps with their number."""
_NO_SECTION = re.compile(r"(?:version|column) ?:? ?\d+", re.IGNORECASE)
_CORRECTED = re.compile(r"correction appended", re.IGNORECASE)
_LISTS = frozenset("keywords places people orgs companies industries tickers".split())
_AFTER_TEXT = frozenset(("loaded", "language", "publication_type"))
_MAX_SOURCE_LENGTH, _MAX_SECTION_LENGTH, _MAX_HEADER = 200, 200, 12


def is_first(paragraph: str) -> bool:
    """True for the line that begins a document of an older export."""
    return bool(FIRST.fullmatch(paragraph) or FIRST_LOCAL.fullmatch(paragraph))


def is_end(paragraph: str) -> bool:
    """True for the line that ends a document of a newer export."""
    return is_heading(paragraph, END)


def is_export(paragraphs: Sequence[str]) -> bool:
    """True if the paragraphs are of an export: they have the first or last line of a document, and labels."""
    return any(map(is_first, paragraphs)) or (
        any(map(is_end, paragraphs))
        and any(is_heading(each, _BODY) or labelled(each) or _is_copyright(each) for each in paragraphs)
    )


def documents(paragraphs: Sequence[str], options: ReadOptions) -> Iterator[Fields | BadDocument]:
    """The fields of each document in an export, or the fault of one.

    If the export names a larger number of documents, the last one has a note in the field "note".
    """
    starts = [index for index, paragraph in enumerate(paragraphs) if is_first(paragraph)]
    ends = [index for index, paragraph in enumerate(paragraphs) if is_end(paragraph)]
    found: list[Fields | BadDocument] = []
    if len(ends) >= len(starts):
        for begin, end in zip([0, *(index + 1 for index in ends)], [*ends, len(paragraphs)], strict=True):
            block = paragraphs[begin:end]
            if end < len(paragraphs) or any(is_heading(each, _BODY) or labelled(each) for each in block):
                found.append(_newer(block, options))  # the last one, if the export was cut short
        named = next((cover[1] for each in paragraphs if (cover := _COVER.match(each)) and cover[1]), "")
    else:
        before = paragraphs[: starts[0]]
        if before and not any(map(_COVER.match, before)):
            found.append(_outside(before, options))
        for start, end in zip(starts, [*starts[1:], len(paragraphs)], strict=True):
            found.append(_older(paragraphs[start + 1 : end], options))
        last = paragraphs[starts[-1]]
        named = next(match[1] for kind in (FIRST, FIRST_LOCAL) if (match := kind.fullmatch(last)))
    announced = int(re.sub(r"\D", "", named) or 0)
    if announced > len(found) and isinstance(found[-1], dict):
        add(
            found[-1], "note", f"the export names {announced:,} documents, and {len(found):,} are in the file"
        )
    yield from found


def _outside(paragraphs: Sequence[str], options: ReadOptions) -> Fields | BadDocument:
    """The document before the first line of another one, or the fault of text that is not a document."""
    if any(map(labelled, paragraphs)):
        return _older(paragraphs, options)
    return BadDocument(
        "outside-document",
        f"the text before the first document is not a document: {shortened(paragraphs[0])}",
    )


def _newer(paragraphs: Sequence[str], options: ReadOptions) -> Fields:
    fields: Fields = {}
    paragraphs = [each for each in paragraphs if not _CORRECTED.fullmatch(each)]
    heading = next((n for n, each in enumerate(paragraphs) if is_heading(each, _BODY)), None)
    header = paragraphs[: heading if heading is not None else _MAX_HEADER]
    first = next((n for n, each in enumerate(header) if labelled(each) or _is_copyright(each)), len(header))
    for index in range(len(header) - 1, 1, -1):
        if found := _date_line(header[index], options):
            _add_date(fields, found)
            names, first = header[:index], index + 1
            break
    else:
        names = header[:first]
    if heading is None and first == len(header):  # nothing of a header
        return {"title": [*paragraphs[:1]], "body": [*paragraphs[1:]]}
    if len(names) > 2 and names[-1].startswith("("):  # the name of a blog, after the source
        add(fields, "section", names[-1].strip("()"))
        names = names[:-1]
    if any(map(_COVER.match, names)):  # the list of all documents, before the first of them
        names = names[-2:]
    add(fields, "source", names[-1] if len(names) > 1 else "")
    add(fields, "title", " ".join(names[:-1] or names))
    first += _add_labels(paragraphs[first:heading], fields)
    _add_text(paragraphs[first if heading is None else heading + 1 :], fields)
    return fields


def _older(paragraphs: Sequence[str], options: ReadOptions) -> Fields:
    fields: Fields = {}
    dated = next(
        (n for n, each in enumerate(paragraphs[:_MAX_HEADER]) if n and _date_line(each, options)),
        None,
    )
    if dated is None:
        written = "".join(paragraphs[1:2])
        dated = int(any(map(str.isdigit, written)) and not labelled(written))
        add(fields, "date", written if dated else "")
    elif found := _date_line(paragraphs[dated], options):
        _add_date(fields, found)
    source = [each for each in paragraphs[: max(dated, 1)] if not _is_copyright(each)]
    add(fields, "source", source[-1] if source else "")
    rest = paragraphs[dated + 1 :]
    first = next(
        (n for n, each in enumerate(rest) if labelled(each) or _is_copyright(each)), min(len(rest), 1)
    )
    for paragraph in rest[:first]:
        add(fields, "title", paragraph)
    _add_text(rest[first + _add_labels(rest[first:], fields) :], fields)
    return fields


def _date_line(paragraph: str, options: ReadOptions) -> tuple[str, str] | None:
    """The date that a line begins with, and the edition after it; None for a line of another kind."""
    if len(paragraph) > _MAX_SOURCE_LENGTH or labelled(paragraph):
        return None
    found = date_within(paragraph.split("\n")[0], options)
    return found[1:] if found and not found[0] else None


def _add_date(fields: Fields, found: tuple[str, str]) -> None:
    add(fields, "date", found[0])
    add(fields, "edition", found[1])


def _is_copyright(paragraph: str) -> bool:
    return bool(_COPYRIGHT.match(paragraph))


def _add_labels(paragraphs: Sequence[str], fields: Fields) -> int:
    """Add the labelled values that the paragraphs begin with; returns the number of paragraphs read."""
    for index, paragraph in enumerate(paragraphs):
        if not _add_label(paragraph, fields) and not _is_copyright(paragraph):
            return index
    return len(paragraphs)


def _add_label(paragraph: str, fields: Fields) -> bool:
    if (found := labelled(paragraph)) is None:
        return False
    field, value = found
    if field == "loaded":
        pass
    elif field in _LISTS:
        for each in value.split(";"):
            add(fields, field, _SHARE.sub("", each))
    elif field == "section":
        for each in value.split(";"):
            page = _PAGE.fullmatch(each.strip()) if len(each) <= _MAX_SECTION_LENGTH else None
            section = (page[1] or page[3] or "") if page else each.strip()
            add(fields, "page", (page[2] or page[4]) if page else "")
            add(fields, "section" if not _NO_SECTION.fullmatch(section) else "", section)
    else:
        add(fields, field, value)
    return True


def _add_text(paragraphs: Sequence[str], fields: Fields) -> None:
    """Add the body, and the labelled values after it; a correction belongs to the body."""
    end = next(
        (n for n, each in enumerate(paragraphs) if is_heading(each, _TAIL) or _is_tail(each)),
        len(paragraphs),
    )
    while end and (_is_copyright(paragraphs[end - 1]) or labelled(paragraphs[end - 1])):
        end -= 1
    for paragraph in paragraphs[:end]:
        add(fields, "body", paragraph)
    field = ""
    for paragraph in paragraphs[end:]:
        if _add_label(paragraph, fields):
            field = (labelled(paragraph) or ("", ""))[0]
        elif field == "body" and not _is_copyright(paragraph):
            add(fields, "body", paragraph)


def _is_tail(paragraph: str) -> bool:
    """True for a value that stands only after the text, its label in capitals as in older exports."""
    return (labelled(paragraph) or ("", ""))[0] in _AFTER_TEXT and paragraph.partition(":")[0].isupper()
