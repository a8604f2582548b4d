"""Each page answers with its data, without data and with an error that can be mended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin

import pytest

from search.article import Article
from search.deadline import Deadline
from search.query import Archive, open_archive
from search.serving import Front
from search.web.address import PART_NAMES, View, article_address
from search.web.asked import Asked
from search.web.page_parameters import PAGES
from search.web.pages import counts
from search.web.pages.assets import CONTENTS
from search.web.pages.narrowing import counted_fields
from search.web.pages.standing import AboutPage
from search.web.security import Guard, hosts_of
from search.web.site import POLICY
from tests.web.conftest import ODD, Server, client_of, links, serving

EXAMPLES = {
    "/": "",
    "/search": "?q=strike&f=keyword:strike&since=2025-02&until=2025-04&sort=oldest&by=week",
    "/article/{id}": "?q=strike",
    "/article/{id}/similar": "",
    "/article/{id}/background": "",
    "/article/{id}/copies": "",
    "/article/{id}/history": "",
    "/article/{id}/diff": "",
    "/article/{id}/explain": "?q=strike",
    "/timeline": "?q=strike&q=bank&by=month&share=1",
    "/facets/{field}": "?q=strike",
    "/distinctive": "?q=strike&against=archive",
    "/export": "?q=strike",
    "/help": "",
    "/about": "",
}
SHOWN = {
    "/": "7 articles",
    "/search": "Harbour <mark>strike</mark> begins",
    "/article/{id}": "Back to the results",
    "/article/{id}/similar": "Similar articles",
    "/article/{id}/background": "Background",
    "/article/{id}/copies": "Courier",
    "/article/{id}/history": "first version",
    "/article/{id}/diff": "<ins>",
    "/article/{id}/explain": "the sum of its terms",
    "/timeline": "<polyline",
    "/facets/{field}": "<bdi>Harbour</bdi>",
    "/distinctive": "Distinctive words",
    "/export": "Every match",
    "/help": "with the number of articles",
    "/about": "Herald",
}
IDS = {"/article/{id}/diff": "a5", "/article/{id}/history": "a5"}


def example(path: str) -> str:
    """A request to this path which has an answer."""
    return path.replace("{id}", IDS.get(path, "a1")).replace("{field}", "keyword") + EXAMPLES[path]


def shown(text: str) -> str:
    """The text of a page without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", text)).split())


@pytest.mark.parametrize("path", EXAMPLES)
def test_each_page_has_its_data(server: Server, path: str) -> None:
    response = server.get(example(path))
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == POLICY
    # The help counts the articles of the last 30 days, and the numbers of the archive have its size on disk.
    assert ("etag" in response.headers) == (path not in ("/help", "/about"))
    assert SHOWN[path] in response.text
    assert " style=" not in response.text
    assert not re.search(r"<script(?! src)|\son\w+=", response.text)


def test_every_page_has_an_example() -> None:
    of_articles = {path for path in PAGES if path == "/article" or path.startswith("/article/")}
    plain = {path for path in of_articles if "{id}" not in path}
    assert set(EXAMPLES) == set(PAGES) - plain
    assert {path.replace("/article", "/article/{id}", 1) for path in plain} <= set(EXAMPLES)


@pytest.mark.parametrize(
    "address",
    [
        *map(example, EXAMPLES),
        "/search?q=dockers+nothing&any=1",
        "/facets/keyword?q=dockers+nothing&any=1",
        "/distinctive?q=dockers+nothing&any=1&against=archive",
    ],
)
def test_each_link_of_a_page_leads_somewhere(server: Server, address: str) -> None:
    own = [urljoin(address, each) for each in links(server.get(address).text)]
    local = [each for each in own if each.startswith("/") and not each.startswith("/export.")]
    assert local
    for each in local:
        response = server.get(each.partition("#")[0])
        assert response.status_code in (200, 303), f"{each}: {response.text}"
    for each in own:
        assert each.startswith(("/", "#", "http://localhost:8707/", "https://news.herald.example/")), each


@pytest.mark.parametrize("path", PAGES)
def test_a_parameter_that_a_page_does_not_have_is_refused_with_a_page(server: Server, path: str) -> None:
    address = path.replace("{id}", "a1").replace("{field}", "keyword")
    of_id = path.startswith("/article") and "{id}" not in path
    response = server.get(f"{address}?{'id=a1&' if of_id else ''}nothing=1")
    assert response.status_code == 400
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "There is no parameter “nothing”" in shown(response.text)


@pytest.mark.parametrize("part", ["", "/similar", "/background", "/copies", "/history", "/diff", "/explain"])
def test_an_article_that_is_not_there_has_a_page_that_says_it(server: Server, part: str) -> None:
    for address in (f"/article/nothing{part}", f"/article{part}?id=../nothing"):
        response = server.get(address)
        assert response.status_code == 404
        assert "There is no such article" in response.text
        versions = (
            "/article/nothing/history" in response.text or "/article/history?id=../nothing" in response.text
        )
        assert versions == (part != "/history")


