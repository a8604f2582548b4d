"""The words to mark in the texts of an article, as forms (see `search.text`).

So a stemmed, a prefix and a fuzzy match are marked in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

Marks = tuple[tuple[int, int], ...]
"""Where matches start and end in a text, in order."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words to mark: one set of forms, or for a phrase one set for each word in turn.

    Up to `slop` other words may stand among the words of a phrase. `fields` are the fields of the article
    that it applies to.
    """

    words: tuple[frozenset[str], ...]
    fields: tuple[str, ...]
    slop: int = 0

    def singly(self) -> tuple[Highlight, ...]:
        """Each word on its own."""
        return tuple(Highlight((forms,), self.fields) for forms in self.words)
