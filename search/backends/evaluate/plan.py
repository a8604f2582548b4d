"""A compiled query: what each of its parts matches, marks in a text and adds to a score.

    AllOf, AnyOf     AND, OR
    Excluded         NOT: it matches, and neither scores nor is marked
    Weighted         a part whose score is multiplied
    Filter           dates, values, missing fields: they match, and neither score nor are marked
    Scored           a TextLeaf, scored as one term over the fields
    TextLeaf         words, a wildcard, a misspelt word or a NEAR: places in texts

`compile` makes a plan of a tree; `leaves`, `operators` and `value_leaves` have the leaves. Each thing is
worked out when it is first asked for, and once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from search.backends.evaluate.explanation import of_term
from search.engine import Explanation
from search.index.evaluate.bm25f import TermScorer
from search.index.evaluate.matches import Boosted, Complement, Intersection, Matches, TermMatches, Union, has
from search.index.postings.postings import Postings
from search.index.postings.proximity import Spans
from search.index.read.snapshot import Snapshot
from search.once import once
from search.snippets import Condition, Highlight, highlights_of


class Plan(Protocol):
    """A part of a query, for one view of the index."""

    @property
    def matches(self) -> Matches:
        """The documents that the part matches, with their scores; raises `LimitExceeded`."""

    def highlights(self) -> tuple[Highlight, ...]:
        """The highlights to mark in the text of an article that the query found."""

    def explain(self, doc: int, boost: float = 1.0, /) -> Iterator[Explanation]:
        """Explain how much each term of the part adds to the score of a document."""


class AllOf:
    """Every part matches."""

    def __init__(self, parts: Sequence[Plan]) -> None:
        self._parts = parts

    @once
    def matches(self) -> Matches:
        return Intersection([part.matches for part in self._parts])

    def highlights(self) -> tuple[Highlight, ...]:
        return distinct_highlights(self._parts)

    def explain(self, doc: int, boost: float = 1.0) -> Iterator[Explanation]:
        if has(self.matches, doc):  # else an alternative of an OR, which adds nothing then
            for part in self._parts:
                yield from part.explain(doc, boost)


class AnyOf:
    """At least one part matches."""

    def __init__(self, view: Snapshot, parts: Sequence[Plan]) -> None:
        self._view, self._parts = view, parts

    @once
    def matches(self) -> Matches:
        return Union(self._view, [part.matches for part in self._parts])

    def highlights(self) -> tuple[Highlight, ...]:
        return distinct_highlights(self._parts)

    def explain(self, doc: int, boost: float = 1.0) -> Iterator[Explanation]:
        for part in self._parts:
            yield from part.explain(doc, boost)


class Filter:
    """Documents that match by something other than their text."""

    def __init__(self, find: Callable[[], Matches]) -> None:
        self._find = find

    @once
    def matches(self) -> Matches:
        return self._find()

    def highlights(self) -> tuple[Highlight, ...]:
        return ()

    def explain(self, _doc: int, _boost: float = 1.0) -> Iterator[Explanation]:
        return iter(())


class Excluded(Filter):
    """The part does not match."""

    def __init__(self, view: Snapshot, part: Plan) -> None:
        super().__init__(lambda: Complement(view, part.matches))


class Weighted:
    """A part, its score multiplied by `factor`."""

    def __init__(self, part: Plan, factor: float) -> None:
        self._part, self._factor = part, factor

    @once
    def matches(self) -> Matches:
        return Boosted(self._part.matches, self._factor)

    def highlights(self) -> tuple[Highlight, ...]:
        return self._part.highlights()

    def explain(self, doc: int, boost: float = 1.0) -> Iterator[Explanation]:
        return self._part.explain(doc, boost * self._factor)


class TextLeaf(Protocol):
    """A part of a query that is looked for in text fields; `Scored` makes a plan of it."""

    @property
    def postings(self) -> Postings:
        """Where it is found, in all fields it is looked for in."""

    def spans(self, field: str) -> Spans:
        """The places of it in a field."""

    def condition(self) -> Condition | None:
        """The words to mark where it is found; None if there are none."""


class Scored:
    """A leaf in text fields, scored as one term over them."""

    def __init__(self, view: Snapshot, leaf: TextLeaf, scorer: TermScorer, text: str) -> None:
        self._view, self._leaf, self._scorer, self._text = view, leaf, scorer, text

    @once
    def matches(self) -> Matches:
        return TermMatches(self._view, self._leaf.postings, self._scorer)

    def highlights(self) -> tuple[Highlight, ...]:
        return highlights_of_leaf(self._leaf)

    def explain(self, doc: int, boost: float = 1.0) -> Iterator[Explanation]:
        found = self._scorer.part(self._view, self._leaf.postings, doc)
        if found is not None:
            yield of_term(self._text, found, boost)


def highlights_of_leaf(leaf: TextLeaf) -> tuple[Highlight, ...]:
    """The highlights to mark where the leaf is found."""
    condition = leaf.condition()
    return () if condition is None else highlights_of(condition)


def distinct_highlights(parts: Sequence[Plan]) -> tuple[Highlight, ...]:
    """The highlights of all the parts, each once."""
    return tuple(dict.fromkeys(highlight for part in parts for highlight in part.highlights()))
