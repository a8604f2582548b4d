"""The tables and the plot of docs/benchmarks.md, made from the newest kept run of each size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from bench.results import ROOT, Result, RunFigures, kept_runs

PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"
BEGIN, END = "<!-- figures: scripts/benchmark --write-page -->\n", "<!-- end of figures -->\n"

COLOURS = {
    "news": "#c0392b",
    "news (NumPy)": "#e8a199",
    "tantivy": "#1f77b4",
    "Lucene": "#2e8b57",
    "SQLite FTS5": "#8e6bbf",
    "Whoosh": "#999999",
    "bm25s": "#d08a1d",
}
LEFT, WIDTH, ROW, HEAD = 250, 860, 22, 64


Runs = Sequence[tuple[Result, RunFigures]]
"""Runs with their results."""


def write_page() -> None:
    """Bring tables and plot up to date."""
    runs = kept_runs()
    PAGE.write_text(page_with(PAGE.read_text(), runs))
    PLOT.write_text(plot(runs))


def page_with(page: str, runs: Runs) -> str:
    """The page with the figures of the runs between its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{tables(runs)}\n{END}{after}"


def tables(runs: Runs) -> str:
    """All figures as Markdown."""
    parts = [part for result, run in runs for part in _of_run(result, run)]
    resampled = [run for _, run in runs if run["resampled"]]
    if len(resampled) > 1:
        parts += _growth(resampled[0], resampled[-1])
    return "\n".join(parts)


def _of_run(result: Result, run: RunFigures) -> Iterable[str]:
    kind = "made of the given sentences" if run["resampled"] else "as given"
    yield f"## {run['articles']:,} articles {kind}\n"
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    load = " before and ".join(f"{each:.1f}" for each in result["load"])
    yield f"{run['text'] / 1e6:,.1f} MB of text. {result['begun'][:10]}, commit {result['commit']}."
    yield f"{result['machine']}, load {load} after. {versions}.\n"
    yield _markdown(_built_rows(run))
    yield "Milliseconds of CPU time a query: median (95th, 99th percentile), then the median on the clock:\n"
    yield _markdown(_class_rows(run))
    yield "Only `news`, milliseconds of CPU time, medians:\n"
    yield _markdown(_condition_rows(run))


def _growth(small: RunFigures, large: RunFigures) -> Iterable[str]:
    """The exponent of the cost of each class, between the smallest and the largest size."""
    yield f"## Growth from {small['articles']:,} to {large['articles']:,} articles\n"
    yield "The exponent of the median CPU time: 1 is growth in proportion to the number of articles.\n"
    engines = [engine for engine in small["built"] if engine in large["built"]]
    rows = [["", *engines]]
    for name, figures in small["classes"].items():
        row = [name]
        for engine in engines:
            before, after = figures.get(engine), large["classes"].get(name, {}).get(engine)
            grown = before and after and math.log(after["cpu"][0] / before["cpu"][0])
            row.append(f"{grown / math.log(large['articles'] / small['articles']):.2f}" if grown else "–")
        rows.append(row)
    yield _markdown(rows)


def _built_rows(run: RunFigures) -> list[list[str]]:
    built, first, count = run["built"], run["first"], run["articles"]

    def row(
        name: str, figures: dict[str, dict[str, float]], shown: Callable[[dict[str, float]], str]
    ) -> list[str]:
        return [name, *(shown(figures[engine]) for engine in built)]

    return [
        ["", *built],
        row("articles indexed a second", built, lambda f: f"{count / f['seconds']:,.0f}"),
        row("microseconds of CPU an article", built, lambda f: f"{f['cpu'] / count * 1e6:,.0f}"),
        row("bytes on disk a byte of text", built, lambda f: f"{f['size'] / run['text']:.2f}"),
        row("peak memory of indexing, MB", built, lambda f: f"{f['memory'] / 1e6:,.0f}"),
        row("first answer of a new process, ms", first, lambda f: _ms(f["cached"])),
        row("the same without page cache, ms", first, lambda f: _ms(f["dropped"])),
    ]


