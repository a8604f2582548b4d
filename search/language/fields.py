"""The names of the fields a query can ask for, and what each kind of field means.

A text field holds words and is ranked; a value field holds whole values (a keyword, a source) that
match entire or not at all, case and accents aside, save that an author also matches by the words of
the name. The names of an archive's extra fields are value fields too.
"""

from __future__ import annotations

from collections.abc import Collection

TEXT_FIELDS = ("title", "description", "highlights", "body")
"""Where a word without a field is looked for."""

VALUE_FIELDS = ("keyword", "author", "source", "url", "site", "lang", "precision", "id")
"""Whole values. `site` is the host of the URL and each domain above it, `precision` is that of the date."""

DATE_FIELDS = ("date", "since", "until", "after", "before", "when")

_OTHER_NAMES = {
    "intitle": "title",
    "headline": "title",
    "highlight": "highlights",
    "keywords": "keyword",
    "tag": "keyword",
    "tags": "keyword",
    "authors": "author",
    "byline": "author",
    "language": "lang",
    "published": "date",
}


def field_name(written: str, extra_fields: Collection[str] = ()) -> str | None:
    """The field that `written` names, or None if there is none."""
    name = written.lower()
    if name in extra_fields:
        return name
    name = _OTHER_NAMES.get(name, name)
    return name if name in TEXT_FIELDS or name in VALUE_FIELDS or name in DATE_FIELDS else None


def field_names(extra_fields: Collection[str] = ()) -> list[str]:
    """Every name that can be written, for a message; the other spellings are left out."""
    return [*TEXT_FIELDS, *VALUE_FIELDS, *DATE_FIELDS, *sorted(extra_fields)]
