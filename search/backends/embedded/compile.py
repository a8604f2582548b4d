"""A query's tree to a plan (`plan`), over the arrays of one view of the index.

Every leaf in a text field, be it a word, a phrase, a wildcard or a NEAR, is scored as one term over the
fields (`index.evaluate.bm25f`). Value fields, dates and `none` are filters: they match and do not score.
"""

from __future__ import annotations

from datetime import timedelta

from search.backends.embedded.columns import (
    CHANGED,
    MARKS,
    changed_within,
    limits,
    microseconds,
    numbers_of,
    precisions,
)
from search.backends.embedded.leaves import EitherLeaf, NearLeaf, PatternLeaf, WordsLeaf
from search.backends.embedded.plan import AllOf, AnyOf, Excluded, Filter, Plan, Scored, TextLeaf, Weighted
from search.backends.embedded.terms import WordTerms
from search.backends.embedded.value_leaves import ValueLeaf, matching_values
from search.engine import Ranking
from search.fields import TEXT_FIELDS
from search.index.evaluate.bm25f import TermScorer, TextWeight
from search.index.evaluate.matches import (
    Aged,
    Bitmap,
    DocList,
    InRange,
    Matches,
    Preferred,
    everything,
    nothing,
)
from search.index.format.layout import MISSING
from search.index.read.snapshot import Snapshot
from search.language import (
    And,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Is,
    Missing,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
)


class Compiler:
    """Compiles trees for `view`, scored by `ranking`. For one thread at a time."""

    def __init__(self, view: Snapshot, terms: WordTerms, ranking: Ranking) -> None:
        self._view, self._terms, self._ranking = view, terms, ranking
        weights = {field.field: TextWeight(field.weight, field.b) for field in ranking.fields}
        self._scorer = TermScorer(weights, ranking.k1, ranking.earliness)

    def plan(self, node: Node) -> Plan:
        """The plan of a tree."""
        view = self._view
        view.check()
        match node:
            case And(parts):
                return AllOf([self.plan(part) for part in parts])
            case Or(parts):
                return AnyOf(view, [self.plan(part) for part in parts])
            case Not(part):
                return Excluded(view, self.plan(part))
            case Boost(part, factor):
                return Weighted(self.plan(part), factor)
            case Everything() | Dates() | Missing() | Is():
                return Filter(lambda: self._filtered(node))
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field) if (
                field is not None and field not in TEXT_FIELDS
            ):
                return Filter(lambda: self._valued(node, field))
            case _:
                return Scored(view, self._leaf(node), self._scorer, str(node))

    def ranked(self, matches: Matches, prefer: Node | None) -> Matches:
        """Adjust the scores of matches by `prefer` and by recency."""
        if prefer is not None:
            parts = prefer.parts if isinstance(prefer, Or) else (prefer,)
            matches = Preferred(matches, [self.plan(part).matches for part in parts])
        if (recency := self._ranking.recency) is not None:
            half_life = max(1, recency.half_life // timedelta(microseconds=1))
            now = microseconds(recency.now)
            matches = Aged(matches, self._view.numbers("published"), half_life, now, recency.share)
        return matches

    def _leaf(self, node: Node) -> TextLeaf:
        """Make the text leaf of a node; an OR inside a NEAR becomes one leaf, as it has places too."""
        view = self._view
        match node:
            case Word() | Phrase():
                return WordsLeaf(view, self._terms, node)
            case Wildcard() | Fuzzy():
                return PatternLeaf(view, node)
            case Near(left, right):
                return NearLeaf(view, self._leaf(left), self._leaf(right), node)
            case Or(parts):
                return EitherLeaf(view, [self._leaf(part) for part in parts])
            case _:
                raise AssertionError(f"{node} has no place in a text")

    def _filtered(self, node: Everything | Dates | Missing | Is) -> Matches:
        view = self._view
        match node:
            case Everything():
                return everything(view)
            case Dates(period, "changed"):
                return DocList(view, view.values(CHANGED).docs(lambda known: changed_within(known, period)))
            case Is(mark):
                return DocList(
                    view, view.values(MARKS).docs(lambda known: numbers_of(known, [mark.encode()]))
                )
            case Missing("changed"):
                return Bitmap(view, ~view.values(CHANGED).present())
            case Dates(period):
                return InRange(view, "published", limits(period), precisions(view))
            case Missing("date"):
                return Bitmap(view, view.numbers("published") == MISSING)
            case Missing("id"):
                return nothing(view)
            case Missing(field) if field in TEXT_FIELDS:
                return Bitmap(view, view.lengths(field) == 0)
            case Missing(field):
                return Bitmap(view, ~view.values(field).present())

    def _valued(self, leaf: ValueLeaf, field: str) -> Matches:
        view = self._view
        docs = view.values(field).docs(lambda known: matching_values(leaf, field, known, view.check))
        return DocList(view, docs)
