"""Each article that a saved search finds is delivered once, whatever is killed on the way."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count as count_from
from pathlib import Path

import pytest

from search.article import Article
from search.backends.embedded.store import searches
from search.engine import Look, Watching
from search.present.schema import to_json
from search.query import Archive, Delivery, open_archive
from tests.faults.archives import TORTURE
from tests.faults.conftest import Count
from tests.faults.killing import killed_before

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")

COMMITS = 1_000 if TORTURE else 40
WORDS = ("ferry", "mill", "strike", "harbour", "fog", "tide", "crane", "quay")
QUERIES = {"ferry": "ferry", "pair": "mill strike", "either": "title:fog OR tide", "not": "crane -quay"}


def body(delivery: Delivery) -> str:
    """The delivery on one line."""
    return to_json(delivery)


def receive(log: Path, location: Path, *, names: Sequence[str] | None = None) -> None:
    """Take the next delivery: write it to the log, and confirm it."""
    with open_archive(location) as archive:
        delivery = archive.new(names)
        if delivery.number:
            with log.open("a") as file:
                file.write(body(delivery) + "\n")
            archive.confirm(delivery)


def received(log: Path) -> dict[int, str]:
    """Each delivery of the log by its number; one that was given again was the same."""
    found: dict[int, str] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        told = json.loads(line)
        told["entries"] = [
            entry for entry in told["entries"] if not entry["article"]["id"].startswith("gone")
        ]
        assert found.setdefault(told["number"], json.dumps(told)) == json.dumps(told)
    return found


def articles_of(deliveries: dict[int, str], *, reason: str = "new") -> list[tuple[str, str]]:
    """The search and the id of each article that was delivered for a reason."""
    found = []
    for written in deliveries.values():
        told = json.loads(written)
        for entry in told["entries"] + told["earlier"]:
            own = [entry, *entry["copies"]]
            found += [(each["search"], each["article"]["id"]) for each in own if each["reason"] == reason]
    return found


def some_articles(draw: random.Random, number: int) -> Iterator[Article]:
    """New articles, copies of earlier ones, changes of earlier ones, and one that will be forgotten."""
    for n in range(draw.randint(1, 4)):
        identity = f"a{number}-{n}" if draw.random() < 0.7 else f"a{draw.randint(0, number)}-0"
        text = " ".join([*draw.choices(WORDS, k=4), str(draw.randint(0, 30))])
        yield Article(id=identity, title=draw.choice(WORDS), body=text)
    if draw.random() < 0.3:
        yield Article(id=f"gone{number}", title=f"{draw.choice(WORDS)} {number}", body=f"Gone {number}.")


def commit(batch: list[Article], location: Path) -> None:
    with open_archive(location) as archive:
        archive.add(batch)


def delete(identities: list[str], location: Path) -> None:
    with open_archive(location) as archive:
        archive.delete(identities)


def forget(identities: list[str], location: Path) -> None:
    with open_archive(location) as archive:
        archive.delete(identities, forget=True)


def rebuild(location: Path) -> None:
    with open_archive(location) as archive:
        archive.rebuild()


def prune(log: Path, location: Path) -> None:
    """Look for everything, so that each version has been searched, and drop the versions and deliveries."""
    drain(log, location)
    with open_archive(location) as archive:
        archive.at(now=datetime.now(UTC) + timedelta(days=9)).prune("1d")


def drain(log: Path, location: Path) -> None:
    """Take every delivery of all searches, and of those that were asked for some."""
    with open_archive(location) as archive:
        assert isinstance(archive.engine, Watching)
        while waiting := [each for each in archive.engine.unconfirmed() if not each.all]:
            receive(log, location, names=waiting[0].searches)
        before = -1
        while before != (before := len(received(log))):
            receive(log, location)


def came(archive: Archive, identity: str) -> Article:
    """An article in the version in which it came, the last time if it was deleted."""
    first = None
    for version in archive.history(identity):
        first = first or version.article
        if version.ended not in (None, "updated"):
            first = None
    assert first is not None
    return first


def matched_as_they_came(location: Path, among: set[str]) -> set[tuple[str, str]]:
    """The searches, and the articles that they find among the first versions of these articles."""
    with tempfile.TemporaryDirectory() as folder, open_archive(location) as archive:
        articles = [came(archive, identity) for identity in archive.ids("*") if identity in among]
        with open_archive(Path(folder) / "first", create=True) as first:
            first.add(articles)
            return {(name, i) for name, query in QUERIES.items() for i in first.ids(query)}


def stored(location: Path) -> set[str]:
    """The ids of all articles but the ones that will be forgotten."""
    with open_archive(location) as archive:
        return {identity for identity in archive.ids("*") if not identity.startswith("gone")}


@pytest.mark.parametrize("changes", [False, True])
def test_every_article_that_matched_as_it_came_is_delivered_once(
    tmp_path: Path, count: Count, changes: bool
) -> None:
    location, log = tmp_path / "watched" / "archive", tmp_path / "log"
    draw, kills = random.Random(5 + changes), 0
    with open_archive(location, create=True) as archive:
        for name, query in QUERIES.items():
            archive.save(name, query, changes=changes)
    expected, deleted, looked_at = set[tuple[str, str]](), set[str](), set[str]()
    for number in range(COMMITS):
        change = partial(commit, list(some_articles(draw, number)))
        killed, _ = killed_before(draw.randint(0, 160), change, location)
        kills += killed
        if draw.random() < 0.2:
            some = [f"a{draw.randint(0, number)}-0", f"a{draw.randint(0, number)}-1"]
            deleted |= {*some}
            gone = [f"gone{n}" for n in range(number + 1)]
            changes_of_others: list[Callable[[Path], object]]
            changes_of_others = [partial(delete, some), partial(forget, gone), rebuild]
            other = draw.choice(changes_of_others)
            killed, _ = killed_before(draw.randint(0, 100), other, location)
            kills += killed
        if draw.random() < 0.6:
            event = draw.randint(0, 60) if draw.random() < 0.7 else 10_000
            names = draw.choice([None, None, ["ferry"], ["pair", "not"]])
            killed, _ = killed_before(event, partial(receive, log, names=names), location)
            kills += killed
            received(log)
        if number % (COMMITS // 4) == COMMITS // 8:
            drain(log, location)
            expected |= matched_as_they_came(location, stored(location) - looked_at)
            looked_at |= stored(location)  # of which the first versions are perhaps pruned
            prune(log, location)
    commit([Article(id="last", title="Last")], location)
    drain(log, location)
    expected |= matched_as_they_came(location, stored(location) - looked_at)
    found = articles_of(received(log))
    assert len(found) == len(set(found)), "each once"
    assert {identity for _, identity in expected ^ set(found)} <= deleted
    assert len(expected & set(found)) > COMMITS
    assert bool(articles_of(received(log), reason="now matches")) == changes
    assert kills > COMMITS // 4
    assert len(found) > COMMITS // 2
    count("kills between commits and deliveries", kills)


def test_a_search_that_is_saved_or_removed_is_there_or_not(tmp_path: Path, count: Count) -> None:
    base = tmp_path / "base" / "archive"
    with open_archive(base, create=True) as archive:
        archive.add([Article(id="a", title="Ferry")])
        archive.save("old", "ferry", start=1)
        archive.confirm(archive.new())
        archive.add([Article(id="b", title="Ferry again")])

    def save(location: Path) -> None:
        with open_archive(location) as archive:
            archive.save("made", "ferry", start=2)

    def remove(location: Path) -> None:
        with open_archive(location) as archive:
            archive.remove_saved("old")

    for change in (save, remove):
        tried = 0
        for event in count_from(0, 1 if TORTURE else 5):
            location = tmp_path / "tried" / "archive"
            shutil.copytree(base, location)
            killed, acknowledged = killed_before(event, change, location)
            with open_archive(location) as archive:
                names = [each.name for each in archive.saved()]
                after = ["made", "old"] if change is save else []
                assert names == after or (names == ["old"] and not acknowledged)
                assert [entry.id for entry in archive.new().entries] == ["b"] * len(names)
                assert bool(names) == bool(archive.delivered(upto=1))
            shutil.rmtree(location.parent)
            if not killed:
                break
            tried += 1
        assert tried > 3
        count("kills, saved searches", tried)


def test_a_look_is_caught_whose_mark_moves_before_its_articles_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, log = tmp_path / "base" / "archive", tmp_path / "log"
    with open_archive(base, create=True) as archive:
        archive.save("ferry", "ferry")
        archive.add([Article(id="a", title="Ferry")])
    keep = searches.deliver

    def apart(cursor: sqlite3.Cursor, look: Look) -> int | None:
        keep(cursor, replace(look, entries=()))
        cursor.execute("COMMIT")
        cursor.execute("BEGIN IMMEDIATE")
        after = {name: (replace(known, mark=mark), mark) for name, (known, mark) in look.marks.items()}
        return keep(cursor, replace(look, marks=after))

    monkeypatch.setattr(searches, "deliver", apart)
    lost = 0
    for event in count_from():
        location = tmp_path / "tried" / "archive"
        shutil.copytree(base, location)
        killed, _ = killed_before(event, partial(receive, log), location)
        with open_archive(location) as archive:
            archive.new()
            lost += not archive.delivered()
        shutil.rmtree(location.parent)
        if not killed:
            break
    assert lost
