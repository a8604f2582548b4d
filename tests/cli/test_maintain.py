"""Taking care of an archive: what verify finds, that copies are whole, that a dump makes the same archive."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import pytest

from search.article import Article
from search.backends import maintained
from search.backends.embedded.store.rows import packed, unpacked
from search.cli import main
from search.engine import Level, SearchRequest
from search.errors import ArchiveDamaged, ArchiveError, ArchiveExists, ArchiveNotFound
from search.index.format.manifest import make_durable, read_manifest, write_manifest
from search.language import parse_query
from search.query import open_archive
from tests.asking import ask
from tests.cli.conftest import Run
from tests.conftest import ARTICLES
from tests.engines import open_engine

Harm = Callable[[Path], None]


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """An archive with two segments, an article put in again and one deleted."""
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add(ARTICLES)
    engine.add([replace(ARTICLES[0], title="Put in again"), Article(id="gone", title="Gone")])
    engine.delete(["gone"])
    engine.close()
    return tmp_path / "archive"


def other(document: bytes, digest: bytes) -> bytes:
    """Another document than the one that was stored."""
    return packed(unpacked(document, digest).replace(b"strike", b"truce"))


def changed(location: Path, statement: str) -> None:
    with sqlite3.connect(location / "articles.db") as connection:
        connection.create_function("other", 2, other)
        connection.execute(statement)
    connection.close()


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def segment(location: Path) -> Path:
    return max((location / "index").glob("*.arrays"), key=lambda path: path.stat().st_size)


def overwrite_the_store(location: Path) -> None:
    (location / "articles.db").write_bytes(b"x" * 9999)


def forge(location: Path, word: bytes) -> None:
    """Another word in the place of one of the index, with the checksum to match."""
    path = segment(location)
    path.write_bytes(path.read_bytes().replace(word, word[:-1] + b"x"))
    manifest = read_manifest(location / "index", "articles")
    write_manifest(
        location / "index", replace(manifest, files={**manifest.files, path.name: make_durable(path)})
    )


@pytest.mark.parametrize("level", ["quick", "full", "deep"])
def test_a_whole_archive_has_no_faults(location: Path, level: Level) -> None:
    verdict = maintained(location).verify(level)
    assert (verdict.problems, verdict.notes, verdict.articles) == ((), (), len(ARTICLES))


def test_a_copy_into_the_folder_one_stands_in(
    location: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert maintained(Path("..", location.name)).copy_to(Path()).articles == len(ARTICLES)
    assert maintained(tmp_path / "empty").verify().problems == ()


def test_two_copies_at_once_to_one_place_leave_one_that_is_whole(location: Path, tmp_path: Path) -> None:
    start = threading.Barrier(2)
    ended: list[int | None] = []

    def copy() -> None:
        start.wait()
        try:
            ended.append(maintained(location).copy_to(tmp_path / "kept").articles)
        except ArchiveError:
            ended.append(None)

    threads = [threading.Thread(target=copy) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ARTICLES) in ended
    assert maintained(tmp_path / "kept").verify().articles == len(ARTICLES)
    assert not [path for path in tmp_path.iterdir() if "partial" in path.name]


def test_a_copy_leaves_the_folders_of_others_alone(location: Path, tmp_path: Path) -> None:
    (tmp_path / ".kept.partial").mkdir()
    (tmp_path / ".kept.partial" / "file").write_text("mine")
    maintained(location).copy_to(tmp_path / "kept")
    assert (tmp_path / ".kept.partial" / "file").read_text() == "mine"


def test_a_copy_has_the_history_too(location: Path, tmp_path: Path) -> None:
    maintained(location).copy_to(tmp_path / "kept")
    first, second = open_archive(location), open_archive(tmp_path / "kept")
    for identity in ("a1", "a2", "gone"):
        assert first.history(identity) == second.history(identity) != ()
    first.close()
    second.close()


def test_dump_prints_every_version_when_asked(location: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dump", "--versions", "--archive", str(location)])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(each["article"]["id"], each["ended"], each["changed"]) for each in found]
    assert told[:2] == [("a1", "updated", []), ("a1", None, ["title"])]
    assert told[-1] == ("gone", "deleted", [])
    assert len(told) == len(ARTICLES) + 2


def test_a_damaged_version_is_found(location: Path) -> None:
    changed(location, "UPDATE versions SET digest = x'00' WHERE id = 'gone'")
    verdict = maintained(location).verify()
    assert "a version of the article 'gone' is damaged" in verdict.problems[0]
    assert "restore" in verdict.fix


def test_what_is_forgotten_is_nowhere_in_the_files(tmp_path: Path) -> None:
    location = tmp_path / "archive"
    with open_archive(location, create=True) as archive:
        archive.add([Article(id="s", title="Tide", body="xyzzyplugh one"), Article(id="t", title="Tide")])
        archive.add([Article(id="s", title="Tide", body="xyzzyplugh two")])
        assert archive.delete(["s"], forget=True) == 1
        assert archive.history("s") == ()
        assert archive.ids("*") == ["t"]
        for path in location.rglob("*"):
            assert path.is_dir() or b"xyzzyplugh" not in path.read_bytes(), path
    assert maintained(location).verify("deep").problems == ()


def test_old_versions_can_be_dropped(location: Path) -> None:
    with open_archive(location) as archive:
        assert archive.prune("1d") == 0
        assert archive.at(now=datetime.now(UTC) + timedelta(days=2)).prune("1d") == 2
        assert len(archive.history("a1")) == 1
        assert archive.history("gone") == ()
    assert maintained(location).verify("deep").problems == ()


FAULTS: dict[str, tuple[Harm, Level, str, str]] = {
    "an article changed": (
        lambda at: changed(at, "UPDATE articles SET document = other(document, digest)"),
        "full",
        "not what was stored",
        "restore",
    ),
    "an article under another id": (
        lambda at: changed(at, "UPDATE articles SET id = 'x' || id WHERE number = 1"),
        "full",
        "not what was stored",
        "restore",
    ),
    "a revision of the future": (
        lambda at: changed(at, "UPDATE articles SET revision = 99 WHERE number = 1"),
        "full",
        "revision 99",
        "restore",
    ),
    "an article missing from the store": (
        lambda at: changed(at, "DELETE FROM articles WHERE number = 1"),
        "quick",
        "lost articles",
        "restore",
    ),
    "another file for the store": (overwrite_the_store, "quick", "damaged", "restore"),
    "a byte of the index": (lambda at: flip(segment(at), 999), "quick", "checksum", "rebuild"),
    "a file of the index missing": (lambda at: segment(at).unlink(), "quick", "missing", "rebuild"),
    "no index": (lambda at: shutil.rmtree(at / "index"), "quick", "none", "rebuild"),
    "a word forged": (lambda at: forge(at, b"metre"), "deep", "forms.text", "rebuild"),
    "a value forged": (lambda at: forge(at, b"weather"), "deep", "keyword.terms.text", "rebuild"),
    "an id forged": (lambda at: forge(at, b"a4"), "deep", "not stored", "rebuild"),
}


@pytest.mark.parametrize(("harm", "level", "fault", "remedy"), FAULTS.values(), ids=FAULTS)
def test_verify_finds(location: Path, harm: Harm, level: Level, fault: str, remedy: str) -> None:
    harm(location)
    verdict = maintained(location).verify(level)
    assert any(fault in found for found in verdict.problems), verdict
    assert remedy in verdict.fix


def test_verify_says_what_it_could_not_check(location: Path) -> None:
    changed(
        location,
        "INSERT INTO revisions SELECT revision + 1, at + 1, kind, digest FROM revisions "
        "ORDER BY revision DESC LIMIT 1",
    )
    verdict = maintained(location).verify("deep")
    assert verdict.problems == ()
    assert any("not checked" in note for note in verdict.notes)


def test_no_article_is_shown_that_is_not_what_was_stored(location: Path) -> None:
    changed(location, "UPDATE articles SET document = other(document, digest)")
    engine = open_engine(location)
    with pytest.raises(ArchiveDamaged, match="not what was stored; restore"):
        ask(engine).search(SearchRequest(parse_query("strike").tree))
    engine.close()


def test_an_article_that_only_the_index_has_is_not_passed_over(location: Path) -> None:
    changed(location, "DELETE FROM articles WHERE id = 'a2'")
    engine = open_engine(location)
    with pytest.raises(ArchiveDamaged, match="lost the article 'a2'"):
        ask(engine).search(SearchRequest(parse_query("marenne").tree))
    engine.close()


def test_a_backup_is_an_archive_by_itself(location: Path, tmp_path: Path) -> None:
    assert maintained(location).copy_to(tmp_path / "copy").articles == len(ARTICLES)
    shutil.rmtree(location)
    assert maintained(tmp_path / "copy").verify("deep").problems == ()
    assert {article.id for article in maintained(tmp_path / "copy").articles()} == {a.id for a in ARTICLES}
    assert maintained(tmp_path / "copy").copy_to(location).problems == ()
    assert maintained(location).verify("deep").articles == len(ARTICLES)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["archive", "copy"]


def test_a_backup_has_an_index_where_the_archive_has_none_of_use(location: Path, tmp_path: Path) -> None:
    segment(location).unlink()
    maintained(location).copy_to(tmp_path / "copy")
    assert maintained(tmp_path / "copy").verify("deep").problems == ()


def test_a_damaged_archive_is_not_copied(location: Path, tmp_path: Path) -> None:
    changed(location, "UPDATE articles SET document = other(document, digest)")
    with pytest.raises(ArchiveDamaged, match="not what was stored"):
        maintained(location).copy_to(tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["archive"]


def test_nothing_is_written_over(location: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveExists, match="there already"):
        maintained(location).copy_to(location)
    with pytest.raises(ArchiveNotFound):
        maintained(tmp_path / "nowhere").copy_to(tmp_path / "copy")


def test_a_backup_can_be_made_while_another_engine_is_in_the_midst_of_writing(
    location: Path, tmp_path: Path
) -> None:
    engine = open_engine(location)

    def more() -> list[Article]:
        maintained(location).copy_to(tmp_path / "copy")
        return [Article(id="late", title="Late")]

    engine.add(article for some in (lambda: ARTICLES[:1], more) for article in some())
    engine.close()
    assert maintained(tmp_path / "copy").verify("deep").articles == len(ARTICLES)
    assert maintained(location).verify("deep").articles == len(ARTICLES) + 1


def test_the_commands(location: Path, tmp_path: Path, run: Run) -> None:
    at, copy, again = str(location), str(tmp_path / "copy"), str(tmp_path / "again")
    count = len(ARTICLES)
    assert run("verify", "--deep", "-a", at) == (
        0,
        f"the archive is whole: {count} articles, checked deep\n",
        "",
    )
    assert run("backup", copy, "-a", at)[0] == 0
    code, dumped, _ = run("dump", "-a", copy)
    assert (code, dumped.count("\n")) == (0, count)
    (tmp_path / "dump.jsonl").write_text(dumped)
    assert run("index", str(tmp_path / "dump.jsonl"), "-a", again)[0] == 0
    assert run("dump", "-a", again) == (0, dumped, "")
    assert run("restore", copy, "-a", at)[0] == 2
    shutil.rmtree(location)
    assert run("restore", copy, "-a", at)[0] == 0
    flip(segment(location), 999)
    code, out, err = run("verify", "-a", at)
    assert (code, out) == (5, "")
    assert "run: news rebuild" in err
    code, out, _ = run("doctor", "-a", at)
    assert code == 5
    assert "Python" in out
    assert "checksum" in out


def test_doctor_names_every_package_that_is_required(run: Run) -> None:
    lines = run("doctor", "-a", "nowhere")[1].splitlines()
    for requirement in metadata.requires("news-search") or []:
        name, _, marker = requirement.partition(";")
        for extra in ("", "html", "language", "office", "parquet"):
            if ("extra == " in marker, extra in marker) == (bool(extra), True):
                heading = f"extra {extra}: " if extra else "packages: "
                (line,) = (line for line in lines if line.startswith(heading))
                assert f"{re.findall('[A-Za-z0-9._-]+', name)[0]} " in line


def test_a_copy_into_the_folder_one_stands_in_is_there_for_those_who_stand_in_it(
    location: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    maintained(location).copy_to(Path())
    assert {path.name for path in Path().iterdir()} == {"articles.db", "index"}
    assert maintained(Path()).verify("deep").articles == len(ARTICLES)


def test_a_copy_of_a_damaged_archive_names_the_archive(location: Path, tmp_path: Path) -> None:
    overwrite_the_store(location)
    with pytest.raises(ArchiveDamaged) as raised:
        maintained(location).copy_to(tmp_path / "copy")
    assert str(location) in str(raised.value)
    assert ".partial" not in str(raised.value)


def test_a_deep_check_tells_its_progress(location: Path) -> None:
    told: list[tuple[int, int]] = []
    maintained(location).verify("deep", lambda done, total: told.append((done, total)))
    assert told[-1] == (len(ARTICLES), len(ARTICLES))
