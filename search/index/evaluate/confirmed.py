"""Matches that something slower than the index has to confirm."""

from __future__ import annotations

from collections.abc import Callable

from search.index.evaluate.matches import Matches, contained
from search.index.kernels import Docs, Flags, Floats
from search.index.read.snapshot import Snapshot
from search.once import once


class Confirmed:
    """The documents of another set that `confirm` picks, with their scores there.

    Confirming is slow, so the set says that it is large: an intersection then asks it last.
    """

    def __init__(self, view: Snapshot, inner: Matches, confirm: Callable[[Docs], Docs]) -> None:
        self._view, self._inner, self._confirm = view, inner, confirm
        self.size = view.size

    @once
    def docs(self) -> Docs:
        return self._inner.docs.compress(self.contains(self._inner.docs))

    def contains(self, docs: Docs) -> Flags:
        flags = self._inner.contains(docs)
        asked = docs.compress(flags)
        flags[flags] = contained(self._view, asked, self._confirm(asked))
        return flags

    def scores(self, docs: Docs) -> Floats:
        return self._inner.scores(docs)
