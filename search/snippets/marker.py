"""Finds highlights in texts.

Taking a text apart into words is slow, and most texts of an article have nothing to mark. So a text can be
looked at first: which of the forms are in it at all, as runs of characters, and how often? The marks that are
found in it later are never more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile

from search.deadline import Check, checked, no_deadline
from search.snippets.conditions import Run, find, runs_of
from search.snippets.highlight import Highlight, Marks
from search.text import fold, folded_in_place, folded_text, has_unspaced, word_spans
from search.text.stemming import without_any_elision

CHECK_EVERY = 64
"""Highlights that are looked for in a text between two checks of the time."""

MAX_PLACES = 8
"""Of up to this many places of forms the neighbours are counted; of more all may be neighbours."""

MAX_SPACES = 8
"""White space between neighbours; with more they may be found too late to be preferred."""

MAX_NEEDLES = 24
"""Of more forms than these, the words of a text are looked up rather than the forms in it."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its marks; `matched` are the numbers of the highlights that it has.

    `places` has each place that matches; places side by side are one mark.
    """

    text: str
    marks: Marks
    matched: frozenset[int]
    places: Marks = ()

    @property
    def count(self) -> int:
        """How many places match, and one more for each two that stand side by side."""
        return 2 * len(self.places) - len(self.marks)


@dataclass(frozen=True, slots=True)
class Look:
    """An upper bound: the `numbers` of the highlights that a text may have, and their `Marked.count`.

    `forms` has the places of the forms that the text may have, ascending; not in the text as it is, but for
    their number, unless they are `placed`.
    """

    numbers: frozenset[int]
    count: int
    forms: Mapping[str, list[int]]
    placed: bool = True


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole text: where each of its words begins, and for each condition the runs that take part in it."""

    words: tuple[int, ...]
    runs: Sequence[frozenset[Run]]


NOTHING = Look(frozenset(), 0, {})


class Marker:
    """Finds highlights in texts of one field; each highlight has its number among those given."""

    def __init__(self, highlights: Iterable[Highlight], field: str, check: Check = no_deadline) -> None:
        self._check = check
        self._highlights = [
            (number, highlight) for number, highlight in enumerate(highlights) if field in highlight.fields
        ]
        self._sought: dict[str, set[int]] = {}
        for number, highlight in self._highlights:
            for forms in highlight.words:
                for form in forms:
                    self._sought.setdefault(form, set()).add(number)
        self._only_words = all(len(highlight.words) == 1 for _, highlight in self._highlights)
        few = len(self._sought) <= MAX_NEEDLES
        self._needles = {form: _spellings(form) for form in self._sought} if few else None
        self._forms: dict[str, str] = {}
        self._field = field
        wheres = [highlight.where for _, highlight in self._highlights if highlight.where is not None]
        self._conditions = list(dict.fromkeys(wheres))
        numbers = {condition: number for number, condition in enumerate(self._conditions)}
        self._condition_of = {
            number: numbers[highlight.where] for number, highlight in self._highlights if highlight.where
        }

    def whole(self, text: str) -> Whole | None:
        """Look for conditions in a text of which parts are read; None if there are no conditions."""
        if not self._conditions:
            return None
        words = self._words(text)
        runs = [find(each, self._field, text, words, self._check) for each in self._conditions]
        return Whole(tuple(start for start, _, _ in words), runs)

    def look(self, text: str, first: int = 0) -> Look:
        """At most what `read` finds in the text, whose places are counted from `first`."""
        if not text or not self._sought:
            return NOTHING
        if self._needles is None:
            found: dict[str, list[int]] = {}
            for start, end in checked(word_spans(text), self._check):
                if (form := self._form(text[start:end])) in self._sought:
                    found.setdefault(form, []).append(first + start)
            return self._bound(found)
        folded = folded_in_place(text)
        if folded is None:
            return self._bound(self._counted(folded_text(text)), placed=False)
        every = ((form, _places_of(needles, folded, first)) for form, needles in self._needles.items())
        return self._bound({form: places for form, places in every if places})

    def look_within(self, whole: Look, text: str, start: int, end: int) -> Look:
        """`look` of `text[start:end]`, a part of a text of which `look` said `whole`."""
        if not whole.numbers:
            return NOTHING
        if not whole.placed:
            return self.look(text[start:end], start)
        found = {}
        for form, places in whole.forms.items():
            first = bisect_left(places, start)
            if first < len(places) and places[first] < end:
                found[form] = places[first : bisect_left(places, end, first)]
        return self._bound(found)

    def _counted(self, folded: str) -> dict[str, list[int]]:
        """As many places as each of the forms has in the text, at most; where they are is not known."""
        without_commas = folded.replace(",", "")
        squeezed = without_commas.replace(".", "")
        counts = ((form, (without_commas if "." in form else squeezed).count(form)) for form in self._sought)
        return {form: [0] * count for form, count in counts if count}

    def _bound(self, found: Mapping[str, list[int]], *, placed: bool = True) -> Look:
        if not found:
            return NOTHING
        numbers, count = set[int](), 0
        if self._only_words:
            for form, places in found.items():
                numbers |= self._sought[form]
                count += len(places) * len(self._sought[form])
        else:
            for number, highlight in self._highlights:
                if all(not forms.isdisjoint(found) for forms in highlight.words if forms):
                    numbers.add(number)
                    count += sum(len(found[form]) for form in highlight.words[0] if form in found)
        if len(numbers) > 1:
            count += _neighbours(found) if placed and count <= MAX_PLACES else count - 1
        return Look(frozenset(numbers), count, found, placed)

    def read(self, text: str, look: Look | None = None, whole: Whole | None = None, start: int = 0) -> Marked:
        """The text with its marks; `look` is what `look` said of it or of a text that it is a part of.

        `whole` has the conditions of the text that it is a part of, from the character `start` on; without
        it, the text is whole itself.
        """
        if not (self.look(text) if look is None else look).numbers:
            return Marked(text, (), frozenset())
        found = self._words(text)
        whole = self.whole(text) if whole is None else whole
        before = 0 if whole is None else bisect_left(whole.words, start)
        present: set[int] = set().union(*(self._sought[form] for _, _, form in found if form in self._sought))
        marks: list[tuple[int, int]] = []
        matched = set()
        for number, highlight in checked(self._highlights, self._check, CHECK_EVERY):
            if number not in present:
                continue
            runs = runs_of(found, highlight)
            if whole is not None and number in self._condition_of:
                taking_part = whole.runs[self._condition_of[number]]
                runs = [run for run in runs if (run[0] + before, run[1] + before) in taking_part]
            if runs:
                marks.extend((found[first][0], found[last][1]) for first, last in runs)
                matched.add(number)
        places = without_lone_signs(text, _without_overlaps(marks))
        return Marked(text, without_lone_signs(text, _joined_marks(text, places)), frozenset(matched), places)

    def _words(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, form) of each word of the text."""
        spans = checked(word_spans(text), self._check)
        folded = folded_in_place(text)
        if folded is None:
            return [(start, end, self._form(text[start:end])) for start, end in spans]
        return [
            (start, end, form if (form := folded[start:end]).isalnum() else self._form(text[start:end]))
            for start, end in spans
        ]

    def _form(self, word: str) -> str:
        """The form of a word, without its elision where that is what is looked for."""
        form = self._forms.get(word)
        if form is None:
            form = fold(word)
            if "'" in form and form not in self._sought:
                form = next((bare for bare in without_any_elision(form) if bare in self._sought), form)
            self._forms[word] = form
        return form


class Markers:
    """The markers of an answer's highlights, one for each field, for the texts of many articles."""

    def __init__(self, highlights: Sequence[Highlight], check: Check = no_deadline) -> None:
        self.highlights, self.check = highlights, check
        self._markers: dict[str, Marker] = {}

    def of(self, field: str) -> Marker:
        """The marker of a field."""
        if field not in self._markers:
            self._markers[field] = Marker(self.highlights, field, self.check)
        return self._markers[field]


