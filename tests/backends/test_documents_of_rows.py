"""The document of a row: the bytes that digests were taken of, and an article only from what is one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import Article
from search.backends.embedded.store.rows import BadRow, article_of, digest_of, packed, record_of, unpacked
from tests.strategies import articles

TEXT = st.text(st.sampled_from('ab"\\/\n\t\x7f\x85\u2028\ud800é東😀') | st.characters())


@given(articles, TEXT, TEXT, st.sampled_from(["a", "é", '"\\', "東", "a\u200bb"]))
def test_the_bytes_of_an_article_are_those_of_the_json_module(
    article: Article, body: str, place: str, article_id: str
) -> None:
    article = replace(article, id=article_id, title="Tide", body=body, extra={"places": (place,)})
    record = record_of(article)
    assert record == json.dumps(article.as_record(), ensure_ascii=False, separators=(",", ":")).encode()
    assert article_of(record, article.id.encode()) == article
    assert unpacked(packed(record), digest_of(record)) == record


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"null",
        b"[]",
        b"3",
        b"1e400",
        b"9" * 5_000,
        b"[" * 100_000,
        b'{"id":"a","title":3}',
        b'{"id":"a","title":18446744073709551616}',
        b'{"id":"a","published":1e400}',
        b'{"id":"caf\xe9"}',
        b'\xef\xbb\xbf{"id":"a"}',
        b'{"id":"a"} ]',
    ],
    ids=lambda record: repr(record[:30]),
)
def test_a_record_of_no_article_is_a_bad_row(record: bytes) -> None:
    with pytest.raises(BadRow):
        article_of(record)


@pytest.mark.parametrize("unknown", [b"NaN", b"1e400", b'"\\ud800"', b"[" * 500 + b"]" * 500])
def test_a_value_that_only_the_json_module_reads_is_as_harmless_as_ever(unknown: bytes) -> None:
    record = b'{"id":"a","title":"Tide","unknown":' + unknown + b"}"
    assert article_of(record, b"a") == Article(id="a", title="Tide")
