"""Indexing keeps a true account: what was added, what was refused and why, even when it is cut short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.article import Article
from search.engine import Added
from search.errors import QuerySyntaxError
from search.ingest import BATCH_CHARACTERS, IndexReport, index_documents
from search.query import Archive, open_archive
from search.sources import Accepted, Item, Note, Origin, Rejected, Retracted, Skipped
from tests.conftest import ARTICLES

DATE = Note("unreadable-date", "'soonish' is no date")


@pytest.fixture(autouse=True)
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No batch ends with the clock here, however slow the machine is, unless a test says so."""
    monkeypatch.setattr("search.ingest.BATCH_SECONDS", 3_600.0)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "new", create=True) as opened:
        yield opened


def accepted(article: Article, place: str = "", *notes: Note) -> Accepted:
    return Accepted(article, Origin("in.jsonl", place), notes)


def refused(code: str, place: str = "") -> Rejected:
    return Rejected(Origin("in.jsonl", place), code, f"it is {code}")


def short(count: int) -> list[Article]:
    """As many small articles with ids s0, s1, …"""
    return [Article(id=f"s{number}", title="Tide") for number in range(count)]


def indexed(archive: Archive, items: list[Item]) -> IndexReport:
    report = IndexReport()
    index_documents(archive.engine, items, report)
    return report


def test_each_article_is_counted_as_added_updated_or_unchanged(archive: Archive) -> None:
    changed = replace(ARTICLES[0], title="Harbour strike ends")
    report = indexed(archive, [accepted(a) for a in (changed, ARTICLES[1], Article(id="new", title="Tide"))])
    assert report.counts == Added(added=1, updated=1, unchanged=1)
    assert report.stored == report.read == 3
    assert archive.ids('"strike ends"') == ["a1"]
    assert archive.count("*") == 5


def test_the_same_documents_again_change_nothing(archive: Archive) -> None:
    before = archive.stats().revision
    assert indexed(archive, [accepted(article) for article in ARTICLES]).counts == Added(unchanged=4)
    assert archive.stats().revision == before


def test_no_documents_make_an_empty_report(archive: Archive) -> None:
    report = indexed(archive, [])
    assert (report.counts, report.read, report.stored) == (Added(), 0, 0)
    assert archive.count("*") == 4


def test_rejected_and_skipped_are_counted_by_code_and_the_others_get_in(empty: Archive) -> None:
    items: list[Item] = [
        refused("not-json"),
        accepted(ARTICLES[0]),
        refused("bad-id"),
        Skipped(Origin("x"), "hidden"),
        refused("not-json"),
    ]
    report = indexed(empty, items)
    assert report.rejected == {"not-json": 2, "bad-id": 1}
    assert report.skipped == {"hidden": 1}
    assert report.counts == Added(added=1)
    assert report.read == 5


def test_notes_are_counted_and_the_first_of_each_is_the_example(empty: Archive) -> None:
    first, second, third = short(3)
    other = Note("ignored-field", "'parts' cannot be a field")
    items: list[Item] = [
        accepted(first, "line 1", DATE),
        accepted(second, "line 2", other),
        accepted(third, "line 3", DATE),
    ]
    report = indexed(empty, items)
    assert report.notes == {"unreadable-date": 2, "ignored-field": 1}
    assert report.examples == {
        "unreadable-date": "in.jsonl, line 1: 'soonish' is no date",
        "ignored-field": "in.jsonl, line 2: 'parts' cannot be a field",
    }


def test_what_is_odd_about_an_article_is_noted_whatever_it_was_read_from(empty: Archive) -> None:
    ahead = Article(id="ahead", title="Tide", published=datetime(2025, 3, 5, tzinfo=UTC))
    tomorrow = Article(id="soon", title="Tide", published=datetime(2025, 3, 2, tzinfo=UTC))
    long = Article(
        id="long", title="Tide", body=f"High {'x' * 256} tide at http://herald.example/{'a/' * 200}"
    )
    report = IndexReport()
    items = [accepted(ahead), accepted(tomorrow), accepted(long)]
    index_documents(empty.engine, items, report, now=datetime(2025, 3, 1, 12, tzinfo=UTC))
    assert report.notes == {"future-date": 1, "long-word": 1}
    assert "256 characters" in report.examples["long-word"]
    assert report.stored == 3


