"""An article reads back from its record, its times no more exactly than they are known."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import (
    Article,
    Precision,
)

NOON = datetime(2025, 2, 11, 12, tzinfo=UTC)


def test_a_record_has_the_fields_that_are_not_empty() -> None:
    article = Article(
        id="a1",
        title="Storm",
        highlights=("Water",),
        published=datetime(2025, 2, 11, 14, 5, tzinfo=timezone(timedelta(hours=2))),
        extra={"places": ("vesk",)},
    )
    assert article.as_record() == {
        "id": "a1",
        "title": "Storm",
        "highlights": ["Water"],
        "published": "2025-02-11T12:05:00Z",
        "extra": {"places": ["vesk"]},
    }


def test_a_full_article_reads_back_from_its_record() -> None:
    article = Article(
        id="a1",
        title="Storm",
        description="Água.",
        highlights=("Water", "Wind"),
        body="One.\n\nTwo.",
        published=NOON.replace(microsecond=250_000),
        keywords=("storm",),
        authors=("Ana Ruiz",),
        source="Agence Côte",
        url="https://news.example/1",
        language="en",
        extra={"places": ("vesk", "port-alder")},
    )
    again = Article.restored(json.loads(json.dumps(article.as_record())))
    assert again == article
    assert again.digest() == article.digest()


_any_text = st.text(max_size=20)
_any_texts = st.lists(_any_text, max_size=3).map(tuple)


@given(
    title=_any_text,
    body=_any_text,
    highlights=_any_texts,
    keywords=_any_texts,
    values=_any_texts,
    published=st.none()
    | st.datetimes(
        datetime(1502, 1, 1),
        datetime(2198, 12, 31),
        timezones=st.sampled_from([UTC, timezone(-timedelta(hours=9))]),
    ),
)
def test_any_text_at_all_survives_the_record(
    title: str,
    body: str,
    highlights: tuple[str, ...],
    keywords: tuple[str, ...],
    values: tuple[str, ...],
    published: datetime | None,
) -> None:
    article = Article(
        title=f"T{title}",
        body=body,
        highlights=highlights,
        keywords=keywords,
        published=published,
        extra={"places": values},
    )
    assert Article.restored(json.loads(json.dumps(article.as_record()))) == article


@pytest.mark.parametrize(
    ("precision", "written", "first"),
    [
        ("instant", "2024-03-05T22:30:00Z", datetime(2024, 3, 5, 22, 30, tzinfo=UTC)),
        ("day", "2024-03-05", datetime(2024, 3, 5, tzinfo=UTC)),
        ("month", "2024-03", datetime(2024, 3, 1, tzinfo=UTC)),
        ("year", "2024", datetime(2024, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_kept_and_written_no_more_exactly_than_it_is_known(
    precision: Precision, written: str, first: datetime
) -> None:
    there = datetime(2024, 3, 5, 17, 30, tzinfo=timezone(timedelta(hours=-5)))
    article = Article(title="a", published=there, precision=precision)
    assert (article.published, article.precision) == (first, precision)
    assert article.as_record()["published"] == written
    assert Article.restored(article.as_record()) == article


def test_when_a_source_changed_an_article_is_not_its_content() -> None:
    article = Article(title="a", modified=datetime(2024, 3, 5, 12, tzinfo=UTC))
    assert article.digest() == Article(title="a").digest()
    assert article.id == Article(title="a").id
    assert Article.restored(article.as_record()) == article
