"""The words of a query: their terms, their other forms, and how many articles have them.

A word stands for every term that a word spelled like it, case and accents ignored, was indexed under. A word
that the archive does not know stands for its stems; so does every word where the archive has articles in
several languages. This is as `search.backends.evaluate.terms` has it for an index at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from search.backends.opensearch.documents import Word as Pair
from search.backends.opensearch.lexicon import Lexicon, Query
from search.language import Fuzzy, Node, Phrase, PhrasePattern, Wildcard, Word, has_wildcard
from search.language.trees import is_of_text, parts_of
from search.text import Analyzer, fold, words

Unit = tuple[tuple[str, ...], str | None]
"""Terms that count as one, in a field of text or (None) in any."""

Counts = Callable[[Mapping[str, Query]], tuple[dict[str, int], int]]
"""Counts the articles that each of some queries finds, and all articles."""

COUNTED = 250
"""Queries that are counted in one request."""


class QueryWords:
    """Looks words up for one query after the other, of one moment of an archive."""

    def __init__(
        self, lexicon: Lexicon, analyzer: Analyzer, languages: Callable[[], Iterable[str]], count: Counts
    ) -> None:
        self._lexicon, self._analyzer = lexicon, analyzer
        self._languages, self._count = languages, count
        self._terms: dict[str, tuple[str, ...]] = {}
        self._expanded: dict[Node, list[Pair]] = {}
        self._frequencies: dict[Unit, int] = {}
        self._forms: dict[str, set[str]] = {}
        self._total = 0

    def learn(self, sought: Iterable[str]) -> None:
        """Look all these words up at once."""
        new = [word for word in dict.fromkeys(sought) if word not in self._terms]
        if not new:
            return
        known = self._lexicon.terms_of([fold(word) for word in new])
        languages = [*self._languages()]
        stems = {word: {self._analyzer.term(word, each) for each in languages} for word in new}
        # A form of articles that are gone is not known. That matters only where it has a term of its own.
        doubtful = {
            (form, term)
            for word in new
            for form in [fold(word)]
            for term in known.get(form, ())
            if term not in stems[word] or len(languages) == 1 < len(known[form])
        }
        alive = doubtful and {pair for pair, found in self.articles_with(doubtful).items() if found}
        for word in new:
            form = fold(word)
            own = {t for t in known.get(form, ()) if (form, t) not in doubtful or (form, t) in alive}
            if not own or len(languages) > 1:
                own |= stems[word]
            self._terms[word] = tuple(sorted(own))

    def forms(self, sought: str | Wildcard | Fuzzy) -> frozenset[str]:
        """Every form that the archive has of a word, or that a wildcard or fuzzy word stands for."""
        if not isinstance(sought, str):
            return frozenset(form for form, _ in self.expanded(sought))
        known = (self._forms.get(term, ()) for term in self.terms(sought))
        return frozenset({fold(sought)}.union(*known))

    def learn_forms(self, sought: Iterable[str]) -> None:
        """Look up the forms of all these words at once."""
        terms = {term for word in sought for term in self.terms(word)} - self._forms.keys()
        if terms:
            self._forms |= {term: set() for term in terms} | self._lexicon.forms_of(terms)

    def articles_with(self, pairs: Iterable[Pair]) -> dict[Pair, int]:
        """How many articles have each form under its term."""
        found: dict[Pair, int] = {}
        every = iter(pairs)
        while some := list(islice(every, COUNTED)):
            queries = {str(number): {"term": {"pairs": f"{t}|{f}"}} for number, (f, t) in enumerate(some)}
            counts, _ = self._count(queries)
            found |= {pair: counts[str(number)] for number, pair in enumerate(some)}
        return found

    def terms(self, word: str) -> tuple[str, ...]:
        """The index terms of a word, sorted."""
        self.learn([word])
        return self._terms[word]

    @property
    def known(self) -> Mapping[str, tuple[str, ...]]:
        """The terms of every word that was looked up."""
        return self._terms

    def expanded(self, node: Wildcard | Fuzzy) -> list[Pair]:
        """Each (form, term) that a wildcard or fuzzy word stands for; raises `LimitExceeded`."""
        if node not in self._expanded:
            self._expanded[node] = self._lexicon.expanded(node)
        return self._expanded[node]

    def document_frequencies(self, sought: Iterable[str]) -> dict[str, int]:
        """How many articles have each of the words, in any form, in any field of text."""
        every = dict.fromkeys(sought)
        self.learn(every)
        units: dict[str, Unit] = {word: (self._terms[word], None) for word in every}
        found = self.frequencies(units.values())
        return {word: found[unit] for word, unit in units.items()}

    def frequencies(self, units: Iterable[Unit]) -> dict[Unit, int]:
        """How many articles have any term of each unit in its field; each is looked up once."""
        every = list(dict.fromkeys(units))
        new = iter([unit for unit in every if unit not in self._frequencies])
        while some := list(islice(new, COUNTED)):
            queries = {
                str(n): {"terms": {score_path(field): list(terms)}} for n, (terms, field) in enumerate(some)
            }
            counts, self._total = self._count(queries)
            self._frequencies |= {unit: counts[str(number)] for number, unit in enumerate(some)}
        return {unit: self._frequencies[unit] for unit in every}

    def idf(self, unit: Unit) -> float:
        """The inverse document frequency of BM25 of terms that count as one."""
        df = self.frequencies([unit])[unit]
        return idf(self._total, df)


def score_path(field: str | None) -> str:
    """Where the server has the terms of a field of text, or of all, with their frequencies."""
    return f"score.{field or 'any'}"


def idf(total: int, df: int) -> float:
    """The inverse document frequency of BM25."""
    return math.log(1 + (total - df + 0.5) / (df + 0.5))


def words_of(node: Node) -> Iterable[str]:
    """The words that a query has in text, excluded ones too."""
    match node:
        case Word(text, field) | Phrase(text, field) if is_of_text(field):
            yield from words(text)
        case PhrasePattern(slots):
            yield from (slot for slot in slots if not has_wildcard(slot))
        case _:
            for part in parts_of(node):
                yield from words_of(part)
