"""Where words stand that are to be marked only together: near each other, in a zone, in given capitals.

    Condition
    ├── Highlight         a word or a phrase
    ├── Pair   Apart      one near another; one where another is not near
    ├── Inside            in a zone of the article
    └── Either            any of several

A condition is looked for in a whole text, word by word. `find` gives the words that take part in a match.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from search.deadline import Check, checked
from search.language import Distance, Zone
from search.snippets.highlight import Apart, Condition, Either, Highlight, Inside, Pair
from search.text import cased, parts_of_words

Run = tuple[int, int]
"""The numbers of the first and of the last word of a highlight in a text."""

Token = tuple[int, int, str]
"""Start, end and form of a word in a text."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A match of a condition from the word `start` to the word `end`, with the runs that it is made of."""

    start: int
    end: int
    runs: frozenset[Run]


def highlights_of(condition: Condition) -> tuple[Highlight, ...]:
    """The highlights for a condition: its words, each where it takes part in a match."""
    match condition:
        case Either(parts):
            return tuple(found for part in parts for found in highlights_of(part))
        case Highlight(cased=()):
            return (condition,)
        case _:
            return tuple(replace(leaf, where=condition) for leaf in _leaves(condition))


def _leaves(condition: Condition) -> tuple[Highlight, ...]:
    match condition:
        case Highlight():
            return (condition,)
        case Pair(left, right):
            return _leaves(left) + _leaves(right)
        case Apart(left):
            return _leaves(left)
        case Inside(part):
            return _leaves(part)
        case Either(parts):
            return tuple(leaf for part in parts for leaf in _leaves(part))


def find(condition: Condition, field: str, text: str, words: Sequence[Token], check: Check) -> frozenset[Run]:
    """The runs of words of `text`, which is of `field`, that take part in a match of the condition."""
    found = _Finder(field, text, words, check).spans(condition)
    return frozenset().union(*(span.runs for span in found))


class _Finder:
    def __init__(self, field: str, text: str, words: Sequence[Token], check: Check) -> None:
        self._field, self._text, self._words, self._check = field, text, words, check
        self._parts = parts_of_words(text, [(start, end) for start, end, _ in words])

    def spans(self, condition: Condition) -> list[_Span]:
        """The matches, by start and then end."""
        self._check()
        match condition:
            case Highlight():
                if self._field not in condition.fields:
                    return []
                runs = [run for run in runs_of(self._words, condition) if self._has_capitals(run, condition)]
                return [_Span(*run, frozenset([run])) for run in runs]
            case Pair(left, right, distance, ordered):
                return self._near(self.spans(left), self.spans(right), distance, ordered)
            case Apart(left, right, distance):
                others = self.spans(right)
                return [span for span in self.spans(left) if not self._has_near(span, others, distance)]
            case Inside(part, zone):
                return [span for span in self.spans(part) if self._is_inside(span, zone)]
            case Either(parts):
                return _distinct([span for part in parts for span in self.spans(part)])

    def _has_capitals(self, run: Run, sought: Highlight) -> bool:
        if not sought.cased:
            return True
        first, last = run
        there = [cased(self._text[start:end]) for start, end, _ in self._words[first : last + 1]]
        remaining = iter(there)
        return all(word in remaining for word in sought.cased)

    def _near(self, left: list[_Span], right: list[_Span], distance: Distance, ordered: bool) -> list[_Span]:
        """Each span with its nearest neighbour on either side, as the index has it."""
        if not isinstance(distance, int):
            left, right = (
                [span for span in side if self._in_one(distance, span.start, span.end)]
                for side in (left, right)
            )
        pairs = self._followed(left, right) + ([] if ordered else self._followed(right, left))
        close = self._close(distance)
        return _distinct([_Span(a.start, b.end, a.runs | b.runs) for a, b in pairs if close(a, b)])

    def _followed(self, first: list[_Span], second: list[_Span]) -> list[tuple[_Span, _Span]]:
        starts = [span.start for span in second]
        by_end = sorted(first, key=lambda span: (span.end, span.start))
        ends = [span.end for span in by_end]
        pairs = []
        for span in checked(first, self._check):
            if (at := bisect_right(starts, span.end)) < len(second):
                pairs.append((span, second[at]))
        for span in checked(second, self._check):
            if (at := bisect_left(ends, span.start)) > 0:
                pairs.append((by_end[at - 1], span))
        return pairs

    def _close(self, distance: Distance) -> Callable[[_Span, _Span], bool]:
        if isinstance(distance, int):
            return lambda a, b: b.start - a.end <= distance
        return lambda a, b: self._in_one(distance, a.start, b.end)

    def _in_one(self, part: Distance, first: int, last: int) -> bool:
        numbers = self._parts[part == "paragraph"]
        return numbers[first] == numbers[last]

    def _has_near(self, span: _Span, others: list[_Span], distance: Distance) -> bool:
        close = self._close(distance)
        return any(
            b.start <= a.end or close(a, b)
            for a, b in (
                (span, other) if span.start <= other.start else (other, span)
                for other in checked(others, self._check)
            )
        )

    def _is_inside(self, span: _Span, zone: Zone) -> bool:
        if isinstance(zone, int):
            return self._field == "body" and span.start < zone
        if self._field == "title":
            return zone == "hlead"
        return self._field != "body" or not self._parts[1][span.end]


def runs_of(words: Sequence[Token], highlight: Highlight) -> list[Run]:
    """The runs of words that are a highlight's: each is the shortest from its first word on."""
    first, rest = highlight.words[0], highlight.words[1:]
    runs = []
    for index, (_, _, form) in enumerate(words):
        if form not in first:
            continue
        last, spare = index, highlight.slop
        for forms in rest:
            reach = range(1, min(spare + 2, len(words) - last))
            step = next((n for n in reach if not forms or words[last + n][2] in forms), 0)
            if not step:
                break
            last, spare = last + step, spare - (step - 1)
        else:
            runs.append((index, last))
    return runs


def _distinct(spans: list[_Span]) -> list[_Span]:
    found: dict[Run, _Span] = {}
    for span in spans:
        key = span.start, span.end
        same = found.get(key)
        found[key] = span if same is None else replace(span, runs=same.runs | span.runs)
    return [found[key] for key in sorted(found)]