def test_an_article_is_dated_in_the_future_36_hours_after_it_was_seen(empty: Archive) -> None:
    now = datetime(2025, 3, 1, 12, tzinfo=UTC)
    crawled = datetime(2025, 2, 1, tzinfo=UTC)
    late, early = datetime(2025, 2, 2, 12, tzinfo=UTC), datetime(2025, 2, 2, 12, 1, tzinfo=UTC)
    report = IndexReport()
    items = [
        accepted(Article(id="fine", title="Tide", published=late, crawled=crawled)),
        accepted(Article(id="ahead", title="Tide", published=early, crawled=crawled)),
        accepted(Article(id="now", title="Tide", published=datetime(2025, 3, 3, 0, 1, tzinfo=UTC))),
    ]
    index_documents(empty.engine, items, report, now=now)
    assert report.notes == {"future-date": 2}
    assert report.examples["future-date"].endswith("dated in the future: 2025-02-02, first seen 2025-02-01")
    assert report.stored == 3


@pytest.mark.parametrize("length", [255, 256, 257])
def test_a_long_word_is_noted_wherever_it_stands(empty: Archive, length: int) -> None:
    bodies = [f"{'a ' * (before // 2)}{'b' * (before % 2)} {'x' * length} tide" for before in range(260)]
    bodies += [
        f"Tide\n{'x' * length}",
        "x" * length,
        f"Tide\t{'x' * length}\nLow\nwater",
        f"{'é' * length}. Low",
    ]
    items: list[Item] = [
        accepted(Article(id=f"{number}", title="Tide", body=body)) for number, body in enumerate(bodies)
    ]
    noted = indexed(empty, items).notes.get("long-word", 0)
    assert noted == (len(bodies) if length > 255 else 0)


def test_a_withdrawn_article_goes_and_one_that_comes_back_stays(archive: Archive) -> None:
    again = replace(ARTICLES[1], title="Back again")
    items: list[Item] = [
        Retracted("a1", Origin("wire", "1")),
        Retracted("a2", Origin("wire", "2")),
        accepted(again),
        accepted(Article(id="new", title="Soon gone")),
        Retracted("new", Origin("wire", "3")),
        Retracted("never was", Origin("wire", "4")),
    ]
    report = indexed(archive, items)
    assert (report.withdrawn, report.read) == (2, 6)
    assert report.skipped == {"withdrawn": 1}, "it was never there"
    assert archive.ids("*") == ["a2", "a3", "a4"]


def test_on_reject_is_told_of_every_rejected_document_in_order(empty: Archive) -> None:
    told: list[Rejected] = []
    items: list[Item] = [refused("a"), accepted(ARTICLES[0]), refused("b", "line 3")]
    index_documents(empty.engine, items, IndexReport(), on_reject=told.append)
    assert told == [items[0], items[2]]


BATCH_ARTICLES = 300


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.ingest.BATCH_ARTICLES", BATCH_ARTICLES)


@pytest.mark.usefixtures("_small_batches")
def test_articles_go_in_a_batch_at_a_time(empty: Archive) -> None:
    seen: list[tuple[int, int]] = []

    def progress(report: IndexReport) -> None:
        if report.stored:
            seen.append((report.read, report.stored))

    report = IndexReport()
    items = [accepted(article) for article in short(BATCH_ARTICLES + 1)]
    index_documents(empty.engine, items, report, on_progress=progress)
    assert seen == [(BATCH_ARTICLES, BATCH_ARTICLES), (BATCH_ARTICLES + 1, BATCH_ARTICLES + 1)]
    assert (empty.stats().revision, empty.stats().segments) == (2, 1)  # a bulk load ends as one segment


