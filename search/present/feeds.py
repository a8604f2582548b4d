"""The last entries of saved searches as a feed: Atom (RFC 4287), RSS 2.0 or JSON Feed 1.1.

The same entries give the same bytes, which are ASCII. An entry is dated by the time when the archive took it
in, as readers look at the newest; the date of the article is in its text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime
from html import escape
from typing import Literal, get_args
from urllib.parse import quote
from xml.etree import ElementTree as ET

from search.present.entries import entry_as_html, link_of, one_line, title_of
from search.present.safe import iso
from search.query import Entry


@dataclass(frozen=True, slots=True)
class FeedPage:
    """The place of a feed that is a page of a search: its addresses, and how many articles match in all.

    The addresses are of this page, of the one after it, of the search for people, and of the page of each
    article by its id.
    """

    own: str
    following: str | None
    search: str
    total: int
    articles: Mapping[str, str]


FeedFormat = Literal["atom", "rss", "jsonfeed"]

FEED_FORMATS: tuple[FeedFormat, ...] = get_args(FeedFormat)

_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def feed(
    kind: FeedFormat,
    archive: str,
    name: str,
    entries: Sequence[Entry],
    made: datetime,
    zone: tzinfo,
    page: FeedPage | None = None,
) -> str:
    """Write the entries, the newest first, as a feed of the saved search `name`; "" stands for all.

    `made` dates a feed without entries. A `page` of a search has links, and a total.
    """
    title = f"news: {name}" if name else "news"
    updated = max((entry.at for entry in entries), default=made)
    match kind:
        case "atom":
            return _xml(_atom(archive, name, title, entries, updated, zone, page))
        case "rss":
            return _xml(_rss(archive, name, title, entries, updated, zone))
        case "jsonfeed":
            items = [_json_item(archive, entry, zone, page) for entry in entries]
            facts: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": title}
            if page is not None:
                facts |= {"home_page_url": page.search, "feed_url": page.own}
                facts |= {"next_url": page.following} if page.following else {}
                facts["_news"] = {"total": page.total}
            return json.dumps({**facts, "items": items}, indent=1) + "\n"


def feed_id(archive: str, name: str) -> str:
    """The id of a feed, as a tag (RFC 4151); the year is the one in which these ids began."""
    return f"tag:{archive},2026:search/{quote(name, safe='')}"


def entry_id(archive: str, entry: Entry) -> str:
    """The id of an entry, the same in each format: the search, the article, the revision that brought it."""
    return f"{feed_id(archive, entry.search)}/{quote(entry.id, safe='')}/r{entry.revision}"


def _atom(
    archive: str,
    name: str,
    title: str,
    entries: Sequence[Entry],
    updated: datetime,
    zone: tzinfo,
    page: FeedPage | None,
) -> ET.Element:
    root = ET.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", feed_id(archive, name))
    _add(root, "title", title)
    _add(root, "updated", iso(updated))
    _add(ET.SubElement(root, "author"), "name", "news")
    if page is not None:
        root.set("xmlns:opensearch", _OPENSEARCH)
        _add(root, "opensearch:totalResults", str(page.total))
        for relation, address in (("self", page.own), ("alternate", page.search), ("next", page.following)):
            if address:
                kind = "text/html" if relation == "alternate" else "application/atom+xml"
                ET.SubElement(root, "link", {"rel": relation, "href": address, "type": kind})
    for entry in entries:
        item = ET.SubElement(root, "entry")
        _add(item, "id", entry_id(archive, entry))
        _add(item, "title", title_of(entry))
        _add(item, "updated", iso(entry.at))
        for author in entry.article.authors:
            _add(ET.SubElement(item, "author"), "name", one_line(author))
        if url := _link_of(entry, page):
            ET.SubElement(item, "link", {"rel": "alternate", "href": url})
        ET.SubElement(item, "category", {"term": entry.search})
        _add(item, "content", entry_as_html(entry, zone), {"type": "html"})
    return root


def _rss(
    archive: str, name: str, title: str, entries: Sequence[Entry], updated: datetime, zone: tzinfo
) -> ET.Element:
    root = ET.Element("rss", {"version": "2.0", "xmlns:dc": _DUBLIN_CORE})
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", title)
    _add(channel, "link", feed_id(archive, name))
    _add(channel, "description", f"articles that are new to the saved search {name}" if name else "articles")
    _add(channel, "lastBuildDate", format_datetime(updated.astimezone(UTC)))
    for entry in entries:
        item = ET.SubElement(channel, "item")
        title = title_of(entry)  # which most readers take for HTML
        _add(item, "title", escape(title, quote=False) if "<" in title else title)
        if url := link_of(entry):
            _add(item, "link", url)
        _add(item, "description", entry_as_html(entry, zone))
        for author in entry.article.authors:
            _add(item, "dc:creator", one_line(author))
        _add(item, "category", entry.search)
        _add(item, "guid", entry_id(archive, entry), {"isPermaLink": "false"})
        _add(item, "pubDate", format_datetime(entry.at.astimezone(UTC)))
    return root


def _link_of(entry: Entry, page: FeedPage | None) -> str:
    """The address of the article itself, else of its page; "" where it has neither."""
    return link_of(entry) or ("" if page is None else page.articles[entry.article.id])


def _json_item(archive: str, entry: Entry, zone: tzinfo, page: FeedPage | None) -> dict[str, object]:
    item: dict[str, object] = {"id": entry_id(archive, entry), "title": title_of(entry)}
    if url := _link_of(entry, page):
        item["url"] = url
    item |= {
        "content_html": entry_as_html(entry, zone),
        "date_published": iso(entry.at),
        "tags": [entry.search],
    }
    if entry.article.authors:
        item["authors"] = [{"name": one_line(author)} for author in entry.article.authors]
    if entry.article.language:
        item["language"] = one_line(entry.article.language)
    return item


def _add(parent: ET.Element, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ET.SubElement(parent, name, attributes or {}).text = text


def _xml(root: ET.Element) -> str:
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, encoding="us-ascii")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written.decode()}\n'
