"""Saved web pages to articles: the text of the story, and what the page says about itself.

A page describes itself three times: in JSON-LD for search engines, in `<meta>` for social networks, and
in the text that readers see. They are asked in this order, as the first is written with the most care.
trafilatura tells the text of the story from menus and teasers.
"""

from __future__ import annotations

import codecs
import json
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from search.once import once
from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, MissingExtra, Note, Origin
from search.sources.reading.streams import decoded
from search.sources.reading.times import is_readable
from search.text.markup import one_line_of

MIN_LETTERS = 20
"""Minimum number of letters in the text of an article; fewer are the remains of a page without an article."""

MAX_PAGE = 10 << 20
"""Maximum size of a page, in bytes."""

MAX_ELEMENTS = 20_000
"""Maximum number of elements in a page, which bounds the time: trafilatura takes 30 to 60 µs for each."""

MAX_ATTRIBUTES = 2_000
"""Maximum number of attributes of one tag; of several tags, maximum of the root of the sum of squares.

The parser's time grows with this sum."""

MAX_NODES = 5_000
"""Maximum number of objects and lists that are looked at in a page's JSON-LD."""

_STORY = re.compile(r"(?:https?://schema\.org/|schema:)?(?:[A-Za-z]*Article|(?:Live)?BlogPosting)")
_PAGE = re.compile(r"(?:https?://schema\.org/|schema:)?(?:[A-Za-z]*WebPage|ClaimReview)")
_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "datepublished", "article:published"),
    *(
        "parsely-pub-date",
        "sailthru.date",
        "pubdate",
        "published",
        "dcterms.issued",
        "dc.date.issued",
        "date",
    ),
)
_MODIFIED = ("article:modified_time", "og:article:modified_time", "datemodified", "article:modified")
_NO_TIME = "0001-01-01"
"""The time that some systems write for a missing time."""

_META_CHARSET = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_AS_BROWSERS_DO = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "shift_jis": "cp932"}
_NO_CHARSETS = frozenset("punycode idna unicode_escape raw_unicode_escape utf-7 undefined".split())
_VALUE = r"""=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+)"""
_ATTRIBUTE = re.compile(rf"[^\s/>=]++(?:\s*+{_VALUE})?")
_REST = rf"(?:[^>=]++|{_VALUE})*+"
_TAG_OR_SCRIPT = re.compile(
    rf"(<script\b{_REST}>)[^<]*+(?:<(?!/script)[^<]*+)*+|(<[a-z]{_REST})", re.IGNORECASE
)
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_BETWEEN_NAMES = re.compile(r"\s*[;|]\s*|\s+(?:and|&)\s+")


def article_in_page(
    content: bytes,
    origin: Origin,
    options: ReadOptions,
    *,
    url: str = "",
    charset: str | None = None,
    crawled: str = "",
    notes: list[Note] | None = None,
) -> Accepted:
    """The article of the page, with `notes` and its own; `url` and `charset` are as the server gave them.

    `crawled` is the time at which a crawler fetched the page, as written.

    The encoding is the one in the options if it is not UTF-8. Otherwise it is the first that can decode the
    page: the byte-order mark's, `charset`, the `<meta>`'s, UTF-8, or a guess from the bytes.
    `extra["date_from"]` says where the date was found: "json-ld", "meta", "text" (where pages show it) or
    "search" (the likeliest date anywhere in the page, with a note).

    Raises only `BadDocument`, with the code "no-text" for a page without an article.
    """
    if len(content) > MAX_PAGE:
        raise BadDocument("too-large", f"the page is larger than {MAX_PAGE >> 20} MiB")
    try:
        import trafilatura.utils
    except ImportError as error:
        raise MissingExtra("web pages", "html") from error
    for library in ("trafilatura", "htmldate"):  # else their complaints go to stderr
        if not logging.getLogger(library).handlers:
            logging.getLogger(library).addHandler(logging.NullHandler())
    try:
        text, encoding_notes = page_text(content, options, charset)
        if _work_of_attributes(text) > MAX_ATTRIBUTES**2:
            raise BadDocument("too-large", f"the tags of the page have more than {MAX_ATTRIBUTES} attributes")
        tree = trafilatura.utils.load_html(text)
        if tree is None:
            raise BadDocument("no-text", "no article was found in the page")
        if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
            raise BadDocument("too-large", f"the page has more than {MAX_ELEMENTS} elements")
        page = _Page(tree, options, url, [*(notes or ()), *encoding_notes])
        with warnings.catch_warnings(action="ignore"):  # as dateutil's of zones that it does not know
            draft = page.draft()
            draft.crawls = (crawled,)
            return draft.accepted(origin)
    except BadDocument:
        raise
    except Exception as error:  # the errors of trafilatura and lxml for hostile pages are not documented
        raise BadDocument("unreadable", f"the page cannot be read: {type(error).__name__}") from error


