"""PDF: the text of its pages, with the lines of a paragraph put together.

A PDF knows where characters stand, and has no paragraphs. A line ends a paragraph if it ends a sentence and
is clearly shorter than the page's lines. A word that is divided at the end of a line is put together.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence

from search.dates.instants import MAX_DATE_LENGTH
from search.sources.exports.fields import date_within, labelled
from search.sources.exports.nexis import is_end, is_first
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument, MissingExtra

MAX_PAGES = 5_000

_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)]?\Z")
_DIVIDED = re.compile(r"[^\W\d_]-\Z")
_PAGE_NUMBER = re.compile(r"(?:page |seite |p\. ?)?\d{1,4}(?: ?(?:of|von|de|/) ?\d{1,4})?", re.IGNORECASE)
_SHORT, _HEADING = 0.85, 0.6
"""A line is short, or may be a heading, if it is shorter than this share of a usual long line."""
_MIN_USUAL = 60
"""Minimum length of a usual long line, in characters."""


def paragraphs_of_pdf(content: bytes, options: ReadOptions) -> list[str]:
    """The paragraphs of a PDF; raises `BadDocument`, with the code "no-text" for pictures of pages."""
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise MissingExtra("PDF", "office") from error
    if not logging.getLogger("pypdf").handlers:  # else its complaints go to stderr
        logging.getLogger("pypdf").addHandler(logging.NullHandler())
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadDocument("encrypted", "the PDF has a password; save it without one")
        if len(reader.pages) > MAX_PAGES:
            raise BadDocument("too-large", f"the PDF has more than {MAX_PAGES:,} pages")
        pages = [page.extract_text() for page in reader.pages]
    except BadDocument:
        raise
    except Exception as error:  # the errors of pypdf for hostile files are not documented
        raise BadDocument("not-pdf", f"not PDF, or damaged: {type(error).__name__}: {error}") from error
    if not any(map(str.strip, pages)):
        reason = "the PDF has no text, only pictures of pages; recognise its text (OCR) first"
        raise BadDocument("no-text", reason)
    return _paragraphs([_lines(page) for page in pages], options)


def _lines(page: str) -> list[str]:
    """The lines of a page without the number of the page."""
    return [line for line in map(str.strip, page.splitlines()) if not _PAGE_NUMBER.fullmatch(line)]


def _paragraphs(pages: Sequence[Sequence[str]], options: ReadOptions) -> list[str]:
    lengths = sorted(len(line) for lines in pages for line in lines if line)
    usual = max(_MIN_USUAL, lengths[len(lengths) * 9 // 10] if lengths else 0)
    paragraphs: list[str] = []
    last = ""
    for lines in pages:
        for index, line in enumerate(lines):
            if not line or not last or _is_break(last, line, usual, options, new_page=not index):
                paragraphs.append(line)
            elif _DIVIDED.search(last) and line[0].islower():
                paragraphs[-1] = paragraphs[-1][:-1] + line
            else:
                paragraphs[-1] += f" {line}"
            last = line
    return paragraphs


def _is_break(last: str, line: str, usual: int, options: ReadOptions, *, new_page: bool) -> bool:
    """True if a paragraph ends between two lines, perhaps of two pages."""
    if (
        any(is_end(each) or is_first(each) for each in (last, line))
        or labelled(line)
        or _is_date(line, options)
        or _is_date(last, options)
    ):
        return True
    if _SENTENCE_END.search(last) or (new_page and not line[0].islower()):
        return len(last) < _SHORT * usual
    return len(last) < _HEADING * usual and not line[0].islower()


def _is_date(line: str, options: ReadOptions) -> bool:
    found = date_within(line, options) if len(line) <= MAX_DATE_LENGTH else None
    return found is not None and not found[0] and not found[2]
