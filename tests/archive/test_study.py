"""Words in context, words near them, and words that set articles apart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from search.article import Article
from search.errors import DeadlineExceeded, InvalidRequest
from search.query import Archive, open_archive


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[Archive]:
    """Twelve articles: half on a ferry, from two papers, and half on wheat, on the same days."""
    with open_archive(tmp_path / "archive", create=True) as archive:
        for number in range(6):
            at = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=number)
            paper = "Herald" if number % 2 else "Gazette"
            archive.add(
                [
                    Article(
                        id=f"f{number}", published=at, source=paper, title="Ferry late",
                        body=f"The ferry left the quay at {number} again.\n\nA night ferry\n is  planned.",
                    ),
                    Article(
                        id=f"w{number}", published=at, source=paper, title="Wheat dear",
                        body=f"The price of wheat rose again at the quay on day {number}.",
                    ),
                ]
            )  # fmt: skip
        yield archive


def test_every_match_is_a_line_in_context(papers: Archive) -> None:
    found = papers.kwic("ferry", width=12)
    assert (found.total, found.articles, len(found.lines)) == (18, 6, 18)
    assert [(line.field, line.left, line.match, line.right) for line in found.lines[:3]] == [
        ("title", "", "Ferry", " late"),
        ("body", "The ", "ferry", " left the qu"),
        ("body", "in. A night ", "ferry", " is planned."),
    ]
    assert {line.id for line in found.lines} == {f"f{number}" for number in range(6)}
    assert [line.published for line in found.lines] == sorted(
        line.published for line in found.lines if line.published
    )


def test_lines_are_sorted_by_the_words_beside_the_match(papers: Archive) -> None:
    right = papers.kwic("body:ferry", sort="right", limit=7).lines
    assert [line.right.split()[0] for line in right] == ["is"] * 6 + ["left"]
    left = papers.kwic("body:ferry", sort="left", limit=7).lines
    assert [line.left.split()[-1] for line in left] == ["night"] * 6 + ["The"]
    assert papers.kwic("ferry", limit=0).total == 18
    assert papers.kwic("zanzibar").total == 0


def test_words_side_by_side_are_a_line_each(papers: Archive) -> None:
    found = papers.kwic("ferry OR late OR night")
    assert found.total == papers.kwic("ferry").total + papers.kwic("late").total + papers.kwic("night").total
    assert [(line.match, line.right[:5]) for line in found.lines[:2]] == [("Ferry", " late"), ("late", "")]
    assert papers.kwic('"night ferry"').lines[0].match == "night ferry"


def test_a_phrase_is_one_match(papers: Archive) -> None:
    found = papers.kwic('"night ferry"')
    assert (found.total, {line.match for line in found.lines}) == (6, {"night ferry"})


def test_words_near_a_word_are_counted_by_article(papers: Archive) -> None:
    near = {each.word: each for each in papers.collocations("ferry", window=2)}
    assert near["left"].near == near["left"].articles == 6
    assert near["left"].score == 14.0
    assert "quay" not in near
    assert not {"the", "ferry", "again", "3"} & near.keys()
    sentence = {each.word: each for each in papers.collocations("ferry", window="sentence")}
    quay = sentence["quay"]
    assert (quay.near, quay.articles) == (6, 12)
    assert quay.score == pytest.approx(14 + math.log2(2 * 6 / (6 + 12)))
    assert papers.collocations("zanzibar") == ()


def test_distinctive_words_set_the_matches_apart(papers: Archive) -> None:
    found = papers.distinctive("ferry", with_query=True, limit=3)
    assert (found.inside, round(found.outside)) == (6, 6)
    assert found.words == ()  # of 12 articles nothing is beyond chance
    more = [
        Article(id=f"x{n}", title=("Wheat", "Ferry")[n % 2], body=f"quay {('field', 'night')[n % 2]} {n}",
                source=("Herald", "Gazette")[n % 4 // 2], published=datetime(2025, 3, 1 + n % 9, tzinfo=UTC))
        for n in range(120)
    ]  # fmt: skip
    papers.add(more)
    found = papers.distinctive("ferry", against="archive")
    assert [word.word for word in found.words] == ["night"]
    assert (found.words[0].inside, found.words[0].outside) == (66, 0)
    assert found.words[0].score > 3.29
    both = papers.distinctive("ferry", against="archive", with_query=True)
    assert {word.word for word in both.words} == {"ferry", "night"}
    herald = papers.distinctive("ferry", against="source:herald")
    assert herald.outside == papers.count("source:herald -ferry")
    found = papers.distinctive("ferry", against="archive", min_sources=3)
    assert [word.word for word in found.words] == ["night"]  # the matches have two sources in all


def test_copies_of_a_text_make_no_word_distinctive(papers: Archive) -> None:
    papers.add(
        Article(id=f"c{n}", title="Ferry sold", body="A yard in Oslo bought the ship.", source=f"Paper {n}")
        for n in range(100)
    )
    papers.add(Article(id=f"d{n}", title="Wheat", body=f"Field {n}") for n in range(100))
    found = papers.distinctive("ferry", against="archive", min_texts=1)
    assert (found.inside, found.outside) == (7, 106)
    assert "oslo" not in {word.word for word in found.words}


def test_a_word_of_one_source_is_left_out(papers: Archive) -> None:
    papers.add(
        Article(id=f"y{n}", title="Ferry" if n % 2 else "Wheat", source=("Herald", "Gazette")[n % 4 // 2],
                body=f"Herald’s own sign {n}" if n % 4 == 1 else f"{n}")
        for n in range(200)
    )  # fmt: skip
    words = {word.word for word in papers.distinctive("ferry", against="archive", min_sources=1).words}
    assert {"sign", "own"} <= words
    assert not {"sign", "own"} & {word.word for word in papers.distinctive("ferry", against="archive").words}


@pytest.mark.parametrize(
    ("method", "question", "options"),
    [
        ("kwic", "source:herald", {}),
        ("kwic", "ferry", {"sort": "up"}),
        ("kwic", "ferry", {"width": -1}),
        ("kwic", "ferry", {"width": "wide"}),
        ("collocations", "date:2025", {}),
        ("collocations", "ferry", {"window": 1_000}),
        ("collocations", "ferry", {"window": "page"}),
        ("distinctive", "zanzibar", {}),
        ("distinctive", "ferry", {"min_texts": -1}),
        ("distinctive", "ferry", {"against": 7}),
    ],
)
def test_a_request_without_a_meaning_is_refused(
    papers: Archive, method: str, question: str, options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest):
        getattr(papers, method)(question, **options)


@pytest.mark.parametrize("method", ["kwic", "collocations", "distinctive"])
def test_the_time_is_kept(papers: Archive, method: str) -> None:
    with pytest.raises(DeadlineExceeded):
        getattr(papers, method)("ferry", timeout=1e-9)
