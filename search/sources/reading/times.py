"""The dates that a document gives, read for an article; an unreadable date is kept as it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from search.article import Precision, one_line
from search.dates import Stamp, UnreadableDate, read_stamp, shortened
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Note

_FIRST_TO_BEGIN = timedelta(hours=14)
"""A day begins in the first zone this long before it begins in UTC."""


AS_WRITTEN = ("date_as_written", "modified_as_written", "crawled_as_written")
"""Extra fields for dates that cannot be read."""


class Times(NamedTuple):
    """When an article was published, changed and fetched; `as_written` are fields of unreadable dates."""

    published: datetime | None
    precision: Precision
    modified: datetime | None
    crawled: datetime | None
    as_written: Mapping[str, tuple[str, ...]]


def read_times(
    published: Iterable[str],
    options: ReadOptions,
    notes: list[Note],
    *,
    modified: Iterable[str] = (),
    crawled: Iterable[str] = (),
) -> Times:
    """The first readable date of `published`, and the first of the others that has a time of day.

    Each unreadable date before it adds a note to `notes`. If all are unreadable, the first is kept as it is
    written. A change or a crawl without a time of day is kept as it is written too.
    """
    as_written: dict[str, tuple[str, ...]] = {}
    publication, unread = _first_readable(published, options, notes)
    if unread:
        as_written["date_as_written"] = unread
    change, unread = _first_readable(modified, options, notes, to_the_instant=True)
    if unread:
        as_written["modified_as_written"] = unread
    crawl, unread = _first_readable(crawled, options, notes, to_the_instant=True)
    if unread:
        as_written["crawled_as_written"] = unread
    if publication is not None and change is not None:
        leeway = timedelta() if publication.precision == "instant" else _FIRST_TO_BEGIN
        if change.instant < publication.instant - leeway:
            notes.append(Note("modified-before-published", "the last change is before the publication"))
    return Times(
        publication.instant if publication else None,
        publication.precision if publication else "instant",
        change.instant if change else None,
        crawl.instant if crawl else None,
        as_written,
    )


def is_readable(text: str, options: ReadOptions) -> bool:
    """True if `text` can be read as a date."""
    try:
        return bool(read_stamp(text, options.zone, options.order))
    except UnreadableDate:
        return False


def _first_readable(
    texts: Iterable[str], options: ReadOptions, notes: list[Note], *, to_the_instant: bool = False
) -> tuple[Stamp | None, tuple[str, ...]]:
    """The first readable date (`to_the_instant`: the first with a time of day); else the first text."""
    unread: list[str] = []
    for text in filter(str.strip, texts):
        try:
            stamp = read_stamp(text, options.zone, options.order)
            if stamp.precision == "instant" or not to_the_instant:
                if stamp.approximate:
                    notes.append(Note("approximate-date", f"{shortened(text)} was read as the year"))
                return stamp, ()
            notes.append(Note("no-time-of-day", f"{shortened(text)} is kept as written, without a time"))
        except UnreadableDate as error:
            notes.append(Note("unreadable-date", str(error)))
        unread.append(one_line(text))
    return None, tuple(unread[:1])
