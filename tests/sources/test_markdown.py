"""Markdown with front matter, read as articles."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.sources import Accepted, ReadOptions, Rejected, Skipped, read_paths
from tests.sources.documents import only_article as article
from tests.sources.documents import only_item as read


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
