"""The script adds keys, completion and a range that is dragged over the bars; it has at most 4 KB."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from search.web import pages

pytestmark = pytest.mark.browser


def test_its_size() -> None:
    assert (Path(pages.__file__).parent / "static" / "news.js").stat().st_size <= 4096


def test_keys_go_through_the_results(page: Page, sample: str) -> None:
    page.goto(f"{sample}/search?q=storm+OR+strike+OR+ferry")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".hit").nth(1)).to_have_class("hit here")
    page.keyboard.press("k")
    title = page.locator(".hit h3").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("article h1")).to_have_text(title)
    page.keyboard.press("[")
    expect(page.locator("h1.count")).to_be_visible()
    page.keyboard.press("]")
    expect(page.locator(".pages span")).to_contain_text("11–")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("?j")
    assert page.locator("#q").input_value() == "?j"


def test_keys_can_be_switched_off(page: Page, sample: str) -> None:
    page.goto(f"{sample}/search?q=storm")
    page.keyboard.press("?")
    page.get_by_label("use these keys").uncheck()
    page.goto(f"{sample}/search?q=storm")
    page.keyboard.press("j")
    page.keyboard.press("/")
    expect(page.locator(".here")).to_have_count(0)
    expect(page.locator("#q")).not_to_be_focused()


def test_the_last_word_is_completed(page: Page, sample: str) -> None:
    page.goto(f"{sample}/search")
    page.locator("#q").press_sequentially("storm -har")
    expect(page.locator('#words option[value="storm -harbour"]')).to_have_count(1)


@pytest.mark.parametrize(("start", "end"), [(1, 4), (4, 1), (0, -1), (-1, 0)])
def test_a_range_is_dragged_over_the_bars(page: Page, sample: str, start: int, end: int) -> None:
    page.goto(f"{sample}/search?q=storm+OR+strike+OR+ferry&by=month")
    bars = page.locator(".strip a")
    places = [place % bars.count() for place in (start, end)]
    asked = [_bounds(bars.nth(place).get_attribute("href") or "") for place in sorted(places)]
    boxes = [bars.nth(place).locator("path").first.bounding_box() for place in places]
    (x1, y), (x2, _) = [(box["x"] + box["width"] / 2, box["y"] + 20) for box in boxes if box]
    page.mouse.move(x1, y)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, y)
    page.mouse.move(x2, y)
    page.mouse.up()
    page.wait_for_url("**since=**")
    assert _bounds(page.url) == (asked[0][0], asked[1][1])


def _bounds(address: str) -> tuple[str, str]:
    asked = parse_qs(urlsplit(address).query)
    return asked["since"][0], asked["until"][0]


def test_a_click_on_a_bar_is_still_a_link(page: Page, sample: str) -> None:
    page.goto(f"{sample}/search?q=storm+OR+strike+OR+ferry&by=month")
    page.locator(".strip a").first.click()
    page.wait_for_url("**since=**")
    since, until = _bounds(page.url)
    assert since == until
