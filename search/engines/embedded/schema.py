"""How articles become documents of the index.

    title description highlights body    words: terms (stems) with their positions, and the form of
                                         each word, as people type it
    keyword author source site lang      values, `folded` or `folded US as written`
    url, each extra field                the same
    id                                   exact
    published                            microseconds since 1970, UTC

US is the control character "unit separator", which no text of an article has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from whoosh.fields import ID, Schema

from search.analysis import Analyzer, fold_value
from search.article import Article
from search.codec.fields import MISSING, Positions, Terms, integer_column
from search.codec.inversion import Documents, WordCollector
from search.language import TEXT_FIELDS
from search.language.limits import MAX_DISTANCE

SEPARATOR = "\x1f"

FACET_FIELDS = ("keyword", "author", "source", "site", "lang")
"""Built-in fields whose values can be counted; every extra field can be too."""

VALUE_GAP = MAX_DISTANCE + 1
"""Words between one highlight and the next, so that no phrase or NEAR reaches across."""

MAX_REMEMBERED = 500_000
"""Distinct pieces of text that the analyzer remembers from one batch to the next; about 150 MB."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def index_schema(extra_fields: Iterable[str]) -> Schema:
    """The schema of an index that has these extra fields."""
    schema = Schema(id=ID(unique=True), published=integer_column())
    for field in TEXT_FIELDS:
        schema.add(field, Positions())
    for field in (*FACET_FIELDS, "url", *extra_fields):
        schema.add(field, Terms())
    return schema


def documents(articles: Sequence[Article], analyzer: Analyzer) -> Documents:
    """The articles, numbered in their order, as the index takes them."""
    analyzer.forget_beyond(MAX_REMEMBERED)
    words = WordCollector(TEXT_FIELDS, gap=VALUE_GAP)
    values: dict[str, list[tuple[int, str]]] = {field: [] for field in ("id", "url", *FACET_FIELDS)}
    for number, article in enumerate(articles):
        for field in TEXT_FIELDS:
            text = getattr(article, field)
            if text:
                texts = (text,) if isinstance(text, str) else text
                words.add(number, field, map(analyzer.pieces, texts))
        values["id"].append((number, article.id))
        for field, written in _values(article).items():
            # One for each folded value, spelled as the first of them.
            distinct = {fold_value(value): value_term(value) for value in reversed(written) if value}
            values.setdefault(field, []).extend((number, term) for term in distinct.values())
    return Documents(
        count=len(articles),
        words=words.collected(analyzer.words_of, analyzer.vocabulary),
        values={field: pairs for field, pairs in values.items() if pairs},
        numbers={"published": [microseconds(article.published) for article in articles]},
    )


def _values(article: Article) -> dict[str, tuple[str, ...]]:
    return {
        "keyword": article.keywords,
        "author": article.authors,
        "source": (article.source,),
        "url": (article.url,),
        "site": sites(article.url),
        "lang": (article.language.partition("-")[0],),
        **article.extra,
    }


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
