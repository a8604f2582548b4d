"""The rules of axe, the width of a phone, and the place of the first result, on every page."""

from __future__ import annotations

from itertools import product
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from search.web.address import article_address
from tests.web.hostile import IDS, SCRIPTS

pytestmark = pytest.mark.browser

PATHS = (
    "/ /search?q=storm&f=keyword:weather /search?q=storm&since=2024-11&until=2024-11 "
    "/search?q=harbour+strkie /search?q=(a /timeline?q=storm&q=strike&q=ferry /timeline "
    "/facets/keyword?q=storm /distinctive?q=storm /export?q=storm /help /about"
).split()
PARTS = ("", "similar", "background", "copies", "history", "diff", "explain")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
Scheme = Literal["light", "dark"]


def identity_of(page: Page, sample: str) -> str:
    """The id of the article that has two versions."""
    hits = page.request.get(f"{sample}/api/v1/search?q=title:again&limit=1").json()["hits"]
    return str(hits[0]["id"])


@pytest.mark.parametrize(("width", "scheme"), list(product((320, 1280), ("light", "dark"))))
def test_no_rule_of_axe_is_broken(chromium: Browser, sample: str, width: int, scheme: Scheme) -> None:
    size = {"width": width, "height": 800}
    found = []
    # axe is a script from elsewhere, which the policy of the pages forbids.
    with chromium.new_context(viewport=size, color_scheme=scheme, bypass_csp=True) as context:  # type: ignore[arg-type]  # a dict
        page = context.new_page()
        own = identity_of(page, sample)
        asked = [("q", "storm")]
        parts = [article_address(own, part, asked if part in ("", "explain") else []) for part in PARTS]
        for path, direction in product([*PATHS, *parts], ("ltr", "rtl")):
            page.goto(sample + path)
            page.evaluate("(direction) => { document.documentElement.dir = direction }", direction)
            broken = Axe().run(page, options=RULES).response["violations"]
            found += [(path, direction, each["id"], each["nodes"][0]["html"]) for each in broken]
    assert found == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_no_page_is_wider_than_a_phone(chromium: Browser, sample: str, hostile: str, direction: str) -> None:
    found = []
    with chromium.new_context(viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        own = identity_of(page, sample)
        addresses = [sample + path for path in PATHS] + [
            sample + article_address(own, part) for part in PARTS
        ]
        addresses += [hostile + path.replace("weather", "x") for path in PATHS]
        addresses += [hostile + article_address(f"script-{n}", PARTS[n % 7]) for n in range(len(SCRIPTS))]
        addresses += [hostile + article_address(identity) for identity in IDS]
        for address in addresses:
            page.goto(address)
            page.evaluate("(direction) => { document.documentElement.dir = direction }", direction)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > 320:
                found.append((address, wide))
    assert found == []


@pytest.mark.parametrize("path", ["/search?q=storm", "/search?q=storm&f=keyword:weather", "/search?q=*"])
def test_the_first_result_is_on_the_first_screen_of_a_phone(
    chromium: Browser, sample: str, path: str
) -> None:
    with chromium.new_context(viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto(sample + path)
        box = page.locator(".hit h3").first.bounding_box()
        assert box is not None
        assert box["y"] <= 480


def test_what_is_narrowed_by_is_open_beside_the_results_and_closed_on_a_phone(
    page: Page, sample: str
) -> None:
    for width, shown in ((320, False), (1280, True)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{sample}/search?q=storm")
        assert page.locator(".facet").first.is_visible() is shown


def test_the_first_stop_of_the_keyboard_skips_the_head(page: Page, sample: str) -> None:
    page.goto(f"{sample}/search?q=storm")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
