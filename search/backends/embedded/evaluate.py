"""A query's tree to its matches, over the arrays of one view of the index.

Every leaf in a text field, be it a word, a phrase, a wildcard or a NEAR, becomes postings and is
scored as one term over the fields (`index.evaluate.bm25f`). A word stands for every term that a word spelled
like it, case and accents aside, was indexed under; one that the archive does not know, or where it has
articles in several languages any, also for its stems.
Value fields, dates and `none` are filters: they match and do not score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cached_property

from search.backends.embedded.documents import SEPARATOR, limits, microseconds, precisions, value_term
from search.deadline import checked
from search.engine import DEFAULT_RANKING, Ranking, SearchRequest
from search.errors import LimitExceeded
from search.index.evaluate.bm25f import FieldWeight, TermScorer
from search.index.evaluate.counts import by_value
from search.index.evaluate.matches import (
    Complement,
    Fading,
    Flagged,
    Intersection,
    Listed,
    Matches,
    Posted,
    Preferred,
    Ranged,
    Union,
    Weighted,
    everything,
    nothing,
)
from search.index.evaluate.vocabulary import document_count
from search.index.format.layout import MISSING
from search.index.format.lexicon import Lexicon
from search.index.postings.patterns import chosen, matching, spelled_like, wildcard_prefix
from search.index.postings.postings import Ints, Postings, merged, posted
from search.index.postings.proximity import (
    NO_SPANS,
    Spans,
    near,
    occurrences,
    phrase,
    unite_spans,
    united_places,
    words_as_spans,
)
from search.index.read.view import IndexView
from search.language import (
    TEXT_FIELDS,
    And,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Missing,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
)
from search.snippets import Highlight
from search.text import Analyzer, fold, fold_value, forms, language_named, words

MAX_EXPANSIONS = 4_096
"""Most words that one wildcard or fuzzy word may stand for."""

TextLeaf = Word | Phrase | Wildcard | Fuzzy


Slot = list[tuple[str, frozenset[str] | None]]
"""What may stand in one place: index terms, each in any form (None) or only in some of its forms."""

Finder = Callable[[str], Spans]


class Evaluator:
    """Evaluates trees over `view`, as long as its `check` lets it. For one thread at a time."""

    def __init__(self, view: IndexView, analyzer: Analyzer, ranking: Ranking = DEFAULT_RANKING) -> None:
        self.view = view
        self.analyzer = analyzer
        weights = {field.field: FieldWeight(field.weight, field.b) for field in ranking.fields}
        self.scorer = TermScorer(weights, ranking.k1, ranking.earliness)

    # --- matches --------------------------------------------------------------------------------

    def matches(self, node: Node) -> Matches:
        """The documents that `node` matches; raises `LimitExceeded`."""
        view = self.view
        view.check()
        match node:
            case And(parts):
                return Intersection([self.matches(part) for part in parts])
            case Or(parts):
                return Union(view, [self.matches(part) for part in parts])
            case Not(part):
                return Complement(view, self.matches(part))
            case Boost(part, factor):
                return Weighted(self.matches(part), factor)
            case Everything():
                return everything(view)
            case Dates(period):
                return Ranged(view, "published", limits(period), precisions(view))
            case Missing("date"):
                return Flagged(view, view.numbers("published") == MISSING)
            case Missing("id"):
                return nothing(view)
            case Missing(field) if field in TEXT_FIELDS:
                return Flagged(view, view.lengths(field) == 0)
            case Missing(field):
                return Flagged(view, ~view.values(field).present())
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field) if (
                field is not None and field not in TEXT_FIELDS
            ):
                return Listed(view, view.values(field).docs(lambda known: self._values(node, field, known)))
            case _:
                postings = self.postings(node)
                assert postings is not None
                return Posted(view, postings, self.scorer)

    def postings(self, node: Node) -> Postings | None:
        """Where a leaf in text fields, or a NEAR, is found; None for what only filters."""
        match node:
            case Near():
                return self._found_by(self._finder(node))
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
                return self._leaf(node) if field is None or field in TEXT_FIELDS else None
            case _:
                return None

    def number(self, identity: str) -> int | None:
        """The document with this id."""
        docs = self.view.values("id").docs(lambda known: self._values(Word(identity), "id", known)).tolist()
        return docs[0] if docs else None

    def matched(self, node: Node, number: int) -> bool:
        """Whether a document is among those that `node` matches."""
        docs = self.matches(node).docs
        at = int(docs.searchsorted(number))
        return at < len(docs) and int(docs[at]) == number

    def ranked(self, request: SearchRequest) -> Matches:
        """What `request.query` matches, with the scores that its other wishes make of it."""
        matches = self.matches(request.query)
        if request.prefer is not None:
            prefer = request.prefer
            parts = prefer.parts if isinstance(prefer, Or) else (prefer,)
            matches = Preferred(matches, [self.matches(part) for part in parts])
        if (recency := request.ranking.recency) is not None:
            half_life = max(1, recency.half_life // timedelta(microseconds=1))
            now = microseconds(recency.now)
            matches = Fading(matches, self.view.numbers("published"), half_life, now, recency.share)
        return matches

    # --- words in text fields -------------------------------------------------------------------

    def _leaf(self, node: TextLeaf) -> Postings:
        if isinstance(node, Wildcard) and (prefix := self._prefix(node)):
            found = self.view.postings_starting(prefix)
            return found if node.field is None else found.only(node.field)
        slots = self._slots(node)
        if len(slots) > 1 and not (isinstance(node, Phrase) and node.slop):
            fields = TEXT_FIELDS if node.field is None else (node.field,)
            terms = [[term for term, _ in slot] for slot in slots]
            return posted({field: self.view.phrases(field, terms) for field in fields})
        if len(slots) != 1:
            return self._found_by(self._finder(node))
        found = merged([self._occurrences(term, forms) for term, forms in slots[0]], self.view.check)
        return found if node.field is None else found.only(node.field)

    def _prefix(self, node: Wildcard) -> str | None:
        """What every word begins with that the wildcard stands for, if that is all it says."""
        pattern = _folded_pattern(node.pattern, fold)
        prefix = wildcard_prefix(pattern)
        if pattern != f"{prefix}*" or not prefix:
            return None
        if self.view.count_starting(prefix) > MAX_EXPANSIONS:
            self._expanded(node)  # which counts exactly
        return prefix

    def _occurrences(self, term: str, forms: frozenset[str] | None) -> Postings:
        self.view.check()
        if forms is None:
            return self.view.postings(term)
        return self._found_by(lambda field: words_as_spans(self.view.places(field, term, forms)))

    def _found_by(self, finder: Finder) -> Postings:
        return posted({field: occurrences(finder(field), self.view.check) for field in TEXT_FIELDS})

    def _finder(self, node: Node) -> Finder:
        """What finds in a given field the places of a node that has places."""
        match node:
            case Near(left, right, distance, ordered):
                first, second = self._finder(left), self._finder(right)
                check = self.view.check
                return lambda field: near(first(field), second(field), distance, ordered=ordered, check=check)
            case Or(parts):
                finders = [self._finder(part) for part in parts]
                return lambda field: unite_spans([finder(field) for finder in finders], self.view.check)
            case Word(field=own) | Phrase(field=own) | Wildcard(field=own) | Fuzzy(field=own):
                slots = self._slots(node)
                slop = node.slop if isinstance(node, Phrase) else 0

                def find(field: str) -> Spans:
                    if own not in (None, field) or not slots:
                        return NO_SPANS
                    return phrase([self._places(slot, field) for slot in slots], slop, self.view.check)

                return find
            case _:
                raise AssertionError(f"{node} has no place in a text")

    def _places(self, slot: Slot, field: str) -> Ints:
        check = self.view.check
        places = [self.view.places(field, term, forms) for term, forms in checked(slot, check)]
        return united_places(places, check)

    def _slots(self, node: TextLeaf) -> list[Slot]:
        """What may stand in each place of a leaf."""
        if isinstance(node, Word | Phrase):
            return [[(term, None) for term in self._terms(word)] for word in words(node.text)]
        by_term: dict[str, set[str]] = {}
        for form, term in self._expanded(node):
            by_term.setdefault(term, set()).add(form)
        return [
            [
                (term, None if self.view.has_all_forms(term, forms) else frozenset(forms))
                for term, forms in checked(sorted(by_term.items()), self.view.check)
            ]
        ]

    def _terms(self, word: str) -> tuple[str, ...]:
        """The index terms of a word: those of its form in the archive, and its stems (see the module)."""
        known = self.view.terms_of(fold(word))
        if not known or len(self._languages) > 1:
            known |= {self.analyzer.term(word, language) for language in self._languages}
        return tuple(sorted(known))

    def document_frequency(self, word: str) -> int:
        """How many articles have the word, in any form."""
        terms = self._terms(word)
        if len(terms) == 1 and self.view.live is None:
            return document_count(self.view, terms[0])
        return len(merged([self.view.postings(term) for term in terms], self.view.check).docs)

    @cached_property
    def _languages(self) -> set[str]:
        """The languages of the archive's articles; its own where there are none."""

        def found() -> set[str]:
            tags, untagged = by_value(self.view, "lang", everything(self.view).docs)
            named = {language_named(tag.partition(SEPARATOR)[0]) or self.analyzer.language for tag in tags}
            return named | ({self.analyzer.language} if untagged or not named else set())

        return self.view.keep("languages", make=found)

    def _expanded(self, node: Wildcard | Fuzzy) -> list[tuple[str, str]]:
        """The (form, term) that a wildcard or fuzzy word stands for."""
        if isinstance(node, Fuzzy):
            pairs = self.view.forms_near(forms(node.text)[0], node.distance)
        else:
            pattern = _folded_pattern(node.pattern, fold)
            pairs = self.view.forms_like(pattern, wildcard_prefix(pattern))
        found, distinct = set(), set()
        for form, term in checked(pairs, self.view.check):
            found.add((form, term))
            distinct.add(form)
            if len(distinct) > MAX_EXPANSIONS:
                raise _too_many(node)
        return sorted(found)

    # --- values ---------------------------------------------------------------------------------

    def _values(self, node: TextLeaf, field: str, known: Lexicon) -> Iterable[int]:
        """The numbers of the values that a leaf in a value field matches."""
        match node:
            case Word(text) | Phrase(text) if field == "id":
                numbers = (known.number(term.encode()) for term in (text, value_term(text)))
                return [number for number in numbers if number >= 0][:1]
            case Word(text) | Phrase(text) if field != "author" or isinstance(node, Phrase):
                folded = fold_value(text.replace("_", "-") if field == "lang" else text).encode()
                exact = known.number(folded)
                variants = known.starting(folded + SEPARATOR.encode())
                return [*variants] if exact < 0 else [exact, *variants]
        found = chosen(known, range(len(known)), self._chooser(node, field), self.view.check)
        if len(found) > MAX_EXPANSIONS and not isinstance(node, Word):
            raise _too_many(node)
        return found

    @staticmethod
    def _chooser(node: TextLeaf, field: str) -> Callable[[Sequence[str]], Iterable[int]]:
        """What picks from values, as they are indexed, those that the leaf matches."""
        is_exact = field == "id"
        folding: Callable[[str], str] = str if is_exact else fold_value

        def compared(values: Sequence[str]) -> list[str]:
            return [
                value.rpartition(SEPARATOR)[2] if is_exact else value.partition(SEPARATOR)[0]
                for value in values
            ]

        match node:
            case Wildcard(pattern):
                folded = _folded_pattern(pattern, folding)
                return lambda values: matching(compared(values), folded)
            case Fuzzy(text, distance):
                return lambda values: spelled_like(compared(values), folding(text), distance)
            case _:
                return lambda values: _with_words(compared(values), forms(node.text))

    # --- what to mark ---------------------------------------------------------------------------

    def highlights(self, node: Node) -> tuple[Highlight, ...]:
        """What of an article's text to mark: every leaf in a text field that is not excluded."""
        match node:
            case And(parts) | Or(parts):
                found = [highlight for part in parts for highlight in self.highlights(part)]
                return tuple(dict.fromkeys(found))
            case Near(left, right):
                return self.highlights(left) + self.highlights(right)
            case Boost(part):
                return self.highlights(part)
            case Word(field=own) | Phrase(field=own) | Wildcard(field=own) | Fuzzy(field=own):
                fields = TEXT_FIELDS if own is None else (own,) if own in TEXT_FIELDS else ()
                return self._leaf_highlights(node, fields)
            case _:
                return ()

    def _leaf_highlights(self, node: TextLeaf, fields: Sequence[str]) -> tuple[Highlight, ...]:
        if isinstance(node, Wildcard | Fuzzy):
            expanded = frozenset(form for form, _ in self._expanded(node)) if fields else frozenset()
            return (Highlight((expanded,), tuple(fields)),) if expanded else ()
        sought = tuple(self._forms(word) for word in words(node.text))
        slop = node.slop if isinstance(node, Phrase) else 0
        return (Highlight(sought, tuple(fields), slop),) if sought and fields else ()

    def _forms(self, word: str) -> frozenset[str]:
        """Every form in the archive that the word finds."""
        found = (self.view.forms_of(term) for term in self._terms(word))
        return frozenset({fold(word)}.union(*found))


def _too_many(node: Node) -> LimitExceeded:
    return LimitExceeded(f"“{node}” stands for more than {MAX_EXPANSIONS:,} words here; give it more letters")


def _folded_pattern(pattern: str, folding: Callable[[str], str]) -> str:
    """A wildcard pattern whose letters are folded as the words it is compared with are."""
    pieces: list[str] = []
    for char in pattern:
        if char in "*?" or not pieces or pieces[-1] in "*?":
            pieces.append(char)
        else:
            pieces[-1] += char
    return "".join(piece if piece in "*?" else folding(piece) for piece in pieces)


def _with_words(folded: Iterable[str], sought: Sequence[str]) -> list[int]:
    """The numbers of the values in which all the words stand side by side."""
    found = []
    for number, value in enumerate(folded):
        if sought and sought[0] in value:
            present = forms(value)
            runs = range(len(present) - len(sought) + 1)
            if any(present[start : start + len(sought)] == list(sought) for start in runs):
                found.append(number)
    return found
