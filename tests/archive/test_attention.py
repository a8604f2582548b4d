"""Counts among all articles of the time: shares, what they can be relied on for, bursts, several queries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from search.archive.attention import bursts
from search.article import Article
from search.deadline import no_deadline
from search.errors import DeadlineExceeded, InvalidRequest
from search.query import Archive, Question, open_archive

START = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[Archive]:
    """Thirty articles a month but in March, a third of them on a ferry; two papers take turns."""
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(
            Article(
                id=f"{month}-{number}",
                title="Ferry late" if number % 3 == 0 else "Wheat dear",
                source="Herald" if number % 2 else "Gazette",
                published=datetime(2025, month, 1 + number % 28, tzinfo=UTC),
            )
            for month in (1, 2, 4, 5)
            for number in range(30)
        )
        yield archive


def test_each_count_has_a_denominator(papers: Archive) -> None:
    line = papers.timeline("ferry", share=True)
    assert [(each.name, each.count, each.total, each.state) for each in line.bins] == [
        ("2025-01", 10, 30, "ok"),
        ("2025-02", 10, 30, "ok"),
        ("2025-03", 0, 0, "no data"),
        ("2025-04", 10, 30, "ok"),
        ("2025-05", 10, 30, "partial"),
    ]
    assert [each.share for each in line.bins] == [1 / 3, 1 / 3, None, 1 / 3, 1 / 3]
    assert line.of == "*"
    assert papers.timeline("ferry").bins[0].share is None


def test_the_interval_of_a_share_is_wilsons(papers: Archive) -> None:
    first = papers.timeline("ferry", share=True).bins[0]
    assert [first.low, first.high] == pytest.approx([0.19231, 0.51220], abs=1e-4)
    every = papers.timeline("*", share=True).bins[0]
    assert (every.share, every.high) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("query", "of", "total"),
    [
        ("ferry source:herald", "source:herald", 15),
        ("ferry AND (source:herald OR source:gazette)", "source:herald OR source:gazette", 30),
        ("source:herald", "*", 30),
        ("ferry OR source:herald", "*", 30),
        ("ferry -source:herald", "NOT source:herald", 15),
    ],
)
def test_filters_stay_in_the_denominator(papers: Archive, query: str, of: str, total: int) -> None:
    line = papers.timeline(query, share=True)
    assert (line.of, line.bins[0].total) == (of, total)


def test_a_question_with_bounds_has_every_interval_within_them(papers: Archive) -> None:
    asked = Question("title:ferry source:herald", since="2025-01-05", until="2025-01-12")
    days = papers.timeline(asked, "day", share=True).bins
    every = papers.timeline(Question("source:herald", since="2025-01-05", until="2025-01-12"), "day").bins
    assert [each.name for each in days] == [each.name for each in every]
    assert {each.share for each in days if not each.count} <= {0.0, None}
    none = Question("title:zanzibar", since="2025-01-05", until="2025-01-12")
    assert [(each.count, each.share) for each in papers.timeline(none, "day", share=True).bins] == [
        (0, 0.0)
    ] * 8


def test_an_interval_that_bounds_cut_is_partial(papers: Archive) -> None:
    line = papers.timeline(Question("ferry", since="2025-01-10", until="2025-02-28"), share=True)
    assert line.bins[0].state == "partial"


def test_few_articles_are_thin(papers: Archive) -> None:
    line = papers.timeline("ferry", by="week", share=True)
    assert {each.state for each in line.bins if each.total} == {"thin", "partial"}


def test_several_questions_have_one_length(papers: Archive) -> None:
    papers.add([Article(id="x", title="Crane", published=datetime(2024, 12, 30, tzinfo=UTC))])
    lines = papers.timelines({"boats": "ferry", "cranes": "crane"}, by="quarter", share=True)
    for line in lines.values():
        assert [each.name for each in line.bins] == ["2024-Q4", "2025-Q1", "2025-Q2"]
    assert [each.count for each in lines["cranes"].bins] == [1, 0, 0]
    per = papers.timelines({"": "ferry"}, per="source")
    assert {label: sum(each.count for each in line.bins) for label, line in per.items()} == {
        "Gazette": 20,
        "Herald": 20,
    }
    assert list(papers.timelines({"f": "ferry"}, per="source:1")) == ["f: Gazette"]
    assert papers.timelines({"none": "zanzibar"})["none"].bins == ()
    none = papers.timelines(["ferry", "zanzibar"], texts=True)["zanzibar"].bins
    assert {(each.count, each.texts, each.sources) for each in none} == {(0, 0, 0)}


@pytest.mark.parametrize("per", ["date:month", "date", "zanzibar", ["source", "keyword"]])
def test_there_is_a_timeline_only_for_values(papers: Archive, per: Any) -> None:
    with pytest.raises(InvalidRequest):
        papers.timelines(["ferry"], per=per)
    with pytest.raises(InvalidRequest):
        papers.coverage(per=per)


def test_coverage_shows_the_holes_of_each_source(papers: Archive) -> None:
    papers.add([Article(id="x", title="Crane", source="Late", published=datetime(2025, 5, 2, tzinfo=UTC))])
    coverage = papers.coverage()
    assert [each.name for each in coverage.all.bins if not each.count] == ["2025-03"]
    assert list(coverage.per) == ["Gazette", "Herald", "Late"]
    assert [each.name for each in coverage.per["Late"].bins] == ["2025-05"]
    assert list(papers.coverage(per="source:1").per) == ["Gazette"]


def found(counts: list[tuple[int, int]]) -> dict[int, float]:
    return bursts([count for count, _ in counts], [total for _, total in counts], no_deadline)


def test_a_burst_stands_out_from_the_time_before() -> None:
    quiet = [(5, 100)] * 20
    assert found([*quiet, (30, 100), (28, 100), (5, 100)]) == {
        20: pytest.approx(6, rel=0.1), 21: pytest.approx(4.6, rel=0.1),
    }  # fmt: skip
    assert found([(30, 100), *quiet]) == {}  # nothing before it
    assert found([*quiet, (50, 1000)]) == {}  # more matches, as there are more articles


def test_chance_makes_no_burst() -> None:
    chance = random.Random(5)
    for share in (0.001, 0.01, 0.1) * 7:
        totals = [chance.randrange(50, 400) for _ in range(250)]
        assert found([(sum(chance.random() < share for _ in range(total)), total) for total in totals]) == {}


def test_a_burst_is_of_texts_not_of_their_copies(tmp_path: Path) -> None:
    with open_archive(tmp_path / "copied", create=True) as archive:
        for day in range(30):
            at = START + timedelta(days=day + 2 * (day >= 15))  # two days without data
            archive.add(
                Article(id=f"{day}-{n}", title=f"{'Ferry' if n < 2 else 'Wheat'} {day} {n}", published=at)
                for n in range(20)
            )
        last = START + timedelta(days=31)
        archive.add(
            Article(id=f"c{n}", title="Ferry sold", published=last, source=f"P{n}") for n in range(30)
        )
        assert [each.name for each in archive.timeline("ferry", "day", bursts=True).bins if each.burst] == []
        archive.add(Article(id=f"t{n}", title=f"Ferry sold {n}", published=last) for n in range(30))
        line = archive.timeline("ferry", "day", bursts=True)
        assert [each.name for each in line.bins if each.burst] == [f"{last:%Y-%m-%d}"]
        assert {each.texts for each in line.bins} == {None}


def test_the_time_and_the_arguments_are_checked(papers: Archive) -> None:
    with pytest.raises(DeadlineExceeded):
        papers.timeline("ferry", bursts=True, timeout=1e-9)
    for odd in ({"by": "fortnight"}, {"per": "nonsense"}, {"per": 3}):
        with pytest.raises(InvalidRequest):
            papers.timelines(["ferry"], **odd)
    with pytest.raises(InvalidRequest):
        papers.coverage("fortnight")
