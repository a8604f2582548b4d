"""Results as JSON. The names and types are pinned: they only ever gain names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime, timedelta

from search.article import Article
from search.engine import (
    Bin,
    Explanation,
    Facet,
    Facets,
    FacetValue,
    Hit,
    Results,
    Stats,
    Suggestion,
    Timeline,
)
from search.errors import InvalidRequest
from search.present.safe import UNSAFE_CHARACTERS, iso


def to_json(value: object, *, indent: int | None = None) -> str:
    """Any answer of the library as JSON, in the form that the command line prints where it has one.

    Values of the library become objects with their fields, times text in UTC, ages seconds, sets lists.
    Raises `InvalidRequest` for a value of another kind.
    """
    return _json(_plain(value), indent)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return iso(value)
        case timedelta():
            return value.total_seconds()
        case Article():
            return value.as_record()
        case Results():
            return _results(value)
        case Hit():
            return _hit(value)
        case Timeline():
            return _timeline(value)
        case Facets():
            return {facet.field: _facet(facet) for facet in value}
        case Mapping():
            return {str(name): _plain(own) for name, own in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(own) for own in (sorted(value) if isinstance(value, set | frozenset) else value)]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        case _:
            raise InvalidRequest(f"a value of type {type(value).__name__} is not an answer of an archive")


def results_as_json(results: Results) -> str:
    """One JSON object: total, read_as, warnings, expanded_with, did_you_mean, parts, first, next, hits,
    facets."""
    return _json(_results(results), indent=2)


def _results(results: Results) -> dict[str, object]:
    page = _page(results)
    counted = page.pop("facets")
    return {**page, "hits": [_hit(hit) for hit in results.hits], "facets": counted}


def results_as_json_lines(results: Results) -> Iterator[str]:
    """Write one JSON object a hit; then, if there are facets, one with the names of `results_as_json`."""
    for hit in results.hits:
        yield _json(_hit(hit)) + "\n"
    if results.facets:
        yield _json(_page(results)) + "\n"


def rows_as_json_lines(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Write one JSON object a row."""
    for row in rows:
        yield _json(row) + "\n"


def facets_as_json(facets: Iterable[Facet]) -> str:
    """One JSON object with an object for each field: values, distinct, missing, imprecise."""
    return _json({facet.field: _facet(facet) for facet in facets}, indent=2)


def rows_as_json(rows: Iterable[Mapping[str, object]], facts: Mapping[str, object]) -> str:
    """One JSON object: the facts, and the list `rows`."""
    return _json({**facts, "rows": list(rows)}, indent=2)


def timeline_as_json(timeline: Timeline) -> str:
    """One JSON object: interval, undated, imprecise, bins (name, start, count, query).

    With a denominator there is `of`, too, and the bins have total, share, low, high, state and burst. Without
    one, a bin has the state "no data" where that is known.
    """
    return _json(_timeline(timeline), indent=2)


def timelines_as_json(timelines: Mapping[str, Timeline]) -> str:
    """One JSON object with the object of each timeline by its label."""
    return _json({label: _timeline(line) for label, line in timelines.items()}, indent=2)


def _timeline(timeline: Timeline) -> dict[str, object]:
    bins = []
    for part in timeline.bins:
        own: dict[str, object] = {
            "name": part.name, "start": iso(part.start), "count": part.count, "query": part.query,
        }  # fmt: skip
        if part.total is not None:
            own |= {name: getattr(part, name) for name in ("total", "share", "low", "high", "state", "burst")}
        elif part.state == "no data":
            own["state"] = part.state
        bins.append(own | _tally(part))
    facts: dict[str, object] = {"undated": timeline.undated, "imprecise": timeline.imprecise}
    if timeline.of:
        facts["of"] = timeline.of
    return {"interval": timeline.interval, **facts, "bins": bins}


def suggestions_as_json(suggestions: Iterable[Suggestion]) -> str:
    """A list of JSON objects: word, articles."""
    return _json([{"word": each.word, "articles": each.articles} for each in suggestions], indent=2)


def explanation_as_json(explanation: Explanation) -> str:
    """One JSON object: value, text, matches, parts; each part is an object of the same form."""
    return _json(asdict(explanation), indent=2)


def article_as_json(article: Article) -> str:
    """The article's record, as `news index` reads it."""
    return _json(article.as_record())


def stats_as_json(stats: Stats) -> str:
    """One JSON object with the fields of `Stats`."""
    facts = {name: getattr(stats, name) for name in Stats.__slots__}
    return _json(
        {name: iso(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()}, indent=2
    )


def error_as_json(
    code: str, message: str, span: tuple[int, int] | None = None, did_you_mean: str | None = None
) -> str:
    """One JSON object, `error`: code, message, span and did_you_mean, the last two null if unknown.

    `span` is the wrong part of the query, from its first character to the one after its last.
    """
    facts = {"code": code, "message": message, "span": span, "did_you_mean": did_you_mean}
    return _json({"error": facts})


def _page(results: Results) -> dict[str, object]:
    """Everything but the hits."""
    return {
        "total": results.total,
        **_tally(results),
        "read_as": results.read_as,
        "warnings": list(results.warnings),
        "expanded_with": list(results.expanded_with),
        "did_you_mean": results.did_you_mean,
        "parts": [asdict(part) for part in results.parts],
        "first": results.first,
        "next": results.next,
        "facets": {facet.field: _facet(facet) for facet in results.facets},
    }


def _hit(hit: Hit) -> dict[str, object]:
    record = hit.article.as_record()
    for name in ("body", "highlights", "description"):
        record.pop(name, None)
    identity = record.pop("id")
    marked: dict[str, object] = {"id": identity, "score": round(hit.score, 6), **record}
    if hit.title_marks:
        marked["title_marks"] = [list(mark) for mark in hit.title_marks]
    if hit.copies is not None:
        marked["copies"] = asdict(hit.copies)
    if hit.snippet is not None:
        marked["snippet"] = {"text": hit.snippet.text, "marks": [list(mark) for mark in hit.snippet.marks]}
    return marked


def _facet(facet: Facet) -> dict[str, object]:
    return {
        "values": [{"value": v.value, "count": v.count, **_tally(v), "query": v.query} for v in facet.values],
        "distinct": facet.distinct,
        "missing": facet.missing,
        "imprecise": facet.imprecise,
    }


def _tally(counted: Results | FacetValue | Bin) -> dict[str, object]:
    """The numbers of texts and sources, if they were counted."""
    return {} if counted.texts is None else {"texts": counted.texts, "sources": counted.sources}


def _json(value: object, indent: int | None = None) -> str:
    return UNSAFE_CHARACTERS.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent))


def _escaped(unsafe: re.Match[str]) -> str:
    return f"\\u{ord(unsafe.group()):04x}"
