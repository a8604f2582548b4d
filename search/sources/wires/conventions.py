"""Conventions that the formats of the wires share: bylines, and the status of a cancelled document."""

from __future__ import annotations

import re

from search.article import Article, one_line, version_of
from search.errors import InvalidArticle
from search.sources.reading.bylines import split_names
from search.sources.reading.outcome import BadDocument, Origin, Retracted

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

RETRACTED = frozenset({"canceled", "cancelled", "withheld"})
"""The statuses, in the standards' words, of a document that must not be shown."""

_BY = {"de": "von", "fr": "par", "es": "por", "pt": "por", "it": "di", "nl": "door", "sv": "av", "nb": "av"}


def retracted(article_id: str, origin: Origin, version: str = "") -> Retracted:
    """The retraction of the document `article_id`; raises `BadDocument` if no article can have that id."""
    if not article_id.strip():
        raise BadDocument("bad-id", "a document is taken back without saying which")
    number = version_of({"version": (version.strip(),)})
    try:
        return Retracted(Article(id=article_id, title="-").id, origin, number)
    except InvalidArticle as error:
        raise BadDocument(error.code, str(error)) from error


def names_in(byline: str, *, language: str = "", source: str = "") -> list[str]:
    """The authors in a byline, without "By" ("Von" in German, …) and without the source after a comma."""
    by = _BY.get(language[:2].lower(), "by")
    text = re.sub(rf"^(?:by|{by})[:\s]+", "", one_line(byline), flags=re.IGNORECASE).strip(" ,;-")
    if source and text.lower().endswith(ending := f", {source.lower()}"):
        text = text[: -len(ending)]
    return [name for name in split_names(text) if name.lower() != source.lower()]
