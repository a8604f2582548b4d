"""ProQuest: the documents of an export as text, with a line of underscores between them, or as a web page.

    Title of the article
    Author: …
    Publication info: The Herald ; Port Alder [Port Alder]08 May 2010: A.2.
    Full text: paragraphs, a line each
    Publication title: The Herald; Port Alder
    Publication date: May 8, 2010
    ProQuest document ID: 251439970
    Database: Newsstream

Between two labelled values there is a blank line. Authors stay as they are written: "Rook, Ada".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from search.sources.exports.fields import Fields, add, date_within, labelled
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument

SEPARATOR = re.compile(r"_{20,}")
"""The line between two documents."""

NUMBER = re.compile(r"(?:Document|Item) \d+ of \d+")
"""The first line of a document."""

_NAME = re.compile(r"(?:\A|;)\s*(?:Name|Subject):\s*([^;]+)")
_LINK = re.compile(r"https?://\S+")
_LISTS = frozenset("keywords places people orgs industries".split())
_MISSING = re.compile(r"(?:none available|not available|full text not available)\.?", re.IGNORECASE)
_SIGNS = "id url source date year database body".split()


def documents(paragraphs: Sequence[str], options: ReadOptions) -> Iterator[Fields | BadDocument]:
    """The fields of each document in an export, or its fault; a document with two ids is two in one."""
    begin = 0
    for index, paragraph in enumerate([*paragraphs, "_" * 20]):
        last = (labelled(paragraph) or ("", ""))[0] == "database"  # in web pages, the end of a document
        numbered = NUMBER.fullmatch(paragraph) is not None
        if last or numbered or SEPARATOR.fullmatch(paragraph):
            block = paragraphs[begin : index + last]
            fields = _document(block, options)
            ids = dict.fromkeys(fields.get("id", ()))
            if len(ids) > 1:
                reason = "no line parts this document from the next one: their ids are"
                yield from [BadDocument("two-documents", f"{reason} {', '.join(ids)}")] * len(ids)
            elif any(map(fields.get, _SIGNS)) or any(map(NUMBER.fullmatch, block)):
                yield fields  # anything else is a note on the export as a whole
            begin = index + (not numbered)


def _document(paragraphs: Sequence[str], options: ReadOptions) -> Fields:
    fields: Fields = {}
    field = "heading"
    for paragraph in paragraphs:
        value = paragraph
        if found := labelled(paragraph):
            field, value = found
        if field == "id" and not found:
            continue  # an id is one line
        if field == "heading" and (NUMBER.fullmatch(value) or _LINK.match(value)):
            continue
        if field == "body":
            for line in value.split("\n"):
                add(fields, field, line)
        else:
            add(fields, field, value)
    return _settled(fields, options)


def _settled(fields: Fields, options: ReadOptions) -> Fields:
    """The fields with lists taken apart, and the date from the publication info if there is no other."""
    for name in ("body", "description"):
        if name in fields and _MISSING.fullmatch(fields[name][0]):
            del fields[name]
    heading = fields.pop("heading", [""])
    fields.setdefault("title", heading[:1])
    fields["source"] = [value.split(";")[0] for value in fields.get("source", ())]
    if info := " ".join(fields.pop("publication", ())):
        fields["source"] = fields["source"] or [info.split(";")[0]]
        if "date" not in fields and (found := date_within(re.sub(r"[\[\]:]", " ", info), options)):
            fields["date"] = [found[1]]
    for name in _LISTS & fields.keys():
        text = "; ".join(fields[name])
        fields[name] = _NAME.findall(text) or [each.strip() for each in text.split(";") if each.strip()]
    if "section" in fields:
        fields["section"] = [each.strip() for each in fields["section"][0].split(";")]
    fields.pop("loaded", None)
    return fields
