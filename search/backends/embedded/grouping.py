"""Puts the new documents of a commit into groups of copies.

    copy-of   the name of the group that a document has joined; a founder has no value, its group has its id
    part-of   the names of the groups that a digest holds

Every pair of candidates is compared by the texts of the articles, as the store has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from search.index.copies.candidates import Candidates, Part
from search.index.copies.groups import Neighbour, Placement, free_name, place
from search.index.copies.replay import NEVER
from search.index.copies.rules import Text, match
from search.index.format.names import COPY_OF, PART_OF
from search.index.format.sketches import IDENTITY

MAX_TEXTS = 10_000
"""Texts that stay in memory to be compared again; about 50 MB."""

BATCH_DOCUMENTS = 500
"""Documents whose texts, and the texts of their candidates, are read at a time."""

Values = dict[str, tuple[list[int], list[str]]]
"""The documents with values of a field, ascending, and the value of each."""


class Grouping:
    """Places documents, of which there are some `parts`: the ones before `first` have been placed before.

    `read` returns the texts of documents, given their numbers and ids. `ends` has the revision at which a
    document was not there any more, if it is a former one.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        first: int,
        read: Callable[[Mapping[int, str]], list[Text]],
        ends: Mapping[int, int] | None = None,
    ) -> None:
        self._parts, self._first, self._read, self._ends = parts, first, read, ends or {}
        self._texts: dict[int, Text] = {}
        self._ids: dict[int, str] = {}
        self._joined: set[str] = set()  # of these ids, the ones that other documents have for their group
        self._placed: dict[int, Placement] = {}  # of documents that are not in the group of their own id
        self._members: dict[str, list[int]] = {}  # of groups, without members that have the name for an id

    def values(self, found: Iterable[Candidates], count: int) -> Values:
        """Place documents with their candidates; return the values of the first `count` new ones."""
        for chunk in found:
            self._place(chunk)
        made: Values = {}
        for doc in sorted(doc for doc in self._placed if doc < self._first + count):
            placement = self._placed[doc]
            names = {COPY_OF: [placement.group] * bool(placement.group), PART_OF: sorted(placement.parts)}
            for field, values in names.items():
                docs, written = made.setdefault(field, ([], []))
                docs += [doc - self._first] * len(values)
                written += values
        return {field: own for field, own in made.items() if own[0]}

    def _place(self, chunk: Candidates) -> None:
        docs = chunk.docs.tolist()
        pairs = zip(chunk.owners.tolist(), chunk.earlier.tolist(), strict=True)
        earlier = {docs[owner]: [doc for _, doc in own] for owner, own in groupby(pairs, itemgetter(0))}
        for start in range(0, len(docs), BATCH_DOCUMENTS):
            some = docs[start : start + BATCH_DOCUMENTS]
            own = {doc: earlier[doc] for doc in some if doc in earlier}
            compared = dict.fromkeys([*own, *(other for others in own.values() for other in others)])
            self._look_up({*some, *compared})
            names = [self._ids[doc] for doc in some]
            self._joined = {name for part in self._parts for name in part.groups_among(names)}
            self._load([*compared])
            for doc in some:
                neighbours = self._neighbours(doc, own[doc]) if doc in own else []
                self._keep(doc, place(self._texts[doc], neighbours) if neighbours else Placement())

    def _keep(self, doc: int, placement: Placement) -> None:
        identity = self._ids[doc]
        if not placement.group and not placement.parts:
            placement = Placement(free_name(identity, lambda name: self._is_taken(name, doc)))
        if placement.group != identity:
            self._placed[doc] = placement
            self._members.setdefault(placement.group, []).append(doc)

    def _neighbours(self, doc: int, earlier: Sequence[int]) -> list[Neighbour]:
        text, found = self._texts[doc], []
        for other in earlier:
            if (matched := match(text, self._texts[other])) and (group := self._group(other)):
                found.append(Neighbour(group, self._texts[other], matched, self._part(other).order(other)))
        return found

    def _group(self, doc: int) -> str:
        """The group of a document that has been placed; "" for a digest."""
        if doc >= self._first:
            placement = self._placed.get(doc)
            return self._ids[doc] if placement is None else placement.group
        part = self._part(doc)
        if part.first_value(PART_OF, doc):
            return ""
        return part.first_value(COPY_OF, doc) or self._ids[doc]

    def _is_taken(self, name: str, doc: int) -> bool:
        """True if another article, when this one came, was in a group of this name, or had it for an id."""
        members = self._members.get(name, ())
        fields: tuple[str, ...] = ()
        if name != self._ids[doc]:
            fields = (COPY_OF, IDENTITY)
        elif name in self._joined:
            fields = (COPY_OF,)
        if not members and not fields:
            return False
        own = self._part(doc).order(doc)
        if any(self._ends.get(other, NEVER) > own[0] for other in members):
            return True
        others = (
            (part, other) for part in self._parts for field in fields for other in part.docs_with(field, name)
        )
        return any(
            part.order(other) < own and self._ends.get(other, NEVER) > own[0] for part, other in others
        )

    def _part(self, doc: int) -> Part:
        return next(part for part in reversed(self._parts) if part.base <= doc)

    def _look_up(self, docs: Iterable[int]) -> None:
        """Look the ids of documents up."""
        self._ids = {}
        for part, own in groupby(sorted(docs), self._part):
            numbers = [*own]
            self._ids.update(zip(numbers, part.identities(numbers), strict=True))

    def _load(self, docs: Sequence[int]) -> None:
        """Read the texts of documents, beside the ones that are in memory."""
        kept = {doc: self._texts.pop(doc) for doc in docs if doc in self._texts}
        missing = {doc: self._ids[doc] for doc in docs if doc not in kept}
        kept.update(zip(missing, self._read(missing), strict=True))
        for doc in [*self._texts][: max(0, len(self._texts) + len(kept) - MAX_TEXTS)]:
            del self._texts[doc]
        self._texts.update(kept)
