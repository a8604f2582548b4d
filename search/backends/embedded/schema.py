"""The fields of the index; imported when something is written, since it imports Whoosh."""

from __future__ import annotations

from collections.abc import Iterable

from search.backends.evaluate.columns import CHANGED, COLUMNS, MARKS
from search.fields import FACET_FIELDS, TEXT_FIELDS
from search.index.whoosh.contents import contents_for
from search.index.write.writer import Contents


def contents_of(extra_fields: Iterable[str]) -> Contents:
    """Return the function that writes Whoosh's table of contents for an index with these extra fields."""
    return contents_for(
        "id", TEXT_FIELDS, (*FACET_FIELDS, "url", CHANGED, MARKS, *extra_fields), COLUMNS.values()
    )
