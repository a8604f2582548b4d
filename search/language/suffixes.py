"""Wildcards in a word, and the numbers after it."""

from __future__ import annotations

import math
import re

from search.dates import shortened
from search.errors import LimitExceeded
from search.fields import TEXT_FIELDS
from search.language.limits import MAX_BOOST, MAX_DISTANCE, MIN_WILDCARD_LETTERS
from search.language.nodes import Everything, Node, Wildcard, Word
from search.text import has_unspaced

_PIECES = re.compile(r"[^*?]+")


def read_wildcard(pattern: str, field: str | None) -> Node | str:
    """Make the node of a word with wildcards; or return why it cannot be one, in a sentence.

    Text of a script without spaces is found inside of longer text anyway: there a star at an end says
    nothing, and other wildcards would stand for single signs. Raises `LimitExceeded`.
    """
    if not pattern.strip("*"):
        return Everything()
    if (field is None or field in TEXT_FIELDS) and has_unspaced(pattern):
        return _without_stars(pattern, field)
    if sum(map(str.isalnum, pattern)) < MIN_WILDCARD_LETTERS:
        raise LimitExceeded(
            f"{shortened(pattern)} would match too many words; "
            f"give a wildcard at least {MIN_WILDCARD_LETTERS} letters"
        )
    return Wildcard(pattern, field)


def _without_stars(pattern: str, field: str | None) -> Node | str:
    bare = pattern.strip("*")
    ends = [bare[:1] if pattern[:1] == "*" else "", bare[-1:] if pattern[-1:] == "*" else ""]
    if not set("*?") & set(bare) and all(has_unspaced(end) for end in ends if end):
        return Word(bare, field)
    written = " ".join(_PIECES.findall(pattern))
    return (
        "a wildcard cannot stand in text without spaces, whose signs are words of their own; "
        f"write “{written}”"
    )


def read_distance(written: str) -> int:
    """A number of words; raises `LimitExceeded`."""
    if len(written) > 9 or int(written) > MAX_DISTANCE:
        raise LimitExceeded(f"a distance can be at most {MAX_DISTANCE:,} words")
    return int(written)


def read_factor(written: str) -> float | None:
    """Read a boost; None if it is not a number, or too small or too large for a boost."""
    try:
        factor = float(f"{float(written):g}") if len(written) < 24 else math.nan
    except ValueError:
        return None
    return factor if 0 < factor <= MAX_BOOST else None
