"""The leaves of a query that join other leaves: pairs, sets, parts of a text, and numbers of places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from search.backends.evaluate.leaves import WordsLeaf, postings_of
from search.backends.evaluate.plan import TextLeaf
from search.index.kernels import Docs, Ints
from search.index.postings.parts import (
    at_beginning,
    at_least,
    documents,
    far,
    far_within,
    in_first_part,
    near_within,
    of_documents,
)
from search.index.postings.postings import Postings
from search.index.postings.proximity import NO_SPANS, Spans, near, unite_spans
from search.index.read.snapshot import Snapshot
from search.language import Distance, Near, Zone
from search.once import once
from search.snippets import Apart, Condition, Either, Inside, Pair

Bounds = Callable[[str, Literal["sentence", "paragraph"], Docs], Ints]
"""The places in a field where its sentences or its paragraphs begin, in some documents, without the first."""


class NearLeaf:
    """Two leaves close to each other; `every` pair of their places counts where it is deep within others."""

    def __init__(
        self, view: Snapshot, left: TextLeaf, right: TextLeaf, node: Near, bounds: Bounds, *, every: bool
    ) -> None:
        self._every = every
        self._view, self._left, self._right, self._node, self._bounds = view, left, right, node, bounds

    @once
    def postings(self) -> Postings:
        return postings_of(self._view, self.spans)

    def spans(self, field: str) -> Spans:
        node, check = self._node, self._view.check
        if isinstance(node.distance, int) and not self._every:
            sides = self._left, self._right
            one, other = (own.only_term(field) if isinstance(own, WordsLeaf) else None for own in sides)
            if one is not None and other is not None:
                return self._view.near(field, (one, other), node.distance, ordered=node.ordered)
        left, right = self._left.spans(field), self._right.spans(field)
        if isinstance(node.distance, int):
            return near(left, right, node.distance, ordered=node.ordered, every=self._every, check=check)
        begun = partial(self._bounds, field, node.distance)
        return near_within(left, right, begun, ordered=node.ordered, every=self._every, check=check)

    def condition(self) -> Condition | None:
        left, right = self._left.condition(), self._right.condition()
        if left is None or right is None:
            return None
        return Pair(left, right, self._node.distance, self._node.ordered)


class NotNearLeaf:
    """A leaf where another is not close to it."""

    def __init__(
        self, view: Snapshot, left: TextLeaf, right: TextLeaf, distance: Distance, bounds: Bounds
    ) -> None:
        self._view, self._left, self._right = view, left, right
        self._distance, self._bounds = distance, bounds

    @once
    def postings(self) -> Postings:
        return postings_of(self._view, self.spans)

    def spans(self, field: str) -> Spans:
        left, right = self._left.spans(field), self._right.spans(field)
        self._view.check()
        if isinstance(self._distance, int):
            return far(left, right, self._distance)
        right = of_documents(right, documents(left))
        return far_within(left, right, self._bounds(field, self._distance, documents(right)))

    def condition(self) -> Condition | None:
        left, right = self._left.condition(), self._right.condition()
        return left if left is None or right is None else Apart(left, right, self._distance)


class WithinLeaf:
    """A leaf in a part of the article."""

    def __init__(self, view: Snapshot, part: TextLeaf, zone: Zone, bounds: Bounds) -> None:
        self._view, self._part, self._zone, self._bounds = view, part, zone, bounds

    @once
    def postings(self) -> Postings:
        return postings_of(self._view, self.spans)

    def spans(self, field: str) -> Spans:
        if isinstance(self._zone, int):
            return at_beginning(self._part.spans(field), self._zone) if field == "body" else NO_SPANS
        if field == "title" and self._zone != "hlead":
            return NO_SPANS
        found = self._part.spans(field)
        if field != "body":
            return found
        return in_first_part(found, self._bounds(field, "paragraph", documents(found)))

    def condition(self) -> Condition | None:
        part = self._part.condition()
        return None if part is None else Inside(part, self._zone)


class AtLeastLeaf:
    """A leaf in at least this number of places of the article."""

    def __init__(self, part: TextLeaf, times: int) -> None:
        self._part, self._times = part, times

    @once
    def postings(self) -> Postings:
        return at_least(self._part.postings, self._times)

    def spans(self, field: str) -> Spans:
        return self._part.spans(field)

    def condition(self) -> Condition | None:
        return self._part.condition()


class EitherLeaf:
    """Any of several leaves, within a NEAR."""

    def __init__(self, view: Snapshot, parts: Sequence[TextLeaf]) -> None:
        self._view, self._parts = view, parts

    @once
    def postings(self) -> Postings:
        return postings_of(self._view, self.spans)

    def spans(self, field: str) -> Spans:
        return unite_spans([part.spans(field) for part in self._parts], self._view.check)

    def condition(self) -> Condition | None:
        found = [own for part in self._parts if (own := part.condition()) is not None]
        return Either(tuple(found)) if found else None