def _class_rows(run: RunFigures) -> list[list[str]]:
    rows = [["", *run["built"]]]
    for name, figures in run["classes"].items():
        cells = []
        for engine in run["built"]:
            if own := figures.get(engine):
                median, *tail = map(_ms, own["cpu"])
                cells.append(f"{median} ({', '.join(tail)}) {_ms(own['clock'][0])}")
            else:
                cells.append("–")
        rows.append([name, *cells])
    return rows


def _condition_rows(run: RunFigures) -> list[list[str]]:
    def pairs(
        figures: dict[str, dict[str, float]], before: str, after: str, what: str
    ) -> Iterable[list[str]]:
        for name, own in figures.items():
            ratio = own[after] / own[before]
            yield [f"{name}, {what}", _ms(own[before]), _ms(own[after]), f"{ratio:.1f}"]

    commits, threads, commands = run["commits"], run["threads"], run["commands"]
    commit = ", ".join(map(_ms, commits["commit"]))
    numpy = commands["import numpy"]
    return [
        ["", "before", "after", "ratio"],
        *pairs(run["snippets"], "without", "with", "without snippets and with"),
        *pairs(commits["searches"], "before", "after", "before and after 200 commits of 5"),
        *(
            [
                f"`import numpy`, `news search` of a{name}",
                _ms(numpy),
                _ms(commands[key]),
                f"{commands[key] / numpy:.1f}",
            ]
            for name, key in ((" known word", "known word"), ("n unknown word", "unknown word"))
        ),
        [
            "searches a second, 1 thread and 2",
            *(f"{threads[n]:,.0f}" for n in "12"),
            f"{threads['2'] / threads['1']:.1f}",
        ],
        ["a commit of 5: median, 95th, 99th percentile", "", commit, ""],
    ]


def _ms(seconds: float) -> str:
    milliseconds = seconds * 1e3
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.2g}"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *rest, ""])


def plot(runs: Runs) -> str:
    """An SVG with a row for each query class, and a dot and a line for each engine."""
    parts: list[str] = []
    top = 0
    for result, run in runs:
        parts += _panel(result, run, top)
        top += HEAD + ROW * (len(run["classes"]) + 2)
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}"'
    font = ' font-family="sans-serif" font-size="12">'
    return "\n".join(
        [opening + font, f'<rect width="{WIDTH}" height="{top}" fill="white"/>', *parts, "</svg>", ""]
    )


def _panel(result: Result, run: RunFigures, top: int) -> Iterable[str]:
    classes = run["classes"]
    seconds = [value for own in classes.values() for each in own.values() for value in each["cpu"][:2]]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def x(value: float) -> str:
        share = (math.log10(value) - low) / (high - low)
        return f"{LEFT + share * (WIDTH - LEFT - 20):.1f}"

    title = f"Milliseconds of CPU time a query, {run['articles']:,} articles, {result['begun'][:10]}"
    meaning = "a dot at the median, a line to the 95th percentile"
    yield f'<text x="10" y="{top + 20}" font-size="14">{title}: {meaning}</text>'
    for number, engine in enumerate(run["built"]):
        left = LEFT + number * 100
        yield f'<circle cx="{left}" cy="{top + 40}" r="5" fill="{COLOURS[engine]}"/>'
        yield f'<text x="{left + 9}" y="{top + 44}">{engine}</text>'
    bottom = top + HEAD + ROW * len(classes)
    for power in range(low, high + 1):
        at = x(10.0**power)
        yield f'<line x1="{at}" x2="{at}" y1="{top + HEAD}" y2="{bottom}" stroke="#ddd"/>'
        yield f'<text x="{at}" y="{bottom + 16}" text-anchor="middle">{10.0 ** (power + 3):g}</text>'
    for number, (name, figures) in enumerate(classes.items()):
        y = top + HEAD + ROW * number + ROW // 2
        yield f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{name}</text>'
        for engine, own in figures.items():
            median, high_end = own["cpu"][:2]
            colour, start, end = COLOURS[engine], x(median), x(high_end)
            yield f'<line x1="{start}" x2="{end}" y1="{y}" y2="{y}" stroke="{colour}" opacity="0.5"/>'
            yield f'<circle cx="{start}" cy="{y}" r="5" fill="{colour}"/>'
