"""Plain text, an article a file:

    Title
    Description, one line                      may be missing
    2025-02-11T18:01:34+00:00                  may be missing
    - Highlight                                any number, or none
    Paragraph, or a short section heading, a line each …
    You may also like: Another story           a cross-link, which is left out

Blank lines do not matter. Without a time and without highlights the second line is the first paragraph.
After the first paragraph, a line that begins with "- " is a paragraph too.
"""

from __future__ import annotations

import re

from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Origin
from search.sources.reading.times import is_readable

_CROSS_LINK = re.compile(
    r"(?:you (?:may|might) also (?:like|be interested in)|(?:read|see) (?:also|more|next)|also read"
    r"|related(?: (?:story|stories|articles?|news))?|more on this(?: story)?|recommended)\s*:\s*\S.{0,200}",
    re.IGNORECASE,
)
_LIKE_A_TIME = re.compile(r"\d{4}-\d\d-\d\d.{0,30}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
MAX_CONTROL_SHARE = 0.1
"""A file with a larger share of control characters is not text."""


def article_in(text: str, origin: Origin, options: ReadOptions) -> Accepted:
    """The article in `text`; raises `BadDocument`."""
    if len(_CONTROL.findall(text)) > MAX_CONTROL_SHARE * len(text):
        raise BadDocument("not-text", "this is not a text file")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title, rest = (lines[0], lines[1:]) if lines else ("", [])
    description = published = ""
    for place in range(min(2, len(rest))):
        if _is_time(rest[place], options):
            description = rest[0] if place else ""
            published, rest = rest[place], rest[place + 1 :]
            break
    else:
        if len(rest) > 1 and not _is_highlight(rest[0]) and _is_highlight(rest[1]):
            description, rest = rest[0], rest[1:]
    highlights = next((number for number, line in enumerate(rest) if not _is_highlight(line)), len(rest))
    return ArticleDraft(
        options,
        title=title,
        description=description,
        highlights=[line[2:] for line in rest[:highlights]],
        body="\n\n".join(line for line in rest[highlights:] if not _CROSS_LINK.fullmatch(line)),
        dates=[published],
    ).accepted(origin)


def _is_highlight(line: str) -> bool:
    return line.startswith(("- ", "• ", "* "))


def _is_time(line: str, options: ReadOptions) -> bool:
    """True if a line looks like an ISO 8601 time, readable or not, or is another readable date."""
    return bool(_LIKE_A_TIME.fullmatch(line)) or (len(line) <= 48 and is_readable(line, options))
