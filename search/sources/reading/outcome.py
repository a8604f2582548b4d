"""The outcome of a document: accepted, rejected, skipped, or a retraction of an earlier one."""

from __future__ import annotations

from dataclasses import dataclass

from search.article import Article


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document came from: a file, and the place in it ("line 12", "item 3") or ""."""

    path: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.path}, {self.place}" if self.place else self.path


@dataclass(frozen=True, slots=True)
class Note:
    """A peculiarity of a document that was accepted; `code` is short and stable."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that became an article."""

    article: Article
    origin: Origin
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document with a fault; `code` is short and stable, `reason` a sentence."""

    origin: Origin
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or document without a fault that holds no article: hidden, a link, a picture, a draft."""

    origin: Origin
    code: str


@dataclass(frozen=True, slots=True)
class Retracted:
    """A document that cancels the article with this id, which searches then hide.

    `version` is the version number of the retraction, where the wire gave one.
    """

    id: str
    origin: Origin
    version: int | None = None


Item = Accepted | Rejected | Skipped | Retracted


class BadDocument(Exception):
    """Raised by a reader for one document; `read_paths` gives it as a `Rejected`. `place` is in the file."""

    def __init__(self, code: str, reason: str, place: str = "") -> None:
        self.code = code
        self.reason = reason
        self.place = place
        super().__init__(reason)


class MissingExtra(BadDocument):
    """Raised for a format whose package is not installed."""

    def __init__(self, content: str, extra: str) -> None:
        super().__init__(
            "missing-extra", f"reading {content} needs more packages: pip install 'news-search[{extra}]'"
        )
