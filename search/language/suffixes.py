"""Wildcards in a word, and the numbers after it."""

from __future__ import annotations

import math
import re

from search.dates import shortened
from search.errors import LimitExceeded
from search.fields import TEXT_FIELDS
from search.language.limits import MAX_BOOST, MAX_DISTANCE, MIN_WILDCARD_LETTERS
from search.language.nodes import Everything, Node, Wildcard, Word
from search.text import has_unspaced, words

_PIECES = re.compile(r"[^*?]+")
_WILD = re.compile(r"\*|(?<=\w)\?(?=\w)")
_BETWEEN_WORDS = re.compile(r"[-/_–—,;:|\s]+")
_ENDS = re.compile(r"^[^\w*]+|[^\w*]+$")


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


def read_slots(pattern: str, field: str | None) -> list[str] | str:
    """The slots of a phrase, those at its ends no `*`; or why it cannot be one, in a sentence.

    A star is a wildcard wherever it stands alone or in a word, a question mark only within a word: at the
    end of one it ends a sentence. Raises `LimitExceeded`.
    """
    slots: list[str] = []
    for token in pattern.split():
        if token == "*":
            slots.append(token)
            continue
        for piece in _BETWEEN_WORDS.split(token) if _WILD.search(token) else [token]:
            bare = _ENDS.sub("", piece)
            if not _WILD.search(bare) or not bare.strip("*"):
                slots += words(piece)
                continue
            found = read_wildcard(bare, field)
            if isinstance(found, str):
                return found
            slots += words(found.text) if isinstance(found, Word) else [bare]
    while slots and slots[-1] == "*":
        slots.pop()
    while slots and slots[0] == "*":
        del slots[0]
    return slots


def has_wildcard(slot: str) -> bool:
    """True if a slot of a phrase stands for more than one word."""
    return _WILD.search(slot) is not None


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
