"""The units of work that the front hands to an evaluator, and the answer that comes back."""

from __future__ import annotations

import gzip
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from search.deadline import Deadline
from search.query import Archive

MIN_COMPRESSED = 1_024
"""A shorter body fits in one packet as it is."""
COMPRESSION = 5
"""The level of gzip: higher ones take twice the time for the last percent."""


@dataclass(frozen=True)
class Answer:
    """An answer as it is sent to a client.

    `next` is the cursor of the next page. The `version` is the state of the archive which gave the answer, if
    the same question will have the same answer there; else it is None. `zipped` is the body in the form of
    gzip, unless the body is short.
    """

    body: bytes
    next: str | None = None
    version: str | None = None
    zipped: bytes | None = None


def compressed(answer: Answer) -> Answer:
    """The answer with its compressed form; an evaluator makes it, so that the front takes no time for it."""
    if len(answer.body) < MIN_COMPRESSED:
        return answer
    return replace(answer, zipped=gzip.compress(answer.body, COMPRESSION, mtime=0))


class Task(Hashable, Protocol):
    """A question that can be pickled; equal tasks have equal answers in one state of the archive."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        """Answer from the archive by the deadline; None if the article that is meant is not there."""


class Export(Protocol):
    """A question whose answer is too long to be kept."""

    def __call__(self, archive: Archive) -> Iterator[bytes]:
        """Yield the pieces of the answer. An error of the question is raised before the first one."""
