"""The XML of Reuters' research corpora to articles: the `newsitem` of RCV1, the `REUTERS` of Reuters-21578.

article       newsitem                                  REUTERS
id            @itemid                                   @NEWID
title         headline, else title                      TEXT/TITLE
body          text                                      TEXT/BODY, else TEXT itself (of TYPE "UNPROC")
published     @date, dc.date.published                  DATE
keywords                                                TOPICS/D
authors       byline                                    TEXT/AUTHOR
extra         dateline, places                          dateline, places, people, orgs, exchanges
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, Origin
from search.sources.wires.conventions import XML_LANG, names_in
from search.text.markup import line_in, text_in

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SIGNED = re.compile(r"\s+reuters?\s*\Z", re.IGNORECASE)


def article_of_rcv1(item: Element, origin: Origin, options: ReadOptions) -> Accepted:
    """The article of a newsitem; raises `BadDocument`."""
    named = {held.get("element", ""): held.get("value", "") for held in item.iterfind("metadata/dc")}
    return ArticleDraft(
        options,
        id=item.get("itemid", ""),
        title=line_in(item.find("headline")) or line_in(item.find("title")),
        body=text_in(item.find("text")),
        dates=(item.get("date", ""), named.get("dc.date.published", "")),
        authors=names_in(line_in(item.find("byline"))),
        source=named.get("dc.source") or named.get("dc.publisher", ""),
        language=item.get(XML_LANG, ""),
        extra={
            "dateline": (line_in(item.find("dateline")),),
            "places": (named.get("dc.creator.location.country.name", ""),),
        },
    ).accepted(origin)


def article_of_reuters(item: Element, origin: Origin, options: ReadOptions) -> Accepted:
    """The article of a REUTERS element; raises `BadDocument`."""

    def named(name: str) -> list[str]:
        return [line_in(found) for found in item.iterfind(f"{name}/D")]

    body = item.find("TEXT/BODY")
    if body is None:
        body = item.find("TEXT")
    return ArticleDraft(
        options,
        id=item.get("NEWID", ""),
        title=line_in(item.find("TEXT/TITLE")),
        body=_SIGNED.sub("", text_in(body, leaving_out=("title", "dateline", "author"))),
        dates=(line_in(item.find("DATE")).partition(".")[0],),  # without hundredths
        keywords=named("TOPICS"),
        authors=names_in(line_in(item.find("TEXT/AUTHOR")).rstrip(","), source="Reuters"),
        source="Reuters",
        language="en",
        extra={
            "dateline": (line_in(item.find("TEXT/DATELINE")).removesuffix("-").rstrip(" ,"),),
            **{name: named(name.upper()) for name in ("places", "people", "orgs", "exchanges")},
        },
    ).accepted(origin)
