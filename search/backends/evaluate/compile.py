"""A query's tree to a plan (`plan`), over the arrays of one view of the index.

Every leaf in a text field, be it a word, a phrase, a wildcard or a NEAR, is scored as one term over the
fields (`index.evaluate.bm25f`). Value fields, dates and `none` are filters: they match and do not score.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from search.backends.embedded.answers import RELEVANCE
from search.backends.evaluate.capitals import CapitalPlaces, CapitalsLeaf, InCapitals
from search.backends.evaluate.columns import (
    CHANGED,
    MARKS,
    changed_within,
    dated_column,
    limits,
    microseconds,
    numbers_of,
    precisions,
)
from search.backends.evaluate.copies import copies_of, originals
from search.backends.evaluate.leaves import PatternLeaf, PhrasePatternLeaf, WordsLeaf
from search.backends.evaluate.operators import AtLeastLeaf, EitherLeaf, NearLeaf, NotNearLeaf, WithinLeaf
from search.backends.evaluate.plan import AllOf, AnyOf, Excluded, Filter, Plan, Scored, TextLeaf, Weighted
from search.backends.evaluate.terms import WordTerms
from search.backends.evaluate.texts import ArticleTexts
from search.backends.evaluate.value_leaves import ValueLeaf, matching_values
from search.engine import Ranking, neighbours
from search.errors import InvalidRequest
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
from search.index.evaluate.nearness import NearPairs, Pair, Reranked
from search.index.format.layout import MISSING
from search.index.format.names import TextUnit
from search.index.kernels import Docs, Ints
from search.index.read.snapshot import Snapshot
from search.language import (
    And,
    AtLeast,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Is,
    Length,
    Missing,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    PhrasePattern,
    Wildcard,
    Within,
    Word,
    asks_for_capitals,
    in_any_capitals,
)


class Compiler:
    """Compiles trees for `view`, scored by `ranking`. For one thread at a time."""

    def __init__(self, view: Snapshot, terms: WordTerms, texts: ArticleTexts, ranking: Ranking) -> None:
        self._view, self._terms, self._texts, self._ranking = view, terms, texts, ranking
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
            case Everything() | Dates() | Missing() | Length() | Is():
                return Filter(lambda: self._filtered(node))
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field) if (
                field is not None and field not in TEXT_FIELDS
            ):
                return Filter(lambda: self._valued(node, field))
            case _:
                if not asks_for_capitals(node):
                    return Scored(view, self._leaf(node), self._scorer, str(node))
                loose = Scored(view, self._leaf(in_any_capitals(node)), self._scorer, str(node))
                return InCapitals(
                    view, loose, lambda docs: self._leaf(node, CapitalPlaces(self._texts, docs, node))
                )

    def ranked(self, query: Node, matches: Matches, prefer: Node | None) -> Matches:
        """Adjust the scores of a query's matches by `prefer`, by recency and by proximity."""
        if prefer is not None:
            parts = prefer.parts if isinstance(prefer, Or) else (prefer,)
            matches = Preferred(matches, [self.plan(part).matches for part in parts])
        if (recency := self._ranking.recency) is not None:
            half_life = max(1, recency.half_life // timedelta(microseconds=1))
            now = microseconds(recency.now)
            matches = Aged(matches, self._view.numbers("published"), half_life, now, recency.share)
        return self.reranked(query, matches) or matches

    def reranked(self, query: Node, matches: Matches) -> Reranked | None:
        """Rank the first of a query's matches once more, if it has words side by side."""
        proximity = self._ranking.proximity
        if proximity is None or not (pairs := neighbours(query, proximity)):
            return None
        weights = {field.field: field.weight for field in self._ranking.fields}
        terms = self._terms.terms
        own = [Pair(terms(pair.left.text), terms(pair.right.text), pair.left.field) for pair in pairs]
        near = NearPairs(own, weights, proximity.distance)
        share, window = proximity.share(len(pairs)), proximity.window
        return Reranked(self._view, matches, RELEVANCE, near, share=share, window=window)

    def _leaf(self, node: Node, capitals: CapitalPlaces | None = None, depth: int = 0) -> TextLeaf:
        """Make the text leaf of a node; an OR inside a NEAR becomes one leaf, as it has places too.

        Words that need capitals are looked for among the places of `capitals`. `depth` counts the pairs of
        words near each other that it is in.
        """
        view = self._view
        match node:
            case Word(spelling="caps") | Phrase(spelling="caps") if capitals is not None:
                return CapitalsLeaf(view, WordsLeaf(view, self._terms, node), node, capitals)
            case Word() | Phrase():
                return WordsLeaf(view, self._terms, node)
            case PhrasePattern():
                return PhrasePatternLeaf(view, self._terms, node)
            case Wildcard() | Fuzzy():
                return PatternLeaf(view, node)
            case Near(left, right):
                sides = self._leaf(left, capitals, depth + 1), self._leaf(right, capitals, depth + 1)
                return NearLeaf(view, *sides, node, self._bounds, every=depth > 1)
            case NotNear(left, right, distance):
                sides = self._leaf(left, capitals, depth + 1), self._leaf(right, capitals, depth + 1)
                return NotNearLeaf(view, *sides, distance, self._bounds)
            case Within(part, zone):
                return WithinLeaf(view, self._leaf(part, capitals, depth), zone, self._bounds)
            case AtLeast(part, times):
                return AtLeastLeaf(self._leaf(part, capitals, depth), times)
            case Or(parts):
                return EitherLeaf(view, [self._leaf(part, capitals, depth) for part in parts])
            case _:
                raise AssertionError(f"{node} has no place in a text")

    def _bounds(self, field: str, part: Literal["sentence", "paragraph"], docs: Docs) -> Ints:
        unit: TextUnit = "sentences" if part == "sentence" else "paragraphs"
        found = self._view.begun(field, unit, docs)
        if found is None:
            raise InvalidRequest(
                f"this archive does not know yet where {unit} begin; to find out, run: news rebuild"
            )
        return found

    def _filtered(self, node: Everything | Dates | Missing | Length | Is) -> Matches:
        view = self._view
        match node:
            case Everything():
                return everything(view)
            case Dates(period, field):
                if field == "changed":
                    return DocList(
                        view, view.values(CHANGED).docs(lambda known: changed_within(known, period))
                    )
                return InRange(view, dated_column(view, field), limits(period), precisions(view, field))
            case Is("original" | "copy" as mark):
                return originals(view, of_copies=mark == "copy")
            case Is(mark):
                return DocList(
                    view, view.values(MARKS).docs(lambda known: numbers_of(known, [mark.encode()]))
                )
            case Missing("changed"):
                return Bitmap(view, ~view.values(CHANGED).present())
            case Length(least, most):
                lengths = view.lengths("description") + view.lengths("highlights") + view.lengths("body")
                flags = lengths >= (least or 0)
                return Bitmap(view, flags if most is None else flags & (lengths <= most))
            case Missing("date" | "modified" | "seen" as field):
                return Bitmap(view, view.numbers(dated_column(view, field)) == MISSING)
            case Missing("id" | "copies"):
                return nothing(view)
            case Missing(field) if field in TEXT_FIELDS:
                return Bitmap(view, view.lengths(field) == 0)
            case Missing(field):
                return Bitmap(view, ~view.values(field).present())

    def _valued(self, leaf: ValueLeaf, field: str) -> Matches:
        view = self._view
        if field == "copies":
            return copies_of(view, leaf)
        docs = view.values(field).docs(lambda known: matching_values(leaf, field, known, view.check))
        return DocList(view, docs)
