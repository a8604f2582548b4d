"""Why an article was found: the sentences that show it best, and where in them the matches are.

A `Highlight` says which words to look for, as forms (see `analysis.fold`), so that this works the
same for a stemmed, a prefix and a fuzzy match. Text goes in, text and offsets come out; how a match
is shown is for whoever shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from search.article import Article
from search.deadline import Check, checked, no_deadline
from search.text import fold, has_unspaced, sentence_spans, word_spans
from search.text.stemming import without_any_elision

SNIPPET_LENGTH = 280
"""About how many characters a snippet has; one sentence more than this is cut at words."""

CHECK_EVERY = 64
"""Sentences that are read, or highlights looked for in one, between two checks of the time."""

GAP = " … "
"""What stands in a snippet between two sentences that are not neighbours."""

_SENTENCE_END = ".!?…\"'”’»)]。！？"

Marks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words to mark: one set of forms, or for a phrase one set for each word in turn.

    Up to `slop` other words may stand among those of a phrase. `fields` are the fields of the article
    that it applies to.
    """

    words: tuple[frozenset[str], ...]
    fields: tuple[str, ...]
    slop: int = 0

    def singly(self) -> tuple[Highlight, ...]:
        """Each word on its own."""
        return tuple(Highlight((forms,), self.fields) for forms in self.words)


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
    field: str


def mark(text: str, highlights: Iterable[Highlight], field: str) -> Marks:
    """Where `text`, of `field`, matches any of the highlights; a phrase is one span."""
    return _Marker(highlights, field).read(text).marks


def snippet(
    article: Article,
    highlights: Sequence[Highlight],
    length: int = SNIPPET_LENGTH,
    check: Check = no_deadline,
) -> Snippet:
    """The sentences of description, highlights and body that show most of what was asked for.

    Where none of them matches (the title did, or a filter) it is the lead; it is empty only for an
    article that has a title and nothing else.
    """
    sentences = list(_sentences(article, highlights, check))
    if not any(sentence.matched for sentence in sentences):
        singles = [single for highlight in _not_whole(article, highlights) for single in highlight.singly()]
        sentences = list(_sentences(article, singles, check))
    if not sentences:
        return Snippet(article.title, mark(article.title, highlights, "title"))
    chosen = _choose(sentences, length)
    if len(chosen) == 1 and len(sentences[chosen[0]].text) > length:
        return _cut(sentences[chosen[0]], length)
    return _joined(sentences, chosen)


def _not_whole(article: Article, highlights: Sequence[Highlight]) -> list[Highlight]:
    """Those without the phrases of single signs that the title has: signs of them alone say nothing."""
    return [
        highlight
        for highlight in highlights
        if not (
            len(highlight.words) > 1
            and all(has_unspaced(form) for forms in highlight.words for form in forms)
            and mark(article.title, [highlight], "title")
        )
    ]


class _Marker:
    """Finds highlights in texts of one field, looking each form up once."""

    def __init__(self, highlights: Iterable[Highlight], field: str, check: Check = no_deadline) -> None:
        self.check = check
        self.highlights = [
            (number, highlight) for number, highlight in enumerate(highlights) if field in highlight.fields
        ]
        self.field = field
        self.sought: dict[str, set[int]] = {}
        for number, highlight in self.highlights:
            for forms in highlight.words:
                for form in forms:
                    self.sought.setdefault(form, set()).add(number)

    def _form(self, word: str) -> str:
        """The form of a word, without its elision where that is what is looked for."""
        form = fold(word)
        if "'" not in form or form in self.sought:
            return form
        return next((bare for bare in without_any_elision(form) if bare in self.sought), form)

    def read(self, text: str) -> _Sentence:
        if not self.sought:
            return _Sentence(text, (), frozenset(), self.field)
        words = checked(word_spans(text), self.check)
        found = [(start, end, self._form(text[start:end])) for start, end in words]
        present: set[int] = set().union(*(self.sought.get(form, ()) for _, _, form in found))
        spans: list[tuple[int, int]] = []
        matched = set()
        for number, highlight in checked(self.highlights, self.check, CHECK_EVERY):
            if number in present and (places := _places(found, highlight)):
                spans.extend(places)
                matched.add(number)
        marks = _without_lone_signs(text, _without_overlaps(spans))
        return _Sentence(text, marks, frozenset(matched), self.field)


