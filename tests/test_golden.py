"""Rankings, readable in a diff: what comes first for some queries in the sample archive, and floors.

A change of ranking shows here; where it is meant, `NEWS_GOLDEN=write pytest tests/test_golden.py` writes
the files anew, and the diff goes into the commit.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from search.query import Archive, Question, open_archive
from search.sources import Accepted, ReadOptions, read_paths
from tests.corpora import CORPORA, ROOT, needs

GOLDEN = Path(__file__).parent / "golden"

QUERIES: dict[str, tuple[str, dict[str, Any]]] = {
    "words": ("harbour strike", {}),
    "phrase": ('"rate cut" OR "interest rate"', {}),
    "sentence": ("How did the dockers end their strike at the harbour?", {"any_word": True}),
    "expanded": ("storm damage", {"any_word": True, "expand": True}),
    "recent": ("storm", {"recency": "30d"}),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with open_archive(tmp_path_factory.mktemp("golden") / "archive", create=True) as archive:
        items = read_paths([ROOT / "index_data" / "sample"], ReadOptions())
        archive.add(item.article for item in items if isinstance(item, Accepted))
        yield archive


@pytest.mark.parametrize("name", QUERIES)
def test_the_ranking_is_the_golden_one(sample: Archive, name: str) -> None:
    query, chosen = QUERIES[name]
    options = dict(chosen)
    asked = Question(query, any_word=options.pop("any_word", False))
    results = sample.at(now=datetime(2025, 6, 1, tzinfo=UTC)).search(asked, **options)
    lines = [query, f"  read as: {results.read_as}"]
    lines += [f"  ranked also by: {', '.join(results.expanded_with)}"] if results.expanded_with else []
    lines += [f"{n:2}. {hit.score:7.3f}  {hit.article.title}" for n, hit in enumerate(results.hits, start=1)]
    found = "\n".join([*lines, f"of {results.total}", ""])
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("NEWS_GOLDEN") == "write":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=needs(CORPORA / name)) for name in ("time", "fnc1-train", "claims")]
)
def test_no_judged_collection_is_ranked_below_its_floor(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("ir_measures") is None:
        pytest.skip("ir-measures is not installed")
    if name != "time" and not os.environ.get("NEWS_TORTURE"):
        pytest.skip("larger collections are for scripts/evaluate --check")
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    from evaluation.collection import Collection
    from evaluation.measuring import figures_of, mean
    from evaluation.systems import news

    floor = json.loads((GOLDEN / "floors.json").read_text())[name]
    collection = Collection(CORPORA / name)
    if collection.digest != floor["digest"]:
        pytest.skip("another version of the collection is there")
    figures = figures_of(news(collection), collection.judgments, list(collection.queries))
    for measure in ("nDCG@10", "AP"):
        assert mean(figures[measure]) >= floor[measure] - 0.0005
