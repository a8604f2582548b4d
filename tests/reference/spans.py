"""Where the words, phrases and pairs of a query stand, in one article after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from search.article import Article
from search.fields import TEXT_FIELDS
from search.language import Fuzzy, Near, Node, Or, Phrase, Wildcard, Word
from search.text import Analyzer, fold, forms, language_named, words
from tests.reference.values import edits, like

Span = tuple[int, int]
Placed = dict[int, tuple[str, str]]
"""Position to form and term."""
Test = Callable[[str, str], bool]
"""Of a word's form and term."""

VALUE_GAP = 1_001
"""Positions between one value of a field and the next, so that no phrase goes over both."""


class Texts:
    """The words of some articles, and where a query stands in them."""

    def __init__(self, articles: Mapping[str, Article], analyzer: Analyzer) -> None:
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
                for form, term in placed.values():
                    self._known[form].add(term)

    def _placed(self, article: Article, field: str) -> Placed:
        text = getattr(article, field)
        placed, position = {}, 0
        for value in (text,) if isinstance(text, str) else text:
            for form, term in self._analyzer.analyze(value, language_named(article.language)):
                if form:
                    placed[position] = (form, term)
                position += 1
            position += VALUE_GAP
        return placed

    def spans(self, node: Node, identity: str, field: str) -> set[Span]:
        """The positions of the first and last word of each place where `node` stands in a field."""
        match node:
            case Or(parts):
                return set().union(*(self.spans(part, identity, field) for part in parts))
            case Near(left, right, distance, ordered):
                firsts, seconds = (self.spans(part, identity, field) for part in (left, right))
                orders = [(firsts, seconds)] if ordered else [(firsts, seconds), (seconds, firsts)]
                return {(a[0], b[1]) for x, y in orders for a in x for b in y if 0 < b[0] - a[1] <= distance}
        if getattr(node, "field", None) not in (None, field):
            return set()
        text = self.words[identity][field]
        slop = node.slop if isinstance(node, Phrase) else 0
        tests = self._tests(node)
        found = set()
        for start in text:
            ends = {start} if tests and tests[0](*text[start]) else set()
            for test in tests[1:]:
                ends = {
                    after
                    for end in ends
                    for after in range(end + 1, end + slop + 2)
                    if after in text and test(*text[after])
                }
            ends = {end for end in ends if end - start <= len(tests) - 1 + slop}
            found |= {(start, min(ends))} if ends else set()
        return found

    def _tests(self, node: Node) -> list[Test]:
        match node:
            case Word(text) | Phrase(text):
                return [self._stands_for(word) for word in words(text)]
            case Wildcard(pattern):
                folded = "".join(c if c in "*?" else fold(c) for c in pattern)
                return [lambda form, term: like(folded, form)]  # noqa: ARG005
            case Fuzzy(text, distance):
                target = forms(text)[0]
                return [lambda form, term: edits(form, target) <= distance]  # noqa: ARG005
        raise AssertionError(node)

    def _stands_for(self, word: str) -> Test:
        terms = set(self._known.get(fold(word), ()))
        if not terms or len(self._languages) > 1:
            terms |= {self._analyzer.term(word, each) for each in self._languages}
        return lambda form, term: term in terms  # noqa: ARG005
