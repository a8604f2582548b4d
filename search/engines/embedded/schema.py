"""The fields of the index."""

from __future__ import annotations

from collections.abc import Iterable

from whoosh.fields import ID, Schema

from search.codec.fields import Positions, Terms, integer_column
from search.language import TEXT_FIELDS

FACET_FIELDS = ("keyword", "author", "source", "site", "lang", "precision")
"""Built-in fields whose values can be counted; every extra field can be too."""


def index_schema(extra_fields: Iterable[str]) -> Schema:
    """The schema of an index that has these extra fields."""
    schema = Schema(id=ID(unique=True), published=integer_column())
    for field in TEXT_FIELDS:
        schema.add(field, Positions())
    for field in (*FACET_FIELDS, "url", *extra_fields):
        schema.add(field, Terms())
    return schema
