"""JSON: one article or a list of them in a file, and JSON lines, one article a line.

Stricter than the `json` module: NaN and Infinity, a name twice in one object, numbers of thousands of
digits and nesting past any use are refused, each for the one document that has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Never

from search.sources.feeds import articles_in_json_feed, is_json_feed
from search.sources.ninjs import article_of_ninjs, is_ninjs
from search.sources.reading import (
    MAX_LINE,
    BadDocument,
    Item,
    Origin,
    ReadOptions,
    Rejected,
    decoded,
    whole,
)
from search.sources.records import article_of


def articles_in_json(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Item]:
    """A whole file, or JSON lines where the first line is an object by itself and others follow.

    Raises `BadDocument` if the file cannot be read as JSON at all.
    """
    ahead = [stream.readline(MAX_LINE + 1)]
    if ahead[0].endswith(b"\n") and _is_object(ahead[0], options):
        while (line := stream.readline(MAX_LINE + 1)) and not line.strip():
            ahead.append(line)
        if line:
            return articles_in_lines(stream, path, options, ahead=[*ahead, line])
    return articles_in_document(stream, path, options, ahead=b"".join(ahead))


def _is_object(line: bytes, options: ReadOptions) -> bool:
    try:
        return isinstance(parsed(decoded(line, options.encoding)), dict)
    except BadDocument:
        return False


def articles_in_lines(
    stream: BinaryIO, path: str, options: ReadOptions, *, ahead: Iterable[bytes] = ()
) -> Iterator[Item]:
    """The article of each line; blank lines are nothing. `ahead` are lines read from it already."""
    lines = chain(ahead, iter(lambda: stream.readline(MAX_LINE + 1), b""))
    for number, line in enumerate(lines, start=1):
        origin = Origin(path, f"line {number}")
        if len(line) > MAX_LINE:
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = stream.readline(MAX_LINE)
            yield Rejected(origin, "too-large", f"the line is longer than {MAX_LINE >> 20} MiB")
            continue
        if not line.strip():
            continue
        try:
            yield _read(parsed(decoded(line, options.encoding)), origin, options)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def articles_in_document(
    stream: BinaryIO, path: str, options: ReadOptions, *, ahead: bytes = b""
) -> Iterator[Item]:
    """The articles of a whole file: an object, a list of them, or an object that holds such a list.

    Raises `BadDocument` if the file cannot be read as JSON at all.
    """
    content = whole(stream, ahead, "; make it JSON lines, one article a line")
    value = parsed(decoded(content, options.encoding))
    del content
    if is_json_feed(value):
        yield from articles_in_json_feed(value, path, options)
        return
    if isinstance(value, dict):
        held = (value.get(name) for name in ("articles", "items", "docs", "results", "data"))
        value = next((some for some in held if isinstance(some, list)), [value])
    if not isinstance(value, list):
        raise BadDocument("not-an-object", "the file holds neither an article nor a list of articles")
    single = len(value) == 1
    for number, item in enumerate(value, start=1):
        origin = Origin(path, "" if single else f"item {number}")
        try:
            yield _read(item, origin, options)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def parsed(text: str) -> Any:
    """What the JSON `text` says; raises `BadDocument`."""
    try:
        return _DECODER.decode(text)
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


_DECODER = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_no_constant)


def _read(value: Any, origin: Origin, options: ReadOptions) -> Item:
    """The article of an object; raises `BadDocument`."""
    if not isinstance(value, dict):
        raise BadDocument("not-an-object", "an article must be a JSON object")
    if is_ninjs(value):
        return article_of_ninjs(value, origin, options)
    if "$schema" in value:
        raise BadDocument("not-an-article", "the object is a JSON schema")
    return article_of(value, origin, options)
