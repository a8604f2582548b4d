"""Articles as documents of the cluster (see `layout`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import orjson

from search.article import Article
from search.backends.evaluate.columns import VALUE_GAP, microseconds
from search.backends.evaluate.documents import value_terms
from search.backends.opensearch.layout import DATES, HOLE, TF_SCALE
from search.engine import DEFAULT_RANKING
from search.fields import TEXT_FIELDS
from search.text import Analyzer, fold_value, forms, language_named

MAX_ID_BYTES = 500
"""A longer id is a hash on the server, which takes 512 bytes."""

MAX_VALUE_BYTES = 32_000
"""Of a longer value only the beginning is indexed: the server takes 32,766 bytes."""

MICROSECONDS = 1_000_000

_HALFWAY, _STEPS = 50, 255
"""From this position on a word counts less than half more; and the number of steps, both as embedded."""

Word = tuple[str, str]
"""A form and its term; both are "" for a word too long to be one."""


@dataclass(frozen=True, slots=True)
class AnalyzedArticle:
    """An article, and the words of each value of its fields of text."""

    article: Article
    texts: Mapping[str, Sequence[Sequence[Word]]]

    def length(self, field: str) -> int:
        """The number of words in a field."""
        return sum(sum(1 for form, _ in words if form) for words in self.texts[field])


@dataclass(frozen=True, slots=True)
class TermFrequency:
    """A term in a field: how often, and how much earlier words count; 1 to 2."""

    frequency: int
    earliness: float


def analyze(article: Article, analyzer: Analyzer) -> AnalyzedArticle:
    """The words of an article."""
    language = language_named(article.language)
    texts = {}
    for field in TEXT_FIELDS:
        value = getattr(article, field)
        values = ((value,) if value else ()) if isinstance(value, str) else value
        texts[field] = [analyzer.analyze(text, language) for text in values]
    return AnalyzedArticle(article, texts)


def averages_of(articles: Iterable[AnalyzedArticle]) -> dict[str, float]:
    """The average length of each field of text."""
    totals, count = Counter[str](), 0
    for each in articles:
        count += 1
        totals.update({field: each.length(field) for field in TEXT_FIELDS})
    return {field: totals[field] / max(1, count) or 1.0 for field in TEXT_FIELDS}


def term_frequencies(analyzed: AnalyzedArticle, field: str) -> dict[str, TermFrequency]:
    """The frequency and the earliness of each term of a field."""
    counts, first, begin = Counter[str](), dict[str, int](), 0
    for words in analyzed.texts[field]:
        for position, (_, term) in enumerate(words, start=begin):
            if term:
                counts[term] += 1
                first.setdefault(term, position)
        begin += len(words) + VALUE_GAP
    most = DEFAULT_RANKING.earliness
    return {
        term: TermFrequency(count, 1 + most * round(_STEPS * _HALFWAY / (_HALFWAY + first[term])) / _STEPS)
        for term, count in counts.items()
    }


def normalized(frequency: TermFrequency, field: str, length: int, average: float) -> float:
    """The part of a field in `tf`, as in `search.engine.ranking`."""
    own = next(each for each in DEFAULT_RANKING.fields if each.field == field)
    return own.weight * frequency.earliness * frequency.frequency / (1 - own.b + own.b * length / average)


def scores_of(analyzed: AnalyzedArticle, averages: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The `tf` of each term by field, and over all fields as "any"."""
    every: dict[str, float] = {}
    found: dict[str, dict[str, float]] = {}
    for field in TEXT_FIELDS:
        length = analyzed.length(field)
        found[field] = {
            term: normalized(each, field, length, averages[field])
            for term, each in term_frequencies(analyzed, field).items()
        }
        for term, tf in found[field].items():
            every[term] = every.get(term, 0.0) + tf
    return {**found, "any": every}


def pairs_of(analyzed: AnalyzedArticle) -> set[Word]:
    """Each distinct word of an article."""
    return {word for texts in analyzed.texts.values() for words in texts for word in words if word[0]}


def document_of(
    analyzed: AnalyzedArticle,
    *,
    seen: datetime,
    version: int | None,
    writer: str,
    default_language: str,
    averages: Mapping[str, float],
    extra_fields: Collection[str],
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The document of an article, and the names of fields with a value too long to be indexed.

    `averages` has the average length of each field, only these extra fields are indexed, and `version` counts
    where the article has no version. `writer` names the process that writes it.
    """
    article = analyzed.article
    moments = {
        name: at for name, at in zip(DATES, (article.published, article.modified, seen), strict=True) if at
    }
    numbers = {name: microseconds(at) for name, at in moments.items()}
    lengths = {field: analyzed.length(field) for field in TEXT_FIELDS}
    record = orjson.dumps(article.as_record()).decode()
    values, long = {}, []
    for field, terms in value_terms(article, None, extra_fields).items():
        if field != "id":
            values[field] = [term.encode()[:MAX_VALUE_BYTES].decode(errors="ignore") for term in terms]
            if values[field] != list(terms):
                long.append(field)
    return {
        "id": article.id,
        "digest": article.digest().hex(),
        "version": version if article.version is None else article.version,
        "writer": writer,
        "article": record,
        "sum": sha256(record.encode()).hexdigest(),
        **numbers,
        "second": {name: number // MICROSECONDS for name, number in numbers.items()},
        "lengths": lengths,
        "words": sum(lengths[field] for field in TEXT_FIELDS if field != "title"),
        "text": {field: [*map(_terms, texts)] for field, texts in analyzed.texts.items() if texts},
        "form": {field: [*map(_forms, texts)] for field, texts in analyzed.texts.items() if texts},
        "score": {field: _weighted(tfs) for field, tfs in scores_of(analyzed, averages).items()},
        "pairs": [f"{term}|{form}" for form, term in sorted(pairs_of(analyzed))],
        "value": values,
        "name_words": [" ".join(filter(None, forms(fold_value(name)))) for name in article.authors],
        "language": {language_named(article.language) or default_language: True},
    }, tuple(long)


def _terms(words: Iterable[Word]) -> str:
    return " ".join(term or HOLE for _, term in words)


def _forms(words: Iterable[Word]) -> str:
    return " ".join(form or HOLE for form, _ in words)


def _weighted(tfs: Mapping[str, float]) -> str:
    return " ".join(f"{term}|{max(1, round(TF_SCALE * tf))}" for term, tf in tfs.items())


def server_id(identity: str) -> str:
    """The `_id` of the document with this id."""
    if len(identity.encode()) <= MAX_ID_BYTES:
        return identity
    return f"sha256:{sha256(identity.encode()).hexdigest()}"
