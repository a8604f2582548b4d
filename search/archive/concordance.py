"""Words in context: every place where a query matches in the texts, and the words that stand near it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Literal, get_args

from search.article import Article, Precision
from search.deadline import Check
from search.engine import Reader
from search.snippets import Highlight, Markers, Marks
from search.text import MAX_WORD_LENGTH, Analyzer, fold, language_named, sentence_spans, word_spans

KwicSort = Literal["date", "left", "right"]
KWIC_SORTS: tuple[KwicSort, ...] = get_args(KwicSort)

SORTED_WORDS = 3
"""Words beside a match that lines are sorted by, the nearest first."""

MAX_WIDTH, MAX_WINDOW = 1_000, 100
"""Characters beside a match in a line of `kwic`, and words beside it that are near, at most."""

MIN_NEAR = 5
"""A collocate is near the matches in at least this many articles."""

_Line = tuple[tuple[list[str], int], "KwicLine"]
"""A line with its place in the order."""


@dataclass(frozen=True, slots=True)
class KwicLine:
    """A match in its context: `left` and `right` have at most as many characters as were asked for."""

    id: str
    published: datetime | None
    precision: Precision
    source: str
    field: str
    left: str
    match: str
    right: str


@dataclass(frozen=True, slots=True)
class Kwic:
    """Lines of a concordance; `total` counts all matches, `articles` the articles that have them."""

    total: int
    articles: int
    lines: tuple[KwicLine, ...]


@dataclass(frozen=True, slots=True)
class Collocate:
    """A word that is near the matches in `near` articles, of the `articles` that have it anywhere.

    `score` is logDice (Rychlý 2008, "A lexicographer-friendly association score"), at most 14.
    """

    word: str
    score: float
    near: int
    articles: int


def kwic(
    articles: Iterable[Article],
    highlights: Sequence[Highlight],
    sort: KwicSort,
    width: int,
    limit: int,
    check: Check,
) -> Kwic:
    """The first `limit` lines of the matches in the articles, which come oldest first."""
    total = having = 0

    def lines() -> Iterator[_Line]:
        nonlocal total, having
        for article, marked in _matches(articles, highlights, check):
            having += 1
            for field, text, marks in marked:
                for start, end in marks:
                    total += 1
                    key = _neighbours(text, start, end, sort), total
                    yield key, _line(article, field, text, start, end, width)

    first = nsmallest(max(1, limit), lines(), key=lambda line: line[0])  # for 0 it would count nothing
    return Kwic(total, having, tuple(line for _, line in first[:limit]))


def _matches(
    articles: Iterable[Article], highlights: Sequence[Highlight], check: Check
) -> Iterator[tuple[Article, list[tuple[str, str, Marks]]]]:
    """Yield each article that has a match in its texts: the article, and (field, text, places) of each."""
    markers = Markers(highlights, check)
    for article in articles:
        check()
        texts = [("title", article.title), ("description", article.description)]
        texts += [("highlights", text) for text in article.highlights]
        texts.append(("body", article.body))
        marked = [(field, text, markers.of(field).read(text).places) for field, text in texts]
        if found := [each for each in marked if each[2]]:
            yield article, found


def _neighbours(text: str, start: int, end: int, sort: KwicSort) -> list[str]:
    """The folded words on one side of a match, the nearest first; none for the order of dates."""
    reach = SORTED_WORDS * (MAX_WORD_LENGTH + 1)
    if sort == "left":
        before = text[max(0, start - reach) : start]
        return [fold(before[a:b]) for a, b in reversed(word_spans(before)[-SORTED_WORDS:])]
    if sort == "right":
        after = text[end : end + reach]
        return [fold(after[a:b]) for a, b in word_spans(after)[:SORTED_WORDS]]
    return []


def _line(article: Article, field: str, text: str, start: int, end: int, width: int) -> KwicLine:
    reach = 4 * width + 4  # more than `width`, as runs of white space become one space
    left = _spaced(text[max(0, start - reach) : start])[-width:] if width else ""
    right = _spaced(text[end : end + reach])[:width]
    return KwicLine(
        article.id,
        article.published,
        article.precision,
        article.source,
        field,
        left.lstrip(),
        " ".join(text[start:end].split()),
        right.rstrip(),
    )


def _spaced(text: str) -> str:
    """The text on one line; white space at its ends stays, as one space."""
    words = " ".join(text.split())
    return f"{' ' * text[:1].isspace()}{words}{' ' * (text[-1:].isspace() and bool(words))}"


def collocates(
    reader: Reader,
    articles: Iterable[Article],
    highlights: Sequence[Highlight],
    window: int | None,
    limit: int,
    analyzer: Analyzer,
    check: Check,
) -> tuple[Collocate, ...]:
    """The words most associated with the matches: at most `window` words away, or in their sentence (None).

    Stop words, numbers, single letters and the words of the query are left out.
    """
    sought = {form for highlight in highlights for forms in highlight.words for form in forms}
    near: Counter[str] = Counter()
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    having = 0
    for article, marked in _matches(articles, highlights, check):
        having += 1
        language = language_named(article.language) or analyzer.language
        forms: set[str] = set()
        for _, text, marks in marked:
            forms |= _near(text, marks, window)
        terms = set()
        for form in sorted(forms - sought - analyzer.stop_words):
            if len(form) > 1 and not form.replace(".", "").isdecimal():
                term = analyzer.term(form, language)
                terms.add(term)
                written[term][form] += 1
        near.update(terms)
    frequent = {term: count for term, count in near.items() if count >= MIN_NEAR}
    commonest = {
        term: min(written[term].items(), key=lambda pair: (-pair[1], pair[0]))[0] for term in frequent
    }
    known = reader.document_frequencies(commonest.values())
    found = []
    for term, count in frequent.items():
        word = commonest[term]
        everywhere = max(known[word], count)
        score = 14 + math.log2(2 * count / (having + everywhere))
        found.append(Collocate(word, score, count, everywhere))
    return tuple(nsmallest(limit, found, key=lambda each: (-each.score, each.word)))


def _near(text: str, marks: Marks, window: int | None) -> set[str]:
    """The forms of the words near the marks, without the marked words."""
    spans = [span for span in word_spans(text) if span[1] - span[0] <= MAX_WORD_LENGTH]
    starts = [start for start, _ in spans]
    sentences = sentence_spans(text) if window is None else []
    near: set[int] = set()
    inside: set[int] = set()
    for start, end in marks:
        first, after = bisect_left(starts, start), bisect_left(starts, end)
        inside.update(range(first, after))
        if window is not None:
            near.update(range(max(0, first - window), min(len(spans), after + window)))
            continue
        at = bisect_right(sentences, (start, len(text))) - 1
        if at >= 0:
            low, high = sentences[at]
            near.update(range(bisect_left(starts, low), bisect_left(starts, high)))
    return {fold(text[slice(*spans[place])]) for place in near - inside}
