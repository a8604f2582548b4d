"""Articles and queries that try to be more than text are shown as text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.web.address import View, address, article_address
from search.web.asked import Asked
from search.web.page_parameters import SearchPageParameters
from tests.web.conftest import Server, serving
from tests.web.hostile import HIDDEN, IDS, LONG, SCRIPTS, make_hostile

ELEMENTS = frozenset(
    "html head meta title link script body a header form label input datalist button nav main h1 h2 h3 "
    "section p ul ol li b i bdi span time mark svg path details summary footer br article div aside dl "
    "dt dd pre table thead tbody tr th td figure figcaption rect line text circle polyline code kbd "
    "noscript meter ins del".split()
)
ATTRIBUTES = frozenset(
    "lang charset name content rel href type title src defer class id action for value list "
    "autocomplete dir start autocapitalize spellcheck enterkeyhint maxlength aria-label aria-live "
    "aria-hidden aria-labelledby role tabindex viewbox preserveaspectratio focusable d placeholder size "
    "datetime scope checked hidden max fill stroke stroke-width stroke-dasharray points xmlns "
    "font-family font-size width height x y x1 x2 y1 y2 cx cy r text-anchor".split()
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    location = tmp_path_factory.mktemp("hostile") / "archive"
    make_hostile(location)
    yield from serving(location)


class Markup(HTMLParser):
    """What a page has of elements, attributes, addresses and text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.scripts = 0
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.scripts += tag == "script"
        self.attributes |= {name for name, _ in attributes}
        self.addresses |= {value or "" for name, value in attributes if name in ("href", "src", "action")}

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(text: str) -> Markup:
    """The markup of a page, which has nothing that its templates do not have."""
    found = Markup()
    found.feed(text)
    assert found.elements <= ELEMENTS
    assert found.attributes <= ATTRIBUTES
    assert found.scripts == 1
    for each in found.addresses:
        assert each.startswith(("/", "#", "?", "http://localhost:8707/", "https://news.example/")), each
        assert not each.startswith("//")
    assert not set(HIDDEN) & set("\u202e\u2066\u2069\u200f\x1b\U000e0041\U000e0042\U000e007f") & set(text)
    return found


ADDRESSES = (
    "/search?q /search?since /timeline?q /facets/keyword?find /article/script-1?q "
    "/distinctive?q&against /export?q"
).split()
PARTS = ("", "similar", "background", "copies", "history", "diff", "explain")


@pytest.mark.parametrize("number", range(len(SCRIPTS)))
def test_a_script_in_an_article_is_text(hostile: Server, number: int) -> None:
    for part in ("", PARTS[1 + number % 6]):
        response = hostile.get(
            article_address(f"script-{number}", part, [("q", "storm")] if not part else [])
        )
        assert response.status_code == 200, response.text
        page = checked(response.text)
    assert len(page.text) > 10


PATHS = (
    "/ /search /search?q=storm&collapse=1 /facets/keyword /facets/source /facets/places /help /about "
    "/export?q=storm /distinctive?q=storm&against=archive /timeline?q=storm&q=fog"
).split()


@pytest.mark.parametrize("path", PATHS)
def test_pages_of_hostile_articles_have_the_elements_of_templates_only(hostile: Server, path: str) -> None:
    response = hostile.get(path)
    assert response.status_code == 200, response.text
    checked(response.text)


@pytest.mark.parametrize("number", range(len(SCRIPTS)))
def test_a_script_in_an_address_is_text(hostile: Server, number: int) -> None:
    script = SCRIPTS[number]
    given = {"q": script, "f": f'"{script}"', "since": script[:200], "find": script[:200], "against": script}
    for path in (ADDRESSES[number % len(ADDRESSES)], "/search?q&f", "/nothing?q"):
        own, _, names = path.partition("?")
        response = hostile.get(
            address(own, [(name, given[name]) for name in names.split("&")]), Accept="text/html"
        )
        assert response.status_code in (200, 303, 400, 404, 422), response.text
        if response.status_code != 303:
            checked(response.text)


@pytest.mark.parametrize("identity", IDS)
def test_an_article_with_an_odd_id_has_its_pages(hostile: Server, identity: str) -> None:
    for part in ("", PARTS[1 + len(identity) % 6]):
        response = hostile.get(article_address(identity, part))
        assert response.status_code == 200, response.text
        page = checked(response.text)
        assert f"fog {identity}".split()[0] in page.text
    found = checked(
        hostile.get(f"/search?{urlencode({'q': 'fog', 'f': f'id:{quote_value(identity)}'})}").text
    )
    assert (
        article_address(identity, "", [("q", "fog"), ("f", f"id:{quote_value(identity)}")]) in found.addresses
    )


def quote_value(identity: str) -> str:
    return '"' + identity.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_a_path_with_an_id_that_belongs_in_a_parameter_leads_to_the_right_address(hostile: Server) -> None:
    response = hostile.get(f"/article/{quote('Ä-ß')}")
    assert response.status_code == 303
    assert response.headers["location"] == article_address("Ä-ß")


def test_a_long_word_is_there_as_a_whole(hostile: Server) -> None:
    assert LONG in hostile.get("/article/script-0").text


texts = st.text(max_size=40).filter(bool)
views = st.builds(
    View,
    st.builds(
        Asked,
        q=texts,
        f=st.lists(texts, max_size=3, unique=True).map(tuple),
        since=st.none() | texts,
        until=st.none() | texts,
        any_word=st.booleans(),
        tz=st.none() | texts,
        as_of=st.none() | texts,
    ),
    sort=st.sampled_from([None, "relevance", "newest", "oldest"]),
    by=st.sampled_from([None, "year", "month", "week", "day"]),
    collapse=st.booleans(),
    after=st.none() | texts,
)


@given(views)
def test_an_address_is_read_as_the_search_that_it_was_made_of(view: View) -> None:
    from starlette.datastructures import QueryParams

    pairs = QueryParams(view.url().partition("?")[2]).multi_items()
    assert SearchPageParameters.read(pairs).view() == view
    assert pairs == view.pairs()
