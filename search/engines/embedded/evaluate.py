"""A query's tree to its matches, over the arrays of one view of the index.

Every leaf in a text field, be it a word, a phrase, a wildcard or a NEAR, becomes postings in each
field and is scored as one term over the fields (`codec.scoring`). A word stands for every term that
a word spelled like it, case and accents aside, was indexed under; one that the archive does not know
is stemmed. Value fields, dates and `none` are filters: they match and do not score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from search.analysis import Analyzer, fold, fold_value, forms, words
from search.codec.fields import MISSING
from search.codec.matches import (
    Matches,
    between,
    complement,
    equal,
    everything,
    intersect,
    merged,
    unite,
    unscored,
    without_value,
)
from search.codec.patterns import matching, wildcard_prefix, within
from search.codec.proximity import NO_SPANS, Spans, as_postings, near, phrase, unite_spans, words_as_spans
from search.codec.scoring import FieldWeight, bm25f
from search.codec.view import Docs, IndexView, Ints, Postings
from search.engines.embedded.schema import SEPARATOR, form_field, length_field, microseconds
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

K1 = 1.2
FIELD_WEIGHTS = {
    field: FieldWeight(field, length_field(field), weight, 0.75)
    for field, weight in (("title", 2.0), ("description", 1.5), ("highlights", 1.5), ("body", 1.0))
}

TextLeaf = Word | Phrase | Wildcard | Fuzzy


@dataclass(frozen=True, slots=True)
class _Slot:
    """One place of a leaf: the index terms that may stand there, by field, or (`exact`) the forms."""

    terms: frozenset[str]
    exact: bool = False


class Evaluator:
    """Evaluates trees over `view`."""

    def __init__(self, view: IndexView, analyzer: Analyzer) -> None:
        self.view = view
        self.analyzer = analyzer
        self._forms_by_term: dict[str, set[str]] | None = None

    # --- matches --------------------------------------------------------------------------------

    def matches(self, node: Node) -> Matches:
        """The documents that `node` matches, with their scores."""
        view = self.view
        match node:
            case And(parts):
                return intersect([self.matches(part) for part in parts])
            case Or(parts):
                return unite([self.matches(part) for part in parts], view.size)
            case Not(part):
                return complement(view, self.matches(part))
            case Boost(part, factor):
                found = self.matches(part)
                return replace(found, scores=found.scores * factor)
            case Everything():
                return everything(view)
            case Dates(period):
                start = None if period.start is None else microseconds(period.start)
                end = None if period.end is None else microseconds(period.end)
                return between(view, "published", start, end)
            case Missing("date"):
                return equal(view, "published", MISSING)
            case Missing("id"):
                return complement(view, everything(view))
            case Missing(field) if field in TEXT_FIELDS:
                return equal(view, length_field(field), 0)
            case Missing(field):
                return without_value(view, field)
            case Near():
                return self._scored(node, self._near)
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
                if field is None or field in TEXT_FIELDS:
                    return self._scored(node, self._leaf)
                return unscored(self._with_value(node, field))

    def _scored(self, node: Node, postings: Callable[[Node, str], Postings]) -> Matches:
        found = [(weight, postings(node, field)) for field, weight in FIELD_WEIGHTS.items()]
        return bm25f(self.view, found, K1)

    # --- words in text fields -------------------------------------------------------------------

    def _leaf(self, node: Node, field: str) -> Postings:
        slots = self._slots(node, field)
        if len(slots) == 1:
            return self._postings(slots[0], field, places=False)
        return as_postings(self._phrase(node, slots, field))

    def _near(self, node: Node, field: str) -> Postings:
        return as_postings(self._spans(node, field))

    def _spans(self, node: Node, field: str) -> Spans:
        match node:
            case Near(left, right, distance, ordered):
                pair = self._spans(left, field), self._spans(right, field)
                return near(*pair, distance, ordered=ordered)
            case Or(parts):
                return unite_spans([self._spans(part, field) for part in parts])
            case _:
                slots = self._slots(node, field)
                if len(slots) == 1:
                    return words_as_spans(self._places(slots[0], field))
                return self._phrase(node, slots, field)

    def _phrase(self, node: Node, slots: Sequence[_Slot], field: str) -> Spans:
        if not slots:
            return NO_SPANS
        slop = node.slop if isinstance(node, Phrase) else 0
        return phrase([self._places(slot, field) for slot in slots], slop)

    def _places(self, slot: _Slot, field: str) -> Ints:
        places = self._postings(slot, field, places=True).places
        assert places is not None
        return places

    def _postings(self, slot: _Slot, field: str, *, places: bool) -> Postings:
        source = form_field(field) if slot.exact else field
        return merged(self.view.postings(source, term, places=places) for term in sorted(slot.terms))

    def _slots(self, node: Node, field: str) -> list[_Slot]:
        """What stands in each place of a leaf in `field`; nothing where it asks for another field."""
        match node:
            case Word(text, own) | Phrase(text, own):
                if own not in (None, field):
                    return []
                return [_Slot(self._terms(word)) for word in words(text)]
            case Wildcard(_, own) | Fuzzy(_, _, own):
                if own not in (None, field):
                    return []
                return [_Slot(frozenset(self._expanded(node, field)), exact=True)]
            case _:
                raise AssertionError(f"{node} has no place in a text")

    def _terms(self, word: str) -> frozenset[str]:
        """The index terms of a word: those of its form in the archive, else its stem."""
        form = fold(word)
        known = {
            entry.partition(SEPARATOR)[2]
            for field in TEXT_FIELDS
            for entry in self._live_entries(field, form + SEPARATOR)
        }
        return frozenset(known or {self.analyzer.term(word)})

    def _live_entries(self, field: str, prefix: str) -> list[str]:
        source = form_field(field)
        entries = self.view.lexicon(source).starting(prefix)
        if self.view.count == self.view.size:
            return entries
        return [entry for entry in entries if len(self.view.postings(source, entry).docs)]

    def _expanded(self, node: Node, field: str) -> list[str]:
        """The entries of `field`'s forms that a wildcard or fuzzy word stands for."""
        lexicon = self.view.lexicon(form_field(field))
        if isinstance(node, Wildcard):
            pattern = _folded_pattern(node.pattern, fold)
            entries = lexicon.starting(wildcard_prefix(pattern))
        else:
            entries = lexicon.terms
        known = [entry.partition(SEPARATOR)[0] for entry in entries]
        return [entries[number] for number in self._like(node, known)]

    def _like(self, node: Node, known: Sequence[str]) -> list[int]:
        """Which of the folded texts `known` a wildcard or fuzzy leaf matches."""
        is_text = getattr(node, "field", None) in (None, *TEXT_FIELDS)
        folding = fold if is_text else fold_value
        match node:
            case Wildcard(pattern):
                found = matching(known, _folded_pattern(pattern, folding))
            case Fuzzy(text, distance):
                target = forms(text)[0] if is_text else fold_value(text)
                found = within(known, target, distance)
            case _:
                raise AssertionError(f"{node} is not a pattern")
        if len({known[number] for number in found}) > MAX_EXPANSIONS:
            raise LimitExceeded(
                f"“{node}” stands for more than {MAX_EXPANSIONS:,} words here; give it more letters"
            )
        return found

    # --- values ---------------------------------------------------------------------------------

    def _with_value(self, node: Node, field: str) -> Docs:
        if field == "id" and isinstance(node, Word | Phrase):
            return self.view.postings("id", node.text).docs
        lexicon = self.view.lexicon(field)
        match node:
            case Word(text) if field == "author":
                entries = _with_words(lexicon.terms, forms(text))
            case Word(text) | Phrase(text):
                folded = fold_value(text)
                entries = [e for e in lexicon.starting(folded) if e.partition(SEPARATOR)[0] == folded]
            case _:
                known = [entry.partition(SEPARATOR)[0] for entry in lexicon.terms]
                entries = [lexicon.terms[number] for number in self._like(node, known)]
        return merged(self.view.postings(field, entry) for entry in entries).docs

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
            entries = {entry for field in fields for entry in self._expanded(node, field)}
            expanded = frozenset(entry.partition(SEPARATOR)[0] for entry in entries)
            return (Highlight((expanded,), tuple(fields)),) if expanded else ()
        sought = tuple(self._forms(word) for word in words(node.text))
        slop = node.slop if isinstance(node, Phrase) else 0
        return (Highlight(sought, tuple(fields), slop),) if sought and fields else ()

    def _forms(self, word: str) -> frozenset[str]:
        """Every form in the archive that the word finds."""
        if self._forms_by_term is None:
            self._forms_by_term = {}
            for field in TEXT_FIELDS:
                for entry in self.view.lexicon(form_field(field)).terms:
                    form, _, term = entry.partition(SEPARATOR)
                    self._forms_by_term.setdefault(term, set()).add(form)
        found: set[str] = {fold(word)}
        for term in self._terms(word):
            found |= self._forms_by_term.get(term, set())
        return frozenset(found)


def _folded_pattern(pattern: str, folding: Callable[[str], str]) -> str:
    """A wildcard pattern whose letters are folded as the words it is compared with are."""
    pieces: list[str] = []
    for char in pattern:
        if char in "*?" or not pieces or pieces[-1] in "*?":
            pieces.append(char)
        else:
            pieces[-1] += char
    return "".join(piece if piece in "*?" else folding(piece) for piece in pieces)


def _with_words(entries: Iterable[str], sought: Sequence[str]) -> list[str]:
    """The values in which all the words stand side by side."""
    found = []
    for entry in entries:
        value = entry.partition(SEPARATOR)[0]
        if sought and sought[0] in value:
            present = forms(value)
            runs = range(len(present) - len(sought) + 1)
            if any(present[start : start + len(sought)] == list(sought) for start in runs):
                found.append(entry)
    return found
