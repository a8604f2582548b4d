"""The XML of Reuters Corpus Volume 1 to articles: a `newsitem` with its codes and places in Dublin Core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.sources.reading import Accepted, Origin, ReadOptions
from search.sources.wires import XML_LANG, Draft, line_in, names_in, text_in

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def article_of_rcv1(item: Element, origin: Origin, options: ReadOptions) -> Accepted:
    """The article of a newsitem; raises `BadDocument`."""
    named = {held.get("element", ""): held.get("value", "") for held in item.iterfind("metadata/dc")}
    return Draft(
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