def _places(found: list[tuple[int, int, str]], highlight: Highlight) -> list[tuple[int, int]]:
    first, rest = highlight.words[0], highlight.words[1:]
    places = []
    for index, (start, end, form) in enumerate(found):
        if form not in first:
            continue
        last, spare = index, highlight.slop
        for forms in rest:
            step = next(
                (n for n in range(1, spare + 2) if last + n < len(found) and found[last + n][2] in forms), 0
            )
            if not step:
                break
            last, spare = last + step, spare - (step - 1)
        else:
            places.append((start, found[last][1] if rest else end))
    return places


def _without_overlaps(spans: list[tuple[int, int]]) -> Marks:
    """The spans, of those that overlap the first; those that touch are one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if kept and start == kept[-1][1]:
            kept[-1] = kept[-1][0], end
        elif not kept or start > kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def _without_lone_signs(text: str, marks: Marks) -> Marks:
    """The marks without single signs of a script without spaces, if any has several of them."""
    if text.isascii():
        return marks
    signs = [len(word_spans(text[s:e])) if has_unspaced(text[s:e]) else 0 for s, e in marks]
    return (
        marks
        if max(signs, default=0) < 2
        else tuple(span for span, count in zip(marks, signs, strict=True) if count != 1)
    )


def _sentences(article: Article, highlights: Sequence[Highlight], check: Check) -> Iterator[_Sentence]:
    texts = [("description", article.description)]
    texts += [("highlights", point) for point in article.highlights]
    texts.append(("body", article.body))
    markers = {field: _Marker(highlights, field, check) for field in ("description", "highlights", "body")}
    for field, text in texts:
        for start, end in checked(sentence_spans(text), check, CHECK_EVERY):
            yield markers[field].read(" ".join(text[start:end].split()))


def _choose(sentences: list[_Sentence], length: int) -> list[int]:
    """Which sentences to show, by number and in order: first the one that matches most, then those
    that add something, then what the last of them runs on to, as far as there is room."""

    def worth(number: int, seen: frozenset[int]) -> tuple[int, int, int]:
        sentence = sentences[number]
        return len(sentence.matched - seen), min(len(sentence.marks), 3), -number

    best = max(range(len(sentences)), key=lambda number: worth(number, frozenset()))
    chosen, seen = [best], sentences[best].matched
    room = length - len(sentences[best].text)
    while True:
        fitting = [
            number
            for number, sentence in enumerate(sentences)
            if number not in chosen and sentence.matched - seen and len(sentence.text) + len(GAP) <= room
        ]
        if not fitting:
            break
        added = max(fitting, key=lambda number: worth(number, seen))
        chosen.append(added)
        seen |= sentences[added].matched
        room -= len(sentences[added].text) + len(GAP)
    following = max(chosen) + 1
    while _runs_on(sentences, following) and len(sentences[following].text) + 1 <= room:
        chosen.append(following)
        room -= len(sentences[following].text) + 1
        following += 1
    return sorted(chosen)


def _runs_on(sentences: list[_Sentence], number: int) -> bool:
    """Whether a sentence is there and goes on from the one before, in one running text."""
    if number >= len(sentences) or sentences[number].field == "highlights":
        return False
    before = sentences[number - 1]
    return before.field == sentences[number].field and before.text[-1] in _SENTENCE_END


def _joined(sentences: list[_Sentence], chosen: list[int]) -> Snippet:
    text, marks, before = "", [], None
    for number in chosen:
        if before is not None:
            runs_on = number == before + 1 and _runs_on(sentences, number)
            text += ("" if text[-1] in "。！？" else " ") if runs_on else GAP
        marks += [(start + len(text), end + len(text)) for start, end in sentences[number].marks]
        text += sentences[number].text
        before = number
    return Snippet(text, _without_lone_signs(text, tuple(marks)))


def _cut(sentence: _Sentence, length: int) -> Snippet:
    """The part of a long sentence that holds most marks, cut between words."""
    text, marks = sentence.text, sentence.marks
    start = 0
    if marks and marks[-1][1] > length:
        most = max(marks, key=lambda span: sum(span[0] <= s and e <= span[0] + length for s, e in marks))
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
