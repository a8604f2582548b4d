"""The cursor of the next page of a search: one word, good for that search alone.

    WORD = place . number . seconds . digest        no letter of it means anything to a shell

The place is the engine's own cursor. The number is the rank of the next hit, from 1. The seconds
since 1970 are when the search began: its later pages read "when:7d" and rank by age as the first did. They
are left out if nothing depends on them. The digest is of everything else that decides what is found and in
which order.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from search.errors import InvalidRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORD = re.compile(r"([\w-]+)\.(\d{1,10})\.(-?\d{1,10})?\.([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NextPage:
    """The place of the next page, and the search that it belongs to."""

    place: str
    number: int
    began: datetime | None
    digest: str

    def __str__(self) -> str:
        seconds = "" if self.began is None else (self.began - _EPOCH) // timedelta(seconds=1)
        return f"{self.place}.{self.number}.{seconds}.{self.digest}"

    @classmethod
    def read(cls, word: str) -> NextPage:
        """Read a word that `str` wrote, ignoring white space in it; raises `InvalidRequest` for any other."""
        match = _WORD.fullmatch("".join(word.split()))
        if match is None:
            raise InvalidRequest("that is not a cursor; use the one a page of results came with")
        began = _EPOCH + timedelta(seconds=int(match[3])) if match[3] else None
        return cls(match[1], int(match[2]), began, match[4])

    def check(self, digest: str) -> None:
        """Raise `InvalidRequest` unless `digest` is the digest of the search that began."""
        if self.digest != digest:
            raise InvalidRequest(
                "that cursor belongs to another search; give it with the same query and the same options"
            )


def digest_of(*facts: object) -> str:
    """Eight letters that differ where any of the facts does."""
    return hashlib.sha256(repr([str(fact) for fact in facts]).encode("utf-8", "replace")).hexdigest()[:8]
