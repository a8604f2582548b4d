"""Ids are kept exactly as they are given, in every way that an article is found, shown or taken out."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.article import MAX_ID_LENGTH, Article
from search.backends import maintained
from search.cli import main
from search.errors import InvalidArticle
from search.language import Phrase, Word, parse_query
from search.query import Archive, open_archive
from tests.faults.archives import TORTURE

COUNT = 1_000 if TORTURE else 120

KNOWN = [
    "ABC-1", "abc-1", "Abc-1", "{6F9619FF-8B86-D011-B42D-00C04FC964FF}", "10.1000/XYZ(2025)",
    "https://News.Example/A?b=1&C=%41#D", "ÄRGER", "ärger", "arger", "ARGER", "A\u0308RGER", "ﬁle", "file",
    "İ", "i̇", "ß", "SS", "ss", "a b", "a  b", " a b", "a b ", "-x", "--help", "!x", "#x", "x:y", "id:x", ":",
    "..", "../../etc/passwd", "/", "?", "*", "a*", "%", "&", '"', "“a”", "«a»", "'",
    "\\", "\\\\", "(a)", "a|b",
    "a^2", "a~1", "NOT", "none", "NONE", "AND", "👩‍👩‍👧", "🇩🇪", "日本語", "Ἀθῆναι", "Москва", "नमस्ते", "عربي",
    "=1+1", "@x", "0", "00", "1e5", "null", "é" * 256, "x" * MAX_ID_LENGTH, "🙂" * MAX_ID_LENGTH,
]  # fmt: skip
LETTERS = "aA1 -_/?#%&:.,;'\"“”«»()[]{}<>|\\*~^=+!@$€éÉßŞıИйЁёאب中\u3000\u00a0\u0301🙂😀 "


def random_ids(count: int) -> list[str]:
    chance = random.Random(20251124)
    found = dict.fromkeys(KNOWN)
    while len(found) < count:
        identity = "".join(chance.choices(LETTERS, k=chance.choice((1, 2, 3, 8, 20, 80))))
        try:
            found[Article(id=identity, title="x").id] = None
        except InvalidArticle:
            continue
    return list(found)


IDS = random_ids(COUNT)


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ids") / "archive"
    with open_archive(folder, create=True) as archive:
        added = archive.add(
            Article(id=identity, title=f"Tide number{n}", body="the ebb and flow", keywords=("tides",))
            for n, identity in enumerate(IDS)
        )
        assert added.added == len(IDS)
    return folder


@pytest.fixture
def archive(location: Path) -> Iterator[Archive]:
    with open_archive(location) as opened:
        yield opened


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code, *capsys.readouterr()


def test_each_article_is_found_shown_and_explained_by_its_id(archive: Archive) -> None:
    for n, identity in enumerate(IDS):
        for query in (str(Word(identity, "id")), str(Phrase(identity, "id"))):
            assert str(parse_query(query)) == query
            results = archive.search(query, snippets=False)
            assert [hit.article.id for hit in results.hits] == [identity]
            assert archive.search(results.read_as, limit=0).total == 1
        article = archive.get(identity)
        assert article is not None
        assert article.title == f"Tide number{n}"
        assert archive.explain(identity, f"number{n}").matches
        assert [version.article.id for version in archive.history(identity)] == [identity]
        assert identity not in {hit.article.id for hit in archive.similar(identity, limit=5).hits}


def test_pages_go_through_all_ids_once(archive: Archive) -> None:
    for sort in ("relevance", "newest", "oldest"):
        seen: list[str] = []
        after = None
        while True:
            page = archive.search("tide", sort=sort, limit=7, after=after, snippets=False)
            seen += [hit.article.id for hit in page.hits]
            after = page.next
            if after is None:
                break
        assert len(seen) == len(IDS)
        assert set(seen) == set(IDS)
    assert archive.ids("*") == sorted(IDS)
    assert {article.id for article in archive.scan("*")} == set(IDS)


def test_facets_and_timelines_do_not_mind_ids(archive: Archive) -> None:
    (facet,) = archive.facets("*", "keyword")
    assert facet.values[0].count == len(IDS)
    assert archive.timeline("*").undated == len(IDS)


def test_an_archive_with_any_ids_is_whole_and_so_is_its_copy(location: Path, tmp_path: Path) -> None:
    assert maintained(location).verify("deep").problems == ()
    maintained(location).copy_to(tmp_path / "copy")
    assert maintained(tmp_path / "copy").verify("deep").problems == ()
    assert [article.id for article in maintained(tmp_path / "copy").articles()] == IDS


def test_the_command_prints_ids_as_they_are(location: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = ("search", "tide", "-a", str(location), "-n", "10000", "--timeout", "60")
    code, out, _ = run(capsys, *everything, "-f", "ids")
    assert (code, sorted(out.split("\n")[:-1])) == (0, sorted(IDS))
    code, out, _ = run(capsys, *everything, "-f", "jsonl")
    assert sorted(json.loads(line)["id"] for line in out.splitlines()) == sorted(IDS)
    code, out, _ = run(capsys, *everything, "-f", "json")
    assert sorted(hit["id"] for hit in json.loads(out)["hits"]) == sorted(IDS)
    code, out, _ = run(capsys, *everything, "-f", "csv")
    cells = [row["id"] for row in csv.DictReader(io.StringIO(out, newline=""))]
    formulas = {"'" + identity for identity in IDS}  # what a spreadsheet would run is quoted
    assert len(cells) == len(IDS)
    assert all(cell in IDS or cell in formulas for cell in cells)
    code, out, _ = run(capsys, "dump", "-a", str(location))
    assert [json.loads(line)["id"] for line in out.splitlines()] == IDS


def test_the_command_takes_ids_as_they_are(
    location: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(capsys, "backup", "copy", "-a", str(location))
    monkeypatch.setenv("NEWS_ARCHIVE", "copy")
    step = 1 if TORTURE else 8
    for identity in [*KNOWN, *IDS[len(KNOWN) :: step]]:
        code, out, _ = run(capsys, "show", "--format", "json", "--", identity)
        assert (code, json.loads(out)["id"]) == (0, identity)
        assert run(capsys, "count", "--", str(Word(identity, "id")))[:2] == (0, "1\n")
        assert run(capsys, "explain", "--", identity, "tide")[0] == 0
        if identity != "-":  # which is standard input
            assert run(capsys, "similar", "-n", "1", "--", identity)[0] in (0, 1)  # 1: it is the last
        code, out, _ = run(capsys, "history", "--format", "json", "--", identity)
        assert json.loads(out)[0]["article"]["id"] == identity
        assert run(capsys, "delete", "--yes", "--", identity)[:2] == (0, "deleted 1\n")
        if identity != "1":  # which then is the first article of the search before
            assert run(capsys, "show", "--", identity)[0] == 1
    assert maintained(tmp_path / "copy").verify("deep").problems == ()
