"""Damage to any byte of an index is found by each search and by verify; none is answered from."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from search.article import Article
from search.backends import maintained
from search.engine import FacetRequest, SearchRequest
from search.errors import ArchiveDamaged, IndexUnusable, SearchError
from search.index.format.manifest import make_durable, read_manifest, write_manifest
from search.language import parse_query
from tests.asking import ask
from tests.engines import open_engine
from tests.faults.archives import TORTURE, make, searched
from tests.faults.conftest import Count


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "archive"
    make(folder)
    return folder


@pytest.fixture
def location(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "archive"))


def index_files(location: Path) -> list[Path]:
    return sorted((location / "index").iterdir())


def is_refused(location: Path) -> bool:
    """Whether a search says that the index is damaged; and then verify does."""
    try:
        searched(location)
    except IndexUnusable as error:
        return "news rebuild" in str(error)
    return False


def flips(content: bytes, step: int) -> Iterator[tuple[int, bytes]]:
    for at in range(0, len(content), step):
        yield at, content[:at] + bytes((content[at] ^ (1 << at % 8),)) + content[at + 1 :]


def test_no_flipped_byte_is_searched(location: Path, count: Count) -> None:
    tried = 0
    for path in index_files(location):
        content = path.read_bytes()
        for at, changed in flips(content, 1 if TORTURE else 301):
            path.write_bytes(changed)
            assert is_refused(location), f"{path.name}, byte {at}"
            tried += 1
        assert maintained(location).verify("quick").fix == "run: news rebuild"
        path.write_bytes(content)
    assert not is_refused(location)
    count("bytes of the index flipped", tried)


def test_no_file_cut_short_emptied_or_missing_is_searched(location: Path, count: Count) -> None:
    tried = 0
    for path in index_files(location):
        content = path.read_bytes()
        for length in range(0, len(content), 7 if TORTURE else 997):
            path.write_bytes(content[:length])
            assert is_refused(location), f"{path.name}, {length} bytes"
            path.write_bytes(content[:length] + bytes(len(content) - length))
            assert is_refused(location) or content == path.read_bytes(), f"{path.name}, zeros from {length}"
            tried += 2
        path.unlink()
        assert is_refused(location)
        path.write_bytes(content)
    count("files of the index cut or zeroed", tried)


def test_no_file_of_another_commit_is_searched(location: Path, template: Path) -> None:
    engine = open_engine(location)
    engine.add([Article(id="n99", title="Notice 99")])
    engine.close()
    for path in index_files(location):
        content = path.read_bytes()
        others = [other for other in index_files(template) if other.suffix == path.suffix]
        for other in others:
            if other.read_bytes() != content:
                shutil.copyfile(other, path)
                # an older manifest names files that are there no longer
                assert is_refused(location), f"{other.name} for {path.name}"
        path.write_bytes(content)
    assert "n99" in searched(location)


def test_files_that_are_not_of_the_commit_are_passed_over(location: Path) -> None:
    index = location / "index"
    before = searched(location)
    for name in (
        "_articles_999999999.toc",
        "articles_zzzz.arrays",
        ".nfs00012",
        "manifest.json.new",
        "_MAIN_1.toc",
    ):
        (index / name).write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    assert searched(location) == before
    engine = open_engine(location)
    engine.add([Article(id="n99", title="Notice 99", body="tides")])
    engine.close()
    left = {path.name for path in index_files(location)}
    assert {".nfs00012", "_MAIN_1.toc"} <= left, "what is not ours is not removed"
    assert not {"_articles_999999999.toc", "articles_zzzz.arrays", "manifest.json.new"} & left
    assert searched(location) == {**before, "n99": "tides"}


def test_no_flipped_byte_of_the_articles_is_shown(location: Path, count: Count) -> None:
    before = searched(location)
    path = location / "articles.db"
    content = path.read_bytes()
    tried = found = 0
    for at, changed in flips(content, 1 if TORTURE else 301):
        path.write_bytes(changed)
        tried += 1
        try:
            engine = open_engine(location)
            engine.close()
            answer = searched(location)
        except SearchError:
            found += 1
            continue
        finally:
            for beside in ("-wal", "-shm"):
                path.with_name(path.name + beside).unlink(missing_ok=True)
        assert answer == before, f"byte {at}"
    path.write_bytes(content)
    assert found
    count("bytes of articles.db flipped", tried)


QUERIES = [
    "notice",
    "tides first",
    "no*",
    "tidez~",
    '"of tides"',
    "again OR notice",
    "-first",
    "keyword:tide",
]


def answers(location: Path) -> list[object]:
    """What each of the queries finds, None for one that is refused."""
    engine = open_engine(location)
    found: list[object] = []
    for text in QUERIES:
        tree = parse_query(text).tree
        try:
            request = SearchRequest(tree, limit=50, facets=(FacetRequest("keyword"),), highlight=True)
            results = ask(engine).search(request)
            hits = [(hit.article.id, hit.score) for hit in results.hits]
            found.append((hits, results.facets, results.highlights))
        except (IndexUnusable, ArchiveDamaged, MemoryError):  # the last for a forged count
            found.append(None)
    engine.close()
    return found


def test_deep_verify_finds_what_has_a_right_checksum(location: Path, count: Count) -> None:
    engine = open_engine(location)
    engine.add([Article(id="k", title="Tide", keywords=("tide", "sea"), extra={"places": ("quay",)})])
    engine.close()
    before, chance = answers(location), random.Random(20251124)
    folder, tried = location / "index", 1_500 if TORTURE else 30
    for _ in range(tried):
        manifest = read_manifest(folder, "articles")
        path = folder / chance.choice([name for name in manifest.files if name.endswith(".arrays")])
        content = path.read_bytes()
        at = chance.randrange(len(content))
        path.write_bytes(
            content[:at] + bytes((content[at] ^ (1 << chance.randrange(8)),)) + content[at + 1 :]
        )
        forged = replace(manifest, files={**manifest.files, path.name: make_durable(path)})
        write_manifest(folder, forged)
        with suppress(MemoryError):
            found = maintained(location).verify("deep").problems
            assert answers(location) == before or found, f"{path.name}, byte {at}"
        path.write_bytes(content)
        write_manifest(folder, replace(manifest, files={**manifest.files, path.name: make_durable(path)}))
    assert maintained(location).verify("deep").problems == ()
    count("bytes of the index flipped, with checksums to match", tried)


def test_damage_is_not_found_without_checksums(location: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.backends.embedded.index.check_file", lambda *_, **__: None)
    path = max(index_files(location), key=lambda path: path.stat().st_size)
    content = path.read_bytes()
    answered = 0
    for _, changed in flips(content, 301):
        path.write_bytes(changed)
        with suppress(Exception):
            searched(location)
            answered += 1
    assert answered, "the harness would not see that damage is answered from"
