"""Text of articles that is safe to print, and times as programs read them."""

from __future__ import annotations

import re
from datetime import datetime

UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` without what could move a terminal's cursor, colour it or turn its text around."""
    return UNSAFE.sub("", text)


def iso(moment: datetime) -> str:
    """A time in UTC as data has it."""
    return moment.isoformat().replace("+00:00", "Z")
