"""The counts that real collections must give; skipped where the collections are not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.archive.question import Question
from search.errors import LimitExceeded
from search.ingest import IndexReport, index_documents
from search.query import Archive, open_archive
from search.sources import ReadOptions, read_paths
from tests.corpora import CORPORA, ROOT, needs

REUTERS = CORPORA / "reuters21578" / "articles.jsonl.gz"
HEADLINES = CORPORA / "fnc1-train" / "queries-train.tsv"
SEED = CORPORA / "seed"
SAMPLE = ROOT / "index_data" / "sample"


def index(archive: Archive, path: Path) -> IndexReport:
    report = IndexReport()
    index_documents(archive.engine, read_paths([path], ReadOptions()), report)
    return report


@needs(SEED)
def test_the_article_this_project_began_from(tmp_path: Path) -> None:
    with open_archive(tmp_path / "seed", create=True) as archive:
        assert index(archive, SEED).counts.added == 1
        asked = Question("immigration operation", since="2025-02-11", until="2025-02-11")
        (hit,) = archive.search(asked).hits
        article = hit.article
        assert {article.title[a:b] for a, b in hit.title_marks} == {"immigration operation"}
        assert archive.count(Question("immigration operation", until="2025-02-10")) == 0
        assert len(article.highlights) == 3
        assert article.description.endswith("deportations.")
        assert article.published is not None
        assert article.published.isoformat() == "2025-02-11T18:01:34+00:00"
        assert archive.count('"you may also like"') == 0
        assert archive.count('body:"sanctuary city"') == 1


@pytest.fixture(scope="module")
def reuters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Archive, IndexReport]]:
    with open_archive(tmp_path_factory.mktemp("reuters") / "archive", create=True) as archive:
        yield archive, index(archive, REUTERS)


def spoiled(text: str, mark: str, choice: random.Random) -> str:
    """`text` with the mark put in at one to three places."""
    for _ in range(choice.randint(1, 3)):
        at = choice.randint(0, len(text))
        text = text[:at] + mark + text[at:]
    return text


@needs(HEADLINES)
def test_any_headline_is_a_loose_query_with_any_mark_in_it(archive: Archive) -> None:
    lines = HEADLINES.read_text(encoding="utf-8").splitlines()
    headlines = [line.partition("\t")[2] for line in lines if "\t" in line]
    choice = random.Random(20251124)
    for headline in choice.sample(headlines, 60):
        for text in (headline, *(spoiled(headline, mark, choice) for mark in '?*":“~(^#|-')):
            assert archive.search(Question(text, any_word=True), snippets=False).read_as


@needs(REUTERS)
def test_a_headline_whose_last_word_stands_for_too_many_is_read_word_by_word(
    reuters: tuple[Archive, IndexReport],
) -> None:
    archive, _ = reuters
    with pytest.raises(LimitExceeded):
        archive.count("*e*r*")
    for ask in (archive.search, archive.count, archive.ids, archive.timeline):
        ask(Question("gold *e*r* st?", any_word=True))
    found = archive.search(Question("gold *e*r*", any_word=True))
    assert found.total == archive.count(Question("gold e r", any_word=True))
    assert any("more than 4,096 words" in warning for warning in found.warnings)


@needs(REUTERS)
def test_reuters(reuters: tuple[Archive, IndexReport]) -> None:
    archive, report = reuters
    assert (report.counts.added, report.rejected, report.notes["unreadable-date"]) == (
        20_841,
        {"no-text": 737},
        1,
    )
    counts = {
        "keyword:earn": 3964,
        "keyword:grain date:1987-03": 340,
        "places:japan": 1133,
        "places:japan keyword:trade": 196,
        "date:1987-03-17": 551,
        "date:none": 1,
        "cocoa": 97,
        "title:cocoa OR body:cocoa": 97,
    }
    assert {query: archive.count(query) for query in counts} == counts


def test_the_sample_articles_are_as_described(tmp_path: Path) -> None:
    with open_archive(tmp_path / "sample", create=True) as archive:
        report = index(archive, SAMPLE)
        assert report.counts.added >= 40
        assert not report.rejected
        assert archive.count("date:none") == 1
        assert archive.count("description:none") == 2
        assert archive.count("highlights:none") == 1
        months = archive.timeline("*", "month").bins
        assert len(months) == 12
        assert all(part.count for part in months)
        assert archive.count('"you may also like"') == 0
        assert archive.count("title:correction") == 4
