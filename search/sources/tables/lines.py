"""Clean JSON lines, read fast: an article of the usual shape, with nothing odd about it.

The careful readers (`json`, `records`, `draft`) say what a line means. This one gives the same article and
the same notes, or leaves the line to them: for a name twice in one object, nested values, a number with a
fraction or past 64 bits, two names of one field, control characters outside of the body and the description,
a value that is too long, an embargo, a date that cannot be read, and text that is not UTF-8 or not JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import orjson

from search.article import (
    MAX_FIELDS,
    MAX_ID_LENGTH,
    MAX_VALUE_LENGTH,
    MAX_VALUES,
    Article,
    cleaned,
)
from search.sources.reading.draft import BYLINE, control_characters_note
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, Note, Origin
from search.sources.reading.times import read_times
from search.sources.tables.records import EMBARGO_NAMES, extra_name, name_key, names_of, split_values
from search.sources.wires.ninjs import is_ninjs

_NAME = re.compile(rb'"[ \t\r\n]*:')
"""The end of a name, which text may have too: it occurs at least once a name, also a repeated one."""


class _Odd(Exception):
    """Raised for a value that is left to the careful readers."""


def article_in_clean_line(line: bytes, origin: Origin, options: ReadOptions) -> Accepted | None:
    """The article of a line of UTF-8, as the careful readers would give it; None if it is left to them."""
    try:
        record = orjson.loads(line)
        if type(record) is not dict or len(_NAME.findall(line)) != len(record) or is_ninjs(record):
            return None
        shape = _shape_of(tuple(record), tuple(options.names.items()))
        return None if shape is None else _article(record, shape, origin, options)
    except (orjson.JSONDecodeError, _Odd):
        return None


@dataclass(frozen=True, slots=True)
class _Shape:
    """The names in a record: of each field of an article, and of each extra field, in alphabetical order."""

    own: dict[str, str]
    extra: tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def _shape_of(names: tuple[str, ...], chosen: tuple[tuple[str, str], ...]) -> _Shape | None:
    """The shape of records with these names; None if such a record is not of the usual shape."""
    found = names_of(names, chosen)
    own = {field: written[0] for field, written in found.items()}
    extra = {extra_name(name): name for name in names if name not in own.values()}
    usual = (
        all(len(written) == 1 for written in found.values())
        and len({*own.values()}) == len(own)
        and len(own) + len(extra) == len(names) <= MAX_FIELDS
        and all(map(str.strip, names))
        and not extra.keys() & {"", *EMBARGO_NAMES}
        and not {"$schema", "precision"} & {*names}
        and name_key(own.get("title", "")) != "name"
    )
    return _Shape(own, tuple(sorted(extra.items()))) if usual else None


def _article(record: dict[str, object], shape: _Shape, origin: Origin, options: ReadOptions) -> Accepted:
    """The article of a record; raises `_Odd`."""
    given: dict[str, object] = {}
    for field, name in shape.own.items():
        if value := record[name]:
            given[field] = value
        elif value is not None and value != "" and value != []:
            raise _Odd
    get = given.get
    article_id, raw_title, raw_body = (_string(get(field, "")) for field in ("id", "title", "body"))
    if article_id and (
        len(article_id) > MAX_ID_LENGTH or article_id.isspace() or not article_id.isprintable()
    ):
        raise _Odd
    title, highlights = _one_line(raw_title), _lines("highlights", get("highlights"))
    description, odd_description = cleaned(_string(get("description", "")))
    body, odd_body = cleaned(raw_body)
    if not (title or description or highlights or body):
        raise _Odd
    notes: list[Note] = []
    if odd_description or odd_body:
        odd = {"description": odd_description, "body": odd_body}
        notes.append(control_characters_note(name for name, had_controls in odd.items() if had_controls))
    times = read_times(
        _dates(get("published")),
        options,
        notes,
        modified=_dates(get("modified")),
        crawled=_dates(get("crawled")),
    )
    published, precision, modified = times.published, times.precision, times.modified
    if times.as_written or (options.order is not None and not article_id):
        raise _Odd
    article = Article.unchecked(
        article_id,
        title,
        description,
        highlights,
        body,
        published,
        precision,
        None if precision == "instant" and modified == published else modified,
        times.crawled,
        _lines("keywords", get("keywords")),
        _lines("authors", get("authors")),
        _short_line(_string(get("source", ""))),
        _one_line(_string(get("url", ""))),
        _one_line(_string(get("language", ""))),
        {name: values for name, written in shape.extra if (values := _extra(record[written]))},
    )
    return Accepted(article, origin, tuple(notes))


def _string(value: object) -> str:
    if type(value) is str:
        return value
    raise _Odd


def _one_line(text: str) -> str:
    """The text on one line; raises `_Odd` if it has control characters."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    text, had_controls = cleaned(text)
    if had_controls:
        raise _Odd
    return " ".join(text.split())


def _short_line(text: str) -> str:
    if len(text) > MAX_VALUE_LENGTH:
        raise _Odd
    return _one_line(text)


def _lines(field: str, value: object) -> tuple[str, ...]:
    """The values of a field with several; raises `_Odd` if any is too long or has control characters."""
    if value is None:
        return ()
    if type(value) is str and not value.startswith("["):  # which may begin a list in JSON
        text = BYLINE.sub("", _printable(value)) if field == "authors" else value
        value = split_values(field, text)
    if type(value) is not list or len(value) > MAX_VALUES:
        raise _Odd
    texts = [_string(item) for item in value]
    one_line = _one_line if field == "highlights" else _short_line
    return tuple(dict.fromkeys(filter(None, map(one_line, texts))))


def _printable(text: str) -> str:
    if text.isprintable() and len(text) <= MAX_VALUE_LENGTH:
        return text
    raise _Odd


def _extra(value: object) -> tuple[str, ...]:
    """The values of an extra field; raises `_Odd` for any that is not text, a whole number, or yes or no."""
    if type(value) is list:
        return _lines("", value)
    if value is None:
        return ()
    if type(value) is bool:
        return ("yes" if value else "no",)
    line = str(value) if type(value) is int else _short_line(_string(value))
    return (line,) if line else ()


def _dates(value: object) -> tuple[str, ...]:
    return () if value is None else (_string(value),)
