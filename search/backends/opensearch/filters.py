"""The parts of a query that restrict and do not score: values, dates, lengths, missing fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from search.article import PRECISIONS
from search.backends.evaluate.columns import COLUMNS, SEPARATOR, limits
from search.backends.evaluate.leaves import folded_pattern
from search.backends.opensearch.lexicon import Query, like, near_value
from search.errors import InvalidRequest
from search.fields import TEXT_FIELDS
from search.language import Dates, Everything, Fuzzy, Length, Missing, Node, Phrase, Wildcard, Word
from search.text import fold_value, forms

NOT_KEPT = "an archive on OpenSearch keeps no {} yet, so it cannot be asked for {}"

NOTHING: Query = {"match_none": {}}


def all_queries(queries: Sequence[Query]) -> Query:
    """The query for articles that each of some queries finds."""
    return queries[0] if len(queries) == 1 else {"bool": {"filter": list(queries)}}


def any_query(queries: Sequence[Query]) -> Query:
    """The query for articles that at least one of some queries finds."""
    if len(queries) == 1:
        return queries[0]
    return {"bool": {"should": list(queries), "minimum_should_match": 1}} if queries else NOTHING


def filter_query(node: Node) -> Query:
    """The query for a node that is about dates, lengths or missing fields; raises `InvalidRequest`."""
    match node:
        case Dates(period, field) if field != "changed":
            own = [
                (
                    precision,
                    {name: bound for name, bound in (("gte", low), ("lt", high)) if bound is not None},
                )
                for precision, (low, high) in zip(PRECISIONS, limits(period), strict=True)
            ]
            path = COLUMNS[field]
            if field != "date" or all(bounds == own[0][1] for _, bounds in own):
                return {"range": {path: own[0][1]}}
            of = [
                all_queries([{"term": {"value.precision": precision}}, {"range": {path: bounds}}])
                for precision, bounds in own
            ]
            return any_query(of)
        case Length(least, most):
            found = {name: bound for name, bound in (("gte", least), ("lte", most)) if bound is not None}
            return {"range": {"words": found}}
        case Missing("date" | "modified" | "seen" as name):
            return _without(COLUMNS[name])
        case Missing("id"):
            return NOTHING
        case Missing(field) if field in TEXT_FIELDS:
            return {"term": {f"lengths.{field}": 0}}
        case Missing(field) if field not in ("copies", "changed"):
            return _without(f"value.{field}")
        case Everything():
            return {"match_all": {}}
    if str(node).startswith(("is:silent", "changed:")):
        raise InvalidRequest(NOT_KEPT.format("earlier versions of articles", node))
    raise InvalidRequest(NOT_KEPT.format("groups of copies", node))


def _without(path: str) -> Query:
    return {"bool": {"must_not": [{"exists": {"field": path}}]}}


def value_query(leaf: Word | Phrase | Wildcard | Fuzzy, field: str) -> Query:
    """The query for a leaf in a field of values, compared as `evaluate.value_leaves` does."""
    if field == "copies":
        raise InvalidRequest(NOT_KEPT.format("groups of copies", leaf))
    is_exact = field == "id"
    path = "id" if is_exact else f"value.{field}.folded"
    folding: Callable[[str], str] = str if is_exact else fold_value
    match leaf:
        case Wildcard(pattern):
            return like(folded_pattern(pattern, folding), path)
        case Fuzzy(text, distance):
            return {"fuzzy": {path: near_value(folding(text), distance)}}
        case Word(text) if field == "author":
            sought = [form for form in forms(text) if form]
            phrase = {"name_words": {"query": " ".join(sought), "analyzer": "spaced"}}
            return {"match_phrase": phrase} if sought else NOTHING
    text = leaf.text.replace("_", "-") if field == "lang" else leaf.text
    return {"term": {path: folding(text).replace(SEPARATOR, "")}}