def test_before_the_first_article_the_archive_had_none(server: Server) -> None:
    assert "The archive had no article then." in server.get("/search?q=fog&as_of=r0").text
    missing = server.get("/article/a1?as_of=r0")
    assert missing.status_code == 404
    assert "/history" not in missing.text


def test_a_parameter_keeps_its_name_in_a_sentence(server: Server) -> None:
    assert "as_of: 'garbage' is not a date" in shown(server.get("/search?as_of=garbage").text)
    assert "There is no parameter" in shown(server.get("/search?nothing=1").text)


def test_a_query_that_cannot_be_read_is_shown_with_the_wrong_part_marked(server: Server) -> None:
    response = server.get("/search?q=storm+keywor:fog&f=source:herald")
    assert response.status_code == 400
    assert "storm <mark>keywor</mark>:fog" in response.text
    assert 'name="q" type="search" value="storm keywor:fog"' in response.text
    assert '<a href="/search?q=storm+keyword:fog"><bdi>storm keyword:fog</bdi></a>' in response.text
    assert response.headers["cache-control"] == "no-store"


def carried(text: str) -> list[tuple[str, str]]:
    """What the box of a page searches with beside its query."""
    box = text[text.index('role="search"') : text.index("</form>")]
    return re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', box)


def test_a_search_that_is_mended_keeps_all_but_what_was_wrong(server: Server) -> None:
    rest = [("f", "source:Herald"), ("since", "2025"), ("tz", "Asia/Tokyo"), ("sort", "oldest")]
    address = urlencode([("q", "keywor:x"), *rest])
    assert carried(server.get(f"/search?{address}").text) == rest
    assert carried(server.get("/search?q=fog&f=keywor:x&f=source:Herald").text) == rest[:1]
    assert carried(server.get("/search?q=fog&f=source:Herald&since=foo").text) == rest[:1]
    assert carried(server.get("/timeline?q=keywor:x&tz=Asia/Tokyo&share=1").text) == rest[2:3]


def test_an_empty_parameter_of_a_form_is_left_out_of_the_address(server: Server) -> None:
    response = server.get("/search?q=strike&since=&until=&sort=")
    assert (response.status_code, response.headers["location"]) == (303, "/search?q=strike")
    response = server.get("/search?sort=oldest&q=strike")
    assert response.headers["location"] == "/search?q=strike&sort=oldest"
    assert server.get("/search?q=strike&sort=oldest").status_code == 200


@pytest.mark.parametrize("field", ["a%20b", "%C3%84", "%c3%84"])
def test_a_field_that_does_not_exist_is_refused_at_its_canonical_address(server: Server, field: str) -> None:
    response = server.get(f"/facets/{field}")
    for _ in range(2):
        if response.status_code == 303:
            response = server.get(response.headers["location"])
    assert response.status_code in (400, 404)


def test_values_that_are_ticked_become_one_filter(server: Server) -> None:
    response = server.get("/facets/source?q=strike&v=source:Herald&v=source:Courier")
    assert response.headers["location"] == "/search?q=strike&f=(source:Herald+OR+source:Courier)"
    page = server.get(response.headers["location"])
    assert "3 articles" in page.text
    assert "source Herald or Courier remove" in shown(page.text)


def test_an_odd_id_is_a_parameter_of_its_page(server: Server) -> None:
    address = f"/article?id={quote(ODD.id, safe='')}"
    response = server.get(address)
    address = response.headers.get("location", address)
    assert "Odd id" in server.get(address).text
    found = server.get("/search?q=odd")
    assert unescape(next(each for each in links(found.text) if each.startswith("/article?id="))).startswith(
        "/article?id=https"
    )


def test_a_search_that_finds_nothing_helps_on(server: Server) -> None:
    text = shown(server.get("/search?q=strike+harbuor").text)
    assert "Nothing found" in text
    assert "Did you mean strike harbour?" in text
    assert "strike 3" in text
    text = shown(server.get("/search?q=strike&f=source:nothing&since=2025").text)
    assert "without source nothing 2" in text


def test_an_article_is_read_with_the_words_of_the_search_marked(server: Server) -> None:
    text = server.get("/article/a1?q=strike+sort:x").text
    assert "<mark>" not in text  # a query that cannot be read marks nothing, and the article is there
    text = server.get("/article/a1?q=strike").text
    assert "Harbour <mark>strike</mark> begins in Port Alder" in text
    assert "The <mark>strike</mark> began at six." in text
    assert 'href="https://news.herald.example/strike?id=1" rel="noopener noreferrer nofollow"' in text
    assert '<article lang="en" dir="auto">' in text
    assert "TY  - NEWS" in text


