"""Timelines as charts: one set of values, drawn as SVG or as rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from search.engine import Bin, Timeline
from search.present.safe import printable

WIDTH, HEIGHT = 800, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 56
_KEYS, _KEY_WIDTH, _KEY_HEIGHT = 4, 180, 16
_DASHES = ("none", "7 3", "2 3", "9 3 2 3")
_COLORS = ("#0b6bcb", "#c4431c", "#2a7f3f", "#7a3fa0", "#8a6d00", "#555555")
_LEVELS = "▁▂▃▄▅▆▇█"
_MAX_TICKS, _MAX_LETTERS = 8, 24
_QUOTE = {'"': "&quot;"}


@dataclass(frozen=True, slots=True)
class Chart:
    """Values by interval: each of `series` has a value for each of `names`, None where there is no data."""

    names: tuple[str, ...]
    series: Mapping[str, tuple[float | None, ...]]
    share: bool

    @property
    def most(self) -> float:
        """The highest value, at least a little above 0."""
        return (
            max((value for own in self.series.values() for value in own if value is not None), default=0) or 1
        )


def chart_of(lines: Mapping[str, Timeline], *, share: bool) -> Chart:
    """The counts of timelines of one length, or their shares."""
    names = tuple(each.name for each in next(iter(lines.values())).bins) if lines else ()
    series = {label: tuple(_value(each, share) for each in line.bins) for label, line in lines.items()}
    return Chart(names, series, share)


def _value(each: Bin, share: bool) -> float | None:
    return each.share if share else None if each.state == "no data" else float(each.count)


def written(value: float | None, *, share: bool) -> str:
    """A value as text: a count, or a share in percent."""
    if value is None:
        return "no data"
    return f"{100 * value:.2f} %" if share else f"{value:,.0f}"


def sparkline(values: Sequence[float | None]) -> str:
    """A letter a value: blocks by height, a space for 0, a dot where there is no data."""
    most = max((value for value in values if value), default=1)
    return "".join(
        "·" if value is None else " " if not value else _LEVELS[min(7, int(8 * value / most))]
        for value in values
    )


def chart_as_svg(chart: Chart, title: str) -> str:
    """The chart as an SVG: bars for one series, lines for several, broken where there is no data."""
    more_keys = max(0, -(-len(chart.series) // _KEYS) - 2) * _KEY_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + more_keys}" role="img" '
        f'class="chart" font-family="sans-serif" font-size="12" fill="#222">',
        f"<title>{_text(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT + more_keys}" class="ground" fill="#fff"/>',
        *_axes(chart),
    ]
    for place, (label, values) in enumerate(chart.series.items()):
        color = _COLORS[place % len(_COLORS)]
        dashes = _DASHES[place // len(_COLORS) % len(_DASHES)]
        stroke = f'class="line{place % len(_COLORS)}" stroke="{color}" stroke-width="2"'
        stroke += f' stroke-dasharray="{dashes}"'
        parts += _bars(chart, values, color) if len(chart.series) == 1 else _lines(chart, values, stroke)
        if label:
            x = _LEFT + place % _KEYS * _KEY_WIDTH
            y = HEIGHT - 22 + place // _KEYS * _KEY_HEIGHT
            parts.append(f'<line x1="{x - 6}" x2="{x + 12}" y1="{y - 4}" y2="{y - 4}" {stroke}/>')
            parts.append(f'<text x="{x + 16}" y="{y}">{_text(_shortened(label))}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def strip_as_svg(line: Timeline, links: Sequence[str]) -> str:
    """The counts as bars without letters, which a page stretches to any size; each bar is one of the links.

    The space above a bar belongs to its link. An interval that the archive has a part of only is `partial`.
    The page must have the same numbers as text: the strip is hidden from programs that read pages aloud.
    """
    most = max((each.count for each in line.bins), default=0) or 1
    parts = [
        f'<svg class="strip" viewBox="0 0 {10 * len(line.bins)} 100" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false">'
    ]
    for place, (each, link) in enumerate(zip(line.bins, links, strict=True)):
        height = max(2, round(100 * each.count / most)) if each.count else 0
        partial = ' class="partial"' if each.state == "partial" else ""
        parts.append(
            f'<a href="{escape(link, _QUOTE)}" tabindex="-1"{partial}>'
            f"<title>{_text(each.name)}: {each.count:,}</title>"
            f'<path class="room" d="M{10 * place} 0h10v100h-10z"/>'
            + (f'<path d="M{10 * place + 1} {100 - height}h8v{height}h-8z"/></a>' if height else "</a>")
        )
    return "".join([*parts, "</svg>"])


def _x(chart: Chart, place: float) -> float:
    return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * place / max(1, len(chart.names)), 2)


def _y(chart: Chart, value: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / chart.most, 2)


def _axes(chart: Chart) -> Iterator[str]:
    """The line of 0 and of the highest value with their numbers, and names under some of the intervals."""
    for value in (0.0, chart.most / 2, chart.most):
        y = _y(chart, value)
        yield f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}" class="grid" stroke="#ccc"/>'
        number = f"{100 * value:.3g} %" if chart.share else f"{value:,.3g}" if value < 10 else f"{value:,.0f}"
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{number}</text>'
    step = -(-len(chart.names) // _MAX_TICKS) or 1
    for place in range(0, len(chart.names), step):
        x = _x(chart, place + 0.5)
        y, name = HEIGHT - _BOTTOM + 16, _text(chart.names[place])
        yield f'<text x="{x}" y="{y}" text-anchor="middle">{name}</text>'


def _bars(chart: Chart, values: Sequence[float | None], color: str) -> Iterator[str]:
    for place, value in enumerate(values):
        left, right = _x(chart, place + 0.1), _x(chart, place + 0.9)
        if value is None:
            size = f'width="{right - left:.2f}" height="{HEIGHT - _TOP - _BOTTOM}"'
            yield f'<rect x="{left}" y="{_TOP}" {size} class="hole" fill="#eee"/>'
        elif value:
            y = _y(chart, value)
            height = round(HEIGHT - _BOTTOM - y, 2)
            shown = f"{chart.names[place]}: {written(value, share=chart.share)}"
            yield (
                f'<rect x="{left}" y="{y}" width="{right - left:.2f}" height="{height}" class="bar" '
                f'fill="{color}">'
                f"<title>{_text(shown)}</title></rect>"
            )


def _lines(chart: Chart, values: Sequence[float | None], stroke: str) -> Iterator[str]:
    for known, run in groupby(enumerate(values), key=lambda pair: pair[1] is not None):
        if not known:
            continue
        points = [(_x(chart, place + 0.5), _y(chart, value)) for place, value in run if value is not None]
        if len(points) == 1:
            yield f'<circle cx="{points[0][0]}" cy="{points[0][1]}" r="2" {stroke}/>'
        else:
            path = " ".join(f"{x},{y}" for x, y in points)
            yield f'<polyline points="{path}" fill="none" {stroke}/>'


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_LETTERS else text[: _MAX_LETTERS - 1] + "…"


def _text(text: str) -> str:
    return escape(printable(text))


def chart_as_text(chart: Chart) -> Iterator[str]:
    """A table: a line an interval, a column a series."""
    labels = [_shortened(printable(label)) for label in chart.series]
    cells = [[written(value, share=chart.share) for value in values] for values in chart.series.values()]
    widths = [max(map(len, [label, *own])) for label, own in zip(labels, cells, strict=True)]
    first = max(map(len, chart.names), default=0)
    yield " " * first + "".join(f"  {label:>{width}}" for label, width in zip(labels, widths, strict=True))
    for place, name in enumerate(chart.names):
        row = (f"  {own[place]:>{width}}" for own, width in zip(cells, widths, strict=True))
        yield f"{name:{first}}" + "".join(row)
