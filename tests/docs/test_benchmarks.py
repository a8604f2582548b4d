"""docs/benchmarks.md is made from the kept results, and engines must agree before they are timed."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import ROOT

SCRIPTS = str(ROOT / "scripts")
SAMPLE = ROOT / "index_data" / "sample"


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages in `scripts/` can be imported."""
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_page_and_plot_are_made_from_the_kept_results() -> None:
    from bench.page import PAGE, PLOT, page_with, plot
    from bench.results import kept_runs

    runs = kept_runs()
    stale = "run scripts/benchmark --write-page"
    assert PAGE.read_text() == page_with(PAGE.read_text(), runs), stale
    assert PLOT.read_text() == plot(runs), stale


def test_another_figure_makes_another_page_and_plot() -> None:
    from bench.page import PAGE, page_with, plot
    from bench.results import kept_runs

    runs = kept_runs()
    changed = copy.deepcopy(runs)
    changed[0][1]["classes"]["1 rare word"]["news"]["cpu"][0] *= 3
    assert page_with(PAGE.read_text(), changed) != page_with(PAGE.read_text(), runs)
    assert plot(changed) != plot(runs)


def test_growth_is_the_exponent_between_two_sizes() -> None:
    from bench.page import tables
    from bench.results import kept_runs

    result, small = copy.deepcopy(kept_runs()[0])
    small["resampled"] = True
    large = copy.deepcopy(small)
    large["articles"] *= 10
    large["classes"]["1 rare word"]["news"]["cpu"][0] *= 100
    large["classes"]["1 rare word"]["tantivy"]["cpu"][0] *= 10
    growth = tables([(result, small), (result, large)]).split("## Growth")[1]
    exponents = {"news": "2.00", "tantivy": "1.00"}
    cells = [exponents.get(engine, "–") for engine in small["built"]]
    assert f"| 1 rare word | {' | '.join(cells)} |" in growth


def run_of(rare: float, **others: Any) -> dict[str, Any]:
    """The figures of a run with one query class, tantivy's time being one second."""
    engines = {"news": {"cpu": [rare]}, "tantivy": {"cpu": [1.0]}}
    return {"articles": 10, "resampled": False, "classes": {"1 rare word": engines}, **others}


@pytest.mark.parametrize(("rare", "measured", "met"), [(2.4, "2.4", "yes"), (2.6, "2.6", "no")])
def test_targets_are_judged(rare: float, measured: str, met: str) -> None:
    from bench.targets import target_rows

    rows = {(name, size): rest for name, size, *rest in target_rows([{"runs": [run_of(rare)]}])}
    assert rows["rare word: ours / tantivy", "given"] == ["≤ 2.5", measured, met]
    assert rows["facets: ours / tantivy", "200k"] == ["≤ 0.2", "–", "not measured"]


def test_growth_is_judged_over_two_results() -> None:
    from bench.targets import target_rows

    def result(articles: int, seconds: float) -> dict[str, Any]:
        built = {"news": {"seconds": seconds, "memory": 1e9, "size": 1}}
        return {"runs": [{"articles": articles, "resampled": True, "text": 1, "built": built}]}

    *_, growth = target_rows([result(200_000, 20.0), result(1_000_000, 110.0)])
    assert growth[1:] == ["1M", "≤ 1.15", "1.1", "yes"]


def test_engines_find_the_same_articles(tmp_path: Path) -> None:
    from bench.asking import ask_all
    from bench.building import folder_of
    from bench.corpus import read_articles, write_corpus
    from bench.queries import draw_queries
    from peers import PEERS

    counted = write_corpus(iter(read_articles(SAMPLE)), tmp_path)
    assert counted["articles"] == 52
    engines = [PEERS[name]() for name in ("news", "SQLite FTS5", "Whoosh")]
    for engine in engines:
        folder = folder_of(engine, tmp_path)
        folder.mkdir()
        engine.build(tmp_path / f"{'articles' if engine.name == 'news' else 'lines'}.jsonl", folder)
        engine.open(folder)
    classes = draw_queries(tmp_path)
    figures = ask_all(engines, classes, rounds=1)
    assert figures.keys() == classes.keys()
    assert {name for name, by_engine in figures.items() if len(by_engine) == 1} == {"fuzzy word"}


def test_an_engine_with_other_matches_ends_the_run() -> None:
    from bench.asking import compare
    from peers.contract import Answer, Query

    query = Query("any_of", ("oil",), ("oil",))
    compare("same", query, {"news": Answer(2, []), "tantivy": Answer(2, ["a"])})
    with pytest.raises(SystemExit, match="has other matches"):
        compare("other", query, {"news": Answer(2, []), "tantivy": Answer(3, [])})


def test_rivals_rank_documents_by_the_words_of_a_query(tmp_path: Path) -> None:
    from peers.fts5 import Fts5
    from peers.whoosh import Whoosh

    source = tmp_path / "documents.jsonl"
    source.write_text(
        '["a", "harbour strikes end", [], 0, ""]\n["b", "a strike", [], 0, ""]\n["c", "storm", [], 0, ""]\n'
    )
    for kind in (Fts5, Whoosh):
        engine = kind(english=True)
        folder = tmp_path / engine.name
        folder.mkdir()
        engine.build(source, folder)
        engine.open(folder)
        assert list(engine.ranked("harbour strike", 10)) == ["a", "b"]
