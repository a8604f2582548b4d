"""An archive as its engine describes it: its state, its numbers, its versions, the outcome of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from search.article import Article


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it was from a revision of the archive on.

    It came `at` that time, and was `ended` ("updated", "deleted" or "withdrawn") at `until`; both are None
    as long as it is current. `at` is None where the archive did not yet keep the time.
    """

    revision: int
    at: datetime | None
    until: datetime | None
    ended: Literal["updated", "deleted", "withdrawn"] | None
    article: Article


@dataclass(frozen=True, slots=True)
class Beside:
    """The things beside articles that an archive keeps: earlier versions and saved searches, as numbers.

    `cancelled` are the ids that a wire has cancelled, each with the version of the cancelling if it has one.
    """

    versions: int
    searches: int
    cancelled: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class State:
    """The commit of a reader: its archive and its last revision, and how queries are read for it.

    `archive` is the archive's UUID, "" if it has no UUID. `warnings` are sentences to show to a user, empty
    if all is well. Without `has_copies` it does not know which articles are copies of each other, without
    `has_history` it keeps no earlier versions.
    """

    archive: str
    revision: int
    language: str
    extra_fields: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    has_copies: bool = True
    has_history: bool = True


@dataclass(frozen=True, slots=True)
class Stats:
    """An archive in numbers; sizes are in bytes, `words` counts every word of every article.

    `kernels` is `native` where the compiled loops are in use, else `numpy`: both have the same results.
    `length_drift` is how far the average length of a field has gone from the one that scores are made with,
    as a share of it; always 0 in a folder, which counts again for each commit.
    """

    location: str
    articles: int
    undated: int
    first: datetime | None
    last: datetime | None
    words: int
    language: str
    extra_fields: tuple[str, ...]
    segments: int
    store_size: int
    index_size: int
    revision: int
    indexed_revision: int
    analyzer: str
    kernels: str
    length_drift: float = 0.0


Level = Literal["quick", "full", "deep"]
"""How thoroughly an archive is checked."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check: `problems` are sentences, empty if all is well; `fix` says what to do then.

    `notes` name oddities that are not damage. `articles` is how many there are.
    """

    level: Level
    articles: int
    problems: tuple[str, ...] = ()
    fix: str = ""
    notes: tuple[str, ...] = ()
