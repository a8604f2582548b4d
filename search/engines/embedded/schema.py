"""How an article becomes a document of the index.

    title description highlights body    Positions  terms (stems): where each stands
    title.form …                         Positions  the words as people type them, each with its term,
                                                    `form US term`; for prefixes, wildcards and fuzzy
                                                    words, and as the table from word to stem
    title.length …                       integer    words in the field
    keyword author source site lang      Terms      values, `folded` or `folded US as written`
    url, each extra field                Terms      the same
    id                                   ID         exact
    published                            integer    microseconds since 1970, UTC

US is the control character "unit separator", which no text of an article has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from whoosh.fields import ID, Schema

from search.analysis import Analyzer, fold_value
from search.article import Article
from search.codec.fields import MISSING, Positions, Terms, integer_column
from search.language import TEXT_FIELDS
from search.language.limits import MAX_DISTANCE

SEPARATOR = "\x1f"

FACET_FIELDS = ("keyword", "author", "source", "site", "lang")
"""Built-in fields whose values can be counted; every extra field can be too."""

VALUE_GAP = MAX_DISTANCE + 1
"""Words between one highlight and the next, so that no phrase or NEAR reaches across."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def form_field(field: str) -> str:
    """The index's field for the words of a text field as people type them."""
    return f"{field}.form"


def length_field(field: str) -> str:
    """The index's column for how many words a text field has."""
    return f"{field}.length"


def index_schema(extra_fields: Iterable[str]) -> Schema:
    """The schema of an index that has these extra fields."""
    schema = Schema(id=ID(unique=True, sortable=True), published=integer_column())
    for field in TEXT_FIELDS:
        schema.add(field, Positions())
        schema.add(form_field(field), Positions())
        schema.add(length_field(field), integer_column())
    for field in (*FACET_FIELDS, "url", *extra_fields):
        schema.add(field, Terms())
    return schema


def document(article: Article, analyzer: Analyzer) -> dict[str, Any]:
    """The fields of an article as the index takes them."""
    fields: dict[str, Any] = {"id": article.id, "published": microseconds(article.published)}
    for field in TEXT_FIELDS:
        text = getattr(article, field)
        if text:
            _add_words(fields, field, (text,) if isinstance(text, str) else text, analyzer)
        else:
            fields[length_field(field)] = 0
    values = {
        "keyword": article.keywords,
        "author": article.authors,
        "source": (article.source,),
        "url": (article.url,),
        "site": sites(article.url),
        "lang": (article.language.partition("-")[0],),
        **article.extra,
    }
    for field, written in values.items():
        if terms := {fold_value(value): value_term(value) for value in reversed(written) if value}:
            fields[field] = terms.values()  # one for each folded value, spelled as the first of them
    return fields


def _add_words(fields: dict[str, Any], field: str, texts: Iterable[str], analyzer: Analyzer) -> None:
    terms: defaultdict[str, list[int]] = defaultdict(list)
    forms: defaultdict[str, list[int]] = defaultdict(list)
    position = length = 0
    for text in texts:
        for form, term in analyzer.analyze(text):
            if form:
                terms[term].append(position)
                forms[f"{form}{SEPARATOR}{term}"].append(position)
                length += 1
            position += 1
        position += VALUE_GAP
    fields[field], fields[form_field(field)], fields[length_field(field)] = terms, forms, length


def value_term(value: str) -> str:
    """The term of a whole value: its folded form, and after it how it is written if that differs."""
    folded = fold_value(value)
    return folded if folded == value else f"{folded}{SEPARATOR}{value}"


def sites(url: str) -> tuple[str, ...]:
    """The host of a URL without `www.`, and the domains above it that are not top-level."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    labels = host.split(".")
    if host.replace(".", "").isdecimal() or len(labels) == 1:
        return (host,) if host else ()
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))


def microseconds(moment: datetime | None) -> int:
    """A time as the index keeps it, `MISSING` for none."""
    return MISSING if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime | None:
    """The way back from `microseconds`."""
    return None if microseconds == MISSING else _EPOCH + timedelta(microseconds=microseconds)
