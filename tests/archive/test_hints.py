"""What helps where nothing is found: spellings that find something, what is missing, values like one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.archive.question import Question
from search.archive.spelling import in_words
from search.article import Article
from search.cli import main
from search.engine import FacetValue, PartCount
from search.query import Archive, open_archive


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Archive]:
    """An archive in which one word is misspelt, and values have names like those that people type."""
    with open_archive(tmp_path / "office", create=True) as archive:
        archive.add(
            [
                Article(id="typo", title="The goverment of Vesk", source="The Guardian"),
                *(
                    Article(
                        id=f"g{n}",
                        title="Government services",
                        body=f"Notice {n} of gold." if n % 2 else f"Notice {n} of opec.",
                        keywords=("open-data", "social-media") if n else ("Social Media",),
                        source="The Guardian" if n < 3 else "Evening Guardian",
                        language="en",
                    )
                    for n in range(12)
                ),
            ]
        )
        yield archive


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("goverment servces", "government services"),
        ("goverment AND services", "government AND services"),
        ('"goverment services"', '"government services"'),
        ("servces", "services"),
        ("services", None),
        ("goverment", None),  # it is there, once
        ("vesk services", None),  # no other spelling finds both
        ("servces source:nobody", None),  # nor does this, whatever the word
        ("xyzzy", None),
        ("-servces goverment", None),
        ("date:2030 services", None),
    ],
)
def test_another_spelling_is_proposed_only_if_it_finds_something(
    office: Archive, query: str, meant: str | None
) -> None:
    results = office.search(query)
    assert results.did_you_mean == meant
    if meant is not None:
        assert office.count(meant) > results.total


def test_the_parts_of_a_query_that_finds_nothing_are_counted(office: Archive) -> None:
    assert office.search("opec xanadu gold services").parts == (
        PartCount("opec", 6),
        PartCount("xanadu", 0),
        PartCount("gold", 6),
        PartCount("services", 12),
    )
    assert office.search("opec xanadu services").parts[-1] == PartCount("opec AND services", 6)
    assert office.search("opec gold").parts == (PartCount("opec", 6), PartCount("gold", 6))
    assert [part.articles for part in office.search(Question("opec", since="2030")).parts] == [6, 0]
    assert office.search("opec").parts == ()
    assert office.search("xanadu").parts == ()


def test_an_unknown_value_names_those_like_it(office: Archive) -> None:
    def near(query: str) -> list[tuple[str, int]]:
        (part,) = office.search(query).parts
        for value in part.near:
            assert office.count(value.query) == value.count
        return [(value.value, value.count) for value in part.near]

    assert near("keyword:social-medai") == [("social-media", 11), ("Social Media", 1)]
    assert near('keyword:"open data"') == [("open-data", 11)]
    assert near("source:guardian") == [("Evening Guardian", 9), ("The Guardian", 4)]
    assert office.search("keyword:xyzzy").parts == ()
    missing = office.search("services source:guardan").parts[1]
    assert (missing.articles, missing.near) == (0, ())


def test_the_parts_are_told_in_plain_sentences() -> None:
    near = (FacetValue("open-data", 3, "keyword:open-data"),)
    assert in_words([]) == []
    assert in_words([PartCount("opec", 150), PartCount("gold", 1_230)]) == [
        "no article has all of these: opec 150, gold 1,230"
    ]
    assert in_words([PartCount("opec", 150), PartCount("xanadu", 0)]) == [
        "no article has xanadu; articles with the others: opec 150"
    ]
    assert in_words([PartCount("keyword:opendata", 0, near)]) == [
        "no article has keyword:opendata",
        "values like it: keyword:open-data (3)",
    ]


def test_the_command_prints_them_on_the_side_and_in_json(
    office: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = office.stats().location
    for form in ("text", "json"):
        with pytest.raises(SystemExit) as ended:
            main(["search", "goverment source:guardan-x", "-a", folder, "--format", form])
        assert ended.value.code == 1
        printed = capsys.readouterr()
        assert "no article has source:guardan-x; articles with the others: goverment 1" in printed.err
    assert json.loads(printed.out)["parts"] == [
        {"query": "goverment", "articles": 1, "near": []},
        {"query": "source:guardan-x", "articles": 0, "near": []},
    ]
