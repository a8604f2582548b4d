"""No script of an article runs, nothing is loaded from elsewhere, and no page breaks its own policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page

from search.web.address import article_address
from tests.web.hostile import IDS, SCRIPTS

pytestmark = pytest.mark.browser

PATHS = (
    "/ /search?q=storm /search?q=fog /facets/keyword /facets/source /facets/places /timeline?q=storm&q=fog "
    "/help /about /distinctive?q=storm&against=archive /export?q=storm"
).split()
WATCH = """
document.addEventListener('securitypolicyviolation', (event) => {
  console.log('violation ' + event.violatedDirective)
})
"""


class Watched:
    """A page, with all that should not happen on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address, self.found = page, address, list[str]()
        page.add_init_script(WATCH)
        page.on("console", lambda message: self.found.append(message.text))
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self._note(request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.found.append(dialog.message)
        dialog.dismiss()

    def _note(self, url: str) -> None:
        if not url.startswith(self.address):
            self.found.append(url)

    def visit(self, path: str) -> list[str]:
        """All that should not have happened on the page so far."""
        response = self.page.goto(self.address + path)
        assert response is not None
        assert response.status == 200, path
        return self.found


def test_no_article_runs_a_script_or_loads_anything(page: Page, hostile: str) -> None:
    watched = Watched(page, hostile)
    for path in PATHS:
        assert watched.visit(path) == []
    for number in range(len(SCRIPTS)):
        part = ("", "similar", "explain")[number % 3]
        assert (
            watched.visit(
                article_address(f"script-{number}", part, [("q", "storm")] if part != "similar" else [])
            )
            == []
        )
    for identity in IDS:
        assert watched.visit(article_address(identity)) == []


def test_the_pages_of_the_sample_break_no_policy(page: Page, sample: str) -> None:
    watched = Watched(page, sample)
    for path in ("/", "/search?q=storm", "/timeline?q=storm&q=ferry", "/facets/keyword", "/help", "/about"):
        assert watched.visit(path) == []


def test_a_page_that_breaks_its_policy_is_noticed_and_held_to_it(page: Page, sample: str) -> None:
    watched = Watched(page, sample)
    watched.visit("/help")
    page.evaluate("() => { try { document.body.innerHTML = 'x' } catch { console.log('refused') } }")
    page.evaluate("() => { new Image().src = 'https://evil.example/x.png' }")
    page.wait_for_function("() => document.querySelector('h1')")
    assert "refused" in watched.found
    assert "violation img-src" in watched.found
    assert "violation require-trusted-types-for" in watched.found


def test_the_search_field_of_a_page_has_hostile_words_as_they_are(page: Page, hostile: str) -> None:
    watched = Watched(page, hostile)
    watched.visit("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%22")
    assert page.locator("#q").input_value() == '"><script>alert(1)</script>"'
    assert watched.found == []
