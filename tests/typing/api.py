"""The types of the public library, as a snapshot that mypy checks and nothing runs.

A change that breaks this breaks the code of callers: it belongs into the changelog.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, assert_type

import search
from search import Article, SearchError
from search.language import Query
from search.query import (
    Added,
    Archive,
    Bin,
    Deadline,
    Delivery,
    Entry,
    Explanation,
    FacetRequest,
    Facets,
    FacetValue,
    FieldWeight,
    Hit,
    PartCount,
    Question,
    Ranking,
    Results,
    SavedSearch,
    Snippet,
    State,
    Stats,
    Suggestion,
    Timeline,
    Version,
    open_archive,
)


def opening(zone: tzinfo) -> None:
    archive = open_archive("index_data", create=True, language="english", wait=1.0, zone="Europe/Berlin")
    assert_type(archive, Archive)
    assert_type(archive.at(zone=zone, now=datetime.now(UTC)), Archive)
    assert_type(archive.version(), str)
    assert_type(archive.state(), State)
    assert_type(archive.stats(), Stats)
    with archive as opened:
        assert_type(opened, Archive)
    archive.close()


def asking(archive: Archive, question: Question) -> None:
    results = archive.search(
        question,
        sort="newest",
        limit=5,
        after=None,
        facets=["keyword", FacetRequest("date", interval="month")],
        snippets=True,
        timeout=Deadline.after(1.0),
        expand=False,
        recency=timedelta(days=7),
        ranking=Ranking(fields=(FieldWeight("title", 1.0, 0.5),), k1=1.2),
    )
    assert_type(results, Results)
    assert_type(archive.search("text", recency="7d", timeout=1.5), Results)
    assert_type(archive.count("text"), int)
    assert_type(archive.facets("text", "keyword", "date:month"), Facets)
    assert_type(archive.timeline("text", "week"), Timeline)
    assert_type(archive.scan("text"), Iterator[Article])
    assert_type(archive.ids("text"), list[str])
    assert_type(archive.get("id"), Article | None)
    assert_type(archive.similar("id", since="2025", until=date(2025, 6, 1)), Results)
    assert_type(archive.background(Article(title="a")), Results)
    assert_type(archive.explain("id", question), Explanation)
    assert_type(archive.suggest("harb"), tuple[Suggestion, ...])
    assert_type(archive.history("id"), tuple[Version, ...])


def changing(archive: Archive, articles: Iterable[Article]) -> None:
    assert_type(archive.add(articles), Added)
    assert_type(archive.delete(["id"], forget=True), int)
    assert_type(archive.prune(timedelta(days=365)), int)
    assert_type(archive.upgrade(), bool)
    archive.rebuild(lambda done, total: print(done, total))  # noqa: T201


def results_of(results: Results, hit: Hit, timeline: Timeline) -> None:
    assert_type(results.total, int)
    assert_type(results.hits, tuple[Hit, ...])
    assert_type(results.facets, Facets)
    assert_type(results.next, str | None)
    assert_type(results.read_as, str)
    assert_type(results.warnings, tuple[str, ...])
    assert_type(results.did_you_mean, str | None)
    assert_type(results.parts, tuple[PartCount, ...])
    assert_type(results.depends_on_now, bool)
    assert_type(hit.article, Article)
    assert_type(hit.score, float)
    assert_type(hit.snippet, Snippet | None)
    assert_type(hit.title_marks, tuple[tuple[int, int], ...])
    assert_type(results.facets[0].values, tuple[FacetValue, ...])
    assert_type(timeline.bins, tuple[Bin, ...])
    assert_type(timeline.bins[0].start, datetime | None)
    assert_type(timeline.undated, int)


def following(archive: Archive) -> None:
    assert_type(archive.save("ferry", "ferry", start="r1", changes=True, every_copy=False), SavedSearch)
    assert_type(archive.saved(), tuple[SavedSearch, ...])
    delivery = archive.new("ferry")
    assert_type(delivery, Delivery)
    assert_type(delivery.made, datetime | None)
    assert_type(delivery.entries, tuple[Entry, ...])
    assert_type(delivery.warnings, tuple[str, ...])
    assert_type(delivery.failures, Mapping[str, SearchError])
    assert_type(delivery.entries[0].reason, Literal["new", "changed", "now matches"])
    assert_type(archive.delivered(["ferry"], upto=delivery), tuple[Entry, ...])
    assert_type(archive.delivery(1), Delivery)
    archive.confirm(delivery)


def article_of(article: Article) -> None:
    assert_type(article.id, str)
    assert_type(article.title, str)
    assert_type(article.highlights, tuple[str, ...])
    assert_type(article.published, datetime | None)
    assert_type(article.precision, Literal["instant", "day", "month", "year"])
    assert_type(article.extra, Mapping[str, tuple[str, ...]])
    assert_type(article.as_record(), dict[str, object])


def reading(error: SearchError) -> None:
    assert_type(search.parse_query("a OR b"), Query)
    assert_type(error.code, str)
