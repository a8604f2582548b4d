"""Deliveries of saved searches: what was told once, given again, missed or told twice."""

from __future__ import annotations

import tarfile
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from search.archive import searches
from search.article import Article
from search.errors import InvalidRequest, LimitExceeded, OtherAnalyzer
from search.index.read.snapshot import Snapshot
from search.query import Archive, Question, open_archive
from search.text import Analyzer
from tests.archive.test_searches import TEXT, ferry, ids, taken

FORMAT_1 = Path(__file__).parent.parent / "archives" / "format-1.tar.gz"
OTHER = "The mill of Port Alder has shut, and the ferry waits for flour that does not come today. " * 2


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with a saved search that was saved when there was one article."""
    made = open_archive(tmp_path / "watched", create=True)
    made.add([ferry("old")])
    made.save("ferry", "ferry")
    return made


def prune(archive: Archive) -> None:
    archive.at(now=datetime.now(UTC) + timedelta(days=9)).prune("1d")


def test_a_look_at_an_index_of_another_analyzer_does_not_lose_what_came(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add([ferry("a")])
    with monkeypatch.context() as patch:
        patch.setattr(Analyzer, "gives_terms_of", lambda *_: False)
        with pytest.raises(OtherAnalyzer, match="news rebuild"):
            archive.new()
    archive.rebuild()
    assert taken(archive) == ["a"]


def test_a_feed_has_every_article_of_the_last_delivery(archive: Archive) -> None:
    archive.add([Article(id=f"early-{n}", title=f"Ferry {n} was early") for n in range(40)])
    archive.confirm(archive.new("ferry"))
    archive.add([Article(id=f"late-{n}", title=f"Ferry {n} was late") for n in range(70)])
    archive.confirm(archive.new("ferry"))
    assert {entry.id for entry in archive.delivered("ferry")} == {f"late-{n}" for n in range(70)}
    archive.add([Article(id="last", title="The last ferry")])
    archive.confirm(archive.new("ferry"))
    assert [len(archive.delivered("ferry")), archive.delivered("ferry")[0].id] == [50, "last"]


def test_an_article_that_is_updated_without_its_crawl_date_before_a_look_is_told(archive: Archive) -> None:
    archive.add([Article(id="x", title="Ferry of old", crawled=datetime(2001, 2, 3, tzinfo=UTC))])
    archive.add([Article(id="x", title="Ferry of old, again")])
    assert taken(archive) == ["x"]


def test_an_article_that_is_deleted_before_a_look_and_comes_again_is_told_once(archive: Archive) -> None:
    archive.add([ferry("a")])
    archive.delete(["a", "old"])
    archive.add([ferry("a"), ferry("old")])
    assert taken(archive) == ["a"]  # the other was there before the search was saved
    archive.delete(["a"])
    assert taken(archive) == []
    archive.add([ferry("a")])
    assert taken(archive) == []


def test_a_search_for_changes_keeps_that_it_is_one(archive: Archive, tmp_path: Path) -> None:
    saved = archive.save("edits", "ferry", changes=True, every_copy=True)
    assert (saved.changes, saved.every_copy) == (True, True)
    archive.add([ferry("old", "The boat has left.")])
    with open_archive(tmp_path / "watched") as again:
        assert [(each.search, each.reason) for each in again.new().entries] == [("edits", "changed")]


def test_warnings_of_the_archive_are_in_a_delivery(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.add([ferry("a")])
    monkeypatch.setattr(
        "search.backends.embedded.reader.EmbeddedReader._is_behind", lambda _: True, raising=True
    )
    assert any("not yet searchable" in warning for warning in archive.new().warnings)


def test_a_delivery_that_waits_is_given_again_to_the_same_question_only(archive: Archive) -> None:
    archive.save("mill", "mill")
    archive.add([ferry("a"), Article(id="m", title="Mill shut")])
    first = archive.new()
    assert (ids(first), first.name) == (["a", "m"], "")
    archive.add([ferry("b"), Article(id="n", title="Mill open")])
    own = archive.new("ferry")
    assert (ids(own), own.name) == (["b"], "ferry")
    assert any("delivery 1 waits" in warning for warning in own.warnings)
    archive.confirm(own)
    archive.save("third", "*")  # so that all are more than before
    assert archive.new() == first
    archive.confirm(first)
    assert ids(archive.new(["mill", "ferry"])) == ["n"]
    assert ids(archive.new(["ferry", "mill"])) == ["n"]
    archive.remove_saved("ferry")
    assert ids(archive.new("mill")) == ["n"]


def test_names_from_an_iterator_are_asked_also_where_a_look_is_made_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add([ferry("a")])
    outcomes, keep = iter([None]), type(archive.engine).deliver  # type: ignore[attr-defined]  # of the embedded engine
    monkeypatch.setattr(
        type(archive.engine), "deliver", lambda self, look: next(outcomes, keep) and keep(self, look)
    )
    assert ids(archive.new(iter(["ferry"]))) == ["a"]


def test_one_saved_search_is_all_of_them_or_one_as_it_is_asked(archive: Archive) -> None:
    archive.add([ferry("a")])
    assert archive.new().name == ""
    assert archive.new("ferry").name == "ferry"


def test_a_copy_is_known_by_the_copies_that_are_there_after_its_founder_has_changed(archive: Archive) -> None:
    archive.add([ferry("b", TEXT)])
    taken(archive)
    archive.add([ferry("a", TEXT)])
    taken(archive)
    archive.add([ferry("b", OTHER)])
    prune(archive)
    archive.rebuild()
    archive.add([ferry("g", TEXT)])
    delivery = archive.new()
    assert (delivery.entries, [each.id for each in delivery.earlier]) == ((), ["g"])


def test_a_copy_is_known_after_the_first_of_its_group_was_forgotten(archive: Archive) -> None:
    archive.add([ferry("z", TEXT), ferry("y", TEXT), ferry("a", TEXT)])
    assert taken(archive) == ["z"]
    archive.delete(["z"], forget=True)
    archive.rebuild()
    archive.add([ferry("g", TEXT)])
    assert [each.id for each in archive.new().earlier] == ["g"]


def test_forgetting_an_article_leaves_the_groups_of_ids_that_begin_with_its_id(archive: Archive) -> None:
    url = "https://news.example/a"
    archive.add([ferry(url), ferry(f"{url}#b", TEXT), ferry("c", TEXT)])
    first = archive.new()
    archive.delete([url], forget=True)
    assert archive.delivery(1).entries == first.entries[1:]
    archive.confirm(1)
    archive.add([ferry("g", TEXT)])
    assert taken(archive) == []


def test_copies_that_were_each_delivered_are_known_to_a_later_look(archive: Archive) -> None:
    archive.save("ferry", "ferry", replace=True, every_copy=True)
    archive.add([ferry("a", TEXT), ferry("b", TEXT)])
    assert taken(archive) == ["a", "b"]
    archive.save("ferry", "ferry", replace=True)
    archive.add([ferry("c", TEXT)])
    assert taken(archive) == []


@pytest.mark.parametrize("change", ["delete", "update"])
def test_a_copy_is_known_where_the_only_article_with_its_text_has_gone(archive: Archive, change: str) -> None:
    archive.add([ferry("a", TEXT)])
    assert taken(archive) == ["a"]
    if change == "delete":
        archive.delete(["a"])
    else:
        archive.add([ferry("a", OTHER)])
    prune(archive)
    archive.rebuild()
    archive.add([ferry("b", TEXT)])
    assert taken(archive) == []


COPIES = [
    [ferry("b", TEXT), ferry("a", TEXT), ferry("b", OTHER)],
    [ferry("a", TEXT), ferry("b", TEXT), ferry("a", OTHER), ferry("c", OTHER)],
    [Article(id="a", title="Mill", body="Shut."), ferry("a", TEXT), ferry("b", TEXT)],
    [Article(id="a", title="Mill", body="Shut."), ferry("b", TEXT), ferry("a", TEXT)],
]


@pytest.mark.parametrize("added", COPIES)
def test_copies_are_the_same_however_often_one_looks(archive: Archive, added: Sequence[Article]) -> None:
    archive.save("once", "ferry", changes=True)
    archive.save("often", "ferry", changes=True)
    often = list[tuple[str, str]]()
    for each in added:
        archive.add([each])
        delivery = archive.new("often")
        often += [(entry.id, entry.reason) for entry in delivery.entries]
        archive.confirm(delivery)
    assert [(entry.id, entry.reason) for entry in archive.new("once").entries] == often


def test_articles_without_any_word_are_no_copies_of_each_other(archive: Archive) -> None:
    archive.save("all", "*")
    for identity in ("x", "y"):
        archive.add([Article(id=identity, title="?", url=f"https://news.example/{identity}")])
        assert taken(archive, "all") == [identity]


def test_the_number_of_a_delivery_is_never_used_again(archive: Archive) -> None:
    archive.add([ferry("a")])
    assert archive.new().number == 1
    archive.remove_saved("ferry")
    archive.confirm(1)  # which is not there any more
    archive.save("ferry", "ferry", start=1)
    assert archive.new().number == 2


def test_an_article_whose_earlier_version_is_pruned_has_changed_and_did_not_begin_to_match(
    archive: Archive,
) -> None:
    archive.save("edits", "ferry", changes=True)
    archive.add([ferry("old", "The boat has left.")])
    prune(archive)
    assert [each.reason for each in archive.new("edits").entries] == ["changed"]


def test_a_search_for_changes_of_an_archive_of_format_1_begins_with_its_history(tmp_path: Path) -> None:
    with tarfile.open(FORMAT_1) as packed:
        packed.extractall(tmp_path / "old", filter="data")
    with open_archive(tmp_path / "old") as archive:
        with pytest.raises(InvalidRequest, match="there is no delivery 4"):
            archive.confirm(4)
        saved = archive.save("all", "*", start=1, changes=True)
        assert saved.revision == archive.state().revision
        archive.add([Article(id="notice-4", title="Mill to stay"), Article(id="new", title="Mill")])
        assert [(each.id, each.reason) for each in archive.new().entries] == [
            ("notice-4", "changed"), ("new", "new"),
        ]  # fmt: skip


def test_a_saved_instant_stays_an_instant(archive: Archive) -> None:
    at = datetime(2025, 4, 8, 12, tzinfo=UTC)
    asked = Question("ferry", since=at, until=at)
    archive.save("noon", asked)
    archive.add(
        [
            Article(id=f"d{n}", title="Ferry", body=f"{n}", published=at + timedelta(milliseconds=n))
            for n in range(3)
        ]
    )
    assert archive.ids(asked) == taken(archive, "noon") == ["d0"]


def test_saved_searches_of_an_earlier_revision_are_refused(archive: Archive) -> None:
    past = archive.at(as_of=1)
    for ask in (lambda: past.new(), lambda: past.save("a", "b"), past.saved, past.delivered):
        with pytest.raises(InvalidRequest, match="earlier revision"):
            ask()


def test_names_and_numbers_of_other_types_are_refused(archive: Archive) -> None:
    with pytest.raises(InvalidRequest, match="names must be"):
        archive.new(5)  # type: ignore[arg-type]  # as a caller without types may
    with pytest.raises(InvalidRequest, match="must be a whole number"):
        archive.delivered(upto="x")  # type: ignore[arg-type]  # as a caller without types may


def test_a_number_that_sqlite_cannot_hold_is_refused(archive: Archive) -> None:
    archive.add([ferry("a")])
    archive.new()
    for number in (1 << 63, 10**5_000, -(1 << 64)):
        for ask in (archive.delivery, archive.confirm, lambda number: archive.delivered(upto=number)):
            with pytest.raises(InvalidRequest, match="no delivery"):
                ask(number)


def test_a_look_that_finds_much_is_cut_into_deliveries(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "MAX_ENTRIES", 3)
    monkeypatch.setattr("search.backends.embedded.arrivals.BATCH_ARTICLES", 2)
    archive.save("mill", "mill")
    archive.add([ferry(f"a{n}") for n in range(5)])
    archive.add([Article(id="m", title="Mill shut"), *(ferry(f"b{n}") for n in range(2))])
    archive.delete(["b1"])
    archive.add([ferry("a4", "The boat has left."), ferry("c")])  # which leaves its place
    first = archive.new()
    assert ids(first) == ["a0", "a1", "a2", "m"]
    assert any("more new articles for 'ferry'" in warning for warning in first.warnings)
    archive.confirm(first)
    archive.add([ferry("a0", "The boat is back."), ferry("d")])
    assert [taken(archive), taken(archive), taken(archive)] == [["a3", "a4", "b0"], ["c", "d"], []]


def test_a_search_that_has_failed_is_searched_no_further(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.backends.embedded.arrivals.BATCH_ARTICLES", 1)
    archive.save("wild", "fe*")
    archive.add([ferry(f"a{n}") for n in range(9)])
    monkeypatch.setattr("search.backends.evaluate.leaves.MAX_EXPANSIONS", 0)
    indexed, beside = list[int](), Snapshot.beside

    def counted(self: Snapshot, *arguments: Any) -> Snapshot:
        indexed.append(1)
        return beside(self, *arguments)

    monkeypatch.setattr(Snapshot, "beside", counted)
    with pytest.raises(LimitExceeded):
        archive.new("wild")
    assert len(indexed) == 1


def test_old_deliveries_are_pruned_and_what_they_told_stays_known(archive: Archive) -> None:
    archive.add([ferry("a", TEXT)])
    taken(archive)
    archive.add([ferry("b")])
    waiting = archive.new()
    prune(archive)
    with pytest.raises(InvalidRequest, match="no delivery 1"):
        archive.delivery(1)
    assert archive.new() == waiting
    archive.confirm(waiting)
    archive.delete(["a", "b"])
    archive.add([ferry("a", TEXT), ferry("b"), ferry("c", TEXT)])
    assert taken(archive) == []
    (saved,) = archive.saved()
    assert (saved.articles, saved.deliveries) == (3, 3)


def test_an_article_that_is_forgotten_during_a_look_is_not_delivered(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add([ferry("a"), ferry("secret")])
    keep = type(archive.engine).deliver  # type: ignore[attr-defined]  # of the embedded engine

    def late(self: object, look: object) -> object:
        with open_archive(tmp_path / "watched") as other:
            other.delete(["secret"], forget=True)
        return keep(self, look)

    monkeypatch.setattr(type(archive.engine), "deliver", late)
    assert ids(archive.new()) == ["a"]
    archive.close()
    assert b"secret" not in (tmp_path / "watched" / "articles.db").read_bytes()


def test_memory_of_a_look_grows_with_the_copies_and_not_with_their_square(archive: Archive) -> None:
    archive.add(ferry(f"a{n}", TEXT) for n in range(2_000))
    archive.new()  # so that what a look needs once is there
    archive.remove_saved("ferry")
    archive.save("ferry", "ferry", start=2, every_copy=True)
    tracemalloc.start()
    try:
        assert len(archive.new().entries) == 1_000
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()
