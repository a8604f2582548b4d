"""A query's tree to its matches, over the arrays of one view of the index.

Every leaf in a text field, be it a word, a phrase, a wildcard or a NEAR, becomes postings and is
scored as one term over the fields (`codec.scoring`). A word stands for every term that a word spelled
like it, case and accents aside, was indexed under; one that the archive does not know is stemmed.
Value fields, dates and `none` are filters: they match and do not score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from search.analysis import Analyzer, fold, fold_value, forms, words
from search.codec.fields import MISSING
from search.codec.lexicon import Lexicon
from search.codec.matches import (
    Complement,
    Flagged,
    Intersection,
    Listed,
    Matches,
    Posted,
    Ranged,
    Union,
    Weighted,
    everything,
    nothing,
)
from search.codec.patterns import matching, wildcard_prefix, within
from search.codec.proximity import NO_SPANS, Spans, near, occurrences, phrase, unite_spans, words_as_spans
from search.codec.scoring import FieldWeight, TermScorer
from search.codec.view import Docs, IndexView, Ints, Postings, posted, united_places
from search.engines.embedded.schema import SEPARATOR, microseconds
from search.errors import LimitExceeded
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

MAX_EXPANSIONS = 4_096
"""Most words that one wildcard or fuzzy word may stand for."""

SCORER = TermScorer(
    {
        "title": FieldWeight(2.0, 0.75),
        "description": FieldWeight(1.5, 0.75),
        "highlights": FieldWeight(1.5, 0.75),
        "body": FieldWeight(1.0, 0.75),
    },
    k1=1.2,
)

TextLeaf = Word | Phrase | Wildcard | Fuzzy


@dataclass(frozen=True, slots=True)
class _Slot:
    """What may stand in one place of a leaf: these terms, or (with `forms`) only in these forms."""

    terms: tuple[str, ...]
    forms: frozenset[str] | None = None


class Evaluator:
    """Evaluates trees over `view`. For one thread at a time."""

    def __init__(self, view: IndexView, analyzer: Analyzer) -> None:
        self.view = view
        self.analyzer = analyzer

    # --- matches --------------------------------------------------------------------------------

    def matches(self, node: Node) -> Matches:
        """The documents that `node` matches."""
        view = self.view
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
                start = None if period.start is None else microseconds(period.start)
                end = None if period.end is None else microseconds(period.end)
                return Ranged(view, "published", start, end)
            case Missing("date"):
                return Flagged(view, view.numbers("published") == MISSING)
            case Missing("id"):
                return nothing(view)
            case Missing(field) if field in TEXT_FIELDS:
                return Flagged(view, view.lengths(field) == 0)
            case Missing(field):
                return Flagged(view, ~view.values(field).present())
            case Near():
                return self._posted(self._joined(lambda field: occurrences(self._spans(node, field))))
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
                if field is None or field in TEXT_FIELDS:
                    return self._posted(self._leaf(node))
                return Listed(view, view.values(field).docs(lambda known: self._values(node, field, known)))

    def _posted(self, postings: Postings) -> Matches:
        return Posted(self.view, postings, SCORER)

    # --- words in text fields -------------------------------------------------------------------

    def _leaf(self, node: TextLeaf) -> Postings:
        slots = self._slots(node)
        if len(slots) == 1 and slots[0].forms is None and len(slots[0].terms) == 1:
            found = self.view.postings(slots[0].terms[0])
            return found if node.field is None else found.only(node.field)
        return self._joined(lambda field: occurrences(self._spans(node, field)))

    def _joined(self, found: Callable[[str], tuple[Docs, Ints]]) -> Postings:
        """Postings from what is found in each field: (documents, frequencies)."""
        return posted([(field, *found(field)) for field in TEXT_FIELDS])

    def _spans(self, node: Node, field: str) -> Spans:
        match node:
            case Near(left, right, distance, ordered):
                pair = self._spans(left, field), self._spans(right, field)
                return near(*pair, distance, ordered=ordered)
            case Or(parts):
                return unite_spans([self._spans(part, field) for part in parts])
            case Word(field=own) | Phrase(field=own) | Wildcard(field=own) | Fuzzy(field=own):
                slots = self._slots(node) if own in (None, field) else []
                if not slots:
                    return NO_SPANS
                if len(slots) == 1:
                    return words_as_spans(self._places(slots[0], field))
                slop = node.slop if isinstance(node, Phrase) else 0
                return phrase([self._places(slot, field) for slot in slots], slop)
            case _:
                raise AssertionError(f"{node} has no place in a text")

    def _places(self, slot: _Slot, field: str) -> Ints:
        return united_places([self.view.places(field, term, slot.forms) for term in slot.terms])

    def _slots(self, node: TextLeaf) -> list[_Slot]:
        """What stands in each place of a leaf."""
        if isinstance(node, Word | Phrase):
            return [_Slot(self._terms(word)) for word in words(node.text)]
        found = self._expanded(node)
        chosen, terms = frozenset(form for form, _ in found), tuple(sorted({term for _, term in found}))
        if all(self.view.has_all_forms(term, chosen) for term in terms):
            return [_Slot(terms)]
        return [_Slot(terms, chosen)]

    def _terms(self, word: str) -> tuple[str, ...]:
        """The index terms of a word: those of its form in the archive, else its stem."""
        return tuple(sorted(self.view.terms_of(fold(word)))) or (self.analyzer.term(word),)

    def _expanded(self, node: Wildcard | Fuzzy) -> list[tuple[str, str]]:
        """The (form, term) that a wildcard or fuzzy word stands for."""
        prefix = wildcard_prefix(_folded_pattern(node.pattern, fold)) if isinstance(node, Wildcard) else ""
        known = self.view.forms_starting(prefix) if prefix else self.view.forms
        return [known[number] for number in self._like(node, [form for form, _ in known])]

    def _like(self, node: Wildcard | Fuzzy, known: Sequence[str]) -> list[int]:
        """Which of the folded texts `known` a wildcard or fuzzy leaf matches."""
        is_text = node.field is None or node.field in TEXT_FIELDS
        folding = fold if is_text else fold_value
        if isinstance(node, Wildcard):
            found = matching(known, _folded_pattern(node.pattern, folding))
        else:
            target = forms(node.text)[0] if is_text else fold_value(node.text)
            found = within(known, target, node.distance)
        if len({known[number] for number in found}) > MAX_EXPANSIONS:
            raise LimitExceeded(
                f"“{node}” stands for more than {MAX_EXPANSIONS:,} words here; give it more letters"
            )
        return found

    # --- values ---------------------------------------------------------------------------------

    def _values(self, node: TextLeaf, field: str, known: Lexicon) -> Iterable[int]:
        """The numbers of the values that a leaf in a value field matches."""
        match node:
            case Word(text) | Phrase(text) if field == "id":
                number = known.number(text.encode())
                return [] if number < 0 else [number]
            case Word(text) if field == "author":
                return _with_words(known.strings(), forms(text))
            case Word(text) | Phrase(text):
                folded = fold_value(text).encode()
                exact = known.number(folded)
                variants = known.starting(folded + SEPARATOR.encode())
                return [*variants] if exact < 0 else [exact, *variants]
            case _:
                return self._like(node, [value.partition(SEPARATOR)[0] for value in known.strings()])

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


def _folded_pattern(pattern: str, folding: Callable[[str], str]) -> str:
    """A wildcard pattern whose letters are folded as the words it is compared with are."""
    pieces: list[str] = []
    for char in pattern:
        if char in "*?" or not pieces or pieces[-1] in "*?":
            pieces.append(char)
        else:
            pieces[-1] += char
    return "".join(piece if piece in "*?" else folding(piece) for piece in pieces)


def _with_words(values: Iterable[str], sought: Sequence[str]) -> list[int]:
    """The numbers of the values in which all the words stand side by side."""
    found = []
    for number, value in enumerate(values):
        folded = value.partition(SEPARATOR)[0]
        if sought and sought[0] in folded:
            present = forms(folded)
            runs = range(len(present) - len(sought) + 1)
            if any(present[start : start + len(sought)] == list(sought) for start in runs):
                found.append(number)
    return found
