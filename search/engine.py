"""The seam: what an engine does, and every value that crosses to it and back.

Above the seam nothing knows Whoosh, SQLite or OpenSearch; below it nothing knows the command line.
An engine keeps articles and finds them; it is given trees (`language.Node`), never query strings.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, Protocol

from search.article import Article
from search.dates import Interval
from search.deadline import Deadline as Deadline
from search.errors import InvalidRequest
from search.explanation import Explanation
from search.language import Node
from search.snippets import Highlight, Marks, Snippet

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")

MAX_HITS = 10_000
"""Most hits of one page; `scan` gives every match, however many."""

NAMED_FIELDS = 10
"""Most names of fields that `Added` has."""

MAX_BINS = 20_000
"""Most intervals of one timeline."""


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


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Count matches by the values of `field`, the `limit` most frequent; or by date.

    With an `interval` (then `field` is "date") the values are the intervals with matches, in time's
    order, all of them.
    """

    field: str
    limit: int = 10
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Recency:
    """Newer matches score more: half of each score fades, halved by every `half_life` before `now`.

    What has no time, or one that is still to come, has only the half that stays.
    """

    half_life: timedelta
    now: datetime


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked of an engine. `zone` is where the days and months of facets begin.

    What `prefer` matches is added to the scores of what `query` does, and changes nothing else.
    """

    query: Node
    sort: Sort = "relevance"
    limit: int = 10
    after: Cursor | None = None
    facets: tuple[FacetRequest, ...] = ()
    zone: tzinfo = UTC
    deadline: Deadline | None = None
    prefer: Node | None = None
    recency: Recency | None = None


@dataclass(frozen=True, slots=True)
class WeightedWord:
    """A word and how much it counts; the weights of several add up to 1."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word of the archive, folded, and how many articles have it in this or another form."""

    word: str
    articles: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. `snippet` is None where none was asked for; `title_marks` are in its title."""

    article: Article
    score: float
    snippet: Snippet | None = None
    title_marks: Marks = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many matches have `value`; `query` is the term that narrows the search to them."""

    value: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Facet:
    """The counts of one field over all matches.

    `distinct` is how many values there are in all, `missing` how many matches have none. `imprecise` is how
    many have a date that is known less exactly than to the interval (as in `Timeline`).
    """

    field: str
    values: tuple[FacetValue, ...]
    distinct: int
    missing: int
    imprecise: int = 0


