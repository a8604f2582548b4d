"""JSON: one article or a list of them in a file, and JSON lines, one article a line.

Stricter than the `json` module: NaN and Infinity, a name twice in one object, numbers of thousands of
digits and nesting past any use are refused, each for the one document that has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Never

from search.sources.reading import (
    MAX_DOCUMENT,
    MAX_LINE,
    Accepted,
    BadDocument,
    Origin,
    ReadOptions,
    Rejected,
    decoded,
)
from search.sources.records import article_of


def articles_in_lines(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Accepted | Rejected]:
    """The article of each line; blank lines are nothing."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        origin = Origin(path, f"line {number}")
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield Rejected(origin, "too-large", f"the line is longer than {MAX_LINE >> 20} MiB")
            continue
        if not line.strip():
            continue
        try:
            yield article_of(_object(parsed(decoded(line, options.encoding))), origin, options)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def articles_in_document(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Accepted | Rejected]:
    """The articles of a whole file: an object, a list of them, or an object that holds such a list.

    Raises `BadDocument` if the file cannot be read as JSON at all.
    """
    content = stream.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        raise BadDocument(
            "too-large",
            f"the file is larger than {MAX_DOCUMENT >> 20} MiB; make it JSON lines, one article a line",
        )
    value = parsed(decoded(content, options.encoding))
    del content
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        known = [value[name] for name in ("articles", "items", "docs", "results", "data") if name in value]
        value = known[0] if known and known[0] in lists else [value]
    if not isinstance(value, list):
        raise BadDocument("not-an-object", "the file holds neither an article nor a list of articles")
    single = len(value) == 1
    for number, item in enumerate(value, start=1):
        origin = Origin(path, "" if single else f"item {number}")
        try:
            yield article_of(_object(item), origin, options)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def parsed(text: str) -> Any:
    """What the JSON `text` says; raises `BadDocument`."""
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadDocument("not-json", f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise BadDocument("too-deep", "the JSON is nested too deep") from error
    except ValueError as error:  # of an integer past the limit of digits
        raise BadDocument("bad-number", f"a number cannot be read: {error}") from error


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadDocument("duplicate-name", f"{twice[:40]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> Never:
    raise BadDocument("not-json", f"{name} is not JSON")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadDocument("not-an-object", "an article must be a JSON object")
    return value
