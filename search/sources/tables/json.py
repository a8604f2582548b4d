"""JSON: one article or a list of them in a file, and JSON lines, one article a line.

Stricter than the `json` module: a document with NaN or Infinity, a name twice in one object, a number of
thousands of digits or very deep nesting is rejected.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Never

from search.sources.feeds import articles_in_json_feed, is_json_feed
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import BadDocument, Item, Origin, Rejected
from search.sources.reading.streams import decoded, read_whole
from search.sources.tables.lines import article_in_clean_line
from search.sources.tables.records import article_of
from search.sources.wires.ninjs import is_ninjs, item_of_ninjs

MAX_LINE = 32 << 20
"""Maximum length of a line of a JSONL file, in bytes."""


def articles_in_json(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Item]:
    """The articles of a file of one JSON value, or of JSON lines: several lines with one object each.

    Raises `BadDocument` if the file cannot be read as JSON at all.
    """
    start = [stream.readline(MAX_LINE + 1)]
    if start[0].endswith(b"\n") and _is_object(start[0], options):
        while (line := stream.readline(MAX_LINE + 1)) and not line.strip():
            start.append(line)
        if line:
            return articles_in_lines(stream, path, options, start=[*start, line])
    return _articles_in_value(stream, path, options, start=b"".join(start))


def _is_object(line: bytes, options: ReadOptions) -> bool:
    try:
        return isinstance(parsed(decoded(line, options.encoding)), dict)
    except BadDocument:
        return False


def articles_in_lines(
    stream: BinaryIO, path: str, options: ReadOptions, *, start: Iterable[bytes] = ()
) -> Iterator[Item]:
    """The article of each line that is not blank; `start` are the lines already read from the stream."""
    lines = chain(start, iter(lambda: stream.readline(MAX_LINE + 1), b""))
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
        if options.encoding == "utf-8" and (item := article_in_clean_line(line, origin, options)) is not None:
            yield item
            continue
        try:
            yield _item(parsed(decoded(line, options.encoding)), origin, options)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def _articles_in_value(stream: BinaryIO, path: str, options: ReadOptions, *, start: bytes) -> Iterator[Item]:
    """The articles of a whole file: an object, a list of them, or an object that holds such a list."""
    content = read_whole(stream, start, "; make it JSON lines, one article a line")
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
            yield _item(item, origin, options)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def parsed(text: str) -> Any:
    """The value of the JSON `text`; raises `BadDocument`."""
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
        repeated = next(name for name in names if names.count(name) > 1)
        raise BadDocument("duplicate-name", f"{repeated[:40]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> Never:
    raise BadDocument("not-json", f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_no_constant)


def _item(value: Any, origin: Origin, options: ReadOptions) -> Item:
    """The article of an object, or the outcome of one of ninjs; raises `BadDocument`."""
    if not isinstance(value, dict):
        raise BadDocument("not-an-object", "an article must be a JSON object")
    if is_ninjs(value):
        return item_of_ninjs(value, origin, options)
    if "$schema" in value:
        raise BadDocument("not-an-article", "the object is a JSON schema")
    return article_of(value, origin, options)
