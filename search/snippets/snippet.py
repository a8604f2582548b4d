"""The sentences of an article that show best why it was found."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate

from search.article import Article
from search.deadline import Check, checked, no_deadline
from search.snippets.highlight import Highlight, Marks
from search.snippets.marker import CHECK_EVERY, Look, Marked, Markers, Whole, mark, without_lone_signs
from search.text import has_unspaced, paragraph_spans, sentences_within, word_spans

SNIPPET_LENGTH = 280
"""About how many characters a snippet has; one sentence more than this is cut at words."""

GAP = " … "
"""Stands in a snippet between two sentences that are not neighbours."""

MIN_PIECE_LENGTH = 120
"""A long sentence may be cut to about this many characters, so that another word of the query is shown."""

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]」』）]*+\Z")
_LONGEST_END = 9
_LIST_ITEM = re.compile(r"\n(?=[ \t]*(?:[-*•·–—▪◦‣]|\d{1,3}[.)])[ \t])")

_Place = tuple[int, int, int]
"""Of a sentence: its text, its paragraph there, its number there; places order as sentences do."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of an article: `text`, on one line, and in `marks` where its matches start and end."""

    text: str
    marks: Marks = ()


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    marks: Marks
    matched: frozenset[int]  # which of the highlights
    count: int  # as in `Marked`
    field: str


def snippet(
    article: Article,
    highlights: Sequence[Highlight] | Markers,
    length: int = SNIPPET_LENGTH,
    check: Check = no_deadline,
) -> Snippet:
    """The sentences of description, highlights and body that show most of the query.

    Where no sentence matches (the title did, or a filter) it is the lead; it is empty only for an
    article that has a title and nothing else. `Markers` serve for many articles.
    """
    markers = highlights if isinstance(highlights, Markers) else Markers(highlights, check)
    sentences = _Sentences(article, markers)
    best = sentences.best()
    if best is None:
        singles = [single for highlight in _not_whole(article, markers) for single in highlight.singly()]
        if singles != list(markers.highlights):
            sentences = _Sentences(article, Markers(singles, markers.check))
            best = sentences.best()
    if best is None and (best := sentences.first()) is None:
        return Snippet(article.title, markers.of("title").read(article.title).marks)
    chosen = _choose(sentences, best, length)
    if (more := _with_more_words(sentences, chosen, length)) is not None:
        return more
    if len(chosen) == 1 and len(sentences.at(best).text) > length:
        return _cut(sentences.at(best), length)
    return _joined(sentences, chosen)


def _not_whole(article: Article, markers: Markers) -> list[Highlight]:
    """Those without the phrases of single signs that the title has: signs of them alone say nothing."""
    return [
        highlight
        for highlight in markers.highlights
        if not (
            len(highlight.words) > 1
            and all(has_unspaced(form) for forms in highlight.words for form in forms)
            and mark(article.title, [highlight], "title")
        )
    ]


