"""Article text made safe to print, and times as programs read them and as people do."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from search.article import Precision, written_time

UNSAFE_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_REMOVED = re.compile(f"{UNSAFE_CHARACTERS.pattern[:-1]}\U000e0000-\U000e007f]")
"""These, and the invisible copies of ASCII letters, which hide text from people but not from programs."""


def printable(text: str) -> str:
    """Remove the characters that control a terminal, reverse the direction of text or hide text."""
    return _REMOVED.sub("", text)


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
