"""The answers of an engine, and the additions of the layers above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, SupportsIndex, overload

from search.article import Article, written_time
from search.dates import Interval
from search.engine.copies import Copies
from search.errors import InvalidRequest
from search.fields import DateField
from search.snippets import Highlight, Marks, Snippet

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_NAMED_FIELDS = 10_000
"""The number of names of fields in `Added`, at most."""

MAX_BINS = 20_000
"""The number of intervals of one timeline, at most."""


_COLUMNS = "id score published modified seen title source authors keywords url language snippet".split()
"""The columns of a row; extra fields have further ones."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word of the archive, folded, or a value as it is written, and how many articles have it.

    A word counts in whatever form it stands.
    """

    word: str
    articles: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. `snippet` is None where none was asked for; `title_marks` are in its title.

    `copies` is None if the archive has no other copy of the article. `seen` is when the archive first had
    it, in UTC, or None if that is not known.
    """

    article: Article
    score: float
    snippet: Snippet | None = None
    title_marks: Marks = ()
    copies: Copies | None = None
    seen: datetime | None = None

    @property
    def id(self) -> str:
        """The id of the article."""
        return self.article.id

    @property
    def title(self) -> str:
        """The title of the article."""
        return self.article.title

    @property
    def published(self) -> datetime | None:
        """The time of the article, in UTC."""
        return self.article.published

    @property
    def source(self) -> str:
        """The source of the article."""
        return self.article.source

    @property
    def url(self) -> str:
        """The address of the article."""
        return self.article.url

    def to_dict(self) -> dict[str, object]:
        """The hit as one row, ready for JSON: its score, its snippet as text, its article but for long texts.

        A time is text to its precision, or None. Extra fields are lists of texts under their own names, and
        under "extra.NAME" where a column has that name.
        """
        article = self.article
        published = article.published and written_time(article.published, article.precision)
        row: dict[str, object] = {
            "id": article.id,
            "score": self.score,
            "published": published,
            "modified": article.modified and written_time(article.modified),
            "seen": self.seen and written_time(self.seen),
            "title": article.title,
            "source": article.source,
            "authors": list(article.authors),
            "keywords": list(article.keywords),
            "url": article.url,
            "language": article.language,
            "snippet": self.snippet.text if self.snippet else "",
        }
        extra = {f"extra.{name}" if name in row else name: list(v) for name, v in article.extra.items()}
        return row | extra


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many matches have `value`; `query` is the term that narrows the search to them.

    `texts` counts copies once, and `sources` counts the sources; None where this was not asked for.
    """

    value: str
    count: int
    query: str
    texts: int | None = None
    sources: int | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """The counts of one field over all matches.

    `distinct` is how many values there are in all, `missing` how many matches have no value. `imprecise` is
    how many have a date that is known less exactly than to the interval (as in `Timeline`).
    """

    field: str
    values: tuple[FacetValue, ...]
    distinct: int
    missing: int
    imprecise: int = 0


class Facets(tuple[Facet, ...]):
    """Facets in the order in which they were asked for; `facets["source"]` is the one of this field."""

    __slots__ = ()

    @overload
    def __getitem__(self, key: str | SupportsIndex) -> Facet: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Facet, ...]: ...
    def __getitem__(self, key: str | SupportsIndex | slice) -> Facet | tuple[Facet, ...]:
        if not isinstance(key, str):
            return super().__getitem__(key)
        for facet in self:
            if facet.field == key:
                return facet
        raise KeyError(f"no facet {key!r} was asked for; there are {[facet.field for facet in self]}")


BinState = Literal["ok", "thin", "partial", "no data"]
"""How far the articles of an interval can be relied on (see `Bin`)."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One interval of a timeline: its name ("2025-02"), its first instant, its matches, its term.

    A weekday has no first instant, and no term.

    With a denominator, `total` counts the articles among which the matches are counted, and `share` is their
    part, with its 95 % interval from `low` to `high`; all are None without one, and the share is None where
    the total is 0. The `state` is "no data" where the total is 0, "partial" where the archive begins or ends
    within the interval, "thin" below 20 articles, else "ok". In a burst `burst` is the share of texts,
    divided by the share of the time before.

    `texts` and `sources` are as in `FacetValue`.
    """

    name: str
    start: datetime | None
    count: int
    query: str
    total: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    state: BinState | None = None
    burst: float | None = None
    texts: int | None = None
    sources: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Matches by time: every interval from the first match to the last, empty ones too.

    A match is in an interval only if all of the time that it is known to is: a month in a month or year, but
    in no week or day. `imprecise` counts the matches that are in no interval for this reason. The `query` of
    an interval finds them as well where they overlap it: a month article is found by each day of its month.
    `of` is the query of the denominator, "" without one. `date` is the date by which the articles were
    counted. By weekday there are all seven, from Monday on.
    """

    interval: Interval
    bins: tuple[Bin, ...]
    undated: int
    imprecise: int = 0
    of: str = ""
    date: DateField = "date"


