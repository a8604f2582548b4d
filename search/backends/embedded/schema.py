"""The fields of the index as Whoosh has them; imported when something is written."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from whoosh.fields import ID, Schema

from search.fields import FACET_FIELDS, TEXT_FIELDS
from search.index.whoosh.contents import write_contents
from search.index.whoosh.fields import Positions, Terms, integer_column
from search.index.write.writer import Contents


def index_schema(extra_fields: Iterable[str]) -> Schema:
    """The schema of an index that has these extra fields."""
    schema = Schema(id=ID(unique=True), published=integer_column())
    for field in TEXT_FIELDS:
        schema.add(field, Positions())
    for field in (*FACET_FIELDS, "url", *extra_fields):
        schema.add(field, Terms())
    return schema


def contents_of(extra_fields: Iterable[str]) -> Contents:
    """Return the function that writes Whoosh's table of contents for a commit of such an index."""
    return partial(write_contents, index_schema(extra_fields))
