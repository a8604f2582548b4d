"""A Chromium, and a server of the sample archive and one of hostile articles."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.hostile import make_hostile
from tests.web.running import served
from tests.web.sample import make_sample

TIMEOUT_MS = 8_000

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """The path of the browser; without one the tests are skipped, but fail in continuous integration."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("there is no Chromium: apt-get install chromium fonts-noto-core")
    return path or pytest.skip("there is no Chromium: apt-get install chromium fonts-noto-core")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    with sync_playwright() as started:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = started.chromium.launch(executable_path=path, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the sample archive."""
    location = tmp_path_factory.mktemp("sample") / "archive"
    make_sample(location)
    with running(location) as address:
        yield address


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of hostile articles."""
    location = tmp_path_factory.mktemp("hostile") / "archive"
    make_hostile(location)
    with running(location) as address:
        yield address


@contextmanager
def running(location: Path) -> Iterator[str]:
    """The address of a server of this archive, while it is used."""
    with served(location, "--workers", "1", "--timeout", "30", "--quiet") as server:
        yield server.address


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page with JavaScript."""
    with chromium.new_context() as context:
        context.set_default_timeout(TIMEOUT_MS)
        yield context.new_page()


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A page without JavaScript."""
    with chromium.new_context(java_script_enabled=False) as context:
        context.set_default_timeout(TIMEOUT_MS)
        yield context.new_page()
