"""The library as people write it: results are sequences and tables, records are articles."""

from __future__ import annotations

import json
import pickle
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest

import search
from search.article import Article
from search.engine import Hit, Results
from search.errors import InvalidArticle, InvalidRequest, QuerySyntaxError
from search.query import Archive, Question, open_archive
from search.snippets import Snippet
from search.sources import ReadOptions, Rejected

HOSTILE = '<script>alert(1)</script> & "both"'


def test_results_are_a_sequence_of_their_hits(archive: Archive) -> None:
    results = archive.search("strike", limit=1)
    assert [hit.title for hit in results] == [results[0].title] == [results.hits[0].article.title]
    assert (len(results), results[-1], results[:5]) == (1, results.hits[0], results.hits)
    assert results[0].id in {"a1", "a2", "a3"}
    assert bool(archive.search("strike", limit=0))
    assert not archive.search("zanzibar")


def test_a_page_prints_itself_in_one_short_line(archive: Archive) -> None:
    results = archive.search("strike", limit=1)
    assert repr(results) == f"<Results: 1 of {results.total} for 'strike', next page available>"
    assert repr(archive.search("zanzibar")) == "<Results: 0 of 0 for 'zanzibar'>"
    long = Article(id="x", title="Long", body="word " * 5_000)
    assert len(repr(Hit(long, 1.0))) < 300
    assert repr(Article(id="x", title="Long")) == "Article(id='x', title='Long')"


def test_facets_are_found_by_the_name_of_their_field(archive: Archive) -> None:
    results = archive.search("*", facets=["keyword", "date:month"])
    assert results.facets["keyword"] is results.facets[0]
    assert [facet.field for facet in results.facets[:]] == ["keyword", "date:month"]
    assert archive.facets("*", "keyword")["keyword"] == results.facets["keyword"]
    with pytest.raises(KeyError, match="keyword"):
        _ = results.facets["source"]


def test_rows_are_ready_for_json() -> None:
    article = Article(
        id="x", title="Ferry", published=datetime(2025, 2, 1, tzinfo=UTC), precision="month",
        keywords=("harbour",), extra={"desk": ("city",), "score": ("7",)},
    )  # fmt: skip
    results = Results(1, (Hit(article, 1.5, Snippet("A ferry", ((2, 7),))),))
    (row,) = results.to_dicts()
    assert json.loads(json.dumps(row)) == row
    assert (row["published"], row["score"], row["snippet"]) == ("2025-02", 1.5, "A ferry")
    assert (row["keywords"], row["desk"], row["extra.score"]) == (["harbour"], ["city"], ["7"])


def test_a_data_frame_has_times(archive: Archive) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = archive.search("*").to_pandas()
    assert list(frame["id"]) == [hit.id for hit in archive.search("*")]
    assert isinstance(frame["published"].dtype, pandas.DatetimeTZDtype)
    empty = archive.search("zanzibar").to_pandas()
    assert len(empty) == 0
    assert {"id", "title", "published"} <= set(empty.columns)


def test_a_data_frame_without_pandas_names_the_extra(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InvalidRequest, match=r"news-search\[pandas\]"):
        archive.search("*").to_pandas()


