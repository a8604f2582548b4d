"""Words behind an elision are found as words of their own, whole, by their beginning, or misspelt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.article import Article
from search.query import Archive, open_archive


@pytest.fixture
def french(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(
            [
                Article(
                    id="a",
                    title="Crise de l'Europe",
                    body="On parle d’argent et de l’économie.",
                    language="fr",
                ),
                Article(id="b", title="La vieille Europe", body="Une économie.", language="fr"),
            ]
        )
        yield archive


@pytest.mark.parametrize("query", ["europe", "Europ*", "europe~", "econom*", "l'europe", "eur?pe", "europ~"])
def test_a_word_behind_an_elision_is_found_as_any_other(french: Archive, query: str) -> None:
    assert french.ids(query) == ["a", "b"]


@pytest.mark.parametrize("query", ["argent", "arge*", "arg?nt", "argnt~", "d'argent", "l'argent"])
def test_a_word_that_only_stands_behind_an_elision_is_found(french: Archive, query: str) -> None:
    results = french.search(query)
    assert [hit.article.id for hit in results.hits] == ["a"]
    snippet = results.hits[0].snippet
    assert snippet is not None
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["d’argent"]


def test_a_word_behind_an_elision_is_suggested(french: Archive) -> None:
    assert [suggestion.word for suggestion in french.suggest("arg")] == ["argent"]
    assert french.search("argnt").did_you_mean == "argent"
