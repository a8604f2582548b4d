"""Clean JSON lines: the fast reader gives what the careful ones give, and leaves all else to them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.sources import Accepted, Item, Origin, ReadOptions
from search.sources.tables.json import articles_in_lines
from search.sources.tables.lines import article_in_clean_line

ORIGIN = Origin("a.jsonl", "line 1")
OPTIONS = ReadOptions(now=datetime(2025, 3, 1, tzinfo=UTC))

NAMES = (
    "id|title|Title|headline|name|description|summary|body|text|highlights|keywords|tags|authors|by|date|"
    "published|modified|source|url|lang|places|Places|version|guid|uri|$schema|embargo|extra|x_title|über|"
    "date_as_written|type|| |a b|a-b"
).split("|")
PIECES = (
    'Crane|crane|tide|By |by\t| and |- |, |; |é|ﬁ|東京|[|]|":|"|\\| |  |\n|\n\n|\r|\r\n|\t|\0|\x03|\x0b|\x0c|'
    "\x1c|\x7f|\x85|\x9f|\xa0|\xad|\u2028|\u200b|\u200e|\u202e|\ufeff|\ufffe|\ud800"
).split("|")
TEXTS = st.lists(st.sampled_from([*PIECES, "x" * 256, "x" * 511]), max_size=5).map("".join)
DATES = st.sampled_from(
    "2025-02-11T18:30:00Z|2025-02-11|2025-02|1987|11.2.2025|soon|| |0001-01-01T00:00:00Z|2025-02-11 18:30|"
    "9999-12-31T23:59:59-05:00|2025-13-01T00:00:00Z|1739298600".split("|")
)
SCALARS = (
    TEXTS
    | DATES
    | st.sampled_from([None, True, False, 0, -1, 1 << 63, (1 << 64) - 1, 1 << 64, -(1 << 63) - 1, 10**400])
    | st.sampled_from([0.0, 1.5, 1e300, float("nan"), float("inf")])
)
VALUES: st.SearchStrategy[object] = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.lists(TEXTS, max_size=3)
    | st.just({})
    | st.just({"name": "x"})
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES | TEXTS), max_size=7)


def written(pairs: list[tuple[str, object]], ascii_only: bool, colon: str) -> bytes:
    """An object of these names and values, where a name can stand twice."""
    parts = [
        f"{json.dumps(name, ensure_ascii=ascii_only)}{colon}{json.dumps(value, ensure_ascii=ascii_only)}"
        for name, value in pairs
    ]
    return ("{" + ",".join(parts) + "}\n").encode("utf-8", "surrogatepass")


def read_carefully(line: bytes, options: ReadOptions = OPTIONS) -> list[Item]:
    """What the careful readers give, which read UTF-8 by any other spelling of its name."""
    return list(articles_in_lines(io.BytesIO(line), "a.jsonl", replace(options, encoding="utf8")))


@given(
    PAIRS,
    st.booleans(),
    st.sampled_from([":", ": ", " :", "\t: "]),
    st.booleans(),
    st.sampled_from([{}, {"title": "a b"}]),
)
@example([("id", "a"), ("title", "Crane"), ("body", "Crane\n\nIt fell.\x03")], True, ":", False, {})
@example([("title", "Crane"), ("authors", ["By\x1fAna Ruiz"])], True, ":", False, {})
@example([("title", "Crane"), ("authors", ["\ufeffBy Ana Ruiz"])], False, ":", False, {})
@example([("a", 1), ("title", "Crane"), ("a", 2)], True, " :", False, {})
@example([("title", {}), ("headline", "Crane")], True, ":", False, {})
@settings(max_examples=1000, deadline=None)
def test_the_fast_reader_gives_what_the_careful_readers_give(
    pairs: list[tuple[str, object]], ascii_only: bool, colon: str, strict: bool, names: dict[str, str]
) -> None:
    options = replace(OPTIONS, strict=strict, names=names)
    line = written(pairs, ascii_only, colon)
    if (item := article_in_clean_line(line, ORIGIN, options)) is not None:
        assert repr([item]) == repr(read_carefully(line, options))


CLEAN = {
    "all fields": b'{"id":"a","title":"Crane","summary":"It fell.","highlights":["One"],"body":"In a storm.",'
    b'"date":"2025-02-11T18:30:00Z","updated":"2025-02-12T00:00:00Z","keywords":["port"],'
    b'"authors":"By Ana Ruiz","source":"Herald","url":"https://example.org/a","lang":"en",'
    b'"places":["japan"],"desk":2,"paid":true}',
    "no id": b'{"title":"Crane","body":"In the storm."}',
    "fields with nothing in them": b'{"title":"Crane","body":"","date":null,"keywords":[],"places":[]}',
    "control characters in the body": b'{"title":"Crane","body":"\\u0003In\\u0000 the storm.\\f\\u0003"}',
    "a first paragraph that repeats the title": b'{"title":"Crane","body":"CRANE\\n\\nIn the storm."}',
    "white space in the title": b'{"title":" Crane\\n falls\\u00a0down "}',
    "space between a name and its colon": b'{"title" : "Crane", "body"\t: "In the storm."}',
    "a date without a time": b'{"title":"Crane","date":"2025-02-11"}',
}


@pytest.mark.parametrize("line", CLEAN.values(), ids=CLEAN.keys())
def test_a_clean_line_is_read_fast(line: bytes) -> None:
    item = article_in_clean_line(line, ORIGIN, OPTIONS)
    assert isinstance(item, Accepted)
    assert repr([item]) == repr(read_carefully(line))


ODD = {
    "not JSON": b'{"title":"Crane"',
    "not an object": b'["Crane"]',
    "null": b"null",
    "NaN": b'{"title":"Crane","desk":NaN}',
    "not UTF-8": b'{"title":"Caf\xe9"}',
    "a surrogate in UTF-8": b'{"title":"Caf\xed\xa0\x80"}',
    "a lone surrogate": b'{"title":"Caf\\ud800"}',
    "a byte-order mark": b'\xef\xbb\xbf{"title":"Crane"}',
    "a name twice": b'{"title":"Crane","title":"Ferry"}',
    "a name twice, once with an escape": b'{"title":"Crane","titl\\u0065":"Ferry"}',
    "a name twice, once away from its colon": b'{"title" :"Crane","title":"Ferry"}',
    "a whole number past 64 bits": b'{"title":"Crane","desk":18446744073709551616}',
    "a fraction": b'{"title":"Crane","desk":1.50}',
    "a nested value": b'{"title":"Crane","desk":{"name":"City"}}',
    "an empty object": b'{"title":"Crane","desk":{}}',
    "text for a nested list": b'{"title":"Crane","keywords":"[\\"port\\"]"}',
    "control characters in the title": b'{"title":"Crane\\u0003"}',
    "an embargo": b'{"title":"Crane","embargo":"2099-01-01"}',
    "a date that cannot be read": b'{"title":"Crane","date":"soon"}',
    "a number for a date": b'{"title":"Crane","date":1739298600}',
    "a number for an id": b'{"id":1,"title":"Crane"}',
    "zero for a title": b'{"title":0,"body":"In the storm."}',
    "a mark of direction in the id": b'{"id":"a\xe2\x80\x8e","title":"Crane"}',
    "a blank id": b'{"id":" ","title":"Crane"}',
    "no text": b'{"id":"a","source":"Herald"}',
    "a name and no headline": b'{"name":"Ana Ruiz"}',
    "two names of one field": b'{"title":"Crane","headline":"Ferry"}',
    "two names of one extra field": b'{"title":"Crane","a b":"x","a-b":"y"}',
    "ninjs": b'{"uri":"urn:a","headline":"Crane","type":"text"}',
    "a JSON schema": b'{"$schema":"https://example.org","title":"Crane"}',
    "a value that is too long": b'{"title":"Crane","desk":"%s"}' % (b"x" * 513),
    "an author that is too long": b'{"title":"Crane","authors":["By %s"]}' % (b"x" * 512),
    "very deep nesting": b'{"title":"Crane","desk":' + b"[" * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.parametrize("line", ODD.values(), ids=ODD.keys())
def test_an_odd_line_is_left_to_the_careful_readers(line: bytes) -> None:
    assert article_in_clean_line(line, ORIGIN, OPTIONS) is None


def test_lines_of_either_kind_come_in_their_order() -> None:
    lines = [CLEAN["no id"], ODD["a number for an id"], ODD["a name twice"], CLEAN["all fields"]]
    items = list(articles_in_lines(io.BytesIO(b"\n".join(lines)), "a.jsonl", OPTIONS))
    assert [isinstance(item, Accepted) for item in items] == [True, True, False, True]
    assert [item.origin.place for item in items if isinstance(item, Accepted)] == [
        "line 1",
        "line 2",
        "line 4",
    ]