def mark(text: str, highlights: Iterable[Highlight], field: str) -> Marks:
    """Where `text`, of `field`, matches any of the highlights; a phrase is one span, as neighbours are."""
    return Marker(highlights, field).read(text).marks


@cache
def _spellings(form: str) -> tuple[str, ...]:
    """How a form may stand in a folded text: us as u.s too, 1750 as 1,750 too."""
    found = [form]
    if form.isalpha():
        found.append(".".join(form))
    digits = "".join(takewhile(str.isdecimal, form))
    grouped, rest = digits, form[len(digits) :]
    for count in range(1, (len(digits) - 1) // 3 + 1):
        at = len(digits) - 3 * count
        grouped = f"{grouped[:at]},{grouped[at:]}"
        found.append(grouped + rest)
    return tuple(found)


def _joined(before: str, after: str) -> bool:
    """True if two characters side by side belong to one word; "" stands for the end of the text."""
    return (before + after).isascii() and before.isalnum() and after.isalnum()


def _places_of(needles: Iterable[str], folded: str, first: int) -> list[int]:
    """Where a folded text has any of the needles with no letter or digit next to it, ascending from `first`.

    A letter that is not of ASCII may be a word of its own, so only two of ASCII belong together.
    """
    places = []
    for needle in needles:
        at = folded.find(needle)
        while at >= 0:
            after = at + len(needle)
            if not _joined(folded[at - 1 : at], needle[0]) and not _joined(
                needle[-1], folded[after : after + 1]
            ):
                places.append(first + at)
            at = folded.find(needle, at + 1)
    places.sort()
    return places


def _without_overlaps(spans: list[tuple[int, int]]) -> Marks:
    """The first of the spans that overlap; spans that touch become one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if kept and start == kept[-1][1]:
            kept[-1] = kept[-1][0], end
        elif not kept or start > kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def _neighbours(found: Mapping[str, list[int]]) -> int:
    """At most how many places of forms stand right behind another, also if spelled with stops or commas."""
    places = sorted((place, len(form)) for form, own in found.items() for place in own)
    return sum(1 for (one, length), (other, _) in pairwise(places) if other - one <= 2 * length + MAX_SPACES)


def _joined_marks(text: str, marks: Marks) -> Marks:
    """The marks, those with nothing but white space between them as one."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and text[joined[-1][1] : start].isspace():
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return tuple(joined)


def without_lone_signs(text: str, marks: Marks) -> Marks:
    """The marks without single signs of a script without spaces, if any has several of them."""
    if text.isascii():
        return marks
    signs = [len(word_spans(text[s:e])) if has_unspaced(text[s:e]) else 0 for s, e in marks]
    return (
        marks
        if max(signs, default=0) < 2
        else tuple(span for span, count in zip(marks, signs, strict=True) if count != 1)
    )
