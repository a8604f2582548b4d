"""The times that a document gives, to those of an article; what cannot be read is kept as it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from search.article import Precision, one_line
from search.dates import Stamp, UnreadableDate, read_stamp
from search.sources.reading import Note, ReadOptions, fitting

_FIRST_TO_BEGIN = timedelta(hours=14)
"""A day begins in the first zone this long before it begins in UTC."""


@dataclass(frozen=True, slots=True)
class Times:
    """When an article was published and changed; `as_written` are extra fields for what is not known."""

    published: datetime | None = None
    precision: Precision = "instant"
    modified: datetime | None = None
    as_written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_times(
    published: Iterable[str], options: ReadOptions, notes: list[Note], *, modified: Iterable[str] = ()
) -> Times:
    """The first readable of the texts for when it was published, and of those for when it was changed.

    Each text before that which cannot be read is noted. Where none can be read, the first is kept as it is
    written; so is a change without a time of day.
    """
    when, unread = _first_readable(published, options, notes)
    changed, unread_change = _first_readable(modified, options, notes, exactly=True)
    if when is not None and changed is not None:
        ahead = timedelta() if when.precision == "instant" else _FIRST_TO_BEGIN
        if changed.instant < when.instant - ahead:
            notes.append(Note("modified-before-published", "the last change is before the publication"))
    texts = {"date_as_written": unread, "modified_as_written": unread_change}
    kept = {name: fitting(name, texts[name], notes) for name in texts}
    return Times(
        when.instant if when else None,
        when.precision if when else "instant",
        changed.instant if changed else None,
        {name: values for name, values in kept.items() if values},
    )


def _first_readable(
    texts: Iterable[str], options: ReadOptions, notes: list[Note], *, exactly: bool = False
) -> tuple[Stamp | None, list[str]]:
    """The first time that can be read, and that is an instant if need be; else the first of the texts."""
    unread: list[str] = []
    for text in filter(str.strip, texts):
        try:
            stamp = read_stamp(text, options.zone, options.order)
            if stamp.precision == "instant" or not exactly:
                return stamp, []
        except UnreadableDate as error:
            notes.append(Note("unreadable-date", str(error)))
        unread.append(one_line(text))
    return None, unread[:1]
