"""Everything that people come for works without JavaScript, with links and forms."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def count_of(page: Page) -> int:
    """The number of articles that a search shows."""
    found = re.search(r"[\d,]+", page.locator("h1.count").inner_text())
    assert found is not None
    return int(found.group().replace(",", ""))


def first_title(page: Page) -> str:
    return page.locator(".hit h3").first.inner_text()


def open_narrow(page: Page) -> None:
    if page.locator(".narrow > summary").is_visible():
        page.locator(".narrow > summary").click()


@pytest.fixture(params=[320, 1280])
def searched(plain: Page, sample: str, request: pytest.FixtureRequest) -> Page:
    """The results of a search that was typed, on a phone and on a wide screen."""
    plain.set_viewport_size({"width": request.param, "height": 800})
    plain.goto(sample)
    plain.locator("#q").fill("storm OR strike OR ferry")
    plain.get_by_role("button", name="Search").click()
    return plain


def test_search(searched: Page) -> None:
    assert searched.url.endswith("/search?q=storm+OR+strike+OR+ferry")
    assert count_of(searched) > 10


def test_narrow_and_undo(searched: Page) -> None:
    before = count_of(searched)
    open_narrow(searched)
    searched.locator(".facet .in").first.click()
    assert 0 < count_of(searched) < before
    searched.get_by_role("link", name="remove").first.click()
    assert count_of(searched) == before


def test_exclude(searched: Page) -> None:
    before = count_of(searched)
    open_narrow(searched)
    searched.get_by_role("link", name="exclude").first.click()
    assert 0 < count_of(searched) < before
    assert "f=-" in searched.url
    expect(searched.locator(".chips")).to_contain_text("not ")


def test_a_bar(searched: Page) -> None:
    before = count_of(searched)
    searched.locator(".strip a:has(path:nth-of-type(2))").first.click()
    assert 0 < count_of(searched) < before
    assert "since=" in searched.url
    searched.get_by_role("link", name="all dates").click()
    assert count_of(searched) == before


def test_dates(searched: Page) -> None:
    before = count_of(searched)
    open_narrow(searched)
    searched.get_by_label("from").fill("2025-01")
    searched.get_by_label("to", exact=True).fill("2025-02")
    searched.get_by_role("button", name="Apply").click()
    assert 0 < count_of(searched) < before
    assert searched.url.endswith("&since=2025-01&until=2025-02")


def test_sort(searched: Page) -> None:
    searched.get_by_role("link", name="oldest").click()
    oldest = searched.locator(".hit time").first.get_attribute("datetime") or ""
    searched.get_by_role("link", name="newest").click()
    assert oldest < (searched.locator(".hit time").first.get_attribute("datetime") or "")


def test_page(searched: Page) -> None:
    first = first_title(searched)
    searched.get_by_role("link", name="Next 10").click()
    assert first_title(searched) != first
    expect(searched.locator(".pages span")).to_contain_text("11–")
    searched.get_by_role("link", name="First page").click()
    assert first_title(searched) == first


def test_read_and_go_back(searched: Page) -> None:
    address, title = searched.url, first_title(searched)
    searched.locator(".hit h3 a").first.click()
    assert searched.locator("article h1").inner_text() == title
    assert searched.locator("article mark").count() > 0
    searched.get_by_role("link", name="Back to the results").click()
    assert searched.url == address


@pytest.mark.parametrize(("name", "heading"), [("similar", "Similar articles"), ("background", "Background")])
def test_related_articles(searched: Page, name: str, heading: str) -> None:
    searched.get_by_role("link", name="newest").click()
    searched.get_by_role("link", name=name).first.click()
    assert searched.locator("h1").inner_text() == heading
    assert searched.locator(".hit").count() > 0


def test_why(searched: Page) -> None:
    searched.get_by_role("link", name="why").first.click()
    assert searched.locator(".score tr").count() > 3


def test_compare(plain: Page, sample: str) -> None:
    plain.goto(f"{sample}/timeline")
    for place, query in enumerate(["storm", "strike", "ferry"]):
        plain.locator("input[name=q]:not(#q)").nth(place).fill(query)
    plain.get_by_label("share of all articles").check()
    plain.get_by_role("button", name="Compare").click()
    assert plain.url.endswith("/timeline?q=storm&q=strike&q=ferry&share=1")
    assert plain.locator("svg.chart polyline").count() >= 3
    expect(plain.locator("tbody")).to_contain_text("%")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("CSV", "text/csv"), ("RIS", "research-info"), ("Atom feed", "atom"), ("JSON", "application/json")],
)
def test_other_forms_and_feeds(searched: Page, name: str, kind: str) -> None:
    address = searched.locator(".take").get_by_role("link", name=name, exact=True).get_attribute("href")
    assert address is not None
    response = searched.request.get(searched.url.partition("/search")[0] + address)
    assert response.ok
    assert kind in response.headers["content-type"]


def test_export(searched: Page) -> None:
    total = count_of(searched)
    searched.get_by_role("link", name="export").click()
    with searched.expect_download() as loading:
        searched.get_by_role("link", name="JSON Lines").first.click()
    assert len(loading.value.path().read_text().splitlines()) == total


def test_any_of_several_values(searched: Page) -> None:
    open_narrow(searched)
    searched.get_by_role("link", name=re.compile("^all .* of keyword")).click()
    for place in (0, 1):
        searched.locator("input[name=v]").nth(place).check()
    searched.get_by_role("button", name="Find articles with any").click()
    expect(searched.locator(".chips")).to_contain_text(" or ")
    assert count_of(searched) > 0


def test_nothing_found_leads_on(plain: Page, sample: str) -> None:
    plain.goto(f"{sample}/search?q=harbour+strkie")
    plain.get_by_role("link", name="harbour strike").click()
    assert count_of(plain) > 0
