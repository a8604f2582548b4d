"""The leaves of a query in text fields: words, phrases, wildcards and misspelt words, phrases with wildcards.

A leaf is found where terms stand. A slot holds the alternatives for one place of it: terms, each in any form
or only in some of its forms.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from search.backends.evaluate.terms import WordTerms
from search.deadline import CHECK_EVERY, checked
from search.errors import LimitExceeded
from search.fields import TEXT_FIELDS
from search.index.kernels import Ints
from search.index.postings.patterns import wildcard_prefix
from search.index.postings.postings import Postings, merged, posted
from search.index.postings.proximity import (
    NO_SPANS,
    Spans,
    occurrences,
    phrase,
    united_places,
    words_as_spans,
)
from search.index.read.snapshot import Snapshot
from search.language import Fuzzy, Phrase, PhrasePattern, Wildcard, Word, has_wildcard
from search.once import once
from search.snippets import Highlight
from search.text import fold, forms, words

MAX_EXPANSIONS = 4_096
"""The number of words that one wildcard or fuzzy word may stand for, at most."""

Slot = Sequence[tuple[str, frozenset[str] | None]]
"""The alternatives for one place: index terms, each in any form (None) or only in some of its forms."""


class WordsLeaf:
    """A word, or the words of a phrase."""

    def __init__(self, view: Snapshot, terms: WordTerms, node: Word | Phrase) -> None:
        self._view, self._terms = view, terms
        self._fields = TEXT_FIELDS if node.field is None else (node.field,)
        self._words = list(words(node.text))
        self._slop = node.slop if isinstance(node, Phrase) else 0
        self._in_any_form = node.spelling == "any"

    @once
    def _slots(self) -> list[Slot]:
        if self._in_any_form:
            return [[(term, None) for term in self._terms.terms(word)] for word in self._words]
        return [slot_of_forms(self._view, {fold(word)}) for word in self._words]

    @property
    def _has_all_forms(self) -> bool:
        return all(wanted is None for slot in self._slots for _, wanted in slot)

    @once
    def postings(self) -> Postings:
        view = self._view
        view.check()
        if len(self._slots) == 1 and self._has_all_forms:
            found = merged([view.postings(term) for term, _ in self._slots[0]], view.check)
            return found if self._fields == TEXT_FIELDS else found.only(self._fields[0])
        if not self._slop and self._slots and self._has_all_forms:
            terms = [[term for term, _ in slot] for slot in self._slots]
            return posted({field: view.phrases(field, terms) for field in self._fields})
        return postings_of(view, self.spans)

    def spans(self, field: str) -> Spans:
        if field not in self._fields or not self._slots:
            return NO_SPANS
        places = [places_of(self._view, field, slot) for slot in self._slots]
        return phrase(places, self._slop, self._view.check) if len(places) > 1 else words_as_spans(places[0])

    def only_term(self, field: str) -> str | None:
        """The term that it stands for in a field, if that is all that it is."""
        if field not in self._fields or len(self._slots) != 1 or len(self._slots[0]) != 1:
            return None
        ((term, wanted),) = self._slots[0]
        return term if wanted is None else None

    def condition(self) -> Highlight | None:
        every = self._terms.forms if self._in_any_form else lambda word: frozenset({fold(word)})
        sought = tuple(every(word) for word in self._words)
        return Highlight(sought, self._fields, self._slop) if sought else None


class PatternLeaf:
    """Every word that a wildcard matches, or that is a few edits from a word, as one."""

    def __init__(self, view: Snapshot, node: Wildcard | Fuzzy) -> None:
        self._view, self._node = view, node
        self._fields = TEXT_FIELDS if node.field is None else (node.field,)

    @once
    def _expanded(self) -> tuple[list[list[int]], list[tuple[str, str]]]:
        """Each word that it stands for: the numbers of forms in each segment, and all (form, term).

        Raises `LimitExceeded`.
        """
        view = self._view
        if isinstance(self._node, Fuzzy):
            found = view.forms_near(forms(self._node.text)[0], self._node.distance)
        else:
            pattern = folded_pattern(self._node.pattern, fold)
            found = view.forms_like(pattern, wildcard_prefix(pattern))
        numbers: list[list[int]] = [[] for _ in view.segments]
        pairs: set[tuple[str, str]] = set()
        distinct: set[str] = set()
        for place, own in found:
            for start in range(0, len(own), CHECK_EVERY):
                view.check()
                some = view.pairs(place, own[start : start + CHECK_EVERY])
                pairs.update(some)
                distinct.update(form for form, _ in some)
                if len(distinct) > MAX_EXPANSIONS:
                    raise too_many(self._node)
            numbers[place] += own
        return numbers, sorted(pairs)

    @once
    def slot(self) -> Slot:
        """The terms that it stands for."""
        by_term: dict[str, set[str]] = {}
        for form, term in self._expanded[1]:
            by_term.setdefault(term, set()).add(form)
        return [
            (term, None if self._view.has_all_forms(term, wanted) else frozenset(wanted))
            for term, wanted in checked(sorted(by_term.items()), self._view.check)
        ]

    @once
    def _prefix(self) -> str | None:
        """The prefix, if the node is a wildcard that asks for a prefix and nothing else."""
        if isinstance(self._node, Fuzzy):
            return None
        pattern = folded_pattern(self._node.pattern, fold)
        prefix = wildcard_prefix(pattern)
        return prefix if prefix and pattern == f"{prefix}*" else None

    @once
    def postings(self) -> Postings:
        view = self._view
        view.check()
        numbers: Sequence[Sequence[int]]
        if self._prefix is None:
            numbers, _ = self._expanded
        else:
            numbers = view.forms_starting(self._prefix)
            if sum(map(len, numbers)) > MAX_EXPANSIONS:
                numbers, _ = self._expanded  # counts each form once over all segments, and raises
        found = view.postings_of_forms(numbers)
        return found if self._fields == TEXT_FIELDS else found.only(self._fields[0])

    def spans(self, field: str) -> Spans:
        if field not in self._fields:
            return NO_SPANS
        return words_as_spans(places_of(self._view, field, self.slot))

    def condition(self) -> Highlight | None:
        found = frozenset(form for form, _ in self._expanded[1])
        return Highlight((found,), self._fields) if found else None


class PhrasePatternLeaf:
    """The words of a phrase, some of them with wildcards."""

    def __init__(self, view: Snapshot, terms: WordTerms, node: PhrasePattern) -> None:
        self._view, self._terms, self._node = view, terms, node
        self._fields = TEXT_FIELDS if node.field is None else (node.field,)

    @once
    def _parts(self) -> list[WordsLeaf | PatternLeaf | None]:
        """A leaf for each slot, None for one that any word fills."""
        view, terms = self._view, self._terms
        return [
            None
            if slot == "*"
            else PatternLeaf(view, Wildcard(slot))
            if has_wildcard(slot)
            else WordsLeaf(view, terms, Word(slot))
            for slot in self._node.slots
        ]

    @once
    def postings(self) -> Postings:
        return postings_of(self._view, self.spans)

    def spans(self, field: str) -> Spans:
        if field not in self._fields:
            return NO_SPANS
        # A word after m slots for any word is looked for m places earlier, so that the words are neighbours.
        words, skipped = [], 0
        for part in self._parts:
            if part is None:
                skipped += 1
            else:
                words.append(part.spans(field).starts - skipped)
        found = phrase(words, self._node.slop, self._view.check)
        return Spans(found.starts, found.ends + skipped)

    def condition(self) -> Highlight | None:
        sought: list[frozenset[str]] = []
        for part in self._parts:
            own = None if part is None else part.condition()
            if part is not None and own is None:
                return None
            sought.append(frozenset() if own is None else own.words[0])
        return Highlight(tuple(sought), self._fields, self._node.slop)


def slot_of_forms(view: Snapshot, forms: Collection[str]) -> Slot:
    """The slot for a word in just these forms."""
    terms = sorted(set().union(*(view.terms_of(form) for form in forms)))
    return [(term, None if view.has_all_forms(term, forms) else frozenset(forms)) for term in terms]


def places_of(view: Snapshot, field: str, slot: Slot) -> Ints:
    """Where any of the terms of a slot stands in a field, ascending."""
    found: Iterator[Ints] = (view.places(field, term, wanted) for term, wanted in checked(slot, view.check))
    return united_places(list(found), view.check)


def postings_of(view: Snapshot, spans: Callable[[str], Spans]) -> Postings:
    """The postings of the occurrences at `spans` of each field."""
    return posted({field: occurrences(spans(field), view.check) for field in TEXT_FIELDS})


def too_many(node: Wildcard | Fuzzy) -> LimitExceeded:
    """The error for a node that stands for more words than any may."""
    return LimitExceeded(f"“{node}” stands for more than {MAX_EXPANSIONS:,} words here; give it more letters")


def folded_pattern(pattern: str, folding: Callable[[str], str]) -> str:
    """A wildcard pattern whose letters are folded as the words it is compared with are."""
    pieces: list[str] = []
    for char in pattern:
        if char in "*?" or not pieces or pieces[-1] in "*?":
            pieces.append(char)
        else:
            pieces[-1] += char
    return "".join(piece if piece in "*?" else folding(piece) for piece in pieces)
