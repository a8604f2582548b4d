"""A place in a list of results, as a word that a caller hands back for the next page.

WORD = base64 of: sort (1 byte)  score (a double, by relevance only)  time (8 bytes, in microseconds)  id
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from search.errors import InvalidRequest

Sort = Literal["relevance", "newest", "oldest", "modified", "seen"]
SORTS: tuple[Sort, ...] = get_args(Sort)
"""The last two put the latest first; articles without the date of an order come last in it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_TIME = -(1 << 63)
_FACTS = dict.fromkeys(SORTS, struct.Struct(">cq")) | {"relevance": struct.Struct(">cdq")}


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a result list: just after the hit with this score, time and id.

    In a list sorted by time the score is 0, and the time is the one that it is sorted by.
    """

    sort: Sort
    score: float
    time: datetime | None
    id: str

    def __str__(self) -> str:
        """The cursor as one opaque word; `Cursor.read` is the way back."""
        letter = self.sort[0].encode()
        when = _NO_TIME if self.time is None else (self.time - _EPOCH) // timedelta(microseconds=1)
        facts = (letter, self.score, when) if self.sort == "relevance" else (letter, when)
        packed = _FACTS[self.sort].pack(*facts) + self.id.encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, word: str, sort: Sort) -> Cursor:
        """The cursor that `word` is; raises `InvalidRequest` for any other word or another sort."""
        try:
            packed = base64.b64decode((word + "=" * (-len(word) % 4)).encode("ascii"), b"-_", validate=True)
            of_sort = {each[0].encode(): each for each in SORTS}[packed[:1]]
            layout = _FACTS[of_sort]
            _, *score, when = layout.unpack_from(packed)
            moment = None if when == _NO_TIME else _EPOCH + timedelta(microseconds=when)
            identity = packed[layout.size :].decode()
            cursor = cls(of_sort, score[0] if score else 0.0, moment, identity)
        except (ValueError, KeyError, OverflowError, struct.error, binascii.Error) as error:
            raise InvalidRequest("that is not a cursor; use the one a page of results came with") from error
        if cursor.sort != sort:
            raise InvalidRequest(f"that cursor belongs to a list sorted by {cursor.sort}, not {sort}")
        return cursor