@dataclass(frozen=True, slots=True)
class Bin:
    """One interval of a timeline: its name ("2025-02"), its first instant, its matches, its term."""

    name: str
    start: datetime
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Matches by time: every interval from the first match to the last, empty ones too.

    A match is in an interval only if all of the time that it is known to is: a month in a month or year, but
    in no week or day. `imprecise` counts those that are in none for this reason. The `query` of an interval
    finds them as well where they overlap it: a month article is found by each day of its month.
    """

    interval: Interval
    bins: tuple[Bin, ...]
    undated: int
    imprecise: int = 0


@dataclass(frozen=True, slots=True)
class PartCount:
    """How many articles a part of a query finds alone; where none, and it asks for a value, near ones."""

    query: str
    articles: int
    near: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a search.

    `total` counts every match, exactly. `next` continues after the last hit, None at the end.
    `read_as` is how the query was understood; `warnings` is what was odd about it or the archive.
    `expanded_with` are the words that were added for the ranking, where that was asked for.
    `did_you_mean` is another spelling of the query that finds more. Where nothing was found, `parts` says
    what each part of the query finds, and last, where some find nothing, what the others find together.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...] = ()
    next: str | None = None
    read_as: str = ""
    warnings: tuple[str, ...] = ()
    expanded_with: tuple[str, ...] = ()
    did_you_mean: str | None = None
    parts: tuple[PartCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch: each article is counted once.

    `older` are those that an article with the same id and a higher version was there instead of, and
    `withdrawn` those that a wire has cancelled before. `unindexed` are names of extra fields, at most
    `NAMED_FIELDS` of them, that are stored and shown but cannot be searched, as there are too many.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    withdrawn: int = 0
    unindexed: tuple[str, ...] = ()

    def __add__(self, other: Added) -> Added:
        return Added(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.older + other.older,
            self.withdrawn + other.withdrawn,
            tuple(dict.fromkeys(self.unindexed + other.unindexed))[:NAMED_FIELDS],
        )


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
class Settings:
    """What a query must know of an archive to be read for it."""

    language: str
    extra_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """An archive in numbers; sizes are in bytes, `words` counts every word of every article."""

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


class Engine(Protocol):
    """Keeps articles and finds them. Reading is safe from several threads; one process writes.

    A write is durable and searchable when its method returns. Any method may raise `ArchiveError`;
    the writing ones `ArchiveLocked`; those with a deadline `DeadlineExceeded` where it passes before there
    is an answer.
    """

    def search(self, request: SearchRequest) -> Results:
        """One page of matches, without snippets, and the facets asked for over all matches."""

    def timeline(
        self, query: Node, interval: Interval, zone: tzinfo, deadline: Deadline | None = None
    ) -> Timeline:
        """All matches by time; raises `LimitExceeded` for more than `MAX_BINS` intervals."""

    def scan(self, query: Node, deadline: Deadline | None = None) -> Iterator[Article]:
        """Every match, oldest first, of the archive as it was when the first was asked for."""

    def ids(self, query: Node, deadline: Deadline | None = None) -> list[str]:
        """The id of every match, in the order of `scan`."""

    def highlights(self, query: Node, deadline: Deadline | None = None) -> tuple[Highlight, ...]:
        """What to mark in the text of an article that `query` found."""

    def explain(self, query: Node, identity: str, deadline: Deadline | None = None) -> Explanation | None:
        """How the article comes to its score by the query alone; None if there is no such article."""

    def characteristic_words(
        self, articles: Sequence[tuple[Article, float]], count: int, deadline: Deadline | None = None
    ) -> tuple[WeightedWord, ...]:
        """The words that most set these articles, which have weights, apart from the others."""

    def unknown_words(self, query: Node, deadline: Deadline | None = None) -> tuple[str, ...]:
        """The words of the query, as written, that no article has; those that are excluded are none."""

    def corrections(self, word: str, count: int, deadline: Deadline | None = None) -> tuple[Suggestion, ...]:
        """The words of the archive that `word` is most likely a misspelling of, the likeliest first."""

    def completions(
        self, prefix: str, count: int, deadline: Deadline | None = None
    ) -> tuple[Suggestion, ...]:
        """The words that begin with `prefix`, those in most articles first."""

    def near_values(
        self, field: str, value: str, count: int, deadline: Deadline | None = None
    ) -> tuple[FacetValue, ...]:
        """The values of a value field nearest to `value`, and how many articles of the archive have each.

        First those with the same letters and digits, then those a few edits away, then those that have it
        among their words; in each the most frequent first.
        """

    def get(self, identity: str) -> Article | None:
        """The article with this id."""

    def add(self, articles: Iterable[Article]) -> Added:
        """Put a batch in, each in place of the one with its id; of equal ids the last stays.

        But where both have a version (`Article.version`), a lower one is never put in place of a higher.
        All of it is put in, or where this raises (or `articles` does) nothing.
        """

    def delete(self, identities: Iterable[str]) -> int:
        """Take articles out by id, and keep their versions; how many were there."""

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        """Take out what a wire cancels, by id, with the version of the cancelling if it has one.

        What has such an id is not put in any more, unless its version is higher; how many were there.
        """

    def forget(self, identities: Iterable[str]) -> int:
        """Erase articles with all their versions, and that they were cancelled; how many there were."""

    def history(self, identity: str) -> tuple[Version, ...]:
        """Every version of the article that is kept, the oldest first; none if there never was one."""

    def prune(self, before: datetime) -> int:
        """Drop the versions that were replaced or deleted before this time; how many they were."""

    def upgrade(self, report: Callable[[int, int], None] | None = None) -> bool:
        """Bring an archive of an older format up to date; whether there was anything to do."""

    def rebuild(self, report: Callable[[int, int], None] | None = None) -> None:
        """Make the index anew from the articles, calling `report(done, total)` on the way."""

    def optimize(self) -> None:
        """Make searching as fast as it can be, at the cost of writing the whole index once."""

    def settings(self) -> Settings:
        """What a query must know to be read for this archive."""

    def warnings(self) -> tuple[str, ...]:
        """What a reader should be told about the state of the archive, nothing if all is well."""

    def stats(self) -> Stats:
        """The archive in numbers."""

    def close(self) -> None:
        """Let go of files; the engine is of no use afterwards."""
