"""Saved searches: each article that is new to one is delivered once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from search.article import Article
from search.backends import maintained
from search.engine import Look, Watching
from search.errors import InvalidRequest, QuerySyntaxError
from search.present.schema import to_json
from search.query import Archive, Delivery, Question, open_archive

TEXT = "The ferry of Port Alder runs again from Monday, said the line after a week of talks. " * 2


def ferry(identity: str, text: str = "") -> Article:
    return Article(id=identity, title=f"Ferry {identity}", body=text or f"The boat {identity}.")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with a saved search that was saved when there was one article."""
    made = open_archive(tmp_path / "watched", create=True)
    made.add([ferry("old")])
    made.save("ferry", "ferry")
    return made


def ids(delivery: Delivery) -> list[str]:
    return [entry.id for entry in delivery.entries]


def taken(archive: Archive, names: str | None = None) -> list[str]:
    """The ids of the next delivery, which is confirmed."""
    delivery = archive.new(names)
    archive.confirm(delivery)
    return ids(delivery)


def test_only_articles_that_come_later_are_new_and_each_once(archive: Archive) -> None:
    assert (archive.new("ferry").number, archive.new("ferry").entries) == (0, ())
    archive.add([ferry("a"), Article(id="mill", title="Mill shut")])
    archive.add([ferry("b")])
    assert taken(archive) == ["a", "b"]
    assert taken(archive) == []
    archive.add([ferry("a", "The boat has left.")])
    assert taken(archive) == []


def test_a_search_can_begin_with_a_revision_or_a_day(archive: Archive) -> None:
    archive.add([ferry("a")])
    archive.save("second", "ferry", start="r2")
    archive.save("third", "ferry", start=1)
    archive.save("today", "ferry", start="today")
    archive.save("tomorrow", "ferry", start=date.today() + timedelta(days=2))
    found = {name: taken(archive, name) for name in ("second", "third", "today", "tomorrow")}
    assert found == {"second": ["a"], "third": ["old", "a"], "today": ["old", "a"], "tomorrow": []}


def test_articles_count_by_when_they_came_and_not_by_their_date(archive: Archive) -> None:
    archive.add([Article(id="late", title="Ferry of old", published=datetime(1963, 1, 2, tzinfo=UTC))])
    assert taken(archive) == ["late"]


def test_an_article_that_matched_as_it_came_is_new_however_it_has_changed(archive: Archive) -> None:
    archive.add([ferry("a"), Article(id="b", title="Mill shut")])
    archive.add([Article(id="a", title="Mill open"), Article(id="b", title="Ferry to mill shut")])
    delivery = archive.new()
    assert [(each.id, each.reason, each.article.title) for each in delivery.entries] == [
        ("a", "new", "Ferry a")  # the version that matched
    ]


def test_changes_are_told_where_they_are_asked_for(archive: Archive) -> None:
    archive.save("ferry", "ferry", replace=True, changes=True)
    archive.add([ferry("a"), Article(id="b", title="Mill shut")])
    assert taken(archive) == ["a"]
    archive.add([ferry("a", "The boat has left."), Article(id="b", title="Ferry to mill shut")])
    delivery = archive.new()
    assert [(each.id, each.reason, each.revision) for each in delivery.entries] == [
        ("a", "changed", 3),
        ("b", "now matches", 3),
    ]


def test_a_correction_that_comes_before_the_first_look_is_told(archive: Archive) -> None:
    archive.save("ferry", "ferry", replace=True, changes=True)
    archive.save("often", "ferry", changes=True)
    archive.add([Article(id="x", title="Ferry sinks, 40 dead")])
    often = [(each.reason, each.article.title) for each in archive.new("often").entries]
    archive.confirm(1)
    archive.add([Article(id="x", title="Correction: ferry sinks, no one dead")])
    often += [(each.reason, each.article.title) for each in archive.new("often").entries]
    once = [(each.reason, each.article.title) for each in archive.new("ferry").entries]
    assert once == often == [
        ("new", "Ferry sinks, 40 dead"),
        ("changed", "Correction: ferry sinks, no one dead"),
    ]  # fmt: skip


def test_a_delivery_is_given_again_until_it_is_confirmed(archive: Archive) -> None:
    archive.add([ferry("a")])
    first = archive.new()
    archive.add([ferry("b")])
    assert to_json(archive.new()) == to_json(first)
    archive.confirm(first)
    assert ids(archive.new()) == ["b"]
    archive.confirm(2)
    again = archive.delivery(1)
    assert (again.number, again.made, again.entries) == (first.number, first.made, first.entries)
    for number in (3, 0, -1):
        with pytest.raises(InvalidRequest, match="the last is 2"):
            archive.delivery(number)
    for number in (3, -1):
        with pytest.raises(InvalidRequest, match="there is no delivery"):
            archive.confirm(number)
    archive.confirm(archive.new())  # of which there is none


