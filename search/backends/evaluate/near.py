"""Words and values that a person may have meant: how near a value is to the typed one."""

from __future__ import annotations

from collections.abc import Sequence

from search.index.postings.patterns import spelled_like
from search.text import forms

MAX_SHORT_LENGTH = 4
"""A word of at most this many characters is one edit from the intended word, a longer one up to two."""

MAX_VALUES = 200_000
"""Values of a field that are looked through for near ones."""

MIN_LENGTH = 3
"""A word of fewer characters can be anything."""


def edits_of(sought: str) -> int:
    """The number of edits that a word may be away from the intended one."""
    return 1 if len(sought) <= MAX_SHORT_LENGTH else 2


def alike(values: Sequence[str], sought: str) -> dict[str, int]:
    """The values like the one that is sought; a lower number means a closer one."""
    plain, own = bare(sought), set(forms(sought))
    close = set(spelled_like(values, sought, edits_of(sought))) if len(sought) >= MIN_LENGTH else set()
    like = {}
    for place, value in enumerate(values):
        if bare(value) == plain:
            like[value] = 0
        elif place in close:
            like[value] = 1
        elif own and all(form in value for form in own) and own <= set(forms(value)):
            like[value] = 2
    return like


def bare(value: str) -> str:
    """The letters and digits of a value, or all of it if it has neither."""
    return "".join(filter(str.isalnum, value)) or value
