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

SEPARATOR = re.compile(r"_{20,}")
"""The line between two documents."""

_NUMBER = re.compile(r"(?:Document|Item) \d+ of \d+")
_NAME = re.compile(r"(?:\A|;)\s*(?:Name|Subject):\s*([^;]+)")
_LINK = re.compile(r"https?://\S+")
_LISTS = frozenset("keywords places people orgs industries".split())
_MISSING = re.compile(r"(?:none available|not available|full text not available)\.?", re.IGNORECASE)
_SIGNS = "id url source date year database body".split()


def documents(paragraphs: Sequence[str], options: ReadOptions) -> Iterator[Fields]:
    """The fields of each document in an export."""
    begin = 0
    for index, paragraph in enumerate([*paragraphs, "_" * 20]):
        last = (labelled(paragraph) or ("", ""))[0] == "database"  # in web pages, the end of a document
        if last or SEPARATOR.fullmatch(paragraph):
            fields = _document(paragraphs[begin : index + last], options)
            if any(map(fields.get, _SIGNS)):  # not the notes on the export as a whole
                yield fields
            begin = index + 1


def _document(paragraphs: Sequence[str], options: ReadOptions) -> Fields:
    fields: Fields = {}
    field = "heading"
    for paragraph in paragraphs:
        value = paragraph
        if found := labelled(paragraph):
            field, value = found
        if field == "heading" and (_NUMBER.fullmatch(value) or _LINK.match(value)):
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