class _Sentences:
    """The sentences of an article, each split off and marked when it is first looked at."""

    def __init__(self, article: Article, markers: Markers) -> None:
        points = [("highlights", point) for point in article.highlights]
        self._texts = [("description", article.description), *points, ("body", article.body)]
        self._markers = markers
        self.highlight_count = len(markers.highlights)
        self._paragraphs: dict[int, list[tuple[int, int]]] = {}
        self._spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._looks: dict[tuple[int, ...], Look] = {}
        self._read: dict[_Place, _Sentence] = {}
        self._wholes: dict[int, Whole | None] = {}

    def first(self) -> _Place | None:
        """The first sentence; None where there is none."""
        numbers = (number for number in range(len(self._texts)) if self._paragraphs_of(number))
        return next(((number, 0, 0) for number in numbers), None)

    def best(self, seen: frozenset[int] = frozenset(), room: int | None = None) -> _Place | None:
        """The sentence with most highlights that are not `seen`, then the highest count, then the first.

        None where no sentence has any. With `room`, a sentence has at most this number of characters. The
        search is best first, by the bounds of whole texts, paragraphs and sentences; a part that cannot be
        the best is not taken apart.
        """
        queue: list[tuple[tuple[int, int], tuple[int, ...], bool]] = []

        def consider(place: tuple[int, ...], numbers: frozenset[int], count: int, known: bool) -> None:
            if added := len(numbers - seen):
                heappush(queue, ((-added, -min(count, 3)), place, known))

        for number in range(len(self._texts)):
            look = self._look((number,))
            consider((number,), look.numbers, look.count, known=False)
        while queue:
            self._markers.check()
            _, place, known = heappop(queue)
            if known:
                return _sentence_place(place)
            for part in self._parts(place):
                look = self._look(part)
                consider(part, look.numbers, look.count, known=False)
            if len(place) == 3:
                sentence = self.at(_sentence_place(place))
                if room is None or len(sentence.text) <= room:
                    consider(place, sentence.matched, sentence.count, known=True)
        return None

    def _parts(self, place: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """The paragraphs of a text, the sentences of a paragraph."""
        if len(place) < 3:
            parts = self._paragraphs_of(*place) if len(place) == 1 else self._spans_of(*place)
            yield from ((*place, at) for at in checked(range(len(parts)), self._markers.check, CHECK_EVERY))

    def _look(self, place: tuple[int, ...]) -> Look:
        """At most what is in a text, a paragraph or a sentence."""
        if place not in self._looks:
            field, text = self._texts[place[0]]
            marker = self._markers.of(field)
            if len(place) == 1:
                self._looks[place] = marker.look(text)
            else:
                spans = self._paragraphs_of(place[0]) if len(place) == 2 else self._spans_of(*place[:2])
                start, end = spans[place[-1]]
                whole = self._look(place[:-1])
                self._looks[place] = whole if len(spans) == 1 else marker.look_within(whole, text, start, end)
        return self._looks[place]

    def at(self, place: _Place) -> _Sentence:
        """The sentence at a place."""
        if place not in self._read:
            number, paragraph, sentence = place
            field, text = self._texts[number]
            start, end = self._spans_of(number, paragraph)[sentence]
            line = " ".join(text[start:end].split())
            found = self.read(line, place)
            self._read[place] = _Sentence(found.text, found.marks, found.matched, found.count, field)
        return self._read[place]

    def read(self, text: str, place: _Place, skipped: int = 0) -> Marked:
        """The marks of a text: the sentence at a place, or a part of it after `skipped` words."""
        number, paragraph, sentence = place
        start, _ = self._spans_of(number, paragraph)[sentence]
        whole = self._whole(number)
        if whole is not None and skipped:
            start = whole.words[bisect_left(whole.words, start) + skipped]
        return self._markers.of(self._texts[number][0]).read(text, self._look(place), whole, start)

    def _whole(self, number: int) -> Whole | None:
        if number not in self._wholes:
            field, text = self._texts[number]
            self._wholes[number] = self._markers.of(field).whole(text)
        return self._wholes[number]

    def running_on(self, place: _Place) -> _Place | None:
        """The sentence after this one, if it goes on from it in one running text.

        A heading or an item of a list does not run on, as it does not end as a sentence does.
        """
        number, paragraph, sentence = place
        before = self.at(place)
        if before.field == "highlights" or not _SENTENCE_END.search(before.text[-_LONGEST_END:]):
            return None
        if sentence + 1 < len(self._spans_of(number, paragraph)):
            return number, paragraph, sentence + 1
        if paragraph + 1 == len(self._paragraphs_of(number)):
            return None
        end = self._spans_of(number, paragraph + 1)[0][1]
        ended = _SENTENCE_END.search(self._texts[number][1], max(0, end - _LONGEST_END), end)
        return (number, paragraph + 1, 0) if ended else None

    def _paragraphs_of(self, number: int) -> list[tuple[int, int]]:
        if number not in self._paragraphs:
            self._paragraphs[number] = paragraph_spans(self._texts[number][1])
        return self._paragraphs[number]

    def _spans_of(self, number: int, paragraph: int) -> list[tuple[int, int]]:
        key = number, paragraph
        if key not in self._spans:
            text = self._texts[number][1]
            start, end = self._paragraphs_of(number)[paragraph]
            self._spans[key] = spans = []
            for item in _LIST_ITEM.finditer(text, start, end):
                spans += sentences_within(text, start, item.start())
                start = item.end()
            spans += sentences_within(text, start, end)
        return self._spans[key]


def _choose(sentences: _Sentences, best: _Place, length: int) -> list[_Place]:
    """Choose the sentences to show, in order: the best, then sentences that add something, then sentences
    that the last one runs on to, as far as there is room."""
    chosen, seen = [best], sentences.at(best).matched
    room = length - len(sentences.at(best).text)
    while (added := sentences.best(seen, room - len(GAP))) is not None:
        chosen.append(added)
        seen |= sentences.at(added).matched
        room -= len(sentences.at(added).text) + len(GAP)
    following = sentences.running_on(max(chosen))
    while following is not None and len(sentences.at(following).text) + 1 <= room:
        chosen.append(following)
        room -= len(sentences.at(following).text) + 1
        following = sentences.running_on(following)
    return sorted(chosen)


def _with_more_words(sentences: _Sentences, chosen: list[_Place], length: int) -> Snippet | None:
    """Parts of the chosen sentences and of one more, if they show more of the query than the sentences."""
    seen = frozenset[int]().union(*(sentences.at(place).matched for place in chosen))
    room = (length - len(chosen) * len(GAP)) // (len(chosen) + 1)
    if (
        room < MIN_PIECE_LENGTH
        or len(seen) == sentences.highlight_count
        or (added := sentences.best(seen)) is None
    ):
        return None
    places = sorted([*(place for place in chosen if sentences.at(place).marks), added])
    pieces = [_cut(sentences.at(place), room) for place in places]
    shown = [
        sentences.read(piece.text, place, _words_before(piece, sentences.at(place).text))
        for piece, place in zip(pieces, places, strict=True)
    ]
    if len(frozenset[int]().union(*(piece.matched for piece in shown))) <= len(seen):
        return None
    text, marks = pieces[0].text, [*pieces[0].marks]
    for piece in pieces[1:]:
        text = text.removesuffix(" …") + GAP
        own = piece.text.removeprefix("… ")
        shift = len(text) - len(piece.text) + len(own)
        marks += [(start + shift, end + shift) for start, end in piece.marks]
        text += own
    return Snippet(text, tuple(marks))


def _words_before(piece: Snippet, text: str) -> int:
    """The words of a text before a piece that was cut out of it."""
    inside = piece.text.removeprefix("… ").removesuffix(" …")
    return len(word_spans(text[: text.find(inside)])) if piece.text.startswith("… ") else 0


def _sentence_place(place: tuple[int, ...]) -> _Place:
    number, paragraph, sentence = place
    return number, paragraph, sentence


def _joined(sentences: _Sentences, chosen: list[_Place]) -> Snippet:
    text, marks, before = "", [], None
    for place in chosen:
        sentence = sentences.at(place)
        if before is not None:
            runs_on = sentences.running_on(before) == place
            text += ("" if text[-1] in "。！？" else " ") if runs_on else GAP
        marks += [(start + len(text), end + len(text)) for start, end in sentence.marks]
        text += sentence.text
        before = place
    return Snippet(text, without_lone_signs(text, tuple(marks)))


def _cut(sentence: _Sentence, length: int) -> Snippet:
    """The part of a long sentence that holds most marked words, cut between words."""
    text, marks = sentence.text, sentence.marks
    start = 0
    if marks and marks[-1][1] > length:
        ends = [span_end for _, span_end in marks]
        words = [0, *accumulate(len(text[a:b].split()) for a, b in marks)]
        counts = [
            words[bisect_right(ends, a + length)] - words[number] for number, (a, _) in enumerate(marks)
        ]
        most = marks[counts.index(max(counts))]
        start = max(0, most[0] - length // 4)
        if start:
            start = text.find(" ", start - 1) + 1 if " " in text[start - 1 : most[0]] else most[0]
    end = min(len(text), start + length)
    for span_start, span_end in marks:
        if span_start < end < span_end:  # never cut inside a match
            end = span_end
    if end < len(text) and not text[end].isspace():
        space = text.rfind(" ", start, end)
        if space > start and not any(s <= space < e for s, e in marks):
            end = space
    lead, tail = "… " if start else "", " …" if end < len(text) else ""
    shift = len(lead) - start
    kept = tuple((s + shift, e + shift) for s, e in marks if start <= s and e <= end)
    return Snippet(lead + text[start:end].rstrip() + tail, kept)
