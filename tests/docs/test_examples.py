"""The scripts in `docs/examples` do what they say, on the sample articles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from search.query import open_archive
from search.sources import Accepted, ReadOptions, read_paths
from tests.pages import DOCS

EXAMPLES = DOCS / "examples"
SAMPLE = DOCS.parent / "index_data" / "sample"
FEED = """<rss version="2.0"><channel><title>Herald</title><item><title>Crane falls</title>
<guid>crane</guid><description>The harbour crane came down at noon.</description></item></channel></rss>"""
DRAFT = "Harbour talks resume\nDockers in Port Alder and their employers meet again over the strike."


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("examples") / "archive"
    with open_archive(made, create=True) as opened:
        read = read_paths([SAMPLE], ReadOptions())
        opened.add(item.article for item in read if isinstance(item, Accepted))
    return made


def printed_by(example: str, *arguments: str | Path, code: int = 0) -> list[str]:
    command = [sys.executable, str(EXAMPLES / example), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == code, done.stdout
    return done.stdout.splitlines()


def test_feeds_are_ingested_and_a_bad_address_stops_none(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED)
    feed, missing = (tmp_path / "feed.xml").as_uri(), (tmp_path / "none.xml").as_uri()
    printed = printed_by("ingest_feeds.py", tmp_path / "archive", missing, feed, code=1)
    assert printed[-1] == "added 1, updated 0, unchanged 0, rejected 0"
    assert printed_by("ingest_feeds.py", tmp_path / "archive", feed)[-1].startswith("added 0")


def test_coverage_is_counted_by_month(archive: Path) -> None:
    printed = printed_by("coverage_by_month.py", archive, "strike", "storm")
    assert printed[0] == "month,strike,storm"
    assert "2025-02,4,1" in printed


def test_matches_are_counted_in_a_frame(archive: Path) -> None:
    printed = printed_by("dataframe.py", archive, "storm")
    assert printed[0].startswith("keyword")
    assert any(line.startswith("2025Q1") for line in printed)


def test_questions_are_answered_side_by_side(archive: Path) -> None:
    printed = printed_by("async_handler.py", archive, "harbour strike", "storm")
    assert [line.split(" ", 1)[1] for line in printed] == ["harbour AND strike", "storm"]


def test_a_draft_is_compared_with_the_archive(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text(DRAFT)
    printed = printed_by("similar_to_draft.py", archive, tmp_path / "draft.txt")
    assert "strike" in printed[0].lower()
    assert "before that:" in printed


def test_seven_backups_are_kept(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(1, 9):
        (folder / f"2025-01-0{day}").mkdir(parents=True)
    printed = printed_by("nightly_backup.py", archive, folder)
    assert printed[-1].startswith("copied 52 articles")
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == 7
    assert kept[0] == "2025-01-03"
    with open_archive(folder / kept[-1]) as copy:
        assert copy.count("*") == 52


def test_every_example_says_what_it_is_for() -> None:
    examples = sorted(EXAMPLES.glob("*.py"))
    assert len(examples) == 6
    assert all(path.read_text().startswith('"""') for path in examples)
