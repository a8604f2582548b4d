"""Web pages as browsers save them in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.sources import Rejected
from tests.sources.documents import only_article, only_item

pytest.importorskip("trafilatura", reason="the extra html is not installed", exc_type=ImportError)

URL = "https://herald.example/2025/cafe"
PARAGRAPHS = (
    "The caf=E9 at the harbour of Port Alder was flooded on Tuesday, and nobody was hurt in it.",
    "The quay stays shut until engineers have looked at the other two walls, the port office said.",
)
PAGE = f"""From: <Saved by Blink>
Snapshot-Content-Location: {URL}
Subject: =?utf-8?Q?Caf=C3=A9?=
Date: Fri, 20 Nov 2026 10:00:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="b"

--b
Content-Type: text/html; charset=iso-8859-1
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://herald.example/other

<html><head>
<meta property=3D"article:published_time" content=3D"2025-02-11T18:01:34Z">
<script type=3D"application/ld+json">{{"@type": "NewsArticle", "headline": "Tide in the caf=E9",
"publisher": {{"name": "Port Alder Herald"}}}}</script>
</head><body><article><h1>Tide in the caf=E9</h1>
<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></article></body></html>
--b
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://herald.example/a.png

iVBORw0KGgo=
--b--
"""


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "A.MHTML", "a"])
def test_a_saved_page_was_read_as_a_mail_of_the_day_it_was_saved(tmp_path: Path, name: str) -> None:
    found = only_article(only_item(tmp_path / name, PAGE))
    assert (found.title, found.source, found.url) == ("Tide in the café", "Port Alder Herald", URL)
    assert found.published == datetime(2025, 2, 11, 18, 1, 34, tzinfo=UTC)
    assert found.body == "\n\n".join(PARAGRAPHS).replace("=E9", "é")
    assert found.crawled == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_an_old_saved_page_has_the_address_of_its_part(tmp_path: Path) -> None:
    old = PAGE.replace(f"Snapshot-Content-Location: {URL}\n", "")
    found = only_article(only_item(tmp_path / "a.mht", old))
    assert found.url == "https://herald.example/other"


@pytest.mark.parametrize("content", ["just words", PAGE.replace("text/html", "text/plain"), PAGE[:600]])
def test_a_saved_page_without_its_page_is_rejected(tmp_path: Path, content: str) -> None:
    item = only_item(tmp_path / "a.mhtml", content)
    assert isinstance(item, Rejected)
    assert item.code == "no-text"