def test_copies_of_one_text_are_one_entry(archive: Archive) -> None:
    archive.add([ferry("a", TEXT), ferry("b", TEXT), ferry("c", TEXT)])
    (entry,) = archive.new().entries
    assert (entry.id, [copy.id for copy in entry.copies]) == ("a", ["b", "c"])
    archive.confirm(1)
    archive.add([ferry("d", TEXT), ferry("e")])
    delivery = archive.new()
    assert (ids(delivery), [copy.id for copy in delivery.earlier]) == (["e"], ["d"])
    archive.confirm(delivery)
    archive.add([ferry("f", TEXT)])
    delivery = archive.new()
    assert (delivery.entries, [copy.id for copy in delivery.earlier]) == ((), ["f"])
    archive.confirm(delivery)
    archive.add([ferry("g", TEXT), ferry("h", TEXT)])
    archive.save("ferry", "ferry", replace=True, every_copy=True)
    assert taken(archive) == ["g", "h"]


def test_searches_look_together_and_one_after_the_other(archive: Archive) -> None:
    archive.save("mill", "mill")
    archive.add([ferry("a"), Article(id="b", title="Ferry to mill")])
    assert taken(archive, "mill") == ["b"]
    delivery = archive.new()
    assert (delivery.name, delivery.searches) == ("", ("ferry", "mill"))
    assert [(each.search, each.id) for each in delivery.entries] == [("ferry", "a"), ("ferry", "b")]
    archive.confirm(delivery)
    saved = {each.name: (each.revision, each.articles, each.deliveries) for each in archive.saved()}
    assert saved == {"ferry": (2, 2, 1), "mill": (2, 1, 1)}


def test_a_search_that_cannot_be_asked_fails_alone_and_waits(archive: Archive) -> None:
    archive.add([Article(id="x", title="Mill", extra={"desk": ("north",)})])
    archive.save("desk", "desk:north")
    archive.delete(["x"], forget=True)
    archive.rebuild()
    archive.add([ferry("a")])
    delivery = archive.new()
    assert ids(delivery) == ["a"]
    assert isinstance(delivery.failures["desk"], QuerySyntaxError)
    archive.confirm(delivery)
    with pytest.raises(QuerySyntaxError):
        archive.new("desk")
    archive.add([Article(id="y", title="Mill", extra={"desk": ("north",)})])
    assert taken(archive, "desk") == ["y"]


def test_relative_dates_are_counted_from_each_look(archive: Archive) -> None:
    archive.save("recent", Question("ferry", since="7d"))
    day = datetime(2025, 4, 8, 12, tzinfo=UTC)
    days = [Article(id=f"d{n}", title=f"Ferry {n}", published=day + timedelta(days=n)) for n in range(30)]
    archive.add(days)
    delivery = archive.at(now=day + timedelta(days=25)).new("recent")
    assert ids(delivery) == [f"d{n}" for n in range(18, 30)]
    assert delivery.made == day + timedelta(days=25)


def test_a_saved_question_is_kept_with_all_its_parts(archive: Archive) -> None:
    asked = Question("ferry strike", since=date(2025, 1, 2), until="2025-03", any_word=True)
    saved = archive.save("both", asked)
    assert saved.question == Question("ferry strike", since="2025-01-02", until="2025-03", any_word=True)
    assert [each.name for each in archive.saved()] == ["both", "ferry"]


def test_what_cannot_be_saved_is_refused(archive: Archive) -> None:
    for name in ("", "a b", "-x", "x" * 65, "a/b", "a\nb"):
        with pytest.raises(InvalidRequest, match="cannot be a name"):
            archive.save(name, "ferry")
    with pytest.raises(QuerySyntaxError):
        archive.save("bad", 'ferry "')
    with pytest.raises(InvalidRequest, match="already"):
        archive.save("ferry", "boat")
    with pytest.raises(InvalidRequest, match="no saved search"):
        archive.new("boat")


def test_a_replaced_search_goes_on_from_where_it_was(archive: Archive) -> None:
    archive.add([ferry("a"), Article(id="b", title="Mill shut")])
    with pytest.raises(InvalidRequest, match="no start"):
        archive.save("ferry", "mill", start=1, replace=True)
    archive.save("ferry", "mill", replace=True)
    assert taken(archive) == ["b"]


def test_a_removed_search_leaves_nothing(archive: Archive) -> None:
    archive.add([ferry("a")])
    archive.save("other", "*")
    assert taken(archive, "ferry") == ["a"]
    assert archive.remove_saved("ferry")
    assert not archive.remove_saved("ferry")
    with pytest.raises(InvalidRequest, match="there is no delivery"):
        archive.delivery(1)
    assert archive.delivered() == ()


