"""The names of the fields a query can ask for, and what each kind of field means.

A text field holds words and is ranked; a value field holds whole values (a keyword, a source) that
match entire or not at all, case and accents aside (but for an id), save that an author also matches by
the words of the name. The names of an archive's extra fields are value fields too.
"""

from __future__ import annotations

from collections.abc import Collection

TEXT_FIELDS = ("title", "description", "highlights", "body")
"""Where a word without a field is looked for."""

VALUE_FIELDS = ("keyword", "author", "source", "url", "site", "lang", "precision", "id")
"""Whole values. `site` is the host of the URL and each domain above it, down to the registered one.
`precision` is that of the date."""

EXACT_FIELDS = ("id",)
"""Value fields whose values are compared as they are, white space, case and accents too."""

MOST_NAMED = 40
"""Extra fields that a message names."""

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


def near_fields(written: str, extra_fields: Collection[str] = ()) -> list[str]:
    """The names that `written` is most likely a misspelling of, at most two."""
    from difflib import get_close_matches

    names = [*field_names(extra_fields), *_OTHER_NAMES]
    near = get_close_matches(written.lower(), names, n=2, cutoff=0.75)
    return list(dict.fromkeys(field_name(name, extra_fields) or name for name in near))


def no_field(written: str, extra_fields: Collection[str] = ()) -> str:
    """What to say where `written` is no field."""
    near = " or ".join(f"{name}:" for name in near_fields(written, extra_fields))
    known = field_names(extra_fields)
    shown = known[: len(known) - len(extra_fields) + MOST_NAMED]
    more = f", and {len(known) - len(shown):,} more" if len(shown) < len(known) else ""
    reason = f"there is no field “{written}”; " + (f"did you mean {near}? Else " if near else "")
    return f"{reason}quote it if it is text. Fields are {', '.join(shown)}{more}"