class _Elements(HTMLParser):
    """The elements of a text, and the addresses of its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])


def test_a_notebook_shows_a_table_and_runs_nothing_of_an_article() -> None:
    hits = [
        Hit(Article(id="1", title=HOSTILE, url="https://herald.example/?a=1&b='\""), 1.0, None, ((0, 3),)),
        Hit(Article(id="2", title="Run", url="javascript:alert(1)", source=HOSTILE), 0.5),
        Hit(Article(id="3", body="No title"), 0.5, Snippet(HOSTILE, ((0, 8), (9, 14)))),
    ]
    found = _Elements(Results(3, tuple(hits), read_as=HOSTILE, first=11)._repr_html_())
    assert "script" not in found.names
    assert found.links == ["https://herald.example/?a=1&b='\""]
    assert found.names.count("mark") == 3
    assert found.names.count("tr") == 4
    assert "<td>13</td>" in Results(3, tuple(hits), first=11)._repr_html_()


def test_many_questions_are_counted_at_once(archive: Archive) -> None:
    counts = archive.count_many({"all": "*", "this": Question("strike"), "nothing": "zanzibar"})
    assert counts == {"all": archive.count("*"), "this": archive.count("strike"), "nothing": 0}
    assert archive.count_many(["strike", "*"]) == {"strike": counts["this"], "*": counts["all"]}
    with pytest.raises(QuerySyntaxError):
        archive.count_many({"bad": "(strike"})
    for odd in ("strike", 3, {"x": None}, {1: "strike"}):
        with pytest.raises(InvalidRequest):
            archive.count_many(odd)  # type: ignore[arg-type]


def test_an_archive_has_its_articles_by_id(archive: Archive) -> None:
    assert "a1" in archive
    assert "zanzibar" not in archive
    assert archive["a1"] == archive.get("a1")
    assert repr(archive).startswith("<Archive '")
    with pytest.raises(KeyError, match="zanzibar"):
        _ = archive["zanzibar"]


RECORD = {
    "headline": "Ferry fares rise",
    "pub_date": "2025-02-11",
    "tags": ["harbour", "fares"],
    "desk": "city",
    "reads": 17,
}


def test_a_record_becomes_an_article_by_the_names_that_the_readers_know() -> None:
    article = Article.from_dict(RECORD)
    assert (article.title, article.precision, article.keywords) == (
        "Ferry fares rise", "day", ("harbour", "fares"),
    )  # fmt: skip
    assert article.extra == {"desk": ("city",), "reads": ("17",)}
    assert Article.from_dict({"HL": "Ferry"}, names={"title": "HL"}).title == "Ferry"
    assert Article.from_dict(article.as_record()) == article


@pytest.mark.parametrize(
    ("value", "published"),
    [
        (datetime(2025, 2, 11, 18, 30), "2025-02-11T17:30:00Z"),
        (datetime(2025, 2, 11, 18, 30, tzinfo=UTC), "2025-02-11T18:30:00Z"),
        (date(2025, 2, 11), "2025-02-11"),
        (float("nan"), None),
    ],
)
def test_a_record_may_have_times_and_missing_values_of_a_program(
    value: object, published: str | None
) -> None:
    zone = timezone(timedelta(hours=1))
    article = Article.from_dict({"title": "Ferry", "published": value, "desk": {"a": 1}.get("b")}, zone=zone)
    assert article.as_record().get("published") == published


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"title": ""}, "no text"),
        ({"title": "x", "published": "the day before"}, "date"),
        ({"title": "x", "body": 3.5}, "body"),
        ({"title": "x", "desk": object()}, "desk"),
        ({3: "x"}, "names"),
        ("title", "mapping"),
    ],
)
def test_a_record_that_would_lose_something_is_refused(record: object, reason: str) -> None:
    with pytest.raises(InvalidArticle, match=reason):
        Article.from_dict(record)  # type: ignore[arg-type]


def test_records_can_be_added(tmp_path: Path) -> None:
    with open_archive(tmp_path / "new", create=True, zone="Europe/Berlin") as archive:
        at = datetime(2025, 2, 11, 18, 30)
        added = archive.add([{"id": "r1", "headline": "Ferry", "date": at}, Article(id="r2", title="Crane")])
        assert (added.added, added.added_ids) == (2, ("r1", "r2"))
        assert archive["r1"].published == datetime(2025, 2, 11, 17, 30, tzinfo=UTC)
        again = archive.add([{"id": "r1", "title": "Ferry fares"}, {"id": "r3", "title": "Crane"}])
        assert (again.added_ids, again.updated_ids) == (("r3",), ("r1",))


def test_files_are_indexed_as_the_command_does(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    lines = [json.dumps({"id": f"p{n}", "title": f"Paper {n}"}) for n in range(3)]
    (tmp_path / "papers" / "a.jsonl").write_text("\n".join([*lines, "{"]))
    rejected: list[Rejected] = []
    with open_archive(tmp_path / "new", create=True) as archive:
        report = archive.index(tmp_path / "papers", on_reject=rejected.append)
        assert (report.counts.added_ids, report.stored, report.read) == (("p0", "p1", "p2"), 3, 4)
        assert [each.origin.place for each in rejected] == ["line 4"]
        (tmp_path / "b.csv").write_text("id,head line,kopf\np1,Paper one,x\np2,Paper 2,y\n")
        names = {"title": "head line", "source": "kopf"}
        report = archive.index([str(tmp_path / "b.csv")], ReadOptions(names=names))
        assert report.counts.updated_ids == ("p1", "p2")
        assert (archive["p2"].title, archive["p2"].source) == ("Paper 2", "y")
        for odd in (tmp_path / "none", 3, [3]):
            with pytest.raises(InvalidRequest):
                archive.index(odd)  # type: ignore[arg-type]


def answers_of(archive: Archive) -> list[object]:
    """An answer of each kind."""
    return [
        archive.search("strike OR zanzibar", facets="keyword"),
        archive.search("zanzibar strike"),
        archive.timeline("*"),
        archive.explain("a1", "strike"),
        archive.suggest("st"),
        archive.history("a1"),
        archive.state(),
        archive.stats(),
        Question("strike"),
        archive.kwic("strike"),
        archive.distinctive("strike", against="archive"),
        archive.coverage(),
        archive.add([{"id": "new", "title": "New"}]),
    ]


def test_every_answer_is_json_by_one_function(archive: Archive) -> None:
    for answer in answers_of(archive):
        assert json.loads(search.to_json(answer)) is not None
    assert json.loads(search.to_json({"a": archive["a1"]}))["a"]["id"] == "a1"
    with pytest.raises(InvalidRequest, match="object"):
        search.to_json(object())


def test_every_answer_can_be_pickled(archive: Archive) -> None:
    answers = answers_of(archive)
    for answer in answers:
        assert pickle.loads(pickle.dumps(answer)) == answer
    found = archive.search("strike", facets="keyword")
    assert type(pickle.loads(pickle.dumps(found)).facets) is search.Facets
