"""Queries as people write them for other services: the table of the documentation, and its edges."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC
from pathlib import Path

import pytest

from search.errors import QuerySyntaxError
from search.language import Query, Word, leaves, parse_loosely, parse_query
from tests.language.reading import NOW

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "query-language.md"
ROWS = re.findall(
    r"^\| (Nexis|Factiva|ProQuest|GDELT|Google) \| `(.+?)` \| (.+?) \|$", PAGE.read_text(), re.MULTILINE
)


def read(text: str) -> Query:
    return parse_query(text, now=NOW)


@pytest.mark.parametrize(("service", "written", "canonical"), ROWS)
def test_a_query_of_another_service_is_read_as_the_documentation_says(
    service: str,  # noqa: ARG001  # in the name of the test
    written: str,
    canonical: str,
) -> None:
    if canonical == "two readings":
        with pytest.raises(QuerySyntaxError, match="two readings"):
            read(written)
    else:
        assert str(read(written)) == canonical.strip("`")
        assert read(canonical.strip("`")).tree == read(written).tree


def test_the_documentation_has_queries_of_each_service() -> None:
    counts = Counter(service for service, _, _ in ROWS)
    assert counts.total() >= 60
    assert min(counts.values()) >= 4


@pytest.mark.parametrize("word", "w/5 /5 near5 pre/5 +5 n/5 adj5 SAME same w/s around(5) w near pre".split())
def test_an_operator_of_another_service_is_a_word_where_it_joins_nothing(word: str) -> None:
    alone = read(f'"{word}"')
    for written in (word, f"strike {word}", f"{word} strike", f"strike AND {word} OR ferry"):
        found = read(written)
        assert "NEAR" not in str(found)
        assert "ADJ" not in str(found)
    assert "NEAR" not in str(alone)


@pytest.mark.parametrize(
    ("written", "note"),
    [
        ("storm!", "“storm!” was read as storm*"),
        ("pric$", "“pric$” was read as pric*"),
        ("date>1987", "“date>” was read as after:"),
        ("yr >= 1987", "“yr >=” was read as since:"),
        ("hd=storm", "“hd=” was read as title:"),
        ("tunnel length > 500 km", "“length>” was read as words:>"),
        ("atleast5 dead", "“atleast5” was read as atleast:5"),
        ("vesk /F20/", "“/F20/” was read as first:20"),
        ("vesk same port", "did you mean NEAR/P?"),
        ("vesk SAME port", "“SAME” was read as NEAR/P"),
        ("vesk +5 port", "“+5” was read as ADJ/5"),
        ("vesk /5 port", "“/5” was read as NEAR/5"),
    ],
)
def test_a_form_that_one_service_has_is_read_as_the_nearest_with_a_note(written: str, note: str) -> None:
    assert any(note in each for each in read(written).notes)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("vesk and port", "vesk AND and AND port"),
        ("vesk or port", "vesk AND or AND port"),
        ('"vesk or port" w/5 strike', '"vesk or port" NEAR/5 strike'),
    ],
)
def test_small_letters_are_words_unless_another_service_is_written(written: str, canonical: str) -> None:
    assert str(read(written)) == canonical


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("prices not falling!", "prices AND not AND falling"),
        ("prices will rise or fall!", "prices AND will AND rise AND or AND fall"),
        ("Stop! In the name of Vesk", "Stop AND In AND the AND name AND of AND Vesk"),
        ("Fire! Fire! two dead or injured", "Fire AND two AND dead AND or AND injured"),
        ("vesk AND storm!", "vesk AND storm*"),
        ("storm! AND vesk", "storm* AND vesk"),
        ("storm! w/5 damag!", "storm* NEAR/5 damag*"),
        ("ferr! or boat!", "ferr* OR boat*"),
    ],
)
def test_an_exclamation_mark_among_words_turns_no_sentence_into_its_opposite(
    written: str, canonical: str
) -> None:
    found = read(written)
    assert str(found) == canonical
    assert read(canonical).tree == found.tree
    assert any("!” was read as" in note for note in found.notes)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("crop shortfall -- VESK", "crop AND shortfall AND VESK"),
        ("Grève du port : le trafic", "Grève AND du AND port AND le AND trafic"),
        ("about #crude, #grain.", "about AND keyword:crude AND keyword:grain"),
        ("#c++ #crude", "keyword:c++ AND keyword:crude"),
    ],
)
def test_the_punctuation_of_a_text_is_neither_refused_nor_sought(written: str, canonical: str) -> None:
    assert str(read(written)) == canonical


def test_a_space_after_the_colon_of_a_field_is_told() -> None:
    with pytest.raises(
        QuerySyntaxError, match="nothing follows “source:”; write source:herald without a space"
    ):
        read("source: herald")


def test_a_name_with_parentheses_is_a_field_where_the_archive_has_it() -> None:
    assert str(parse_query("section(oil)", extra_fields=["section"])) == "section:oil"


def test_an_escaped_form_of_another_service_stays_a_word() -> None:
    for written in (r"storm\!", r"pric\$", r"hd\=oil", r"date\>1987", r"length\>500", "CAN$"):
        (leaf,) = leaves(read(written).tree)
        assert isinstance(leaf, Word)
        assert read(str(leaf)).tree == leaf


@pytest.mark.parametrize("written", [r"\atleast5 ferry", "atleast5 >500", "atleast5 * ferry"])
def test_a_word_like_a_count_is_no_count_when_it_is_read_again(written: str) -> None:
    found = read(written)
    assert read(str(found)).tree == found.tree


def test_a_headline_is_not_read_as_a_query_of_another_service() -> None:
    found = parse_loosely("Goal! Vesk win w/5 minutes left", zone=UTC, now=NOW)
    assert str(found) == "Goal OR Vesk OR win OR w OR 5 OR minutes OR left"
