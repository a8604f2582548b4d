"""One article in one text file, as this project began with.

    Title
    Description, one line                      may be missing
    2025-02-11T18:01:34+00:00                  may be missing
    - Highlight                                any number, or none
    Paragraph, or a short section heading, a line each …
    You may also like: Another story           a cross-link: not the article's words, left out

Blank lines do not matter. Without a time and without highlights a second line is taken for the first
paragraph. Lines that begin with "- " later on are paragraphs like any other.
"""

from __future__ import annotations

import re

from search.article import Article
from search.dates import UnreadableDate, read_stamp
from search.errors import InvalidArticle
from search.sources.reading import Accepted, BadDocument, Note, Origin, ReadOptions, strictly
from search.sources.times import read_times

_CROSS_LINK = re.compile(
    r"(?:you (?:may|might) also (?:like|be interested in)|(?:read|see) (?:also|more|next)|also read"
    r"|related(?: (?:story|stories|articles?|news))?|more on this(?: story)?|recommended)\s*:\s*\S.{0,200}",
    re.IGNORECASE,
)
_LIKE_A_TIME = re.compile(r"\d{4}-\d\d-\d\d.{0,30}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_NOT_TEXT = 0.1
"""More control characters than this share of a file means that it is no text."""


def article_in(text: str, origin: Origin, options: ReadOptions) -> Accepted:
    """The article in `text`; raises `BadDocument`."""
    notes: list[Note] = []
    controls = len(_CONTROL.findall(text))
    if controls > _NOT_TEXT * len(text):
        raise BadDocument("not-text", "this is not a text file")
    if controls:
        notes.append(Note("control-characters", "control characters were taken out"))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title, rest = (lines[0], lines[1:]) if lines else ("", [])
    description = published = None
    for ahead in range(min(2, len(rest))):
        if _is_time(rest[ahead], options):
            description = rest[0] if ahead else None
            published, rest = rest[ahead], rest[ahead + 1 :]
            break
    else:
        if len(rest) > 1 and not _is_point(rest[0]) and _is_point(rest[1]):
            description, rest = rest[0], rest[1:]
    points = next((n for n, line in enumerate(rest) if not _is_point(line)), len(rest))
    times = read_times([published or ""], options, notes)
    try:
        article = Article(
            title=title,
            description=description or "",
            highlights=tuple(line[2:] for line in rest[:points]),
            body="\n\n".join(line for line in rest[points:] if not _CROSS_LINK.fullmatch(line)),
            published=times.published,
            precision=times.precision,
            extra=times.as_written,
        )
    except InvalidArticle as error:
        raise BadDocument(error.code, str(error)) from error
    return Accepted(article, origin, strictly(notes, options))


def _is_point(line: str) -> bool:
    return line.startswith(("- ", "• ", "* "))


def _is_time(line: str, options: ReadOptions) -> bool:
    """Whether a line is the time: it looks like an ISO one, readable or not, or is a readable other."""
    if _LIKE_A_TIME.fullmatch(line):
        return True
    try:
        return len(line) <= 48 and bool(read_stamp(line, options.zone, options.order))
    except UnreadableDate:
        return False
