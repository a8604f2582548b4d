"""What reading gives: accepted articles, rejected documents and skipped files, each with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from search.article import MAX_VALUE_LENGTH, Article
from search.dates import DayOrder
from search.errors import SearchError

Format = Literal["text", "jsonl", "json", "csv", "xml", "html", "warc", "markdown", "email", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

MAX_LINE = 32 << 20
"""Longest line of a JSONL file, in bytes."""

MAX_DOCUMENT = 256 << 20
"""Largest file that has to be read whole (plain text, JSON), in bytes after decompression."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: `format` and `encoding` where not to be found out, what fields are called, dates.

    `names` maps an article's field to what the source calls it. Naive times are in `zone`; `order`
    settles 01/02/2024. With `strict`, a note of something lost rejects the document instead; with
    `keep_going` a file is read on where its first hundred documents are all rejected. What is under
    embargo `now` (default: when it is read) is rejected. `exclude` are folders not to go into.
    """

    format: Format | None = None
    encoding: str = "utf-8"
    names: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    order: DayOrder | None = None
    strict: bool = False
    keep_going: bool = False
    now: datetime | None = None
    exclude: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document came from: a file, and the place in it ("line 12", "item 3") or ""."""

    path: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.path}, {self.place}" if self.place else self.path


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd about a document that was taken all the same; `code` is short and stable."""

    code: str
    detail: str


LOSING_NOTHING = frozenset(
    ("control-characters", "modified-before-published", "found-date", "rounded-time", "no-title-column")
)
"""The codes of notes about what is odd, but all there that could be looked for."""


def strictly(notes: Sequence[Note], options: ReadOptions) -> tuple[Note, ...]:
    """The notes; where reading is strict, `BadDocument` for the first that loses anything."""
    for note in notes:
        if options.strict and note.code not in LOSING_NOTHING:
            raise BadDocument(note.code, note.detail)
    return tuple(notes)


def fitting(field: str, values: Iterable[str], notes: list[Note]) -> tuple[str, ...]:
    """The values that are short enough to be one of `field`; a note is added where one is not."""
    found = list(values)
    kept = tuple(value for value in found if len(value) <= MAX_VALUE_LENGTH)
    if len(kept) < len(found):
        notes.append(Note("ignored-value", f"a value of {field} is too long to be one"))
    return kept


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that became an article."""

    article: Article
    origin: Origin
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that did not; `code` is short and stable, `reason` a sentence."""

    origin: Origin
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over and is no fault: hidden, a link, not a regular file."""

    origin: Origin
    code: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A document that takes an article back: what has this id is no longer to be found.

    `version` is the number that the wire gave the state of the article that takes it back, if it did.
    """

    id: str
    origin: Origin
    version: int | None = None


Item = Accepted | Rejected | Skipped | Withdrawn


class BadDocument(SearchError):
    """Raised by a reader for one document; its place in the file may be given."""

    def __init__(self, code: str, reason: str, place: str = "") -> None:
        self.code = code
        self.reason = reason
        self.place = place
        super().__init__(reason)


class MissingExtra(BadDocument):
    """A file of a format that needs a package that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            "missing-extra", f"reading {what} needs more packages: pip install 'news-search[{extra}]'"
        )


def whole(stream: BinaryIO, ahead: bytes = b"", hint: str = "") -> bytes:
    """All of the stream, after what was read of it ahead; raises `BadDocument` past `MAX_DOCUMENT`."""
    chunks = iter(partial(stream.read, 1 << 20), b"")  # not at once, which would take all the memory first
    content = ahead + b"".join(islice(chunks, (MAX_DOCUMENT >> 20) + 1))
    if len(content) > MAX_DOCUMENT:
        raise BadDocument("too-large", f"the file is larger than {MAX_DOCUMENT >> 20} MiB{hint}")
    return content


def decoded(content: bytes, encoding: str) -> str:
    """`content` as text, without a byte-order mark; raises `BadDocument` that says what to do."""
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        hint = "; perhaps --encoding latin-1" if encoding == "utf-8" else ""
        raise BadDocument("encoding", f"not {encoding} at byte {error.start}{hint}") from error