def test_tables_of_pages_are_csv(server: Server) -> None:
    lines = server.get("/timeline.csv?q=strike&q=bank&by=month").text.splitlines()
    assert lines[0] == "query,month,start,count,total,share,low,high,state,burst"
    assert [line for line in lines if line.startswith("strike,2025-02,")]
    assert server.get("/facets/source.csv").text.splitlines()[1] == "source,Herald,4,source:Herald"
    assert server.get("/distinctive.csv?q=strike&against=archive").text.startswith(
        "word,score,inside,outside"
    )


def test_files_of_pages_are_kept_for_ever(server: Server) -> None:
    page = server.get("/search").text
    files = [each for each in links(page) if each.startswith("/assets/")]
    assert len(files) == 3
    for each in files:
        response = server.get(each)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
    assert server.get("/assets/../app.py").status_code == 404
    assert server.get("/assets/news.css").status_code == 404


def test_a_browser_gets_a_page_where_there_is_nothing(server: Server) -> None:
    response = server.get("/nothing", Accept="text/html,*/*")
    assert (response.status_code, "nothing at this address" in response.text) == (404, True)


def test_browsers_and_robots_are_told_about_the_site(server: Server) -> None:
    assert server.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    description = server.get("/opensearch.xml")
    assert 'template="http://localhost:8707/search?q={searchTerms}"' in description.text


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of an archive without an article."""
    location = tmp_path_factory.mktemp("nothing") / "archive"
    open_archive(location, create=True).close()
    yield from serving(location)


@pytest.mark.parametrize("path", [path for path in EXAMPLES if "{id}" not in path])
def test_each_page_of_an_empty_archive_is_there(nothing: Server, path: str) -> None:
    for address in dict.fromkeys((example(path), example(path).partition("?")[0])):
        response = nothing.get(address)
        assert response.status_code == 200, response.text
        assert "<h1" in response.text
    assert "news index FOLDER" in nothing.get("/search?q=storm").text


def test_a_page_that_has_not_changed_is_not_sent_again(server: Server) -> None:
    first = server.get("/search?q=strike")
    again = server.get("/search?q=strike", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.text) == (304, "")
    assert again.headers["content-security-policy"] == POLICY
    assert "etag" not in server.get("/search?q=since:7d").headers


def test_pages_need_the_token_of_a_server_that_asks_for_one(server: Server) -> None:
    guard = Guard(hosts_of("127.0.0.1", []), frozenset({sha256(b"secret").hexdigest()}))

    async def ask() -> list[int]:
        async with (
            Front(server.location, workers=1, seconds=30) as front,
            client_of(front, guard=guard) as client,
        ):
            found = []
            for path in ("/", "/search?q=strike", next(iter(CONTENTS))):
                path = path if path.startswith("/") else f"/assets/{path}"
                for headers in ({}, {"Authorization": "Bearer secret"}):
                    found.append((await client.get(path, headers=headers)).status_code)
            return found

    assert server.runner.run(ask()) == [401, 200] * 2 + [200, 200]  # the files of pages are no secret


PARTS = [path.rpartition("/")[2] for path in EXAMPLES if path.startswith("/article/{id}/")]


@pytest.mark.parametrize("part", PARTS)
def test_an_article_whose_id_is_a_part_of_pages_has_its_page(part: str) -> None:
    assert part in PART_NAMES
    assert article_address(part) == f"/article?id={part}"
    assert article_address(part, "copies") == f"/article/copies?id={part}"


def test_values_are_looked_for_among_all_and_none_is_left_out_unsaid(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "MAX_VALUES", 2)
    deadline = Deadline.after(30)
    found = counts.FacetPage("keyword", View(), "weath")(archive, deadline).body.decode()
    assert "<bdi>weather</bdi>" in found
    every = counts.FacetPage("keyword", View(), None)(archive, deadline).body.decode()
    assert "The 2 commonest are shown, without 3 further values." in every
    assert len(counts.FacetTable("keyword", View(), None)(archive, deadline).body.splitlines()) == 6


def test_the_fields_that_most_articles_have_are_counted_however_they_are_called(tmp_path: Path) -> None:
    articles = [
        Article(id=f"n{n}", title="Pier", extra={"section": (f"s{n % 3}",), "zone": ("east",)})
        for n in range(9)
    ]
    odd = {f"f{n}": ("odd",) for n in range(9)}
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([*articles, Article(id="odd", title="Pier", extra=odd)])
        assert "section" in counted_fields(archive)
        page = AboutPage()(archive, Deadline.after(30)).body.decode()
    assert all(f'href="/facets/{name}"' in page for name in ("section", "zone", *odd))


def test_an_interval_that_would_be_refused_is_not_offered(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(
            [
                Article(id=str(year), title="Pier", published=datetime(year, 1, 1, tzinfo=UTC))
                for year in (1990, 2020)
            ]
        )
        page = counts.TimelinePage(counts.Counted(("pier",), Asked()))(
            archive, Deadline.after(30)
        ).body.decode()
    assert "by=week" in page
    assert "by=day" not in page
