"""G. Files of the index, and of the archive, that are not what they were.

Each damage is met by `search`, `verify`, `index` and `rebuild`. The first two name a file and the next step,
and answer nothing; either of the others makes the index anew from the articles, and then all is found again.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from search.index.format.manifest import make_durable, read_manifest, write_manifest
from tests.bad_input.desk import BEFORE, Desk
from tests.bad_input.harm import (
    Damage,
    add,
    cut,
    exchanged,
    files,
    flip,
    gone,
    hostile,
    manifest_of_after,
    manifest_of_before,
    one,
    put,
    whole_index_exchanged,
)
from tests.bad_input.table import DAMAGED, FIRST, OK, USAGE, Check, Line, ending, line


def damaged(damage: Damage, *says: str, more: tuple[str, ...] = ()) -> Check:
    """The index is refused with these words, and can be made anew in either way.

    `more` are articles that the damage has added.
    """

    def look(desk: Desk) -> None:
        desk.write({"a.jsonl": FIRST})
        shutil.copytree(desk.archive, "whole")
        for mend in ("index a.jsonl", "rebuild"):
            damage(desk)
            for command in ("search strike", "count", "verify --quick", "verify"):
                ended = desk.news(*command.split()).check(DAMAGED, "index", "run: news rebuild", *says)
                assert ended.out == ""
            desk.news(*mend.split()).check(OK)
            new = ["first"] if mend.startswith("index") else []
            assert sorted(desk.ids()) == sorted([*BEFORE, *more, *new])
            assert sorted(desk.ids("strike")) == sorted(["a1", "a2", *more])
            desk.news("verify", "--deep").check(OK)
            shutil.rmtree(desk.archive)
            shutil.copytree("whole", desk.archive)

    return ending(DAMAGED, OK)(look)


def ignored(damage: Damage, *gone: str) -> Check:
    """What is not of the commit is passed over; the next writer removes only what is `gone` then."""

    def look(desk: Desk) -> None:
        desk.write({"a.jsonl": FIRST})
        found = desk.news("search", "strike", "--format", "json").check(OK).out
        before = set(os.listdir(desk.index))  # noqa: PTH208  # names only
        damage(desk)
        added = set(os.listdir(desk.index)) - before  # noqa: PTH208
        assert desk.news("search", "strike", "--format", "json").check(OK).out == found
        desk.news("verify", "--deep").check(OK)
        assert added <= set(os.listdir(desk.index))  # noqa: PTH208
        desk.news("index", "a.jsonl").check(OK, "added 1")
        desk.news("rebuild").check(OK)
        assert sorted(desk.ids()) == sorted([*BEFORE, "first"])
        left = {name for name in added if (desk.index / name).exists()}
        assert not left & set(gone), "what is left of other commits is removed"

    return ending(OK)(look)


@ending(DAMAGED, OK)
def flipped(desk: Desk) -> None:
    """One byte in so many of each file, anew; every byte of it is for `tests/faults`."""
    for path in files(desk):
        content = path.read_bytes()
        for at in range(0, len(content), max(1, len(content) // 5)):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :])
            desk.news("search", "strike").check(DAMAGED, "run: news rebuild")
        desk.news("verify").check(DAMAGED, "run: news rebuild")
        path.write_bytes(content)
    desk.news("search", "strike").check(OK)


@ending(DAMAGED)
def index_of_another(desk: Desk) -> None:
    whole_index_exchanged(desk)
    before = desk.contents()
    for command in ("search strike", "verify"):
        desk.news(*command.split()).check(DAMAGED)
    assert desk.contents() == before


@ending(DAMAGED)
def articles_of_before(desk: Desk) -> None:
    """An index that is ahead of articles.db says that articles are lost: a rebuild would hide it."""
    shutil.copytree(desk.archive, "earlier")
    add(desk, "b1")
    for name in ("articles.db", "articles.db-wal", "articles.db-shm"):
        (desk.archive / name).unlink(missing_ok=True)
        if (desk.folder / "earlier" / name).exists():
            shutil.copyfile(desk.folder / "earlier" / name, desk.archive / name)
    for command in ("search strike", "verify", "rebuild", "backup copy"):
        desk.news(*command.split()).check(DAMAGED, "articles.db has lost articles", "restore")


@ending(OK)
def index_of_before(desk: Desk) -> None:
    """An index behind its articles says so, finds what it has, and the next write brings it up to date."""
    shutil.copytree(desk.index, "earlier")
    add(desk, "b1")
    shutil.rmtree(desk.index)
    shutil.copytree("earlier", desk.index)
    ended = desk.news("search", "strike", "--format", "ids")
    ended.check(OK, "stored but not yet searchable; run: news rebuild")
    assert ended.out.split() == ["a1", "a2"]
    desk.write({"a.jsonl": FIRST})
    desk.news("index", "a.jsonl").check(OK)
    assert sorted(desk.ids()) == sorted([*BEFORE, "b1", "first"])


@ending(OK, DAMAGED)
def copied_meanwhile(desk: Desk) -> None:
    """Copies of the files of two commits: each is one of them, or is refused."""
    shutil.copytree(desk.archive, "earlier")
    add(desk, "b1")
    generations = [
        {path.name: path for path in sorted((desk.folder / place).rglob("*")) if path.is_file()}
        for place in ("earlier", "archive")
    ]
    for number, (first, second) in enumerate(_mixtures(generations)):
        copy = desk.folder / f"copy{number}"
        (copy / "index").mkdir(parents=True)
        for name, path in {**first, **second}.items():
            inside = "index" if path.parent.name == "index" else "."
            shutil.copyfile(path, copy / inside / name)
        ended = desk.news("search", "strike", "--format", "ids", "--archive", f"copy{number}")
        ended.check(OK if ended.code == OK else DAMAGED)
        if ended.code == OK:
            assert sorted(ended.out.split()) in (["a1", "a2"], ["a1", "a2", "b1"])


def _mixtures(generations: list[dict[str, Path]]) -> Iterator[tuple[dict[str, Path], dict[str, Path]]]:
    chance = random.Random(124)
    for _ in range(8):
        yield tuple(  # type: ignore[misc]
            {name: path for name, path in generation.items() if chance.random() < 0.7}
            | {name: path for name, path in generation.items() if name == "articles.db"}
            for generation in chance.sample(generations, 2)
        )


def pickled(pattern: str) -> Check:
    def damage(desk: Desk) -> None:
        one(desk, pattern).write_bytes(hostile(desk))

    check = damaged(damage)

    def look(desk: Desk) -> None:
        check(desk)
        assert not (desk.folder / "sprung").exists(), "the pickle was loaded"

    return ending(*check.codes)(look)


@ending(DAMAGED)
def sealed_pickle(desk: Desk) -> None:
    """A hostile table of contents, or arrays, whose checksum is right."""
    for pattern in ("*.toc", "*.arrays"):
        shutil.copytree(desk.archive, desk.folder / "whole")
        path = one(desk, pattern)
        path.write_bytes(hostile(desk))
        manifest = read_manifest(desk.index, "articles")
        write_manifest(desk.index, replace(manifest, files={**manifest.files, path.name: make_durable(path)}))
        for command in ("search strike", "verify --deep", "rebuild"):
            ended = desk.news(*command.split())
            ended.check(OK if command == "rebuild" or pattern == "*.toc" else DAMAGED)
        assert not (desk.folder / "sprung").exists()
        shutil.rmtree(desk.archive)
        (desk.folder / "whole").rename(desk.archive)
    desk.news("verify", "--deep").check(OK)


def lock(make: Callable[[Path], object], code: int) -> Check:
    """The lock is something else; searches do not need it."""

    def look(desk: Desk) -> None:
        path = desk.archive / "lock"
        path.unlink(missing_ok=True)
        make(path)
        desk.write({"a.jsonl": FIRST})
        desk.news("search", "strike").check(OK)
        desk.news("verify").check(OK)
        for command in ("index a.jsonl", "rebuild"):
            desk.news(*command.split()).check(code, *(["archive/lock"] if code else []))
        assert len(desk.added()) == (code == OK)
        assert not (desk.folder / "elsewhere").exists()

    return ending(*{OK, code})(look)


@ending(OK, DAMAGED)
def wrong_postings(desk: Desk) -> None:
    """Numbers of the postings that are not those of the articles, under checksums that are right."""
    path = one(desk, "*.arrays")
    content = path.read_bytes()
    found = 0
    for at in range(200, len(content), len(content) // 12):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        manifest = read_manifest(desk.index, "articles")
        write_manifest(desk.index, replace(manifest, files={**manifest.files, path.name: make_durable(path)}))
        ended = desk.news("verify", "--deep")
        if ended.code == DAMAGED:
            ended.check(DAMAGED, "articles_", "run: news rebuild")
            found += 1
        else:
            ended.check(OK)
            assert desk.news("search", "strike", "-f", "ids").check(OK).out.split() == ["a1", "a2"]
    assert found >= 6
    desk.news("rebuild").check(OK)
    desk.news("verify", "--deep").check(OK)


@ending(DAMAGED)
def damaged_articles(desk: Desk) -> None:
    """Of articles.db, which nothing else can be made from, a backup is the next step; it is left as it is."""
    path = desk.archive / "articles.db"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    desk.write({"a.jsonl": FIRST})
    before = path.read_bytes()
    for command in ("search strike", "verify", "index a.jsonl", "rebuild"):
        desk.news(*command.split()).check(DAMAGED, "articles.db", "restore")
    assert path.read_bytes() == before


TOC = "_articles_*.toc"

LINES: dict[int, Line] = {
    112: line(
        "a flipped byte",
        (DAMAGED, OK),
        flipped,
        *(damaged(flip(pattern)) for pattern in (TOC, "*.arrays", "manifest.json")),
    ),
    113: line(
        "a file cut short",
        (DAMAGED, OK),
        *(
            damaged(cut(pattern, part))
            for pattern, part in ((TOC, 0.5), ("*.arrays", 0.9), ("*.arrays", 0.01), ("manifest.json", 0.99))
        ),
        damaged_articles,
    ),
    114: line("an empty table of contents", (DAMAGED, OK), damaged(cut(TOC, 0), ".toc has 0 bytes")),
    115: line(
        "a segment of zeros",
        (DAMAGED, OK),
        damaged(cut("*.arrays", 0, zeros=True), ".arrays is damaged"),
        damaged(cut("*.arrays", 0.5, zeros=True), ".arrays is damaged"),
    ),
    116: line(
        "no table of contents",
        (DAMAGED, OK),
        damaged(gone(TOC), ".toc"),
        damaged(gone("manifest.json"), "manifest.json"),
        but="no last good generation is offered: a rebuild needs nothing but the articles, which are there",
    ),
    117: line("no segment", (DAMAGED, OK), damaged(gone("*.arrays"), ".arrays")),
    118: line(
        "one table of contents more",
        OK,
        ignored(put("_MAIN_999999999.toc", b"x")),
        ignored(put("_articles_999999999.toc", b"x"), "_articles_999999999.toc"),
    ),
    119: line(
        "files of another index",
        (DAMAGED, OK),
        damaged(exchanged("*.toc")),
        index_of_another,
    ),
    120: line(
        "a manifest that is older or newer",
        (DAMAGED, OK),
        damaged(manifest_of_before, more=("b1",)),
        damaged(manifest_of_after, more=("b1",)),
        articles_of_before,
        index_of_before,
        but="an index behind its articles answers with a warning, as after a write that was interrupted",
    ),
    121: line(
        "hostile pickles",
        (DAMAGED, OK),
        *(pickled(pattern) for pattern in (TOC, "*.arrays", "manifest.json")),
        sealed_pickle,
        but="a table of contents that was sealed again is Whoosh's alone, and nothing here reads it",
    ),
    122: line(
        "a lock that is none",
        DAMAGED,
        lock(Path.exists, OK),
        lock(Path.mkdir, USAGE),
        lock(lambda path: path.symlink_to("../elsewhere"), USAGE),
        but="nothing is damaged: writing fails and names the lock, reading goes on without it",
    ),
    123: line(
        "what other commits have left",
        OK,
        ignored(put("_articles_3.toc.1700000000.5", b"x"), "_articles_3.toc.1700000000.5"),
        ignored(put("articles_zzzz.arrays", b"x"), "articles_zzzz.arrays"),
        ignored(put("manifest.json.new", b"x"), "manifest.json.new"),
        ignored(lambda desk: (desk.index / "MAIN.tmp").mkdir()),
    ),
    124: line("copied while it was written", (OK, DAMAGED), copied_meanwhile),
    125: line(
        "names of other file systems",
        OK,
        ignored(put(".nfs00000000000012", b"x")),
        ignored(put("MANIFEST.JSON", b"x")),
    ),
    126: line("right checksums, wrong postings", (DAMAGED, OK), wrong_postings),
}
