"""Two texts as spans that were kept, removed and added.

Sentences are compared first, then the words within the runs of sentences that differ, by `difflib`. Where
more than 70 % of the words of a run or of the text differ, the two are one span removed and one added, as
single words kept between others tell a reader nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Literal

from search.text import sentence_spans

By = Literal["words", "sentences"]
Kind = Literal["kept", "removed", "added"]

MIN_KEPT = 0.3
"""Below this share of words kept, two texts are shown as two blocks."""

MAX_PAIRS = 2_000_000
"""Pairs of equal pieces that are compared, at most; a longer run is taken as replaced. A second or two."""

_WORD = re.compile(r"(?:\w+(?:[-'’.,:]\w+)*|[^\w\s])\s*|\s+")
_IS_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: kept as it is in the later version, removed from the earlier one, or added."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class TextDiff:
    """The spans of two texts in order, and the share of their words that was kept, from 0 to 1.

    The kept and added spans together are the later text; the kept and removed ones are the earlier,
    except for white space.
    """

    spans: tuple[Span, ...]
    kept: float


def compare_texts(earlier: str, later: str, by: By = "words") -> TextDiff:
    """Compare two texts, word by word or sentence by sentence.

    The share of words kept is 2 K / (A + B) for K words kept of A words before and B words after; of two
    texts without a word it is 1.
    """
    if earlier == later:
        return TextDiff((Span("kept", later),) if later else (), 1.0)
    before, after = _sentences(earlier), _sentences(later)
    spans: list[Span] = []
    for kind, first, last, start, end in _operations(before, after):
        if kind == "equal":
            spans.append(Span("kept", "".join(after[start:end])))
        else:
            spans += _block("".join(before[first:last]), "".join(after[start:end]), by)
    kept = _share(spans)
    if kept < MIN_KEPT:
        spans = _replaced(earlier, later)
    return TextDiff(tuple(_joined(spans)), kept)


def _block(earlier: str, later: str, by: By) -> list[Span]:
    """The spans of a run of sentences that differs."""
    if by == "sentences" or not earlier or not later:
        return _replaced(earlier, later)
    before, after = _WORD.findall(earlier), _WORD.findall(later)
    spans: list[Span] = []
    for kind, first, last, start, end in _operations(before, after):
        if kind == "equal":
            spans.append(Span("kept", "".join(after[start:end])))
        else:
            spans += _replaced("".join(before[first:last]), "".join(after[start:end]))
    return _replaced(earlier, later) if _share(spans) < MIN_KEPT else spans


def _operations(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """The steps from one list of pieces to the other, as `difflib` has them, without white space."""
    first, second = [piece.strip() for piece in before], [piece.strip() for piece in after]
    start, end = shared_ends(first, second)
    first, second = first[start : len(first) - end], second[start : len(second) - end]
    if start:
        yield "equal", 0, start, 0, start
    counts = Counter(second)
    if sum(counts[piece] for piece in first) > MAX_PAIRS:
        yield "replace", start, start + len(first), start, start + len(second)
    else:
        for kind, *places in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
            one, two, three, four = (place + start for place in places)
            yield kind, one, two, three, four
    if end:
        yield "equal", len(before) - end, len(before), len(after) - end, len(after)


def shared_ends(first: Sequence[str], second: Sequence[str]) -> tuple[int, int]:
    """Count the pieces that two lists share at their beginnings, and then at their ends."""
    shorter = min(len(first), len(second))
    start = next((n for n in range(shorter) if first[n] != second[n]), shorter)
    room = shorter - start
    return start, next((n for n in range(room) if first[-1 - n] != second[-1 - n]), room)


def _sentences(text: str) -> list[str]:
    """The sentences of a text, each with the white space after it."""
    starts = [start for start, _ in sentence_spans(text)]
    edges = [0, *starts[1:], len(text)] if text else []
    return [text[start:end] for start, end in pairwise(edges)]


def _replaced(earlier: str, later: str) -> list[Span]:
    return [span for span in (Span("removed", earlier), Span("added", later)) if span.text]


def _share(spans: Iterable[Span]) -> float:
    counts = Counter[str]()
    for span in spans:
        counts[span.kind] += sum(bool(_IS_WORD.match(piece)) for piece in _WORD.findall(span.text))
    total = 2 * counts["kept"] + counts["removed"] + counts["added"]
    return 2 * counts["kept"] / total if total else 1.0


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans with neighbours as one: between two kept ones, one removed and one added at most."""
    for is_kept, run in groupby(spans, key=lambda span: span.kind == "kept"):
        own = list(run)
        kinds: tuple[Kind, ...] = ("kept",) if is_kept else ("removed", "added")
        for kind in kinds:
            if text := "".join(span.text for span in own if span.kind == kind):
                yield Span(kind, text)
