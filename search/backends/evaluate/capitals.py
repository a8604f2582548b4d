"""Words in given capitals. The index has no capitals, so the texts of articles are read.

A part of a query that asks for capitals finds the articles that it finds without them and whose text
confirms it. It scores as it does without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from search.backends.evaluate.leaves import WordsLeaf, postings_of
from search.backends.evaluate.plan import Scored, TextLeaf, highlights_of_leaf
from search.backends.evaluate.texts import ArticleTexts
from search.engine import Explanation
from search.index.evaluate.confirmed import Confirmed
from search.index.evaluate.matches import Matches, has
from search.index.kernels import Docs, Ints
from search.index.postings.postings import Postings
from search.index.postings.proximity import NO_SPANS, Spans, phrase
from search.index.read.snapshot import Snapshot
from search.language import Node, Phrase, Word, leaves
from search.once import once
from search.snippets import Highlight
from search.text import cased, words


class CapitalPlaces:
    """The places of all words of a tree that need capitals, in some documents."""

    def __init__(self, texts: ArticleTexts, docs: Docs, tree: Node) -> None:
        self._texts, self._docs = texts, docs
        self._sought = {
            cased(word)
            for leaf in leaves(tree)
            if isinstance(leaf, Word | Phrase) and leaf.spelling == "caps"
            for word in words(leaf.text)
        }

    @once
    def _found(self) -> dict[tuple[str, str], Ints]:
        return self._texts.places(self._docs, self._sought)

    def of(self, field: str, word: str) -> Ints:
        """The places of a word in a field, ascending."""
        return self._found.get((field, cased(word)), NO_SPANS.starts)


class CapitalsLeaf:
    """A word, or the words of a phrase, in given capitals."""

    def __init__(
        self, view: Snapshot, in_any_capitals: WordsLeaf, node: Word | Phrase, places: CapitalPlaces
    ) -> None:
        self._view, self._in_any_capitals, self._node, self._places = view, in_any_capitals, node, places
        self._words = words(node.text)

    @once
    def postings(self) -> Postings:
        return postings_of(self._view, self.spans)

    def spans(self, field: str) -> Spans:
        if self._node.field not in (None, field) or not self._words:
            return NO_SPANS
        slop = self._node.slop if isinstance(self._node, Phrase) else 0
        return phrase([self._places.of(field, word) for word in self._words], slop, self._view.check)

    def condition(self) -> Highlight | None:
        found = self._in_any_capitals.condition()
        return found and replace(found, cased=tuple(map(cased, self._words)))


class InCapitals:
    """A leaf that needs capitals; `leaf` makes it for some documents, `loose` plans it without them."""

    def __init__(self, view: Snapshot, loose: Scored, leaf: Callable[[Docs], TextLeaf]) -> None:
        self._view, self._loose, self._leaf = view, loose, leaf

    @once
    def matches(self) -> Matches:
        return Confirmed(self._view, self._loose.matches, lambda docs: self._leaf(docs).postings.docs)

    def highlights(self) -> tuple[Highlight, ...]:
        return highlights_of_leaf(self._leaf(self._loose.matches.docs[:0]))

    def explain(self, doc: int, boost: float = 1.0) -> Iterator[Explanation]:
        if has(self.matches, doc):
            yield from self._loose.explain(doc, boost)
