"""The moment, the fields and the words that the tests read queries with."""

from __future__ import annotations

from datetime import UTC, datetime

from search.language import (
    Query,
    parse_query,
)

NOW = datetime(2025, 2, 12, 15, 30, tzinfo=UTC)  # a Wednesday
EXTRA = ("places", "section", "lead")


def read(text: str, *, any_word: bool = False, stop_words: frozenset[str] = frozenset()) -> Query:
    return parse_query(text, now=NOW, extra_fields=EXTRA, any_word=any_word, stop_words=stop_words)
