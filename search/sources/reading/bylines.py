"""The names in a byline.

Ada Rook, Ben Tide and Cara Quay     three names: beside "and" a comma parts names
Ada Rook and Ben Tide, Reuters       three, the last one an agency
Ada Rook, Political Editor           one: without "and" a comma goes before a job or a place
Rook, Ada and Tide, Ben              two, the family name first
Ada Rook, Jr., and Ben Tide, MD      two, each with its addition
"""

from __future__ import annotations

import re

_JOINED = re.compile(r"\s*[;|]\s*|\s+/\s+|,?\s+and\s+", re.IGNORECASE)
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_AFTER_NAME = frozenset("jr sr ii iii iv md phd dphil esq rn jd mba dds obe mbe cbe qc kc mp mep frs".split())
_OF_JOB = re.compile(
    r"\b(?:editors?|writers?|reporters?|correspondents?|staff|columnists?|critics?|director|professor|"
    r"contributors?|photographers?|bureau|chief)\b",
    re.IGNORECASE,
)


def split_names(byline: str) -> list[str]:
    """The names in a byline without its "By"; a job or an addition (Jr., MD) stays with its name."""
    names = [name for piece in _JOINED.split(byline) if (name := piece.strip(" ,"))]
    if not _AND.search(byline):
        return names
    parted = [_parts(name) for name in names]
    if any(len(parts) > 1 and " " not in parts[0] for parts in parted):
        return names  # a family name stands first
    return [part for parts in parted for part in parts]


def _parts(name: str) -> list[str]:
    parts: list[str] = []
    for part in filter(None, map(str.strip, name.split(","))):
        follows = part.replace(".", "").lower() in _AFTER_NAME or part[0].islower() or _OF_JOB.search(part)
        if parts and follows:
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts
