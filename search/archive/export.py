"""Every match as a row: the columns that can be chosen, and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from itertools import islice

from search.archive.arguments import text_of
from search.article import TIMES_BESIDE, Article, written_time
from search.errors import InvalidRequest
from search.fields import MAX_NAMED, field_name

TEXT_COLUMNS = ("id", "title", "description", "body", "source", "url", "language", "precision")
TIME_COLUMNS = ("published", "modified", "crawled", "seen")
LIST_COLUMNS = ("highlights", "keywords", "authors")
"""The columns that every archive has, by the type of their values; extra fields are lists."""

READ_ARTICLES = 500

DEFAULT_COLUMNS = (
    "id", "published", "title", "source", "authors", "keywords", "url", "language", "description",
)  # fmt: skip
"""The columns of an export that chooses none; the extra fields follow."""

OWN_COLUMNS = (*DEFAULT_COLUMNS, "body", "highlights", "modified", "crawled", "seen", "precision")
_OF_FIELDS = {"keyword": "keywords", "author": "authors", "lang": "language", "date": "published"}


def columns_of(asked: Iterable[str] | None, extra_fields: Sequence[str]) -> tuple[str, ...]:
    """The columns by their own names, each once; None stands for the default and every extra field.

    A name that a query has for the field is good, too. Raises `InvalidRequest` for any other name.
    """
    if asked is None:
        return (*DEFAULT_COLUMNS, *extra_fields)
    if isinstance(asked, str) or not isinstance(asked, Iterable):
        raise InvalidRequest(f"columns must be several, in a list, not {type(asked).__name__}")
    columns = tuple(dict.fromkeys(_column(text_of("a column", each), extra_fields) for each in asked))
    if not columns:
        raise InvalidRequest("an export needs at least one column")
    return columns


def _column(written: str, extra_fields: Sequence[str]) -> str:
    name = written.strip().lower()
    if name in OWN_COLUMNS or name in extra_fields:
        return name
    field = field_name(name) or ""
    column = _OF_FIELDS.get(field, field)
    if column in OWN_COLUMNS:
        return column
    known = [*OWN_COLUMNS, *extra_fields]
    near = get_close_matches(name, known, n=2, cutoff=0.75)
    shown = ", ".join(known[: len(OWN_COLUMNS) + MAX_NAMED])
    hint = f"; did you mean {' or '.join(near)}?" if near else "."
    raise InvalidRequest(
        f"there is no column “{written}”{hint} Columns are {shown}", did_you_mean=near[0] if near else None
    )


def row_of(article: Article, columns: Sequence[str]) -> dict[str, object]:
    """The values of the columns, ready for JSON: a text, a list of texts, or None for a time that is missing.

    A time is written to its precision. An article does not tell when it was `seen` (see `rows_of`).
    """
    return {column: _value(article, column) for column in columns}


def rows_of(
    articles: Iterable[Article],
    columns: Sequence[str],
    first_seen: Callable[[list[str]], Mapping[str, datetime]],
) -> Iterator[dict[str, object]]:
    """Yield the articles as rows of columns, of which one is `seen`."""
    stream = iter(articles)
    while some := list(islice(stream, READ_ARTICLES)):
        seen = first_seen([article.id for article in some])
        for article in some:
            at = seen.get(article.id)
            yield {**row_of(article, columns), "seen": at and written_time(at)}


def _value(article: Article, column: str) -> object:
    if column == "published":
        return None if article.published is None else written_time(article.published, article.precision)
    if column in TIMES_BESIDE:
        moment = getattr(article, column)
        return None if moment is None else written_time(moment)
    if column == "seen":
        return None
    if column == "precision" and article.published is None:
        return ""
    if column in TEXT_COLUMNS:
        return getattr(article, column)
    return list(getattr(article, column) if column in LIST_COLUMNS else article.extra.get(column, ()))
