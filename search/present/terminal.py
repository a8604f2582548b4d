"""Results to text for people. Text from articles never reaches a terminal raw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, TextIO

from search.article import Article
from search.engine import Bin, Explanation, Facet, FacetValue, Hit, Results, Stats, Timeline
from search.present.safe import printable, when
from search.snippets import Marks

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_BLOCKS = " ▏▎▍▌▋▊▉█"
_MIN_BAR = 8
TEXT_WIDTH = 100
"""The widest line, in columns; a narrower terminal has narrower lines."""


def open_console(stream: TextIO, color: str) -> Console:
    """Open a console on `stream`; color "auto" styles the text if it is a terminal."""
    from rich.console import Console

    styled = {"always": True, "never": False}.get(color)
    probe = Console(file=stream, force_terminal=styled)
    return Console(
        file=stream,
        force_terminal=styled,
        color_system="auto" if color != "never" else None,
        width=min(max(probe.width, 20), TEXT_WIDTH) if stream.isatty() else TEXT_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not stream.isatty(),
    )


def print_results(console: Console, results: Results, zone: tzinfo, following: str | None = None) -> None:
    """Print a page of results: the count, the query as it was read, the hits, the facets.

    The last line is the command `following`, which prints the next page. It is never broken into two lines.
    """
    from rich.text import Text

    found = f"{results.total:,} article{'' if results.total == 1 else 's'}"
    if results.texts is not None:
        found += f" in {_counted(results.texts, 'text')}{_from_sources(results.sources or 0)}"
    _print(console, Text(found, "bold").append(f"  {printable(results.read_as)}", "not bold dim"))
    if results.expanded_with:
        _print(console, Text(f"ranked also by: {printable(', '.join(results.expanded_with))}", "dim"))
    for number, hit in enumerate(results.hits, start=results.first):
        console.print()
        print_hit(console, number, hit, zone)
    if results.facets:
        console.print()
        print_facets(console, results.facets)
    if following is not None:
        console.print()
        console.print(Text(f"next page: {printable(following)}", "dim"), soft_wrap=True)


def print_hit(console: Console, number: int, hit: Hit, zone: tzinfo) -> None:
    """Print a hit: its title, facts, snippet and address."""
    from rich.padding import Padding
    from rich.style import Style
    from rich.text import Text

    article = hit.article
    lead = f"{number}. "
    title = _marked(console, article.title or "(no title)", hit.title_marks, "bold")
    url = printable(article.url)
    link = Style(link=url) if url.startswith(("http://", "https://")) else Style()
    title.stylize(link)  # in terminals that know links
    _print(console, Text().append(lead, "dim").append_text(title))
    facts = [
        when(article.published, zone, article.precision),
        article.source,
        ", ".join(article.authors),
        "" if article.id == article.url else article.id,
    ]
    if hit.copies is not None:
        facts.append(f"also in {hit.copies.count:,}{_from_sources(hit.copies.sources)}")
    lines = [Text(printable(" · ".join(fact for fact in facts if fact)), "dim")]
    if hit.snippet is not None and hit.snippet.text:
        lines.append(_marked(console, hit.snippet.text, hit.snippet.marks, ""))
    for line in lines:
        if console.soft_wrap:
            _print(console, Text(" " * len(lead)).append_text(line))
        else:
            console.print(Padding(line, (0, 0, 0, len(lead)), expand=False))
    if url:  # in one piece, so that it can be copied from any terminal
        shown = Text(" " * len(lead)).append(url, Style(dim=True) + link)
        console.print(shown, soft_wrap=True)


def _from_sources(count: int) -> str:
    return f" ({_counted(count, 'source')})" if count else ""


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _marked(console: Console, text: str, marks: Marks, style: str) -> Text:
    """Mark spans of `text`: in colour if the console has colour, else between asterisks."""
    from rich.text import Text

    shown, before = Text(style=style), 0
    for start, end in marks:
        shown.append(printable(text[before:start]))
        if console.color_system is not None:
            shown.append(printable(text[start:end]), "bold yellow")
        else:
            shown.append(f"*{printable(text[start:end])}*")
        before = end
    return shown.append(printable(text[before:]))


def print_facets(console: Console, facets: Iterable[Facet]) -> None:
    """Print each facet as rows of value, count, bar and the term that narrows a search to the value."""
    from rich.text import Text

    for number, facet in enumerate(facets):
        if number:
            console.print()
        rest = [f"{facet.distinct:,} value{'' if facet.distinct == 1 else 's'}"]
        if len(facet.values) < facet.distinct:
            rest = [f"{len(facet.values):,} of {facet.distinct:,} shown"]
        rest += [f"{facet.missing:,} without"] if facet.missing else []
        rest += _too_imprecise(facet.imprecise, facet.field.rpartition(":")[2])
        _print(console, Text(facet.field, "bold").append(f"  {', '.join(rest)}", "not bold dim"))
        rows = [(printable(value.value), value.count, tally(value) + value.query) for value in facet.values]
        _print_rows(console, rows)


def print_timeline(console: Console, timeline: Timeline) -> None:
    """Print the timeline as rows of interval, count and bar; "no data" where its state says so."""
    from rich.text import Text

    rows = [
        (each.name, None if each.state == "no data" else each.count, tally(each)) for each in timeline.bins
    ]
    _print_rows(console, rows)
    if rest := rest_of(timeline):
        _print(console, Text(", ".join(rest), "dim"))


def rest_of(timeline: Timeline) -> list[str]:
    """The matches that are in no interval, in words."""
    rest = [f"{timeline.undated:,} without a date"] if timeline.undated else []
    return rest + _too_imprecise(timeline.imprecise, timeline.interval)


def tally(counted: FacetValue | Bin) -> str:
    """The numbers of texts and sources, if they were counted."""
    if counted.texts is None or counted.sources is None:
        return ""
    return f"{_counted(counted.texts, 'text')}, {_counted(counted.sources, 'source')}  "


def _too_imprecise(count: int, interval: str) -> list[str]:
    coarse = {"month": "year", "quarter": "year", "hour": "day, month or year"}.get(interval, "month or year")
    return [f"{count:,} known only to the {coarse}"] * (count > 0)


def _print_rows(console: Console, rows: Sequence[tuple[str, int | None, str]]) -> None:
    """Print rows of name, count, bar and query; None for "no data".

    Where they are too wide for the console, the bars are shorter, or each query has a line of its own.
    """
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    most = max((count or 0 for _, count, _ in rows), default=1) or 1
    counts = ["no data" if count is None else f"{count:,}" for _, count, _ in rows]
    queries = [printable(query) for _, _, query in rows]
    count_width = max(map(len, counts), default=0)
    query_width = max(map(cell_len, queries), default=0)
    room = console.width - count_width - len("  " * 3)
    name_width = min(max((cell_len(name) for name, _, _ in rows), default=0), 36, max(8, room - _MIN_BAR))
    room -= name_width
    beside = console.soft_wrap or query_width + 2 + _MIN_BAR <= room
    bar_width = max(_MIN_BAR, min(40, room - 2 - query_width if beside and not console.soft_wrap else room))
    for (name, count, _), shown_count, query in zip(rows, counts, queries, strict=True):
        shown = name if cell_len(name) <= name_width else set_cell_size(name, name_width - 1) + "…"
        row = Text("  " + set_cell_size(shown, name_width)).append(f"  {shown_count:>{count_width}}  ")
        row.append(set_cell_size(bar((count or 0) / most, bar_width), bar_width), "cyan")
        row.append(f"  {query}" if beside else "", "dim")
        row.rstrip()
        _print(console, row)
        if query and not beside:
            console.print(Text(f"    {query}", "dim"), soft_wrap=True)


def bar(share: float, width: int) -> str:
    """A bar of blocks, `share` of `width` long; a share above 0 is at least an eighth of a block."""
    eighths = round(share * width * 8)
    if share > 0 and not eighths:
        eighths = 1
    return "█" * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def print_article(console: Console, article: Article, zone: tzinfo, seen: datetime | None = None) -> None:
    """Print the whole article; `seen` is when the archive first had it."""
    from rich.text import Text

    _print(console, Text(printable(article.title or "(no title)"), "bold"))
    facts = {
        "published": when(article.published, zone, article.precision),
        "modified": when(article.modified, zone) if article.modified else "",
        "seen": when(seen, zone) if seen else "",
        "source": article.source,
        "authors": ", ".join(article.authors),
        "keywords": ", ".join(article.keywords),
        "language": article.language,
        "url": article.url,
        **{name: ", ".join(values) for name, values in article.extra.items()},
        "id": article.id,
    }
    width = max(len(name) for name, fact in facts.items() if fact)
    for name, fact in facts.items():
        if fact:
            _print(console, Text(f"{name:<{width}}  ", "dim").append(printable(fact)))
    if article.description:
        console.print()
        _print(console, Text(printable(article.description), "italic"))
    if article.highlights:
        console.print()
    for point in article.highlights:
        _print(console, Text(f"- {printable(point)}"))
    for paragraph in re.split(r"\n\s*\n", article.body):
        if paragraph.strip():
            console.print()
            _print(console, Text(printable(paragraph)))


def print_stats(console: Console, stats: Stats) -> None:
    """Print the figures of the archive, one a line."""
    from rich.text import Text

    span = "none"
    if stats.first is not None and stats.last is not None:
        span = f"{stats.first.astimezone(UTC):%Y-%m-%d} to {stats.last.astimezone(UTC):%Y-%m-%d} (UTC)"
    current = stats.revision == stats.indexed_revision
    state = "searchable" if current else "not yet searchable"
    facts = {
        "archive": stats.location,
        "articles": f"{stats.articles:,}",
        "without a date": f"{stats.undated:,}",
        "dates": span,
        "words": f"{stats.words:,}",
        "language": stats.language,
        "extra fields": ", ".join(stats.extra_fields) or "none",
        "store": f"{stats.store_size / 1e6:,.1f} MB",
        "index": f"{stats.index_size / 1e6:,.1f} MB in {stats.segments} "
        f"segment{'' if stats.segments == 1 else 's'}",
        "state": f"revision {stats.revision}, {state}" if stats.revision else state,
        "analyzer": stats.analyzer,
        "kernels": stats.kernels,
    }
    if stats.length_drift:
        facts["lengths"] = f"{stats.length_drift:.0%} from the averages of the ranking, which rebuild renews"
    width = max(map(len, facts))
    for name, fact in facts.items():
        _print(console, Text(f"{name:<{width}}  ", "dim").append(printable(fact)))


def print_explanation(console: Console, explanation: Explanation) -> None:
    """Print the score, and below it, indented, the parts that it is computed from."""
    from rich.text import Text

    _print(console, Text(f"{explanation.value:.4f}", "bold").append(f"  {printable(explanation.text)}"))
    left = [(1, part) for part in reversed(explanation.parts)]
    while left:
        depth, each = left.pop()
        line = Text(f"{'    ' * depth}{each.value:.4f}  ", "" if depth == 1 else "dim")
        _print(console, line.append(printable(each.text), "bold" if depth == 1 else "dim"))
        left += [(depth + 1, part) for part in reversed(each.parts)]


def _print(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=console.soft_wrap)
