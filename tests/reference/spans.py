"""Where the words, phrases and pairs of a query stand, in one article after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from search.article import Article
from search.fields import TEXT_FIELDS
from search.language import (
    Distance,
    Fuzzy,
    Near,
    Node,
    NotNear,
    Or,
    Phrase,
    PhrasePattern,
    Wildcard,
    Within,
    Word,
)
from search.text import Analyzer, cased, fold, forms, language_named, parts_of_words, word_spans, words
from tests.reference.copies import Copies
from tests.reference.values import edits, like

Span = tuple[int, int]


@dataclass(frozen=True)
class Placed:
    """A word of a text: its form, its term, and its form in its own capitals."""

    form: str
    term: str
    cased: str
    sentence: int
    paragraph: int


Test = Callable[[Placed], bool]

VALUE_GAP = 1_001
"""Positions between one value of a field and the next, so that no phrase goes over both."""


class Texts:
    """The words of some articles, and where a query stands in them."""

    def __init__(
        self, articles: Mapping[str, Article], analyzer: Analyzer, groups: Copies | None = None
    ) -> None:
        self.groups = groups or Copies(analyzer)
        self._analyzer = analyzer
        self.words = {
            identity: {field: self._placed(article, field) for field in TEXT_FIELDS}
            for identity, article in articles.items()
        }
        named = {language_named(article.language) for article in articles.values()}
        self._languages = {name or analyzer.language for name in named} or {analyzer.language}
        self._known = defaultdict(set)
        for texts in self.words.values():
            for placed in texts.values():
                for word in placed.values():
                    self._known[word.form].add(word.term)

    def _placed(self, article: Article, field: str) -> dict[int, Placed]:
        text = getattr(article, field)
        placed, position, part = {}, 0, 0
        for value in (text,) if isinstance(text, str) else text:
            analyzed = self._analyzer.analyze(value, language_named(article.language))
            places = zip(words(value), *parts_of_words(value, word_spans(value)), strict=True)
            for (form, term), (word, sentence, paragraph) in zip(analyzed, places, strict=True):
                if form:
                    placed[position] = Placed(form, term, cased(word), part + sentence, part + paragraph)
                position += 1
            position += VALUE_GAP
            part += len(value) + 1
        return placed

    def spans(self, node: Node, identity: str, field: str) -> set[Span]:
        """The positions of the first and last word of each place where `node` stands in a field."""
        match node:
            case Or(parts):
                return set().union(*(self.spans(part, identity, field) for part in parts))
            case Near(left, right, distance, ordered):
                firsts, seconds = (self.spans(part, identity, field) for part in (left, right))
                orders = [(firsts, seconds)] if ordered else [(firsts, seconds), (seconds, firsts)]
                return {
                    (a[0], b[1])
                    for x, y in orders
                    for a in x
                    for b in y
                    if a[1] < b[0] and self._is_close(a, b, distance, identity, field)
                }
            case NotNear(left, right, distance):
                others = self.spans(right, identity, field)
                return {
                    a
                    for a in self.spans(left, identity, field)
                    if not any(
                        self._is_close(min(a, b), max(a, b), distance, identity, field) for b in others
                    )
                }
            case Within(part, zone):
                found, text = self.spans(part, identity, field), self.words[identity][field]
                if isinstance(zone, int):
                    return {span for span in found if field == "body" and span[0] < zone}
                if field == "title":
                    return found if zone == "hlead" else set()
                return {span for span in found if field != "body" or not text[span[1]].paragraph}
        if getattr(node, "field", None) not in (None, field):
            return set()
        text = self.words[identity][field]
        slop = node.slop if isinstance(node, Phrase | PhrasePattern) else 0
        tests = self._tests(node)
        found = set()
        for start in text:
            ends = {start} if tests and tests[0](text[start]) else set()
            for test in tests[1:]:
                ends = {
                    after
                    for end in ends
                    for after in range(end + 1, end + slop + 2)
                    if after in text and test(text[after])
                }
            ends = {end for end in ends if end - start <= len(tests) - 1 + slop}
            found |= {(start, min(ends))} if ends else set()
        return found

    def _is_close(self, a: Span, b: Span, distance: Distance, identity: str, field: str) -> bool:
        """True if `b`, which does not begin before `a`, is near it or has a word in common with it."""
        if b[0] <= a[1]:
            return True
        if isinstance(distance, int):
            return b[0] - a[1] <= distance
        first, last = (self.words[identity][field][at] for at in (a[0], max(a[1], b[1])))
        if distance == "sentence":
            return first.sentence == last.sentence
        return first.paragraph == last.paragraph

    def _tests(self, node: Node) -> list[Test]:
        match node:
            case Word(text, spelling="exact") | Phrase(text, spelling="exact"):
                return [_has_form(form) for form in forms(text)]
            case Word(text, spelling="caps") | Phrase(text, spelling="caps"):
                return [_has_capitals(cased(word), fold(word)) for word in words(text)]
            case Word(text) | Phrase(text):
                return [self._stands_for(word) for word in words(text)]
            case Wildcard(pattern):
                folded = "".join(c if c in "*?" else fold(c) for c in pattern)
                return [lambda word: like(folded, word.form)]
            case PhrasePattern(slots):
                return [self._slot(slot) for slot in slots]
            case Fuzzy(text, distance):
                target = forms(text)[0]
                return [lambda word: edits(word.form, target) <= distance]
        raise AssertionError(node)

    def _slot(self, slot: str) -> Test:
        if slot == "*":
            return lambda word: True  # noqa: ARG005
        return self._tests(Wildcard(slot))[0] if set("*?") & set(slot) else self._stands_for(slot)

    def _stands_for(self, word: str) -> Test:
        terms = set(self._known.get(fold(word), ()))
        if not terms or len(self._languages) > 1:
            terms |= {self._analyzer.term(word, each) for each in self._languages}
        return lambda word: word.term in terms


def _has_form(form: str) -> Test:
    return lambda word: word.form == form


def _has_capitals(written: str, form: str) -> Test:
    """In these capitals; the word in this form, too, which loses its article in some languages (l'état)."""
    return lambda word: word.cased == written and word.form == form
