"""Markdown with front matter, mails and Parquet: each of its own shape, all to the same articles."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import Article
from search.sources import Accepted, Item, ReadOptions, Rejected, Skipped, read_paths
from search.text.markup import one_line_of, plain, text_of


def read(path: Path, content: str | bytes, **options: Any) -> Item:
    """The only item of a file with this content."""
    path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
    (item,) = read_paths([path], ReadOptions(**options))
    return item


def article(item: Item) -> Article:
    assert isinstance(item, Accepted), item
    return item.article


# --- fragments of HTML --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<p>One &amp; two</p><p>three</p>", "One & two\n\nthree"),
        ("a <b>bold</b>\n  word<br>next line", "a bold word\nnext line"),
        ("<ul><li>first<li>second</ul>after", "first\n\nsecond\n\nafter"),
        ("before<script>var x = '<p>no</p>';</script> after<style>p{}</style>", "before after"),
        ("<p>never <i>closed <div>at <td>all", "never closed\n\nat\n\nall"),
        ("<!-- a comment --><![CDATA[odd]]>kept", "kept"),
        ("plain text", "plain text"),
        ("", ""),
    ],
)
def test_the_text_of_a_fragment(fragment: str, expected: str) -> None:
    assert text_of(fragment) == expected


def test_what_is_no_html_stays_as_it_is() -> None:
    assert plain("2 < 3 and\n\n 5 > 4") == "2 < 3 and\n\n 5 > 4"
    assert plain("R&amp;D at AT&T") == "R&D at AT&T"
    assert one_line_of("<b>Tides</b>\n rise&nbsp;again") == "Tides rise again"


@pytest.mark.parametrize(
    "opened", ["<div>", "<a ", "<!--", "<![x[ ", "<?", "</a ", '<a b="', "&#", "<script>"]
)
def test_a_fragment_of_very_many_openings_ends(opened: str) -> None:
    assert text_of("kept<p>" + opened * 100_000).split("\n\n")[0] == "kept"


@given(st.text("<>!-[]/?&#;='\" abx", max_size=60))
def test_no_fragment_is_too_odd_to_have_a_text(fragment: str) -> None:
    assert isinstance(text_of(fragment), str)


def test_an_odd_declaration_is_left_out() -> None:
    assert text_of("a <![foo[ b> c") == "a c"
    assert text_of("2 < 3 <b>and</b> 5 > 4") == "2 < 3 and 5 > 4"
    assert text_of("one<!-- <b>two</b> -->three") == "onethree"


# --- Markdown -----------------------------------------------------------------------------------


def test_markdown_with_yaml(tmp_path: Path) -> None:
    found = article(
        read(
            tmp_path / "tides.md",
            """
            ---
            title: "Tides rise &amp; fall"
            date: 2012-02-19 1:44:51 -0400
            summary: 'Sluices **closed** in Port Alder.'
            topics:
              - weather
              - ports
            authors: [ana-ruiz]
            weight: 1
            draft: false
            ---

            # Not the title

            The [sluices]({{< ref "sluices.md" >}} "Sluices") closed at *six*.

            {{< note >}}
            * one
            * two
            {{< /note >}}

            | dyke | metres |
            | ---- | ------ |
            | old  | 4      |
            """,
        )
    )
    assert found.title == "Tides rise & fall"
    assert found.description == "Sluices closed in Port Alder."
    assert found.published == datetime(2012, 2, 19, 5, 44, 51, tzinfo=UTC)
    assert found.keywords == ("weather", "ports")
    assert found.authors == ("ana-ruiz",)
    assert found.extra == {"draft": ("false",), "weight": ("1",)}
    assert found.body.split("\n\n") == [
        "Not the title",
        "The sluices closed at six.",
        "one",
        "two",
        *("dyke", "metres", "old", "4"),
    ]


def test_markdown_with_toml_takes_a_heading_for_its_title(tmp_path: Path) -> None:
    text = """
        +++
        date = 2025-03-02T10:00:00+01:00
        tags = ["ports"]
        +++
        # Harbour *reopens* #

        Ships came.
        """
    found = article(read(tmp_path / "harbour.markdown", text))
    assert (found.title, found.body) == ("Harbour reopens", "Ships came.")
    assert found.published == datetime(2025, 3, 2, 9, tzinfo=UTC)
    assert found.keywords == ("ports",)


def test_texts_about_the_same_page_stay_two_articles(tmp_path: Path) -> None:
    front = "---\ntitle: Tides\ndate: 2025-03-02 10:00\nslug: {}\nsource_url: https://a.example/x\n---\nText."
    first, second = (article(read(tmp_path / f"{n}.md", front.format(n))) for n in ("one", "two"))
    assert first.id.startswith("2025-03-02-one-")
    assert second.id.startswith("2025-03-02-two-")
    assert (first.url, first.extra["links_to"]) == ("", ("https://a.example/x",))


def ids_in(folder: Path) -> list[str]:
    return [item.article.id for item in read_paths([folder], ReadOptions()) if isinstance(item, Accepted)]


def test_two_files_of_one_day_and_slug_are_two_articles_from_wherever_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = "---\ntitle: Tides\ndate: 2025-03-02 10:00\nslug: tides\nlang: {}\n---\nText."
    for place in ("en/tides.md", "es/tides.md", "en/03-02-tides.md", "en/t/index.md", "es/t/index.md"):
        (tmp_path / "site" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / place).write_text(front.format(place[:2]))
    found = ids_in(tmp_path / "site")
    assert len(set(found)) == 5
    assert all(re.fullmatch(r"2025-03-02-tides-[0-9a-f]{8}", identity) for identity in found)
    monkeypatch.chdir(tmp_path / "site")
    assert ids_in(Path()) == ids_in(Path("../site/en/../")) == found
    assert ids_in(Path("es/tides.md")) == [found[-1]]


def test_a_file_without_a_slug_is_the_same_article_after_an_edit(tmp_path: Path) -> None:
    first, second = (
        article(read(tmp_path / "tides.md", f"---\ntitle: Tides\n---\n{text}")).id
        for text in ("High.", "Low.")
    )
    assert first == second
    assert first.startswith("tides-")
    linked = "---\ntitle: Tides\nurl: https://a.example/x\n---\nHigh."
    assert article(read(tmp_path / "a.md", linked)).id == article(read(tmp_path / "b.md", linked)).id


def test_what_site_generators_add_is_no_text_and_a_quotation_is(tmp_path: Path) -> None:
    text = """
        ---
        title: Tides
        summary: 'The Sluice Act, a law. Three elements: Gates …'
        ---
        The [Sluice Act]({{< ref "/acts/_index.md" >}})sluice-act-of-2010/), a law. {{< ring >}}

        ## Three elements: {.post-title #three}

          * Gates

            </p>
          * Dykes{.active}

        {{< quote-block text="The sea is patient." cite="Ana" >}}
        {{% pull-quote cite="Bo" text="So are we." %}}
        Braces {as here} stay, {{<ref "x">}}and the rest.
        """
    found = article(read(tmp_path / "a.md", text))
    assert found.description == ""
    assert found.body.split("\n\n") == [
        "The Sluice Act, a law.",
        "Three elements:",
        "Gates",
        "Dykes",
        "The sea is patient.",
        "So are we.",
        "Braces {as here} stay, and the rest.",
    ]


def test_a_draft_is_skipped_and_a_text_without_front_matter_refused(tmp_path: Path) -> None:
    draft = read(tmp_path / "draft.md", "---\ntitle: Soon\ndraft: true\n---\nText.")
    assert isinstance(draft, Skipped)
    assert draft.code == "draft"
    readme = read(tmp_path / "readme.md", "# About\n\nThis folder.")
    assert isinstance(readme, Rejected)
    assert readme.code == "no-front-matter"
    assert "--format markdown" in readme.reason
    assert article(read(tmp_path / "readme.md", "# About\n\nThis.", format="markdown")).title == "About"


@pytest.mark.parametrize(
    ("front", "code"),
    [
        ("---\ntitle: [open\n---\n", "bad-front-matter"),
        ("---\na: &a [x, x]\nb: [*a, *a]\ntitle: y\n---\n", "bad-front-matter"),
        ("---\njust words\n---\n", "bad-front-matter"),
        ("+++\ntitle = open\n+++\n", "bad-front-matter"),
        ("---\ntitle: " + "x" * 70_000 + "\n---\n", "too-large"),
        ("---\n" + "[" * 20_000 + "\n---\n", "bad-front-matter"),
    ],
)
def test_bad_front_matter_is_refused(tmp_path: Path, front: str, code: str) -> None:
    item = read(tmp_path / "x.md", (front + "Text.").encode())
    assert isinstance(item, Rejected)
    assert item.code == code


# --- mail ---------------------------------------------------------------------------------------

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


# --- Parquet ------------------------------------------------------------------------------------


def test_parquet_row_by_row(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = {
        "headline": ["Tides rise", "", "Harbour reopens"],
        "text": ["Sluices closed.", "", "Ships came."],
        "published_at": [datetime(2025, 3, 2, 9, tzinfo=UTC), None, None],
        "tags": [["weather", "ports"], [], None],
    }
    parquet.write_table(arrow.table(rows), tmp_path / "news.parquet")
    first, second, third = read_paths([tmp_path / "news.parquet"], ReadOptions())
    assert article(first).title == "Tides rise"
    assert article(first).published == datetime(2025, 3, 2, 9, tzinfo=UTC)
    assert article(first).keywords == ("weather", "ports")
    assert isinstance(second, Rejected)
    assert (second.code, second.origin.place) == ("no-text", "row 2")
    assert article(third).body == "Ships came."


def test_a_value_that_python_cannot_hold_costs_its_row_and_no_other(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    count, second = 1_000, 1_700_000_000_000_000_000
    times = [second + (1 if row == 500 else 1_000 if row == 501 else 0) for row in range(count)]
    days = [10**8 if row == 700 else row for row in range(count)]
    names = [b"\xff" if row == 800 else b"Ana" for row in range(count)]
    table = arrow.table(
        {
            "title": [f"Tide {row}" for row in range(count)],
            "published": arrow.array(times, arrow.timestamp("ns", "UTC")),
            "checked": arrow.array(days, arrow.date32()),
            "author": arrow.array(names, arrow.binary()).view(arrow.string()),
        }
    )
    parquet.write_table(table, tmp_path / "news.parquet")
    items = list(read_paths([tmp_path / "news.parquet"], ReadOptions()))
    assert len(items) == count
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert [(item.code, item.origin.place) for item in rejected] == [
        ("bad-value", "row 701"),
        ("bad-value", "row 801"),
    ]
    assert "checked" in rejected[0].reason
    noted = [item for item in items if isinstance(item, Accepted) and item.notes]
    assert [note.code for item in noted for note in item.notes] == ["rounded-time"]
    assert (noted[0].origin.place, noted[0].article.published) == (
        "row 501",
        datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )
    assert article(items[501]).published == datetime(2023, 11, 14, 22, 13, 20, 1, tzinfo=UTC)


def test_a_day_of_a_parquet_table_is_a_day_and_what_is_missing_is_not_there(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = arrow.table(
        {"title": ["Tide"], "date": [date(2025, 3, 2)], "depth": [float("nan")], "price": [Decimal("1.50")]}
    )
    parquet.write_table(table, tmp_path / "news.parquet")
    (item,) = read_paths([tmp_path / "news.parquet"], ReadOptions())
    found = article(item)
    assert (found.published, found.precision) == (datetime(2025, 3, 2, tzinfo=UTC), "day")
    assert found.extra == {"price": ("1.50",)}


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    item = read(tmp_path / "x.parquet", b"PAR1" + bytes(100))
    assert isinstance(item, Rejected)
    assert item.code == "not-parquet"
