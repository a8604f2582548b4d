"""Results as JSON. The names and types are pinned: they only ever gain names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from search.archive.counted import Coverage
from search.archive.deliveries import Delivery
from search.archive.versioned import Change, Diff, change_between
from search.article import Article
from search.engine import Bin, Copy, Facet, Facets, FacetValue, Hit, Results, Timeline, Version
from search.errors import InvalidRequest, SearchError
from search.present.safe import UNSAFE_CHARACTERS, iso
from search.present.versions import changed_fields


def to_json(value: object, *, indent: int | None = None) -> str:
    """Any answer of the library as JSON.

    Results, hits, facets, timelines, articles, copies, versions, changes and diffs have the form that the
    command line prints (see `news schema`). Other values of the library become objects with their fields,
    times text in UTC, ages seconds, sets lists. Raises `InvalidRequest` for a value of another kind.
    """
    return _json(_plain(value), indent)


def to_json_lines(values: Iterable[object]) -> Iterator[str]:
    """Each value as JSON on a line of its own."""
    for value in values:
        yield to_json(value) + "\n"


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
        case SearchError():
            return {"code": value.code, "message": str(value)}
        case Results():
            return _results(value)
        case Hit():
            return _hit(value)
        case Timeline():
            return _timeline(value)
        case Coverage():
            return {label: _timeline(line) for label, line in {"": value.all, **value.per}.items()}
        case Copy():
            return {"kind": value.kind, "share": round(value.share, 6), "article": value.article.as_record()}
        case Change():
            return _change(value)
        case Diff():
            return _diff(value)
        case Version():
            return _version(value)
        case (Version(), *_):
            return _history([each for each in value if isinstance(each, Version)])
        case Delivery():
            return _delivery(value)
        case Facets():
            return {facet.field: _facet(facet) for facet in value}
        case Mapping():
            return {str(name): _plain(own) for name, own in value.items()}
        case set() | frozenset():
            return [_plain(own) for own in sorted(value)]
        case list() | tuple():
            return [_plain(own) for own in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        case _:
            raise InvalidRequest(f"a value of type {type(value).__name__} is not an answer of an archive")


def _results(results: Results) -> dict[str, object]:
    page = _page(results)
    counted = page.pop("facets")
    return {**page, "hits": [_hit(hit) for hit in results.hits], "facets": counted}


def results_as_json_lines(results: Results) -> Iterator[str]:
    """Write one JSON object a hit; then, if there are facets, one with the names of a page."""
    yield from to_json_lines(results.hits)
    if results.facets:
        yield _json(_page(results)) + "\n"


def versions_as_json_lines(versions: Iterable[Version]) -> Iterator[str]:
    """The versions of many articles, article by article, as in a history but without levels, one a line."""
    for _, own in groupby(versions, key=lambda version: version.article.id):
        yield from to_json_lines(_versions(tuple(own)))


def rows_as_json(rows: Iterable[Mapping[str, object]], facts: Mapping[str, object]) -> str:
    """One JSON object: the facts, and the list `rows`."""
    return _json({**facts, "rows": list(rows)}, indent=2)


def _timeline(timeline: Timeline) -> dict[str, object]:
    bins = []
    for part in timeline.bins:
        own: dict[str, object] = {
            "name": part.name,
            "start": part.start and iso(part.start),
            "count": part.count,
            "query": part.query,
        }
        if part.total is not None:
            own |= {name: getattr(part, name) for name in ("total", "share", "low", "high", "state", "burst")}
        elif part.state == "no data":
            own["state"] = part.state
        bins.append(own | _tally(part))
    facts: dict[str, object] = {} if timeline.date == "date" else {"date": timeline.date}
    facts |= {"undated": timeline.undated, "imprecise": timeline.imprecise}
    if timeline.of:
        facts["of"] = timeline.of
    return {"interval": timeline.interval, **facts, "bins": bins}


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
    if hit.seen is not None:
        marked["seen"] = iso(hit.seen)
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


def _change(change: Change) -> dict[str, object]:
    later = change.later
    told: dict[str, object] = {"id": change.id, "revision": later.revision, "at": _time(later.at)}
    return told | {"before": change.earlier.revision, **_levels(change), "title": later.article.title}


def _levels(change: Change) -> dict[str, object]:
    return {"levels": list(change.levels), "kept": round(change.kept, 4), "silent": change.silent}


def _diff(diff: Diff) -> dict[str, object]:
    change = diff.change
    told: dict[str, object] = {"id": change.id, "earlier": change.earlier.revision}
    told |= {"later": change.later.revision, **_levels(change)}
    for name, compared in (("title", diff.title), ("text", diff.text)):
        told[name] = [{"kind": span.kind, "text": span.text} for span in compared.spans]
    fields = {name: {"before": before, "after": after} for name, (before, after) in diff.fields.items()}
    return told | {"fields": fields}


def _version(version: Version) -> dict[str, object]:
    return {
        "revision": version.revision,
        "at": _time(version.at),
        "until": _time(version.until),
        "ended": version.ended,
        "article": version.article.as_record(),
    }


def _versions(versions: Sequence[Version]) -> list[dict[str, object]]:
    """The versions of an article, oldest first, each with the fields that the one before had otherwise."""
    told = []
    for version, changed in zip(versions, changed_fields(versions), strict=True):
        own = _version(version)
        article = own.pop("article")
        told.append(own | {"changed": list(changed), "article": article})
    return told


def _history(versions: Sequence[Version]) -> list[dict[str, object]]:
    """The same, and how far each but the first differs from the one before."""
    told = _versions(versions)
    for own, (before, after) in zip(told[1:], pairwise(versions), strict=True):
        own.update(_levels(change_between(before, after)))
    return told


def _delivery(delivery: Delivery) -> dict[str, object]:
    """The same for each time that a delivery is given, so without the failures and warnings of the look."""
    names = (each.name for each in fields(delivery) if each.name not in ("failures", "warnings"))
    return {name: _plain(getattr(delivery, name)) for name in names}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _tally(counted: Results | FacetValue | Bin) -> dict[str, object]:
    """The numbers of texts and sources, if they were counted."""
    return {} if counted.texts is None else {"texts": counted.texts, "sources": counted.sources}


def _json(value: object, indent: int | None = None) -> str:
    return UNSAFE_CHARACTERS.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent))


def _escaped(unsafe: re.Match[str]) -> str:
    return f"\\u{ord(unsafe.group()):04x}"
