"""Copies of articles, as the library and the command line show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search.article import Article
from search.cli import main
from search.engine import Copies, FacetRequest
from search.errors import InvalidRequest, QuerySyntaxError
from search.query import Archive, open_archive

START = datetime(2025, 2, 10, 8, tzinfo=UTC)


def sentences(subject: str, count: int = 8) -> str:
    """A text of different sentences that has nothing in common with one on another subject."""
    return " ".join(
        f"The {subject} {number} of {subject} lane met {subject} clerk {number} at {subject} pier {number}."
        for number in range(count)
    )


FERRY, CRANE = sentences("ferry"), sentences("crane")
FIRST = Article(id="first", title="Ferry closed", body=FERRY, published=START, source="Herald")
SAME = replace(FIRST, id="same", published=START + timedelta(hours=2), source="Post")
CUT = replace(
    FIRST, id="cut", body=sentences("ferry", 4), published=START + timedelta(hours=3), source="Post"
)
OTHER = Article(id="other", title="Crane closed", body=CRANE, published=START, source="Sun")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive", create=True) as opened:
        opened.add([FIRST])
        opened.add([CUT, SAME, OTHER])
        yield opened


def kinds(archive: Archive, identity: str) -> list[tuple[str, str]]:
    return [(copy.article.id, copy.kind) for copy in archive.copies(identity)]


def test_copies_are_listed_after_the_first_article_with_the_way_they_differ(archive: Archive) -> None:
    longer = replace(FIRST, id="longer", body=f"{FERRY} {sentences('harbour', 9)}", published=None)
    edited = replace(FIRST, id="edited", body=FERRY.replace("clerk 3", "mate 3"), published=None)
    archive.add([longer, edited])
    expected = [
        ("first", "same"),
        ("same", "same"),
        ("cut", "cut"),
        ("edited", "edited"),
        ("longer", "extended"),
    ]
    for identity in ("first", "cut", "longer"):
        assert kinds(archive, identity) == expected
    assert [copy.share for copy in archive.copies("first")][:3] == [1, 1, 1]
    assert kinds(archive, "other") == [("other", "same")]
    with pytest.raises(InvalidRequest, match="no article has the id 'nothing'"):
        archive.copies("nothing")


def test_every_hit_tells_its_copies(archive: Archive) -> None:
    copies = {hit.id: hit.copies for hit in archive.search("closed")}
    assert copies == {
        "first": Copies("first", 2, 1),
        "same": Copies("first", 2, 2),
        "cut": Copies("first", 2, 2),
        "other": None,
    }


def test_queries_for_copies(archive: Archive) -> None:
    assert archive.ids("copies:cut") == archive.ids("copies:first") == ["first", "same", "cut"]
    assert archive.ids("copies:other") == ["other"]
    assert archive.ids("copies:nothing") == []
    assert archive.ids("is:original OR is:copy") == archive.ids("*")
    assert archive.ids("is:original") == ["first", "other"]
    assert archive.ids("is:copy") == archive.ids("-is:original") == ["same", "cut"]
    for field, values in (("is", "new cop* none *"), ("copies", "fir* * none a~")):
        for value in values.split():
            with pytest.raises(QuerySyntaxError, match="takes"):
                archive.ids(f"{field}:{value}")


def test_a_collapsed_search_has_one_hit_a_text_and_counts_three_ways(archive: Archive) -> None:
    found = archive.search("closed", collapse=True, facets="source")
    assert {hit.id for hit in found} == {"first", "other"}
    assert (found.total, found.texts, found.sources) == (4, 2, 3)
    counted = {
        value.value: (value.count, value.texts, value.sources) for value in found.facets["source"].values
    }
    assert counted == {"Post": (2, 1, 1), "Herald": (1, 1, 1), "Sun": (1, 1, 1)}
    assert [hit.id for hit in archive.search("source:post", collapse=True)] == ["same"], "the earliest match"
    page = archive.search("closed", collapse=True, limit=1)
    following = archive.search("closed", collapse=True, limit=1, after=page.next)
    assert {hit.id for hit in (*page, *following)} == {"first", "other"}
    assert following.next is None
    with pytest.raises(InvalidRequest, match="another search"):
        archive.search("closed", after=page.next)


def test_texts_and_sources_are_counted_by_value_and_by_time(archive: Archive) -> None:
    (facet,) = archive.facets("closed", FacetRequest("source"), texts=True)
    assert {value.value: value.texts for value in facet.values} == {"Post": 1, "Herald": 1, "Sun": 1}
    assert archive.facets("closed", "source")["source"].values[0].texts is None
    (day,) = archive.timeline("closed", "day", texts=True).bins
    assert (day.count, day.texts, day.sources) == (4, 2, 3)
    assert archive.timeline("closed", "day").bins[0].texts is None


def test_a_digest_is_listed_and_is_in_no_group(archive: Archive) -> None:
    digest = Article(id="digest", title="The week", body=f"{FERRY} {CRANE}", published=START)
    archive.add([digest, replace(digest, id="again")])
    assert kinds(archive, "first")[-2:] == [("again", "part"), ("digest", "part")]
    assert kinds(archive, "other") == [("other", "same"), ("again", "part"), ("digest", "part")]
    assert kinds(archive, "digest") == [("digest", "same")]
    archive.rebuild()
    assert kinds(archive, "other") == [("other", "same"), ("again", "part"), ("digest", "part")]


def test_a_deleted_founder_gives_its_group_the_name_also_after_a_rebuild(archive: Archive) -> None:
    archive.delete(["first"])
    for _ in range(2):
        assert [copy.article.id for copy in archive.copies("first")] == ["same", "cut"]
        assert archive.search("ferry", collapse=True).hits[0].copies == Copies("first", 1, 1)
        assert archive.ids("is:original") == ["other", "same"]
        archive.rebuild()
    archive.add([FIRST])
    assert archive.ids("is:original") == ["first", "other"]


def test_a_founder_that_becomes_another_text_founds_a_group_of_another_name(archive: Archive) -> None:
    archive.add([replace(FIRST, body=sentences("lock"))])
    archive.add([replace(FIRST, id="lock", body=sentences("lock"))])
    for _ in range(2):
        assert archive.ids("copies:cut") == ["same", "cut"]
        assert archive.ids("copies:first") == archive.ids("copies:lock") == ["first", "lock"]
        assert [copy.article.id for copy in archive.copies("first")] == ["first", "lock"]
        assert {hit.copies.group for hit in archive.search("lock") if hit.copies} == {"first#2"}
        assert archive.ids("is:original") == ["first", "other", "same"]
        archive.rebuild()


def test_the_second_group_of_a_founder_is_not_named_as_another_article_is(archive: Archive) -> None:
    archive.add([replace(FIRST, id="first#2", body=sentences("mill"))])
    archive.add([replace(FIRST, body=sentences("lock"))])
    for _ in range(2):
        assert archive.ids("copies:first") == ["first"]
        assert archive.ids('copies:"first#2"') == ["first#2"]
        assert archive.ids("is:original") == ["first", "first#2", "other", "same"]
        archive.rebuild()


def test_a_forgotten_founder_does_not_stay_as_a_name(archive: Archive) -> None:
    archive.delete(["first"], forget=True)
    assert archive.ids("copies:first") == []
    assert archive.ids("copies:cut") == archive.ids("copies:same") == ["same", "cut"]
    location = Path(archive.stats().location)
    assert not any(b"first" in path.read_bytes() for path in (location / "index").iterdir())


def test_template_reports_are_not_copies(archive: Archive) -> None:
    report = (
        "The bank sets the rate for loans at {0} pct from {1} pct, as of day {2} of the month {3}, it said. "
    )
    notices = [
        Article(
            id=f"notice{month}",
            title="Rates of the week",
            body=sentences("bank", 2) + report.format(10 + month, 20 + month, 30 + month, 40 + month) * 2,
            published=START + timedelta(days=30 * month),
        )
        for month in range(4)
    ]
    archive.add(notices)
    assert archive.count("is:copy rates") == 0


def test_short_texts_are_copies_only_if_they_are_the_same(archive: Archive) -> None:
    short = Article(id="s1", title="Port closed", description="The port was closed.", published=START)
    late = START + timedelta(days=400)
    archive.add([short, replace(short, id="s2", published=late)])
    archive.add(
        [replace(short, id="s3", description="The port was open."), replace(short, id="s4", body="No.")]
    )
    assert archive.ids("copies:s2") == ["s1", "s2"]
    assert archive.ids("copies:s3") == ["s3"]
    assert archive.ids("copies:s4") == ["s4"]


def test_copies_and_collapsed_hits_are_printed(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as exited:
            main([*arguments, "--archive", archive.stats().location])
        assert exited.value.code == 0
        return capsys.readouterr().out

    lines = run("copies", "cut").splitlines()
    assert [line.split()[0] for line in lines] == ["first", "same", "cut"]
    assert "100%" in lines[2]
    assert lines[2].endswith("cut")
    shown = run("copies", "first", "--diff")
    assert "    - The ferry 7 of ferry lane met ferry clerk 7 at ferry pier 7." in shown
    assert [json.loads(line)["kind"] for line in run("copies", "cut", "-f", "jsonl").splitlines()] == [
        "same",
        "same",
        "cut",
    ]
    assert len(json.loads(run("copies", "cut", "-f", "json"))) == 3
    text = run("search", "closed", "--collapse")
    assert "4 articles in 2 texts (3 sources)" in text
    assert "also in 2 (1 source)" in text
    found = json.loads(run("search", "ferry", "--collapse", "-f", "json", "--facet", "source"))
    assert (found["texts"], found["sources"]) == (1, 2)
    assert found["hits"][0]["copies"] == {"group": "first", "count": 2, "sources": 1}
    assert found["facets"]["source"]["values"][0]["texts"] == 1
