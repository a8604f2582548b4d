"""The versions of an article, its changes, and an archive as it was."""

from __future__ import annotations

import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.article import Article
from search.backends import state_stamp
from search.backends.embedded.store.store import Store
from search.errors import InvalidRequest, QuerySyntaxError
from search.query import Archive, open_archive

LONG = "The harbour of Vesk opens at six. Ships wait outside. The mayor spoke on Monday."


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    """Revisions 1: a and b come; 2: b corrected; 3: a silently; 4: a's keywords; 5: b deleted; 6: b back."""
    archive = open_archive(tmp_path / "kept", create=True)
    archive.add([Article(id="a", title="Harbour opens", body=LONG), Article(id="b", title="Ferry sinks")])
    archive.add([Article(id="b", title="Correction: ferry afloat")])
    archive.add([Article(id="a", title="Harbour shut", body=LONG.replace("six", "nine"))])
    archive.add([Article(id="a", title="Harbour shut", body=LONG.replace("six", "nine"), keywords=("port",))])
    archive.delete(["b"])
    archive.add([Article(id="b", title="Ferry raised")])
    return archive


def test_every_update_is_a_change_with_levels(kept: Archive) -> None:
    found = [(each.id, each.later.revision, each.levels, each.silent) for each in kept.changes()]
    assert found == [
        ("b", 2, ("headline",), False),
        ("a", 3, ("headline", "text"), True),
        ("a", 4, ("metadata",), False),
    ]
    assert [round(each.kept, 2) for each in kept.changes()] == [1.0, 0.93, 1.0]


def test_changes_are_chosen_by_level_silence_and_time(kept: Archive) -> None:
    def revisions(**options: object) -> list[int]:
        return [each.later.revision for each in kept.changes(**options)]  # type: ignore[arg-type]

    assert revisions(silent=True) == [3]
    assert revisions(levels=["headline"]) == [2, 3]
    assert revisions(levels=["metadata", "text"]) == [3, 4]
    assert revisions(since="7d") == revisions(since="today") == [2, 3, 4]
    assert revisions(until="2024") == revisions(since=datetime(2100, 1, 1, tzinfo=UTC)) == []
    second, third = (kept.history(identity)[1].at for identity in "ba")
    assert revisions(since=second, until=third) == [2, 3]
    assert revisions(since=third, until=third) == [3]
    for wrong in ([["text"]], "headline", ["words"]):
        with pytest.raises(InvalidRequest, match="levels are several of headline, text"):
            kept.changes(levels=wrong)  # type: ignore[arg-type]


def test_changes_of_cancelled_and_erased_articles_are_left_out(kept: Archive) -> None:
    kept.engine.withdraw({"a": None})
    assert [each.id for each in kept.changes()] == ["b"]
    kept.delete(["b"], forget=True)
    assert not [*kept.changes()]


def test_the_diff_of_two_versions_has_words_and_fields(kept: Archive) -> None:
    diff = kept.diff("a", "r1", 4)
    shown = [(span.kind, span.text) for span in diff.title.spans]
    assert shown == [("kept", "Harbour "), ("removed", "opens"), ("added", "shut")]
    assert [span.text for span in diff.text.spans if span.kind != "kept"] == ["six", "nine"]
    assert diff.fields == {"keywords": (None, ["port"])}
    assert diff.change.levels == ("headline", "text", "metadata")
    whole = kept.diff("a", 1, 4, by="sentences").text.spans
    assert [span.text for span in whole if span.kind == "added"] == ["The harbour of Vesk opens at nine. "]


def test_a_diff_compares_the_last_versions_unless_others_are_named(kept: Archive) -> None:
    def pair(*then: int | str) -> tuple[int, int]:
        change = kept.diff("a", *then).change
        return change.earlier.revision, change.later.revision

    assert pair() == (3, 4)
    assert pair(1) == (1, 4)
    assert pair("r2", "r3") == (1, 3)
    assert pair("r1", "today") == (1, 4)
    refused: list[tuple[int | str, str]] = [
        (0, "first is of revision 1"), ("r99", "the last is"), ("2024", "begins later"), (True, "whole"),
    ]  # fmt: skip
    for then, reason in refused:
        with pytest.raises(InvalidRequest, match=reason):
            kept.diff("a", then)
    with pytest.raises(InvalidRequest, match="now or earlier"):
        kept.diff("zz")
    kept.add([Article(id="c", title="Crane falls")])
    with pytest.raises(InvalidRequest, match="only one version"):
        kept.diff("c")
    assert not kept.diff("c", 7, 7).change.levels


def test_every_method_answers_as_of_a_revision(kept: Archive) -> None:
    assert kept.count("ferry") == 1
    assert kept.count("sinks", as_of="r1") == 1
    assert kept.count("*", as_of="r0") == 0
    assert [hit.title for hit in kept.search("harbour", as_of=2)] == ["Harbour opens"]
    assert kept.facets("*", "keyword", as_of=3)["keyword"].values == ()
    assert kept.timeline("*", as_of="r1").undated == 2
    assert kept.timeline("*", share=True, as_of="r5").undated == 1
    then = kept.at(as_of="r1")
    assert then.ids("sinks") == ["b"]
    assert [article.title for article in then.scan("ferry")] == ["Ferry sinks"]
    assert then["a"].title == "Harbour opens"
    assert then.explain("b", "sinks").matches
    assert (then.state().revision, then.stats().articles) == (1, 2)
    assert then.at(zone="Asia/Tokyo").count("sinks") == 1


