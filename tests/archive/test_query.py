"""The library: what `Archive` adds to an engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta, timezone
from pathlib import Path

import pytest

from search.archive.question import Question
from search.article import Article
from search.engine import MAX_HITS, Added, FacetRequest, FieldWeight, Ranking, Sort
from search.errors import InvalidRequest, LimitExceeded, QuerySyntaxError
from search.query import Archive, open_archive
from tests.conftest import day


def ids_of(archive: Archive, query: str, **options: object) -> list[str]:
    return [hit.article.id for hit in archive.search(Question(query, **options)).hits]  # type: ignore[arg-type]


def test_search_says_how_the_query_was_read(archive: Archive) -> None:
    results = archive.search(Question("the strike & talks", since="2025-02", until="2025-03-01"))
    assert results.read_as == "strike AND talks AND date:2025-02-01Z..2025-03-01Z"
    assert [hit.article.id for hit in results.hits] == ["a1"]
    assert len(results.warnings) == 2
    assert "“the”" in results.warnings[1]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2025-02-10", "2025-02-10", {"a1"}),
        (None, "2025-03-08", {"a1", "a2"}),
        ("2025-03", None, {"a2", "a3"}),
        (date(2025, 3, 8), date(2025, 3, 8), {"a2"}),
        (day("2025-03-08T12:00"), day("2025-03-08T12:00"), {"a2"}),
        (day("2025-03-08T12:00:01"), None, {"a3"}),
        ("last month", "this month", {"a1", "a2", "a3"}),
    ],
)
def test_bounds_are_included(archive: Archive, since: str | None, until: str | None, found: set[str]) -> None:
    now = day("2025-03-31T23:59")
    assert set(archive.at(now=now).ids(Question("*", since=since, until=until))) == found


def test_a_zone_moves_the_days(archive: Archive) -> None:
    assert archive.count("date:2025-04-01") == 0
    assert archive.at(zone="Europe/Berlin").count("date:2025-04-01") == 1
    assert archive.at(zone=timezone(timedelta(hours=2))).count("date:2025-04-01") == 1


@pytest.mark.parametrize(
    "options",
    [
        {"since": "2025-03", "until": "2025-02"},
        {"since": "nonsense"},
        {"until": "03/04/2024"},
        {"zone": "Mars/Olympus"},
        {"sort": "title"},
        {"limit": -1},
        {"after": "nonsense"},
        {"facets": ["body"]},
        {"facets": ["date"]},
        {"facets": ["date:minute"]},
        {"facets": ["keyword:0"]},
        {"facets": ["keyword:many"]},
    ],
)
def test_refuses_what_means_nothing(archive: Archive, options: dict[str, object]) -> None:
    bounds = {name: options.pop(name) for name in ("since", "until") if name in options}
    with pytest.raises(InvalidRequest):
        archive.at(zone=options.pop("zone", None)).search(Question("strike", **bounds), **options)  # type: ignore[arg-type]


def test_refuses_a_page_that_is_too_long(archive: Archive) -> None:
    with pytest.raises(LimitExceeded):
        archive.search("strike", limit=MAX_HITS + 1)


def test_an_unknown_field_names_those_of_the_archive(archive: Archive) -> None:
    with pytest.raises(QuerySyntaxError, match="places"):
        archive.search("desks:labour")
    assert ids_of(archive, "desk:labour") == ["a1"]


def test_any_word_ranks_and_still_filters(archive: Archive) -> None:
    assert archive.search("harbour rate nowhere").total == 0
    assert set(ids_of(archive, "harbour rate nowhere", any_word=True)) == {"a1", "a2"}
    assert ids_of(archive, "harbour rate -title:bank", any_word=True) == ["a1"]
    assert ids_of(archive, "harbour rate date:2025-03", any_word=True) == ["a2"]


def test_snippets_show_why_or_are_left_out(archive: Archive) -> None:
    (hit,) = archive.search('"bank of the centre"').hits
    assert hit.snippet is not None
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.marks]
    assert marked == ["bank of the centre"]
    (hit,) = archive.search("title:storm").hits
    assert [hit.article.title[start:end] for start, end in hit.title_marks] == ["Storm"]
    assert hit.snippet is not None
    assert hit.snippet.text.startswith("Água por todas as partes.")
    assert archive.search("storm", snippets=False).hits[0].snippet is None


@pytest.mark.parametrize("query", ["dock*", "dokcers~", "docker", "dockers NEAR/9 strike"])
def test_prefix_fuzzy_and_stemmed_matches_are_marked(archive: Archive, query: str) -> None:
    hit = next(hit for hit in archive.search(query).hits if hit.article.id == "a1")
    assert hit.snippet is not None
    assert "dockers" in {hit.snippet.text[start:end].lower() for start, end in hit.snippet.marks}


def test_what_is_excluded_is_not_marked(archive: Archive) -> None:
    (hit,) = archive.search("bank -harbour").hits
    assert hit.snippet is not None
    assert {hit.snippet.text[start:end].lower() for start, end in hit.snippet.marks} == {"bank"}


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_have_no_gap_and_no_repeat(archive: Archive, sort: Sort) -> None:
    archive.add(Article(id=f"n{number:02}", title="Notice of nothing") for number in range(25))
    found = archive.search("notice OR strike OR *", sort=sort, limit=100)
    whole = [hit.article.id for hit in found.hits]
    assert len(whole) == 29
    for step in (1, 4, 29):
        seen: list[str] = []
        after = None
        while True:
            page = archive.search("notice OR strike OR *", sort=sort, limit=step, after=after)
            seen += [hit.article.id for hit in page.hits]
            assert page.total == 29
            if page.next is None:
                break
            after = page.next
        assert seen == whole


def test_a_cursor_is_for_one_archive(archive: Archive, tmp_path: Path) -> None:
    cursor = archive.search("*", limit=1).next
    with open_archive(tmp_path / "other", create=True) as other:
        other.add(archive.scan("*"))
        with pytest.raises(InvalidRequest, match="another search"):
            other.search("*", limit=1, after=cursor)


def test_a_cursor_is_for_one_sort(archive: Archive) -> None:
    following = archive.search("*", sort="newest", limit=1).next
    with pytest.raises(InvalidRequest, match="newest"):
        archive.search("*", sort="oldest", after=following)


def test_facets_come_with_the_term_that_narrows(archive: Archive) -> None:
    keyword, author, by_day = archive.facets("*", "keyword:2", FacetRequest("author"), "date:day")
    assert (len(keyword.values), keyword.distinct, keyword.missing) == (2, 5, 1)
    for value in [*keyword.values, *author.values, *by_day.values]:
        assert archive.count(value.query) == value.count
    assert [(v.value, v.query) for v in author.values] == [
        ("Bo Lund", 'author:"Bo Lund"'),
        ("Ana Ruiz", 'author:"Ana Ruiz"'),
    ]


def test_scan_streams_every_match_oldest_first(archive: Archive) -> None:
    stream = archive.scan("source:herald")
    assert next(stream).id == "a1"
    archive.add([Article(id="late", title="Late", source="Herald")])
    assert [article.id for article in stream] == ["a2", "a4"]


def test_adds_any_iterable_and_deletes(archive: Archive) -> None:
    assert archive.add(Article(id=f"n{n}", title="Notice") for n in range(3)) == Added(added=3)
    assert archive.count("notice") == 3
    assert archive.delete(["n0", "n1"]) == 2
    assert archive.count("notice") == 1
    archive.rebuild()
    assert archive.count("notice") == 1


def test_stats_describe_the_archive(archive: Archive) -> None:
    stats = archive.stats()
    assert (stats.articles, stats.undated) == (4, 1)
    assert stats.first == day("2025-02-10T08:20")
    assert stats.last == day("2025-03-31T23:30")
    assert stats.extra_fields == ("desk", "places")
    assert stats.words > 60
    assert stats.revision == stats.indexed_revision == 1
    assert stats.store_size > 0
    assert stats.index_size > 0


def test_an_empty_archive_answers(tmp_path: Path) -> None:
    with open_archive(tmp_path / "new", create=True) as archive:
        assert archive.search("anything").total == 0
        assert archive.search("*", facets=["keyword", "date:month"]).facets[0].values == ()
        assert archive.timeline("*").bins == ()
        assert archive.stats().articles == 0


def test_a_query_that_takes_too_long_is_given_up_in_any_thread(archive: Archive) -> None:
    with pytest.raises(LimitExceeded, match="longer than 1e-09 seconds"):
        archive.search("strike", timeout=1e-9)
    with ThreadPoolExecutor(1) as pool, pytest.raises(LimitExceeded, match="longer"):
        pool.submit(archive.search, "strike", timeout=1e-9).result()
    for ask in (
        lambda: archive.count("strike", timeout=1e-9),
        lambda: archive.facets("strike", "keyword", timeout=1e-9),
        lambda: archive.timeline("strike", timeout=1e-9),
    ):
        with pytest.raises(LimitExceeded, match="longer"):
            ask()
    assert archive.search("strike", timeout=60).total == archive.search("strike").total
    with pytest.raises(InvalidRequest, match="more than 0"):
        archive.search("strike", timeout=0)


def test_a_ranking_may_leave_out_a_field_of_text(tmp_path: Path) -> None:
    ranking = Ranking(fields=(FieldWeight("title", 1.0, 0.75),))
    with open_archive(tmp_path / "archive", create=True) as own:
        own.add([Article(id="t", title="Storm"), Article(id="b", title="Calm", body="No storm at sea.")])
        hits = own.search("storm", ranking=ranking).hits
    assert [(hit.article.id, hit.score > 0) for hit in hits] == [("t", True), ("b", False)]


def test_an_explanation_is_of_the_ranking_that_is_asked_for(archive: Archive) -> None:
    ranking = Ranking(k1=0.5)
    (first, *_) = archive.search("strike", ranking=ranking).hits
    explained = archive.explain(first.article.id, "strike", ranking=ranking)
    assert explained.value == pytest.approx(first.score, rel=1e-5)
    assert explained.value != pytest.approx(archive.search("strike").hits[0].score, rel=1e-5)


def test_counts_of_all_articles_by_day_are_those_of_the_zone_and_the_commit(archive: Archive) -> None:
    def days(zone: str) -> list[tuple[str, int]]:
        (facet,) = archive.at(zone=zone).facets("*", "date:day")
        return [(each.value, each.count) for each in facet.values]

    for _ in range(2):
        assert days("UTC") == [("2025-02-10", 1), ("2025-03-08", 1), ("2025-03-31", 1)]
        assert days("Asia/Tokyo") == [("2025-02-10", 1), ("2025-03-08", 1), ("2025-04-01", 1)]
    archive.delete(["a1"])
    assert days("UTC") == [("2025-03-08", 1), ("2025-03-31", 1)]
    assert archive.facets("*", "date:day", as_of=1)[0].distinct == 3
