"""Timelines with their denominators as text, tables and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from search.engine import Bin, Timeline
from search.present.chart import chart_as_text, chart_of, sparkline
from search.present.safe import iso, printable
from search.present.terminal import bar, print_timeline, rest_of, tally
from search.query import Coverage

if TYPE_CHECKING:
    from rich.console import Console

_TALLY = ("texts", "sources")
_SHARE_COLUMNS = ("total", "share", "low", "high", "state", "burst")
MAX_SPARKS = 72


def without_shares(line: Timeline) -> Timeline:
    """The timeline with counts only, and with the state of its intervals."""
    bins = (replace(each, total=None, share=None, low=None, high=None) for each in line.bins)
    return replace(line, bins=tuple(bins), of="")


def timeline_columns(by: str, *, label: str, share: bool, texts: bool = False) -> tuple[str, ...]:
    """The columns of `timeline_rows`, for an interval with or without the name of a date.

    The first tells several timelines apart, "" for none.
    """
    interval = by.rpartition(":")[2].lower()
    own = (label,) * bool(label) + (interval, "start", "count")
    return own + _TALLY * texts + _SHARE_COLUMNS * share


def timeline_rows(lines: Mapping[str, Timeline], name: str) -> Iterator[dict[str, object]]:
    """A row for each interval of each timeline, with every column that there may be; `name` is of labels."""
    for label, line in lines.items():
        for each in line.bins:
            row = {column: _cell(getattr(each, column)) for column in ("count", *_TALLY, *_SHARE_COLUMNS)}
            yield {name: label, line.interval: each.name, "start": each.start and iso(each.start), **row}


def notes_on_rows(lines: Mapping[str, Timeline], *, share: bool) -> Iterator[str]:
    """Name the articles and the data that the rows do not show, for each timeline by its label."""
    for label, line in lines.items():
        notes = rest_of(line)
        if not share and (holes := _without_data(line)):
            notes.append(f"{holes} without data, where the count is 0; --share has a column for that")
        if notes:
            yield (f"{label}: " if label else "") + ", ".join(notes)


def _without_data(line: Timeline) -> str:
    """How many intervals have no data, in words; "" if each has some."""
    count = sum(each.state == "no data" for each in line.bins)
    return f"{count:,} {line.interval}{'' if count == 1 else 's'}" if count else ""


def _cell(value: object) -> object:
    return None if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def print_shares(console: Console, line: Timeline) -> None:
    """Print each interval with its matches, all articles, the share with its 95 % interval, and bursts."""
    from rich.text import Text

    most = max((each.share or 0 for each in line.bins), default=0) or 1
    counts = [f"{each.count:,} of {each.total:,}" for each in line.bins]
    width, longest = (
        max(map(len, texts), default=0) for texts in (counts, [each.name for each in line.bins])
    )
    for each, count in zip(line.bins, counts, strict=True):
        row = Text(f"  {each.name:<{longest}}  ")
        if each.share is None or each.low is None or each.high is None:
            row.append(f"{'no data':>{width}}", "dim")
        else:
            interval = f"[{100 * each.low:.1f}, {100 * each.high:.1f}]"
            row.append(f"{count:>{width}}  {100 * each.share:5.1f} %  {interval:<14}  ")
            row.append(f"{bar(each.share / most, 24):<24}", "cyan")
            row.append(f"  {tally(each)}".rstrip(), "dim")
            row.append(f"  {each.state}" if each.state != "ok" else "", "dim")
            row.append(f"  burst ×{each.burst:.1f}" if each.burst is not None else "", "bold")
        row.rstrip()
        console.print(row, soft_wrap=True)
    notes = [f"of: {printable(line.of)}"]
    notes += [f"{holes} without data"] if (holes := _without_data(line)) else []
    notes += rest_of(line)
    console.print(" · ".join(notes), style="dim", soft_wrap=True)


def print_timelines(console: Console, lines: Mapping[str, Timeline], *, share: bool) -> None:
    """Print one timeline as bars, several as a table."""
    if len(lines) > 1:
        for row in chart_as_text(chart_of(lines, share=share)):
            console.print(row, soft_wrap=True)
        return
    for line in lines.values():
        (print_shares if share else print_timeline)(console, line)


def coverage_as_text(coverage: Coverage) -> Iterator[str]:
    """A line for all and for each value: its articles, from when to when, and the intervals without any."""
    rows = {"all": coverage.all, **coverage.per}
    width = min(32, max(len(name) for name in rows))
    for name, line in rows.items():
        shown = printable(name) if len(name) <= width else printable(name)[: width - 1] + "…"
        total = sum(each.count for each in line.bins)
        if not line.bins:
            yield f"{shown:<{width}}  {line.undated:,} without a date"
            continue
        span = f"{line.bins[0].name} to {line.bins[-1].name}"
        sparks = sparkline([each.count for each in line.bins]) if len(line.bins) <= MAX_SPARKS else ""
        without = ", ".join(holes(line.bins))
        yield f"{shown:<{width}}  {total:>9,}  {span}  {sparks}" + (
            f"  without: {without}" if without else ""
        )


def holes(bins: Iterable[Bin]) -> list[str]:
    """The runs of intervals without an article, each by its first and its last name."""
    runs: list[list[str]] = []
    every = list(bins)
    for before, each in pairwise([None, *every]):
        if each is None or each.count:
            continue
        if before is not None and not before.count and runs:
            runs[-1][1:] = [each.name]
        else:
            runs.append([each.name])
    return [" to ".join(run) for run in runs]