def test_a_moment_means_the_last_revision_until_its_end(kept: Archive) -> None:
    first, second, third, last = (version.at for version in [*kept.history("a"), kept.history("b")[1]])
    assert kept.count("opens title:harbour", as_of=first) == 1
    assert kept.count("title:opens", as_of=second) == 0
    assert kept.count("ferry", as_of="today") == kept.count("ferry") == 1
    assert (third, last) > (first, first)
    with pytest.raises(InvalidRequest, match="begins later"):
        kept.count("ferry", as_of="2024-12-31")
    with pytest.raises(InvalidRequest, match="no revision 7"):
        kept.count("ferry", as_of=7)
    with pytest.raises(InvalidRequest, match="as_of"):
        kept.count("ferry", as_of=2.5)  # type: ignore[arg-type]


def test_a_page_as_of_a_moment_relative_to_now_goes_on_from_that_moment(kept: Archive) -> None:
    page = kept.search("*", limit=1, as_of="today")
    assert page.depends_on_now
    later = kept.at(now=datetime.now(UTC) + timedelta(days=3))
    assert later.search("*", limit=1, as_of="today", after=page.next).first == 2
    assert not kept.search("*", as_of="r1").depends_on_now
    assert not kept.search("*", as_of=f"{datetime.now(UTC):%Y-%m-%d}").depends_on_now


def test_a_cursor_belongs_to_its_revision(kept: Archive) -> None:
    page = kept.search("*", limit=1, as_of=1)
    assert page.next is not None
    assert len(kept.search("*", limit=1, as_of=1, after=page.next)) == 1
    for other in (None, 2):
        with pytest.raises(InvalidRequest, match="another search"):
            kept.search("*", limit=1, as_of=other, after=page.next)


def test_a_query_finds_changed_articles_and_silent_edits(kept: Archive) -> None:
    assert kept.ids("changed:today") == kept.ids("changed:7d..") == ["a", "b"]
    assert kept.ids("changed:2024") == []
    assert kept.ids("changed:none") == []
    assert kept.ids("-changed:none") == kept.ids("changed:*") == ["a", "b"]
    assert kept.ids("is:silent") == kept.ids("IS:SILENT changed:today") == ["a"]
    assert kept.count("changed:today", as_of=1) == 0
    assert kept.at(as_of="r2").ids("changed:today") == ["b"]
    assert kept.at(as_of="r2").ids("is:silent") == []
    kept.rebuild()
    assert kept.ids("is:silent") == ["a"]
    assert kept.search("is:silent changed:2025..").read_as.startswith("is:silent AND changed:2025-01-01")
    with pytest.raises(QuerySyntaxError, match="is: takes silent"):
        kept.count("is:silnt")


def test_pruned_versions_are_no_changes_any_more(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "kept", create=True)
    archive.add([Article(id="a", title="Harbour opens")])
    archive.add([Article(id="a", title="Harbour shut")])
    assert archive.ids("is:silent") == ["a"]
    assert archive.at(now=datetime(2100, 1, 1, tzinfo=UTC)).prune("1d") == 1
    assert archive.ids("is:silent") == archive.ids("changed:today") == []
    assert archive.ids("shut") == ["a"]
    assert "news prune" in archive.search("shut", as_of=1).warnings[0]
    archive.add([Article(id="a", title="Harbour opens again")])
    assert archive.ids("is:silent") == archive.ids("changed:today") == ["a"]


def test_an_answer_about_versions_that_are_being_pruned_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(tmp_path / "kept", create=True)
    archive.add([Article(id="a", title="Harbour opens")])
    archive.add([Article(id="a", title="Harbour shut")])
    between, drop = [], Store.prune

    def prune(store: Store, until: int, before: datetime) -> int:
        between.append((state_stamp(tmp_path / "kept"), len(archive.history("a"))))
        return drop(store, until, before)

    monkeypatch.setattr(Store, "prune", prune)
    archive.at(now=datetime(2100, 1, 1, tzinfo=UTC)).prune("1d")
    ((stamp, versions),) = between
    assert versions > len(archive.history("a"))
    assert stamp != state_stamp(tmp_path / "kept")


_words = st.sampled_from(["Harbour opens", "harbour opens!", "Harbour shut", "Correction: harbour"])
_steps = st.lists(st.tuples(st.sampled_from("ab"), _words | st.none(), st.booleans()), max_size=8)


@settings(max_examples=25)
@given(_steps)
def test_marks_of_random_histories_are_as_their_changes(steps: list[tuple[str, str | None, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_archive(f"{folder}/a", create=True) as archive:
        silent: dict[str, int] = {}
        last: dict[str, tuple[str, bool]] = {}
        for identity, title, is_dated in steps:
            if title is None:
                archive.delete([identity])
                last.pop(identity, None)
                continue
            when = datetime(2025, 4, 8, tzinfo=UTC) if is_dated else None
            archive.add([Article(id=identity, title=title, published=when)])
            before = last.get(identity)
            if before is not None and before[1] == is_dated and not title.startswith("Correction"):
                one, other = (re.sub(r"\W", "", each).lower() for each in (before[0], title))
                silent[identity] = silent.get(identity, 0) + (one != other)
            last[identity] = title, is_dated
        expected = {i for i, count in silent.items() if count}
        assert {change.id for change in archive.changes(silent=True)} == expected
        assert set(archive.ids("is:silent")) <= expected  # an article may have been deleted since
        assert expected & last.keys() <= set(archive.ids("is:silent"))
        updated = {change.id for change in archive.changes()}
        assert set(archive.ids("changed:*")) == updated & last.keys()
        for revision in range(archive.state().revision + 1):
            upto = [change for change in archive.changes() if change.later.revision <= revision]
            then = archive.at(as_of=revision)
            there = set(then.ids("*"))
            assert set(then.ids("changed:*")) == {change.id for change in upto} & there
            assert set(then.ids("is:silent")) == {change.id for change in upto if change.silent} & there
