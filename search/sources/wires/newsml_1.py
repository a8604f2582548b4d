"""The items of NewsML 1 to articles.

    article       in the NewsItem
    id            PublicIdentifier without its revision
    title         HeadLine
    description   SubHeadLine
    body          DataContent (NITF, XHTML, escaped HTML) of the first content that is not a caption
    published     ThisRevisionCreated, else FirstCreated
    keywords      Topic names, KeywordLine, Keyword
    authors       ByLine
    source        Source, Provider, ProviderId
    language      Language, else @xml:lang
    extra         version, urgency, slugline, dateline

A `Status` of canceled or withheld retracts the item.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Item, Origin, Skipped
from search.sources.wires.conventions import RETRACTED, XML_LANG, names_in, retracted
from search.sources.wires.nitf import draft_within
from search.text.markup import line_in, one_line_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def item_of_newsml_1(item: Element, origin: Origin, options: ReadOptions) -> Item:
    """The article of a NewsItem, its retraction, or a skipped item; raises `BadDocument`."""

    def text(name: str) -> str:
        return next(
            filter(None, (one_line_of(line_in(found)) for found in item.iterfind(f".//{{*}}{name}"))), ""
        )

    def formal(name: str) -> str:
        found = next(item.iterfind(f".//{{*}}{name}"), None)
        return found.get("FormalName", "").strip() if found is not None else ""

    revision = text("RevisionId")
    article_id = text("PublicIdentifier").removesuffix(f":{revision}")
    if formal("Status").lower() in RETRACTED:
        return retracted(article_id, origin, revision)
    kinds = {formal_name.get("FormalName", "").lower() for formal_name in item.iterfind(".//{*}MediaType")}
    draft = _content_of_newsml_1(item, options)
    if not draft.body and kinds and "text" not in kinds:
        return Skipped(origin, "not-text")
    parties = [
        party.get("FormalName", "")
        for name in ("Source", "Provider")
        for party in item.iterfind(f".//{{*}}AdministrativeMetadata/{{*}}{name}/{{*}}Party")
    ]
    draft.id = article_id
    draft.title = text("HeadLine") or draft.title
    draft.description = text("SubHeadLine") or draft.description
    draft.dates = [text("ThisRevisionCreated"), text("FirstCreated"), *draft.dates]
    draft.language = formal("Language") or item.get(XML_LANG, "") or draft.language
    if draft.language.isupper():
        draft.language = draft.language.lower()
    draft.source = next(filter(None, [*parties, draft.source]), "") or text("ProviderId")
    byline = names_in(text("ByLine"), language=draft.language, source=draft.source)
    draft.authors = byline or draft.authors
    draft.keywords = [*_keywords_of_newsml_1(item), *draft.keywords]
    draft.extra |= {
        name: [found]
        for name, found in {
            "version": revision,
            "urgency": formal("Urgency"),
            "slugline": text("SlugLine"),
            "dateline": text("DateLine"),
        }.items()
        if found
    }
    return draft.accepted(origin)


def _content_of_newsml_1(item: Element, options: ReadOptions) -> ArticleDraft:
    """The draft of the first text that is not a caption."""
    for component in item.iterfind(".//{*}NewsComponent"):
        role = component.find("{*}Role")
        if role is not None and "caption" in role.get("FormalName", "").lower():
            continue
        for content in component.iterfind("{*}ContentItem"):
            kind = content.find("{*}MediaType")
            held = content.find("{*}DataContent")
            if held is None or (kind is not None and kind.get("FormalName", "Text").lower() != "text"):
                continue
            if (draft := draft_within(held, options)).body:
                return draft
    return ArticleDraft(options)


def _keywords_of_newsml_1(item: Element) -> Iterator[str]:
    for topic in item.iterfind(".//{*}Topic"):
        names = [name for name in topic.iterfind("{*}Description") if name.get("Variant", "Name") == "Name"]
        english = [name for name in names if name.get(XML_LANG, "").lower().startswith("en")]
        yield next(filter(None, map(line_in, english + names)), "")
    for line in item.iterfind(".//{*}KeywordLine"):
        yield from line_in(line).split(",")
    for held in item.iterfind(".//{*}Property"):
        if held.get("FormalName") == "Keyword":
            yield held.get("Value", "")
