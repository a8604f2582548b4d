"""Article text made safe to print, and times as programs read them."""

from __future__ import annotations

import re
from datetime import datetime

UNSAFE_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Remove the characters that control a terminal or reverse the direction of text."""
    return UNSAFE_CHARACTERS.sub("", text)


def iso(moment: datetime) -> str:
    """Write a time in UTC as ISO 8601 with a Z."""
    return moment.isoformat().replace("+00:00", "Z")
