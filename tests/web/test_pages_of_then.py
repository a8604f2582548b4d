"""Pages whose answer depends on now, that show the archive as it was, or that are cited."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, unquote_plus

import pytest

from tests.web.conftest import Server, links

BY_NOW = (
    "/search?q=since:7d", "/article/a1/explain?q=since:7d", "/timeline?q=since:7d",
    "/timeline.csv?q=since:7d",
    "/facets/source?q=since:7d", "/facets/source.csv?q=since:7d", "/distinctive?q=since:7d&against=archive",
    "/distinctive.csv?q=strike+OR+since:7d&against=archive", "/export?q=since:7d", "/article/a1?as_of=today",
    "/article/a1/similar?as_of=today", "/article/a1/copies?as_of=today", "/article/a5/diff?earlier=today",
)  # fmt: skip


@pytest.mark.parametrize("address", BY_NOW)
def test_a_page_that_depends_on_now_is_not_kept(server: Server, address: str) -> None:
    response = server.get(address)
    assert response.status_code == 200, response.text
    assert "etag" not in response.headers
    fixed = server.get(re.sub("since:7d", "since:2025", address).replace("=today", "=r2"))
    assert (fixed.status_code, "etag" in fixed.headers) == (200, "diff" not in address)


def cited(text: str) -> str:
    """The address that a page gives for citing its search."""
    found = re.search(r"http://localhost:8707(/search[^<>\"]*as_of=[^<>\"]*)", text)
    assert found is not None
    return unescape(found[1])


def articles_of(text: str) -> str:
    """The number of articles that the page of a search tells."""
    found = re.search(r'<h1 class="count"[^>]*>([^<]*)</h1>', text)
    assert found is not None
    return found[1]


def test_a_search_is_cited_as_of_the_revision_that_it_shows(server: Server) -> None:
    then = server.get("/search?q=fog&as_of=r1").text
    assert "in revision r1" in then
    assert cited(then) == "/search?q=fog&as_of=r1"
    assert cited(server.get("/search?q=fog").text) == "/search?q=fog&as_of=r2"


def test_a_search_is_cited_without_dates_that_move(server: Server) -> None:
    own = server.get("/search?f=seen:today&since=2025").text
    address = cited(own)
    assert "today" not in unquote_plus(address)
    assert "seen:" in unquote_plus(address)
    assert articles_of(server.get(address).text) == articles_of(own) != "Nothing found"


@pytest.mark.parametrize(
    "query", ["q=dockers+nothing&any=1", "q=strike&f=keyword:strike", "q=fog&as_of=r1", "q=strike&since=2025"]
)
def test_why_explains_the_search_that_found_the_article(server: Server, query: str) -> None:
    for start in ("/search", "/article/a5" if "fog" in query else "/article/a1"):
        if "dockers" in query and start != "/search":
            continue
        (why, *_) = [each for each in links(server.get(f"{start}?{query}").text) if "/explain?" in each]
        assert "The search does not find it" not in server.get(unescape(why)).text
        assert [*parse_qsl(query)] == [*parse_qsl(unescape(why).partition("?")[2])]


def test_links_of_a_page_of_then_stay_then(server: Server) -> None:
    for address in ("/article/a5?q=fog&as_of=r1", "/search?q=fog&as_of=r1", "/article/a5/similar?as_of=r1"):
        own = [each for each in links(server.get(address).text) if each.startswith("/article/")]
        own = [each for each in own if not each.endswith(("/history", "/diff"))]
        assert own
        assert all("as_of=r1" in each for each in own), own