def test_forgotten_and_cancelled_articles_are_in_no_delivery_any_more(
    archive: Archive, tmp_path: Path
) -> None:
    archive.add([ferry("a", TEXT), ferry("b", TEXT), ferry("c"), ferry("secret")])
    assert [entry.id for entry in archive.new().entries] == ["a", "c", "secret"]
    archive.delete(["a", "secret"], forget=True)
    assert ids(archive.delivery(1)) == ["b", "c"]
    archive.engine.withdraw({"c": None})
    assert ids(archive.new()) == ["b"]
    archive.engine.withdraw({"b": None})
    assert archive.new().number == 0
    archive.add([ferry("d", TEXT)])
    assert taken(archive) == ["d"]
    archive.close()
    assert b"secret" not in (tmp_path / "watched" / "articles.db").read_bytes()


def test_pruned_versions_stay_in_deliveries(archive: Archive) -> None:
    archive.add([ferry("a")])
    before = archive.new()
    archive.add([Article(id="a", title="Mill")])
    archive.at(now=datetime.now(UTC) + timedelta(days=9)).prune("1d")
    assert archive.new() == before


def test_the_last_50_entries_are_the_content_of_a_feed(archive: Archive) -> None:
    for n in range(12):
        archive.add([ferry(f"{n:02}-{m}") for m in range(5)])
        taken(archive)
    found = [entry.id for entry in archive.delivered("ferry")]
    assert found == [f"{n:02}-{m}" for n in range(11, 1, -1) for m in range(4, -1, -1)]
    assert [entry.id for entry in archive.delivered(upto=1)] == [f"00-{m}" for m in range(4, -1, -1)]
    archive.add([ferry("13", TEXT), ferry("14", TEXT)])
    taken(archive)
    newest = archive.delivered("ferry")
    assert (len(newest), newest[0].id, [copy.id for copy in newest[0].copies]) == (50, "13", ["14"])
    assert archive.delivered(upto=archive.delivery(12)) == archive.delivered(upto=12)


def test_a_backup_has_the_searches_and_tells_of_nothing_twice(archive: Archive, tmp_path: Path) -> None:
    archive.add([ferry("a")])
    assert taken(archive) == ["a"]
    maintained(tmp_path / "watched").copy_to(tmp_path / "copy")
    with open_archive(tmp_path / "copy") as copy:
        assert copy.saved() == archive.saved()
        assert taken(copy) == []
        copy.add([ferry("b")])
        assert taken(copy) == ["b"]


def test_a_rebuild_tells_of_nothing_twice(archive: Archive) -> None:
    archive.add([ferry("a"), ferry("b", TEXT), ferry("c", TEXT)])
    assert taken(archive) == ["a", "b"]
    archive.add([ferry("b", "The boat has left.")])
    archive.delete(["a"])
    archive.at(now=datetime.now(UTC) + timedelta(days=9)).prune("1d")
    archive.rebuild()
    assert taken(archive) == []
    archive.add([ferry("a"), ferry("d", TEXT)])
    assert taken(archive) == []


def test_another_look_at_the_same_time_takes_the_same_delivery(archive: Archive, tmp_path: Path) -> None:
    archive.add([ferry("a")])
    with open_archive(tmp_path / "watched") as other:
        assert other.new() == archive.new()
        other.confirm(1)
    assert archive.new().number == 0


def test_a_look_that_another_one_overtakes_looks_again(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add([ferry("a")])
    with open_archive(tmp_path / "watched") as other:
        assert isinstance(archive.engine, Watching)
        keep, seen = archive.engine.deliver, list[int]()

        def overtaken(*arguments: Any) -> int | None:
            if not seen:
                seen.append(other.new().number)
            return keep(*arguments)

        monkeypatch.setattr(archive.engine, "deliver", overtaken)
        assert (ids(archive.new()), archive.new().number, seen) == (["a"], 1, [1])


def test_a_search_that_is_replaced_during_a_look_loses_no_article(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add([ferry("a"), Article(id="m", title="Mill shut")])
    assert isinstance(archive.engine, Watching)
    keep, questions = archive.engine.deliver, ["mill"]

    def replaced(look: Look) -> int | None:
        while questions:
            archive.save("ferry", questions.pop(), replace=True)
        return keep(look)

    monkeypatch.setattr(archive.engine, "deliver", replaced)
    assert ids(archive.new("ferry")) == ["m"]


def test_damaged_searches_are_found_by_verify(archive: Archive, tmp_path: Path) -> None:
    archive.add([ferry("a")])
    archive.new()
    archive.close()
    with closing(sqlite3.connect(tmp_path / "watched" / "articles.db")) as connection, connection:
        connection.execute("UPDATE delivered SET revision = 'x'")
    assert "the table delivered" in maintained(tmp_path / "watched").verify().problems[0]
