"""The five tools as they are evaluated: from arguments to the text of an answer, without the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

from search.archive.arguments import facets_of
from search.article import Article, written_time
from search.dates import INTERVALS
from search.deadline import Deadline
from search.engine import Facet, Hit, PartCount, Results
from search.errors import InvalidRequest
from search.fields import FACET_FIELDS, field_names
from search.mcp.arguments import (
    CountArguments,
    DescribeArguments,
    ReadArguments,
    RelatedArguments,
    SearchArguments,
)
from search.mcp.guide import GRAMMAR
from search.mcp.untrusted import ITEMS_ROOM, MAX_CHARACTERS, answer, encoded, fitting, told, visible
from search.query import Archive, Question
from search.snippets import mark

MAX_TITLE, MAX_SNIPPET, MAX_QUOTED = 300, 600, 300
"""Characters of a title or another value, of a snippet, and of a query that is repeated."""

MAX_WARNINGS, MAX_PLACES, MAX_VALUES = 10, 20, 40
"""Warnings of one query, places in one article, and values of one field of an article."""

MAX_ROWS, DEFAULT_ROWS = 100, 20
"""Values of a field that are counted."""

MAX_COMPARED = 1_000
"""Values of each query that are looked at, to compare its counts with the counts of the others."""

COMMONEST, MAX_SHOWN_FIELDS = 8, 10
"""Of a description: values of a field, and further fields whose values are shown."""

MAX_LOOKED_AT = 100_000_000
"""Articles of an archive times further fields that are counted for a description: about a second."""

_LEFT_OUT = "characters are enough for one answer; the others are left out"


@dataclass(frozen=True, slots=True)
class Context:
    """The archive that is asked, its further fields, and the time that an answer may take."""

    archive: Archive
    names: tuple[str, ...]
    deadline: Deadline


def search(asked: SearchArguments, context: Context) -> str:
    """A page of hits; with fewer of them than asked for where they are too long."""
    limit = asked.limit
    facets = [replace(each, limit=min(each.limit, MAX_ROWS)) for each in facets_of(asked.facets)]
    while True:
        found = context.archive.search(
            Question(asked.query, asked.since, asked.until),
            sort=asked.sort,
            limit=limit,
            after=asked.after,
            facets=facets,
            timeout=context.deadline,
        )
        hits = fitting(map(_hit, found.hits), ITEMS_ROOM)
        if len(hits) == len(found.hits):
            break
        limit = len(hits)  # again, so that `next` begins with the first hit that had no room
    facts = {
        "total": found.total,
        **_reading(asked.query, found, context),
        "first": found.first,
        "next": found.next,
    }
    if limit < asked.limit:
        facts["note"] = f"{MAX_CHARACTERS:,} characters are enough for one answer; next has the other hits"
    lists = {"hits": hits}
    if found.parts:
        lists["parts"] = fitting(map(_part, found.parts), ITEMS_ROOM)
    room = MAX_CHARACTERS - len(answer(facts, lists))
    if found.facets:
        each = (room - 1_000) // len(found.facets)
        facts["facets"] = (counts := {facet.field: _facet(facet, each) for facet in found.facets})
        if len(counts) < len(found.facets):
            raise InvalidRequest("facets has a field more than once; name each field once")
    return answer(facts, lists)


def read(asked: ReadArguments, context: Context) -> str:
    """A part of the text of an article, from `start` to the end of a paragraph, with the article's record."""
    article = context.archive.get(asked.id)
    if article is None:
        raise InvalidRequest("there is no article with this id; ids are in the hits of news_search")
    text = text_of(article)
    if asked.start and asked.start >= len(text):
        raise InvalidRequest(
            f"the text of this article has {len(text):,} characters; start is beyond its end"
        )
    record, left_out = _record(article)
    room = MAX_CHARACTERS - 2_000 - len(encoded(record))
    end = cut_at(text, asked.start, asked.start + asked.max_chars)
    while len(part := encoded(text[asked.start : end])) > room:
        end = cut_at(text, asked.start, asked.start + (end - asked.start) * room // (len(part) + 1))
    facts: dict[str, object] = {
        "date": _date(article),
        "total_chars": len(text),
        "start": asked.start,
        "next_start": None if end >= len(text) else end,
    }
    if asked.query is not None:
        places = _places(text, asked.query, context)
        facts["found_at"] = places[:MAX_PLACES]
        left_out["found_at"] = len(places) - MAX_PLACES
    facts["left_out"] = {name: number for name, number in left_out.items() if number > 0} or None
    return answer({**facts, "untrusted": {**record, "text": text[asked.start : end]}}, {})


def count(asked: CountArguments, context: Context) -> str:
    """Numbers of articles for each query: in all, by time, or by the values of a field."""
    archive, deadline = context.archive, context.deadline
    every = archive.count("*", timeout=deadline)
    pages = [archive.search(query, limit=0, snippets=False, timeout=deadline) for query in asked.queries]
    facts: dict[str, object] = {
        "articles": every,
        "queries": [
            {"query": visible(query, MAX_QUOTED), "total": page.total, "share": _share(page.total, every)}
            | _reading(query, page, context, several=True)
            for query, page in zip(asked.queries, pages, strict=True)
        ],
    }
    if asked.by is None:
        return answer(facts, {})
    facts |= {"by": asked.by}
    if asked.by.rpartition(":")[2].lower() in INTERVALS:
        return _counted_by_time(asked, context, facts)
    return _counted_by_value(asked, context, facts)


def related(asked: RelatedArguments, context: Context) -> str:
    """Articles that are similar to one, or the older ones among them."""
    archive = context.archive
    if asked.id not in archive:
        raise InvalidRequest("there is no article with this id; ids are in the hits of news_search")
    find = archive.similar if asked.kind == "similar" else archive.background
    found = find(asked.id, limit=asked.limit, timeout=context.deadline)
    hits = fitting(map(_hit, found.hits), ITEMS_ROOM)
    facts: dict[str, object] = {"total": found.total}
    if len(hits) < len(found.hits):
        facts["note"] = f"{MAX_CHARACTERS:,} {_LEFT_OUT}"
    return answer(facts, {"hits": hits})


def describe(_asked: DescribeArguments, context: Context) -> str:
    """The archive in numbers, its fields with their commonest values, and how queries are written."""
    archive, deadline = context.archive, context.deadline
    stats = archive.stats()
    deadline.check()
    looked_at = context.names[: MAX_LOOKED_AT // max(stats.articles, 1)]
    names = (f"{name}:{COMMONEST}" for name in (*FACET_FIELDS, *looked_at))
    counted = archive.facets("*", *names, timeout=deadline)
    further = {
        facet.field: stats.articles - facet.missing for facet in counted if facet.field in context.names
    }
    ranked = sorted(context.names, key=lambda name: -further.get(name, 0))
    shown = {*FACET_FIELDS, *ranked[:MAX_SHOWN_FIELDS]}
    facts: dict[str, object] = {
        "articles": stats.articles,
        "first": stats.first and written_time(stats.first),
        "last": stats.last and written_time(stats.last),
        "undated": stats.undated,
        "language_of_words": stats.language,
        "today": f"{datetime.now(UTC).astimezone(archive.zone):%Y-%m-%d}",
        "zone": str(archive.zone),
        "warnings": list(archive.state().warnings) or None,
        "fields": field_names(),
        "further_fields": len(context.names),
        "queries": GRAMMAR,
    }
    own = [facet for facet in counted if facet.field in shown]
    values = {facet.field: [[visible(each.value, 80), each.count] for each in facet.values] for facet in own}
    kept = list(values.items())[: len(fitting(values.items(), ITEMS_ROOM))]
    fields = [[name, further.get(name)] for name in ranked]
    fields = fields[: len(fitting(fields, _room(facts | {"untrusted": kept})))]
    facts["left_out"] = len(ranked) - len(fields) or None
    untrusted = {"commonest": dict(kept), "further_fields": fields}
    return answer({**facts, "untrusted": untrusted}, {})


def text_of(article: Article) -> str:
    """The text as it is read, without invisible characters: description, highlights, body."""
    highlights = "\n".join(f"- {each}" for each in article.highlights)
    parts = (article.description, highlights, article.body)
    return visible("\n\n".join(part for part in parts if part))


def cut_at(text: str, start: int, end: int) -> int:
    """The end of the last paragraph before `end`; else of the last sentence, else of the last word."""
    if end >= len(text):
        return len(text)
    for mark_of_end in ("\n", ". ", " "):
        if (found := text.rfind(mark_of_end, start + 1, end)) > start:
            return found + len(mark_of_end)
    return max(end, start + 1)


def _places(text: str, query: str, context: Context) -> list[int]:
    """Where the paragraphs begin that have words of the query."""
    page = context.archive.search(query, limit=1, timeout=context.deadline)
    marks = mark(text, page.highlights, "body")
    return list(dict.fromkeys(text.rfind("\n", 0, start) + 1 for start, _ in marks))


def _reading(query: str, found: Results, context: Context, *, several: bool = False) -> dict[str, object]:
    """The query as it was read, with warnings and another spelling; each of `several` has less room."""
    warnings = [visible(told(each, context.names, query), MAX_QUOTED) for each in found.warnings]
    most = 3 if several else MAX_WARNINGS
    if len(warnings) > most:
        warnings[most:] = [f"there are {len(warnings) - most} more warnings"]
    other = found.did_you_mean and {"did_you_mean": visible(found.did_you_mean, MAX_QUOTED)}
    read_as = visible(found.read_as, MAX_QUOTED if several else 2_000)
    facts = {"read_as": read_as, "warnings": warnings, "untrusted": other}
    return {name: value for name, value in facts.items() if value}


def _hit(hit: Hit) -> dict[str, object]:
    article = hit.article
    snippet = hit.snippet.text if hit.snippet else article.description or article.body
    facts: dict[str, object] = {"date": _date(article)}
    if hit.copies is not None:
        facts["copies"] = hit.copies.count
    own = {
        "id": article.id,
        "title": visible(article.title, MAX_TITLE),
        "source": visible(article.source, MAX_TITLE),
        "snippet": visible(snippet, MAX_SNIPPET),
    }
    return {**facts, "untrusted": {name: value for name, value in own.items() if value}}


def _part(part: PartCount) -> dict[str, object]:
    near = [[visible(each.value, MAX_TITLE), each.count] for each in part.near]
    facts = {"query": visible(part.query, MAX_QUOTED), "articles": part.articles}
    return {**facts, "untrusted": {"near": near}} if near else facts


def _facet(facet: Facet, room: int) -> dict[str, object]:
    """The counts of a facet, with as many values as fit into this room."""
    values = [[visible(each.value, MAX_TITLE), each.count] for each in facet.values]
    values = values[: len(fitting(values, room))]
    left = facet.distinct - len(values)
    return {"distinct": facet.distinct, "left_out": left, "missing": facet.missing, "untrusted": values}


def _record(article: Article) -> tuple[dict[str, object], dict[str, int]]:
    """The fields of an article beside its text, the long ones shortened; and how much of them is left out."""
    lists = {"authors": _few(article.authors), "keywords": _few(article.keywords)}
    left_out = {name: len(getattr(article, name)) - len(few) for name, few in lists.items()}
    record: dict[str, object] = {
        "id": article.id,
        "title": visible(article.title, 2 * MAX_TITLE),
        "source": visible(article.source, MAX_TITLE),
        "url": visible(article.url, 2_000),
        "language": visible(article.language, MAX_TITLE),
        **lists,
    }
    other: dict[str, list[str]] = {}
    room = MAX_CHARACTERS // 8 - len(encoded(record))
    for name, values in article.extra.items():
        few = _few(values)
        if (length := len(encoded({name: few}))) < room:
            other[name], room = few, room - length
            left_out["other_values"] = left_out.get("other_values", 0) + len(values) - len(few)
    left_out["other_fields"] = len(article.extra) - len(other)
    record["other"] = other
    return {name: value for name, value in record.items() if value}, left_out


def _few(values: Sequence[str]) -> list[str]:
    """The first of the values that have room in a record, the long ones shortened."""
    kept, room = [], 2_000
    for value in values[:MAX_VALUES]:
        room -= min(len(value), MAX_TITLE)
        if room < 0:
            break
        kept.append(visible(value, MAX_TITLE))
    return kept


def _date(article: Article) -> str | None:
    return None if article.published is None else written_time(article.published, article.precision)


def _share(part: int, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _counted_by_time(asked: CountArguments, context: Context, facts: dict[str, object]) -> str:
    """A row for each interval: its name, then for each query its count and its share of all articles then."""
    lines = context.archive.timelines(
        {str(number): query for number, query in enumerate(asked.queries)},
        str(asked.by),
        share=True,
        timeout=context.deadline,
    )
    rows = [
        [bins[0].name, *chain.from_iterable((each.count, _rounded(each.share)) for each in bins)]
        for bins in zip(*(line.bins for line in lines.values()), strict=True)
    ]
    facts |= {
        "columns": _columns("interval", len(lines)),
        "undated": [line.undated for line in lines.values()],
    }
    kept = fitting(rows, _room(facts))
    if len(kept) < len(rows):
        begin = rows[len(kept)][0]
        facts["note"] = (
            f"{MAX_CHARACTERS:,} {_LEFT_OUT}, from {begin} on; count by a longer interval or add since:"
        )
    return answer(facts, {"rows": kept})


def _counted_by_value(asked: CountArguments, context: Context, facts: dict[str, object]) -> str:
    """A row for each of the commonest values: the value, then for each query its count and its share."""
    field, _, most = str(asked.by).partition(":")
    if most and not (most.isdecimal() and 0 < int(most) <= MAX_ROWS):
        raise InvalidRequest(
            f"by is an interval or a field, with at most {MAX_ROWS} values: source, keyword:50"
        )
    counted = [
        context.archive.facets(query, f"{field}:{MAX_COMPARED}", timeout=context.deadline)[0]
        for query in (*asked.queries, "*")
    ]
    counts = [{each.value: each.count for each in facet.values} for facet in counted]
    of_query, of_all = counts[:-1], counts[-1]
    every = dict.fromkeys(chain.from_iterable(of_query))
    values = sorted(every, key=lambda value: -sum(own.get(value, 0) for own in of_query))
    rows = []
    for value in values[: int(most or DEFAULT_ROWS)]:
        numbers = [
            own.get(value, 0 if facet.distinct == len(own) else None)
            for own, facet in zip(of_query, counted, strict=False)
        ]
        shares = [None if number is None else _share(number, of_all.get(value, 0)) for number in numbers]
        rows.append([visible(value, MAX_TITLE), *chain.from_iterable(zip(numbers, shares, strict=True))])
    distinct = max(len(values), *(facet.distinct for facet in counted[:-1]))
    if len(of_query) > 1 and any(facet.distinct > MAX_COMPARED for facet in counted[:-1]):
        facts["note"] = f"left_out is at least this number: a query has more than {MAX_COMPARED:,} values"
    facts["columns"] = _columns("value", len(of_query))
    kept = fitting(rows, _room(facts))
    facts["left_out"] = distinct - len(kept)
    facts["missing"] = [facet.missing for facet in counted[:-1]]
    return answer(facts, {"untrusted": kept})


def _room(facts: Mapping[str, object]) -> int:
    """The room that these facts, and a note, leave to a list."""
    return min(ITEMS_ROOM, MAX_CHARACTERS - len(answer(facts, {})) - 1_000)


def _columns(first: str, queries: int) -> list[str]:
    numbers = range(1, queries + 1)
    return [first, *chain.from_iterable((f"count {number}", f"share {number}") for number in numbers)]


def _rounded(share: float | None) -> float | None:
    return None if share is None else float(f"{share:.3g}")
