"""How the values and times of articles are written in the index.

See `documents` for the fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from search.article import PRECISIONS
from search.dates import Period
from search.errors import InvalidRequest
from search.fields import COUNTED_DATES, DateField
from search.index.evaluate.matches import Limits
from search.index.format.layout import MISSING
from search.index.format.lexicon import Lexicon
from search.index.read.snapshot import Snapshot
from search.index.read.values import Classes
from search.language.limits import MAX_DISTANCE
from search.text import fold_value

VALUE_GAP = MAX_DISTANCE + 1
"""Words between one highlight and the next, so that no phrase or NEAR reaches across."""

SEPARATOR = "\x1f"
"""Stands between a folded value and the value as it is written."""

CHANGED, MARKS = "changed-at", "is-a"
"""Fields of the index that no extra field of an archive can have the name of."""

COLUMNS: dict[DateField, str] = {"date": "published", "modified": "modified", "seen": "seen"}
"""The column with each date of an article, in microseconds since 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def value_term(value: str) -> str:
    """The term of a whole value: its folded form, and after it how it is written if that differs."""
    folded = fold_value(value)
    return folded if folded == value else f"{folded}{SEPARATOR}{value}"


def numbers_of(ids: Lexicon, wanted: Iterable[bytes]) -> list[int]:
    """The numbers of the ids that are there, in UTF-8."""
    return [number for identity in wanted if (number := ids.number(identity)) >= 0]


def microseconds(moment: datetime | None) -> int:
    """A time as the index keeps it, `MISSING` for none."""
    return MISSING if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def changed_term(at: int) -> str:
    """The time of an update as a value, which is in the order of time; `at` is in microseconds since 1970."""
    return f"{at:018}"


def changed_within(known: Lexicon, period: Period) -> range:
    """The numbers of the times of updates that are in a period."""
    start, end = period.bounds("instant")
    first = known.find(changed_term(max(0, microseconds(start))).encode()) if start else 0
    return range(first, known.find(changed_term(max(0, microseconds(end))).encode()) if end else len(known))


def limits(period: Period) -> list[Limits]:
    """Between which numbers a document of each of `PRECISIONS` is in the period, or may be."""

    def number(bound: datetime | None) -> int | None:
        return None if bound is None else microseconds(bound)

    bounds = map(period.bounds, PRECISIONS)
    return [(number(start), number(end)) for start, end in bounds]


def date_field(name: str) -> DateField:
    """The date of an article with this name; raises `InvalidRequest`."""
    for field in COUNTED_DATES:
        if field == name:
            return field
    raise InvalidRequest(f"{name!r} is not a date of articles; dates are {', '.join(COUNTED_DATES)}")


def dated_column(view: Snapshot, field: DateField) -> str:
    """The column with a date of the documents; raises `InvalidRequest` in an index that does not have it."""
    column = COLUMNS[field]
    if any(part.numbers(column) is None for part in view.segments):
        raise InvalidRequest(f"this archive does not know {field} yet; to find out, run: news upgrade")
    return column


def precisions(view: Snapshot, field: DateField = "date") -> Classes | None:
    """The precision of each document, as an index into `PRECISIONS`; None if all are instants."""
    return view.values("precision").classes(PRECISIONS) if field == "date" else None


def moment(microseconds: int) -> datetime | None:
    """The time that `microseconds` made into this number."""
    return None if microseconds == MISSING else _EPOCH + timedelta(microseconds=microseconds)
