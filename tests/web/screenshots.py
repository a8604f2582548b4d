"""Takes the pictures of `docs/page.md`; run it by `scripts/screenshots`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.web.running import ROOT, served
from tests.web.sample import make_sample

FOLDER = ROOT / "docs" / "pictures"
PICTURES: tuple[tuple[str, str, int, int, Literal["light", "dark"]], ...] = (
    ("search", "/search?q=storm+OR+ferry+OR+strike&by=month", 920, 620, "light"),
    ("article", "/article/{id}?q=storm", 920, 560, "light"),
    ("timeline", "/timeline?q=storm&q=strike&q=budget&by=month", 920, 760, "dark"),
    ("phone", "/search?q=storm+OR+ferry+OR+strike&by=month", 320, 640, "light"),
)
"""Name, path, width, height and colours of each picture."""


def main() -> None:
    """Write the pictures."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("there is no Chromium: apt-get install chromium fonts-noto-core")
    FOLDER.mkdir(exist_ok=True)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        location = Path(folder) / "archive"
        make_sample(location)
        with served(location, "--quiet") as server:
            browser = started.chromium.launch(executable_path=path, args=sandbox)
            page = browser.new_page()
            hits = page.request.get(f"{server.address}/api/v1/search?q=storm&limit=1").json()["hits"]
            for name, own, width, height, scheme in PICTURES:
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=scheme)
                page.goto(server.address + own.replace("{id}", hits[0]["id"]))
                page.screenshot(path=FOLDER / f"{name}.png")
            browser.close()


if __name__ == "__main__":
    main()