class _Page:
    """A page being read; `notes` are on what was odd so far."""

    def __init__(self, tree: Any, options: ReadOptions, url: str, notes: list[Note]) -> None:
        self.tree, self.options, self.server_url, self.notes = tree, options, url, notes
        self.metas: dict[str, list[str]] = {}
        for meta in tree.iter("meta"):
            names = [meta.get("property") or meta.get("name") or "", *(meta.get("itemprop") or "").split()]
            if value := one_line_of(meta.get("content") or ""):
                for name in {name.strip().lower() for name in names if name}:
                    self.metas.setdefault(name, []).append(value)
        self.nodes: dict[str, Mapping[str, object]] = {}
        self.pages: list[Mapping[str, object]] = []
        self.story = self._story()

    def draft(self) -> ArticleDraft:
        """The draft of the article; raises `BadDocument` if there is no text."""
        source = next(iter(self._names("publisher")), "") or self._meta("og:site_name")
        title, (place, dates) = self._title(source), self._dates()
        return ArticleDraft(
            self.options,
            title=title,
            description="".join(self._names("description")[:1])
            or self._meta("og:description", "description"),
            body=self._body(title),
            dates=dates,
            changes=filter(_is_time, [*self._names("dateModified")[:1], *self._all(*_MODIFIED)[:1]]),
            authors=self._authors(),
            keywords=self._keywords(),
            source=source,
            url=self._url(),
            language=self._language(),
            extra={
                "date_from": (place,),
                "section": self._names("articleSection") or self._all("article:section"),
            },
            notes=self.notes,
        )

    def _story(self) -> Mapping[str, object]:
        """The object of the JSON-LD that describes the article: if possible, one with a headline."""
        found: list[Mapping[str, object]] = []
        waiting: list[object] = []
        for script in self.tree.iter("script"):
            if "ld+json" in (script.get("type") or "").lower():
                waiting.append(_json_in(script.text or ""))
        for node in waiting:  # grows while it is gone through: breadth first, no recursion
            if isinstance(node, Mapping):
                if isinstance(node.get("@id"), str) and len(node) > 1:
                    self.nodes.setdefault(node["@id"], node)
                kinds = node.get("@type")
                kinds = kinds if isinstance(kinds, list) else [kinds]
                if any(isinstance(kind, str) and _STORY.fullmatch(kind) for kind in kinds):
                    found.append(node)
                elif any(isinstance(kind, str) and _PAGE.fullmatch(kind) for kind in kinds):
                    self.pages.append(node)
            inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
            room = MAX_NODES - len(waiting)
            waiting += [value for value in inner if isinstance(value, (Mapping, list))][: max(room, 0)]
        return max(found, key=lambda node: ("headline" in node) + ("datePublished" in node), default={})

    def _names(self, field: str) -> list[str]:
        """The texts in a field of the JSON-LD, and the names of the objects in it."""
        value = self.story.get(field)
        names = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping) and "name" not in item and isinstance(item.get("@id"), str):
                item = self.nodes.get(item["@id"], item)
            name = item.get("name") if isinstance(item, Mapping) else item
            for text in name if isinstance(name, list) else [name]:
                if isinstance(text, str) and (line := one_line_of(text)):
                    names.append(line)
        return names

    def _all(self, *names: str) -> list[str]:
        """The values of the first `<meta>` of these names that the page has."""
        return next((self.metas[name] for name in names if name in self.metas), [])

    def _meta(self, *names: str) -> str:
        return next(iter(self._all(*names)), "")

    @once
    def guess(self) -> Any:
        """trafilatura's guess at the page's metadata, which takes about as long as the body."""
        from trafilatura.metadata import extract_metadata

        return extract_metadata(self.tree, None, {"original_date": True, "extensive_search": False}, False)

    def _title(self, site: str) -> str:
        heads = [" ".join("".join(head.itertext()).split()) for head in self.tree.iter("h1")]
        title = next(iter(self._names("headline")), "") or self._meta("og:title")
        title = title or (heads[0] if len(heads) == 1 else "") or one_line_of(self.guess.title or "")
        ending = re.compile(rf"\s+[|–—:·»-]\s+{re.escape(site)}\s*$", re.IGNORECASE)
        return (ending.sub("", title) if site else "") or title

    def _body(self, title: str) -> str:
        """The paragraphs. Of trafilatura's settings, `favor_precision` had the best F1."""
        import trafilatura

        text = trafilatura.extract(self.tree, favor_precision=True, include_comments=False) or ""
        lines = [line for line in map(str.strip, text.split("\n")) if line]
        letters = (sum(map(str.isalpha, line)) for line in lines if line.casefold() != title.casefold())
        if sum(letters) < MIN_LETTERS:
            raise BadDocument("no-text", "no article was found in the page")
        return "\n\n".join(lines)

    def _dates(self) -> tuple[str, list[str]]:
        """Where the date of publication was found, and the date, after the unreadable ones before it.

        Unreadable dates are left out where the page gives another in its JSON-LD or `<meta>`.
        """
        unreadable = []
        for place, text in self._possible_dates():
            if not is_readable(text, self.options):
                unreadable.append(text)
            elif place in ("json-ld", "meta"):
                return place, [text]
            else:
                if place == "search":
                    note = Note("found-date", "the date was found by a search in the text of the page")
                    self.notes.append(note)
                return place, [*unreadable, text]
        return "", unreadable

    def _possible_dates(self) -> Iterator[tuple[str, str]]:
        """The likely dates of publication and where each is given, best first; each is looked for late."""
        found = [("json-ld", text) for text in self._names("datePublished")[:1]]
        found += [("meta", text) for name in _PUBLISHED for text in self._all(name)[:1]]
        found += [("json-ld", str(page.get("datePublished", ""))) for page in self.pages[:1]]
        shown = {time.get("datetime") or "" for time in self.tree.iter("time") if _is_publication(time)}
        found += [("text", text) for text in shown if len(shown) == 1]  # else some are of other stories
        yield from ((place, text) for place, text in found if _is_time(text))
        from htmldate import find_date

        url = self._url() or None
        if date := find_date(self.tree, extensive_search=False, original_date=True, url=url):
            yield "text", date
        date = find_date(self.tree, extensive_search=True, original_date=True, url=url)
        if date and not date.endswith("-01-01"):  # so it writes a year, most often from a copyright line
            yield "search", date.removesuffix("-01")  # and so a month

    def _authors(self) -> list[str]:
        written = self._names("author") or self._all("author", "article:author", "parsely-author", "byl")
        names = [name for name in written if "://" not in name] or [self.guess.author or ""]
        return [name for text in names for name in _BETWEEN_NAMES.split(text)]

    def _keywords(self) -> list[str]:
        written = self._names("keywords") or self._all("news_keywords", "keywords", "article:tag")
        return [word.strip() for text in written for word in text.split(",")]

    def _url(self) -> str:
        links = (link for link in self.tree.iter("link") if (link.get("rel") or "").lower() == "canonical")
        written = [*(link.get("href") or "" for link in links), *self._all("og:url"), self.server_url]
        urls = [url for url in map(str.strip, written) if _is_absolute(url)]
        # a canonical link to the front page is a mistake of the site's templates
        return next((url for url in urls if urlsplit(url).path.strip("/")), next(iter(urls), ""))

    def _language(self) -> str:
        written = [root.get("lang") or "" for root in self.tree.iter("html")]
        written += [*self._names("inLanguage"), self._meta("og:locale")]
        codes = (re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", text) for text in written)
        return next((code[1].lower() for code in codes if code), "")


def page_text(content: bytes, options: ReadOptions, charset: str | None = None) -> tuple[str, list[Note]]:
    """The page as text, see `article_in_page`; a few bytes that are not UTF-8 become U+FFFD and a note."""
    if options.encoding.lower() not in ("utf-8", "utf8"):
        return decoded(content, options.encoding), []
    meta = _META_CHARSET.search(content, 0, 4096)
    declared = meta[1].decode("ascii", "replace") if meta else ""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    # a page whose <meta> can be read as ASCII is not in UTF-16, whatever it says
    names = [marked, charset or "", "" if declared.lower().startswith("utf-16") else declared, "utf-8"]
    for name in filter(None, names):
        try:
            own = codecs.lookup(name.strip("\"' ")).name
            if own not in _NO_CHARSETS:
                return content.decode(_AS_BROWSERS_DO.get(own, own)).removeprefix("\ufeff"), []
        except (LookupError, ValueError):  # unknown, or not the encoding of the page
            continue
    text = content.decode("utf-8", "replace")
    if text.count("\ufffd") * 20 < len(text.encode()) - len(text):
        return text, [Note("encoding", "some bytes of the page are not UTF-8")]
    try:
        from trafilatura.utils import decode_file
    except ImportError as error:
        raise MissingExtra("web pages in an unknown encoding", "html") from error
    return str(decode_file(content)), []


def _work_of_attributes(text: str) -> int:
    """The sum, over the page's long tags, of the squares of their numbers of attributes."""
    tags = (found[1] or found[2] for found in _TAG_OR_SCRIPT.finditer(text))
    return sum(sum(1 for _ in _ATTRIBUTE.finditer(tag)) ** 2 for tag in tags if len(tag) > 200)


def _json_in(text: str) -> object:
    """The value of a script's JSON, with the usual mistakes mended; None if it is still not JSON."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().removesuffix(";")
    for attempt in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _is_time(text: str) -> bool:
    return bool(text) and not text.startswith(_NO_TIME)


def _is_publication(time: Any) -> bool:
    return "datepublished" in (time.get("itemprop") or "").lower().split()


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
