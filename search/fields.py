"""The fields of an article that a query can ask for, a row each; all other lists of fields derive from these.

A text field holds words and is ranked; a value field holds whole values (a keyword, a source) that
match entire or not at all, whatever their case and accents (except in an exact field); an author also matches
by the words of the name. The names of an archive's extra fields are value fields too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args


@dataclass(frozen=True, slots=True)
class Field:
    """A field by the name it has in a query; `aliases` can be written for it.

    The values of a field with `facet` can be counted.
    """

    name: str
    kind: Literal["text", "value", "exact", "date", "mark"]
    aliases: tuple[str, ...] = ()
    facet: bool = False


FIELDS = (
    Field("title", "text", ("intitle", "headline")),
    Field("description", "text"),
    Field("highlights", "text", ("highlight",)),
    Field("body", "text"),
    Field("keyword", "value", ("keywords", "tag", "tags"), facet=True),
    Field("author", "value", ("authors", "byline"), facet=True),
    Field("source", "value", facet=True),
    Field("url", "value"),
    Field("site", "value", facet=True),  # the host of the URL and each domain above it, to the registered one
    Field("lang", "value", ("language",), facet=True),
    Field("precision", "value", facet=True),  # that of the date
    Field("id", "exact"),
    Field("copies", "exact"),
    Field("date", "date", ("published",)),
    Field("modified", "date"),  # as the source says
    Field("seen", "date"),  # when the archive first had it
    Field("since", "date"),
    Field("until", "date"),
    Field("after", "date"),
    Field("before", "date"),
    Field("when", "date"),
    Field("changed", "date"),  # when it was updated
    Field("is", "mark"),
)

TEXT_FIELDS = tuple(field.name for field in FIELDS if field.kind == "text")
"""The fields in which a word without a field is looked for."""

EXACT_FIELDS = tuple(field.name for field in FIELDS if field.kind == "exact")
"""Value fields whose values are compared as they are, white space, case and accents too."""

DATE_FIELDS = tuple(field.name for field in FIELDS if field.kind == "date")

DateField = Literal["date", "modified", "seen"]
COUNTED_DATES: tuple[DateField, ...] = get_args(DateField)
"""The dates of an article: each can be asked for, sorted by and counted by."""

FACET_FIELDS = tuple(field.name for field in FIELDS if field.facet)
"""Built-in fields whose values can be counted; every extra field can be too."""

MAX_INDEXED_FIELDS = 128
"""The number of an article's extra fields that can be searched; the others are stored and shown."""

MAX_EXTRA_FIELDS = 1_000
"""The number of extra fields that can be searched in one archive, at most."""

MAX_NAMED = 40
"""Extra fields that a message names."""

_NAMES = {name: field.name for field in FIELDS for name in (field.name, *field.aliases)}


def field_name(written: str, extra_fields: Collection[str] = ()) -> str | None:
    """The field that `written` names, or None if there is none."""
    name = written.lower()
    if name in extra_fields:
        return name
    return _NAMES.get(name)


def field_names(extra_fields: Collection[str] = ()) -> list[str]:
    """Every name that can be written, for a message; the other spellings are left out."""
    return [*(field.name for field in FIELDS), *sorted(extra_fields)]


def near_fields(written: str, extra_fields: Collection[str] = ()) -> list[str]:
    """The names that `written` is most likely a misspelling of, at most two."""
    from difflib import get_close_matches

    names = [*_NAMES, *extra_fields]
    near = get_close_matches(written.lower(), names, n=2, cutoff=0.75)
    return list(dict.fromkeys(field_name(name, extra_fields) or name for name in near))


def no_field(written: str, extra_fields: Collection[str] = ()) -> str:
    """The message for a `written` that does not name a field."""
    near = " or ".join(f"{name}:" for name in near_fields(written, extra_fields))
    known = field_names(extra_fields)
    shown = known[: len(known) - len(extra_fields) + MAX_NAMED]
    more = f", and {len(known) - len(shown):,} more" if len(shown) < len(known) else ""
    reason = f"there is no field “{written}”; " + (f"did you mean {near}? Else " if near else "")
    return f"{reason}quote it if it is text. Fields are {', '.join(shown)}{more}"
