"""The tokens that a server asks for, of which it knows only the digests."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from search.errors import InvalidRequest

_OF_NOTHING = sha256(b"").hexdigest()
_DIGEST = re.compile(r"[0-9a-f]{64}")


def read_tokens(path: Path) -> frozenset[str]:
    """Read a file that has the SHA-256 of a token as the first word of each line, as `sha256sum` prints it.

    Empty lines and lines that begin with # are left out. Raises `InvalidRequest`.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}") from error
    told = [line.split()[0].lower() for line in lines if line.strip() and not line.startswith("#")]
    for number, digest in enumerate(told, start=1):
        if not _DIGEST.fullmatch(digest):
            raise InvalidRequest(f"{path}: token {number} is not a SHA-256 in hexadecimal digits")
        if digest == _OF_NOTHING:
            raise InvalidRequest(f"{path}: token {number} is empty; it is the SHA-256 of nothing")
    if not told:
        raise InvalidRequest(f"{path} has no token")
    return frozenset(told)
