"""A place in a list of results, as a word that a caller hands back for the next page."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from search.errors import InvalidRequest

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a result list: just after the hit with this score, time and id."""

    sort: Sort
    score: float
    published: datetime | None
    id: str

    def __str__(self) -> str:
        """The cursor as one opaque word; `Cursor.read` is the way back."""
        when = None if self.published is None else self.published.isoformat()
        fields = json.dumps([self.sort, self.score, when, self.id], separators=(",", ":"))
        return base64.urlsafe_b64encode(fields.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, word: str, sort: Sort) -> Cursor:
        """The cursor that `word` is; raises `InvalidRequest` for any other word or another sort."""
        try:
            padded = word + "=" * (-len(word) % 4)
            of_sort, score, when, identity = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
            published = None if when is None else datetime.fromisoformat(when).astimezone(UTC)
            cursor = cls(of_sort, float(score), published, str(identity))
        except (ValueError, TypeError, binascii.Error, RecursionError) as error:
            raise InvalidRequest("that is not a cursor; use the one a page of results came with") from error
        if cursor.sort != sort:
            raise InvalidRequest(f"that cursor belongs to a list sorted by {cursor.sort}, not {sort}")
        return cursor
