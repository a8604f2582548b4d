"""A JSON Feed becomes articles."""

from __future__ import annotations

import json

import pytest

from search.article import Article
from search.sources.feeds import articles_in_json_feed, is_json_feed
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Item, Origin, Rejected
from tests.conftest import day

FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "Hillfold News", "language": "en"}
FEED |= {"home_page_url": "https://hillfold.example/"}
MILL_ITEM = {
    "id": "mill-1",
    "url": "/mill",
    "title": "Mill shut",
    "summary": "For good.",
    "content_html": "<p>The mill is shut.</p><p>Work is gone.</p>",
    "date_published": "2025-02-11T09:00:00Z",
    "tags": ["work", "mills, old"],
    "authors": [{"name": "Ada Quill"}],
}


def json_feed(*items: object, **more: object) -> list[Item]:
    value: dict[str, object] = json.loads(json.dumps({**FEED, "items": items, **more}))
    assert is_json_feed(value)
    return list(articles_in_json_feed(value, "a.json", ReadOptions()))


def test_a_json_feed() -> None:
    expected = Article(
        id="mill-1",
        title="Mill shut",
        description="For good.",
        body="The mill is shut.\n\nWork is gone.",
        published=day("2025-02-11T09:00:00"),
        keywords=("work", "mills, old"),
        authors=("Ada Quill",),
        source="Hillfold News",
        url="https://hillfold.example/mill",
        language="en",
    )
    assert json_feed(MILL_ITEM) == [Accepted(expected, Origin("a.json", "item 1"))]


def test_a_json_feed_of_odd_items() -> None:
    odd, empty, plain = json_feed(
        7, {"id": "x"}, {"id": 3, "content_text": "1 <b> 2", "tags": "x"}, author={"name": "Bo"}
    )
    assert isinstance(odd, Rejected)
    assert isinstance(empty, Rejected)
    assert isinstance(plain, Accepted)
    assert (odd.code, empty.code) == ("not-an-object", "no-text")
    assert (plain.article.id, plain.article.body, plain.article.authors) == ("3", "1 <b> 2", ("Bo",))


def test_what_is_no_json_feed() -> None:
    others: list[object] = [[], None, "x", {}, {"version": 1}, {"version": "1.0"}]
    assert not any(is_json_feed(value) for value in others)
    with pytest.raises(BadDocument) as caught:
        list(articles_in_json_feed(FEED, "a.json", ReadOptions()))
    assert caught.value.code == "not-a-feed"
