"""Counts of matches by value and by time. All are exact: nothing is estimated or cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from heapq import nsmallest
from itertools import pairwise
from typing import Any

from search.backends.evaluate.bins import bin_of, counted_precisions, edges_of, first_monday
from search.backends.evaluate.columns import COLUMNS, SEPARATOR, date_field, moment
from search.backends.opensearch.documents import MICROSECONDS
from search.backends.opensearch.lexicon import Query
from search.backends.opensearch.moment import Moment
from search.dates import Interval
from search.deadline import checked
from search.engine import Facet, FacetRequest, FacetValue
from search.language import value_leaf

VALUES = 10_000
"""Values that are counted beside the page; where there are more, all are counted page by page."""

Counts = Mapping[str, int]


def counting(requests: Sequence[FacetRequest]) -> Query:
    """The aggregations to ask for beside a page; `facets_of` reads them."""
    return {f"f{number}": _counting(request) for number, request in enumerate(requests)}


def facets_of(
    at: Moment, query: Query, requests: Sequence[FacetRequest], counted: Mapping[str, Any], zone: tzinfo
) -> tuple[Facet, ...]:
    """The facets of the matches of a query; `counted` is the answer to `counting`."""
    found = []
    for number, request in enumerate(requests):
        own = counted[f"f{number}"]
        if request.interval is None:
            found.append(_by_value(at, query, request, own))
        else:
            found.append(_by_time(at, query, request, request.interval, own, zone))
    return tuple(found)


def value_counts(at: Moment, query: Query, field: str, most: int | None = None) -> Counter[str] | None:
    """How many matches have each value, as the index has it; None if there are more than `most`."""
    counts, after = Counter[str](), None
    while True:
        paged: Query = {"size": VALUES, "sources": [{"value": {"terms": {"field": f"value.{field}"}}}]}
        if after is not None:
            paged["after"] = after
        body = {
            "query": query,
            "size": 0,
            "track_total_hits": False,
            "aggs": {"values": {"composite": paged}},
        }
        told = at.ask(body)["aggregations"]["values"]
        for bucket in told["buckets"]:
            counts[bucket["key"]["value"]] = bucket["doc_count"]
        after = told.get("after_key")
        if after is None or len(told["buckets"]) < VALUES:
            return counts
        if most is not None and len(counts) > most:
            return None


def merged(counts: Iterable[tuple[str, int]]) -> dict[str, tuple[int, str]]:
    """The number of articles with each value by its folded form, and how most of them write it."""
    written: dict[str, tuple[int, int, str]] = {}
    for term, count in counts:
        folded, _, shown = term.partition(SEPARATOR)
        total, fewer, best = written.get(folded, (0, 0, ""))
        fewer, best = min((-count, shown or folded), (fewer, best))
        written[folded] = (total + count, fewer, best)
    return {folded: (total, best) for folded, (total, _, best) in written.items()}


def _counting(request: FacetRequest) -> Query:
    if request.interval is None:
        path = f"value.{request.field}"
        return {
            "filter": {"match_all": {}},
            "aggs": {
                "values": {"terms": {"field": path, "size": VALUES, "shard_size": VALUES + 1}},
                "missing": {"missing": {"field": path}},
            },
        }
    path = COLUMNS[date_field(request.field)]
    parts: Query = {"exact": _exact(request.field)}
    if whole := counted_precisions(request.interval):
        parts["whole"] = _whole(request.field, whole)
    extent = {"first": {"min": {"field": f"second.{path}"}}, "last": {"max": {"field": f"second.{path}"}}}
    return {
        "filter": {"match_all": {}},
        "aggs": {
            "missing": {"missing": {"field": path}},
            "dated": {"filter": {"exists": {"field": path}}},
            **{name: {"filter": query, "aggs": extent} for name, query in parts.items()},
        },
    }


def _exact(field: str) -> Query:
    """The query for dates that are instants."""
    if field != "date":
        return {"exists": {"field": COLUMNS[date_field(field)]}}
    return {"term": {"value.precision": "instant"}}


def _whole(field: str, precisions: Sequence[str]) -> Query:
    """The query for dates that are whole days, months or years."""
    if field != "date":
        return {"match_none": {}}
    return {"terms": {"value.precision": list(precisions)}}


def _by_value(at: Moment, query: Query, request: FacetRequest, told: Mapping[str, Any]) -> Facet:
    values = told["values"]
    if values["sum_other_doc_count"] or values["doc_count_error_upper_bound"]:
        counts: Counter[str] = value_counts(at, query, request.field) or Counter()
    else:
        counts = Counter({bucket["key"]: bucket["doc_count"] for bucket in values["buckets"]})
    every = merged(checked(counts.items(), at.check)).values()
    common = nsmallest(request.limit, every, key=lambda value: (-value[0], value[1]))
    shown = tuple(FacetValue(best, total, str(value_leaf(request.field, best))) for total, best in common)
    return Facet(request.field, shown, len(every), told["missing"]["doc_count"])


def _by_time(
    at: Moment, query: Query, request: FacetRequest, interval: Interval, told: Mapping[str, Any], zone: tzinfo
) -> Facet:
    """Count by one of the dates, in every interval that has one, as `embedded.answers` does."""
    date = date_field(request.field)
    path, written = COLUMNS[date], f"{date}:{interval}"
    counted = {name: told[name]["doc_count"] for name in ("exact", "whole") if name in told}
    imprecise = told["dated"]["doc_count"] - sum(counted.values())
    undated = told["missing"]["doc_count"]
    times = []
    for name, local in (("exact", zone), ("whole", UTC)):
        if counted.get(name):
            ends = (_second(told[name][end]["value"]) for end in ("first", "last"))
            times += [end.astimezone(local).replace(tzinfo=None) for end in ends]
    if not times:
        return Facet(written, (), 0, undated, imprecise)
    edges = edges_of(times, interval, zone)
    parts = {
        "exact": (_exact(request.field), edges),
        "whole": (
            _whole(request.field, counted_precisions(interval)),
            [e.replace(tzinfo=UTC) for e in edges],
        ),
    }
    aggs = {
        name: {
            "filter": own,
            "aggs": {"bins": {"range": {"field": f"second.{path}", "ranges": _ranges(bounds)}}},
        }
        for name, (own, bounds) in parts.items()
        if counted.get(name)
    }
    body = {"query": query, "size": 0, "track_total_hits": False, "aggs": aggs}
    found = at.ask(body)["aggregations"]
    # The server sorts ranges, which overlap nowhere, by where they begin.
    rows = [[bucket["doc_count"] for bucket in found[name]["bins"]["buckets"]] for name in aggs]
    counts = [sum(row) for row in zip(*rows, strict=True)]
    if interval == "weekday":
        monday = first_monday(edges)
        counts = [sum(counts[(monday + day) % 7 :: 7]) for day in range(7)]

    def value(number: int) -> FacetValue:
        name, narrowed = bin_of(edges, number, interval, date)
        return FacetValue(name, counts[number], narrowed)

    values = tuple(map(value, checked([n for n, count in enumerate(counts) if count], at.check)))
    return Facet(written, values, len(values), undated, imprecise)


def _ranges(edges: Sequence[datetime]) -> list[dict[str, int]]:
    seconds = [int(edge.timestamp()) for edge in edges]
    return [{"from": start, "to": end} for start, end in pairwise(seconds)]


def _second(value: float) -> datetime:
    found = moment(int(value) * MICROSECONDS)
    assert found is not None
    return found
