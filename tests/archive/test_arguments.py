"""An argument that means nothing is refused by its name, whatever its type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from search.archive.question import Question
from search.cli import main
from search.errors import InvalidRequest
from search.language import parse_query
from search.query import Archive, open_archive

CALLS: list[Callable[[Any], object]] = [
    lambda archive: archive.search(None),
    lambda archive: archive.search(b"strike"),
    lambda archive: archive.search("strike", limit=None),
    lambda archive: archive.search("strike", limit="ten"),
    lambda archive: archive.search("strike", limit=1.5),
    lambda archive: archive.search("strike", limit=True),
    lambda archive: archive.search("strike", facets=3),
    lambda archive: archive.search("strike", facets=[3]),
    lambda archive: archive.search("strike", sort=["newest"]),
    lambda archive: archive.search("strike", after=7),
    lambda archive: archive.search("strike", recency=7),
    lambda archive: archive.search("strike", timeout="5"),
    lambda archive: archive.search(Question("strike", since=2025)),  # type: ignore[arg-type]
    lambda archive: archive.search(Question("strike", until=b"2025")),  # type: ignore[arg-type]
    lambda archive: archive.at(zone=1).search("strike"),
    lambda archive: archive.at(now="now").search("strike"),
    lambda archive: archive.at(now=datetime(2025, 1, 1)).search("strike"),
    lambda archive: archive.count(None),
    lambda archive: archive.facets("strike", None),
    lambda archive: archive.timeline("strike", 3),
    lambda archive: archive.scan(7),
    lambda archive: archive.ids(7),
    lambda archive: archive.similar(7),
    lambda archive: archive.similar("a1", limit=None),
    lambda archive: archive.similar("a1", since=7),
    lambda archive: archive.background("a1", limit="x"),
    lambda archive: archive.explain(7, "strike"),
    lambda archive: archive.suggest(7),
    lambda archive: archive.suggest("s", limit=None),
    lambda archive: archive.get(7),
    lambda archive: archive.delete("a1"),
    lambda archive: archive.delete([7]),
    lambda archive: archive.delete(None),
    lambda archive: archive.index(7),
    lambda archive: archive.count_many("strike"),
    lambda archive: archive.add({"id": "1", "title": "x"}),
    lambda archive: archive.add([None]),
    lambda archive: archive.add("abc"),
    lambda archive: archive.add(None),
    lambda archive: archive.prune(None),
    lambda archive: archive.prune(-5),
    lambda archive: archive.rebuild(5),
    lambda archive: archive.search("strike", ranking=None),
    lambda archive: archive.search("strike", expand="no"),
    lambda archive: archive.search("strike", collapse=1),
    lambda archive: archive.search("strike", snippets=None),
    lambda _: parse_query(5),  # type: ignore[arg-type]
    lambda _: open_archive("a\0b"),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_type_is_an_invalid_request(archive: Archive, call: Callable[[Any], object]) -> None:
    with pytest.raises(InvalidRequest):
        call(archive)


def test_one_facet_need_not_stand_in_a_list(archive: Archive) -> None:
    (facet,) = archive.search("strike", facets="places").facets
    assert facet.field == "places"


def test_bytes_that_are_no_text_are_found_nowhere_and_are_no_damage(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    assert archive.suggest("\udcff") == ()
    assert archive.get("\udcff") is None
    assert archive.delete(["\udcff"]) == 0
    assert archive.count("\udcff OR strike") == 2
    with pytest.raises(InvalidRequest):
        archive.similar("\udcff")
    with pytest.raises(InvalidRequest):
        archive.explain("\udcff", "strike")
    with pytest.raises(InvalidRequest):
        archive.facets("strike", "\udcff")
    with pytest.raises(SystemExit) as ended:
        main(["suggest", "\udcff", "-a", archive.stats().location])
    assert ended.value.code == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", ["search", "count"])
def test_no_words_at_all_ask_for_everything(
    archive: Archive, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "-a", archive.stats().location])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("4")
