"""Small archives, the ways in which one is changed, and what must hold of it whatever has happened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from search.article import Article
from search.backends import maintained
from search.engine import Engine, SearchRequest, Watching
from search.language import parse_query
from search.query import open_archive
from tests.asking import ask
from tests.engines import open_engine

TORTURE = bool(os.environ.get("NEWS_TORTURE"))
"""Whether all points are to be tried, not a part of them."""

SEEN = SearchRequest(parse_query("notice").tree, limit=100)


def notices(start: int, stop: int, word: str = "first") -> list[Article]:
    """Articles of which two at a time are copies of each other."""
    texts = ((f"n{n}", f"Notice {n // 2}", f"{word} of tides") for n in range(start, stop))
    return [Article(id=identity, title=title, body=body) for identity, title, body in texts]


def make(location: Path) -> None:
    """An archive of 12 articles in 7 segments, so that the next commit merges."""
    engine = open_engine(location, create=True)
    for n in range(0, 12, 2):
        engine.add(notices(n, n + 2))
    engine.add([Article(id="n0", title="Notice 0", body="first of tides, again")])
    engine.close()
    with open_archive(location) as archive:
        archive.save("notices", "notice", start=1)


def _with_engine(change: Callable[[Engine], object]) -> Callable[[Path], None]:
    def run(location: Path) -> None:
        engine = open_engine(location)
        change(engine)
        engine.close()

    return run


CHANGES: dict[str, Callable[[Engine], object]] = {
    "add": lambda engine: engine.add(notices(12, 14)),
    "update": lambda engine: engine.add(notices(0, 3, "second")),
    "delete": lambda engine: engine.delete(["n1", "n5"]),
    "merge": lambda engine: engine.optimize(),
    "rebuild": lambda engine: engine.rebuild(),
}


def deliver(location: Path) -> None:
    """Take every delivery of new articles, and confirm it."""
    with open_archive(location) as archive:
        while (delivery := archive.new()).number:
            archive.confirm(delivery)


KINDS: dict[str, Callable[[Path], object]] = {
    **{kind: _with_engine(change) for kind, change in CHANGES.items()},
    "deliver": deliver,
    "backup": lambda location: maintained(location).copy_to(location.with_name("copy")),
}
"""How an archive is changed; when one of them has returned, what it does is acknowledged."""


def bodies(location: Path) -> dict[str, str]:
    """The body of each stored article, by id."""
    return {article.id: article.body for article in maintained(location).articles()}


def versions(location: Path) -> list[tuple[str, str, str | None]]:
    """The id and the body of each stored version, and how it ended."""
    found = maintained(location).versions()
    return [(version.article.id, version.article.body, version.ended) for version in found]


def searched(location: Path) -> dict[str, str]:
    """The body of each article that a search finds, by id."""
    engine = open_engine(location)
    try:
        results = ask(engine).search(SEEN)
        assert results.total == len(results.hits) or results.warnings
        return {hit.article.id: hit.article.body for hit in results.hits}
    finally:
        engine.close()


def groups(location: Path) -> dict[str, str]:
    """The group of copies of each stored article, by id."""
    engine = open_engine(location)
    try:
        found = {identity: ask(engine).copies(identity) for identity in bodies(location)}
        return {identity: group.group for identity, group in found.items() if group is not None}
    finally:
        engine.close()


def delivered(location: Path) -> list[str]:
    """The id of each article in each delivery that was kept, sorted."""
    found: list[str] = []
    with open_archive(location) as archive:
        assert isinstance(archive.engine, Watching)
        for number in range(1, archive.engine.last_delivery() + 1):
            delivery = archive.delivery(number)
            for entry in (*delivery.entries, *delivery.earlier):
                found += [each.id for each in (entry, *entry.copies)]
    return sorted(found)


class Outcomes:
    """What an archive may hold: `before` a change or `after` it."""

    def __init__(self, template: Path, kind: str, scratch: Path) -> None:
        self.before, self._versions_before = bodies(template), versions(template)
        shutil.copytree(template, scratch / "archive")
        KINDS[kind](scratch / "archive")
        self.after, self._versions_after = bodies(scratch / "archive"), versions(scratch / "archive")
        shutil.rmtree(scratch)

    def check(self, location: Path, *, acknowledged: bool) -> None:
        """Assert that nothing is lost, that it opens, that it can be written to, and is then whole."""
        stored = bodies(location)
        assert stored == self.after or (not acknowledged and stored == self.before)
        kept = {(*self.after.items(),): self._versions_after, (*self.before.items(),): self._versions_before}
        known = self.before.keys() | self.after.keys()
        found_versions = [version for version in versions(location) if version[0] in known]
        assert found_versions == kept[(*stored.items(),)], "no version is lost"
        found = searched(location)
        if acknowledged:
            assert found == self.after
        # The index is perhaps that of before: a search then finds what there was, and as it was.
        assert found in (stored, self.before)
        whole_again(location, stored)


def whole_again(location: Path, stored: dict[str, str]) -> None:
    """Assert that the archive, which has these bodies, can be written to, and is then whole."""
    engine = open_engine(location)
    engine.add([Article(id="last", title="Notice", body="last of tides")])
    engine.close()
    expected = {**stored, "last": "last of tides"}
    assert bodies(location) == searched(location) == expected
    deliver(location)
    assert delivered(location) == sorted(expected), "each article is delivered once"
    kept = groups(location)
    assert kept.keys() == expected.keys()
    assert len({*kept.values()}) < len(kept)
    engine = open_engine(location)
    engine.rebuild()
    engine.close()
    assert groups(location) == kept, "no group is lost or doubled"
    verdict = maintained(location).verify()
    assert (verdict.problems, verdict.notes) == ((), ())
    assert not (location / "index.new").exists()
    assert len(list(location.glob("*.new"))) == 0
