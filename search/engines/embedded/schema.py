"""The fields of the index."""

from __future__ import annotations

from collections.abc import Iterable

from whoosh.fields import ID, Schema

from search.codec.fields import Positions, Terms, integer_column
from search.language import TEXT_FIELDS

FACET_FIELDS = ("keyword", "author", "source", "site", "lang", "precision")
"""Built-in fields whose values can be counted; every extra field can be too."""

MAX_INDEXED_FIELDS = 128
"""Of an article's extra fields so many can be searched; the others are stored and shown."""

MAX_EXTRA_FIELDS = 1_000
"""An archive has at most so many extra fields that can be searched."""


def index_schema(extra_fields: Iterable[str]) -> Schema:
    """The schema of an index that has these extra fields."""
    schema = Schema(id=ID(unique=True), published=integer_column())
    for field in TEXT_FIELDS:
        schema.add(field, Positions())
    for field in (*FACET_FIELDS, "url", *extra_fields):
        schema.add(field, Terms())
    return schema
