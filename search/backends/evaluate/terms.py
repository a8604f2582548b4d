"""The index terms of a word, in one view of the index.

A word stands for every term that a word spelled like it, case and accents ignored, was indexed under. A word
that the archive does not know stands for its stems; so does every word where the archive has articles in
several languages.
"""

from __future__ import annotations

from collections.abc import Mapping

from search.backends.evaluate.columns import SEPARATOR
from search.index.evaluate.counts import by_value
from search.index.evaluate.matches import everything
from search.index.evaluate.vocabulary import document_count
from search.index.postings.postings import merged
from search.index.read.snapshot import Snapshot
from search.once import once
from search.text import Analyzer, fold, language_named


class WordTerms:
    """Looks words up in `view`. For one thread at a time.

    `known` has the terms of words in a larger archive.
    """

    def __init__(
        self, view: Snapshot, analyzer: Analyzer, known: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._view, self._analyzer = view, analyzer
        self._terms = dict(known or {})

    def terms(self, word: str) -> tuple[str, ...]:
        """The index terms of a word, sorted."""
        if word not in self._terms:
            known = self._view.terms_of(fold(word))
            if not known or len(self._languages) > 1:
                known |= {self._analyzer.term(word, language) for language in self._languages}
            self._terms[word] = tuple(sorted(known))
        return self._terms[word]

    def forms(self, word: str) -> frozenset[str]:
        """Every form of the archive that the word finds."""
        found = (self._view.forms_of(term) for term in self.terms(word))
        return frozenset({fold(word)}.union(*found))

    def document_frequency(self, word: str) -> int:
        """How many articles have the word, in any form."""
        terms = self.terms(word)
        if len(terms) == 1:
            return document_count(self._view, terms[0])
        return len(merged([self._view.postings(term) for term in terms], self._view.check).docs)

    @once
    def _languages(self) -> set[str]:
        """The languages of the archive's articles; its own where there are no articles."""

        def found() -> set[str]:
            tags, untagged = by_value(self._view, "lang", everything(self._view).docs)
            named = {language_named(tag.partition(SEPARATOR)[0]) or self._analyzer.language for tag in tags}
            return named | ({self._analyzer.language} if untagged or not named else set())

        return self._view.keep("languages", make=found)
