"""All errors that reach a caller: `SearchError` catches every one of them.

    SearchError
    ├── QuerySyntaxError          the query cannot be read; points at the character
    ├── InvalidRequest            an argument has a value without a meaning (a bad date, zone, field)
    ├── InvalidArticle            a document that cannot become an article
    ├── LimitExceeded             a stated limit was hit (expansions, nesting, length)
    │   └── DeadlineExceeded      the deadline has passed, or the caller has cancelled
    └── ArchiveError              a problem of the archive itself; has `.location`
        ├── ArchiveNotFound       there is no archive there
        ├── ArchiveExists         something else is already there
        ├── ArchiveLocked         another process is writing; has `.pid` and `.since`
        ├── ArchiveReadOnly       the archive cannot be written
        ├── ArchiveFull           no space is left for it
        ├── ArchiveUnavailable    the cluster that has it cannot be reached, or cannot answer now
        ├── ArchiveDamaged        its files are not as they were written
        ├── OtherAnalyzer         its words were analysed in another way: `news rebuild`
        └── IndexUnusable         the articles are whole but the index is not: `news rebuild`

Every message is one or two plain sentences: the problem, then the next step.

A module may have an exception of its own. It is translated before it leaves the package that raises it:

    UnreadableDate                a `QuerySyntaxError` or `InvalidRequest`, or a note of the document
    BadDocument, MissingExtra     a `Rejected` document: one bad document does not end a run
    BadLayout, BadManifest, BadRow    `ArchiveDamaged` or `IndexUnusable`
    Blocked, Conflict, Missing, PointLost    a request to a cluster again, or an `ArchiveError`
    Lost, EvaluatorFailed, Busy, TooManyRequests, ResponseBroken    a problem in an answer over HTTP
"""

from __future__ import annotations

from typing import Any


class SearchError(Exception):
    """The root of the family; each can be pickled. `code` names the kind for programs, and never changes.

    `did_you_mean` is another spelling of the wrong part, if there is one near it.
    """

    code = "error"

    def __init__(self, *args: object, did_you_mean: str | None = None) -> None:
        self.did_you_mean = did_you_mean
        super().__init__(*args)

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args, self.__dict__)


def _remade(kind: type[SearchError], args: tuple[object, ...], facts: dict[str, object]) -> SearchError:
    """Rebuild an error from its attributes, whatever the parameters of its class are."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class QuerySyntaxError(SearchError):
    """A query that cannot be read.

    `query[start:end]` is the wrong part. `reason` is the message without the query and the carets under it,
    which are left out for an empty query.
    """

    code = "query-syntax"

    def __init__(
        self, reason: str, query: str, start: int, end: int, *, did_you_mean: str | None = None
    ) -> None:
        self.reason = reason
        self.query = query
        self.start = start
        self.end = max(end, start + 1)
        message = f"{reason}\n{self.pointer()}" if query.strip() else reason
        super().__init__(message, did_you_mean=did_you_mean)

    def pointer(self, width: int = 76) -> str:
        """Two lines: the query (the part of it that matters, on one line) and carets under the error."""
        first = 0 if self.start < width - 16 else self.start - width // 2
        shown = "".join(c if c.isprintable() else " " for c in self.query[first : first + width])
        lead = "…" if first else ""
        tail = "…" if first + width < len(self.query) else ""
        marks = max(1, min(self.end - self.start, width - (self.start - first)))
        return f"  {lead}{shown}{tail}\n  {' ' * (len(lead) + self.start - first)}{'^' * marks}"


class InvalidRequest(SearchError):
    """An argument with a value that has no meaning."""

    code = "invalid-request"


class InvalidArticle(SearchError):
    """A document that cannot become an article; `code` is a short stable name of the reason."""

    code = "invalid-article"

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class LimitExceeded(SearchError):
    """A limit was exceeded; the message names the limit and how to stay below it."""

    code = "limit-exceeded"


class DeadlineExceeded(LimitExceeded):
    """The deadline passed before the answer was complete, or the caller cancelled."""

    code = "deadline-exceeded"


class ArchiveError(SearchError):
    """A problem of the archive at `location`, a folder or an address."""

    code = "archive"

    def __init__(self, message: str, location: object) -> None:
        self.location = str(location)
        super().__init__(message)


class ArchiveNotFound(ArchiveError):
    """There is no archive at the location; a read never creates one."""

    code = "archive-not-found"


class ArchiveExists(ArchiveError):
    """Another file or folder is at the location; it is not changed."""

    code = "archive-exists"


class ArchiveLocked(ArchiveError):
    """Another process is writing the archive; `pid`, `host` and `since` are None if unknown."""

    code = "archive-locked"

    def __init__(self, location: object, pid: int | None, host: str | None, since: str | None) -> None:
        self.pid, self.host, self.since = pid, host, since
        holder = f"process {pid}" if pid else "another process"
        where = f" on {host}" if host else ""
        when = f" since {since}" if since else ""
        super().__init__(
            f"the archive {location} is being written by {holder}{where}{when}; try again "
            "later, or wait for it: --wait SECONDS",
            location,
        )


class ArchiveReadOnly(ArchiveError):
    """The archive can be read but not written."""

    code = "archive-read-only"


class ArchiveFull(ArchiveError):
    """No space is left on the device that holds the archive."""

    code = "archive-full"


class ArchiveUnavailable(ArchiveError):
    """The cluster that has the archive cannot be reached, or does not answer for all of it now."""

    code = "archive-unavailable"


class ArchiveDamaged(ArchiveError):
    """A file of the archive is not as it was written; the message names it and the next step."""

    code = "archive-damaged"


class IndexUnusable(ArchiveDamaged):
    """The articles are whole, but their index is missing, damaged or made by another version."""

    code = "index-unusable"


class OtherAnalyzer(ArchiveError):
    """The index was made with another analyzer: it can be searched, but not changed."""

    code = "other-analyzer"
