"""Mails, read as articles."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.sources import Rejected
from tests.sources.documents import only_article as article
from tests.sources.documents import only_item as read

MAIL = """
From: =?utf-8?q?Port_Alder_Herald?= <news@herald.example>
Subject: =?utf-8?q?Caf=C3=A9_tides?=
Date: Mon, 10 Mar 2025 08:20:00 +0100
Message-ID: <42@herald.example>
List-Id: Morning <morning.herald.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

View this in your browser.
--b
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<html><style>p {}</style><p>The caf=E9 flooded.</p><p>Nobody was hurt.</p></html>
--b--
"""


def test_a_newsletter(tmp_path: Path) -> None:
    found = article(read(tmp_path / "morning.eml", MAIL))
    assert (found.id, found.title, found.source) == ("42@herald.example", "Café tides", "Port Alder Herald")
    assert found.body == "The café flooded.\n\nNobody was hurt."
    assert found.published == datetime(2025, 3, 10, 7, 20, tzinfo=UTC)
    assert found.extra == {"list": ("morning.herald.example",)}


def test_a_plain_mail_in_an_unknown_charset(tmp_path: Path) -> None:
    mail = (
        b"From: a@b.example\nSubject: Tides\nContent-Type: text/plain; charset=no-such\n\nCaf\xc3\xa9 \xff."
    )
    found = article(read(tmp_path / "x.eml", mail))
    assert (found.body, found.source) == ("Café \ufffd.", "a@b.example")


def test_a_mail_whose_date_overflows_stays_without_one(tmp_path: Path) -> None:
    mail = (
        "From: a@b.example\nSubject: Tides\nDate: Mon, 10 Mar 2025 08:20:00 +99999999999999999999\n\nHigh.\n"
    )
    found = article(read(tmp_path / "x.eml", mail))
    assert (found.body, found.published) == ("High.", None)


@pytest.mark.parametrize("content", [b"just words", b"\x00\xff\xfe binary", b": \n\n"])
def test_what_is_no_mail_is_refused(tmp_path: Path, content: bytes) -> None:
    item = read(tmp_path / "x.eml", content)
    assert isinstance(item, Rejected)
    assert item.code == "not-mail"
