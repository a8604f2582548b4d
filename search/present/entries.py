"""The parts of a delivery that its formats share: the headline, the facts and the copies of an entry."""

from __future__ import annotations

import re
from collections import Counter
from datetime import tzinfo
from html import escape

from search.present.safe import printable, when
from search.query import Delivery, Entry

MAX_SHOWN_COPIES = 5
"""Copies that are named; the others are counted."""

_NOT_IN_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def counted(entries: list[Entry]) -> str:
    """The number of entries in words: "2 new articles", "1 new article, 1 changed, 3 now matching"."""
    count = Counter(entry.reason for entry in entries)
    new, changed, matching = count["new"], count["changed"], count["now matches"]
    told = [f"{new:,} new article{'' if new == 1 else 's'}"] if new or not entries else []
    told += [f"{changed:,} changed"] if changed else []
    return ", ".join([*told, *([f"{matching:,} now matching"] if matching else [])])


def earlier_in_words(delivery: Delivery) -> str:
    """Name the new copies of articles that were delivered before."""
    count = len(delivery.earlier)
    named = ", ".join(f"{entry.id} ({entry.search})" for entry in delivery.earlier[:MAX_SHOWN_COPIES])
    more = f" and {count - MAX_SHOWN_COPIES:,} more" if count > MAX_SHOWN_COPIES else ""
    copies = "1 new copy" if count == 1 else f"{count:,} new copies"
    return printable(f"{copies} of articles delivered before: {named}{more}")


def one_line(text: str) -> str:
    """The text on one line, without characters that a terminal or XML cannot have."""
    return " ".join(_NOT_IN_XML.sub("", printable(text)).split())


def title_of(entry: Entry) -> str:
    """The headline, with the reason before it unless that is "new"."""
    title = one_line(entry.article.title) or "(no title)"
    return title if entry.reason == "new" else f"[{entry.reason}] {title}"


def facts_of(entry: Entry, zone: tzinfo) -> str:
    """The date, source, authors and id of an article."""
    article = entry.article
    facts = [
        when(article.published, zone, article.precision),
        article.source,
        ", ".join(article.authors),
        "" if article.id == article.url else article.id,
    ]
    return one_line(" · ".join(fact for fact in facts if fact))


def link_of(entry: Entry) -> str:
    """The address of an article if it is one of the web; else ""."""
    url = one_line(entry.article.url)
    return url if url.lower().startswith(("http://", "https://")) and " " not in url else ""


def copies_of(entry: Entry) -> list[str]:
    """The number of copies, and the source of each, else its id."""
    named = [one_line(copy.article.source or copy.id) for copy in entry.copies[:MAX_SHOWN_COPIES]]
    more = len(entry.copies) - len(named)
    first = f"{len(entry.copies):,}: {named[0]}"
    return [first, *named[1:], *([f"{more:,} more"] if more else [])]


def entry_as_html(entry: Entry, zone: tzinfo) -> str:
    """The facts, the snippet and the copies of an entry, each a paragraph of HTML."""
    text, before, marked = entry.snippet.text, 0, ""
    for start, end in entry.snippet.marks:
        marked += f"{_html(text[before:start])}<b>{_html(text[start:end])}</b>"
        before = end
    paragraphs = [escape(facts_of(entry, zone)), marked + _html(text[before:])]
    if entry.copies:
        paragraphs.append(f"also in {escape(', '.join(copies_of(entry)))}")
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)


def _html(text: str) -> str:
    return escape(_NOT_IN_XML.sub("", printable(text)))
