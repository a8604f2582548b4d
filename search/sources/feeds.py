"""Feeds to articles: RSS 0.9x, 1.0 and 2.0, Atom, and JSON Feed.

feedparser reads the XML feeds, malformed ones too; JSON Feed is read here. Both give `_Entry` values, and one
function makes articles of them. Nothing outside the file is read, and entities that the document declares
are not expanded.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from search.article import one_line
from search.sources.reading.draft import ArticleDraft, keep_short
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Item, Note, Origin, Rejected
from search.sources.reading.safe_xml import check_shape
from search.text.markup import is_beginning, plain

_ENTITY_DECLARATION = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DECLARED_ENCODING = re.compile(rb"^<\?.*encoding=['\"](.*?)['\"].*\?>")
_PAGE = re.compile(rb"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_EBCDIC = b"\x4c\x6f\xa7\x94"
_WIDE = re.compile(r"utf[-_]?(?:16|32)", re.IGNORECASE)
_ASCII = bytes({*range(32, 127)} - {0x5C}) + rb"\x41"  # an escape, as `unicode_escape` reads it
_CAPTION = re.compile(rb"<(/?)(?:(media):description|(itunes):summary)\b[^>]*?(/?)>")
_MARKED_UP = re.compile(r"</[a-z]|<(?:br|p|img)[\s/>]|&(?:#\w+|[a-z]+);", re.IGNORECASE)
_TIMES = ("published", "updated", "created")
_ADDRESS = re.compile(r"[<(]?[^\s<>()]+@[^\s<>()]+[>)]?")


class _Entry(NamedTuple):
    """One entry of a feed: text without markup, the rest as it is written."""

    id: str
    title: str
    texts: list[str]  # the full text first, if there is one, then the summaries
    links: list[str]
    base: str
    times: list[str]  # when it was published, changed and created
    keywords: list[str]
    authors: list[str]
    source: str
    language: str


def articles_in_feed(content: bytes, path: str, options: ReadOptions) -> Iterator[Item]:
    """The outcome of each entry of an RSS or Atom feed.

    A malformed feed is read as far as possible, with a note on its first article. Raises `BadDocument` if
    nothing can be read, and if the document declares entities of its own.
    """
    parsed = _parsed(content, options)
    feed, version, error = (
        parsed["feed"],
        parsed.get("version", ""),
        str(parsed.get("bozo_exception", "")).removeprefix("<unknown>:"),
    )
    if not parsed["entries"] and (error or not version):
        page = "a web page" if _PAGE.search(content[:4096]) else ""
        raise BadDocument("not-a-feed", f"not a feed: {page or error or 'it has no element of one'}")
    notes = [Note("broken-feed", f"the feed is not well formed: {error}")] if error else []
    for number, entry in enumerate(parsed["entries"], start=1):
        read = _xml_entry(entry, feed, version)
        item = _item(read, Origin(path, f"item {number}"), options, notes)
        if isinstance(item, Accepted) or (isinstance(item, Rejected) and item.code == "broken-feed"):
            notes = []
        yield item


def is_json_feed(value: object) -> bool:
    """True if `value`, read from JSON, names a version of JSON Feed as its own."""
    version = value.get("version") if isinstance(value, Mapping) else None
    return isinstance(version, str) and bool(re.match(r"https?://(?:www\.)?jsonfeed\.org/version/", version))


def articles_in_json_feed(value: Mapping[str, object], path: str, options: ReadOptions) -> Iterator[Item]:
    """The outcome of each item of a JSON Feed; raises `BadDocument` if it has no list of items."""
    items = value.get("items")
    if not isinstance(items, list):
        raise BadDocument("not-a-feed", "the JSON Feed has no list of items")
    for number, item in enumerate(items, start=1):
        origin = Origin(path, f"item {number}")
        if isinstance(item, Mapping):
            yield _item(_json_entry(item, value), origin, options)
        else:
            yield Rejected(origin, "not-an-object", "an item of a JSON Feed must be an object")


def _parsed(content: bytes, options: ReadOptions) -> Mapping[str, Any]:
    """The document as feedparser reads it, after a check that it is safe."""
    import feedparser

    if b"\0" not in content:
        content = content.removeprefix(b"\xef\xbb\xbf").lstrip()  # a blank line before the XML is harmless
    bare = content.replace(b"\0", b"").lstrip(b"\xff\xfe")  # of UTF-16 and UTF-32 as well
    if _ENTITY_DECLARATION.search(bare):
        raise BadDocument("dangerous-xml", "the XML declares entities of its own")
    declared = _DECLARED_ENCODING.match(bare)
    charset = options.encoding if options.encoding != "utf-8" else ""
    name = charset or (declared[1].decode("latin-1") if declared else "")
    if content.startswith(_EBCDIC) or not (_holds_ascii(name) or _WIDE.match(name)):
        # Entities could hide in it.
        raise BadDocument("encoding", f"XML in the encoding {name[:40] or 'EBCDIC'} is not read")
    if name and not _is_known(name):
        try:
            bare.decode()
        except UnicodeDecodeError as error:
            reason = f"XML in the encoding {name[:40]}, which is not known, and not UTF-8 either"
            raise BadDocument("encoding", reason) from error
    check_shape(content)
    if _WIDE.match(name) and b"\0" not in content:
        charset = "utf-8"  # some frameworks declare what they hold in memory, not what they write
    # A second description, of a picture or for a player, would be taken for the text of the entry.
    content = _CAPTION.sub(rb"<\1\2\3:caption\4>", content)
    try:
        found: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(content),  # of bytes it would first try whether they are the name of a file
            response_headers={"content-type": f"application/xml; charset={charset}"} if charset else None,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # whatever its parsers run into: int(), chr(), assertions, regular expressions
        raise BadDocument("not-a-feed", f"the feed cannot be read: {error!r:.200}") from error
    return found


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):
        return False
    return True


def _holds_ascii(encoding: str) -> bool:
    """True if the encoding contains ASCII, or is unknown and so will not be used."""
    try:
        return not encoding or _ASCII.decode(encoding, "replace") == _ASCII.decode("ascii")
    except LookupError:
        return True
    except ValueError:
        return False


def _xml_entry(entry: Mapping[str, Any], feed: Mapping[str, Any], version: str) -> _Entry:
    """An entry that feedparser read."""
    exact = dict(entry)  # for the times: its own `get` gives one in place of another
    origin, titled, summed = (
        _mapping(entry.get(name)) for name in ("source", "title_detail", "summary_detail")
    )
    contents = [
        _readable(some.get("value"), some.get("type"))
        for some in _mappings(entry.get("content"))
        if str(some.get("type", "text/")).startswith(("text/", "application/xhtml"))
    ]
    summary = _readable(entry.get("summary"), summed.get("type"))
    spoken = _readable(entry.get("itunes_caption"))
    full = max(contents, key=len, default="") or max(summary, spoken, key=len)
    # In Atom the feed's author is that of entries without one; in RSS that is its editor.
    writers = (entry, origin, feed) if version.startswith("atom") else (entry,)
    languages = (_text(some.get("language")) for some in (entry, titled, summed, feed))
    return _Entry(
        id=_text(entry.get("id")),
        title=_readable(entry.get("title"), titled.get("type")),
        texts=[full or _readable(entry.get("media_caption")), summary, spoken],
        links=[_text(entry.get("feedburner_origlink")), *_links(entry, "alternate")],
        base=next(filter(_web_address, [*_links(feed, "alternate"), *_links(feed, "self")]), ""),
        times=[_text(exact.get(name)) for name in _TIMES],
        keywords=[_text(tag.get("label") or tag.get("term")) for tag in _mappings(entry.get("tags"))],
        authors=next(filter(None, map(_names, writers)), []),
        source=_text(origin.get("title")) or _text(feed.get("title")),
        language=next(filter(None, languages), ""),
    )


def _json_entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> _Entry:
    written_id = item.get("id")
    full = _readable(item.get("content_html")) or _text(item.get("content_text"))
    summary = _text(item.get("summary"))
    tags = item.get("tags")
    return _Entry(
        id=_text(written_id) if not isinstance(written_id, int | float) else str(written_id),
        title=_text(item.get("title")),
        texts=[full or summary, summary],
        links=[_text(item.get("url")), _text(item.get("external_url"))],
        base=_text(feed.get("home_page_url")) or _text(feed.get("feed_url")),
        times=[_text(item.get(name)) for name in ("date_published", "date_modified")],
        keywords=[_text(tag) for tag in tags] if isinstance(tags, list) else [],
        authors=_names(item) or _names(feed),
        source=_text(feed.get("title")),
        language=_text(item.get("language")) or _text(feed.get("language")),
    )


def _item(entry: _Entry, origin: Origin, options: ReadOptions, feed_notes: Iterable[Note] = ()) -> Item:
    """The article of an entry, with the notes of the feed and its own; or its rejection."""
    notes, body = list(feed_notes), entry.texts[0]
    addresses = (_web_address(link, entry.base) for link in entry.links)
    draft = ArticleDraft(
        options,
        id="".join(keep_short("id", (one_line(entry.id),), notes)),
        title=entry.title,
        description=next((text for text in entry.texts[1:] if text and not is_beginning(text, body)), ""),
        body=body,
        dates=entry.times,
        changes=entry.times[1:2] if entry.times[0] else (),
        keywords=map(plain, entry.keywords),
        authors=map(plain, entry.authors),
        source=plain(entry.source),
        url=next(filter(None, addresses), ""),
        language=entry.language,
        notes=notes,
    )
    try:
        return draft.accepted(origin)
    except BadDocument as error:
        return Rejected(origin, error.code, error.reason)


def _web_address(link: str, base: str = "") -> str:
    """`link`, relative to `base`, as an absolute http(s) address; "" if it is empty or of another kind."""
    try:
        address = urljoin(base, link) if link else ""
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


def _links(holder: Mapping[str, Any], kind: str) -> list[str]:
    links = [_text(link.get("href")) for link in _mappings(holder.get("links")) if link.get("rel") == kind]
    return [_text(holder.get("link")), *links] if kind == "alternate" else links


def _names(holder: Mapping[str, Any]) -> list[str]:
    """The authors' names, or the mail address of an author without a name."""
    last, authors = dict(holder).get("author"), _mappings(dict(holder).get("authors"))
    names = [_text(author.get("name")) or _text(author.get("email")) for author in [*authors, _mapping(last)]]
    if isinstance(last, str):  # feedparser splits name from address, but cuts off "museum" as "muse"
        names[-2:] = [_ADDRESS.sub("", last).strip(' "()') or last]
    return [name for name in names if name]


def _readable(value: object, kind: object = "text/html") -> str:
    """The text of a value; text that is declared plain is only read as markup if it has tags or entities."""
    text = _text(value)
    return plain(text) if kind != "text/plain" or _MARKED_UP.search(text) else text


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []
