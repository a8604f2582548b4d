"""The ratios that this engine should reach, each a row; both numbers of a ratio are of the same run.

A ratio of searches is of the medians of CPU time, unless its name says otherwise. A ratio of indexing is of
articles a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.results import Result, RunFigures

THOUSANDS = {"given": 0, "200k": 200_000, "1M": 1_000_000}


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of the run of a size; at most `goal`, or with `at_least` at least."""

    name: str
    size: str
    goal: float
    measure: Callable[[RunFigures], float]
    at_least: bool = False


def faster_indexing(than: str) -> Callable[[RunFigures], float]:
    return lambda run: run["built"][than]["seconds"] / run["built"]["news"]["seconds"]


def slower(query_class: str, than: str, clock: str = "cpu") -> Callable[[RunFigures], float]:
    """The time of this engine over the time of another one."""

    def ratio(run: RunFigures) -> float:
        engines = run["classes"][query_class]
        return float(engines["news"][clock][0] / engines[than][clock][0])

    return ratio


def with_snippets(run: RunFigures) -> float:
    return max(float(each["with"] / each["without"]) for each in run["snippets"].values())


def after_commits(run: RunFigures) -> float:
    return max(float(each["after"] / each["before"]) for each in run["commits"]["searches"].values())


def started(command: str, over: str) -> Callable[[RunFigures], float]:
    return lambda run: run["commands"][command] / run["commands"][over]


def bytes_on_disk(run: RunFigures) -> float:
    return float(run["built"]["news"]["size"] / run["text"])


def memory(run: RunFigures) -> float:
    return float(run["built"]["news"]["memory"] / 1e6)


def wall_per_article(run: RunFigures) -> float:
    return float(run["built"]["news"]["seconds"] / run["articles"])


def two_threads(run: RunFigures) -> float:
    return float(run["threads"]["2"] / run["threads"]["1"])


TARGETS = (
    Target("news index: ours / tantivy", "given", 0.6, faster_indexing("tantivy"), at_least=True),
    Target("news index: ours / FTS5", "200k", 0.8, faster_indexing("SQLite FTS5"), at_least=True),
    Target("news index: ours / Lucene", "200k", 1.2, faster_indexing("Lucene"), at_least=True),
    Target("rare word: ours / tantivy", "given", 2.5, slower("1 rare word", "tantivy")),
    Target("any of 4 words: ours / tantivy", "given", 2.5, slower("any of 4 words", "tantivy")),
    Target("both of 2 words: ours / tantivy", "given", 2, slower("both of 2 words", "tantivy")),
    Target("any of 4 common words: ours / Lucene", "200k", 0.7, slower("any of 4 common words", "Lucene")),
    Target("phrase: ours / Lucene", "200k", 0.8, slower("phrase of common words", "Lucene")),
    Target("common word, clock: ours / tantivy", "1M", 1.2, slower("1 common word", "tantivy", "clock")),
    Target(
        "any of 4 common words, clock: ours / tantivy",
        "1M",
        1.2,
        slower("any of 4 common words", "tantivy", "clock"),
    ),
    Target("phrase, clock: ours / tantivy", "1M", 0.7, slower("phrase of common words", "tantivy", "clock")),
    Target("wildcard inside: ours / Lucene", "200k", 3, slower("wildcard inside", "Lucene")),
    Target("leading wildcard: ours / Lucene", "200k", 3, slower("leading wildcard", "Lucene")),
    Target("fuzzy word: ours / Lucene", "200k", 3, slower("fuzzy word", "Lucene")),
    Target("2 common words near: ours / Lucene", "200k", 1, slower("2 common words near", "Lucene")),
    Target("facets: ours / tantivy", "200k", 0.2, slower("facets over all matches", "tantivy")),
    Target("search with snippets / without", "given", 2.5, with_snippets),
    Target("after 200 commits of 5 / before", "given", 1.5, after_commits),
    Target("unknown word, cold / known word", "given", 1.1, started("unknown word", "known word")),
    Target("news search, cold / import numpy", "given", 2, started("known word", "import numpy")),
    Target("bytes on disk a byte of text", "200k", 2.3, bytes_on_disk),
    Target("memory of indexing, MB", "200k", 500, memory),
    Target("news index: ours / tantivy", "1M", 0.5, faster_indexing("tantivy"), at_least=True),
    Target("memory of indexing, MB", "1M", 1000, memory),
    Target("searches a second, 2 threads / 1", "200k", 1.7, two_threads, at_least=True),
)
GROWTH = ("news index, clock an article: 1M / 200k", 1.15)


def target_rows(results: Sequence[Result]) -> list[list[str]]:
    """The table of the targets: name, size, goal, measured and whether it is met."""
    runs = [run for result in results for run in result["runs"]]
    by_size: dict[str, RunFigures] = {}
    for size, count in THOUSANDS.items():
        for run in runs:
            if (run["articles"] == count and run["resampled"]) or (not count and not run["resampled"]):
                by_size[size] = run
    rows = [["", "articles", "goal", "measured", "met"]]
    for target in TARGETS:
        figure = _figure(target, by_size)
        rows.append([target.name, target.size, *_judged(figure, target.goal, at_least=target.at_least)])
    growth = None
    if "200k" in by_size and "1M" in by_size:
        growth = wall_per_article(by_size["1M"]) / wall_per_article(by_size["200k"])
    rows.append([GROWTH[0], "1M", *_judged(growth, GROWTH[1], at_least=False)])
    return rows


def _figure(target: Target, by_size: dict[str, RunFigures]) -> float | None:
    """The figure, or None if there is no run of that size or it lacks an engine."""
    try:
        return target.measure(by_size[target.size])
    except KeyError:
        return None


def _judged(figure: float | None, goal: float, *, at_least: bool) -> list[str]:
    wanted = f"{'≥' if at_least else '≤'} {goal:g}"
    if figure is None:
        return [wanted, "–", "not measured"]
    met = figure >= goal if at_least else figure <= goal
    return [wanted, f"{figure:,.3g}" if figure < 100 else f"{figure:,.0f}", "yes" if met else "no"]
