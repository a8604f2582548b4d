"""Article text made safe to print, and times as programs read them and as people do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, tzinfo

from search.article import Precision, written_time

UNSAFE_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls of a terminal, and of the direction of text. JSON has their numbers."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_NEEDED = re.compile(
    # The joiners, after letters from Arabic to Tibetan and Burmese, of Khmer and of Mongolian.
    "(?<=[\u0600-\u0e7f\u0f00-\u109f\u1780-\u18af\ua840-\uabff\ufb50-\ufdff\ufe70-\ufefc])[\u200c\u200d]"
    f"|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"  # one emoji of several
    f"|(?<=[{_EMOJI}0-9#*])[\ufe0e\ufe0f]"  # the look of an emoji
    "|(?<=[\u1820-\u18aa])[\u180b-\u180f]"  # the shapes of Mongolian letters
)


def replace_invisible(text: str, written: Callable[[str], str]) -> str:
    """Replace each character that controls a terminal, changes the order of text or cannot be seen.

    Needed ones stay: joiners after a letter of Arabic, Indic, Khmer or Mongolian writing, and between two
    emoji; one U+FE0E or U+FE0F after an emoji, a digit, # or *; and the selectors after Mongolian letters.
    Halves of characters, variation selectors of other letters and invisible copies of ASCII are replaced.
    """
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub(
        lambda found: found[0] if _NEEDED.match(text, found.start()) else written(found[0]), text
    )


def printable(text: str) -> str:
    """Remove the characters that `replace_invisible` replaces; a line separator becomes a space."""
    return replace_invisible(text, lambda sign: " " if sign in "\u2028\u2029" else "")


def iso(moment: datetime) -> str:
    """Write a time in UTC as ISO 8601 with a Z."""
    return moment.isoformat().replace("+00:00", "Z")


def when(moment: datetime | None, zone: tzinfo, precision: Precision = "instant") -> str:
    """Write a time for people, to its precision; an instant is in `zone`, and None is "undated"."""
    if moment is None:
        return "undated"
    if precision != "instant":
        return written_time(moment, precision)
    here = moment.astimezone(zone)
    offset = here.isoformat()[len(here.replace(tzinfo=None).isoformat()) :] if here.utcoffset() else "UTC"
    return f"{here:%Y-%m-%d %H:%M} {offset}"
