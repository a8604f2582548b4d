"""An answer says how much it left out, and never gives a number that is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from search.article import Article
from search.mcp.untrusted import MAX_CHARACTERS
from search.query import open_archive
from tests.mcp.conftest import ask

MANY = 1_200
"""More values than a comparison looks at."""


@pytest.fixture(scope="module")
def of_many_values(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four articles with 300 keywords each and one that all of them have; calm ones with a rare keyword."""
    location = tmp_path_factory.mktemp("values") / "archive"
    with open_archive(location, create=True) as archive:
        archive.add(
            Article(
                id=f"a{part}",
                title="Fog" if part else "Storm",
                keywords=("all", *(f"k{number:04}" for number in range(part, MANY, 4))),
                source="Herald" if part else "Cable",
            )
            for part in range(4)
        )
        archive.add(
            Article(id=f"b{number}", title="Calm", keywords=(f"k{number // 2 * 4:04}",))
            for number in range(MANY // 2 - 20, MANY // 2)
        )
    return location


def test_the_values_that_a_count_leaves_out_are_all_the_others(of_many_values: Path) -> None:
    facts = ask(of_many_values, "news_count", queries=["*"], by="keyword").facts
    assert len(facts["untrusted"]) == 20
    assert facts["left_out"] == MANY + 1 - 20
    assert "note" not in facts


def test_the_values_of_several_queries_are_counted_together_or_said_to_be_more(of_many_values: Path) -> None:
    facts = ask(of_many_values, "news_count", queries=["storm", "calm"], by="keyword:5").facts
    assert facts["left_out"] == MANY // 4 + 1 - 5  # calm has no other keyword
    facts = ask(of_many_values, "news_count", queries=["*", "fog"], by="keyword:5").facts
    assert facts["left_out"] == MANY + 1 - 5
    assert "at least" in facts["note"]


def test_a_count_that_is_not_known_is_null_and_never_0(of_many_values: Path) -> None:
    facts = ask(
        of_many_values, "news_count", queries=["*", "k0001 OR fog", "nothing"], by="keyword:100"
    ).facts
    rows = {row[0]: row[1:] for row in facts["untrusted"]}
    assert rows["all"] == [4, 1.0, 3, 0.75, 0, 0.0]
    assert rows["k1196"] == [3, 1.0, 0, 0.0, 0, 0.0]
    facts = ask(of_many_values, "news_count", queries=["keyword:all", "calm"], by="keyword:30").facts
    assert facts["columns"] == ["value", "count 1", "share 1", "count 2", "share 2"]
    rows = {row[0]: row[1:] for row in facts["untrusted"]}
    assert rows["k1196"] == [None, None, 2, 0.667]


def test_a_field_that_is_counted_twice_is_refused(of_many_values: Path) -> None:
    for facets in (["source:5", "source:7"], ["keyword", "tag"], ["date:month", "date:month"]):
        told = ask(of_many_values, "news_search", query="fog", facets=facets)
        assert told.failed
        assert "more than once" in told.text
    both = ask(of_many_values, "news_search", query="fog", facets=["date:month", "date:year"])
    assert list(both.facts["facets"]) == ["date:month", "date:year"]


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An article with more values than one answer has room for, and others with a field of their own."""
    location = tmp_path_factory.mktemp("rich") / "archive"
    with open_archive(location, create=True) as archive:
        archive.add(
            [
                Article(
                    id="rich",
                    title="Fog",
                    body="\n\n".join(["The fog came."] * 50),
                    keywords=tuple(f"keyword {number}" for number in range(300)),
                    extra={f"a{number:04}": tuple("xyz") for number in range(3_000)},
                ),
                Article(id="plain", title="Fog", keywords=("one",), extra={"places": ("Vesk",)}),
            ]
        )
        archive.add(
            Article(id=f"{number}", title="Calm", extra={"places": ("Vesk",), "zone": ("north",)})
            for number in range(3)
        )
    return location


def test_an_article_says_how_many_of_its_values_are_left_out(rich: Path) -> None:
    told = ask(rich, "news_read", id="rich", query="fog")
    record, left = told.facts["untrusted"], told.facts["left_out"]
    assert len(told.text) <= MAX_CHARACTERS
    assert len(record["keywords"]) + left["keywords"] == 300
    assert len(record["other"]) + left["other_fields"] == 3_000
    assert len(told.facts["found_at"]) + left["found_at"] == 50
    assert "authors" not in left


def test_an_article_that_is_told_whole_leaves_nothing_out(rich: Path) -> None:
    facts = ask(rich, "news_read", id="plain", query="fog").facts
    assert facts["untrusted"]["other"] == {"places": ["Vesk"]}
    assert "left_out" not in facts


def test_values_of_a_further_field_that_are_left_out_are_counted(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([Article(id="a", title="Fog", extra={"places": tuple(f"p{n}" for n in range(90))})])
    facts = ask(tmp_path / "archive", "news_read", id="a").facts
    assert len(facts["untrusted"]["other"]["places"]) + facts["left_out"]["other_values"] == 90


def test_warnings_that_are_left_out_are_counted(rich: Path) -> None:
    query = " ".join(f"w{number}: fog" for number in range(15))
    for tool, given in (("news_search", {"query": query}), ("news_count", {"queries": [query]})):
        facts: dict[str, Any] = ask(rich, tool, **given).facts
        warnings = facts["queries"][0]["warnings"] if "queries" in facts else facts["warnings"]
        assert warnings[-1].endswith("more warnings")


def test_the_description_has_the_fields_of_most_articles_and_the_names_of_all(rich: Path) -> None:
    facts = ask(rich, "news_describe").facts
    names = facts["untrusted"]["further_fields"]
    assert names[:3] == [["places", 4], ["zone", 3], ["a0000", 1]]
    assert len(names) + facts.get("left_out", 0) == facts["further_fields"]
    assert facts["untrusted"]["commonest"]["places"] == [["Vesk", 4]]
    assert facts["untrusted"]["commonest"]["zone"] == [["north", 3]]
    assert len(names) == facts["further_fields"] > 100


def test_a_description_of_long_names_is_bounded_and_says_how_many_are_left_out(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(
            Article(
                id=f"{part}",
                title="Fog",
                extra={f"{'long_' * 12}{part}_{own}": ('"' * 500,) for own in range(100)},
            )
            for part in range(5)
        )
    told = ask(tmp_path / "archive", "news_describe")
    assert len(told.text) <= MAX_CHARACTERS
    assert len(told.facts["untrusted"]["further_fields"]) + told.facts["left_out"] == 500
