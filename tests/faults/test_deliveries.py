"""Each article that a saved search finds is delivered once, whatever is killed on the way."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import count as count_from
from pathlib import Path

import pytest

from search.article import Article
from search.backends.embedded.store.searches import StoredSearches
from search.engine import StoredEntry
from search.present.deliveries import delivery_as_json
from search.query import Delivery, open_archive
from tests.faults.archives import TORTURE
from tests.faults.conftest import Count
from tests.faults.killing import killed_before

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")

COMMITS = 1_000 if TORTURE else 60
WORDS = ("ferry", "mill", "strike", "harbour", "fog", "tide", "crane", "quay")
QUERIES = {"ferry": "ferry", "pair": "mill strike", "either": "title:fog OR tide", "not": "crane -quay"}


def body(delivery: Delivery) -> str:
    """The delivery on one line."""
    return json.dumps(json.loads(delivery_as_json(delivery)))


def receive(log: Path, location: Path, *, changes: bool = False) -> None:
    """Take the next delivery: write it to the log, and confirm it."""
    with open_archive(location) as archive:
        delivery = archive.new(changes=changes)
        if delivery.number:
            with log.open("a") as file:
                file.write(body(delivery) + "\n")
            archive.confirm(delivery)


def received(log: Path) -> dict[int, str]:
    """Each delivery of the log by its number; one that was given again was the same."""
    found: dict[int, str] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        assert found.setdefault(json.loads(line)["number"], line) == line
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
    """New articles, copies of earlier ones, and changes of earlier ones."""
    for n in range(draw.randint(1, 4)):
        identity = f"a{number}-{n}" if draw.random() < 0.7 else f"a{draw.randint(0, number)}-0"
        text = " ".join([*draw.choices(WORDS, k=4), str(draw.randint(0, 30))])
        yield Article(id=identity, title=draw.choice(WORDS), body=text)


def commit(batch: list[Article], location: Path) -> None:
    with open_archive(location) as archive:
        archive.add(batch)


def matched_as_they_came(location: Path) -> set[tuple[str, str]]:
    """The searches and the articles that they find among the first versions of all articles."""
    with open_archive(location) as archive, open_archive(location.with_name("first"), create=True) as first:
        first.add(archive.history(identity)[0].article for identity in archive.ids("*"))
        return {(name, i) for name, query in QUERIES.items() for i in first.ids(query)}


@pytest.mark.parametrize("changes", [False, True])
def test_every_article_that_matched_as_it_came_is_delivered_once(
    tmp_path: Path, count: Count, changes: bool
) -> None:
    location, log = tmp_path / "watched" / "archive", tmp_path / "log"
    draw, kills = random.Random(5 + changes), 0
    with open_archive(location, create=True) as archive:
        for name, query in QUERIES.items():
            archive.save(name, query)
    for number in range(COMMITS):
        change = partial(commit, list(some_articles(draw, number)))
        event = draw.randint(0, 160)
        killed, _ = killed_before(event, change, location)
        kills += killed
        if draw.random() < 0.6:
            event = draw.randint(0, 60) if draw.random() < 0.7 else 10_000
            killed, _ = killed_before(event, partial(receive, log, changes=changes), location)
            kills += killed
            received(log)
    commit([Article(id="last", title="Last")], location)
    with open_archive(location) as archive:
        while (delivery := archive.new(changes=changes)).number:
            with log.open("a") as file:
                file.write(body(delivery) + "\n")
            archive.confirm(delivery)
        assert {number: body(archive.delivery(number)) for number in received(log)} == received(log)
        assert max(received(log)) == len(received(log)), "no delivery is left out"
    found = articles_of(received(log))
    assert len(found) == len(set(found)), "each once"
    assert set(found) == matched_as_they_came(location)
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
        for event in count_from(0, 1 if TORTURE else 3):
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
    keep = StoredSearches.deliver

    def apart(
        self: StoredSearches,
        searches: Sequence[str],
        seen: Mapping[str, int],
        upto: int,
        made: datetime,
        entries: Sequence[StoredEntry],
    ) -> int | None:
        keep(self, searches, seen, upto, made, ())
        return keep(self, searches, dict.fromkeys(seen, upto), upto, made, entries)

    monkeypatch.setattr(StoredSearches, "deliver", apart)
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