def test_long_articles_end_a_batch_early(empty: Archive) -> None:
    stored: list[int] = []
    long = "Tide" + "." * (BATCH_CHARACTERS // 2)
    items = [accepted(Article(id=f"l{number}", body=long)) for number in range(3)]
    index_documents(
        empty.engine, items, IndexReport(), on_progress=lambda report: stored.append(report.stored)
    )
    assert stored == [2, 3]


def test_progress_is_told_before_the_first_batch_is_full(empty: Archive) -> None:
    told: list[int] = []
    items = [refused("bad-id") for _ in range(1_200)]
    index_documents(empty.engine, items, IndexReport(), on_progress=lambda report: told.append(report.read))
    assert told == [500, 1_000, 1_200]


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize(
    ("kind", "stored"), [(KeyboardInterrupt, BATCH_ARTICLES + 10), (RuntimeError, BATCH_ARTICLES)]
)
def test_what_the_report_counts_is_stored_when_the_stream_breaks(
    empty: Archive, kind: type[BaseException], stored: int
) -> None:
    def stream() -> Iterator[Item]:
        yield refused("not-json")
        yield from (accepted(article) for article in short(BATCH_ARTICLES + 10))
        raise kind

    report = IndexReport()
    with pytest.raises(kind):
        index_documents(empty.engine, stream(), report)
    assert report.counts == Added(added=stored)
    assert report.rejected == {"not-json": 1}
    assert empty.count("*") == report.stored == stored


def test_an_interrupt_of_the_first_run_keeps_what_was_read(empty: Archive) -> None:
    def stream() -> Iterator[Item]:
        yield from (accepted(article) for article in short(7))
        raise KeyboardInterrupt

    report = IndexReport()
    with pytest.raises(KeyboardInterrupt):
        index_documents(empty.engine, stream(), report)
    assert report.counts == Added(added=7)
    assert empty.count("*") == 7


def test_a_batch_ends_with_the_clock_too(empty: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.ingest.BATCH_SECONDS", -1.0)
    stored: list[int] = []
    items = [accepted(article) for article in short(3)]
    index_documents(
        empty.engine, items, IndexReport(), on_progress=lambda report: stored.append(report.stored)
    )
    assert stored == [1, 2, 3]


def test_another_article_with_the_same_id_in_one_run_is_said_with_both_origins(empty: Archive) -> None:
    noted: list[tuple[Origin, Note]] = []
    first, second = Article(id="one", title="Tide"), Article(id="one", title="Ebb")
    items = [accepted(first, "line 1"), accepted(first, "line 2"), accepted(second, "line 3")]
    report = IndexReport()
    index_documents(empty.engine, items, report, on_note=lambda *note: noted.append(note))
    assert (report.counts.added, report.counts.updated, report.counts.unchanged) == (1, 1, 1)
    assert report.notes == {"same-id": 1}
    ((origin, note),) = noted
    assert str(origin) == "in.jsonl, line 3"
    assert "in.jsonl, line 2" in note.detail
    assert [version.article.title for version in empty.history("one")] == ["Tide", "Ebb"]


def test_fields_beyond_the_limit_are_stored_and_shown_and_said_not_to_be_searchable(empty: Archive) -> None:
    many = Article(id="many", title="Tide", extra={f"f{n:03}": ("v",) for n in range(130)})
    report = IndexReport()
    index_documents(empty.engine, [accepted(many)], report)
    assert report.notes == {"unindexed-field": 2}
    assert "the field f128 is stored" in report.examples["unindexed-field"]
    assert empty.count("f127:v") == 1
    with pytest.raises(QuerySyntaxError):
        empty.count("f128:v")
    assert empty.get("many") == many
    assert len(empty.stats().extra_fields) == 128


def test_what_a_wire_has_cancelled_comes_back_with_a_higher_version_only(empty: Archive) -> None:
    states = [Article(id="c", title=f"Tide {n}", extra={"version": (str(n),)}) for n in range(5)]
    indexed(empty, [accepted(states[1])])
    assert indexed(empty, [Retracted("c", Origin("wire"), 2), accepted(states[1])]).withdrawn == 1
    assert empty.count("*") == 0
    assert indexed(empty, [accepted(states[2])]).counts == Added(withdrawn=1)
    assert indexed(empty, [accepted(states[3])]).counts == Added(added=1)


def test_what_a_wire_has_cancelled_does_not_come_back_with_the_next_run(empty: Archive) -> None:
    article = Article(id="c", title="Tide")
    indexed(empty, [accepted(article)])
    assert indexed(empty, [Retracted("c", Origin("wire"))]).withdrawn == 1
    assert indexed(empty, [accepted(article)]).counts == Added(withdrawn=1)
    assert empty.count("*") == 0
    assert [version.ended for version in empty.history("c")] == ["withdrawn"]
    assert empty.delete(["c"], forget=True) == 1
    assert empty.history("c") == ()
    assert indexed(empty, [accepted(article)]).counts == Added(added=1)


def test_a_report_goes_on_counting_where_it_stood(empty: Archive) -> None:
    report = IndexReport()
    for article in short(2):
        index_documents(empty.engine, [accepted(article)], report)
    assert (report.counts, report.read) == (Added(added=2), 2)
