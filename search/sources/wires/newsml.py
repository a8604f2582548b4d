"""NewsML of either kind to articles, one for each item of text; of NewsML-G2 itself:

    article       in the newsItem
    id            @guid
    title         headline (of the lowest rank, not a sub-headline), else itemMeta/title, hl1
    description   description: of role summary, else none
    body          inlineXML (XHTML, NITF), inlineData
    published     versionCreated, else contentModified, contentCreated, firstCreated
    keywords      subject/name, keyword
    authors       by, else names of creators
    source        infoSource, provider, copyrightHolder
    language      contentMeta/language, else @xml:lang
    extra         version, urgency, slugline, dateline, embargoed

The time of the version is the time of publication, and of the last change: a wire publishes by sending, and
sends each version when it is made. `contentCreated` and `firstCreated` are of the first draft, and often
missing.

A `pubStatus` of canceled or withheld retracts the item. Items of other media without a text, packages,
concepts, events and catalogs are skipped. A bad item does not stop the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument, Item, Origin, Rejected, Skipped
from search.sources.wires.conventions import RETRACTED, XML_LANG, names_in, retracted
from search.sources.wires.newsml_1 import item_of_newsml_1
from search.sources.wires.nitf import draft_within
from search.sources.wires.reuters import article_of_rcv1, article_of_reuters
from search.text.markup import line_in, local_name, plain, text_in

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TIME = re.compile(r"\d{4}-\d\d-\d\d")  # which Reuters writes where the dateline goes
_SUMMARIES = ("summary", "standfirst", "abstract", "intro", "synthe", "")


def articles_in_newsml(root: Element, path: str, options: ReadOptions) -> Iterator[Item]:
    """The outcome of each item in the message; raises `BadDocument` if the root is not of NewsML."""
    match local_name(root):
        case "newsMessage":
            found = [item for held in root.iterfind("{*}itemSet") for item in held]
        case "NewsML":
            found = list(root.iterfind("{*}NewsItem"))
        case "LEWIS":
            found = list(root.iterfind("REUTERS"))
        case "newsItem" | "packageItem" | "newsitem" | "NewsItem" | "REUTERS":
            found = [root]
        case name:
            raise BadDocument("unknown-format", f"XML with the root element {name[:40]} is not NewsML")
    for number, item in enumerate(found, start=1):
        origin = Origin(path, f"item {number}" if len(found) > 1 else "")
        try:
            match local_name(item):
                case "newsItem":
                    yield _item_of_g2(item, origin, options)
                case "NewsItem":
                    yield item_of_newsml_1(item, origin, options)
                case "newsitem":
                    yield article_of_rcv1(item, origin, options)
                case "REUTERS":
                    yield article_of_reuters(item, origin, options)
                case _:
                    yield Skipped(origin, "not-text")
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def _item_of_g2(item: Element, origin: Origin, options: ReadOptions) -> Item:
    guid = item.get("guid", "").strip()
    if _code(item.find("{*}itemMeta/{*}pubStatus")) in RETRACTED:
        return retracted(guid, origin, item.get("version", ""))
    draft = _content_of_g2(item, options)
    if not draft.body and _code(item.find("{*}itemMeta/{*}itemClass")) != "text":
        return Skipped(origin, "not-text")
    item_meta, content = "{*}itemMeta", "{*}contentMeta"
    language = item.find(f"{content}/{{*}}language")
    draft.language = (language.get("tag", "") if language is not None else "") or item.get(XML_LANG, "")
    draft.source = next(filter(None, _sources(item)), draft.source)
    bylines = [line_in(by) for by in item.iterfind(f"{content}/{{*}}by")]
    if not any(bylines):
        bylines = [_name(creator) for creator in item.iterfind(f"{content}/{{*}}creator/{{*}}name/..")]
    authors = [name for by in bylines for name in names_in(by, language=draft.language, source=draft.source)]
    headlines = sorted(
        (head for head in item.iterfind(f"{content}/{{*}}headline") if "sub" not in _code(head, "role")),
        key=lambda head: head.get("rank", "1").zfill(4),
    )
    draft.id = guid
    titles = [line_in(head) for head in headlines]
    draft.title = (
        next(filter(None, titles), "") or line_in(item.find(f"{item_meta}/{{*}}title")) or draft.title
    )
    draft.description = _summary(item.findall(f"{content}/{{*}}description")) or draft.description
    draft.dates = [
        text
        for path in (
            f"{item_meta}/{{*}}versionCreated",
            f"{content}/{{*}}contentModified",
            f"{content}/{{*}}contentCreated",
            f"{item_meta}/{{*}}firstCreated",
        )
        if (text := line_in(item.find(path)))
    ] or draft.dates
    draft.keywords = [
        *(_name(subject) for subject in item.iterfind(f"{content}/{{*}}subject")),
        *_lines(item, f"{content}/{{*}}keyword"),
        *draft.keywords,
    ]
    draft.authors = authors or draft.authors
    if any(embargo := _lines(item, f"{item_meta}/{{*}}embargoed")):
        draft.embargo = embargo
    draft.extra |= {
        name: found
        for name, found in {
            "version": [item.get("version", "")],
            "urgency": _lines(item, f"{content}/{{*}}urgency"),
            "slugline": _lines(item, f"{content}/{{*}}slugline"),
            "dateline": [line for line in _lines(item, f"{content}/{{*}}dateline") if not _TIME.match(line)],
        }.items()
        if any(found)
    }
    return draft.accepted(origin)


def _content_of_g2(item: Element, options: ReadOptions) -> ArticleDraft:
    """The draft of the first inline content of the item that has a text."""
    for content in item.iterfind("{*}contentSet/*"):
        kind = content.get("contenttype", "text/plain").lower()
        if local_name(content) == "inlineXML":
            draft = draft_within(content, options)
        elif (
            local_name(content) == "inlineData"
            and kind.startswith("text/")
            and "encoding" not in content.attrib
        ):
            draft = ArticleDraft(options, body=plain("".join(content.itertext())).strip())
        else:
            continue
        if draft.body:
            return draft
    return ArticleDraft(options)


def _code(element: Element | None, attribute: str = "qcode") -> str:
    """A code in lower case, without the scheme before it: "usable" of "stat:usable" or of a whole URI."""
    if element is None:
        return ""
    code = element.get(attribute, "") or (element.get("uri", "") if attribute == "qcode" else "")
    return code.rpartition("/")[2].rpartition(":")[2].lower()


def _name(element: Element) -> str:
    """The name of an element, in English if it has several."""
    names = element.findall("{*}name")
    english = [name for name in names if name.get(XML_LANG, "").lower().startswith("en")]
    return next(filter(None, map(line_in, english + names)), "")


def _sources(item: Element) -> Iterator[str]:
    paths = "{*}contentMeta/{*}infoSource", "{*}itemMeta/{*}provider", "{*}rightsInfo/{*}copyrightHolder"
    for path in paths:
        for party in item.iterfind(path):
            yield _name(party) or party.get("literal", "")
    for party in item.iterfind(paths[1]):  # "nprov:AFP", but not a number or an address
        code = party.get("qcode", "").rpartition(":")[2]
        yield code if code.isalpha() else ""


def _summary(descriptions: Iterable[Element]) -> str:
    texts = [(_code(element, "role"), text_in(element)) for element in descriptions]
    return next((text for wanted in _SUMMARIES for role, text in texts if role == wanted and text), "")


def _lines(element: Element, path: str) -> list[str]:
    return [line_in(found) for found in element.iterfind(path)]
