"""Words in context, words near them and words that set articles apart, as text, tables and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from search.article import written_time
from search.engine import Distinctive
from search.present.safe import printable
from search.query import Collocate, Kwic, KwicLine

if TYPE_CHECKING:
    from rich.console import Console

MIN_CONTEXT = 20
"""Least number of columns on each side of a match that has day and id on its line."""

Rows = list[dict[str, object]]

KWIC_COLUMNS = ("id", "published", "source", "field", "left", "match", "right")
COLLOCATE_COLUMNS = ("word", "score", "near", "articles")
DISTINCTIVE_COLUMNS = ("word", "score", "inside", "outside")


def kwic_rows(found: Kwic) -> Rows:
    """A row with `KWIC_COLUMNS` for each line."""
    return [dict(zip(KWIC_COLUMNS, _cells(line), strict=True)) for line in found.lines]


def _cells(line: KwicLine) -> Sequence[object]:
    published = line.published and written_time(line.published, line.precision)
    return line.id, published, line.source, line.field, line.left, line.match, line.right


def collocate_rows(found: Sequence[Collocate]) -> Rows:
    """A row with `COLLOCATE_COLUMNS` for each word."""
    return [
        {"word": each.word, "score": round(each.score, 3), "near": each.near, "articles": each.articles}
        for each in found
    ]


def distinctive_rows(found: Distinctive) -> Rows:
    """A row with `DISTINCTIVE_COLUMNS` for each word."""
    return [
        {
            "word": each.word,
            "score": round(each.score, 3),
            "inside": each.inside,
            "outside": round(each.outside, 1),
        }
        for each in found.words
    ]


def print_kwic(console: Console, found: Kwic, width: int, *, fits: bool = False) -> None:
    """Print each line with the matches one below the other, the day and the id after it.

    If it `fits`, the context is cut to the width of a terminal; in a narrow one day and id stand below it.
    """
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    console.print(
        f"{found.total:,} match{'' if found.total == 1 else 'es'} in {found.articles:,} "
        f"article{'' if found.articles == 1 else 's'}",
        style="bold",
    )
    middle = max((cell_len(line.match) for line in found.lines), default=0)
    is_below, fits = False, fits and not console.soft_wrap
    if fits:
        room = console.width - middle
        after = 14 + max((len(line.id) for line in found.lines), default=0)
        is_below = room - after < 2 * MIN_CONTEXT
        width = min(width, max(4, (room if is_below else room - after) // 2))
    for line in found.lines:
        left, match, right = map(printable, (line.left, line.match, line.right))
        if fits:
            left, right = set_cell_size(left[::-1], width)[::-1], set_cell_size(right, width)
        row = Text(" " * max(0, width - cell_len(left)) + left)
        row.append(match, "bold yellow").append(right)
        row.append(" " * max(0, middle + width - cell_len(match) - cell_len(right)))
        if is_below:
            row.rstrip()
            row.append("\n")
        day = "" if line.published is None else written_time(line.published, line.precision)[:10]
        row.append(f"  {day:10}  {printable(line.id)}", "dim")
        console.print(row, soft_wrap=True)


def collocates_as_text(found: Sequence[Collocate]) -> Iterator[str]:
    """A line a word: its score, in how many articles it is near, and in how many at all."""
    width = max((len(each.word) for each in found), default=0)
    for each in found:
        counts = f"near in {each.near:,} of {each.articles:,} articles"
        yield f"{printable(each.word):<{width}}  {each.score:5.2f}  {counts}"


def distinctive_as_text(found: Distinctive, against: str) -> Iterator[str]:
    """A line a word: the texts with it inside and outside, and its score; a first line names both."""
    yield f"{found.inside:,} text{'' if found.inside == 1 else 's'} against {found.outside:,.0f} of {against}"
    width = max((len(each.word) for each in found.words), default=0)
    for each in found.words:
        outside = f"{each.outside:,.0f} of {found.outside:,.0f}"
        yield (
            f"{printable(each.word):<{width}}  {each.inside:,} of {found.inside:,}  against {outside}  "
            f"z {each.score:.1f}"
        )