@dataclass(frozen=True, slots=True)
class PartCount:
    """How many articles a part of a query finds alone; `near` has values like one that no article has."""

    query: str
    articles: int
    near: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Results:
    """One page of a search: a sequence of its hits, with the facts about all matches.

    `total` counts every match, exactly. `next` continues after the last hit, None at the end. `first` is the
    number of the first hit of this page among all, from 1.
    `read_as` is how the query was understood; `warnings` are oddities of the query or the archive.
    `expanded_with` are the words that were added for the ranking, where that was asked for.
    `did_you_mean` is another spelling of the query that finds more. If nothing was found, `parts` counts the
    matches of each part of the query, and last, if some find nothing, of the others together.
    `depends_on_now`: the same question may find others at another time, though the archive stays the same.
    `texts` counts copies once, and `sources` counts the sources of all matches, if the hits are collapsed.
    `highlights` has the words to mark in the hits (`search.snippets.mark`), if the request asks for it.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Facets = field(default_factory=Facets)
    next: str | None = None
    read_as: str = ""
    warnings: tuple[str, ...] = ()
    expanded_with: tuple[str, ...] = ()
    did_you_mean: str | None = None
    parts: tuple[PartCount, ...] = ()
    first: int = 1
    depends_on_now: bool = False
    highlights: tuple[Highlight, ...] = ()
    texts: int | None = None
    sources: int | None = None

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __bool__(self) -> bool:
        """True if the search has matches, even on a page without hits."""
        return self.total > 0

    @overload
    def __getitem__(self, place: SupportsIndex) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, place: SupportsIndex | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[place]

    def __repr__(self) -> str:
        """The page in one line, without the texts of the articles."""
        query = f" for {self.read_as!r}" if self.read_as else ""
        following = ", next page available" if self.next else ""
        return f"<Results: {len(self.hits):,} of {self.total:,}{query}{following}>"

    def _repr_html_(self) -> str:
        """The page as a table, as notebooks show it."""
        from search.engine.notebook import as_html

        rows = [
            (hit.title or hit.id, hit.title_marks, hit.url, row["published"], hit.source, hit.snippet)
            for hit, row in zip(self.hits, self.to_dicts(), strict=True)
        ]
        return as_html(repr(self), self.first, rows)

    def to_dicts(self) -> list[dict[str, object]]:
        """Each hit as a dict, ready for JSON; see `Hit.to_dict`."""
        return [hit.to_dict() for hit in self.hits]

    def to_pandas(self) -> DataFrame:
        """The hits as a pandas DataFrame, a row each, with times in UTC.

        Raises `InvalidRequest` where pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise InvalidRequest("a DataFrame needs pandas: pip install 'news-search[pandas]'") from error
        frame = pandas.DataFrame(self.to_dicts(), columns=None if self.hits else _COLUMNS)
        for name in ("published", "modified", "seen"):
            moments = [hit.seen if name == "seen" else getattr(hit.article, name) for hit in self.hits]
            frame[name] = pandas.to_datetime(moments, utc=True)
        return frame


@dataclass(frozen=True, slots=True)
class Added:
    """The outcome of adding a batch: each article is counted once.

    `older` counts articles that stayed out because the archive has a higher version of them, `withdrawn`
    articles that a wire has cancelled before. `unindexed` are names of extra fields, at most
    `MAX_NAMED_FIELDS` of them, that are stored and shown but cannot be searched, as there are too many.
    `added_ids` and `updated_ids` name the articles, in the order in which they came.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    withdrawn: int = 0
    unindexed: tuple[str, ...] = ()
    added_ids: tuple[str, ...] = field(default=(), repr=False, compare=False)
    updated_ids: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __add__(self, other: Added) -> Added:
        return Added(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.older + other.older,
            self.withdrawn + other.withdrawn,
            tuple(dict.fromkeys(self.unindexed + other.unindexed))[:MAX_NAMED_FIELDS],
            self.added_ids + other.added_ids,
            self.updated_ids + other.updated_ids,
        )
