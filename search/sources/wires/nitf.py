"""NITF to articles.

    article       in the document
    id            docdata/doc-id @id-string
    title         hedline/hl1, else head/title
    description   body.head/abstract
    body          every body.content: paragraphs, headings, lists; a table is a line a row
    published     docdata/date.issue @norm, else pubdata @date.publication, date.release, story.date
    modified      revision-history @norm
    keywords      key-list/keyword @key, then the finest name of each tobject.subject
    authors       byline, without "By" and without byttl
    source        distributor, else doc.copyright @holder, doc-id @regsrc
    language      @baselang, else @xml:lang
    extra         dateline, urgency (@ed-urg), slugline (du-key @key), version (du-key), embargoed

`management-status` canceled or withheld retracts the document, `management-idref-status` the document that
it refers to. The text does not include the captions of pictures (media).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument, Item, Origin, Rejected
from search.sources.wires.conventions import RETRACTED, XML_LANG, names_in, retracted
from search.text.markup import line_in, local_name, plain, text_in

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TEXTUAL = frozenset("html body div section article p h1 h2 h3 ul ol table blockquote block".split())


def articles_in_nitf(root: Element, path: str, options: ReadOptions) -> Iterator[Item]:
    """The article of an NITF document or its retraction; first, a retraction of the document it cancels."""
    origin = Origin(path)
    docdata = root.find("{*}head/{*}docdata")
    status = docdata.attrib if docdata is not None else {}
    try:
        if status.get("management-idref-status", "").lower() in RETRACTED and (
            other := status.get("management-doc-idref", "").strip()
        ):
            yield retracted(other, origin)
        draft = draft_of_nitf(root, options)
        if status.get("management-status", "").lower() in RETRACTED:
            yield retracted(draft.id, origin, "".join(draft.extra["version"]))
        else:
            yield draft.accepted(origin)
    except BadDocument as error:
        yield Rejected(origin, error.code, error.reason)


def draft_of_nitf(root: Element, options: ReadOptions) -> ArticleDraft:
    """The draft of an nitf element, which may be part of another document."""

    def attribute(path: str, name: str) -> str:
        found = root.find(path)
        return found.get(name, "").strip() if found is not None else ""

    head, docdata = "{*}body/{*}body.head", "{*}head/{*}docdata"
    language = (root.get("baselang") or root.get(XML_LANG) or "").strip()
    source = line_in(root.find(f"{head}/{{*}}distributor")) or attribute(
        f"{docdata}/{{*}}doc.copyright", "holder"
    )
    source = source or attribute(f"{docdata}/{{*}}doc-id", "regsrc")
    release = attribute(f"{docdata}/{{*}}date.release", "norm")
    version = attribute(f"{docdata}/{{*}}du-key", "version") or attribute(
        f"{docdata}/{{*}}du-key", "generation"
    )
    embargoed = attribute(docdata, "management-status").lower() == "embargoed"
    return ArticleDraft(
        options,
        id=attribute(f"{docdata}/{{*}}doc-id", "id-string"),
        title=line_in(root.find(f"{head}/{{*}}hedline/{{*}}hl1")) or line_in(root.find("{*}head/{*}title")),
        description=text_in(root.find(f"{head}/{{*}}abstract")),
        body="\n\n".join(filter(None, map(text_in, root.findall("{*}body/{*}body.content")))),
        dates=(
            attribute(f"{docdata}/{{*}}date.issue", "norm"),
            attribute("{*}head/{*}pubdata", "date.publication"),
            release,
            attribute(f"{head}/{{*}}dateline/{{*}}story.date", "norm"),
        ),
        changes=[attribute("{*}head/{*}revision-history", "norm")],
        keywords=[*_keys(root), *_subjects(root)],
        authors=[
            name
            for byline in root.findall(f"{head}/{{*}}byline")
            for name in names_in(line_in(byline, leaving_out=("byttl",)), language=language, source=source)
        ],
        source=source,
        language=language,
        extra={
            "dateline": (_dateline(root.find(f"{head}/{{*}}dateline")),),
            "urgency": (attribute(f"{docdata}/{{*}}urgency", "ed-urg"),),
            "slugline": (attribute(f"{docdata}/{{*}}du-key", "key"),),
            "version": (str(int(version)),) if version.isdecimal() and len(version) < 19 else (),
        },
        embargo=(release or "no date",) if embargoed else (),
    )


def draft_within(content: Element, options: ReadOptions) -> ArticleDraft:
    """The draft of the NITF, XHTML or escaped HTML within an element; an empty one for other content."""
    if (nitf := next(content.iterfind(".//{*}nitf"), None)) is not None:
        return draft_of_nitf(nitf, options)
    if not len(content):
        return ArticleDraft(options, body=plain(content.text or "").strip())
    if (body := next(content.iterfind(".//{*}body.content"), None)) is not None:
        return ArticleDraft(options, body=text_in(body))
    if not any(local_name(child).lower() in _TEXTUAL for child in content):
        return ArticleDraft(options)
    return ArticleDraft(
        options, body=text_in(next(content.iterfind(".//{*}body"), content), leaving_out=("header",))
    )


def _keys(root: Element) -> Iterator[str]:
    for keyword in root.iterfind("{*}head/{*}docdata/{*}key-list/{*}keyword"):
        yield keyword.get("key", "")


def _subjects(root: Element) -> Iterator[str]:
    for subject in root.iterfind("{*}head/{*}tobject/{*}tobject.subject"):
        named = (subject.get(f"tobject.subject.{part}", "") for part in ("detail", "matter", "type"))
        yield next(filter(None, named), "")


def _dateline(element: Element | None) -> str:
    if element is None:
        return ""
    return line_in(element.find("{*}location")) or line_in(element, leaving_out=("story.date",))
