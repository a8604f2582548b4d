"""The levels of a change from one version of an article to the next.

    headline   the title has other words
    text       description, highlights or body have other words
    date       `published` or its precision differs
    minor      title or text differ in case, punctuation or white space alone
    metadata   another field differs: keywords, authors, source, url, language, extra

A change may have several. A change of `modified` alone is not one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, get_args
from unicodedata import category, normalize

from search.article import Article
from search.changes.corrections import says_it_was_corrected
from search.changes.diff import shared_ends

ChangeLevel = Literal["headline", "text", "date", "minor", "metadata"]

LEVELS: tuple[ChangeLevel, ...] = get_args(ChangeLevel)
"""The levels, the weightiest first."""

_WITHIN_NUMBER = re.compile(r"(?<=\d)(?:[.:/]|,(?!\d{3}(?!\d)))(?=\d)")
"""A mark that makes another number of the digits around it: 1.5 is not 15, but 1,750 is 1750."""

_KEPT_MARKS = frozenset("%‰")


def whole_text(article: Article) -> str:
    """The text of an article below its title: description, highlights and body, a blank line between."""
    return "\n\n".join(filter(None, (article.description, *article.highlights, article.body)))


def levels_between(earlier: Article, later: Article) -> tuple[ChangeLevel, ...]:
    """The levels of the change between two versions, in the order of `LEVELS`; empty if nothing changed."""
    found: set[ChangeLevel] = set()
    if earlier.title != later.title:
        found.add("headline" if _has_other_words(earlier.title, later.title) else "minor")
    before, after = whole_text(earlier), whole_text(later)
    if before != after:
        found.add("text" if _has_other_words(before, after) else "minor")
    elif (earlier.highlights, earlier.body) != (later.highlights, later.body):
        found.add("minor")
    if (earlier.published, earlier.precision) != (later.published, later.precision):
        found.add("date")
    if _metadata(earlier) != _metadata(later):
        found.add("metadata")
    return tuple(level for level in LEVELS if level in found)


def is_silent(earlier: Article, later: Article, levels: Sequence[ChangeLevel] | None = None) -> bool:
    """True if other words stand in the title or the text, and the article does not say so.

    It says so with another `published` or `modified`, also where these are kept as they are written, and with
    a headline that begins with a word such as Correction, Update or Clarification in the article's language.
    `levels` are known to the caller, or not.
    """
    if _times(earlier) != _times(later):
        return False
    if says_it_was_corrected(later.title, later.language):
        return False
    return bool({"headline", "text"}.intersection(levels or levels_between(earlier, later)))


def _times(article: Article) -> tuple[object, ...]:
    written = (article.extra.get(name) for name in ("date_as_written", "modified_as_written"))
    return article.published, article.precision, article.modified, *written


def _has_other_words(before: str, after: str) -> bool:
    """True if the fingerprints of two texts differ. Only the part between their shared ends is compared."""
    one, other = before.split(), after.split()
    start, end = shared_ends(one, other)
    return fingerprint(" ".join(one[start : len(one) - end])) != fingerprint(
        " ".join(other[start : len(other) - end])
    )


def fingerprint(text: str) -> str:
    """The letters, digits and symbols of a text; equal if only case, punctuation and white space differ."""
    plain = _WITHIN_NUMBER.sub("∙", normalize("NFKC", text).casefold())
    return plain.translate({ord(mark): None for mark in set(plain) if _is_dropped(mark)})


@lru_cache(maxsize=10_000)
def _is_dropped(mark: str) -> bool:
    return category(mark)[0] in "PZC" and mark not in _KEPT_MARKS


def _metadata(article: Article) -> tuple[object, ...]:
    own = article
    return own.keywords, own.authors, own.source, own.url, own.language, own.extra
