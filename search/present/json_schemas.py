"""The JSON Schema of each output in JSON, by the name that `news schema` takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from search.article import PRECISIONS
from search.changes import LEVELS
from search.dates import INTERVALS
from search.engine import BinState, Reason, Stats
from search.fields import COUNTED_DATES
from search.present.study import COLLOCATE_COLUMNS, DISTINCTIVE_COLUMNS, KWIC_COLUMNS

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _object(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these properties; later versions may add others."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _row(columns: Sequence[str]) -> Schema:
    """An object with a value for each column."""
    return _object({name: {"type": ["string", "number", "null"]} for name in columns})


_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_BOOL: Schema = {"type": "boolean"}
_TEXTS = _list(_TEXT)
_TIME: Schema = {
    "type": "string",
    "pattern": r"^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?)?)?$",
    "description": "A time in UTC to its precision: an instant, a day, a month or a year.",
}
_MARKS: Schema = _list({**_list(_COUNT), "minItems": 2, "maxItems": 2})
_TALLY: dict[str, Schema] = {"texts": _COUNT, "sources": _COUNT}
_VALUE = _object({"value": _TEXT, "count": _COUNT, "query": _TEXT}, _TALLY)
_FACETS = _map(_object({"values": _list(_VALUE), "distinct": _COUNT, "missing": _COUNT, "imprecise": _COUNT}))
_OUTLINE: dict[str, Schema] = {
    "title": _TEXT,
    "source": _TEXT,
    "url": _TEXT,
    "language": _TEXT,
    "keywords": _TEXTS,
    "authors": _TEXTS,
    "published": _TIME,
    "modified": _TIME,
    "crawled": _TIME,
    "extra": _map(_TEXTS),
}
_ARTICLE = _object({"id": _TEXT}, {**_OUTLINE, "description": _TEXT, "body": _TEXT, "highlights": _TEXTS})
_SNIPPET = _object({"text": _TEXT, "marks": _MARKS})
_COPIES = _object({"group": _TEXT, "count": _COUNT, "sources": _COUNT})
_HIT = _object(
    {"id": _TEXT, "score": _NUMBER},
    {**_OUTLINE, "seen": _TIME, "title_marks": _MARKS, "snippet": _SNIPPET, "copies": _COPIES},
)
_PAGE: dict[str, Schema] = {
    "total": _COUNT,
    "read_as": _TEXT,
    "warnings": _TEXTS,
    "expanded_with": _TEXTS,
    "did_you_mean": _or_null(_TEXT),
    "parts": _list(_object({"query": _TEXT, "articles": _COUNT, "near": _list(_VALUE)})),
    "first": {"type": "integer", "minimum": 1},
    "next": _or_null(_TEXT),
    "facets": _FACETS,
}
_CELL: Schema = {"anyOf": [_TEXT, _TEXTS, {"type": "null"}]}
_LEVELS: dict[str, Schema] = {
    "levels": _list({"enum": [*LEVELS]}),
    "kept": {"type": "number", "minimum": 0, "maximum": 1},
    "silent": _BOOL,
}
_SPANS = _list(_object({"kind": {"enum": ["kept", "removed", "added"]}, "text": _TEXT}))
_DRIFT = _object({"revision": _COUNT, "total": _COUNT, "new": _TEXTS, "changed": _TEXTS, "gone": _TEXTS})
_BIN = _object(
    {"name": _TEXT, "start": _or_null(_TIME), "count": _COUNT, "query": _TEXT},
    {
        **_TALLY,
        "total": _COUNT,
        "share": _or_null(_NUMBER),
        "low": _or_null(_NUMBER),
        "high": _or_null(_NUMBER),
        "state": {"enum": [*get_args(BinState)]},
        "burst": _or_null(_NUMBER),
    },
)
_TIMELINE = _object(
    {"interval": {"enum": [*INTERVALS]}, "undated": _COUNT, "imprecise": _COUNT, "bins": _list(_BIN)},
    {"of": _TEXT, "date": {"enum": [*COUNTED_DATES]}},
)
_COPY = _object(
    {
        "kind": {"enum": ["same", "edited", "cut", "extended", "part"]},
        "share": _NUMBER,
        "article": _ARTICLE,
    }
)
_ENDED: Schema = {"enum": ["updated", "deleted", "withdrawn", None]}
_VERSION = _object(
    {
        "revision": _COUNT,
        "at": _or_null(_TIME),
        "until": _or_null(_TIME),
        "ended": _ENDED,
        "changed": _TEXTS,
        "article": _ARTICLE,
    },
    _LEVELS,
)
_COPY_ENTRY: dict[str, Schema] = {
    "search": _TEXT,
    "reason": {"enum": [*get_args(Reason)]},
    "revision": _COUNT,
    "at": _TIME,
    "article": _ARTICLE,
    "snippet": _SNIPPET,
    "delivery": _COUNT,
}
_ENTRY = _object({**_COPY_ENTRY, "copies": _list(_object({**_COPY_ENTRY, "copies": {"maxItems": 0}}))})
_SAVED = _object(
    {
        "name": _TEXT,
        "question": _object(
            {
                "text": _TEXT,
                "since": _or_null(_TEXT),
                "until": _or_null(_TEXT),
                "any_word": _BOOL,
                "filters": _TEXTS,
            }
        ),
        "revision": _COUNT,
        "made": _TIME,
        "articles": _COUNT,
        "deliveries": _COUNT,
        "changes": _BOOL,
        "every_copy": _BOOL,
    }
)
_DELIVERY = _object(
    {
        "number": _COUNT,
        "archive": _TEXT,
        "searches": _TEXTS,
        "all": _BOOL,
        "made": _or_null(_TIME),
        "entries": _list(_ENTRY),
        "earlier": _list(_ENTRY),
    }
)
_STATS_TYPES = {
    "int": _COUNT,
    "float": _NUMBER,
    "str": _TEXT,
    "datetime | None": _or_null(_TIME),
    "tuple[str, ...]": _TEXTS,
}

_SCHEMAS: dict[str, tuple[str, Schema]] = {
    "search": (
        "news search, similar and background --format json",
        _object({**_PAGE, "hits": _list(_HIT)}, _TALLY),
    ),
    "hit": (
        "each line of news search --format jsonl; with --facet the last line is an object without hits",
        {"anyOf": [_HIT, _object(_PAGE, _TALLY)]},
    ),
    "row": (
        "each line of news export --format jsonl, with the columns that were chosen",
        _object(
            {},
            {
                "published": _or_null(_TIME),
                "modified": _or_null(_TIME),
                "seen": _or_null(_TIME),
                "crawled": _or_null(_TIME),
                "precision": {"enum": [*PRECISIONS, ""]},
            },
        )
        | {"additionalProperties": _CELL},
    ),
    "article": ("each line of news dump, and of news show --format json", _ARTICLE),
    "facets": ("news facets --format json", _FACETS),
    "timeline": ("news timeline --format json", _TIMELINE),
    "timelines": ("news timeline with --vs or --per, and news coverage, --format json", _map(_TIMELINE)),
    "kwic": (
        "news kwic --format json",
        _object({"total": _COUNT, "articles": _COUNT, "rows": _list(_row(KWIC_COLUMNS))}),
    ),
    "collocations": (
        "news collocations --format json",
        _object({"window": {"anyOf": [_COUNT, _TEXT]}, "rows": _list(_row(COLLOCATE_COLUMNS))}),
    ),
    "distinctive": (
        "news distinctive --format json",
        _object(
            {"inside": _COUNT, "outside": _NUMBER, "against": _TEXT, "rows": _list(_row(DISTINCTIVE_COLUMNS))}
        ),
    ),
    "suggest": ("news suggest --format json", _list(_object({"word": _TEXT, "articles": _COUNT}))),
    "explain": (
        "news explain --format json",
        {
            "$ref": "#/$defs/part",
            "$defs": {
                "part": _object(
                    {"value": _NUMBER, "text": _TEXT, "parts": _list({"$ref": "#/$defs/part"})},
                    {"matches": _BOOL},
                )
            },
        },
    ),
    "stats": (
        "news stats --format json",
        _object({name: _STATS_TYPES[kind] for name, kind in Stats.__annotations__.items()}),
    ),
    "history": ("news history --format json", _list(_VERSION)),
    "change": (
        "each line of news changes --format jsonl",
        _object(
            {
                "id": _TEXT,
                "revision": _COUNT,
                "at": _or_null(_TIME),
                "before": _COUNT,
                **_LEVELS,
                "title": _TEXT,
            }
        ),
    ),
    "diff": (
        "news diff --format json",
        _object(
            {
                "id": _TEXT,
                "earlier": _COUNT,
                "later": _COUNT,
                **_LEVELS,
                "title": _SPANS,
                "text": _SPANS,
                "fields": _map(_object({"before": {}, "after": {}})),
            }
        ),
    ),
    "replay": (
        "news replay --format json",
        _object({"then": _or_null(_DRIFT), "now": _DRIFT, "notes": _TEXTS}),
    ),
    "saved": ("news saved --format json", _list(_SAVED)),
    "new": ("news new --format json", _DELIVERY),
    "entry": ("each line of news new --format jsonl", _ENTRY),
    "copies": ("news copies --format json", _list(_COPY)),
    "copy": ("each line of news copies --format jsonl", _COPY),
    "version": ("each line of news dump --versions", _VERSION),
    "error": (
        "an error of a command with --format json or jsonl, on standard error",
        _object(
            {
                "error": _object(
                    {
                        "code": _TEXT,
                        "message": _TEXT,
                        "span": _or_null({**_list(_COUNT), "minItems": 2, "maxItems": 2}),
                        "did_you_mean": _or_null(_TEXT),
                    }
                )
            }
        ),
    ),
}

SCHEMA_NAMES = {name: meaning for name, (meaning, _) in _SCHEMAS.items()}
"""The names of the schemas, and the output that each describes."""


def schema_as_json(name: str) -> str:
    """The schema of this name."""
    meaning, schema = _SCHEMAS[name]
    return json.dumps({"$schema": _DIALECT, "title": name, "description": meaning, **schema}, indent=2)
